//! The merge against a plain sort of everything.

use proptest::prelude::*;
use unitune::truefoundry::types::FineTuningJob;
use unitune::unify::{Context, Unify};

use super::*;

fn job(account: &str, id: &str, created_at: i64) -> Job {
    let job = serde_json::json!({"object": "fine_tuning.job", "id": id, "model": "m",
        "created_at": created_at, "fine_tuned_model": null, "organization_id": "",
        "result_files": [], "status": "running", "validation_file": null, "training_file": "f"});
    let job: FineTuningJob = serde_json::from_value(job).unwrap();
    job.unify(&Context::new(account)).unwrap()
}

/// An account that gives its jobs in pages, or all at once.
#[derive(Debug)]
struct Fake {
    name: String,
    jobs: Vec<Job>,
    has_pages: bool,
}

impl Source for Fake {
    fn name(&self) -> &str {
        &self.name
    }

    fn has_pages(&self) -> bool {
        self.has_pages
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Page, Failed> {
        let start = match after {
            None => 0,
            Some(id) => 1 + self.jobs.iter().position(|job| job.id == id).unwrap(),
        };
        let size = if self.has_pages { limit } else { usize::MAX };
        let rest = &self.jobs[start..];
        let jobs: Vec<Job> = rest.iter().take(size).cloned().collect();
        Ok(Page {
            has_more: rest.len() > jobs.len(),
            last: jobs.last().map(|job| job.id.clone()),
            jobs,
            warnings: Vec::new(),
        })
    }
}

fn accounts() -> impl Strategy<Value = Vec<Fake>> {
    // Few different times, so that many are equal.
    let times = prop::collection::vec(0..6i64, 0..25);
    prop::collection::vec((times, any::<bool>()), 1..4).prop_map(|accounts| {
        let fake = |(index, (mut times, has_pages)): (usize, (Vec<i64>, bool))| {
            let name = format!("account-{index}");
            times.sort_by_key(|time| std::cmp::Reverse(*time));
            let jobs = times.iter().enumerate();
            Fake {
                jobs: jobs
                    .map(|(n, time)| job(&name, &format!("job-{index}-{n:03}"), *time))
                    .collect(),
                name,
                has_pages,
            }
        };
        accounts.into_iter().enumerate().map(fake).collect()
    })
}

fn run<T>(future: impl Future<Output = T>) -> T {
    futures_util::FutureExt::now_or_never(future).expect("nothing here ever waits")
}

proptest! {
    #[test]
    fn pages_follow_each_other_exactly(accounts in accounts(), limit in 1..9usize) {
        let mut all: Vec<&Job> = accounts.iter().flat_map(|account| &account.jobs).collect();
        all.sort_by(|a, b| order((a, &a.provider.account), (b, &b.provider.account)));
        let all: Vec<&str> = all.into_iter().map(|job| job.id.as_str()).collect();

        let mut seen: Vec<String> = Vec::new();
        let mut position: Option<Position> = None;
        loop {
            let (listed, failed) = run(merge(&accounts, position.as_ref(), limit));
            prop_assert!(failed.is_empty());
            prop_assert!(listed.jobs.len() <= limit);
            seen.extend(listed.jobs.iter().map(|job| job.id.clone()));
            prop_assert_eq!(listed.has_more, seen.len() < all.len());
            if !listed.has_more {
                break;
            }
            let last = listed.jobs.last().unwrap();
            position = Some(Position {
                account: last.provider.account.clone(),
                id: last.id.clone(),
                created_at: last.created_at,
            });
        }
        prop_assert_eq!(seen, all);
    }
}

#[test]
fn an_account_that_repeats_its_page_ends() {
    struct Stuck;
    impl Source for Stuck {
        fn name(&self) -> &str {
            "stuck"
        }
        fn has_pages(&self) -> bool {
            true
        }
        async fn page(&self, _: Option<&str>, _: usize) -> Result<Page, Failed> {
            Ok(Page {
                jobs: Vec::new(),
                has_more: true,
                last: Some("same".to_owned()),
                warnings: Vec::new(),
            })
        }
    }
    let (listed, _) = run(merge(&[Stuck], None, 3));
    assert!(listed.jobs.is_empty() && !listed.has_more);
}
