//! `cargo xtask codegen`: from the vendors' documents to `specs/`.

use crate::check_rendered_page;
use crate::client_omissions;
use crate::descriptions;
use crate::generate_rust::generate;
use crate::large_stack;
use crate::located_error::{Fault, Faults, Result};
use crate::lower::Mode;
use crate::merge_documents::Upstream;
use crate::normal_form;
use crate::overlay::Overlay;
use crate::pipeline::{self, Plan};
use crate::read::{self, Source};
use crate::report::Report;
use crate::source_toml::{Folder, Recorded};
use crate::write_files::Output;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What to work on.
#[derive(Clone, Debug)]
pub struct Job {
    /// The folder `specs`.
    pub specs: PathBuf,
    /// The folder of upstream documents.
    pub upstream: PathBuf,
    /// What `--from` names: folders, files or URLs, for one vendor.
    pub from: Vec<String>,
    /// Names with numbers and missing descriptions are warnings, not errors.
    pub draft: bool,
}

/// What one vendor's run gave.
#[derive(Debug)]
pub struct Built {
    /// The files as they should be.
    pub outputs: Vec<Output>,
    /// What was rewritten.
    pub report: Report,
    /// What is not as it should be, but tolerated in a draft.
    pub warnings: Vec<Fault>,
}

/// Returns the vendors that have a folder with a `source.toml`.
pub fn vendors(specs: &Path) -> Result<Vec<String>> {
    let fault = |e: std::io::Error| Fault::file(specs.display().to_string(), e.to_string());
    let mut vendors = Vec::new();
    for entry in std::fs::read_dir(specs).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        if entry.path().join("source.toml").is_file() {
            vendors.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    vendors.sort();
    Ok(vendors)
}

/// Reads one vendor's documents and builds its files.
pub fn build(job: &Job, vendor: &str) -> Result<Built> {
    let folder = Folder::read(&job.specs, vendor)?;
    let (sources, recorded) = read_sources(job, &folder)?;
    let overlay = read_overlay(&folder)?;
    let (documented, handwritten) = folder.selected()?;
    let documents: Vec<Upstream<'_>> = sources
        .iter()
        .map(|source| Upstream {
            file: &source.name,
            value: &source.value,
        })
        .collect();
    let file = folder.file("openapi.json");
    let name = file.display().to_string();
    let mut report = Report::default();
    let outcome = pipeline::run(
        &documents,
        Plan {
            file: &name,
            source: &folder.name(),
            title: Some(&folder.source.title),
            documented: &documented,
            handwritten: &handwritten,
            renames: &folder.source.components,
            overlay: overlay.as_ref(),
            mode: Mode::default(),
        },
        &mut report,
    )?;
    let mut faults = Faults::default();
    for check in &folder.source.checks {
        match find_page(job, &check.file) {
            Some(path) => {
                faults.take(check_page(&path, &outcome.named, &check.operation));
            }
            // With --from, the pages may be missing.
            None if !job.from.is_empty() => report.add(
                "page-skipped",
                &check.file,
                format!("{}: not found, so it is not checked", check.file),
            ),
            None => {
                let path = job.upstream.join(&check.file).display().to_string();
                faults
                    .0
                    .push(Fault::file(path, "the page to check against is missing"));
            }
        }
    }
    faults.into_result()?;
    let mut warnings = descriptions::described(&name, &outcome.document);
    for number in &outcome.numbered {
        let message =
            format!("{number} needs a name: give it one under [components] of source.toml");
        warnings.push(Fault::file(&name, message));
    }
    warnings.extend(descriptions::words(&name, &outcome.document, &sources));
    if !job.draft && !warnings.is_empty() {
        return Err(Faults(warnings));
    }
    client_omissions::note(&outcome.document, &mut report);
    generate(&name, &outcome.document, "crate")?;
    let outputs = vec![
        Output {
            path: file,
            text: normal_form::text(&outcome.document),
        },
        Output {
            path: folder.file("source.toml"),
            text: folder.recorded(&recorded)?,
        },
    ];
    Ok(Built {
        outputs,
        report,
        warnings,
    })
}

/// Builds all vendors side by side.
pub fn build_all(jobs: &[(String, Job)]) -> Vec<(String, Result<Built>)> {
    std::thread::scope(|scope| {
        let running: Vec<_> = jobs
            .iter()
            .map(|(vendor, job)| large_stack::spawn(scope, || build(job, vendor)))
            .collect();
        running
            .into_iter()
            .zip(jobs)
            .map(|(thread, (vendor, _))| {
                let failed = |message: &str| Err(Fault::file(vendor, message).into());
                let built = match thread.map(std::thread::ScopedJoinHandle::join) {
                    Ok(Ok(built)) => built,
                    Ok(Err(_)) => failed("a step panicked: please report it"),
                    Err(e) => failed(&e.to_string()),
                };
                (vendor.clone(), built)
            })
            .collect()
    })
}

/// Prints what was done for a vendor, and with `report` every rewrite.
pub fn print_summary(vendor: &str, built: &Built, report: bool) {
    if report {
        println!("# {vendor}");
        print!("{}", built.report);
    }
    let rewrites = built.report.lines.len();
    let prose: usize = built.report.prose.values().sum();
    eprintln!("{vendor}: {rewrites} rewrites, {prose} pieces of prose removed");
    for line in &built.report.lines {
        if line.rule == "page-skipped" {
            eprintln!("warning: {vendor}: {}", line.detail);
        }
    }
    for warning in &built.warnings {
        eprintln!("warning: {warning}");
    }
}

/// Reads the overlay of a vendor, if there is one.
pub fn read_overlay(folder: &Folder) -> Result<Option<Overlay>> {
    let path = folder.file("overlay.yaml");
    let name = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => Overlay::parse(&name, &text).map(Some),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Fault::file(name, e.to_string()).into()),
    }
}

fn find_page(job: &Job, file: &str) -> Option<PathBuf> {
    let own = roots(&job.from);
    own.iter()
        .chain(std::iter::once(&job.upstream))
        .find_map(|root| locate(root, file))
}

fn check_page(path: &Path, slice: &Value, operation: &str) -> Result<()> {
    let page = check_rendered_page::read(&read::read_text(path)?);
    check_rendered_page::check(&path.display().to_string(), &page, slice, operation)
}

fn roots(from: &[String]) -> Vec<PathBuf> {
    from.iter()
        .map(PathBuf::from)
        .filter(|path| path.is_dir())
        .collect()
}

/// Returns a file under a folder, by its path or its name alone.
fn locate(root: &Path, file: &str) -> Option<PathBuf> {
    let by_path = root.join(file);
    if by_path.is_file() {
        return Some(by_path);
    }
    let by_name = root.join(Path::new(file).file_name()?);
    by_name.is_file().then_some(by_name)
}

/// Returns an error where some of a vendor's documents are given, and not all.
fn not_given(folder: &Folder, places: &[(usize, String)]) -> Option<Fault> {
    let documents = folder.source.documents.iter().enumerate();
    let missing = documents.filter(|(n, _)| !places.iter().any(|(index, _)| index == n));
    let missing: Vec<&str> = missing
        .map(|(_, document)| document.file.as_str())
        .collect();
    (!missing.is_empty()).then(|| {
        let message = format!(
            "--from does not give every [[document]]: {} would be left out; give all of them, \
             or the folder that they are in",
            missing.join(", ")
        );
        Fault::file(folder.name(), message)
    })
}

/// Reads the documents of a vendor: those of `source.toml`, or those of `--from`.
fn read_sources(job: &Job, folder: &Folder) -> Result<(Vec<Source>, Vec<Recorded>)> {
    let documents = &folder.source.documents;
    let folders = roots(&job.from);
    let files: Vec<&String> = job
        .from
        .iter()
        .filter(|from| read::is_url(from) || !Path::new(from).is_dir())
        .collect();
    let mut faults = Faults::default();
    let mut places: Vec<(usize, String)> = Vec::new();
    if files.is_empty() {
        for (n, document) in documents.iter().enumerate() {
            let roots = if folders.is_empty() {
                std::slice::from_ref(&job.upstream)
            } else {
                &folders[..]
            };
            match roots.iter().find_map(|root| locate(root, &document.file)) {
                Some(path) => places.push((n, path.display().to_string())),
                None => {
                    let path = roots[0].join(&document.file).display().to_string();
                    faults.0.push(Fault::file(path, "no such file"));
                }
            }
        }
    } else {
        for (n, from) in files.iter().enumerate() {
            let name = from.rsplit('/').next().unwrap_or(from);
            let same = documents.iter().position(|d| {
                d.file.rsplit('/').next() == Some(name) || d.url.as_deref() == Some(from.as_str())
            });
            match same.or((files.len() == documents.len()).then_some(n)) {
                Some(index) => places.push((index, (*from).clone())),
                None => {
                    let message = "cannot tell which [[document]] of source.toml this is: name as many as it has";
                    faults.0.push(Fault::file(*from, message));
                }
            }
        }
        if faults.0.is_empty() {
            faults.0.extend(not_given(folder, &places));
        }
    }
    faults.into_result()?;
    let mut faults = Faults::default();
    let mut sources = Vec::new();
    let mut recorded = Vec::new();
    for (index, place) in places {
        let Some(source) = faults.take(read::read(&place)) else {
            continue;
        };
        recorded.push(Recorded {
            index,
            url: read::is_url(&place).then(|| place.clone()),
            version: source.version(),
            sha256: source.sha256.clone(),
        });
        sources.push(source);
    }
    faults.into_result()?;
    Ok((sources, recorded))
}
