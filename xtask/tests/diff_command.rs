//! `cargo xtask diff`, run as a program: revisions, files and folders, exit
//! codes, forms, and what a change means for `unify`.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use crate::support;

use serde_json::Value;
use std::process::Command;
use support::{DOCUMENT, Run, Workspace};

/// What says what Acme's words mean.
const UNIFY: &str = r#"
mod rules {
    mod acme {
        rules! {
            TABLE {
                ERROR: "error", Derived, "`error`";
                STATUS: "status", Derived, "`status`, by the table";
            }
        }
    }
}
use crate::acme::types::{Job, JobStatus as Word};

fn meaning(job: &Job) -> u8 {
    let _ = &job.error;
    match &job.status {
        Word::Running => 1,
        Word::Done => 2,
        Word::Unknown(_) => 3,
    }
}

#[cfg(test)]
mod tests {
    fn no_table(word: crate::acme::types::JobStatus) -> bool {
        word == crate::acme::types::JobStatus::Lost
    }
}
"#;

const SPEC: &str = "specs/acme/openapi.json";

/// A repository with a committed document.
fn repository() -> Workspace {
    let workspace = Workspace::new();
    workspace.put(
        "specs/acme/overlay.yaml",
        &support::OVERLAY.replace("enum: [waiting], ", ""),
    );
    workspace.put("src/unify/acme.rs", UNIFY);
    workspace.run(&["codegen"]).passes();
    git(&workspace, &["init", "--quiet", "--initial-branch=main"]);
    commit(&workspace, "first");
    workspace
}

fn git(workspace: &Workspace, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(workspace.folder.path())
        .args([
            "-c",
            "user.name=Nobody",
            "-c",
            "user.email=nobody@example.com",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn commit(workspace: &Workspace, message: &str) {
    git(workspace, &["add", "-A"]);
    git(workspace, &["commit", "--quiet", "--message", message]);
}

fn says(run: &Run, words: &[&str]) {
    for word in words {
        assert!(
            run.stdout.contains(word),
            "{word:?} is not said: {}",
            run.stdout
        );
    }
}

fn exits(run: &Run, code: i32, words: &[&str]) {
    assert_eq!(run.code, code, "{run:#?}");
    for word in words {
        assert!(run.stderr.contains(word), "{word:?} is not said: {run:#?}");
    }
    assert!(!run.stderr.contains("panicked"), "{run:#?}");
}

#[test]
fn by_default_the_merge_base_is_compared_with_the_work_tree() {
    let workspace = repository();
    says(&workspace.run(&["diff"]).passes(), &["no changes"]);
    git(&workspace, &["checkout", "--quiet", "-b", "next"]);
    workspace.edit(SPEC, "\"done\"", "\"done\",\n          \"lost\"");
    let run = workspace.run(&["diff"]).passes();
    says(
        &run,
        &[
            "JobStatus can be lost",
            "specs/acme/openapi.json:",
            "1 breaking",
        ],
    );
    commit(&workspace, "a new word");
    assert_eq!(workspace.run(&["diff"]).passes().stdout, run.stdout);
    assert_eq!(
        workspace.run(&["diff", "main", "next"]).passes().stdout,
        run.stdout
    );
    says(
        &workspace.run(&["diff", "next", "main"]).passes(),
        &["JobStatus can no longer be lost"],
    );
    says(&workspace.run(&["diff", "next"]).passes(), &["no changes"]);
}

#[test]
fn a_new_word_is_undecided_until_a_table_names_it() {
    let workspace = repository();
    workspace.edit(SPEC, "\"done\"", "\"done\",\n          \"lost\"");
    let run = workspace.run(&[
        "diff",
        "HEAD",
        "--format",
        "markdown",
        "--fail-on",
        "breaking",
    ]);
    exits(&run, 1, &[]);
    says(
        &run,
        &[
            "**undecided**",
            "1 undecided",
            "`acme::STATUS`",
            "`JobStatus::Lost`",
        ],
    );
    workspace.edit(
        "src/unify/acme.rs",
        "Word::Done => 2,",
        "Word::Done | Word::Lost => 2,",
    );
    let run = workspace.run(&[
        "diff",
        "HEAD",
        "--format",
        "markdown",
        "--fail-on",
        "breaking",
    ]);
    exits(&run, 0, &[]);
    says(&run, &["**warning**", "`acme::STATUS`"]);
    assert!(!run.stdout.contains("undecided**"), "{}", run.stdout);
}

#[test]
fn a_change_names_the_rust_and_the_rules_that_it_touches() {
    let workspace = repository();
    let text = workspace.get(SPEC);
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let job = &mut document["components"]["schemas"]["Job"]["properties"];
    job.as_object_mut().unwrap().remove("error");
    workspace.put(SPEC, &serde_json::to_string_pretty(&document).unwrap());
    let run = workspace
        .run(&["diff", "HEAD", "--format", "json"])
        .passes();
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let document = &report["documents"][0];
    assert_eq!(document["vendor"], "acme");
    let change = &document["changes"][0];
    assert_eq!(change["rule"], "property-removed");
    assert_eq!(change["rust"]["vanishes"], serde_json::json!(["Job.error"]));
    assert_eq!(change["rust"]["semver"], "major");
    assert_eq!(change["mapping"]["rules"][0]["id"], "acme::ERROR");
    assert_eq!(
        change["mapping"]["files"],
        serde_json::json!(["src/unify/acme.rs"])
    );
    assert_eq!(document["changes"].as_array().unwrap().len(), 1);
    assert_eq!(
        change["operations"],
        serde_json::json!([
            {"operation": "GET /jobs", "id": "listJobs", "sent": null, "received": "breaking"},
            {"operation": "GET /jobs/{id}", "id": "retrieveJob", "sent": null, "received": "breaking"},
        ])
    );
}

#[test]
fn json_follows_its_schema() {
    let schema = include_str!("../../schema/diff.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let workspace = repository();
    workspace.put("old.yaml", DOCUMENT);
    let new = DOCUMENT.replace(
        "status: {type: string, enum: [running, done]",
        "state: {type: string, enum: [running, gone]",
    );
    workspace.put("new.yaml", &new.replace("/other:", "/another:"));
    let (old, new) = (workspace.path("old.yaml"), workspace.path("new.yaml"));
    let (old, new) = (old.display().to_string(), new.display().to_string());
    workspace.edit(SPEC, "\"done\"", "\"done\",\n          \"lost\"");
    let runs: [&[&str]; 3] = [
        &["diff", &old, &new, "--format", "json"],
        &["diff", "HEAD", "--format", "json"],
        &["diff", "HEAD", "HEAD", "--format", "json"],
    ];
    for arguments in runs {
        let run = workspace.run(arguments).passes();
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn annotations_point_at_file_and_line() {
    let workspace = repository();
    workspace.edit(SPEC, "\"done\"", "\"done\",\n          \"lost\"");
    let line = workspace
        .get(SPEC)
        .lines()
        .position(|line| line.contains("\"lost\""))
        .unwrap()
        + 1;
    let run = workspace
        .run(&["diff", "HEAD", "--format", "github"])
        .passes();
    let start = format!(
        "::error file=specs/acme/openapi.json,line={line},title=breaking%3A enum-value-added::"
    );
    says(&run, &[&start, "%0A", "::notice title=Schema diff::"]);
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
}

#[test]
fn raw_documents_of_any_form_are_compared_after_the_same_lowering() {
    let workspace = repository();
    let older = DOCUMENT
        .replace("openapi: 3.1.0", "openapi: 3.0.3")
        .replace("exclusiveMinimum: 0", "minimum: 0, exclusiveMinimum: true")
        .replace(
            "anyOf: [{type: string}, {type: 'null'}]",
            "type: string, nullable: true",
        );
    assert_ne!(older, DOCUMENT);
    workspace.put("new.yaml", DOCUMENT);
    workspace.put("old.yaml", &older);
    let value = xtask::read::parse("x.yaml", DOCUMENT).unwrap();
    workspace.put("same.json", &value.to_string());
    let at = |name: &str| workspace.path(name).display().to_string();
    for (old, new) in [("old.yaml", "new.yaml"), ("new.yaml", "same.json")] {
        says(
            &workspace.run(&["diff", &at(old), &at(new)]).passes(),
            &["no changes"],
        );
    }
    // The line is that of the document as it was written.
    workspace.edit(
        "new.yaml",
        "id: {type: string}\n        status",
        "id: {type: integer}\n        status",
    );
    let line = workspace
        .get("new.yaml")
        .lines()
        .position(|l| l.contains("id: {type: integer}"))
        .unwrap()
        + 1;
    let run = workspace
        .run(&["diff", &at("old.yaml"), &at("new.yaml")])
        .passes();
    says(
        &run,
        &[
            "Job.id is an integer, it was a string",
            &format!("new.yaml:{line} "),
        ],
    );
}

#[test]
fn folders_are_compared_by_name() {
    let workspace = repository();
    for (name, text) in [
        ("old/a.yaml", DOCUMENT),
        ("new/a.yaml", DOCUMENT),
        ("new/b.yaml", DOCUMENT),
    ] {
        workspace.put(name, text);
    }
    let at = |name: &str| workspace.path(name).display().to_string();
    let run = workspace.run(&["diff", &at("old"), &at("new"), "--fail-on", "any"]);
    exits(&run, 1, &[]);
    says(
        &run,
        &[
            "the document b.yaml is new",
            "0 breaking, 0 warnings, 1 info",
        ],
    );
    let run = workspace.run(&["diff", &at("new"), &at("old"), "--fail-on", "breaking"]);
    exits(&run, 1, &[]);
    says(&run, &["the document b.yaml is gone"]);
    // A folder like specs/, against a revision.
    says(
        &workspace.run(&["diff", "HEAD", &at("specs")]).passes(),
        &["no changes"],
    );
}

#[test]
fn the_level_to_fail_on_is_chosen() {
    let workspace = repository();
    let at = |name: &str| workspace.path(name).display().to_string();
    workspace.put("old.yaml", DOCUMENT);
    let edits = [
        ("deprecated: true, type: string}\n        status", 0, 1, 1),
        ("type: string, description: new}\n        status", 0, 0, 1),
        ("type: integer}\n        status", 1, 1, 1),
        ("type: string}\n        status", 0, 0, 0),
    ];
    for (new, breaking, warning, any) in edits {
        let text = DOCUMENT.replace("type: string}\n        status", new);
        workspace.put("new.yaml", &text);
        for (level, code) in [("breaking", breaking), ("warning", warning), ("any", any)] {
            let run =
                workspace.run(&["diff", &at("old.yaml"), &at("new.yaml"), "--fail-on", level]);
            exits(&run, code, &[]);
        }
        exits(
            &workspace.run(&["diff", &at("old.yaml"), &at("new.yaml")]),
            0,
            &[],
        );
    }
}

#[test]
fn wrong_usage_is_2_and_unreadable_input_is_3_with_its_place() {
    let workspace = repository();
    let at = |name: &str| workspace.path(name).display().to_string();
    workspace.put("good.yaml", DOCUMENT);
    workspace.put("bad.json", "{\n  \"openapi\": \"3.0.3\",\n  oops\n}");
    workspace.put("bad.yaml", "openapi: 3.0.3\npaths: [1,\ninfo: x\n");
    workspace.put("list.json", "[]");
    let dangling = DOCUMENT.replace(
        "'#/components/schemas/Other'",
        "'#/components/schemas/Gone'",
    );
    workspace.put("dangling.yaml", &dangling);
    workspace.put("empty/readme.txt", "");
    exits(&workspace.run(&["diff", "--nonsense"]), 2, &["--nonsense"]);
    exits(
        &workspace.run(&["diff", "--fail-on", "sometimes"]),
        2,
        &["sometimes"],
    );
    exits(
        &workspace.run(&["diff", &at("good.yaml"), "HEAD"]),
        2,
        &["a file"],
    );
    exits(
        &workspace.run(&["diff", "HEAD", "HEAD", "--vendor", "nobody"]),
        2,
        &["nobody"],
    );
    exits(
        &workspace.run(&["diff", "--explain", "proprety-removed"]),
        2,
        &["property-removed"],
    );
    exits(
        &workspace.run(&["diff", "no-such-revision"]),
        3,
        &["no-such-revision"],
    );
    exits(
        &workspace.run(&["diff", &at("good.yaml"), &at("bad.json")]),
        3,
        &["bad.json:3"],
    );
    exits(
        &workspace.run(&["diff", &at("bad.yaml"), &at("good.yaml")]),
        3,
        &["bad.yaml:"],
    );
    exits(
        &workspace.run(&["diff", &at("good.yaml"), &at("list.json")]),
        3,
        &["list.json"],
    );
    exits(
        &workspace.run(&["diff", &at("good.yaml"), &at("dangling.yaml")]),
        3,
        &["dangling.yaml at /paths/"],
    );
    exits(
        &workspace.run(&["diff", &at("empty"), &at("empty")]),
        3,
        &["empty"],
    );
    workspace.put(SPEC, "{");
    exits(
        &workspace.run(&["diff", "HEAD"]),
        3,
        &["specs/acme/openapi.json:1"],
    );
}

#[test]
fn rules_are_explained() {
    let workspace = repository();
    let run = workspace
        .run(&["diff", "--explain", "enum-value-added"])
        .passes();
    says(
        &run,
        &["enum-value-added", "received: warning", "What to do"],
    );
    let run = workspace.run(&["diff", "--rules"]).passes();
    says(&run, &["| `property-removed` | breaking | breaking |"]);
}
