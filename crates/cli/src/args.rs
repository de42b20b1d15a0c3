//! The command line.
// These comments are the help of the program, not pages of rustdoc.
#![allow(rustdoc::broken_intra_doc_links)]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, builder::PossibleValue};
use unitune::unify::Status;
use unitune_sandbox::{Awkward, Fault};

use crate::listen_address::ListenAddress;

/// Fine-tuning jobs at OpenAI, Together, Fireworks and behind TrueFoundry's gateway.
///
/// The configuration is the first of these that there is, in all commands:
/// the file of --config; the file that the variable UNITUNE_CONFIG names; the
/// user's file, $XDG_CONFIG_HOME/unitune/config.toml, by default
/// ~/.config/unitune/config.toml (on Windows %APPDATA%\unitune\config.toml).
/// Without a file, or without an account in it, accounts come from the
/// vendors' usual environment variables: OPENAI_API_KEY, TOGETHER_API_KEY,
/// TFY_API_KEY (and OPENAI_BASE_URL, TOGETHER_BASE_URL, TFY_BASE_URL for other
/// addresses). With --sandbox, three simulated vendors are used instead: no
/// keys, no network, no costs.
///
/// Exit codes: 0 done; 1 not found or failed; 2 called wrongly or not
/// configured; 3 an account could not be asked, and what was printed, if
/// anything, is of the others.
#[derive(Debug, Parser)]
#[command(
    name = "unitune",
    version,
    after_help = "\
Examples:
  unitune jobs list --sandbox
  unitune jobs list --status running
  unitune jobs get ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune serve --config unitune.toml"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fine-tuning jobs
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Simulate the vendors on loopback until interrupted
    Sandbox(SandboxArguments),
    /// Serve the gateway's HTTP API over all accounts, for any OpenAI SDK
    Serve(ServeArguments),
}

#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List the jobs of all accounts, newest first
    List(ListArguments),
    /// Show jobs by their ids
    Get(GetArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs list --provider together --status failed
  unitune jobs list --limit 10 --json")]
pub struct ListArguments {
    /// Only jobs in this status
    #[arg(long, value_name = "STATUS", value_parser = StatusParser)]
    pub status: Option<Status>,

    /// At most this many jobs
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,

    #[command(flatten)]
    pub common: CommonArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs get ftjob-W5b56X7SAaz0QjBXrq9MWaql --notes
  unitune jobs get ft-39b54ca8-99b6-4371-a747-ac7fabbdf857 --json")]
pub struct GetArguments {
    /// Ids of jobs, of whichever account
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,

    /// Show how each value came about, too
    #[arg(long)]
    pub notes: bool,

    #[command(flatten)]
    pub common: CommonArguments,
}

#[derive(Debug, Args)]
pub struct CommonArguments {
    /// Only this account (or all accounts of this vendor); can be repeated
    #[arg(long = "provider", value_name = "NAME")]
    pub providers: Vec<String>,

    /// Read this file, instead of the user's (see `unitune --help`)
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox")]
    pub config: Option<PathBuf>,

    /// Print one JSON document instead of a table
    #[arg(long)]
    pub json: bool,

    /// Use simulated vendors instead of real accounts
    #[arg(long)]
    pub sandbox: bool,
}

/// Simulates OpenAI, Together, Fireworks and TrueFoundry's gateway, with jobs that walk
/// through each vendor's life cycle; no keys, no network, no costs.
///
/// With --speed 0 the sandbox's clock stands still: the same seed and the same
/// requests then give the same answers, byte for byte.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune sandbox --addr 127.0.0.1:9100 --seed 7
  unitune sandbox --fault together.createJob:503@once
  unitune sandbox --fault openai:delay=2s@every=3 --fault '*:reset-before-body@chance=0.1'
  unitune sandbox --awkward null-events --speed 0")]
pub struct SandboxArguments {
    /// Where to listen: HOST:PORT; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9100")]
    pub addr: ListenAddress,

    /// What the seeded jobs and all ids are made from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,

    /// Seconds that pass in the sandbox in each second
    #[arg(long, value_name = "X", default_value_t = 60.0, value_parser = speed)]
    pub speed: f64,

    /// How many jobs are there from the start, of all vendors together
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,

    /// Something to go wrong: TARGET:EFFECT[@WHEN]; docs/sandbox-faults.md lists effects and times;
    /// can be repeated
    #[arg(long = "fault", value_name = "SPEC")]
    pub faults: Vec<Fault>,

    /// Add a job whose body deviates from its document as real ones do: a name such as
    /// null-events, or all; can be repeated
    #[arg(long = "awkward", value_name = "NAME", value_parser = awkward_names())]
    pub awkward: Vec<String>,

    /// Print addresses and keys as one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Serves jobs and files of all accounts under one HTTP API: OpenAI's and the
/// gateway's, at /, /v1 and /api/llm.
///
/// Without tokens in the configuration it serves on loopback only.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune serve --sandbox
  unitune serve --config unitune.toml --addr localhost:8080 --log info")]
pub struct ServeArguments {
    /// Where to listen: HOST:PORT; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub addr: ListenAddress,

    /// Read settings and accounts, [gateway] and [[account]], from this file, instead of the
    /// user's (see `unitune --help`)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Use simulated vendors instead of real accounts; of files, only that of --config is
    /// read, for its settings
    #[arg(long)]
    pub sandbox: bool,

    /// Seconds that pass in the sandbox in each second
    #[arg(long, value_name = "X", default_value_t = 60.0, value_parser = speed)]
    pub speed: f64,

    /// What to log on stderr: error, warn, info (every request) or debug
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub log: tracing::Level,

    /// Print the address and the accounts as one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The switches' names, and the word for all of them.
fn awkward_names() -> clap::builder::PossibleValuesParser {
    let names = Awkward::all().map(Awkward::name);
    names.chain(["all"]).collect::<Vec<_>>().into()
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if speed.is_finite() && speed >= 0.0 {
        Ok(speed)
    } else {
        Err("expected 0 (the clock stands still) or more".to_owned())
    }
}

/// Reads a status, and lists all of them in the help.
#[derive(Clone)]
struct StatusParser;

impl clap::builder::TypedValueParser for StatusParser {
    type Value = Status;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Status, clap::Error> {
        let words = Status::ALL.iter().map(|s| s.as_str());
        let word =
            clap::builder::PossibleValuesParser::new(words).parse_ref(command, argument, value)?;
        Ok(word
            .parse()
            .expect("each possible value is the word of a status"))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = Status::ALL.iter().map(|s| PossibleValue::new(s.as_str()));
        Some(Box::new(values))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    /// The lines of all commands' help that show a call of the program.
    fn examples(command: &clap::Command) -> Vec<String> {
        let help = command.clone().render_long_help().to_string();
        let lines = help.lines().map(str::trim);
        let own = lines.filter(|line| line.starts_with("unitune "));
        let own: Vec<String> = own.map(str::to_owned).collect();
        let others = command.get_subcommands().flat_map(examples);
        own.into_iter().chain(others).collect()
    }

    #[test]
    fn every_example_of_the_help_can_be_called() {
        let examples = examples(&Arguments::command());
        assert!(examples.len() > 10, "{examples:?}");
        for example in examples {
            let words = shlex::split(&example).unwrap();
            if let Err(error) = Arguments::try_parse_from(words) {
                panic!("{example}: {error}");
            }
        }
    }

    #[test]
    fn a_status_is_one_of_the_gateway_s() {
        let parse = |status: &str| {
            Arguments::try_parse_from(["unitune", "jobs", "list", "--status", status])
        };
        assert!(parse("cancelled").is_ok());
        let error = parse("paused").unwrap_err().to_string();
        assert!(error.contains("succeeded"), "{error}");
    }
}
