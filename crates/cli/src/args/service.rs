//! `unitune sandbox` and `unitune serve`.

#[cfg(feature = "gateway")]
use std::path::PathBuf;

use clap::Args;
use unitune_sandbox::{Deviation, Fault};

use crate::listen_address::ListenAddress;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune sandbox --addr 127.0.0.1:9100 --seed 7
  unitune sandbox --fault together.createJob:503@once
  unitune sandbox --fault 'openai:delay=2s@every=3' \\
    --fault '*:reset-before-body@chance=0.1'
  unitune sandbox --deviation null-events --speed 0")]
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
    #[arg(long = "deviation", value_name = "NAME", value_parser = deviation_names())]
    pub deviation: Vec<String>,

    /// Print addresses and keys as one JSON document
    #[arg(long)]
    pub json: bool,
}

#[cfg(feature = "gateway")]
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune serve --sandbox
  unitune serve --config unitune.toml --addr localhost:8080 --log info
  unitune serve --check --addr localhost:8080")]
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

    /// Export traces and metrics to the OpenTelemetry collector at this URL, by OTLP over
    /// HTTP; by default to that of OTEL_EXPORTER_OTLP_ENDPOINT, if it is set
    /// (docs/observability.md has all variables)
    #[arg(long, value_name = "URL")]
    pub otlp_endpoint: Option<String>,

    /// Print the address and the accounts as one JSON document
    #[arg(long)]
    pub json: bool,

    /// Start nothing: ask the gateway at --addr whether it accepts requests, for health checks
    /// of containers (exit code 1: it does not)
    #[arg(long, conflicts_with_all = ["config", "sandbox", "json"])]
    pub check: bool,
}

/// The switches' names, and the word for all of them.
fn deviation_names() -> clap::builder::PossibleValuesParser {
    let names = Deviation::all().map(Deviation::name);
    names.chain(["all"]).collect::<Vec<_>>().into()
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if speed.is_finite() && speed >= 0.0 {
        Ok(speed)
    } else {
        Err("expected 0 (the clock does not move) or more".to_owned())
    }
}
