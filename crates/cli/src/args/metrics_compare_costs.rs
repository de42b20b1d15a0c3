//! `unitune jobs metrics`, `compare` and `costs`

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use super::{AccountArguments, NonBlank, OutputArguments, StatusParser, StatusPart};
use crate::{completions, output};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs metrics ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune jobs metrics ftjob-W5b56X7SAaz0QjBXrq9MWaql --csv > metrics.csv
  unitune jobs metrics ftjob-W5b56X7SAaz0QjBXrq9MWaql --metric valid_loss
  unitune jobs metrics ftjob-W5b56X7SAaz0QjBXrq9MWaql \\
    ft-39b54ca8-99b6-4371-a747-ac7fabbdf857 --plot loss.png --smooth 10
  unitune jobs metrics ft-39b54ca8-99b6-4371-a747-ac7fabbdf857 --chart")]
pub struct MetricsArguments {
    /// Ids of jobs, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, required = true, add = ArgValueCompleter::new(completions::jobs))]
    pub ids: Vec<String>,

    /// At most this many of each job, the newest
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,

    /// What to print and to draw: train_loss and valid_loss are known at every vendor, others by
    /// the vendor's own names; can be repeated. By default all are printed; drawn are the losses
    /// of one job, the training loss of several
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub metric: Vec<String>,

    #[cfg(feature = "charts")]
    #[command(flatten)]
    pub chart: ChartArguments,

    #[command(flatten)]
    pub accounts: AccountArguments,

    /// Short for --output csv
    #[arg(long, conflicts_with_all = ["output", "json"], help_heading = "Output")]
    pub csv: bool,

    #[command(flatten)]
    pub output: OutputArguments,
}

/// How a chart is drawn, and where to.
#[cfg(feature = "charts")]
#[derive(Debug, Args)]
#[command(next_help_heading = "Chart",
          group = clap::ArgGroup::new(DRAWN).multiple(true).args(["plot", "chart"]))]
pub struct ChartArguments {
    /// Draw a chart into this file, .svg or .png; a file that is there is replaced
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub plot: Option<std::path::PathBuf>,

    /// Draw a chart of characters
    #[arg(long)]
    pub chart: bool,

    /// What the horizontal axis counts
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = XAxis::Step, requires = DRAWN)]
    pub x: XAxis,

    /// A logarithmic scale
    #[arg(long, requires = DRAWN)]
    pub log: bool,

    /// Draw means of so many points each; noted in the legend
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..),
          requires = DRAWN)]
    pub smooth: Option<u32>,

    /// The colours of a picture
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Colours::Light, requires = "plot")]
    pub theme: Colours,

    /// The title above the chart
    #[arg(long, value_name = "TEXT", requires = DRAWN)]
    pub title: Option<String>,
}

/// The options that draw a chart; others say how.
#[cfg(feature = "charts")]
const DRAWN: &str = "drawn";

/// What the horizontal axis of a chart counts.
#[cfg(feature = "charts")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum XAxis {
    /// Steps of the training
    Step,
    /// The time since the first metrics of each job
    Time,
}

/// The colours of a picture.
#[cfg(feature = "charts")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colours {
    /// On white
    Light,
    /// On black
    Dark,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs compare ftjob-W5b56X7SAaz0QjBXrq9MWaql \\
    ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune jobs compare ft-1 ft-2 ft-3 --all --output csv > comparison.csv")]
pub struct CompareArguments {
    // Options may stand between them: how many there are is counted after all are read.
    /// Ids of jobs, two or more, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, required = true, add = ArgValueCompleter::new(completions::jobs))]
    pub ids: Vec<String>,

    /// Settings that are the same everywhere, too
    #[arg(long)]
    pub all: bool,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs costs --since 90d
  unitune jobs costs --by month,account
  unitune jobs costs --by model --sort -cost --output csv > costs.csv")]
pub struct CostsArguments {
    /// What makes a line: names with commas between them; by default month,account,model,status
    #[arg(long, value_name = "NAMES", value_enum, value_delimiter = ',', hide_default_value = true,
          default_values_t = [CostGroup::Month, CostGroup::Account, CostGroup::Model, CostGroup::Status])]
    pub by: Vec<CostGroup>,

    /// Only jobs made since then: 7d, 12h, or a date such as 2026-01-15
    #[arg(long, value_name = "TIME", value_parser = output::since)]
    pub since: Option<output::Since>,

    /// Only jobs in this status; can be repeated, or several with commas between them
    #[arg(long, value_name = "STATUS", value_parser = StatusParser, value_delimiter = ',')]
    pub status: Vec<StatusPart>,

    /// Only jobs of this model, or that made this model: a name with its dated versions, or with
    /// * for any characters
    #[arg(long, value_name = "NAME", value_parser = NonBlank)]
    pub model: Option<String>,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

/// By what costs are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CostGroup {
    /// The month in which a job was made, in UTC
    Month,
    /// The account
    Account,
    /// The model that is trained
    Model,
    /// The status
    Status,
}
