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

/// Options of a watch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WatchOptions {
    /// The polling interval of a job that has just changed.
    pub min_interval: Duration,
    /// The polling interval of a job that has not changed for long.
    pub max_interval: Duration,
    /// Whether the log is read as well.
    pub events: bool,
    /// The id of the event after which events are reported, if the log of the
    /// job, or of one that it continues as, contains it.
    pub after_event: Option<String>,
    /// The number of consecutive permanent errors after which the watch ends.
    pub max_consecutive_errors: usize,
    /// The number of consecutive transient errors after which the watch ends;
    /// by default it does not end.
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
    /// Creates options that poll every 2 to 60 seconds and read the log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the shortest and the longest polling interval.
    #[must_use]
    pub fn intervals(mut self, min: Duration, max: Duration) -> Self {
        self.min_interval = min;
        self.max_interval = max.max(min);
        self
    }

    /// Sets the id of the event after which events are reported.
    #[must_use]
    pub fn after_event(mut self, id: impl Into<String>) -> Self {
        self.after_event = Some(id.into());
        self
    }

    /// Sets the number of consecutive transient errors after which the watch
    /// ends.
    #[must_use]
    pub fn max_consecutive_faults(mut self, faults: usize) -> Self {
        self.max_consecutive_faults = Some(faults);
        self
    }

    /// Sets whether the log is read as well.
    #[must_use]
    pub fn events(mut self, events: bool) -> Self {
        self.events = events;
        self
    }
}

/// A change of a watched job.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// The status changed, or the job is seen for the first time.
    Status {
        /// The job.
        job: Box<Job>,
        /// The status before; `None` when the job is seen for the first time.
        before: Option<Status>,
    },
    /// There is a new event in the job's log.
    Event {
        /// The job.
        job: JobRef,
        /// The event.
        event: Box<Event>,
    },
    /// The job made progress.
    Progress {
        /// The job.
        job: JobRef,
        /// The progress.
        progress: Progress,
    },
    /// The vendor continues the job under another id, which is watched from now
    /// on.
    Restarted {
        /// The job until now.
        from: JobRef,
        /// The job that continues it.
        to: JobRef,
    },
    /// The job could not be retrieved; the watch continues.
    Trouble(Warning),
    /// The job has ended. Nothing follows for this job.
    Finished(Box<Job>),
}

/// The progress of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The last step that is done.
    pub step: Option<i64>,
    /// The number of steps.
    pub total_steps: Option<i64>,
    /// When the vendor expects the job to end, in Unix seconds.
    pub estimated_finish: Option<i64>,
}

/// A stream of the changes of jobs, until all of them have ended.
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
    /// Streams the changes of a job until it has ended. The end is always
    /// reported, and once: [`Change::Finished`]. An error ends the watch of a
    /// job.
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

    /// Streams the changes of all jobs that a query selects and that have not
    /// ended: the existing ones, up to the query's limit, and those that are
    /// created while others are watched. It ends when all of them have ended.
    /// An account that cannot be listed is retried.
    pub fn watch_all(&self, query: &ListQuery, options: &WatchOptions) -> WatchStream {
        WatchStream(multi::watch(self.clone(), query.clone(), options.clone()).boxed())
    }

    /// Waits until a job has ended, and returns it, or the job that continues
    /// it if the vendor restarts it. Its status tells whether it succeeded.
    ///
    /// # Errors
    ///
    /// As [`Self::retrieve`], for errors that are permanent.
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
