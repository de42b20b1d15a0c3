//! Thousands of operations with faults at random, out of a seed: nothing
//! hangs, leaks, is lost or is made twice.
//!
//! `UNITUNE_SOAK=10000 cargo test --test soak_faults` runs ten thousand; less
//! are run unless told so.
#![cfg(all(feature = "openai", feature = "together"))]

mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use stage::Stage;
use unitune::Error;
use unitune::providers::{Draft, ListQuery, PageQuery, Providers};
use unitune::transport::CallOptions;
use unitune::unify::CreateRequest;
use unitune_sandbox::{Sandbox, Vendor};

const FAULTS: &[&str] = &[
    "*:503@chance=0.04",
    "*:429;retry-after-ms=20@chance=0.04",
    "*:500@chance=0.02",
    "*:529@chance=0.01",
    "*:409@chance=0.01",
    "*:reset-before-body@chance=0.03",
    "*:reset-after-body@chance=0.03",
    "*:truncate@chance=0.03",
    "*:invalid-json@chance=0.01",
    "*:400@chance=0.01",
    "*:delay=2ms@chance=0.05",
    "*:redirect@chance=0.01",
];

/// Jobs that this test starts have a seed from here on: the call's number.
const MARK: i64 = 1_000_000;

/// A small generator: the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

#[derive(Clone)]
enum Deed {
    List(usize),
    Retrieve(String),
    Events(String),
    Cancel(String),
    Create(&'static str, Box<CreateRequest>),
}

/// What came of it: the id of a job that was started.
async fn carry_out(providers: &Providers, deed: Deed) -> Result<Option<String>, Error> {
    match deed {
        Deed::List(limit) => {
            let list = providers.list(&ListQuery::new().limit(limit)).await?;
            let ids: BTreeSet<_> = list.jobs.iter().map(|job| &job.id).collect();
            assert_eq!(ids.len(), list.jobs.len(), "a job twice in one list");
            Ok(None)
        }
        Deed::Retrieve(id) => providers.retrieve(&id).await.map(|_| None),
        Deed::Events(id) => {
            let query = PageQuery::new().limit(10);
            providers.events(&id, &query).await.map(|_| None)
        }
        Deed::Cancel(id) => providers.cancel(&id).await.map(|_| None),
        Deed::Create(account, request) => {
            let draft = Draft::from_request(*request).account(account);
            Ok(Some(providers.create(&draft).await?.job.id))
        }
    }
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Resident memory, in MB.
fn memory() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split_whitespace()
        .nth(1)
        .and_then(|n| n.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096 / (1 << 20)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_made_twice_in_thousands_of_operations() {
    let wanted = std::env::var("UNITUNE_SOAK")
        .ok()
        .and_then(|n| n.parse().ok());
    let operations: u64 = wanted.unwrap_or(1_000);
    let stage = Stage::with(Sandbox::builder().all_deviations(false).seed(11)).await;
    let providers = stage
        .providers
        .with_options(&CallOptions::new().read_timeout(Duration::from_secs(20)));
    let file = |vendor: Vendor| {
        let jobs = stage.sandbox.seeded_jobs().iter();
        let job = jobs.clone().find(|job| job.vendor == vendor).unwrap();
        let id = job.id.clone();
        let providers = providers.clone();
        async move { providers.retrieve(&id).await.unwrap() }
    };
    let models = [
        ("openai", file(Vendor::OpenAi).await),
        ("together", file(Vendor::Together).await),
        ("truefoundry", file(Vendor::TrueFoundry).await),
    ];
    let seeded = stage.providers.list(&ListQuery::new()).await.unwrap();
    assert!(
        seeded
            .warnings
            .iter()
            .all(|warning| !warning.account_failed)
    );
    let ids: Vec<String> = seeded.jobs.into_iter().map(|job| job.id).collect();
    for fault in FAULTS {
        stage.sandbox.inject(fault.parse().unwrap());
    }

    let mut random = Random(42);
    let mut deed = |n: u64| {
        let id = |random: &mut Random| ids[random.below(ids.len() as u64) as usize].clone();
        match random.below(100) {
            0..10 => Deed::List(1 + random.below(60) as usize),
            10..60 => Deed::Retrieve(id(&mut random)),
            60..82 => Deed::Events(id(&mut random)),
            82..96 => Deed::Cancel(id(&mut random)),
            _ => {
                let (account, like) = &models[random.below(3) as usize];
                let mut request = CreateRequest::new(&like.model, &like.training_file);
                request.seed = Some(MARK + n as i64);
                Deed::Create(account, Box::new(request))
            }
        }
    };
    let deeds: Vec<Deed> = (0..operations).map(&mut deed).collect();
    let creates = deeds
        .iter()
        .filter(|d| matches!(d, Deed::Create(..)))
        .count();

    let (files_before, memory_before, started) = (open_files(), memory(), Instant::now());
    let outcomes: Vec<Result<Option<String>, Error>> = stream::iter(deeds)
        .map(|deed| async {
            let done = carry_out(&providers, deed);
            let done = tokio::time::timeout(Duration::from_secs(60), done).await;
            done.expect("an operation hangs")
        })
        .buffer_unordered(8)
        .collect()
        .await;
    let (took, memory_after) = (started.elapsed(), memory());

    stage.sandbox.clear_faults();
    let all = providers.list(&ListQuery::new()).await.unwrap();
    assert!(all.warnings.is_empty(), "{:?}", all.warnings);
    let mut made: BTreeMap<i64, usize> = BTreeMap::new();
    for job in &all.jobs {
        // The sandbox's own jobs have seeds of any size.
        let is_new = !ids.contains(&job.id);
        if let Some(seed) = job.seed.filter(|seed| is_new && *seed >= MARK) {
            *made.entry(seed).or_default() += 1;
        }
    }
    assert!(
        made.values().all(|count| *count == 1),
        "made twice: {made:?}"
    );
    let known: BTreeSet<&str> = all.jobs.iter().map(|job| job.id.as_str()).collect();
    let told: BTreeSet<&str> = outcomes
        .iter()
        .filter_map(|o| o.as_ref().ok()?.as_deref())
        .collect();
    let lost: Vec<_> = told.difference(&known).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert!(
        ids.iter().all(|id| known.contains(id.as_str())),
        "a seeded job is lost"
    );
    assert!(made.len() >= told.len() && made.len() <= creates);
    let failed = outcomes.iter().filter(|o| o.is_err()).count();
    assert!(failed > 0 && failed < outcomes.len() / 2, "{failed}");
    println!(
        "{operations} operations in {took:?}: {failed} failed, {} jobs told of {} made by {creates} \
         calls; memory {memory_before} → {memory_after} MB",
        told.len(),
        made.len(),
    );

    drop(providers);
    let mut files = open_files();
    for _ in 0..50 {
        if files <= files_before + 64 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        files = open_files();
    }
    assert!(
        files <= files_before + 64,
        "{files_before} → {files} open files"
    );
    let grown = memory_after.saturating_sub(memory_before);
    assert!(grown < 100 + operations as usize / 20, "{grown} MB more");
}
