//! Which fine-tuned models stop working when: looked up at the accounts at most
//! once an hour, and reported as warnings of lists of jobs.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Mutex;

use super::{Account, Providers, Warning};
use crate::unify::{Job, ModelShutdowns};

/// How long an account's answer is used: announcements are months ahead.
const KEPT: Duration = Duration::from_secs(3600);

/// An account's last answer.
#[derive(Clone, Default)]
pub(super) struct KnownShutdowns(Arc<Mutex<Option<Answer>>>);

/// An answer, and when it was asked for.
struct Answer {
    asked: Instant,
    shutdowns: Arc<ModelShutdowns>,
}

impl KnownShutdowns {
    /// Returns what is announced for an account's models. Simultaneous callers
    /// share one question.
    async fn of(&self, account: &Account) -> Arc<ModelShutdowns> {
        let mut known = self.0.lock().await;
        let now = account.clock().now();
        if let Some(answer) = known.as_ref()
            && now.saturating_duration_since(answer.asked) < KEPT
        {
            return Arc::clone(&answer.shutdowns);
        }
        // A list of jobs does without.
        let shutdowns = account.shutdowns().await.unwrap_or_default();
        let shutdowns = Arc::new(shutdowns);
        *known = Some(Answer {
            asked: now,
            shutdowns: Arc::clone(&shutdowns),
        });
        shutdowns
    }
}

impl fmt::Debug for KnownShutdowns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownShutdowns")
    }
}

impl Providers {
    /// Returns true for a job that [`Self::shutdown_warnings`] looks at: it has a
    /// model, and its vendor announces which models stop working.
    pub fn announces_shutdowns(&self, job: &Job) -> bool {
        let mut accounts = self.accounts().iter();
        job.fine_tuned_model.is_some()
            && accounts.any(|account| {
                account.name() == job.provider.account && account.backend().announces_shutdowns()
            })
    }

    /// Returns a warning for each account with fine-tuned models among these
    /// jobs that stop working, or have stopped: which ones, and when. A vendor's
    /// list of models is asked at most once an hour.
    ///
    /// ```no_run
    /// # async fn f(providers: &unitune::providers::Providers) -> Result<(), unitune::Error> {
    /// use unitune::providers::ListQuery;
    ///
    /// let list = providers.list(&ListQuery::new()).await?;
    /// for warning in providers.shutdown_warnings(&list.jobs).await {
    ///     eprintln!("{warning}");
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn shutdown_warnings(&self, jobs: &[Job]) -> Vec<Warning> {
        self.shutdown_warnings_by(jobs, |account| seconds(account.clock().wall()))
            .await
    }

    /// As [`Self::shutdown_warnings`], at this time in Unix seconds: simulated vendors have
    /// a time of their own.
    pub async fn shutdown_warnings_at(&self, jobs: &[Job], now: i64) -> Vec<Warning> {
        self.shutdown_warnings_by(jobs, |_| now).await
    }

    async fn shutdown_warnings_by(
        &self,
        jobs: &[Job],
        now: impl Fn(&Account) -> i64,
    ) -> Vec<Warning> {
        let now = &now;
        let notes = self.accounts().iter().map(|account| async move {
            let of_account = || {
                let jobs = jobs.iter().filter(|job| job.fine_tuned_model.is_some());
                jobs.filter(|job| job.provider.account == account.name())
            };
            if !account.backend().announces_shutdowns() {
                return None;
            }
            of_account().next()?;
            let shutdowns = account.known_shutdowns().of(account).await;
            let note = shutdowns.note(of_account(), now(account))?;
            Some(Warning::about_account(account.name(), note))
        });
        let notes = futures_util::future::join_all(notes).await;
        notes.into_iter().flatten().collect()
    }
}

/// A time of the calendar, in Unix seconds.
fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
