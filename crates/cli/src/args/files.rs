//! `unitune files …`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use super::jobs::Method;
use super::{AccountArguments, NonBlank, OutputArguments, SourceArguments};
use crate::{completions, output};

#[derive(Debug, Subcommand)]
pub enum FilesCommand {
    /// List the files of all accounts, newest first
    #[command(visible_alias = "ls")]
    List(ListArguments),
    /// Show files by their ids
    #[command(
        visible_alias = "retrieve",
        after_help = "\
Examples:
  unitune files get file-abc123
  unitune files get file-abc123 file-def456 --json"
    )]
    Get(GetArguments),
    /// Check files of training examples: every line, for a vendor and a method
    ///
    /// Checks every line of files: roles, tools, images, pairs, the number of
    /// examples and of tokens; finds duplicates, and examples that are in the
    /// training and in the validation file. Nothing is sent anywhere.
    ///
    /// Exit code 1 means that the vendor would reject a file, or use it wrongly.
    Check(CheckArguments),
    /// Convert a file of training examples to what another vendor takes
    ///
    /// Writes a file of examples anew, as another vendor takes it, and says what is
    /// lost. Where a line cannot be converted, nothing is written.
    Convert(ConvertArguments),
    /// Upload files of training examples
    ///
    /// Uploads files, each once: what the account has already is named instead. An
    /// upload that is broken off leaves nothing behind here, and is begun anew.
    Upload(UploadArguments),
    /// Fetch a file's content
    Download(DownloadArguments),
    /// Remove files
    Delete(DeleteArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune files list --account openai
  unitune files list --since 30d --sort -bytes --columns id,name,bytes")]
pub struct ListArguments {
    /// Only files for this purpose, as the vendor names it
    #[arg(long, value_name = "WORD")]
    pub purpose: Option<String>,

    /// Only files made since then: 7d, 12h, or a date such as 2026-01-15
    #[arg(long, value_name = "TIME", value_parser = output::since)]
    pub since: Option<output::Since>,

    /// At most this many files
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
pub struct GetArguments {
    /// Ids of files, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, required = true, add = ArgValueCompleter::new(completions::files))]
    pub ids: Vec<String>,

    #[command(flatten)]
    pub accounts: AccountArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("target").required(true).args(["vendor", "on"]), after_help = "\
Examples:
  unitune files check train.jsonl --for openai
  unitune files check train.jsonl --validation valid.jsonl --for together
  unitune files check pairs.jsonl --on research --method dpo --json")]
pub struct CheckArguments {
    /// Files of examples
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// The vendor that they are for
    #[arg(long = "for", value_name = "VENDOR", value_parser = crate::training_files::vendors())]
    pub vendor: Option<String>,

    /// The account that they are for, in place of the vendor
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completions::accounts))]
    pub on: Option<String>,

    /// How the model will be trained
    #[arg(long, value_name = "METHOD", value_enum, default_value_t = Method::Supervised)]
    pub method: Method,

    /// The model that will be trained: it decides how tokens are counted, and how many are taken
    #[arg(long, short = 'm', value_name = "NAME", value_parser = NonBlank)]
    pub model: Option<String>,

    /// A file of validation examples, which is checked and compared with the others
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub validation: Option<PathBuf>,

    /// How many tokens an example may have, in place of what is known of the model
    #[arg(long, value_name = "N")]
    pub max_tokens: Option<u64>,

    /// Do not count tokens, which is most of the work
    #[arg(long, conflicts_with = "max_tokens")]
    pub no_tokens: bool,

    #[command(flatten)]
    pub source: SourceArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune files convert openai.jsonl together.jsonl --for together
  unitune files convert a.jsonl b.jsonl --for fireworks --method dpo --dry-run
  unitune files convert a.jsonl b.jsonl --for together --skip-unsupported --json")]
pub struct ConvertArguments {
    /// The file to read
    #[arg(value_name = "FROM", value_hint = ValueHint::FilePath)]
    pub from: PathBuf,

    /// The file to write
    #[arg(value_name = "TO", value_hint = ValueHint::FilePath)]
    pub to: PathBuf,

    /// The vendor that it is for
    #[arg(long = "for", value_name = "VENDOR", value_parser = crate::training_files::vendors())]
    pub vendor: String,

    /// How the model will be trained
    #[arg(long, value_name = "METHOD", value_enum, default_value_t = Method::Supervised)]
    pub method: Method,

    /// The file is for validation
    #[arg(long)]
    pub validation: bool,

    /// Leave out lines that cannot be converted
    #[arg(long)]
    pub skip_unsupported: bool,

    /// Start the file with a byte order mark, for Azure
    #[arg(long)]
    pub byte_order_mark: bool,

    /// Print what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune files upload train.jsonl valid.jsonl --on research
  unitune files upload train.jsonl --on openai --json")]
pub struct UploadArguments {
    /// Files of examples
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// The account to upload them to; without it, the default account, or the only one
    #[arg(long, value_name = "ACCOUNT", add = ArgValueCompleter::new(completions::accounts))]
    pub on: Option<String>,

    /// How the model will be trained: what they are checked for
    #[arg(long, value_name = "METHOD", value_enum, default_value_t = Method::Supervised)]
    pub method: Method,

    /// What they are for, as the vendor names it
    #[arg(long, value_name = "WORD", default_value = "fine-tune")]
    pub purpose: String,

    /// Upload them even where the account has their content
    #[arg(long)]
    pub upload_again: bool,

    /// Upload them without a look into them
    #[arg(long)]
    pub unchecked: bool,

    #[command(flatten)]
    pub source: SourceArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune files download file-abc123
  unitune files download file-abc123 --to train.jsonl
  unitune files download file-abc123 --to - | head -1")]
pub struct DownloadArguments {
    /// The id of a file, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, add = ArgValueCompleter::new(completions::files))]
    pub id: String,

    /// Where to put it: a file, a folder, or - for stdout; by default its own name in the working
    /// directory
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub to: Option<PathBuf>,

    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub accounts: AccountArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unitune files delete file-abc123
  unitune files delete file-abc123 file-def456 --yes")]
pub struct DeleteArguments {
    /// Ids of files, of whichever account
    #[arg(value_name = "ID", value_parser = NonBlank, required = true, add = ArgValueCompleter::new(completions::files))]
    pub ids: Vec<String>,

    /// Do it without asking
    #[arg(long, short = 'y')]
    pub yes: bool,

    #[command(flatten)]
    pub accounts: AccountArguments,
}
