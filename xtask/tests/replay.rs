//! `cargo xtask replay`, run as a program.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::support;

use std::path::Path;
use support::Workspace;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/replay");

#[test]
fn every_construct_passes() {
    let workspace = Workspace::new();
    let run = workspace.run(&["replay", FIXTURES]).passes();
    assert!(run.stdout.contains(" ok    constructs.yaml"), "{run:?}");
    assert!(run.stdout.contains("0 fail"), "{run:?}");
}

#[test]
fn a_document_that_fails_is_named_and_the_others_pass() {
    let workspace = Workspace::new();
    workspace.put("documents/a.yaml", support::DOCUMENT);
    workspace.put(
        "documents/b.yaml",
        &support::DOCUMENT.replace("schemas/Other'", "schemas/Gone'"),
    );
    workspace.put("documents/c.json", "{");
    workspace.put("documents/ignored.txt", "{");
    let folder = workspace.path("documents");
    let run = workspace.run(&["replay", folder.to_str().unwrap()]);
    assert_eq!(run.code, 1, "{run:?}");
    for line in [
        "[  1/3] ok    a.yaml: 3 operations",
        "[  2/3] FAIL  b.yaml",
        "dangling",
        "[  3/3] FAIL  c.json",
        "1 of 3 documents pass, 2 fail",
    ] {
        assert!(run.stdout.contains(line), "{line}: {run:?}");
    }
}

#[test]
fn an_empty_folder_is_no_success() {
    let workspace = Workspace::new();
    let folder = workspace.path("specs");
    workspace
        .run(&["replay", folder.to_str().unwrap()])
        .fails(&["no .json"]);
    workspace
        .run(&["replay", "/nowhere/at/all"])
        .fails(&["/nowhere/at/all"]);
}

/// The folder of upstream documents, if this machine has it.
fn upstream() -> Option<std::path::PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = match std::env::var_os("UNITUNE_UPSTREAM") {
        Some(path) if !path.is_empty() => path.into(),
        _ => root.join("../shared/upstream"),
    };
    let there = folder.is_dir();
    if !there {
        eprintln!("skipped: there is no folder {}", folder.display());
    }
    there.then_some(folder)
}

#[test]
fn the_history_passes() {
    let Some(upstream) = upstream() else { return };
    let workspace = Workspace::new();
    let folder = upstream.join("history/docs");
    let run = workspace
        .run(&["replay", folder.to_str().unwrap()])
        .passes();
    assert!(
        run.stdout.contains("113 of 113 documents pass"),
        "{}",
        run.stdout
    );
}
