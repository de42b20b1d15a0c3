//! Jobs of the sandbox, watched until they end.
#![cfg(all(feature = "openai", feature = "together"))]

use crate::loopback::raw::RawServer;
use crate::stage;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use stage::Stage;
use unitune::providers::{
    Account, Change, JobRef, ListQuery, Providers, WatchOptions, WatchStream,
};
use unitune::transport::Upload;
use unitune::unify::{Job, Status};
use unitune::{ErrorKind, openai};
use unitune_sandbox::{Deviation, Sandbox};

fn options() -> WatchOptions {
    WatchOptions::new().intervals(Duration::from_secs(20), Duration::from_secs(600))
}

/// What a watch returned, checked: one end per job, nothing after it, no event and
/// no status twice.
#[derive(Default)]
struct Told {
    finished: BTreeMap<String, Job>,
    statuses: BTreeMap<String, Vec<(Status, String)>>,
    events: BTreeSet<String>,
    restarts: Vec<(JobRef, JobRef)>,
    progress: usize,
    /// The last step of each job and number of steps.
    steps: HashMap<(JobRef, Option<i64>), Option<i64>>,
    trouble: usize,
}

impl Told {
    fn add(&mut self, change: Change) {
        match change {
            Change::Status { job, before } => {
                assert!(!self.finished.contains_key(&job.id));
                let statuses = self.statuses.entry(job.id.clone()).or_default();
                assert_eq!(statuses.last().map(|(status, _)| *status), before);
                let now = (job.status, job.provider.status.to_string());
                assert_ne!(statuses.last(), Some(&now));
                statuses.push(now);
            }
            Change::Event { job, event } => {
                assert!(!self.finished.contains_key(&job.id));
                assert!(self.events.insert(event.id.clone()), "twice: {}", event.id);
            }
            Change::Progress { job, progress } => {
                self.progress += 1;
                let before = self
                    .steps
                    .insert((job, progress.total_steps), progress.step);
                assert!(before <= Some(progress.step), "{before:?} {progress:?}");
            }
            Change::Restarted { from, to } => self.restarts.push((from, to)),
            Change::Trouble(_) => self.trouble += 1,
            Change::Finished(job) => {
                assert!(job.status.is_terminal());
                assert_eq!(self.statuses[&job.id].last().unwrap().0, job.status);
                assert!(self.finished.insert(job.id.clone(), *job).is_none());
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn all_of(mut watch: WatchStream) -> Told {
    let mut seen = Told::default();
    while let Some(change) = watch.next().await {
        seen.add(change.unwrap());
    }
    seen
}

#[tokio::test]
async fn all_jobs_of_all_vendors_until_they_end() {
    let stage = Stage::start().await;
    let list = stage.providers.list(&ListQuery::new()).await.unwrap();
    let open: BTreeSet<String> = list
        .jobs
        .iter()
        .filter(|job| !job.status.is_terminal())
        .map(|job| job.id.clone())
        .collect();
    let vendors: BTreeSet<_> = list
        .jobs
        .iter()
        .map(|job| job.provider.vendor.clone())
        .collect();
    assert_eq!(vendors.len(), 3);
    // A paused job ends after it is resumed.
    for job in &list.jobs {
        if job.provider.status == "paused" {
            stage.providers.resume(job).await.unwrap();
        }
    }
    let watch = stage.providers.watch_all(&ListQuery::new(), &options());
    let seen = tokio::time::timeout(Duration::from_secs(60), all_of(watch))
        .await
        .unwrap();
    let finished: BTreeSet<String> = seen.finished.keys().cloned().collect();
    assert_eq!(finished, open);
    assert!(seen.events.len() > 10 && seen.progress > 0);
}

#[tokio::test]
async fn a_job_that_starts_later_is_watched_too() {
    let stage = Stage::with(Sandbox::builder()).await;
    let list = stage.providers.list(&ListQuery::new()).await.unwrap();
    let model = &list
        .jobs
        .iter()
        .find(|job| job.provider.vendor == "openai")
        .unwrap()
        .model;
    let lines = "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, \
                 {\"role\": \"assistant\", \"content\": \"b\"}]}\n";
    let client = stage.openai().build().unwrap();
    let file = Upload::from_bytes("train.jsonl", lines.repeat(12));
    let purpose = openai::types::UploadPurpose::FineTune;
    let file = client.upload_file(file, purpose, None).await.unwrap();
    let request = openai::types::CreateFineTuningJobRequest::new(model.as_str(), &*file.id);

    for job in &list.jobs {
        if job.provider.status == "paused" {
            stage.providers.resume(job).await.unwrap();
        }
    }
    let mut watch = stage.providers.watch_all(&ListQuery::new(), &options());
    let mut seen = Told::default();
    seen.add(watch.next().await.unwrap().unwrap());
    let started = client.create_job(&request).await.unwrap();
    let rest = async {
        while let Some(change) = watch.next().await {
            seen.add(change.unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(60), rest)
        .await
        .unwrap();
    assert!(
        seen.finished.contains_key(&started.id),
        "{:?}",
        seen.finished.keys()
    );
}

#[tokio::test]
async fn an_account_that_cannot_be_listed_at_first_is_watched_later() {
    let stage = Stage::start().await;
    let together = stage.together().build().unwrap();
    let mut alone = Providers::new();
    alone
        .add(Account::with_backend("together", together))
        .unwrap();
    let list = alone.list(&ListQuery::new()).await.unwrap();
    let open = list.jobs.iter().filter(|job| !job.status.is_terminal());
    let open: BTreeSet<&str> = open.map(|job| job.id.as_str()).collect();
    assert!(!open.is_empty());
    stage
        .sandbox
        .inject("together.listJobs:401@once".parse().unwrap());
    // Soon enough that nothing has ended by then.
    let soon = options().intervals(Duration::from_millis(100), Duration::from_secs(600));
    let watch = alone.watch_all(&ListQuery::new(), &soon);
    let seen = tokio::time::timeout(Duration::from_secs(60), all_of(watch))
        .await
        .unwrap();
    assert!(seen.trouble > 0);
    for id in open {
        assert!(seen.finished.contains_key(id), "{id}");
    }
}

#[tokio::test]
async fn an_account_that_can_never_be_listed_does_not_keep_a_watch_going() {
    let stage = Stage::start().await;
    stage.sandbox.inject("*.listJobs:401".parse().unwrap());
    let watch = stage.providers.watch_all(&ListQuery::new(), &options());
    let seen = tokio::time::timeout(Duration::from_secs(60), all_of(watch))
        .await
        .unwrap();
    assert!(seen.finished.is_empty());
    assert_eq!(seen.trouble, 9);
}

#[tokio::test]
async fn a_watch_survives_faults() {
    let faults = [
        "*:503@chance=0.2",
        "*:reset-after-body@chance=0.1",
        "*:truncate@chance=0.1",
        "*:429;retry-after=3@chance=0.1",
        "*:invalid-json@chance=0.02",
        "*.retrieveJob:401@every=41",
    ];
    let mut builder = Sandbox::builder().seed(7);
    for fault in faults {
        builder = builder.fault(fault.parse().unwrap());
    }
    let stage = Stage::with(builder).await;
    stage.sandbox.clear_faults();
    let list = stage.providers.list(&ListQuery::new()).await.unwrap();
    for fault in faults {
        stage.sandbox.inject(fault.parse().unwrap());
    }
    let mut troubles = 0;
    for job in list
        .jobs
        .iter()
        .filter(|job| !job.status.is_terminal() && job.provider.status != "paused")
    {
        let watch = stage.providers.watch(job, &options());
        let seen = tokio::time::timeout(Duration::from_secs(60), all_of(watch))
            .await
            .unwrap();
        assert_eq!(seen.finished.len(), 1, "{}", job.id);
        troubles += seen.trouble;
    }
    assert!(troubles > 0);
}

#[tokio::test]
async fn a_restarted_job_is_followed() {
    let stage = Stage::with(Sandbox::builder().deviation(Deviation::Restarted, true)).await;
    let id = stage.deviation(Deviation::Restarted);
    let seen = all_of(stage.providers.watch(&id, &options())).await;
    let [(from, to)] = seen.restarts.as_slice() else {
        panic!("{:?}", seen.restarts);
    };
    assert_eq!(from.id, id);
    let finished: Vec<_> = seen.finished.keys().cloned().collect();
    assert_eq!(finished, std::slice::from_ref(&to.id));
    let job = stage.providers.wait(&id, &options()).await.unwrap();
    assert_eq!(job.id, to.id);
}

#[tokio::test]
async fn user_error_is_an_end() {
    let stage = Stage::start().await;
    let list = stage.providers.list(&ListQuery::new()).await.unwrap();
    let job = list
        .jobs
        .iter()
        .find(|job| job.provider.status == "user_error");
    let job = stage
        .providers
        .wait(job.unwrap(), &options())
        .await
        .unwrap();
    assert_eq!(job.status, Status::Failed);
}

#[tokio::test]
async fn what_does_not_pass_ends_a_watch_with_an_error() {
    let stage = Stage::start().await;
    let error = stage
        .providers
        .wait("ftjob-nobodys", &options())
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    let error = stage
        .providers
        .wait(("nowhere", "x"), &options())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let list = stage.providers.list(&ListQuery::new()).await.unwrap();
    let job = list
        .jobs
        .iter()
        .find(|job| !job.status.is_terminal())
        .unwrap();
    stage.sandbox.inject("*.retrieveJob:401".parse().unwrap());
    let error = stage.providers.wait(job, &options()).await.unwrap_err();
    assert!(error.is_auth());
}

#[tokio::test]
async fn intervals_grow_and_shrink() {
    let stage = Stage::start().await;
    let list = stage.providers.list(&ListQuery::new()).await.unwrap();
    let job = list
        .jobs
        .iter()
        .find(|job| job.status == Status::Running)
        .unwrap();
    let before = stage.sandbox.now();
    stage.sandbox.clear_requests();
    stage.providers.wait(job, &options()).await.unwrap();
    let asked = stage.sandbox.requests().len();
    let took = stage.sandbox.now() - before;
    // At the shortest interval throughout it would be one per 20 seconds.
    assert!(
        asked > 1 && (asked as i64) < took / 20 + 2,
        "{asked} in {took} s"
    );
}

#[tokio::test]
async fn faults_of_the_log_count_towards_the_limit() {
    let stage = Stage::start().await;
    let jobs = stage.sandbox.seeded_jobs().iter();
    let mut jobs = jobs.filter(|job| job.vendor.name() == "together" && job.status == "running");
    let id = jobs.next().unwrap().id.clone();
    stage
        .sandbox
        .inject("together.listJobEvents:503".parse().unwrap());
    let mut watch = stage
        .providers
        .watch(id, &options().max_consecutive_faults(2));
    let mut trouble = 0;
    let error = loop {
        match watch.next().await.unwrap() {
            Ok(Change::Trouble(_)) => trouble += 1,
            Ok(change) => assert!(!matches!(change, Change::Finished(_))),
            Err(error) => break error,
        }
    };
    assert_eq!((trouble, error.status()), (2, Some(503)));
    assert!(watch.next().await.is_none());
}

/// A log whose pages lead nowhere, and come again.
#[tokio::test]
async fn a_page_that_comes_twice_is_reported_once() {
    let server = RawServer::start(|to| {
        let event = |n: usize| {
            json!({
                "object": "fine_tuning.job.event", "id": format!("ev-{n}"), "created_at": 1,
                "level": "info", "message": "m", "type": "message",
            })
        };
        to.json(match to.head.contains("/events") {
            true => {
                let events: Vec<_> = (0..3).rev().map(event).collect();
                json!({"object": "list", "data": events, "has_more": true})
            }
            false => json!({
                "object": "fine_tuning.job", "id": "ftjob-1", "created_at": 1, "model": "m",
                "status": "succeeded",
            }),
        });
    });
    let client = openai::Client::builder().base_url(&server.url).api_key("k");
    let mut providers = Providers::new();
    let account = Account::with_backend("openai", client.build().unwrap());
    providers.add(account).unwrap();
    let watch = providers.watch(("openai", "ftjob-1"), &options());
    let seen = tokio::time::timeout(Duration::from_secs(60), all_of(watch));
    assert_eq!(seen.await.unwrap().events.len(), 3);
}
