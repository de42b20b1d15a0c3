//! Compares the list with a plain sort of all jobs.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use proptest::prelude::*;
use serde_json::json;

use super::account_jobs::{AccountJobs, Pages};
use super::position_cache::PositionCache;
use super::{JobStream, ListItem};
use crate::Error;
use crate::providers::{JobOrder, ListQuery, Page, PageQuery};
use crate::truefoundry::types::FineTuningJob;
use crate::unify::{Context, Job, Unify};

type TimeAndId = (Option<i64>, String);

/// An account: (created_at, id) in the vendor's order, and how many the vendor
/// gives at once at most; none of that where it gives all in any order. A job
/// without a time stands anywhere.
#[derive(Clone, Debug)]
struct Vendor {
    account: String,
    jobs: Arc<Mutex<Vec<TimeAndId>>>,
    page: Option<usize>,
}

fn job(account: &str, created_at: Option<i64>, id: &str) -> Job {
    let body = json!({
        "object": "fine_tuning.job", "id": id, "model": "m", "created_at": 0,
        "fine_tuned_model": null, "organization_id": "", "result_files": [],
        "status": "running", "validation_file": null, "training_file": "f",
    });
    let job: FineTuningJob = serde_json::from_value(body).unwrap();
    let mut job = job.unify(&Context::new(account)).unwrap();
    job.created_at = created_at;
    job
}

impl Pages for Vendor {
    fn account(&self) -> &str {
        &self.account
    }

    fn order(&self) -> JobOrder {
        match self.page {
            Some(_) => JobOrder::NewestFirst,
            None => JobOrder::Unordered,
        }
    }

    fn cursor_after(&self, job: &str) -> Option<String> {
        self.page.map(|_| job.to_owned())
    }

    fn page(&self, query: PageQuery) -> BoxFuture<'_, Result<Page<Job>, Error>> {
        Box::pin(async move {
            // Accounts respond one after the other, in no fixed order.
            tokio::task::yield_now().await;
            let jobs = self.jobs.lock().unwrap();
            let start = match &query.cursor {
                None => 0,
                Some(id) => jobs.iter().position(|(_, known)| known == id).unwrap() + 1,
            };
            let size = self.page.unwrap_or(usize::MAX).min(query.limit.unwrap());
            let size = if self.page.is_none() {
                usize::MAX
            } else {
                size
            };
            let part: Vec<_> = jobs[start..].iter().take(size).collect();
            let has_more = start + part.len() < jobs.len();
            let next = part.last().map(|(_, id)| id.clone()).filter(|_| has_more);
            let jobs = part.iter().map(|(time, id)| job(&self.account, *time, id));
            Ok(Page::new(jobs.collect()).next(next))
        })
    }
}

impl Vendor {
    /// A vendor that pages gives the newest first; jobs of one second stand in
    /// an order of its own.
    fn add(&self, time: Option<i64>, id: String) {
        let mut jobs = self.jobs.lock().unwrap();
        let is_older = |t: &Option<i64>| t.is_some_and(|t| time.is_none_or(|time| t <= time));
        let place = match (self.page, time) {
            (Some(_), Some(_)) => jobs.iter().position(|(t, _)| is_older(t)),
            // In the middle, so that the jobs around it are in order still.
            (Some(_), None) => Some(jobs.len() / 2),
            (None, _) => None,
        };
        let place = place.unwrap_or(jobs.len());
        jobs.insert(place, (time, id));
    }
}

/// Everything in the list's order.
fn plain_sort(vendors: &[Vendor]) -> Vec<(Reverse<Option<i64>>, String, String)> {
    let mut all = Vec::new();
    for vendor in vendors {
        for (time, id) in vendor.jobs.lock().unwrap().iter() {
            all.push((Reverse(*time), id.clone(), vendor.account.clone()));
        }
    }
    all.sort();
    all
}

/// Returns one page, as for a caller without any state.
async fn page(
    vendors: &[Vendor],
    query: &ListQuery,
    after: Option<&Job>,
    positions: &Arc<PositionCache>,
) -> (Vec<Job>, bool) {
    let limit = query.limit.unwrap_or(usize::MAX);
    let sources = vendors
        .iter()
        .map(|v| AccountJobs::new(Arc::new(v.clone()), query, Arc::clone(positions)))
        .collect();
    let position = after.map(super::Position::of);
    let start = position.map(|p| Box::pin(async move { Ok(p) }) as BoxFuture<'static, _>);
    let mut stream = JobStream::new(sources, query, start);
    let mut jobs = Vec::new();
    while let Some(item) = stream.next().await {
        match item.unwrap() {
            ListItem::Job(_) if jobs.len() == limit => return (jobs, true),
            ListItem::Job(job) => jobs.push(*job),
            ListItem::Warning(warning) => panic!("{warning}"),
        }
    }
    (jobs, false)
}

fn key(job: &Job) -> (Reverse<Option<i64>>, String, String) {
    let account = job.provider.account.clone();
    (Reverse(job.created_at), job.id.clone(), account)
}

/// Accounts, each with its page size and the times of its jobs: few different
/// times, so that there are many ties, and some jobs without a time.
fn accounts() -> impl Strategy<Value = Vec<(Option<usize>, Vec<Option<i64>>)>> {
    let page = prop_oneof![Just(None), (1_usize..6).prop_map(Some)];
    let time = prop_oneof![8 => (0_i64..12).prop_map(Some), 1 => Just(None)];
    prop::collection::vec((page, prop::collection::vec(time, 0..25)), 1..5)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn pages_are_exact_whatever_happens_between_them(
        accounts in accounts(),
        limit in 1_usize..8,
        new in prop::collection::vec((0_usize..5, prop::option::weighted(0.8, 0_i64..14)), 0..12),
        keep_hints in any::<bool>(),
    ) {
        let vendors = build(accounts);
        let mut new = new.into_iter().enumerate();
        let mut positions = Arc::new(PositionCache::default());
        let query = ListQuery::new().limit(limit);
        block_on(async {
            let mut last: Option<Job> = None;
            let mut seen = BTreeSet::new();
            loop {
                let (jobs, has_more) = page(&vendors, &query, last.as_ref(), &positions).await;
                // The plain sort of all jobs at this moment.
                let after = last.as_ref().map(key);
                let rest: Vec<_> = plain_sort(&vendors)
                    .into_iter()
                    .filter(|k| after.as_ref().is_none_or(|after| k > after))
                    .collect();
                let expected: Vec<_> = rest.iter().take(limit).cloned().collect();
                prop_assert_eq!(jobs.iter().map(key).collect::<Vec<_>>(), expected);
                prop_assert_eq!(has_more, rest.len() > limit);
                for job in &jobs {
                    prop_assert!(seen.insert(job.id.clone()), "twice: {}", job.id);
                }
                let Some(next) = jobs.last() else { break };
                last = Some(next.clone());
                // Jobs of any time are created between pages.
                if let Some((n, (account, time))) = new.next() {
                    let vendor = &vendors[account % vendors.len()];
                    // Pages that were read before are not read again for a job
                    // that came since and has no time.
                    let time = if keep_hints { time.or(Some(7)) } else { time };
                    vendor.add(time, format!("new-{n}"));
                }
                if !keep_hints {
                    // Another replica responds.
                    positions = Arc::new(PositionCache::default());
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn times_bound_the_list(
        accounts in accounts(),
        from in 0_i64..12,
        to in 0_i64..12,
    ) {
        let vendors = build(accounts);
        let query = ListQuery::new().created_after(from).created_before(to);
        let positions = Arc::new(PositionCache::default());
        let expected: Vec<_> = plain_sort(&vendors)
            .into_iter()
            .filter(|(Reverse(time), _, _)| time.is_some_and(|time| (from..to).contains(&time)))
            .collect();
        for _ in 0..2 {
            let (jobs, _) = block_on(page(&vendors, &query, None, &positions));
            prop_assert_eq!(jobs.iter().map(key).collect::<Vec<_>>(), expected.clone());
        }
    }
}

fn build(accounts: Vec<(Option<usize>, Vec<Option<i64>>)>) -> Vec<Vendor> {
    let accounts = accounts.into_iter().enumerate();
    accounts
        .map(|(n, (page, times))| {
            let vendor = Vendor {
                account: format!("account-{}", (n * 7) % 5),
                jobs: Arc::default(),
                page,
            };
            for (m, time) in times.into_iter().enumerate() {
                // Ids in no order of time.
                vendor.add(time, format!("job-{}-{n}", (m * 13) % 29));
            }
            vendor
        })
        .collect()
}

#[test]
fn no_more_than_two_pages_of_an_account_are_held() {
    let vendor = Vendor {
        account: "a".to_owned(),
        jobs: Arc::default(),
        page: Some(100),
    };
    for n in 0..3000_i64 {
        vendor.add(Some(n), format!("job-{n}"));
    }
    let query = ListQuery::new();
    let positions = Arc::new(PositionCache::default());
    let source = AccountJobs::new(Arc::new(vendor), &query, positions);
    let mut stream = JobStream::new(vec![source], &query, None);
    block_on(async {
        let mut count = 0;
        while stream.next().await.is_some() {
            assert!(
                stream.sources[0].held() <= 200,
                "{}",
                stream.sources[0].held()
            );
            count += 1;
        }
        assert_eq!(count, 3000);
    });
}

/// A job without a time is no sign of another order, and comes last of all.
#[test]
fn jobs_without_a_time_come_last() {
    let vendor = |account: &str, times: &[Option<i64>]| {
        let vendor = Vendor {
            account: account.to_owned(),
            jobs: Arc::default(),
            page: Some(2),
        };
        for (n, time) in times.iter().enumerate() {
            let mut jobs = vendor.jobs.lock().unwrap();
            jobs.push((*time, format!("{account}-{n}")));
        }
        vendor
    };
    let vendors = [
        vendor("a", &[None, Some(9), Some(5), None, Some(1)]),
        vendor("b", &[Some(7), None]),
    ];
    let query = ListQuery::new().limit(2);
    let positions = Arc::new(PositionCache::default());
    let mut shown: Vec<Job> = Vec::new();
    loop {
        let (jobs, has_more) = block_on(page(&vendors, &query, shown.last(), &positions));
        shown.extend(jobs);
        if !has_more {
            break;
        }
    }
    let ids: Vec<&str> = shown.iter().map(|job| job.id.as_str()).collect();
    assert_eq!(ids, ["a-1", "b-0", "a-2", "a-4", "a-0", "a-3", "b-1"]);
}
