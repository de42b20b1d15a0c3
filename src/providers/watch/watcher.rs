//! Watches one job.

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use futures_util::stream;

use super::{Change, Progress, WatchOptions};
use crate::providers::{Account, JobRef, Operation, PageQuery, Providers, Warning};
use crate::transport::{Clock, RetryPolicy, SystemClock};
use crate::unify::{Event, Job, Status};
use crate::{Error, ErrorKind};

/// The number of events that are read at once.
const LOG_PAGE: usize = 50;
/// The number of events that are read in one poll: an endless log ends there.
const MAX_EVENTS: usize = 10_000;
/// How many times reading the log of an ended job is retried.
const MAX_LOG_FAULTS: usize = 3;

type Intervals = Box<dyn Iterator<Item = Duration> + Send>;

/// The watch of one job, and of the jobs that continue it.
pub(super) struct Watcher {
    providers: Providers,
    options: WatchOptions,
    target: JobRef,
    /// The status that was reported last: the gateway's and the vendor's.
    seen: Option<(Status, Cow<'static, str>)>,
    known_events: HashSet<String>,
    progress: Progress,
    intervals: Intervals,
    /// Consecutive permanent errors, and transient ones.
    errors: usize,
    faults: usize,
    /// Consecutive failures to read the log of an ended job.
    log_faults: usize,
    /// Whether the event after which to start is still to be found.
    is_resuming: bool,
    /// Ids that were watched, so that two jobs do not continue each other
    /// forever.
    watched: HashSet<String>,
    /// Whether a failure was confirmed by a second poll.
    confirmed: bool,
    first: Option<Job>,
    queue: VecDeque<Result<Change, Error>>,
    is_over: bool,
    is_started: bool,
}

impl Watcher {
    pub(super) fn new(providers: Providers, target: JobRef, options: WatchOptions) -> Self {
        Self {
            watched: HashSet::from([target.id.clone()]),
            intervals: intervals(&options),
            providers,
            target,
            seen: None,
            known_events: HashSet::new(),
            progress: Progress::default(),
            errors: 0,
            faults: 0,
            log_faults: 0,
            is_resuming: options.after_event.is_some() && options.events,
            confirmed: false,
            first: None,
            queue: VecDeque::new(),
            is_over: false,
            is_started: false,
            options,
        }
    }

    /// Creates a watch of a job that has just been retrieved.
    pub(super) fn starting_with(providers: Providers, job: Job, options: WatchOptions) -> Self {
        let mut watcher = Self::new(providers, JobRef::from(&job), options);
        watcher.first = Some(job);
        watcher
    }

    /// Streams the changes until the watch ends.
    pub(super) fn changes(self) -> impl Stream<Item = Result<Change, Error>> + Send + 'static {
        stream::unfold(self, |mut watcher| async move {
            loop {
                if let Some(change) = watcher.queue.pop_front() {
                    return Some((change, watcher));
                }
                if watcher.is_over {
                    return None;
                }
                watcher.poll_job().await;
            }
        })
    }

    /// Polls the job once.
    async fn poll_job(&mut self) {
        if std::mem::replace(&mut self.is_started, true) {
            let wait = self.intervals.next().unwrap_or(self.options.max_interval);
            self.clock().sleep(wait).await;
        }
        let answer = match self.first.take() {
            Some(job) => Ok(job),
            None => self.providers.find(&self.target).await.map(|(_, job)| job),
        };
        let answer = match answer {
            Ok(job) => self.resume(job).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(job) => self.saw(job).await,
            Err(error) => self.failed(error),
        }
    }

    /// Finds the event after which to start: in the log of the job, or of one
    /// that continues it, which is then watched instead. If no log contains it,
    /// everything is reported.
    async fn resume(&mut self, job: Job) -> Result<Job, Error> {
        self.target = JobRef::from(&job);
        let (true, Some(after), Some(account)) = (
            self.is_resuming,
            self.options.after_event.clone(),
            self.account(),
        ) else {
            return Ok(job);
        };
        if !account.support(Operation::Events).is_supported() {
            return Ok(job);
        }
        let mut watched = self.watched.clone();
        let mut current = job.clone();
        loop {
            let log = self.new_events(&account, &current.id).await?;
            if let Some(place) = log.iter().position(|event| event.id == after) {
                // Older events are known; newer ones are reported.
                let newer = log.iter().take(place).map(|event| &event.id);
                let newer: HashSet<String> = newer.cloned().collect();
                self.known_events.retain(|id| !newer.contains(id));
                self.is_resuming = false;
                self.target = JobRef::from(&current);
                self.watched = watched;
                return Ok(current);
            }
            let next = match current.provider.successor.clone() {
                Some(next) => Some(next),
                None if current.status == Status::Failed => account.successor(&current.id).await?,
                None => None,
            };
            match next {
                Some(next) if watched.insert(next.clone()) => current = account.job(&next).await?,
                _ => break,
            }
        }
        self.known_events.clear();
        self.is_resuming = false;
        Ok(job)
    }

    async fn saw(&mut self, job: Job) {
        self.errors = 0;
        self.target = JobRef::from(&job);
        let is_read = !self.options.events || self.read_log(&job).await;
        if self.is_over {
            return;
        }
        if is_read {
            self.faults = 0;
        } else if job.status.is_terminal() {
            // The last events matter most, so reading the log is retried.
            self.log_faults += 1;
            if self.log_faults <= MAX_LOG_FAULTS {
                return;
            }
        }
        self.log_faults = 0;
        self.report_progress(Progress {
            estimated_finish: job.estimated_finish,
            ..self.progress
        });
        let now = (job.status, job.provider.status.clone());
        if self.seen.as_ref() != Some(&now) {
            let before = self.seen.replace(now).map(|(status, _)| status);
            self.reset_intervals();
            let job = Box::new(job.clone());
            self.report(Change::Status { job, before });
        }
        if job.status.is_terminal() {
            self.ended(job).await;
        }
    }

    async fn ended(&mut self, job: Job) {
        let mut next = job.provider.successor.clone();
        // The job may be without its log; the vendor still has it.
        if next.is_none()
            && job.status == Status::Failed
            && let Some(account) = self.account()
        {
            match account.successor(&job.id).await {
                Ok(found) => next = found,
                Err(error) => self.could_not_read_log(&account, &job.id, error),
            }
        }
        if let Some(next) = next
            && self.watched.insert(next.clone())
        {
            let from = self.target.clone();
            let to = JobRef::at(&job.provider.account, next);
            self.target = to.clone();
            self.seen = None;
            self.progress = Progress::default();
            self.confirmed = false;
            self.reset_intervals();
            self.report(Change::Restarted { from, to });
            return;
        }
        // A restart may appear in the log a little after the failure.
        let may_be_restarted = job.status == Status::Failed
            && self
                .account()
                .is_some_and(|account| account.restarts_jobs());
        if may_be_restarted && !std::mem::replace(&mut self.confirmed, true) {
            self.reset_intervals();
            return;
        }
        self.is_over = true;
        self.report(Change::Finished(Box::new(job)));
    }

    fn failed(&mut self, error: Error) {
        if error.is_retryable() {
            self.errors = 0;
            self.faults += 1;
        } else {
            self.errors += 1;
            self.faults = 0;
        }
        let gives_up =
            self.errors >= self.options.max_consecutive_errors || self.has_too_many_faults();
        // Errors that a retry cannot change.
        let is_hopeless = matches!(
            error.kind(),
            ErrorKind::Ambiguous | ErrorKind::Config | ErrorKind::InvalidRequest
        );
        let unseen = self.seen.is_none() && error.is_not_found();
        if is_hopeless || unseen || gives_up {
            self.is_over = true;
            self.queue.push_back(Err(error));
            return;
        }
        let account = error.account().or(self.target.account.as_deref());
        let account = account.unwrap_or_default().to_owned();
        self.report(Change::Trouble(Warning::account(&account, error)));
    }

    fn has_too_many_faults(&self) -> bool {
        let max = self.options.max_consecutive_faults;
        max.is_some_and(|max| self.faults > max)
    }

    /// Reports the new events of the log, oldest first. Returns false if the
    /// log could not be read but may be later.
    async fn read_log(&mut self, job: &Job) -> bool {
        let Some(account) = self.account() else {
            return true;
        };
        if !account.support(Operation::Events).is_supported() {
            return true;
        }
        match self.new_events(&account, &job.id).await {
            Ok(events) => {
                for event in events.into_iter().rev() {
                    let progress = self.progress.after(&event);
                    let (job, event) = (self.target.clone(), Box::new(event));
                    self.report(Change::Event { job, event });
                    self.report_progress(progress);
                }
            }
            Err(error) => {
                let is_final = !error.is_retryable();
                self.faults += usize::from(!is_final);
                if !is_final && self.has_too_many_faults() {
                    self.is_over = true;
                    self.queue.push_back(Err(error));
                    return false;
                }
                self.could_not_read_log(&account, &job.id, error);
                return is_final;
            }
        }
        true
    }

    fn could_not_read_log(&mut self, account: &Account, job: &str, error: Error) {
        let mut warning = Warning::account(account.name(), error);
        warning.account_failed = false;
        warning.job = Some(job.to_owned());
        self.report(Change::Trouble(warning));
    }

    /// Returns the new events, newest first, back to the first known one.
    async fn new_events(&mut self, account: &Account, job: &str) -> Result<Vec<Event>, Error> {
        let (mut new, mut ids) = (Vec::new(), HashSet::new());
        let mut query = PageQuery::new().limit(LOG_PAGE);
        loop {
            let page = account.events_page(job, &query).await?;
            let mut met_known = false;
            for event in page.items {
                // A vendor may send one page twice.
                match self.known_events.contains(&event.id) {
                    true => met_known = true,
                    false if ids.insert(event.id.clone()) => new.push(event),
                    false => {}
                }
            }
            match page.next {
                Some(next)
                    if !met_known
                        && new.len() < MAX_EVENTS
                        && query.after.as_ref() != Some(&next) =>
                {
                    query.after = Some(next);
                }
                _ => break,
            }
        }
        // Only reported events count as known: a page that fails is read again.
        self.known_events.extend(ids);
        Ok(new)
    }

    fn report(&mut self, change: Change) {
        self.queue.push_back(Ok(change));
    }

    fn report_progress(&mut self, progress: Progress) {
        if progress != self.progress {
            self.progress = progress;
            self.reset_intervals();
            let job = self.target.clone();
            self.report(Change::Progress { job, progress });
        }
    }

    /// Returns to the shortest interval: a job that changes will soon change
    /// again.
    fn reset_intervals(&mut self) {
        self.intervals = intervals(&self.options);
    }

    fn account(&self) -> Option<Account> {
        let name = self.target.account.as_deref()?;
        self.providers.get(name).cloned()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        clock_of(&self.providers, self.account().as_ref())
    }
}

/// Returns the clock of an account, or of any.
pub(super) fn clock_of(providers: &Providers, account: Option<&Account>) -> Arc<dyn Clock> {
    let account = account.or(providers.accounts().first());
    account.map_or_else(|| Arc::new(SystemClock) as Arc<dyn Clock>, Account::clock)
}

/// Returns the intervals from the shortest to the longest, each with a random
/// part; the longest repeats.
fn intervals(options: &WatchOptions) -> Intervals {
    let policy = RetryPolicy {
        retries: usize::MAX,
        min_wait: options.min_interval,
        max_wait: options.max_interval,
        jitter_seed: options.jitter_seed,
    };
    Box::new(policy.waits_by(1.5))
}

impl Progress {
    /// Returns the progress after an entry of the log. Entries that are about no step say 0, and
    /// some vendors' logs count anew for what comes after the training.
    fn after(self, event: &Event) -> Self {
        let total_steps = number(event, "total_steps").or(self.total_steps);
        let step = number(event, "step");
        let step = match total_steps == self.total_steps {
            true => step.max(self.step),
            false => step.or(self.step),
        };
        Self {
            step,
            total_steps,
            ..self
        }
    }
}

fn number(event: &Event, name: &str) -> Option<i64> {
    let value = event.data.as_ref()?.get(name)?;
    value.as_i64().filter(|n| *n > 0)
}
