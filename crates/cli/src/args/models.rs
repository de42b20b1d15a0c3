//! `unitune models …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use super::jobs::SettingArguments;
use super::{AccountArguments, NonBlank, OutputArguments, SourceArguments};
use crate::completions;

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the models that can be trained
    ///
    /// Lists the models that can be trained: as the vendor says now, or, where it
    /// does not say it, as a table of ours knows it, which can be out of date.
    /// Context and price are the table's, too.
    #[command(
        visible_alias = "ls",
        after_help = "\
Examples:
  unitune models list --account together
  unitune models list --json"
    )]
    List(ListArguments),
    /// Show how a model may be trained: epochs, batches, rates, adapters
    #[command(after_help = "\
Examples:
  unitune models limits Qwen/Qwen3-8B --on together")]
    Limits(LimitsArguments),
    /// Ask what a job would cost, without starting it
    ///
    /// Asks the vendor what a job would cost. Vendors estimate it with files that
    /// they have: a file on disk is uploaded first with --upload, and stays there for
    /// the job. Where the vendor estimates none, a table of prices tells, with the
    /// examples of a file on disk.
    Price(Box<PriceArguments>),
}

#[derive(Debug, Args)]
pub struct ListArguments {
    /// Only models with this in their name
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
pub struct LimitsArguments {
    /// Names of models
    #[arg(value_name = "MODEL", value_parser = NonBlank, required = true, add = ArgValueCompleter::new(completions::models))]
    pub models: Vec<String>,

    /// The account to ask; without it, those whose vendors say it
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completions::accounts))]
    pub on: Option<String>,

    #[command(flatten)]
    pub source: SourceArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune models price --on together -m Qwen/Qwen3-8B -t file-abc123
  unitune models price request.toml --on together --upload --json
  unitune models price --on openai -m gpt-4.1-mini-2025-04-14 -t train.jsonl \\
    --epochs 3")]
pub struct PriceArguments {
    /// A request in TOML, YAML or JSON; - reads JSON from stdin
    #[arg(value_name = "REQUEST", value_hint = ValueHint::FilePath)]
    pub request: Option<PathBuf>,

    /// The account to ask; without it, the default account, or the only one
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completions::accounts))]
    pub on: Option<String>,

    /// Upload files that are on disk
    #[arg(long)]
    pub upload: bool,

    #[command(flatten)]
    pub settings: SettingArguments,

    #[command(flatten)]
    pub source: SourceArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}
