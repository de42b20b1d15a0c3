//! `unitune jobs …`

mod download;
mod preview;
pub mod watch;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCompleter;
use unitune::unify::Usd;

use super::metrics_compare_costs::{CompareArguments, CostsArguments, MetricsArguments};
use super::{
    AccountArguments, Assignment, NonBlank, OutputArguments, SourceArguments, StatusParser,
    StatusPart,
};
use crate::{completions, output};

pub use download::DownloadArguments;
pub use preview::PreviewArguments;
pub use watch::{Until, WatchArguments, WatchOptionArguments};

#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List the jobs of all accounts, newest first
    #[command(visible_alias = "ls")]
    List(ListArguments),
    /// Show jobs by their ids
    #[command(visible_alias = "retrieve")]
    Get(GetArguments),
    /// Start a job, after a summary and a question
    ///
    /// Starts a job: checks the training file, uploads it (once: what the account
    /// has already is used again), shows what will happen and what it costs, and
    /// asks.
    ///
    /// REQUEST is a file of the unified request (schema/request.schema.json) in
    /// TOML, YAML or JSON, by its suffix. A table with a vendor's name holds what is
    /// only for that vendor, in the same form:
    ///
    ///   model = "Qwen/Qwen3-8B"
    ///   training_file = "train.jsonl"
    ///   hyperparameters = { n_epochs = 3 }
    ///
    ///   [openai]
    ///   model = "gpt-4.1-mini-2025-04-14"
    ///
    /// Files are named relative to the working directory. What is given as an
    /// option comes before what is in the file.
    #[command(verbatim_doc_comment)]
    Create(Box<CreateArguments>),
    /// Show the first examples of a training file as tokens, before a job is started
    ///
    /// Shows the first examples of a training file as the model would be trained with
    /// them: their tokens, and in [brackets] what is trained on. Vendors show files
    /// that they have: a file on disk is uploaded first with --upload, and stays there
    /// for the job.
    Preview(Box<PreviewArguments>),
    /// End jobs before they are done
    #[command(after_help = "\
Examples:
  unitune jobs cancel ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune jobs cancel ftjob-W5b56X7SAaz0QjBXrq9MWaql --yes --json")]
    Cancel(ChangeArguments),
    /// Halt jobs for a while, where the vendor can
    #[command(after_help = "\
Examples:
  unitune jobs pause ftjob-W5b56X7SAaz0QjBXrq9MWaql")]
    Pause(ChangeArguments),
    /// Let halted jobs go on
    #[command(after_help = "\
Examples:
  unitune jobs resume ftjob-W5b56X7SAaz0QjBXrq9MWaql")]
    Resume(ChangeArguments),
    /// Remove jobs, where the vendor can
    #[command(after_help = "\
Examples:
  unitune jobs delete ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune jobs delete ft-39b54ca8-99b6-4371-a747-ac7fabbdf857 --yes")]
    Delete(ChangeArguments),
    /// Follow jobs until they end: status, progress, loss and log
    ///
    /// Follows jobs until they end: on a terminal on a full screen, with the curve of
    /// the loss beside progress and log; elsewhere with a line for each change. A job that the vendor restarts under another id
    /// is followed there.
    ///
    /// A paused job waits until it is resumed: where no other job is left, the
    /// watch ends, unless --wait-paused is given.
    ///
    /// The exit code tells how it ended: 0 all succeeded, 4 one failed, 5 one was
    /// cancelled, 6 the time ran out, 7 only paused jobs are left.
    Watch(WatchArguments),
    /// Show a job's log, oldest first
    #[command(
        visible_alias = "list-events",
        after_help = "\
Examples:
  unitune jobs events ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune jobs events ftjob-W5b56X7SAaz0QjBXrq9MWaql --limit 20 --output jsonl"
    )]
    Events(LogArguments),
    /// List a job's checkpoints, newest first
    #[command(
        visible_alias = "list-checkpoints",
        after_help = "\
Examples:
  unitune jobs checkpoints ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune jobs checkpoints ftjob-W5b56X7SAaz0QjBXrq9MWaql --columns step,model"
    )]
    Checkpoints(LogArguments),
    /// Show the numbers of trainings, oldest first, or a chart of them
    ///
    /// Shows the numbers of trainings, oldest first: as a table, or as a chart, for
    /// one job or for several on one chart, whichever vendors run them.
    ///
    /// A chart of a job that its vendor restarted under another id continues with the
    /// other one. Where steps are missing there is a gap, and where they start over
    /// there is a mark.
    // Of names that are shown, completion proposes the first of the alphabet, and not this one's.
    #[command(alias = "list-metrics")]
    Metrics(MetricsArguments),
    /// Compare jobs: settings that differ, results, cost and time, side by side
    Compare(CompareArguments),
    /// Add up what jobs cost, by month, account, model and status
    ///
    /// Adds up what jobs cost, by month, account, model and status. Jobs that have
    /// not ended are counted apart, and so are those of which the vendor gives no
    /// cost: they are not taken for free.
    Costs(CostsArguments),
    /// Move a job to another vendor: its settings, its files, and a model like its own
    ///
    /// Moves a job to another vendor. It takes the settings from the job, fetches
    /// its training and validation files, converts them where formats differ, and
    /// shows line by line what is carried over, what is translated and by which
    /// rule, and what is lost; where the data goes, and what it costs. Then it asks.
    ///
    /// The model is yours to choose: without --model the ones that could take its
    /// place are shown.
    ///
    /// Every step is written down before the next begins. After an interruption the
    /// same command goes on where it stopped, and never starts a second job.
    Rerun(Box<RerunArguments>),
    /// Fetch the model that came out of a job, or its result files
    ///
    /// Fetches the model that came out of a job, where the vendor gives it away; at
    /// other vendors, and with --results, the job's result files. With
    /// --tokenized-dataset it is the training file as the tokens that the job was
    /// trained with.
    ///
    /// A file appears under its name when it is complete, and not before.
    Download(DownloadArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs list --account together --status failed
  unitune jobs list --since 7d --sort -created --columns id,model,cost
  unitune jobs list --metadata team=search --model gpt-4o-mini
  unitune jobs list --status queued,running --model 'gpt-4o*'
  unitune jobs list --limit 10 --json")]
pub struct ListArguments {
    /// Only jobs in this status; can be repeated, or several with commas between them
    #[arg(long, value_name = "STATUS", value_parser = StatusParser, value_delimiter = ',')]
    pub status: Vec<StatusPart>,

    /// Only jobs of this model, or that made this model: a name with its dated versions, or with
    /// * for any characters
    #[arg(long, value_name = "NAME", value_parser = NonBlank)]
    pub model: Option<String>,

    /// Only jobs with this label; can be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub metadata: Vec<Assignment>,

    /// Only jobs made since then: 7d, 12h, or a date such as 2026-01-15
    #[arg(long, value_name = "TIME", value_parser = output::since)]
    pub since: Option<output::Since>,

    /// At most this many jobs; more where several accounts have the last one
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs get ftjob-W5b56X7SAaz0QjBXrq9MWaql --notes
  unitune jobs get ft-39b54ca8-99b6-4371-a747-ac7fabbdf857 --json")]
pub struct GetArguments {
    /// Ids of jobs, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, required = true, add = ArgValueCompleter::new(completions::jobs))]
    pub ids: Vec<String>,

    /// Show how each value came about, too
    #[arg(long)]
    pub notes: bool,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
pub struct ChangeArguments {
    /// Ids of jobs, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, required = true, add = ArgValueCompleter::new(completions::jobs))]
    pub ids: Vec<String>,

    /// Do it without asking
    #[arg(long, short = 'y')]
    pub yes: bool,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
pub struct LogArguments {
    /// The id of a job, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, add = ArgValueCompleter::new(completions::jobs))]
    pub id: String,

    /// At most this many, the newest
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs create --on research -m Qwen/Qwen3-8B -t train.jsonl --epochs 3
  unitune jobs create request.toml --on openai --set batch_size=8 --dry-run
  unitune jobs create request.toml --on together --max-cost 20 --yes --watch
  unitune jobs create --on together -m Qwen/Qwen3-8B -t pairs.jsonl \\
    --method dpo --set beta=0.2")]
pub struct CreateArguments {
    /// A request in TOML, YAML or JSON; - reads JSON from stdin
    #[arg(value_name = "REQUEST", value_hint = ValueHint::FilePath)]
    pub request: Option<PathBuf>,

    /// The account to start it at; without it, the default account, or the only one
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completions::accounts))]
    pub on: Option<String>,

    #[command(flatten)]
    pub consent: ConsentArguments,

    /// Upload files even where the account has their content
    #[arg(long)]
    pub upload_again: bool,

    /// Upload files without a look into them
    #[arg(long)]
    pub unchecked: bool,

    /// Follow the job until it ends
    #[arg(long, conflicts_with = "dry_run")]
    pub watch: bool,

    #[command(flatten)]
    pub settings: SettingArguments,

    #[command(flatten)]
    pub source: SourceArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs rerun ftjob-W5b56X7SAaz0QjBXrq9MWaql --on together --dry-run
  unitune jobs rerun ftjob-W5b56X7SAaz0QjBXrq9MWaql --on together -m NAME
  unitune jobs rerun ftjob-W5b56X7SAaz0QjBXrq9MWaql --on together \\
    -m Qwen/Qwen3.5-9B --set learning_rate=1e-4 --max-cost 20 --yes
  unitune jobs rerun --all --status succeeded --on together \\
    --plan plan.csv --dry-run
  unitune jobs rerun --all --on together --plan plan.csv --dry-run
  unitune jobs rerun --all --on together --plan plan.csv --max-cost 200")]
pub struct RerunArguments {
    /// The id of a job, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, required_unless_present = "all", add = ArgValueCompleter::new(completions::jobs))]
    pub id: Option<String>,

    /// The account to move it to
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completions::accounts))]
    pub on: String,

    /// All jobs of the other accounts, by a table: --dry-run writes it, you fill in its column
    /// `model`, --dry-run shows what the table would do, and without --dry-run the rows that have
    /// a model are moved
    #[arg(long, conflicts_with = "id", requires = "plan")]
    pub all: bool,

    /// The table, as CSV
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "all")]
    pub plan: Option<PathBuf>,

    /// Only jobs in this status; can be repeated, or several with commas between them
    #[arg(long, value_name = "STATUS", value_parser = StatusParser, value_delimiter = ',', requires = "all")]
    pub status: Vec<StatusPart>,

    /// Only jobs of this account (or of all accounts of this vendor)
    #[arg(long, value_name = "ACCOUNT", requires = "all", add = ArgValueCompleter::new(completions::accounts))]
    pub from: Option<String>,

    #[command(flatten)]
    pub consent: ConsentArguments,

    /// Move it although it was moved before
    #[arg(long)]
    pub again: bool,

    /// Follow the new job until it ends
    #[arg(long, conflicts_with = "dry_run")]
    pub watch: bool,

    #[command(flatten)]
    pub settings: SettingArguments,

    #[command(flatten)]
    pub source: SourceArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

/// What a job is to be like.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Settings")]
pub struct SettingArguments {
    /// The model to train
    #[arg(long, short = 'm', value_name = "NAME", value_parser = NonBlank, add = ArgValueCompleter::new(completions::models))]
    pub model: Option<String>,

    /// The file to train it with: a path, or the id of an uploaded one
    #[arg(long, short = 't', value_name = "FILE", value_parser = NonBlank, value_hint = ValueHint::FilePath)]
    pub training_file: Option<String>,

    /// The file to validate it with: a path, or an id
    #[arg(long, value_name = "FILE", value_parser = NonBlank, value_hint = ValueHint::FilePath)]
    pub validation_file: Option<String>,

    /// How it is trained
    #[arg(long, value_name = "METHOD", value_enum)]
    pub method: Option<Method>,

    /// How often the examples are gone through
    #[arg(long, value_name = "N")]
    pub epochs: Option<u32>,

    /// How many examples make a batch, in the vendor's unit
    #[arg(long, value_name = "N")]
    pub batch_size: Option<u32>,

    /// The absolute learning rate; OpenAI takes --set learning_rate_multiplier=X
    #[arg(long, value_name = "X", value_parser = learning_rate)]
    pub learning_rate: Option<f64>,

    /// What the new model's name ends in
    #[arg(long, value_name = "TEXT")]
    pub suffix: Option<String>,

    /// The seed of the job's random numbers
    #[arg(long, value_name = "N")]
    pub seed: Option<i64>,

    /// A label, where the vendor keeps labels; can be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub metadata: Vec<Assignment>,

    /// Any other setting: a hyperparameter (beta=0.2), a member of the request
    /// (from_checkpoint=ft-1), or a place in it (method.dpo.beta=0.2); values are JSON, or text;
    /// can be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<Assignment>,

    /// Leave out settings that the vendor has no place for, rather than reject them
    #[arg(long)]
    pub allow_lossy: bool,
}

fn limit(text: &str) -> Result<Usd, String> {
    let limit: Usd = text.parse().map_err(|e| format!("{e}"))?;
    match limit.nanos() < 0 {
        true => Err("a limit below 0 allows nothing".to_owned()),
        false => Ok(limit),
    }
}

/// What may be done without asking.
#[derive(Debug, Args)]
pub struct ConsentArguments {
    /// Show what would happen, and change nothing: no upload, no job
    #[arg(long)]
    pub dry_run: bool,

    /// Start it without asking
    #[arg(long, short = 'y', conflicts_with = "dry_run")]
    pub yes: bool,

    /// Start nothing that could cost more: by the vendor's estimate, or where there is none by
    /// the table of prices, whose upper end counts; an unknown price counts as more
    #[arg(long, value_name = "USD", value_parser = limit)]
    pub max_cost: Option<Usd>,
}

/// How a model is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// With examples to imitate
    Supervised,
    /// With pairs of a better and a worse answer
    Dpo,
    /// With a grader
    Reinforcement,
}

impl From<Method> for unitune_datasets::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Supervised => Self::Supervised,
            Method::Dpo => Self::Dpo,
            Method::Reinforcement => Self::Reinforcement,
        }
    }
}

impl Method {
    /// The word in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Supervised => "supervised",
            Self::Dpo => "dpo",
            Self::Reinforcement => "reinforcement",
        }
    }
}

fn learning_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok();
    let rate = rate.filter(|rate| rate.is_normal() && *rate > 0.0);
    rate.ok_or_else(|| "expected a number above 0, such as 1e-5".to_owned())
}
