//! Fine-tuned models that stop working, told beside a list of jobs.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::stage;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use stage::Stage;
use unitune::providers::{Account, ListQuery, Providers};
use unitune::transport::{Clock, SystemClock};
use unitune::unify::Job;
use unitune_sandbox::{Sandbox, Vendor};

/// A calendar that stands on one day.
#[derive(Debug)]
struct On(u64);

impl Clock for On {
    fn now(&self) -> Instant {
        SystemClock.now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0)
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// 2026-11-21
const NOVEMBER: u64 = 1_795_219_200;
/// 2027-02-01
const FEBRUARY: u64 = 1_801_440_000;

/// The stage's OpenAI account, on a day.
fn on(stage: &Stage, day: u64) -> Providers {
    let client = stage.openai().clock(std::sync::Arc::new(On(day)));
    let mut providers = stage
        .providers
        .select(&["together", "truefoundry"])
        .unwrap();
    let account = Account::with_backend("openai", client.build().unwrap());
    providers.add(account).unwrap();
    providers
}

async fn jobs(providers: &Providers) -> Vec<Job> {
    providers.list(&ListQuery::new()).await.unwrap().jobs
}

async fn note(providers: &Providers, jobs: &[Job]) -> String {
    let warnings = providers.shutdown_warnings(jobs).await;
    assert_eq!(warnings.len(), 1, "one for each account: {warnings:?}");
    assert_eq!(warnings[0].account, "openai");
    assert!(!warnings[0].account_failed && !warnings[0].is_about_item());
    warnings[0].to_string()
}

#[tokio::test]
async fn models_are_named_once_with_the_day_on_which_they_stop() {
    let stage = Stage::start().await;
    let providers = on(&stage, NOVEMBER);
    let jobs = jobs(&providers).await;
    let note = note(&providers, &jobs).await;
    let (past, coming) = note.split_once("; ").unwrap();
    assert!(
        past.starts_with("openai: the fine-tuned models ft:o4-mini-2025-04-16:"),
        "{past}"
    );
    assert!(past.ends_with(" stopped working on 2026-10-23"), "{past}");
    assert!(coming.ends_with(" stop working on 2027-01-14"), "{coming}");
    let of_openai = jobs.iter().filter(|job| job.provider.account == "openai");
    let models: Vec<&str> = of_openai
        .filter_map(|job| job.fine_tuned_model.as_deref())
        .collect();
    assert!(models.len() > 3);
    for model in models {
        assert_eq!(note.matches(model).count(), 1, "{model}: {note}");
    }
    let later = self::note(&on(&stage, FEBRUARY), &jobs).await;
    assert!(later.ends_with(" stopped working on 2027-01-14"), "{later}");
    // At the time of simulated vendors, in January, none has.
    let simulated = providers.shutdown_warnings_at(&jobs, 1_768_478_400).await;
    let [simulated] = simulated.as_slice() else {
        panic!("{simulated:?}");
    };
    assert!(!simulated.to_string().contains("stopped"), "{simulated}");
}

#[tokio::test]
async fn the_vendor_s_list_is_asked_once_and_only_where_it_is_needed() {
    let stage = Stage::start().await;
    let providers = on(&stage, NOVEMBER);
    let asked = || stage.count(Vendor::OpenAi, "listModels");
    let all = jobs(&providers).await;
    let running: Vec<Job> = all
        .iter()
        .filter(|job| job.fine_tuned_model.is_none())
        .cloned()
        .collect();
    assert!(providers.shutdown_warnings(&running).await.is_empty());
    assert_eq!(asked(), 0);
    let first = note(&providers, &all).await;
    let again = async || providers.shutdown_warnings(&all).await;
    let (a, b) = tokio::join!(again(), again());
    assert_eq!((a.len(), b.len(), asked()), (1, 1, 1));
    // Other settings of the calls make no other account.
    let options = unitune::transport::CallOptions::new().retries(0);
    assert_eq!(note(&providers.with_options(&options), &all).await, first);
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn without_the_vendor_s_list_the_announcements_hold() {
    let fault = "openai.listModels:503".parse().unwrap();
    let stage = Stage::with(Sandbox::builder().fault(fault)).await;
    let providers = on(&stage, NOVEMBER);
    let jobs = jobs(&providers).await;
    let note = note(&providers, &jobs).await;
    assert!(
        note.contains("2026-10-23") && note.contains("2027-01-14"),
        "{note}"
    );
    assert_eq!(
        stage.count(Vendor::OpenAi, "listModels"),
        1,
        "a list waits for no further try"
    );
}
