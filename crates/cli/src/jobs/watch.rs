//! `unitune jobs watch`: watches jobs until they end, and reports how they ended.

mod display;
mod exec;
mod output_line;
mod progress_lines;
mod watched_job;

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::stream::SelectAll;
use futures_util::{Stream, StreamExt};
use unitune::Error;
use unitune::providers::{Change, JobRef, ListQuery, Operation, Progress, Providers, WatchOptions};
use unitune::unify::{Job, Status};

use crate::accounts::Accounts;
use crate::args::Format;
use crate::args::jobs::{Until, WatchArguments, WatchOptionArguments};
use crate::exit::{Exit, Failure};
use crate::output::{self, Output};

use display::{Display, Problem};
use output_line::OutputLine;
use watched_job::{TRAINING_LOSS, WatchedJob};

/// How seldom a vendor is asked for the numbers of a training.
const METRICS_INTERVAL: Duration = Duration::from_secs(10);
/// How long only paused jobs are left before a watch ends, at the least.
const SETTLED: Duration = Duration::from_secs(2);
/// How long an answer with these numbers is waited for.
const METRICS_WAIT: Duration = Duration::from_secs(5);

pub async fn run(arguments: WatchArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    if matches!(output.format, Format::Csv | Format::Yaml) {
        return Err(Failure::new(
            Exit::Usage,
            "a watch prints lines: --output table, json or jsonl",
        ));
    }
    if arguments.all && arguments.options.until == Until::Running {
        return Err(Failure::new(
            Exit::Usage,
            "--until running is for jobs that are named: of all jobs, new ones come up meanwhile",
        ));
    }
    let accounts = Accounts::open_to_follow(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    if arguments.all {
        let options = watch_options(&accounts, &arguments.options);
        let changes = accounts.providers().watch_all(&ListQuery::new(), &options);
        return follow(&accounts, changes, &arguments.options, &output, 0).await;
    }
    let jobs: Vec<JobRef> = arguments.ids.iter().map(JobRef::from).collect();
    follow_jobs(&accounts, jobs, &arguments.options, &output).await
}

/// Follows these jobs.
pub async fn follow_jobs(
    accounts: &Accounts,
    jobs: Vec<JobRef>,
    arguments: &WatchOptionArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    let providers = accounts.providers();
    let options = watch_options(accounts, arguments);
    let count = jobs.len();
    let changes = jobs.into_iter().map(|job| providers.watch(job, &options));
    let changes: SelectAll<_> = changes.collect();
    follow(accounts, changes, arguments, output, count).await
}

fn watch_options(accounts: &Accounts, arguments: &WatchOptionArguments) -> WatchOptions {
    // Simulated jobs go through a life in a minute.
    let longest = match accounts.are_simulated() {
        true => arguments.interval,
        false => Duration::from_secs(60).max(arguments.interval),
    };
    WatchOptions::new()
        .intervals(arguments.interval, longest)
        .events(!arguments.no_events)
}

/// Follows `count` jobs, or, with none, as many as there are.
async fn follow(
    accounts: &Accounts,
    changes: impl Stream<Item = Result<Change, Error>>,
    arguments: &WatchOptionArguments,
    output: &Output,
    count: usize,
) -> Result<Exit, Failure> {
    let mut watch = Watch {
        accounts,
        providers: accounts.providers(),
        arguments,
        output,
        display: Display::start(output, arguments),
        jobs: HashMap::new(),
        missing: HashSet::new(),
        only_paused_since: None,
        early: HashMap::new(),
        exit: Exit::Done,
        count,
    };
    let mut changes = pin!(changes);
    let deadline = async {
        match arguments.timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    let mut deadline = pin!(deadline);
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            change = changes.next() => match change {
                Some(change) => watch.take(change).await?,
                None => break,
            },
            () = &mut deadline => {
                watch.end();
                output::note("The time ran out; the jobs go on.");
                return Ok(Exit::Timeout);
            }
            _ = tick.tick() => watch.refresh(),
            () = watch.display.quit() => {
                watch.end();
                return Ok(Exit::Interrupted);
            }
        }
        if watch.is_over() {
            break;
        }
        if watch.waits_for_somebody() {
            watch.end();
            return Ok(watch.paused());
        }
    }
    watch.end();
    if watch.jobs.is_empty() && watch.exit == Exit::Done {
        output::note("No job is queued or running.");
    }
    Ok(watch.exit)
}

/// The jobs that are followed, and where it is said what happens to them.
struct Watch<'a> {
    accounts: &'a Accounts,
    providers: &'a Providers,
    arguments: &'a WatchOptionArguments,
    output: &'a Output,
    display: Display,
    jobs: HashMap<String, WatchedJob>,
    /// The accounts that could not be asked for their jobs.
    missing: HashSet<String>,
    /// Since when only paused jobs are left.
    only_paused_since: Option<Instant>,
    /// The progress of jobs whose status is not known yet: their logs come first. It is
    /// told after the status.
    early: HashMap<String, Progress>,
    exit: Exit,
    count: usize,
}

impl Watch<'_> {
    async fn take(&mut self, change: Result<Change, Error>) -> Result<(), Failure> {
        let change = match change {
            Ok(change) => change,
            Err(error) => {
                self.exit = self.exit.after(&error);
                let failure = Failure::from(error);
                self.display.report(Problem::Error, &failure.to_string());
                self.count = self.count.saturating_sub(1);
                return Ok(());
            }
        };
        match change {
            Change::Status { job, before } => {
                self.missing.remove(&job.provider.account);
                let account = self.providers.get(&job.provider.account);
                let is_paused = account.is_some_and(|account| account.is_paused(&job));
                let early = self.early.remove(&job.id);
                let followed = self.followed(&job);
                followed.update(&job);
                followed.is_paused = is_paused;
                if let Some(progress) = early {
                    followed.progress = progress;
                }
                if self.display.shows_curves() {
                    self.ask_for_loss(&JobRef::from(&*job)).await;
                }
                // The end follows at once, and says more.
                if !(self.output.is_table() && job.status.is_terminal() && before.is_some()) {
                    self.write(OutputLine::status(&job, before))?;
                }
                if let Some(progress) = early {
                    self.ask_for_loss(&JobRef::from(&*job)).await;
                    self.write_progress(&JobRef::from(&*job), progress)?;
                }
            }
            Change::Event { job, event } => {
                if let Some(followed) = self.jobs.get_mut(&job.id) {
                    followed.event(&event);
                }
                self.display.event(&job.id, &event);
                self.write(OutputLine::event(&job, &event))?;
                self.ask_for_loss(&job).await;
            }
            Change::Progress { job, progress } => {
                self.ask_for_loss(&job).await;
                if let Some(followed) = self.jobs.get_mut(&job.id) {
                    followed.progress = progress;
                    self.write_progress(&job, progress)?;
                } else {
                    self.early.insert(job.id.clone(), progress);
                }
            }
            Change::Restarted { from, to } => {
                if let Some(mut followed) = self.jobs.remove(&from.id) {
                    followed.id.clone_from(&to.id);
                    self.display.renamed(&from.id, &to.id);
                    self.jobs.insert(to.id.clone(), followed);
                }
                self.write(OutputLine::restarted(&from, &to))?;
            }
            Change::Trouble(warning) => {
                if warning.account_failed {
                    self.missing.insert(warning.account.clone());
                }
                if self.output.is_table() {
                    self.display.report(Problem::Warning, &warning.to_string());
                } else {
                    self.write(OutputLine::trouble(&warning))?;
                }
            }
            Change::Finished(job) => self.finished(*job).await?,
            _ => {}
        }
        self.refresh();
        Ok(())
    }

    async fn finished(&mut self, job: Job) -> Result<(), Failure> {
        let followed = self.followed(&job);
        followed.update(&job);
        followed.has_ended = true;
        self.write(OutputLine::finished(&job))?;
        let outcome = match job.status {
            Status::Failed => Exit::JobFailed,
            Status::Cancelled => Exit::JobCancelled,
            Status::Queued | Status::Running | Status::Succeeded => Exit::Done,
        };
        // A failure counts for more than what was cancelled, and an error of the
        // watch itself for more than both.
        self.exit = match (self.exit, outcome) {
            (before @ (Exit::Failure | Exit::Usage | Exit::Partial | Exit::JobFailed), _) => before,
            (before, Exit::Done) => before,
            (_, now) => now,
        };
        if let Some(command) = &self.arguments.exec {
            self.refresh();
            self.display.clear();
            if let Err(message) = exec::run(command, &job).await {
                output::warning(&message);
                if self.exit == Exit::Done {
                    self.exit = Exit::Failure;
                }
            }
        }
        Ok(())
    }

    fn followed(&mut self, job: &Job) -> &mut WatchedJob {
        let id = job.id.clone();
        self.jobs.entry(id).or_insert_with(|| WatchedJob::new(job))
    }

    /// Asks for the latest loss, where the log does not say it.
    async fn ask_for_loss(&mut self, job: &JobRef) {
        let Some(followed) = self.jobs.get_mut(&job.id) else {
            return;
        };
        let is_due = followed
            .asked
            .is_none_or(|asked| asked.elapsed() >= METRICS_INTERVAL.max(self.arguments.interval));
        let account = self.providers.get(&followed.account);
        let has_metrics =
            account.is_some_and(|account| account.support(Operation::Metrics).is_supported());
        if followed.has_logged_loss || !is_due || !has_metrics {
            return;
        }
        followed.asked = Some(Instant::now());
        let target = JobRef::at(&followed.account, &followed.id);
        let metrics = self.providers.metrics(target);
        // The loss is good to know, and no reason to end a watch.
        if let Ok(Ok(points)) = tokio::time::timeout(METRICS_WAIT, metrics).await {
            self.display.metrics(&followed.id, &points);
            let loss = points.iter().rev().find_map(|p| p.metric(TRAINING_LOSS));
            followed.loss = loss.or(followed.loss);
        }
    }

    fn is_over(&self) -> bool {
        if self.arguments.until == Until::Finished {
            return false;
        }
        let is_there = |job: &WatchedJob| job.has_ended || job.status != Status::Queued;
        self.jobs.len() >= self.count && self.jobs.values().all(is_there)
    }

    /// Returns true where only paused jobs are left, and have been for a while:
    /// the first answers of a watch come one after the other.
    fn waits_for_somebody(&mut self) -> bool {
        let mut left = self.jobs.values().filter(|job| !job.has_ended).peekable();
        let is_waiting = !self.arguments.wait_paused
            && self.missing.is_empty()
            && self.jobs.len() >= self.count
            && left.peek().is_some()
            && left.all(|job| job.is_paused);
        if !is_waiting {
            self.only_paused_since = None;
            return false;
        }
        let since = self.only_paused_since.get_or_insert_with(Instant::now);
        since.elapsed() >= self.arguments.interval.max(SETTLED)
    }

    /// Says which jobs are paused, and returns the exit code.
    fn paused(&self) -> Exit {
        let left = self.jobs.values().filter(|job| !job.has_ended);
        let mut ids: Vec<&str> = left.map(|job| job.id.as_str()).collect();
        ids.sort_unstable();
        let (ids, is, them) = match ids.as_slice() {
            [id] => ((*id).to_owned(), "is", "it"),
            ids => (ids.join(" "), "are", "them"),
        };
        output::note(&format!(
            "{ids} {is} paused; to let {them} go on: unitune jobs resume {ids}\nTo watch on until \
             somebody does: --wait-paused"
        ));
        match self.exit {
            Exit::Done => Exit::JobPaused,
            before => before,
        }
    }

    /// Writes how far a job is, where its own line on a terminal does not show it.
    fn write_progress(&mut self, job: &JobRef, progress: Progress) -> Result<(), Failure> {
        let loss = self.jobs.get(&job.id).and_then(|job| job.loss);
        let entry = OutputLine::progress(job, progress, loss);
        match entry.is_empty() || self.display.shows_progress() {
            true => Ok(()),
            false => self.write(entry),
        }
    }

    fn write(&mut self, entry: OutputLine) -> Result<(), Failure> {
        let now = self.accounts.now();
        if !self.output.is_table() {
            output::print(&format!("{}\n", entry.json(now)))?;
        } else if !self
            .display
            .print(&entry.line(now, Some(&self.output.view)), entry.is_kept())
        {
            output::print(&format!("{}\n", entry.line(now, None)))?;
        }
        Ok(())
    }

    fn refresh(&mut self) {
        self.display.show(self.jobs.values(), self.accounts.now());
    }

    fn end(&mut self) {
        self.refresh();
        self.display = Display::None;
    }
}
