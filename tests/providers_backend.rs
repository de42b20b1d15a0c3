//! Accounts of a vendor that the crate does not know, in memory: lists that are
//! not in order, accounts that hang or fail, bounds and reports of calls.

use crate::loopback;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loopback::{Answer, Server};
use proptest::prelude::*;
use serde_json::json;
use unitune::providers::{
    Account, Backend, Call, IdKind, JobChange, JobOrder, ListQuery, Operation, Page, PageQuery,
    Providers, Recognition, Reply, Support,
};
use unitune::transport::{Attempt, CallOptions, CallReport, Observer};
use unitune::unify::{Job, Provider, Status, Vendor};
use unitune::{Error, ErrorKind};

static VENDOR: Vendor = Vendor::from_static("memory");

/// Jobs in memory: (time, id) in the order in which the vendor lists them.
#[derive(Debug, Default)]
struct Memory {
    jobs: Mutex<Vec<(i64, String)>>,
    page: usize,
    promises_order: bool,
    delay: Duration,
    fails: bool,
    knows_no_form: bool,
    calls: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Memory {
    fn of(times: &[i64], page: usize) -> Self {
        let name = |(n, time): (usize, &i64)| (*time, format!("m-{time}-{n}"));
        Self {
            jobs: Mutex::new(times.iter().enumerate().map(name).collect()),
            page,
            promises_order: true,
            ..Self::default()
        }
    }

    async fn arrive(&self) -> Result<(), Error> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        match self.delay {
            // A timer takes a millisecond for nothing.
            Duration::ZERO => tokio::task::yield_now().await,
            delay => tokio::time::sleep(delay).await,
        }
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        match self.fails {
            true => Err(Error::new(ErrorKind::Status, "").with_status(503)),
            false => Ok(()),
        }
    }
}

fn job(call: &Call, time: i64, id: &str) -> Job {
    let provider = Provider::new(call.account(), VENDOR.clone(), "going");
    let mut job = Job::new(id, "model", Status::Running, provider);
    job.created_at = Some(time);
    job
}

impl Backend for Memory {
    fn vendor(&self) -> &Vendor {
        &VENDOR
    }

    fn support(&self, operation: Operation) -> Support {
        match operation {
            Operation::List | Operation::Retrieve | Operation::Cancel => Support::Native,
            _ => Support::Unsupported("do without"),
        }
    }

    fn recognize(&self, id: &str, _: IdKind) -> Recognition {
        match id.starts_with("m-") {
            true if self.knows_no_form => Recognition::Maybe,
            true => Recognition::Yes,
            false => Recognition::No,
        }
    }

    fn order(&self) -> JobOrder {
        match self.promises_order {
            true => JobOrder::NewestFirst,
            false => JobOrder::Unordered,
        }
    }

    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>> {
        Box::pin(async move {
            self.arrive().await?;
            let jobs = self.jobs.lock().unwrap();
            let after = query.cursor.as_ref();
            let found = after.and_then(|after| jobs.iter().position(|(_, id)| id == after));
            let start = found.map_or(0, |place| place + 1);
            let size = query.limit.unwrap_or(self.page).min(self.page);
            let part: Vec<_> = jobs.iter().skip(start).take(size).collect();
            let has_more = start + part.len() < jobs.len();
            let next = part.last().map(|(_, id)| id.clone()).filter(|_| has_more);
            let part = part.into_iter().map(|(time, id)| job(call, *time, id));
            Ok(Page::new(part.collect()).next(next))
        })
    }

    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
        Box::pin(async move {
            self.arrive().await?;
            let jobs = self.jobs.lock().unwrap();
            let found = jobs.iter().find(|(_, known)| known == id);
            let found = found.map(|(time, id)| job(call, *time, id));
            found.ok_or_else(|| Error::not_found("not found: no such job"))
        })
    }

    fn change<'a>(&'a self, call: &'a Call, id: &'a str, _: JobChange) -> Reply<'a, Job> {
        Box::pin(async move {
            let mut job = self.job(call, id).await?;
            job.status = Status::Cancelled;
            Ok(job)
        })
    }
}

fn providers(backends: Vec<Arc<Memory>>) -> Providers {
    let mut providers = Providers::new();
    for (n, backend) in backends.into_iter().enumerate() {
        let account = Account::with_backend(format!("account-{n}"), backend);
        providers.add(account).unwrap();
    }
    providers
}

/// Every job, page by page, as a caller without any state asks for them; and
/// whether there was a warning.
async fn paged(providers: &Providers, limit: usize, most: usize) -> (Vec<String>, bool) {
    let (mut ids, mut warned) = (Vec::new(), false);
    let mut query = ListQuery::new().limit(limit);
    for _ in 0..most {
        let list = providers.list(&query).await.unwrap();
        warned |= !list.warnings.is_empty();
        ids.extend(list.jobs.iter().map(|job| job.id.clone()));
        match list.jobs.last() {
            Some(last) if list.has_more => query = ListQuery::new().limit(limit).after(last),
            _ => return (ids, warned),
        }
    }
    panic!("still paging after {most} pages: {ids:?}");
}

#[tokio::test]
async fn lists_that_are_not_in_order_end_and_lose_nothing_silently() {
    let cases: [(&[i64], &[i64]); 4] = [
        (&[100, 400, 50], &[200]),
        (&[100, 300], &[]),
        (&[1, 2, 3, 4, 5, 6, 7, 8], &[4, 4]),
        (&[5, 5, 9, 5, 1, 9], &[9, 1]),
    ];
    for (first, second) in cases {
        for limit in 1..4 {
            for order in [true, false] {
                let mut memory = Memory::of(first, 2);
                memory.promises_order = order;
                let mut other = Memory::of(second, 100);
                for (n, job) in other.jobs.get_mut().unwrap().iter_mut().enumerate() {
                    job.1 = format!("m-other-{n}");
                }
                let all = first.len() + second.len();
                let providers = providers(vec![Arc::new(memory), Arc::new(other)]);
                let (ids, warned) = paged(&providers, limit, 20).await;
                let distinct: BTreeSet<_> = ids.iter().collect();
                assert_eq!(distinct.len(), ids.len(), "twice: {ids:?}");
                assert!(ids.len() == all || warned, "{first:?} {limit}: {ids:?}");
                if !order {
                    assert_eq!((ids.len(), warned), (all, false), "{first:?}: {ids:?}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_order_with_ties_and_new_jobs_between_pages(
        accounts in prop::collection::vec(
            (prop::collection::vec(0_i64..9, 0..14), 1_usize..5, any::<bool>()),
            1..4,
        ),
        limit in 1_usize..6,
        new in prop::collection::vec((0_usize..3, 0_usize..15, 0_i64..12), 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut backends = Vec::new();
            let mut all = BTreeSet::new();
            for (a, (times, page, promises_order)) in accounts.iter().enumerate() {
                let mut memory = Memory::of(times, *page);
                memory.promises_order = *promises_order;
                for (n, job) in memory.jobs.get_mut().unwrap().iter_mut().enumerate() {
                    job.1 = format!("m-{a}-{n}");
                    all.insert(job.1.clone());
                }
                backends.push(Arc::new(memory));
            }
            let providers = providers(backends.clone());
            let mut new = new.into_iter().enumerate();
            let (mut seen, mut warned) = (BTreeSet::new(), false);
            let mut query = ListQuery::new().limit(limit);
            for page in 0.. {
                prop_assert!(page < 100, "still paging");
                let list = providers.list(&query).await.unwrap();
                warned |= !list.warnings.is_empty();
                for job in &list.jobs {
                    prop_assert!(seen.insert(job.id.clone()), "twice: {}", job.id);
                }
                let Some(last) = list.jobs.last().filter(|_| list.has_more) else { break };
                query = ListQuery::new().limit(limit).after(last);
                // Jobs appear anywhere in a vendor's list while it is paged.
                if let Some((n, (account, place, time))) = new.next() {
                    let mut jobs = backends[account % backends.len()].jobs.lock().unwrap();
                    let place = place.min(jobs.len());
                    jobs.insert(place, (time, format!("m-new-{n}")));
                }
            }
            let missing: Vec<_> = all.difference(&seen).collect();
            prop_assert!(missing.is_empty() || warned, "lost silently: {missing:?}");
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn an_account_that_hangs_does_not_keep_the_others_jobs_back() {
    let mut hanging = Memory::of(&[9], 10);
    hanging.delay = Duration::from_secs(3600);
    let healthy = Arc::new(Memory::of(&[5, 4], 10));
    let providers = providers(vec![Arc::new(hanging), healthy]);
    let start = Instant::now();
    let query = ListQuery::new().account_wait(Some(Duration::from_secs(1)));
    let list = providers.list(&query).await.unwrap();
    assert_eq!(list.jobs.len(), 2);
    assert_eq!(list.warnings.len(), 1);
    assert!(list.warnings[0].account_failed);
    assert_eq!(list.warnings[0].account, "account-0");
    // A look-up is answered by the account that has the job.
    let id = list.jobs[0].id.clone();
    assert_eq!(providers.retrieve(&id).await.unwrap().id, id);
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn a_change_requires_a_certain_account() {
    let mut failing = Memory::of(&[9], 10);
    failing.fails = true;
    let healthy = Arc::new(Memory::of(&[5, 4], 10));
    let providers = providers(vec![Arc::new(failing), healthy]);
    let id = "m-5-0";
    assert_eq!(providers.retrieve(id).await.unwrap().id, id);
    let error = providers.cancel(id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    let told = error.to_string();
    assert!(
        told.contains("account-1") && told.contains("account-0"),
        "{told}"
    );
    let cancelled = providers.cancel(("account-1", id)).await.unwrap();
    assert_eq!(cancelled.status, Status::Cancelled);
}

#[derive(Debug, Default)]
struct Reports(Mutex<Vec<(String, &'static str, Option<u16>)>>);

impl Observer for Reports {
    fn attempt(&self, _: &Attempt<'_>) {}

    fn call(&self, call: &CallReport<'_>) {
        let status = call.error.and_then(Error::status);
        let report = (call.account.to_owned(), call.operation, status);
        self.0.lock().unwrap().push(report);
    }
}

#[tokio::test]
async fn calls_are_bounded_and_reported_for_any_backend() {
    let mut memory = Memory::of(&[1, 2, 3], 10);
    memory.delay = Duration::from_millis(5);
    let memory = Arc::new(memory);
    let reports = Arc::new(Reports::default());
    let account = Account::with_backend("bounded", Arc::clone(&memory)).max_calls(2);
    let options = CallOptions::new().observer(reports.clone());
    let mut providers = Providers::new();
    providers.add(account.with_options(&options)).unwrap();
    let asked = (0..10).map(|_| providers.retrieve("m-1-0"));
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(memory.most_at_once.load(Ordering::SeqCst), 2);
    assert!(providers.retrieve("m-none").await.is_err());
    let reports = reports.0.lock().unwrap();
    assert_eq!(reports.len(), 11);
    assert_eq!(reports[0], ("bounded".to_owned(), "retrieveJob", None));
}

#[tokio::test]
async fn an_operation_that_support_does_not_name_is_never_called() {
    let memory = Arc::new(Memory::of(&[1], 10));
    let providers = providers(vec![Arc::clone(&memory)]);
    let calls = memory.calls.load(Ordering::SeqCst);
    let error = providers.pause("m-1-0").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "account-0: memory has no pause: do without"
    );
    for error in [
        providers.metrics("m-1-0").await.unwrap_err(),
        providers.file("m-1-0").await.unwrap_err(),
        providers.model_limits("account-0", "m").await.unwrap_err(),
        providers.download_model("m-1-0", None).await.unwrap_err(),
        providers.delete("m-1-0").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    assert_eq!(memory.calls.load(Ordering::SeqCst), calls);
}

/// Labels of a call go to the vendor that knows them, and to no other.
#[tokio::test]
async fn labels_go_where_they_are_known() {
    let server = Server::start().await;
    let mut providers = Providers::new();
    for vendor in unitune::vendors::all() {
        let Ok(backend) = vendor.connect(&server.url, "key") else {
            continue;
        };
        let account = Account::with_backend(vendor.name(), backend);
        providers.add(account).unwrap();
    }
    let options = CallOptions::new()
        .label("x-tfy-metadata", "{\"team\":\"a\"}")
        .label("x-tfy-provider-name", "not passed on");
    let providers = providers.with_options(&options);
    for account in providers.accounts() {
        server.answer(Answer::json(
            json!({"data": [], "has_more": false, "object": "list"}),
        ));
        let one = providers.select(&[account.name()]).unwrap();
        one.list(&ListQuery::new()).await.unwrap();
        let metadata = server.last().header("x-tfy-metadata").map(str::to_owned);
        let expected = (account.name() == "truefoundry").then(|| "{\"team\":\"a\"}".to_owned());
        assert_eq!(metadata, expected, "{}", account.name());
        assert_eq!(server.last().header("x-tfy-provider-name"), None);
    }
}

/// A backend whose rejected operations must not be called at all.
#[derive(Debug)]
struct Minimal;

impl Backend for Minimal {
    fn vendor(&self) -> &Vendor {
        &VENDOR
    }

    fn list<'a>(&'a self, call: &'a Call, _: &'a PageQuery) -> Reply<'a, Page<Job>> {
        // Another name than the account's, as a careless backend writes it.
        let provider = Provider::new(format!("{}-client", call.account()), VENDOR.clone(), "on");
        let job = Job::new("minimal-1", "model", Status::Running, provider);
        Box::pin(async { Ok(Page::new(vec![job])) })
    }

    fn job<'a>(&'a self, _: &'a Call, _: &'a str) -> Reply<'a, Job> {
        Box::pin(async { Err(Error::not_found("not found: no such job")) })
    }

    fn change<'a>(&'a self, _: &'a Call, _: &'a str, _: JobChange) -> Reply<'a, Job> {
        panic!("this vendor changes no jobs");
    }

    fn delete<'a>(&'a self, _: &'a Call, _: &'a str) -> Reply<'a, ()> {
        panic!("this vendor deletes no jobs");
    }
}

#[tokio::test]
async fn unsupported_operations_of_a_backend_are_never_called() {
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend("minimal", Minimal))
        .unwrap();
    let error = providers.cancel("minimal-1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let error = providers.delete("minimal-1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    // What it lists is the account's, whatever it says.
    let list = providers.list(&ListQuery::new()).await.unwrap();
    assert_eq!(list.jobs[0].provider.account, "minimal");
}

#[tokio::test]
async fn an_account_without_files_does_not_affect_others() {
    let server = Server::start().await;
    let mut providers = Providers::new();
    providers
        .add(Account::with_backend("minimal", Minimal))
        .unwrap();
    let known = unitune::vendors::get("truefoundry").unwrap();
    let backend = known.connect(&server.url, "key").unwrap();
    providers
        .add(Account::with_backend("gateway", backend))
        .unwrap();
    let file = json!({"id": "file-1", "object": "file", "bytes": 1, "created_at": 1,
        "purpose": "fine-tune", "status": "processed"});
    server.answer(Answer::json(json!({"object": "list", "data": [file]})));
    let list = providers.list_files().await;
    assert_eq!((list.files.len(), list.warnings.len()), (1, 0), "{list:?}");
    server.answer(Answer::json(
        json!({"id": "file-1", "object": "file", "deleted": true}),
    ));
    providers.delete_file("file-1").await.unwrap();
    server.answer(Answer::json(json!({"error": {"message": "no such file"}})).status(404));
    assert!(providers.file("file-2").await.unwrap_err().is_not_found());
}

#[cfg(feature = "config")]
#[tokio::test]
async fn the_vendors_own_client_is_at_hand_however_the_account_was_made() {
    let text = "[[account]]\nname = \"a\"\nvendor = \"truefoundry\"\nkey = \"k\"\n\
                base_url = \"https://gateway.example\"\n";
    let config = unitune::providers::Config::from_toml(text).unwrap();
    let account = config.providers().get("a").unwrap();
    let client = account.client::<unitune::truefoundry::Client>().unwrap();
    assert_eq!(client.transport().base_url(), "https://gateway.example");
    assert!(account.client::<Minimal>().is_none());
}

/// An account whose ids have the form is asked alone, so that another one that
/// cannot be asked is not in the way of a change.
#[tokio::test]
async fn the_form_of_an_id_comes_first() {
    let mut failing = Memory::of(&[], 10);
    failing.fails = true;
    failing.knows_no_form = true;
    let failing = Arc::new(failing);
    let healthy = Arc::new(Memory::of(&[5], 10));
    let providers = providers(vec![Arc::clone(&failing), healthy]);
    assert_eq!(
        providers.cancel("m-5-0").await.unwrap().status,
        Status::Cancelled
    );
    assert_eq!(failing.calls.load(Ordering::SeqCst), 0);
}

/// Cursors that lead in a circle, and pages that stay empty.
#[derive(Debug)]
struct Circle {
    jobs: bool,
}

impl Backend for Circle {
    fn vendor(&self) -> &Vendor {
        &VENDOR
    }

    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>> {
        let next = match query.cursor.as_deref() {
            Some("a") => "b".to_owned(),
            _ if self.jobs => "a".to_owned(),
            other => format!("{}x", other.unwrap_or_default()),
        };
        let jobs = match (self.jobs, next.as_str()) {
            (true, "a") => vec![job(call, 2, "m-2")],
            (true, _) => vec![job(call, 1, "m-1")],
            _ => Vec::new(),
        };
        Box::pin(async { Ok(Page::new(jobs).next(Some(next))) })
    }

    fn job<'a>(&'a self, _: &'a Call, _: &'a str) -> Reply<'a, Job> {
        Box::pin(async { Err(Error::not_found("not found: no such job")) })
    }
}

#[tokio::test]
async fn pages_that_lead_nowhere_end_with_a_warning() {
    for jobs in [true, false] {
        let mut providers = Providers::new();
        providers
            .add(Account::with_backend("circle", Circle { jobs }))
            .unwrap();
        let query = ListQuery::new();
        let list = providers.list(&query);
        let list = tokio::time::timeout(Duration::from_secs(20), list)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(list.jobs.len(), if jobs { 2 } else { 0 });
        assert_eq!(list.warnings.len(), 1, "{:?}", list.warnings);
    }
}
