//! The options that choose jobs.

use std::process::Output;

use crate::support::{json, stderr, unitune};

fn list(more: &[&str]) -> Output {
    let list = ["jobs", "list", "--sandbox", "--json", "--limit", "1000"];
    unitune(&[&list, more].concat()).output().unwrap()
}

fn count(more: &[&str]) -> usize {
    let output = list(more);
    assert!(output.status.success(), "{more:?}: {}", stderr(&output));
    json(&output)["data"].as_array().unwrap().len()
}

#[test]
fn statuses_can_have_spaces_and_a_last_comma() {
    let both = count(&["--status", "failed,cancelled"]);
    for same in [
        "failed, cancelled",
        " failed ,cancelled,",
        "failed,,cancelled",
    ] {
        assert_eq!(count(&["--status", same]), both, "{same:?}");
    }
    // Nothing at all is not all.
    for nothing in ["", ",", " "] {
        let output = list(&["--status", nothing]);
        assert_eq!(output.status.code(), Some(2), "{nothing:?}");
        assert!(stderr(&output).contains("--status names no status"));
    }
    let wrong = stderr(&list(&["--status", "failed, done"]));
    assert!(wrong.contains("invalid value 'done'"), "{wrong}");
}

#[test]
fn what_can_only_be_a_slip_is_an_error() {
    for (option, complaint) in [
        ("--model=", "a value is required for '--model <NAME>'"),
        ("--model= ", "a value is required for '--model <NAME>'"),
        ("--since=-1d", "leave out the -"),
    ] {
        let output = list(&[option]);
        assert_eq!(output.status.code(), Some(2), "{option}");
        let said = stderr(&output);
        assert!(said.contains(complaint), "{said}");
    }
}

/// A variable of a script that is not set.
#[test]
fn ids_that_are_empty_are_errors_of_the_command_line() {
    for command in [
        &["jobs", "get", ""][..],
        &["jobs", "get", "ft-1", " "],
        &["jobs", "cancel", "", "--yes"],
        &["jobs", "delete", "", "--yes"],
        &["jobs", "events", ""],
        &["jobs", "metrics", ""],
        &["jobs", "compare", "ft-1", ""],
        &["jobs", "watch", ""],
        &["jobs", "download", ""],
        &["jobs", "rerun", "", "--on", "together", "--dry-run"],
        &["files", "get", ""],
        &["files", "delete", "", "--yes"],
        &["files", "download", ""],
        &["models", "limits", ""],
    ] {
        let output = unitune(&[command, &["--sandbox"]].concat()).output();
        let output = output.unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
        assert!(said.contains("a value is required for"), "{said}");
    }
}
