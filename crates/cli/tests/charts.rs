//! Charts of jobs, comparison and costs, as a user calls them.
#![cfg(feature = "charts")]

use crate::support;

use serde_json::Value;
use support::{User, files_in, json, stderr, stdout};

/// Ids of jobs of the sandbox's first seed that have succeeded.
const OPENAI: &str = "ftjob-pRAnmioZd4z4wA0B13dj7KWl";
const TOGETHER: &str = "ft-8c4e8998-f412-4b9d-98fb-c84f1b7245ff";
const QUEUED: &str = "ftjob-MIG1BoCIudrkWBlgSUq9VdFa";
const TRUEFOUNDRY: &str = "ftjob-wmdYerIQ5b9d158Ps1u8dQRU";

fn user() -> User {
    User::with(|builder| builder.speed(0.0))
}

#[test]
fn jobs_of_two_vendors_are_on_one_picture() {
    let user = user();
    let metrics = ["jobs", "metrics", OPENAI, TOGETHER];
    let output = user.expect(0, &[&metrics[..], &["--plot", "loss.svg"]].concat());
    assert_eq!(stdout(&output), "");
    assert!(
        stderr(&output).contains("180 points, from 2.52 at step 1"),
        "{}",
        stderr(&output)
    );
    let svg = std::fs::read_to_string(user.path("loss.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
    for part in [
        "openai: gpt-4o-mini-2024-07-18",
        "together: Meta-Llama-3.1-8B",
        "<title>Training loss</title>",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    assert_eq!(svg.matches("<polyline").count(), 2);
    // The same as PNG, in place of one that is there.
    user.write("loss.png", "old");
    let dark = [
        "--plot", "loss.png", "--theme", "dark", "--log", "--smooth", "5", "--x", "time",
    ];
    user.expect(0, &[&metrics[..], &dark].concat());
    let png = std::fs::read(user.path("loss.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((size(16), size(20)), (1920, 1080));
    assert_eq!(files_in(user.home.path()), ["loss.png", "loss.svg"]);
}

#[test]
fn a_chart_of_characters() {
    let user = user();
    let output = user.expect(0, &["jobs", "metrics", OPENAI, TOGETHER, "--chart"]);
    insta::assert_snapshot!("chart", stdout(&output));
}

#[test]
fn numbers_of_several_jobs_and_of_one() {
    let user = user();
    let csv = stdout(&user.expect(0, &["jobs", "metrics", OPENAI, TOGETHER, "--csv"]));
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("account,job,step,logged_at,"), "{csv}");
    assert_eq!(lines.len(), 1 + 180 + 90);
    let json = json(&user.expect(
        0,
        &[
            "jobs", "metrics", OPENAI, TOGETHER, "--json", "--limit", "2",
        ],
    ));
    let rows = json["data"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (rows[0]["job"].as_str(), rows[0]["step"].as_i64()),
        (Some(OPENAI), Some(179))
    );
    // Next to a picture, where their format is named.
    let both = user.expect(0, &["jobs", "metrics", OPENAI, "--plot", "a.svg", "--csv"]);
    assert_eq!(
        stdout(&both),
        stdout(&user.expect(0, &["jobs", "metrics", OPENAI, "--csv"]))
    );
}

/// The names of the columns of CSV.
fn columns(csv: &str) -> Vec<&str> {
    csv.lines().next().unwrap_or_default().split(',').collect()
}

#[test]
fn a_metric_that_is_asked_for_is_the_only_column() {
    let user = user();
    let metrics =
        |ids: &[&str], more: &[&str]| user.expect(0, &[&["jobs", "metrics"], ids, more].concat());
    let csv = stdout(&metrics(&[OPENAI], &["--metric", "valid_loss", "--csv"]));
    assert_eq!(columns(&csv), ["step", "logged_at", "valid_loss"]);
    let cells = |line: &str| line.split(',').filter(|cell| cell.is_empty()).count();
    assert!(csv.lines().all(|line| cells(line) == 0), "{csv}");
    let two = ["--metric", "valid_loss,train_loss", "--csv"];
    let csv = stdout(&metrics(&[OPENAI, TOGETHER], &two));
    assert_eq!(
        columns(&csv),
        [
            "account",
            "job",
            "step",
            "logged_at",
            "valid_loss",
            "train_loss"
        ]
    );
    assert!(csv.contains("together,") && csv.contains("openai,"));
    let table = stdout(&metrics(&[OPENAI], &["--metric", "valid_loss"]));
    assert!(!table.contains("train_loss"), "{table}");
    // JSON has it under the vendor's name; the newest of those points, of two.
    let newest = ["--metric", "train_loss", "--limit", "1", "--json"];
    let json = json(&metrics(&[OPENAI, TOGETHER], &newest));
    let rows = json["data"].as_array().unwrap();
    let names = rows.iter().map(|row| row["values"].as_object().unwrap());
    let names: Vec<Vec<&String>> = names.map(|values| values.keys().collect()).collect();
    assert_eq!(names, [["train_loss"], ["train/loss"]]);
    let unknown = ["jobs", "metrics", OPENAI, "--metric", "nothing", "--csv"];
    let unknown = user.expect(2, &unknown);
    assert_eq!(stdout(&unknown), "");
    assert!(stderr(&unknown).contains("there are: train_loss, valid_loss"));
}

#[test]
fn options_of_charts_need_a_chart() {
    let user = user();
    for option in [
        &["--log"][..],
        &["--smooth", "5"],
        &["--x", "time"],
        &["--title", "Losses"],
        &["--theme", "dark"],
        &["--theme", "dark", "--chart"],
    ] {
        let metrics = [&["jobs", "metrics", OPENAI, "--csv"], option].concat();
        let told = stderr(&user.expect(2, &metrics));
        assert!(told.contains("--plot"), "{told}");
    }
}

#[test]
fn metrics_of_two_vendors_have_one_name_and_the_losses_come_first() {
    let user = user();
    let metrics = ["jobs", "metrics", OPENAI, TOGETHER];
    let csv = stdout(&user.expect(0, &[&metrics[..], &["--csv"]].concat()));
    let names = columns(&csv);
    assert_eq!(names[4..6], ["train_loss", "valid_loss"], "{names:?}");
    assert!(!names.contains(&"train/loss") && !names.contains(&"eval/loss"));
    let place = names.iter().position(|name| *name == "train_loss").unwrap();
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    let filled = |row: &&&str| !row.split(',').nth(place).unwrap().is_empty();
    assert_eq!(rows.iter().filter(filled).count(), 180 + 90);
    // What does not fit is left out from the end.
    let narrow = [&metrics[..], &["--limit", "1"]].concat();
    let narrow = user.command(&narrow).env("COLUMNS", "80").output().unwrap();
    assert!(
        stdout(&narrow).contains("train_loss"),
        "{}",
        stdout(&narrow)
    );
    // JSON has the vendors' names.
    let json = json(&user.expect(0, &[&metrics[..], &["--json"]].concat()));
    let rows = json["data"].as_array().unwrap();
    assert!(
        rows.iter()
            .any(|row| !row["values"]["train/loss"].is_null())
    );
}

#[test]
fn costs_that_are_estimates_are_marked() {
    let user = user();
    let list = [
        "jobs",
        "list",
        "--account",
        "fireworks",
        "--columns",
        "id,cost",
    ];
    let output = user.expect(0, &list);
    assert!(stdout(&output).contains('~'), "{}", stdout(&output));
    assert!(stderr(&output).contains("note: ~ is an estimate"));
    let csv = stdout(&user.expect(0, &[&list[..], &["--output", "csv"]].concat()));
    assert!(!csv.contains('~'), "{csv}");
    let costs = ["jobs", "costs", "--account", "fireworks", "--by", "account"];
    let shown = user.expect(0, &costs);
    assert!(stdout(&shown).contains('~'), "{}", stdout(&shown));
    assert!(stderr(&shown).contains("~ has estimates in it"));
    let sums = json(&user.expect(0, &[&costs[..], &["--json"]].concat()));
    assert_eq!(sums["data"][0]["estimated"], sums["data"][0]["cost"]);
    let together = ["jobs", "costs", "--account", "together"];
    assert!(!stdout(&user.expect(0, &together)).contains('~'));
}

#[test]
fn a_job_that_is_named_twice_is_shown_once() {
    let user = user();
    let shown = |arguments: &[&str]| {
        let metrics = [&["jobs", "metrics"], arguments].concat();
        stdout(&user.expect(0, &metrics))
    };
    assert_eq!(shown(&[OPENAI, OPENAI, "--csv"]), shown(&[OPENAI, "--csv"]));
    assert_eq!(
        shown(&[OPENAI, TOGETHER, OPENAI, "--csv"]),
        shown(&[OPENAI, TOGETHER, "--csv"])
    );
    assert_eq!(
        shown(&[OPENAI, OPENAI, "--chart"]),
        shown(&[OPENAI, "--chart"])
    );
}

#[test]
fn what_cannot_be_drawn_says_why_and_leaves_no_file() {
    let user = user();
    let cases: [(i32, &[&str], &str); 7] = [
        (2, &[OPENAI, "--plot", "a.gif"], "ends in .svg or .png"),
        (2, &[OPENAI, "--plot", "a"], "ends in .svg or .png"),
        (
            2,
            &[OPENAI, "--plot", "a.png", "--metric", "nothing"],
            "there are: ",
        ),
        (1, &[QUEUED, "--plot", "a.png"], "has no metrics yet"),
        (1, &[TRUEFOUNDRY, "--plot", "a.png"], "has no metrics"),
        (
            1,
            &[OPENAI, "--plot", "no/such/a.png"],
            "there is no such folder",
        ),
        (2, &[OPENAI, "--csv", "--json"], "cannot be used with"),
    ];
    for (code, arguments, message) in cases {
        let output = user.expect(code, &[&["jobs", "metrics"], arguments].concat());
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
        assert!(files_in(user.home.path()).is_empty(), "{arguments:?}");
    }
    // A job that is not found does not keep the others from being drawn.
    let output = user.expect(
        1,
        &["jobs", "metrics", OPENAI, "ftjob-nobody", "--plot", "a.svg"],
    );
    assert!(stderr(&output).contains("ftjob-nobody"));
    assert_eq!(files_in(user.home.path()), ["a.svg"]);
}

#[test]
fn jobs_are_compared() {
    let user = user();
    let output = user.expect(0, &["jobs", "compare", OPENAI, TOGETHER]);
    insta::assert_snapshot!("compare", stdout(&output));
    let rows = json(&user.expect(0, &["jobs", "compare", OPENAI, TOGETHER, "--json"]));
    let row = |name: &str| -> Value {
        let rows = rows["data"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!(row("batch_size")["values"][OPENAI], 4);
    assert_eq!(row("duration")["values"][TOGETHER], 735);
    assert_eq!(row("status")["same"], true);
    // Options may stand between the ids.
    let between = ["jobs", "compare", OPENAI, "--json", TOGETHER];
    assert_eq!(json(&user.expect(0, &between)), rows);
    user.expect(2, &["jobs", "compare", OPENAI]);
    let same = user.expect(2, &["jobs", "compare", OPENAI, OPENAI]);
    assert!(stderr(&same).contains("this is one job"));
    // Fireworks has a short id and a long one.
    let list = json(&user.expect(0, &["jobs", "list", "-a", "fireworks", "--json"]));
    let short = list["data"][0]["id"].as_str().unwrap();
    let long = short.replace("sft:", "accounts/sandbox/supervisedFineTuningJobs/");
    let same = user.expect(2, &["jobs", "compare", short, &long]);
    assert!(stderr(&same).contains("this is one job"));
    let metrics =
        |ids: &[&str]| stdout(&user.expect(0, &[&["jobs", "metrics", "--csv"], ids].concat()));
    assert_eq!(metrics(&[OPENAI, short, &long]), metrics(&[OPENAI, short]));
    user.expect(1, &["jobs", "compare", OPENAI, "ftjob-nobody"]);
}

#[test]
fn costs_are_the_sums_of_the_jobs() {
    let user = user();
    let output = user.expect(0, &["jobs", "costs", "--by", "account,status"]);
    insta::assert_snapshot!("costs", format!("{}\n{}", stdout(&output), stderr(&output)));
    let rows = json(&user.expect(0, &["jobs", "costs", "--by", "account", "--json"]));
    let rows = rows["data"].as_array().unwrap();
    let count = |name: &str| -> u64 { rows.iter().filter_map(|row| row[name].as_u64()).sum() };
    let jobs = user.jobs();
    assert_eq!(count("jobs") as usize, jobs.len());
    let ended = |job: &&Value| job["status"] != "queued" && job["status"] != "running";
    let unknown = jobs
        .iter()
        .filter(ended)
        .filter(|job| job["provider"]["cost"].is_null());
    assert_eq!(count("unknown") as usize, unknown.count());
    let csv = stdout(&user.expect(
        0,
        &["jobs", "costs", "--output", "csv", "--since", "2020-01-01"],
    ));
    assert!(
        csv.starts_with("month,account,model,status,jobs,cost,unknown,unfinished,pending,"),
        "{csv}"
    );
    let none = user.expect(0, &["jobs", "costs", "--since", "2026-06-01"]);
    assert_eq!(stdout(&none), "No jobs.\n");
}
