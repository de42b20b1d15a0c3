//! `cargo xtask codegen --check`: compares what is committed with what would be
//! written; without the upstream documents, checks the committed files alone.

use crate::codegen_command::{Job, build_all, print_summary, read_overlay};
use crate::descriptions;
use crate::generate_rust::generate;
use crate::library_docs::{self, Advice};
use crate::located_error::{Fault, Faults, Result};
use crate::normal_form;
use crate::pipeline::settle;
use crate::report::Report;
use crate::source_toml::Folder;
use crate::write_files::Output;
use serde_json::Value;
use similar::TextDiff;
use std::path::Path;

/// Checks all vendors. False when something is stale.
pub fn run(
    jobs: &[(String, Job)],
    workspace: &Path,
    report: bool,
    advice: Advice<'_>,
) -> Result<bool> {
    let mut current = true;
    let mut library_current = true;
    let mut faults = Faults::default();
    let (with, without): (Vec<_>, Vec<_>) = jobs
        .iter()
        .cloned()
        .partition(|(_, job)| !job.from.is_empty() || job.upstream.is_dir());
    for (vendor, job) in jobs {
        if let Some(fine) = faults.take(committed(vendor, job)) {
            current &= fine;
        }
    }
    for (vendor, built) in build_all(&with) {
        let Some(built) = faults.take(built) else {
            continue;
        };
        print_summary(&vendor, &built, report);
        current &= built
            .outputs
            .iter()
            .map(fresh)
            .fold(true, |all, one| all & one);
    }
    if let Some(outputs) = faults.take(library_docs::outputs(workspace, advice)) {
        library_current = outputs.iter().map(fresh).fold(true, |all, one| all & one);
    }
    faults.into_result()?;
    let skipped = skipped(&without);
    match (current && library_current, &skipped) {
        (true, None) => eprintln!("everything is up to date"),
        (true, Some(skipped)) => eprintln!("the committed files fit each other; {skipped}"),
        (false, None) => eprintln!("error: stale files: run `cargo xtask codegen`"),
        (false, Some(skipped)) => {
            if !current {
                eprintln!(
                    "error: stale files in specs/: make the changes that the diff above shows"
                );
            }
            if !library_current {
                eprintln!(
                    "error: stale files of the library: run `{}`",
                    library_docs::REWRITE
                );
            }
            eprintln!("{skipped}");
        }
    }
    Ok(current && library_current)
}

/// Returns what is not compared, and where what it would be compared with is looked for.
fn skipped(without: &[(String, Job)]) -> Option<String> {
    let (_, job) = without.first()?;
    let vendors: Vec<&str> = without.iter().map(|(vendor, _)| vendor.as_str()).collect();
    Some(format!(
        "the vendors' documents were not compared ({}): there is no folder {}, and UNITUNE_UPSTREAM \
         may name another one",
        vendors.join(", "),
        job.upstream.display()
    ))
}

/// Returns whether a file is as it should be; shows the difference where not.
fn fresh(output: &Output) -> bool {
    let before = std::fs::read_to_string(&output.path).unwrap_or_default();
    let fresh = before == output.text;
    if !fresh {
        diff(&output.path.display().to_string(), &before, &output.text);
    }
    fresh
}

fn diff(name: &str, before: &str, after: &str) {
    let diff = TextDiff::from_lines(before, after);
    print!(
        "{}",
        diff.unified_diff().header(
            &format!("{name} (committed)"),
            &format!("{name} (generated)")
        )
    );
}

/// Returns the text of a document of ours after the steps that follow the
/// overlay.
fn settled(name: &str, mut document: Value) -> Result<String> {
    let title = document.pointer("/info/title").and_then(Value::as_str);
    let title = title.unwrap_or_default().to_owned();
    settle(name, &mut document, Some(&title), &mut Report::default())?;
    Ok(normal_form::text(&document))
}

/// Returns what can be checked of a committed document alone.
fn committed(vendor: &str, job: &Job) -> Result<bool> {
    let folder = Folder::read(&job.specs, vendor)?;
    let path = folder.file("openapi.json");
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|e| Fault::file(&name, e.to_string()))?;
    let document = crate::read::parse(&name, &text)?;
    let mut fine = true;
    let normal_form = settled(&name, document.clone())?;
    if normal_form != text {
        eprintln!("error: {name}: not in normal form");
        diff(&name, &text, &normal_form);
        fine = false;
    }
    if let Some(overlay) = read_overlay(&folder)? {
        let mut corrected = document.clone();
        overlay.reapply(&mut corrected)?;
        let corrected = settled(&name, corrected)?;
        if corrected != text && fine {
            eprintln!("error: {name}: the overlay is not in it");
            diff(&name, &text, &corrected);
            fine = false;
        }
    }
    Faults(descriptions::described(&name, &document)).into_result()?;
    generate(&name, &document, "crate")?;
    Ok(fine)
}
