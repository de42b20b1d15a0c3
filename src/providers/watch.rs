//! Watches jobs until they end.

mod multi;
mod watcher;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::{JobRef, ListQuery, Providers, Warning};
use crate::unify::{Event, Job, Status};
use crate::{Error, ErrorKind};

use watcher::Watcher;

/// How jobs are watched.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WatchOptions {
    /// How soon a job is asked after that has just changed.
    pub min_interval: Duration,
    /// How late a job is asked after that has not changed for long.
    pub max_interval: Duration,
    /// Whether the log is read too.
    pub events: bool,
    /// Only events after the one of this id are told, where the log of the job,
    /// or of one that it goes on as, has it.
    pub after_event: Option<String>,
    /// After so many errors in a row, of a sort that does not pass by itself, a
    /// watch gives up.
    pub max_consecutive_errors: usize,
    /// After so many faults in a row, of a sort that passes by itself, a watch
    /// gives up; it never does unless set.
    pub max_consecutive_faults: Option<usize>,
    /// Makes the random part of the intervals the same each time, for tests.
    pub jitter_seed: Option<u64>,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            min_interval: Duration::from_secs(2),
            max_interval: Duration::from_secs(60),
            events: true,
            after_event: None,
            max_consecutive_errors: 3,
            max_consecutive_faults: None,
            jitter_seed: None,
        }
    }
}

impl WatchOptions {
    /// Every 2 to 60 seconds, with the log.
    pub fn new() -> Self {
        Self::default()
    }

    /// How soon and how late a job is asked after.
    #[must_use]
    pub fn intervals(mut self, min: Duration, max: Duration) -> Self {
        self.min_interval = min;
        self.max_interval = max.max(min);
        self
    }

    /// Only events after the one of this id are told.
    #[must_use]
    pub fn after_event(mut self, id: impl Into<String>) -> Self {
        self.after_event = Some(id.into());
        self
    }

    /// After how many faults in a row a watch gives up.
    #[must_use]
    pub fn max_consecutive_faults(mut self, faults: usize) -> Self {
        self.max_consecutive_faults = Some(faults);
        self
    }

    /// Whether the log is read too.
    #[must_use]
    pub fn events(mut self, events: bool) -> Self {
        self.events = events;
        self
    }
}

/// Something that happened to a job that is watched.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// The job is in another status, or it is seen for the first time.
    Status {
        /// The job as it stands.
        job: Box<Job>,
        /// The status before; none at the first sight.
        before: Option<Status>,
    },
    /// Something new is in the job's log.
    Event {
        /// The job.
        job: JobRef,
        /// What is new.
        event: Box<Event>,
    },
    /// The job has come further.
    Progress {
        /// The job.
        job: JobRef,
        /// How far it is.
        progress: Progress,
    },
    /// The vendor goes on with the job under another id, which is watched from
    /// here on.
    Restarted {
        /// The job so far.
        from: JobRef,
        /// The job that goes on.
        to: JobRef,
    },
    /// A job could not be asked after; the watch goes on.
    Trouble(Warning),
    /// The job has ended. Nothing follows of this job.
    Finished(Box<Job>),
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The step that is done.
    pub step: Option<i64>,
    /// How many steps there are.
    pub total_steps: Option<i64>,
    /// When the vendor expects the job to end, in Unix seconds.
    pub estimated_finish: Option<i64>,
}

/// What happens to jobs, until all of them have ended.
#[must_use = "streams do nothing unless they are polled"]
pub struct WatchStream(BoxStream<'static, Result<Change, Error>>);

impl Stream for WatchStream {
    type Item = Result<Change, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for WatchStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatchStream")
    }
}

impl Providers {
    /// What happens to a job, until it has ended. The end is always told, and
    /// once: [`Change::Finished`]. An error ends the watch of a job.
    ///
    /// ```no_run
    /// # async fn f(providers: &unitune::providers::Providers) -> Result<(), unitune::Error> {
    /// use futures_util::StreamExt;
    /// use unitune::providers::{Change, WatchOptions};
    ///
    /// let mut watch = providers.watch("ftjob-1", &WatchOptions::new());
    /// while let Some(change) = watch.next().await {
    ///     match change? {
    ///         Change::Status { job, .. } => println!("{} is {}", job.id, job.status),
    ///         Change::Finished(job) => println!("{:?}", job.fine_tuned_model),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn watch(&self, job: impl Into<JobRef>, options: &WatchOptions) -> WatchStream {
        let watcher = Watcher::new(self.clone(), job.into(), options.clone());
        WatchStream(watcher.changes().boxed())
    }

    /// The same for all jobs that a query is about and that have not ended:
    /// those that there are, up to the query's limit, and those that are
    /// started while others are watched. It is over when all of them have
    /// ended. An account that cannot be listed is asked again.
    pub fn watch_all(&self, query: &ListQuery, options: &WatchOptions) -> WatchStream {
        WatchStream(multi::watch(self.clone(), query.clone(), options.clone()).boxed())
    }

    /// Waits until a job has ended, and answers with it: the job that it goes
    /// on as, if the vendor restarts it. Whether it succeeded is in its status.
    ///
    /// # Errors
    ///
    /// As [`Self::retrieve`], when that does not pass.
    pub async fn wait(&self, job: impl Into<JobRef>, options: &WatchOptions) -> Result<Job, Error> {
        let mut watch = self.watch(job, &options.clone().events(false));
        while let Some(change) = watch.next().await {
            if let Change::Finished(job) = change? {
                return Ok(*job);
            }
        }
        // A watch ends with the end of its job, or with an error.
        Err(Error::new(ErrorKind::Interrupted, "the watch ended early"))
    }
}
