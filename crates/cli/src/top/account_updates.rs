//! Calls the accounts in the background, and puts what they return into the state:
//! jobs, their changes, and what a key requested for.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, FuturesUnordered};
use futures_util::{FutureExt, StreamExt, stream};
use unitune::Error;
use unitune::providers::{
    Change, JobRef, ListItem, ListQuery, Operation, PageQuery, Progress, Providers, WatchOptions,
};
use unitune::unify::Job;

use super::state::{Details, Id, State, id_of};
use crate::jobs::metrics::with_metrics;

/// How many events of an opened job are fetched.
const EVENTS: usize = 200;
/// How often the metrics and the log of an opened job are fetched.
const DETAILS_INTERVAL: Duration = Duration::from_secs(5);
/// How long to wait before jobs are listed again when all have ended.
const PAUSE: Duration = Duration::from_secs(20);
/// How many changes are taken in at once.
const AT_ONCE: usize = 500;

/// Something new.
pub enum Update {
    Job(Box<Job>),
    Progress(JobRef, Progress),
    Warning(String),
    /// All jobs are listed.
    Listed,
    /// All jobs that were watched have ended.
    WatchEnded,
    Details(Id, Details),
    Cancelled(Id, Result<Box<Job>, Error>),
}

/// Where update come from.
pub struct UpdateSource {
    providers: Providers,
    query: ListQuery,
    options: WatchOptions,
    jobs: BoxStream<'static, Vec<Update>>,
    /// What a key has requested for.
    requested: FuturesUnordered<BoxFuture<'static, Update>>,
    fetched: Option<(Id, Instant)>,
}

impl UpdateSource {
    pub fn new(providers: Providers, query: ListQuery, options: WatchOptions) -> Self {
        let mut source = Self {
            providers,
            query,
            options,
            jobs: stream::pending().boxed(),
            requested: FuturesUnordered::new(),
            fetched: None,
        };
        source.list_again(Duration::ZERO);
        source
    }

    /// Lists all jobs after a while, and then watches them.
    pub fn list_again(&mut self, after: Duration) {
        let limit = self.query.limit.unwrap_or(usize::MAX);
        let listed = self
            .providers
            .jobs(&self.query)
            .take(limit)
            .map(|item| match item {
                Ok(ListItem::Job(job)) => Update::Job(job),
                Ok(ListItem::Warning(warning)) => Update::Warning(warning.to_string()),
                Err(error) => Update::Warning(error.to_string()),
                Ok(_) => Update::Warning("the list has an item of an unknown kind".to_owned()),
            });
        let watched = self.providers.watch_all(&self.query, &self.options);
        let watched = watched.filter_map(|change| async { of_change(change) });
        let wait = stream::once(tokio::time::sleep(after)).filter_map(|()| async { None });
        self.jobs = wait
            .chain(listed)
            .chain(stream::once(async { Update::Listed }))
            .chain(watched)
            .chain(stream::once(async { Update::WatchEnded }))
            .ready_chunks(AT_ONCE)
            .boxed();
    }

    /// Waits for what is new.
    pub async fn next(&mut self) -> Vec<Update> {
        loop {
            tokio::select! {
                Some(update) = self.requested.next(), if !self.requested.is_empty() => return vec![update],
                Some(update) = self.jobs.next() => return update,
                else => std::future::pending::<()>().await,
            }
        }
    }

    /// Fetches the metrics and the log of a job.
    pub fn fetch(&mut self, id: Id) {
        self.fetched = Some((id.clone(), Instant::now()));
        self.requested
            .push(details(self.providers.clone(), id).boxed());
    }

    /// Fetches those of the opened job again, if it is time.
    pub fn refresh(&mut self, state: &State) {
        let Some(opened) = &state.opened else { return };
        // Only what was answered is requested again.
        if opened.details.is_none() {
            return;
        }
        let is_over = state
            .entry(&opened.id)
            .is_some_and(|entry| entry.job.status.is_terminal());
        let is_recent = self
            .fetched
            .as_ref()
            .is_some_and(|(id, at)| *id == opened.id && at.elapsed() < DETAILS_INTERVAL);
        if !is_over && !is_recent {
            self.fetch(opened.id.clone());
        }
    }

    fn put(&self, state: &mut State, job: Job) {
        let account = self.providers.get(&job.provider.account);
        let is_paused = account.is_some_and(|account| account.is_paused(&job));
        state.put(job, is_paused);
    }

    pub fn cancel(&mut self, job: JobRef) {
        let providers = self.providers.clone();
        let id = (job.account.clone().unwrap_or_default(), job.id.clone());
        let cancel = async move {
            let answer = providers.cancel(job).await;
            Update::Cancelled(id, answer.map(Box::new))
        };
        self.requested.push(cancel.boxed());
    }
}

fn of_change(change: Result<Change, Error>) -> Option<Update> {
    match change {
        Ok(Change::Status { job, .. } | Change::Finished(job)) => Some(Update::Job(job)),
        Ok(Change::Progress { job, progress }) => Some(Update::Progress(job, progress)),
        Ok(Change::Trouble(warning)) => Some(Update::Warning(warning.to_string())),
        Ok(_) => None,
        Err(error) => Some(Update::Warning(error.to_string())),
    }
}

async fn details(providers: Providers, id: Id) -> Update {
    let target = JobRef::at(&id.0, &id.1);
    let query = PageQuery::new().limit(EVENTS);
    let is_supported = |operation| {
        let account = providers.get(&id.0);
        account.is_some_and(|account| account.support(operation).is_supported())
    };
    let runs = async {
        if !is_supported(Operation::Metrics) {
            return Err("The vendor gives no metrics.".to_owned());
        }
        let job = providers.retrieve(target.clone()).await;
        let metrics = match job {
            Ok(job) => with_metrics(&providers, job).await,
            Err(error) => Err(error),
        };
        metrics
            .map(|metrics| metrics.runs)
            .map_err(|e| e.to_string())
    };
    let events = async {
        if !is_supported(Operation::Events) {
            return Err("The vendor gives no log.".to_owned());
        }
        let list = providers.events(target.clone(), &query).await;
        list.map(|list| list.data.into_iter().rev().collect())
            .map_err(|e| e.to_string())
    };
    let (runs, events) = tokio::join!(runs, events);
    Update::Details(id.clone(), Details { runs, events })
}

/// Takes in what is new.
pub fn apply(state: &mut State, source: &mut UpdateSource, update: Update) {
    match update {
        Update::Job(job) => source.put(state, *job),
        Update::Progress(job, progress) => state.progress(&job, progress),
        Update::Warning(warning) => state.warn(warning),
        Update::Listed => state.is_listing = false,
        Update::WatchEnded => source.list_again(PAUSE),
        Update::Details(id, details) => state.details(&id, details),
        Update::Cancelled(id, Ok(job)) => {
            state.message = Some(format!(
                "{} is {}",
                job.id,
                crate::jobs::table::status(&job)
            ));
            let now = id_of(&job);
            source.put(state, *job);
            if state.opened.as_ref().is_some_and(|opened| opened.id == id) {
                source.fetch(now);
            }
        }
        Update::Cancelled(id, Err(error)) => {
            state.message = Some(format!("{} was not cancelled: {error}", id.1));
        }
    }
}
