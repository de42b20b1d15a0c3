//! `unitune jobs watch …`

use std::time::Duration;

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use crate::args::{AccountArguments, NonBlank, OutputArguments};
use crate::completions;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs watch ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune jobs watch --all --account research --json
  unitune jobs watch ftjob-W5b56X7SAaz0QjBXrq9MWaql --until running
  unitune jobs watch --all --timeout 8h --exec 'mail -s done me@example.com'")]
pub struct WatchArguments {
    /// Ids of jobs, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, required_unless_present = "all", add = ArgValueCompleter::new(completions::unfinished_jobs))]
    pub ids: Vec<String>,

    /// All jobs that have not ended, also those that are started meanwhile
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,

    #[command(flatten)]
    pub options: WatchOptionArguments,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Watching")]
pub struct WatchOptionArguments {
    /// When to stop
    #[arg(long, value_name = "STATE", value_enum, default_value_t = Until::Finished)]
    pub until: Until,

    /// Stop after this time (30m, 12h), with exit code 6
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub timeout: Option<Duration>,

    /// Run this command for each job that ends; its id, status, account and model are in
    /// UNITUNE_JOB_ID, UNITUNE_JOB_STATUS, UNITUNE_JOB_ACCOUNT and UNITUNE_JOB_MODEL, and the
    /// job is on its stdin as JSON
    #[arg(long, value_name = "COMMAND")]
    pub exec: Option<String>,

    /// Go on while only paused jobs are left, until they are resumed
    #[arg(long)]
    pub wait_paused: bool,

    /// How long to wait at the least between two questions for a job
    #[arg(long, value_name = "TIME", value_parser = length, default_value = "2s")]
    pub interval: Duration,

    /// Leave the log out
    #[arg(long)]
    pub no_events: bool,

    /// Lines also on a terminal, in place of the full screen
    #[arg(long)]
    pub lines: bool,
}

impl WatchOptionArguments {
    /// Those of a watch that follows a start.
    pub fn to_the_end() -> Self {
        Self {
            until: Until::Finished,
            timeout: None,
            exec: None,
            wait_paused: false,
            interval: Duration::from_secs(2),
            no_events: false,
            lines: false,
        }
    }
}

/// When a watch stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// When the jobs are running, or have ended
    Running,
    /// When the jobs have ended
    Finished,
}

/// Reads a length of time.
pub fn length(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a length of time such as 90s, 30m or 12h".to_owned();
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(span).map_err(|_| wrong())
}
