//! `cargo xtask codegen --check`: whether what is committed is what would be
//! written; without the upstream documents, whatever can be checked without.

use crate::cli::{build_all, tell};
use crate::codegen::{Job, read_overlay};
use crate::derived;
use crate::fault::{Fault, Faults, Result};
use crate::generate::generate;
use crate::lint;
use crate::normal;
use crate::pipeline::again;
use crate::source::Folder;
use crate::validate::validate;
use crate::write::Output;
use similar::TextDiff;
use std::path::Path;

/// Checks all vendors. False when something is stale.
pub fn run(jobs: &[(String, Job)], workspace: &Path, report: bool) -> Result<bool> {
    let mut current = true;
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
        tell(&vendor, &built, report);
        current &= built
            .outputs
            .iter()
            .map(fresh)
            .fold(true, |all, one| all & one);
    }
    if let Some(outputs) = faults.take(derived::outputs(workspace)) {
        current &= outputs.iter().map(fresh).fold(true, |all, one| all & one);
    }
    for (vendor, job) in &without {
        eprintln!(
            "{vendor}: the comparison with the upstream documents was skipped: there is no folder {}",
            job.upstream.display()
        );
    }
    faults.into_result()?;
    if current {
        eprintln!("everything is up to date");
    } else {
        eprintln!("error: stale files: run `cargo xtask codegen`");
    }
    Ok(current)
}

/// Whether a file is as it should be; shows the difference where not.
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

/// What can be checked of a committed document alone.
fn committed(vendor: &str, job: &Job) -> Result<bool> {
    let folder = Folder::read(&job.specs, vendor)?;
    let path = folder.file("openapi.json");
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|e| Fault::file(&name, e.to_string()))?;
    let document = crate::read::parse(&name, &text)?;
    validate(&name, &document)?;
    let mut fine = true;
    let settled = normal::text(&again(&name, &document)?);
    if settled != text {
        eprintln!("error: {name}: not in normal form");
        diff(&name, &text, &settled);
        fine = false;
    }
    if let Some(overlay) = read_overlay(&folder)? {
        let mut corrected = document.clone();
        overlay.reapply(&mut corrected)?;
        let corrected = normal::text(&again(&name, &corrected)?);
        if corrected != text && fine {
            eprintln!("error: {name}: the overlay is not in it");
            diff(&name, &text, &corrected);
            fine = false;
        }
    }
    Faults(lint::described(&name, &document)).into_result()?;
    generate(&name, &document, "crate")?;
    Ok(fine)
}
