//! `unitune top`

use std::time::Duration;

use clap::Args;

use super::AccountArguments;
use super::jobs::watch::length;
use crate::output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune top
  unitune top --sandbox
  unitune top --account research --since 30d --unfinished")]
pub struct TopArguments {
    /// Only jobs that have not ended; the key a shows the others
    #[arg(long)]
    pub unfinished: bool,

    /// Only jobs made since then: 7d, 12h, or a date such as 2026-01-15
    #[arg(long, value_name = "TIME", value_parser = output::since)]
    pub since: Option<output::Since>,

    /// At most this many jobs, the newest
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,

    /// How long to wait at the least between two questions for a job
    #[arg(long, value_name = "TIME", value_parser = length, default_value = "2s")]
    pub interval: Duration,

    #[command(flatten)]
    pub accounts: AccountArguments,
}
