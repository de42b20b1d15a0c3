//! Finds out whether a move has started its job already.

use std::time::Duration;

use unitune::providers::{JobRef, ListQuery, Providers};
use unitune::unify::Job;

use crate::exit::{Exit, Failure};
use crate::output;
use crate::rerun::journal::{Journal, Sent, Step};

/// How long a vendor may take with a request whose sender is gone.
const SETTLED: i64 = 30;
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Returns the job that was started before, if there is one. Where that is in
/// doubt, the account's jobs tell.
///
/// # Errors
///
/// The account does not answer: then it is not known, and nothing may be started.
pub async fn find(
    journal: &mut Journal,
    providers: &Providers,
    target: &str,
) -> Result<Option<Job>, Failure> {
    let standing = journal.standing();
    if let Some(id) = standing.created {
        return match providers.retrieve(JobRef::at(target, &id)).await {
            Ok(job) => Ok(Some(job)),
            Err(error) if error.is_not_found() => Err(Failure::new(
                Exit::Failure,
                format!(
                    "it was moved before, as {id}, which is no longer there; to move it once more: \
                     --again"
                ),
            )),
            Err(error) => Err(error.into()),
        };
    }
    let Some(doubt) = standing.in_doubt else {
        return Ok(None);
    };
    let mut found = oldest(&search(providers, target, &doubt.request).await?, journal);
    let left = doubt.at + SETTLED - now();
    if found.is_none() && left > 0 {
        output::note(&format!(
            "it was broken off while the job was being started: waiting {left} seconds, to be sure \
             whether it was"
        ));
        tokio::time::sleep(Duration::from_secs(left.unsigned_abs())).await;
        found = oldest(&search(providers, target, &doubt.request).await?, journal);
    }
    match &found {
        Some(job) => journal.record(Step::Created {
            job: job.id.clone(),
        })?,
        None => journal.record(Step::NotCreated {
            why: "it is not among the account's jobs".to_owned(),
        })?,
    }
    Ok(found)
}

/// The first that was made, of those that no other move has started.
fn oldest(jobs: &[Job], journal: &Journal) -> Option<Job> {
    let others = journal.of_other_moves();
    let is_own = |job: &&Job| !others.contains(&job.id);
    jobs.iter()
        .filter(is_own)
        .min_by_key(|job| job.created_at)
        .cloned()
}

/// Returns the jobs with the same file and model that were not there before.
///
/// # Errors
///
/// The account does not answer, or not all of it.
pub async fn search(providers: &Providers, target: &str, sent: &Sent) -> Result<Vec<Job>, Failure> {
    let account = providers.select(&[target.to_owned()])?;
    let mut query = ListQuery::new();
    // Both times are of the vendor's own clock.
    if let Some(created) = sent.file_created_at {
        query = query.created_after(created - 60);
    }
    let list = account.list(&query).await?;
    if let Some(warning) = list
        .warnings
        .iter()
        .find(|warning| !warning.is_about_item())
    {
        let what = format!(
            "cannot tell which jobs {target} has: {warning}\nNothing was started; try again later"
        );
        return Err(Failure::new(Exit::Partial, what));
    }
    let is_it = |job: &Job| {
        // A job may come without its model.
        let model = match job.model.as_str() {
            "" => &sent.model,
            model => model,
        };
        sent.can_be(&job.training_file, model) && !sent.others.contains(&job.id)
    };
    Ok(list.jobs.into_iter().filter(is_it).collect())
}
