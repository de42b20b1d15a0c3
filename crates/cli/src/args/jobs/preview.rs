//! `unitune jobs preview …`

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use super::SettingArguments;
use crate::args::{OutputArguments, SourceArguments};
use crate::completions;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune jobs preview --on together -m Qwen/Qwen3-8B -t file-abc123
  unitune jobs preview --on together -m Qwen/Qwen3-8B -t train.jsonl --upload
  unitune jobs preview request.toml --on together --examples 2 --json")]
pub struct PreviewArguments {
    /// A request in TOML, YAML or JSON; - reads JSON from stdin
    #[arg(value_name = "REQUEST", value_hint = ValueHint::FilePath)]
    pub request: Option<PathBuf>,

    /// The account to ask; without it, the default account, or the only one
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completions::accounts))]
    pub on: Option<String>,

    /// How many examples, from the start of the file; by default as many as the vendor chooses
    #[arg(long, value_name = "N", alias = "top-k", value_parser = clap::value_parser!(u32).range(1..))]
    pub examples: Option<u32>,

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
