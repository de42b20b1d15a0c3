//! Jobs and their metrics, also of those that continue them.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use unitune::Error;
use unitune::providers::{JobRef, Operation, Providers};
use unitune::unify::{Job, MetricPoint};

use crate::exit::Exit;

/// How many jobs are asked for at the same time.
const AT_ONCE: usize = 4;

/// A job, and its metrics, oldest first: of itself, and of each job that
/// continues it.
pub struct JobMetrics {
    pub job: Job,
    pub runs: Vec<Vec<MetricPoint>>,
}

/// Returns the jobs with these ids and their metrics, in this order. What is not
/// found is said on stderr, and is in the exit code.
pub async fn jobs_with_metrics(providers: &Providers, ids: &[String]) -> (Vec<JobMetrics>, Exit) {
    let answers = stream::iter(ids).map(|id| async move {
        let job = providers.retrieve(id).await?;
        with_metrics(providers, job).await
    });
    let answers: Vec<Result<JobMetrics, Error>> = answers.buffered(AT_ONCE).collect().await;
    let mut jobs = Vec::new();
    let mut exit = Exit::Done;
    // Some vendors have several ids for a job.
    let mut seen = HashSet::new();
    for answer in answers {
        match answer {
            Ok(found) => {
                let (account, id) = (&found.job.provider.account, &found.job.id);
                if seen.insert((account.clone(), id.clone())) {
                    jobs.push(found);
                }
            }
            Err(error) => exit = exit.report(error),
        }
    }
    (jobs, exit)
}

/// Returns a job with its metrics and those of the jobs that continue it.
///
/// # Errors
///
/// The vendor gives no metrics, or cannot be asked.
pub async fn with_metrics(providers: &Providers, job: Job) -> Result<JobMetrics, Error> {
    let mut runs = vec![providers.metrics(JobRef::from(&job)).await?];
    let mut seen = HashSet::from([job.id.clone()]);
    let account = job.provider.account.clone();
    let mut next = job.provider.successor.clone();
    while let Some(id) = next.filter(|id| seen.insert(id.clone())) {
        let target = JobRef::at(&account, &id);
        runs.push(providers.metrics(target.clone()).await?);
        next = providers.retrieve(target).await?.provider.successor;
    }
    Ok(JobMetrics { job, runs })
}

impl JobMetrics {
    /// Returns all metrics, oldest first.
    #[cfg(feature = "charts")]
    pub fn points(&self) -> impl DoubleEndedIterator<Item = &MetricPoint> {
        self.runs.iter().flatten()
    }
}

/// Returns true where the account of a job has metrics.
pub fn has_metrics(providers: &Providers, account: &str) -> bool {
    let account = providers.get(account);
    account.is_some_and(|account| account.support(Operation::Metrics).is_supported())
}
