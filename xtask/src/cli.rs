//! The command line of `cargo xtask`: arguments, threads and exit codes.

use crate::codegen_command::{self, Job};
use crate::large_stack::STACK_SIZE;
use crate::library_docs::Advice;
use crate::located_error::{Fault, Faults, Result};
use crate::{codegen_check, diff, library_docs, replay_documents, write_files};
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Maintenance of this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    /// The workspace to work on, instead of this one.
    #[arg(long, global = true, hide = true)]
    workspace: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Updates specs/ from the vendors' documents.
    Codegen(Codegen),
    /// Runs every document of a folder through the pipeline, without writing.
    Replay(Replay),
    /// Compares two versions of the documents: what changed, and what breaks.
    Diff(diff::Options),
}

#[derive(Debug, Args)]
struct Codegen {
    /// The vendors: folders of specs/ [default: all].
    vendors: Vec<String>,
    /// A folder of upstream documents, or the documents themselves: paths or
    /// URLs. With `VENDOR=` before it, it counts for that vendor only.
    #[arg(long, value_name = "PATH-OR-URL", num_args = 1..)]
    from: Vec<String>,
    /// Writes nothing: exits with 1, and a diff, when a committed file is stale.
    #[arg(long)]
    check: bool,
    /// Prints every rewrite with its JSON pointer.
    #[arg(long)]
    report: bool,
    /// Warns about missing descriptions and numbered names instead of failing.
    #[arg(long, hide = true)]
    draft: bool,
}

impl Codegen {
    /// Returns the command as it is typed.
    fn spelled(&self) -> String {
        let mut words = vec!["cargo xtask codegen".to_owned()];
        words.extend(self.vendors.iter().cloned());
        let flags = [
            (self.check, "--check"),
            (self.report, "--report"),
            (self.draft, "--draft"),
        ];
        let flags = flags.into_iter().filter(|(given, _)| *given);
        words.extend(flags.map(|(_, flag)| flag.to_owned()));
        if !self.from.is_empty() {
            words.push("--from".to_owned());
            words.extend(self.from.iter().map(|from| quoted(from)));
        }
        words.join(" ")
    }
}

/// Returns an argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

#[derive(Debug, Args)]
struct Replay {
    /// The folder with the documents: .json, .yaml, .yml and .md.
    folder: PathBuf,
    /// Compiles this many of the generated sources, spread over the folder.
    #[arg(long, value_name = "N", default_value_t = 0)]
    compile: usize,
    /// Prints every rewrite with its JSON pointer.
    #[arg(long)]
    report: bool,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let run = std::thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(move || dispatch(&cli));
    let code = run.map(std::thread::JoinHandle::join);
    match code {
        Ok(Ok(code)) => code,
        Ok(Err(_)) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: &Cli) -> ExitCode {
    let workspace = cli.workspace.clone().unwrap_or_else(workspace);
    let result = match &cli.command {
        Command::Diff(options) => return diff::main(&workspace, options),
        Command::Codegen(args) => run_codegen(&workspace, args),
        Command::Replay(args) => replay_documents::run(&replay_documents::Options {
            workspace,
            folder: args.folder.clone(),
            compile: args.compile,
            report: args.report,
        }),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(faults) => {
            eprintln!("{faults}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the workspace that this program was built from.
fn workspace() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

fn upstream(workspace: &Path) -> PathBuf {
    match std::env::var_os("UNITUNE_UPSTREAM") {
        Some(path) if !path.is_empty() => PathBuf::from(path),
        _ => workspace.join("../shared/upstream"),
    }
}

fn run_codegen(workspace: &Path, args: &Codegen) -> Result<bool> {
    let specs = workspace.join("specs");
    let known = codegen_command::vendors(&specs)?;
    let vendors = if args.vendors.is_empty() {
        known.clone()
    } else {
        args.vendors.clone()
    };
    let mut faults = Faults::default();
    for vendor in vendors.iter().filter(|vendor| !known.contains(vendor)) {
        let message = format!(
            "unknown vendor {vendor:?}: expected one of {}",
            known.join(", ")
        );
        faults
            .0
            .push(Fault::file(specs.display().to_string(), message));
    }
    let sources = sort_from(&args.from, &vendors, &known);
    let sources = faults.take(sources).unwrap_or_default();
    faults.into_result()?;
    let upstream = upstream(workspace);
    let jobs: Vec<(String, Job)> = vendors
        .iter()
        .zip(sources)
        .map(|(vendor, from)| {
            let job = Job {
                specs: specs.clone(),
                upstream: upstream.clone(),
                from,
                draft: args.draft,
            };
            (vendor.clone(), job)
        })
        .collect();
    if args.check {
        let advice = Advice {
            written: &[],
            again: &args.spelled(),
        };
        return codegen_check::run(&jobs, workspace, args.report, advice);
    }
    let mut faults = Faults::default();
    let mut outputs = Vec::new();
    for (vendor, built) in codegen_command::build_all(&jobs) {
        if let Some(built) = faults.take(built) {
            codegen_command::print_summary(&vendor, &built, args.report);
            outputs.extend(built.outputs);
        }
    }
    faults.into_result()?;
    let written = write_files::write(&outputs)?;
    for path in &written {
        eprintln!("wrote {}", path.display());
    }
    // The library is built from what was just written.
    let advice = Advice {
        written: &written,
        again: &args.spelled(),
    };
    let from_library = write_files::write(&library_docs::outputs(workspace, advice)?)?;
    for path in &from_library {
        eprintln!("wrote {}", path.display());
    }
    if written.is_empty() && from_library.is_empty() {
        eprintln!("everything is up to date");
    }
    Ok(true)
}

/// Gives each vendor its part of `--from`.
fn sort_from(from: &[String], vendors: &[String], known: &[String]) -> Result<Vec<Vec<String>>> {
    let mut sorted = vec![Vec::new(); vendors.len()];
    for one in from {
        let named = one
            .split_once('=')
            .filter(|(vendor, _)| known.iter().any(|k| k == vendor));
        match named {
            Some((vendor, place)) => match vendors.iter().position(|v| v == vendor) {
                Some(n) => sorted[n].push(place.to_owned()),
                None => {
                    return Err(Fault::file(
                        one,
                        format!("{vendor} is not among the vendors of this run"),
                    )
                    .into());
                }
            },
            None if vendors.len() == 1 || Path::new(one).is_dir() => {
                for list in &mut sorted {
                    list.push(one.clone());
                }
            }
            None => {
                let message =
                    "a document belongs to one vendor: name the vendor, or write VENDOR=PATH";
                return Err(Fault::file(one, message).into());
            }
        }
    }
    Ok(sorted)
}
