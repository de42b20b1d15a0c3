//! `cargo xtask replay`: runs every document of a folder through the pipeline,
//! without an overlay, and prints a line for each.

use crate::client_omissions;
use crate::compile_check;
use crate::generate_rust::generate;
use crate::large_stack;
use crate::located_error::{Fault, Faults, Result};
use crate::lower::Mode;
use crate::merge_documents::Upstream;
use crate::pipeline::{self, Plan};
use crate::read;
use crate::report::Report;
use crate::slice::everything;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What to replay.
#[derive(Clone, Debug)]
pub struct Options {
    /// The workspace, for `compile`.
    pub workspace: PathBuf,
    /// The folder with the documents.
    pub folder: PathBuf,
    /// How many to compile.
    pub compile: usize,
    /// Whether to print every rewrite.
    pub report: bool,
}

/// One document that passed.
#[derive(Debug)]
pub struct Replayed {
    /// How many operations it has.
    pub operations: usize,
    /// What was rewritten.
    pub report: Report,
    /// The generated source.
    pub source: String,
}

impl Replayed {
    /// Returns how many of the rewrites mend what `codegen` takes for an error.
    #[must_use]
    pub fn mended(&self) -> usize {
        let mends = |rule: &&'static str| crate::lower::MENDS.contains(rule);
        self.report
            .lines
            .iter()
            .filter(|line| mends(&line.rule))
            .count()
    }
}

struct Done {
    index: usize,
    result: Result<Replayed>,
    took: Duration,
}

/// Replays a folder. False when a document fails.
pub fn run(options: &Options) -> Result<bool> {
    let files = read::documents(&options.folder)?;
    if files.is_empty() {
        let folder = options.folder.display().to_string();
        return Err(Fault::file(folder, "no .json, .yaml, .yml or .md file").into());
    }
    let wanted = spread(files.len(), options.compile);
    let start = Instant::now();
    let mut sources = Vec::new();
    let mut failed = 0;
    each(&files, &mut |done| {
        let name = file_name(&files[done.index]);
        let counter = format!("[{:>3}/{}]", done.index + 1, files.len());
        let took = done.took.as_millis();
        match done.result {
            Ok(replayed) => {
                println!(
                    "{counter} ok    {name}: {} operations, {} rewrites, {} mended, {took} ms",
                    replayed.operations,
                    replayed.report.lines.len(),
                    replayed.mended(),
                );
                if options.report {
                    print!("{}", replayed.report);
                }
                if wanted.contains(&done.index) {
                    sources.push((name, replayed.source));
                }
            }
            Err(faults) => {
                failed += 1;
                println!("{counter} FAIL  {name}: {took} ms");
                for fault in faults.0 {
                    println!("          {fault}");
                }
            }
        }
    });
    let passed = files.len() - failed;
    println!(
        "{passed} of {} documents pass, {failed} fail, in {:.1} s",
        files.len(),
        start.elapsed().as_secs_f64()
    );
    let compiled = if sources.is_empty() {
        options.compile == 0
    } else {
        compile_check::check(&options.workspace, &sources)?
    };
    Ok(failed == 0 && compiled)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Replays on all cores, and hands the results over in the order of the files.
fn each(files: &[PathBuf], take: &mut dyn FnMut(Done)) {
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..cores.min(files.len()) {
            let (sender, next) = (sender.clone(), &next);
            let work = move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(index) else { break };
                    let start = Instant::now();
                    let result = one(file);
                    let took = start.elapsed();
                    let done = Done {
                        index,
                        result,
                        took,
                    };
                    if sender.send(done).is_err() {
                        break;
                    }
                }
            };
            // A thread that does not start leaves its share to the others; if
            // none does, the documents are missing from the total, and fail.
            let _ = large_stack::spawn(scope, work);
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut at = 0;
        for done in receiver {
            waiting.insert(done.index, done);
            while let Some(done) = waiting.remove(&at) {
                take(done);
                at += 1;
            }
        }
        for (_, done) in waiting {
            take(done);
        }
        let started = next.load(Ordering::Relaxed);
        for (index, file) in files.iter().enumerate().skip(started) {
            let result = Err(Fault::file(file_name(file), "no thread could be started").into());
            let took = Duration::ZERO;
            take(Done {
                index,
                result,
                took,
            });
        }
    });
}

/// Replays one file; a panic of ours is a fault like any other.
fn one(file: &Path) -> Result<Replayed> {
    let name = file.display().to_string();
    crate::generate_rust::catch_panic(|| document(&name))
        .unwrap_or_else(|panic| Err(Fault::file(&name, format!("a step panicked: {panic}")).into()))
}

/// Replays the document at a path or URL.
pub fn document(location: &str) -> Result<Replayed> {
    let source = read::read(location)?;
    value(location, &source.value)
}

/// Replays a document.
pub fn value(file: &str, document: &serde_json::Value) -> Result<Replayed> {
    let selected = everything(document);
    Faults(crate::path_items::unreadable(file, document)).into_result()?;
    let mut report = Report::default();
    let outcome = pipeline::run(
        &[Upstream {
            file,
            value: document,
        }],
        Plan {
            file,
            source: file,
            title: Some("Replayed"),
            documented: &selected,
            handwritten: &[],
            renames: &BTreeMap::new(),
            overlay: None,
            mode: Mode {
                mend: true,
                ..Mode::default()
            },
        },
        &mut report,
    )?;
    client_omissions::note(&outcome.document, &mut report);
    let source = generate(file, &outcome.document, "::unitune")?;
    Ok(Replayed {
        operations: selected.len(),
        report,
        source,
    })
}

/// Returns `count` numbers below `length`, evenly spread.
fn spread(length: usize, count: usize) -> Vec<usize> {
    let count = count.min(length);
    match count {
        0 => Vec::new(),
        1 => vec![0],
        _ => (0..count).map(|n| n * (length - 1) / (count - 1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_reaches_both_ends() {
        assert_eq!(spread(113, 3), [0, 56, 112]);
        assert_eq!(spread(2, 5), [0, 1]);
        assert_eq!(spread(5, 0), Vec::<usize>::new());
    }
}
