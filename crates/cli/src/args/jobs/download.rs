//! `unitune jobs download …`

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use crate::args::{AccountArguments, NonBlank};
use crate::completions;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs download ft-39b54ca8-99b6-4371-a747-ac7fabbdf857
  unitune jobs download ft-39b54ca8-99b6-4371-a747-ac7fabbdf857 --step 20
  unitune jobs download ftjob-W5b56X7SAaz0QjBXrq9MWaql --results --to results/
  unitune jobs download ft-39b54ca8-99b6-4371-a747-ac7fabbdf857 \\
    --tokenized-dataset --to tokens.tar.zst")]
pub struct DownloadArguments {
    /// The id of a job, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, add = ArgValueCompleter::new(completions::jobs))]
    pub id: String,

    /// The checkpoint of this step, instead of the final model
    #[arg(long, value_name = "N", conflicts_with = "results")]
    pub step: Option<i64>,

    /// The result files, even where there is a model
    #[arg(long)]
    pub results: bool,

    /// The training file as tokens, as the job was trained with it
    #[arg(long, alias = "tokenised-dataset", conflicts_with_all = ["step", "results"])]
    pub tokenized_dataset: bool,

    /// Where to put it: a file, or a folder; by default the working directory
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub to: Option<PathBuf>,

    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub accounts: AccountArguments,
}
