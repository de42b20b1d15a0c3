//! The commands of the guide's page for maintainers, docs/guide/src/maintaining.md, in a
//! workspace with a vendor of its own.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::support;

use std::process::Command;

use support::{DOCUMENT, Workspace};

/// The commands of its `console` blocks.
fn commands() -> Vec<String> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/guide/src/maintaining.md"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```console\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap().lines());
    lines
        .map(|line| {
            line.strip_prefix("$ ")
                .unwrap_or_else(|| panic!("no command: {line}"))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_commands_of_the_guide_work_from_top_to_bottom() {
    let workspace = Workspace::new();
    workspace.run(&["codegen"]).passes();
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all"],
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "commit",
            "--quiet",
            "-m",
            "first",
        ],
    ] {
        let status = Command::new("git")
            .arg("-C")
            .arg(workspace.path(""))
            .args(arguments)
            .status();
        assert!(status.unwrap().success(), "{arguments:?}");
    }
    // The vendor's document changes.
    let newer = DOCUMENT.replace("version: 1.4.0", "version: 1.5.0");
    assert_ne!(newer, DOCUMENT);
    workspace.put("upstream/acme/openapi.yaml", &newer);
    let ci = concat!(env!("CARGO_MANIFEST_DIR"), "/../.ci/run");
    let ci = std::fs::read_to_string(ci).unwrap();
    let mut shown = String::new();
    let commands = commands();
    assert!(commands.len() > 3, "{commands:?}");
    for command in &commands {
        let Some(arguments) = command.strip_prefix("cargo xtask ") else {
            assert!(
                ci.lines().any(|line| line == command),
                ".ci/run does not run {command:?}"
            );
            continue;
        };
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments.split(' '))
            .arg("--workspace")
            .arg(workspace.path(""))
            .current_dir(workspace.path(""))
            .env("UNITUNE_UPSTREAM", workspace.path("upstream"))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {text}\n{errors}");
        if arguments == "diff" {
            shown = text;
        }
    }
    assert!(shown.contains("version-changed"), "{shown}");
}
