//! Output that cannot be written, and files that others write at the same time.
#![cfg(target_os = "linux")]

use crate::support;

use std::fs::OpenOptions;
use std::process::Stdio;

use support::{User, json, stderr, stdout};

/// A device on which nothing can be written.
fn full() -> Stdio {
    OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap()
        .into()
}

const CREATE: [&str; 8] = [
    "jobs",
    "create",
    "--on",
    "together",
    "-m",
    "Qwen/Qwen3-8B",
    "-t",
    "train.jsonl",
];

#[test]
fn what_nobody_can_read_on_stderr_changes_nothing() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let before = user.jobs().len();
    let mut list = user.command(&["jobs", "list", "--json"]);
    let output = list.stderr(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!json(&output)["warnings"].as_array().unwrap().is_empty());
    let mut create = user.command(&[&CREATE[..], &["--yes"]].concat());
    let output = create.stderr(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert_eq!(user.jobs().len(), before + 1);
}

#[test]
fn the_id_of_a_job_is_said_where_its_document_cannot_be_written() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    for more in [&["--json"][..], &[], &["--watch"], &["--watch", "--json"]] {
        let before = user.jobs().len();
        let mut create = user.command(&[&CREATE[..], &["--yes"], more].concat());
        let output = create.stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{more:?}");
        let jobs = user.jobs();
        assert_eq!(jobs.len(), before + 1);
        let said = stderr(&output);
        let id = jobs[0]["id"].as_str().unwrap();
        let expected = format!("the job was started: {id} at together");
        assert!(said.contains(&expected), "{more:?}: {said}");
        assert!(said.contains("cannot write the output"), "{more:?}: {said}");
    }
}

#[test]
fn accounts_that_are_added_at_the_same_time_are_all_there() {
    let user = User::new();
    let children: Vec<_> = (0..6)
        .map(|n| {
            let name = format!("account-{n}");
            let arguments = [
                "accounts",
                "add",
                &name,
                "--vendor",
                "together",
                "--no-check",
            ];
            let more = ["--key-env", "TOGETHER_API_KEY"];
            let mut add = user.command(&[&arguments[..], &more].concat());
            add.stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let output = user.expect(0, &["accounts", "list", "--json"]);
    assert_eq!(json(&output)["data"].as_array().unwrap().len(), 6);
}
