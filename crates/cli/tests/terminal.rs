//! What the program prints on a terminal: lines that fit, and colours.
#![cfg(unix)]

use std::path::Path;

use crate::support;

use support::User;
use support::terminal::Session;

/// The program's output on a terminal of so many columns.
fn on_terminal(arguments: &[&str], columns: u16, colour: bool) -> String {
    let none = [("NO_COLOR".to_owned(), "1".to_owned())];
    let environment = if colour { &[][..] } else { &none[..] };
    let (shown, code) = Session::start(arguments, (columns, 24), environment).end();
    assert_eq!(code, 0, "{shown}");
    shown
}

const LIST: [&str; 4] = ["jobs", "list", "--sandbox", "--utc"];
const JOB: &str = "ft-72c526e5-04bf-4e99-8dcb-fc4837f454da";

#[test]
fn the_table_in_the_readme_is_what_a_terminal_shows() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, table) = readme.split_once("```text\n").unwrap();
    let (table, _) = table.split_once("```").unwrap();
    let shown = on_terminal(&["jobs", "list", "--sandbox"], 80, false);
    let (_, shown) = shown.split_once("ACCOUNT ").unwrap();
    let shown = format!("ACCOUNT {shown}").replace('\r', "");
    assert!(table.lines().count() > 3, "{table}");
    for (printed, shown) in table.lines().zip(shown.lines()) {
        assert_eq!(printed, shown.trim_end());
    }
}

#[test]
fn a_move_asks_for_a_model_until_there_is_one() {
    let user = User::with(|builder| builder.speed(0.0));
    let job = "ftjob-pRAnmioZd4z4wA0B13dj7KWl";
    let rerun = ["jobs", "rerun", job, "--on", "together"];
    let mut session = Session::start(&rerun, (80, 24), &user.environment());
    session.wait_for("Which model? ");
    session.send("99\n");
    session.wait_for("is none of them: a number from 1 to");
    session.send("1\n");
    session.wait_for("Move this job? [y/N] ");
    session.send("n\n");
    let (shown, code) = session.end();
    assert_eq!(code, 1, "{shown}");
    assert!(
        shown.contains("Nothing was uploaded or started."),
        "{shown}"
    );
    // What the vendor has no place for is said before the model is chosen.
    let (first, _) = shown.split_once("Which model? ").unwrap();
    assert!(
        first.contains("metadata.team=support: the vendor keeps no labels"),
        "{first}"
    );
    assert_eq!(user.requests("uploadFile") + user.requests("createJob"), 0);
}

#[test]
fn the_vendor_s_price_is_put_to_the_user_where_the_table_knows_none() {
    let user = User::with(|builder| builder.speed(0.0));
    let job = "ftjob-pRAnmioZd4z4wA0B13dj7KWl";
    let rerun = [
        "jobs",
        "rerun",
        job,
        "--on",
        "together",
        "-m",
        "Qwen/Qwen3-8B",
    ];
    let mut session = Session::start(&rerun, (80, 24), &user.environment());
    session.wait_for("Move this job? [y/N] ");
    session.send("y\n");
    session.wait_for("Together estimates 4 USD. Start it? [y/N] ");
    session.send("n\n");
    let (shown, code) = session.end();
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("Nothing was started"), "{shown}");
    assert!(shown.contains("unitune files delete file-"), "{shown}");
    assert_eq!(user.requests("createJob"), 0);
}

#[test]
fn a_list_and_a_card_at_80_columns() {
    insta::assert_snapshot!("list_at_80_columns", on_terminal(&LIST, 80, false));
    let get = ["jobs", "get", JOB, "--sandbox", "--utc"];
    insta::assert_snapshot!("card_at_80_columns", on_terminal(&get, 80, false));
}

/// The sandbox's clock stands in a January, before which its jobs were made.
#[test]
fn times_are_relative_to_the_sandboxs_clock() {
    let card = on_terminal(&["jobs", "get", JOB, "--sandbox"], 80, false);
    let created = card.lines().find(|line| line.starts_with("Created "));
    assert!(created.is_some_and(|line| line.ends_with(" ago")), "{card}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let lists: [&[&str]; 7] = [
        &LIST,
        &[
            "jobs",
            "list",
            "--sandbox",
            "--columns",
            "id,model,cost,created,hyperparameters.n_epochs",
        ],
        &["jobs", "events", JOB, "--sandbox"],
        &["jobs", "metrics", JOB, "--sandbox"],
        &["files", "list", "--sandbox"],
        &["models", "list", "--sandbox", "--account", "together"],
        &["accounts", "list", "--sandbox"],
    ];
    for arguments in lists {
        for columns in [60, 80, 200] {
            let shown = on_terminal(arguments, columns, false);
            assert!(!shown.contains("\n\n"), "{shown}");
            for line in shown.lines().filter(|line| !line.starts_with("warning: ")) {
                let width = line.chars().count();
                assert!(
                    width <= usize::from(columns),
                    "{columns} {arguments:?}: {line}"
                );
            }
        }
    }
}

#[test]
fn times_are_relative_unless_they_are_to_be_in_utc() {
    let columns = [
        "jobs",
        "list",
        "--sandbox",
        "--columns",
        "id,created",
        "--limit",
        "3",
    ];
    let shown = on_terminal(&columns, 80, false);
    assert!(
        shown.contains("CREATED\n") && !shown.contains("UTC"),
        "{shown}"
    );
    let utc = on_terminal(&[&columns[..], &["--utc"]].concat(), 80, false);
    assert!(utc.contains("CREATED (UTC)\n"), "{utc}");
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = on_terminal(&LIST, 80, true);
    assert!(
        coloured.contains("\u{1b}[31mfailed\u{1b}[0m\n"),
        "{coloured}"
    );
    assert!(!coloured.contains(" \u{1b}[0m"), "{coloured}");
    let mut plain = String::new();
    for (n, part) in coloured.split("\u{1b}[").enumerate() {
        plain.push_str(if n == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        });
    }
    assert_eq!(plain, on_terminal(&LIST, 80, false));
}
