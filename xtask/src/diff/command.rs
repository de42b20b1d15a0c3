//! The command `cargo xtask diff`: from arguments to an exit code.

use super::compare::compare;
use super::git;
use super::inputs::Input;
use super::lowered::{Naming, lowered};
use super::unify_source::Unify;
use crate::large_stack::both;
use crate::located_error::{Faults, Result};
use crate::source_toml::Folder;
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use unitune_diff::{Diff, Format, Level, Written, name_similarity, render, rules};

/// What to compare, and how to print it.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// A revision, a file or a folder [default: the merge base with main].
    pub base: Option<String>,
    /// The same [default: the work tree].
    pub head: Option<String>,
    /// Only this vendor's document; for two files: whose they are.
    #[arg(long, value_name = "V")]
    pub vendor: Option<String>,
    /// The output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Exits with 1 when a change has at least this level.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// Prints what a rule means and what to do.
    #[arg(long, value_name = "RULE", conflicts_with_all = ["base", "rules"])]
    pub explain: Option<String>,
    /// Prints all rules as Markdown: docs/diff-rules.md.
    #[arg(long, conflicts_with = "base")]
    pub rules: bool,
}

/// From which level on to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Only for what breaks.
    Breaking,
    /// For what breaks or may break.
    Warning,
    /// For any change.
    Any,
}

impl FailOn {
    fn level(self) -> Level {
        match self {
            Self::Breaking => Level::Breaking,
            Self::Warning => Level::Warning,
            Self::Any => Level::Info,
        }
    }
}

const FAILED: u8 = 1;
const USAGE: u8 = 2;
const UNREADABLE: u8 = 3;

/// Why there is no diff.
enum Stop {
    Usage(String),
    Unreadable(Faults),
}

impl From<Faults> for Stop {
    fn from(faults: Faults) -> Self {
        Self::Unreadable(faults)
    }
}

/// Runs the command.
#[must_use]
pub fn main(workspace: &Path, options: &Options) -> ExitCode {
    match run(workspace, options) {
        Ok((text, code)) => {
            // A reader may close the pipe early.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::from(code)
        }
        Err(Stop::Usage(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(USAGE)
        }
        Err(Stop::Unreadable(faults)) => {
            eprintln!("{faults}");
            ExitCode::from(UNREADABLE)
        }
    }
}

fn run(workspace: &Path, options: &Options) -> std::result::Result<(String, u8), Stop> {
    if options.rules {
        return Ok((render::rules(), 0));
    }
    if let Some(id) = &options.explain {
        let Some(rule) = rules::find(id) else {
            let near = rules::all().map(|rule| rule.id);
            let near = near.max_by(|a, b| {
                let alike = |other: &str| name_similarity(id, other);
                alike(a).total_cmp(&alike(b))
            });
            let hint = near.map(|near| format!(": did you mean {near:?}?"));
            let message = format!("no rule {id:?}{}", hint.unwrap_or_default());
            return Err(Stop::Usage(message));
        };
        return Ok((render::explain(rule), 0));
    }
    let diff = diff(workspace, options)?;
    let failed = options
        .fail_on
        .is_some_and(|fail_on| diff.worst() >= Some(fail_on.level()));
    let text = render::render(&diff, options.format);
    Ok((text, if failed { FAILED } else { 0 }))
}

fn diff(workspace: &Path, options: &Options) -> std::result::Result<Diff, Stop> {
    let base = match &options.base {
        Some(base) => Input::parse(workspace, base)?,
        None => Input::Commit(git::merge_base(workspace)?),
    };
    let head = match &options.head {
        Some(head) => Input::parse(workspace, head)?,
        None => Input::WorkTree,
    };
    if base.is_file() != head.is_file() {
        let message = "a file can be compared with a file only";
        return Err(Stop::Usage(message.to_owned()));
    }
    let known = vendors(workspace, &[&base, &head]);
    let (old, new) = both(|| base.documents(workspace), || head.documents(workspace));
    let mut faults = Faults::default();
    let (old, new) = (faults.take(old), faults.take(new));
    faults.into_result()?;
    let (mut old, mut new) = (old.unwrap_or_default(), new.unwrap_or_default());
    if base.is_file() {
        // Two files are one document, whatever they are called.
        let name = new.keys().next().cloned().unwrap_or_default();
        old = old
            .into_values()
            .map(|written| (name.clone(), written))
            .collect();
    } else if let Some(vendor) = &options.vendor {
        let of =
            |name: &str| name == vendor || vendor_of(name, std::slice::from_ref(vendor)).is_some();
        old.retain(|name, _| of(name));
        new.retain(|name, _| of(name));
        if old.is_empty() && new.is_empty() {
            let message = format!("no document of {vendor:?} on either side");
            return Err(Stop::Usage(message));
        }
    }
    let sources = head.unify(workspace)?;
    let unify = Unify::read(&sources);
    let raw = |input: &Input| matches!(input, Input::File(_) | Input::Folder(_));
    let specs = (raw(&base) && raw(&head)).then(|| workspace.join("specs"));
    let vendors = Vendors {
        given: options.vendor.as_deref(),
        known: &known,
        specs: specs.as_deref(),
    };
    Ok(compare_all(&old, &new, vendors, &unify)?)
}

fn compare_all(
    old: &BTreeMap<String, Written>,
    new: &BTreeMap<String, Written>,
    vendors: Vendors<'_>,
    unify: &Unify,
) -> Result<Diff> {
    let mut faults = Faults::default();
    let mut diff = Diff::default();
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        if let (Some(before), Some(after)) = (before, after)
            && before.text == after.text
        {
            continue;
        }
        let file = after.or(before).map(|written| written.file.as_str());
        let of = vendors
            .given
            .map(str::to_owned)
            .or_else(|| vendor_of(name, vendors.known))
            .or_else(|| vendor_of(file.unwrap_or_default(), vendors.known));
        let naming = vendors.naming(of.as_deref());
        let lower = |written: Option<&Written>| {
            let written = written.cloned();
            written.map(|written| lowered(written, &naming)).transpose()
        };
        let (before, after) = both(|| lower(before), || lower(after));
        let (Some(before), Some(after)) = (faults.take(before), faults.take(after)) else {
            continue;
        };
        diff.documents.push(compare(
            name,
            of.as_deref(),
            before.as_ref(),
            after.as_ref(),
            unify,
        ));
        // The program ends soon: freeing large trees would only take time.
        std::mem::forget((before, after));
    }
    faults.into_result()?;
    Ok(diff)
}

/// What is known of the vendors.
#[derive(Clone, Copy)]
struct Vendors<'a> {
    /// The one that the command line names.
    given: Option<&'a str>,
    /// Those that have a folder in `specs/`.
    known: &'a [String],
    /// `specs/`, when raw documents are compared.
    specs: Option<&'a Path>,
}

impl Vendors<'_> {
    /// Returns what the vendor's operations and schemas are called here: a raw
    /// document's Rust is that of the documents in `specs/`, as far as it goes.
    fn naming(&self, vendor: Option<&str>) -> Naming {
        let known = |vendor: &&str| self.known.iter().any(|known| known == vendor);
        let place = self.specs.zip(vendor.filter(known));
        let Some(Ok(folder)) = place.map(|(specs, vendor)| Folder::read(specs, vendor)) else {
            return Naming::default();
        };
        let (documented, _) = folder.selected().unwrap_or_default();
        let operations = documented.into_iter();
        Naming {
            operations: operations.map(|o| ((o.path, o.method), o.id)).collect(),
            components: folder.source.components,
        }
    }
}

/// Returns the vendors that have a folder in `specs/`.
fn vendors(workspace: &Path, inputs: &[&Input]) -> Vec<String> {
    let mut known = crate::codegen_command::vendors(&workspace.join("specs")).unwrap_or_default();
    for input in inputs {
        if let Input::Folder(folder) = input {
            known.extend(crate::codegen_command::vendors(folder).unwrap_or_default());
        }
    }
    known.sort();
    known.dedup();
    known
}

/// Returns the vendor in a name.
fn vendor_of(name: &str, known: &[String]) -> Option<String> {
    let name = name.to_lowercase();
    known
        .iter()
        .find(|vendor| name.contains(vendor.as_str()))
        .cloned()
}
