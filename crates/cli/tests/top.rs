//! `unitune top` on a terminal: its frames, its keys, and the terminal as it was
//! found.
#![cfg(all(unix, feature = "top"))]

use crate::support;

use std::process::Command;

use support::terminal::Session;
use support::{User, json, stderr};

/// Starts it on a sandbox whose clock stands still.
fn start(user: &User, arguments: &[&str], size: (u16, u16)) -> Session {
    let mut environment = user.environment();
    environment.push(("NO_COLOR".to_owned(), "1".to_owned()));
    let arguments = [&["top", "--interval", "200ms"], arguments].concat();
    Session::start(&arguments, size, &environment)
}

fn is_listed(frame: &str) -> bool {
    frame.contains(" jobs  ") && !frame.contains("listing")
}

#[test]
fn frames_at_80_columns() {
    let user = User::with(|builder| builder.speed(0.0));
    let mut session = start(&user, &["-a", "openai", "-a", "together"], (80, 24));
    let list = session.frame(|frame| is_listed(frame) && frame.contains("50%"));
    insta::assert_snapshot!("top_list", list);
    session.send("/together running");
    session.send("\r");
    insta::assert_snapshot!(
        "top_filter",
        session.frame(|frame| frame.contains(" shown"))
    );
    session.send("j\r");
    let job =
        session.frame(|frame| frame.contains("training loss") && frame.contains("Training begins"));
    insta::assert_snapshot!("top_job", job);
    session.send("\t\t");
    insta::assert_snapshot!(
        "top_chart",
        session.frame(|frame| !frame.contains("Details"))
    );
    session.send("q?");
    insta::assert_snapshot!("top_keys", session.frame(|frame| frame.contains("Keys")));
    session.send("x");
    session.send("q");
    let (shown, code) = session.end_as_found();
    assert_eq!((code, shown.trim()), (0, ""), "{shown}");
}

#[test]
fn a_job_is_cancelled_after_a_question() {
    let user = User::with(|builder| builder.speed(0.0));
    let mut session = start(&user, &["-a", "openai"], (100, 20));
    session.frame(is_listed);
    session.send("/openai running\r");
    let frame = session.frame(|frame| frame.contains("1 shown"));
    let id = frame.lines().find_map(|line| {
        line.split_whitespace()
            .find(|word| word.starts_with("ftjob-"))
    });
    let id = id.unwrap().trim_end_matches('…').to_owned();
    session.send("c");
    session.frame(|frame| frame.contains("Cancel this job?"));
    session.send("n");
    session.frame(|frame| frame.contains("Nothing was changed."));
    assert_eq!(user.requests("cancelFineTuningJob"), 0);
    session.send("c");
    session.frame(|frame| frame.contains("Cancel this job?"));
    session.send("y");
    session.frame(|frame| frame.contains("is cancelled"));
    session.send("\u{3}");
    let (shown, code) = session.end_as_found();
    assert_eq!(code, 130, "{shown}");
    let jobs = user.jobs();
    let job = jobs
        .iter()
        .find(|job| job["id"].as_str().unwrap().starts_with(&id));
    assert_eq!(job.unwrap()["status"], "cancelled");
}

#[test]
fn signals_leave_the_terminal_as_it_was_found() {
    let user = User::with(|builder| builder.speed(0.0));
    for signal in ["TERM", "INT", "HUP", "QUIT"] {
        let mut session = start(&user, &[], (80, 24));
        session.wait_for("listing");
        let kill = Command::new("kill")
            .args([format!("-{signal}"), session.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let (shown, code) = session.end_as_found();
        assert_eq!((code, shown.trim()), (130, ""), "{signal}: {shown}");
    }
}

#[test]
fn a_job_that_is_started_meanwhile_appears() {
    let user = User::with(|builder| builder.speed(0.0));
    let mut session = start(&user, &["-a", "openai", "--unfinished"], (100, 20));
    session.frame(is_listed);
    user.chats("train.jsonl", 12);
    let model = "gpt-4o-mini-2024-07-18";
    let create = [
        "jobs",
        "create",
        "--on",
        "openai",
        "-m",
        model,
        "-t",
        "train.jsonl",
    ];
    let job = json(&user.expect(0, &[&create[..], &["--yes", "--json"]].concat()));
    let id = &job["id"].as_str().unwrap()[..12];
    // It would come by itself, some time later.
    session.send("u");
    session.frame(|frame| frame.contains(id));
    session.send("q");
    assert_eq!(session.end().1, 0);
}

#[test]
fn accounts_that_fail_are_warnings_and_the_others_are_there() {
    let user = User::with(|builder| builder.speed(0.0));
    let mut environment = user.environment();
    for (name, value) in &mut environment {
        if name == "TOGETHER_API_KEY" {
            *value = "wrong".to_owned();
        }
    }
    let mut session = Session::start(&["top"], (100, 20), &environment);
    let frame = session.frame(|frame| frame.contains("warning") && frame.contains("openai"));
    assert!(frame.contains("together"), "{frame}");
    session.send("q");
    assert_eq!(session.end().1, 0);
}

#[test]
fn without_a_terminal_it_says_what_to_use() {
    let user = User::new();
    let output = user.expect(2, &["top"]);
    assert!(
        stderr(&output).contains("unitune jobs list"),
        "{}",
        stderr(&output)
    );
}
