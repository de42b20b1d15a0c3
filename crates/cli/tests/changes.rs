//! Commands that change jobs, and their questions: at each vendor, and on a terminal.
#![cfg(unix)]

use crate::support;

use serde_json::Value;
use support::terminal::Session;
use support::{User, files_in, json, stderr, stdout};

fn still() -> User {
    User::with(|builder| builder.speed(0.0))
}

/// A seeded job in this status, which is also the vendor's.
fn seeded(user: &User, account: &str, status: &str) -> Value {
    let word = match (account, status) {
        ("together", "succeeded") => "completed",
        (_, status) => status,
    };
    let jobs = user.jobs();
    let mut found = jobs.iter();
    let found =
        found.find(|j| j["provider"]["account"] == account && j["provider"]["status"] == word);
    found.unwrap().clone()
}

fn id(job: &Value) -> &str {
    job["id"].as_str().unwrap()
}

#[test]
fn jobs_are_cancelled_paused_and_resumed_where_the_vendor_can() {
    let user = still();
    let openai = seeded(&user, "openai", "running");
    let output = user.expect(0, &["jobs", "pause", id(&openai)]);
    assert!(stdout(&output).contains("(paused)"), "{}", stdout(&output));
    user.expect(0, &["jobs", "resume", id(&openai)]);
    let rejected = user.expect(2, &["jobs", "cancel", id(&openai)]);
    assert!(
        stderr(&rejected).contains("nothing was changed"),
        "{}",
        stderr(&rejected)
    );
    let cancelled = json(&user.expect(0, &["jobs", "cancel", id(&openai), "--yes", "--json"]));
    assert_eq!(cancelled["status"], "cancelled");
    let rejected = user.expect(1, &["jobs", "delete", id(&openai), "--yes"]);
    assert!(
        stderr(&rejected).contains("delete the resulting model"),
        "{}",
        stderr(&rejected)
    );

    let together = seeded(&user, "together", "running");
    let rejected = user.expect(1, &["jobs", "pause", id(&together)]);
    assert!(
        stderr(&rejected).contains("from its last checkpoint"),
        "{}",
        stderr(&rejected)
    );
    user.expect(0, &["jobs", "cancel", id(&together), "--yes"]);
    let done = seeded(&user, "together", "succeeded");
    let output = user.expect(0, &["jobs", "delete", id(&done), "--yes", "--json"]);
    assert_eq!(json(&output)[0]["deleted"], true);
    user.expect(1, &["jobs", "get", id(&done)]);

    let truefoundry = seeded(&user, "truefoundry", "running");
    for change in ["cancel", "pause", "resume", "delete"] {
        let only = ["-a", "truefoundry"];
        let change = ["jobs", change, id(&truefoundry), "--yes"];
        let rejected = user.expect(1, &[&change[..], &only].concat());
        assert!(
            stderr(&rejected).contains("use the vendor behind it"),
            "{}",
            stderr(&rejected)
        );
    }
}

#[test]
fn a_model_or_the_results_of_a_job_come_down() {
    let user = still();
    let together = seeded(&user, "together", "succeeded");
    user.expect(
        0,
        &["jobs", "download", id(&together), "--to", "model.tar.zst"],
    );
    assert!(std::fs::metadata(user.path("model.tar.zst")).unwrap().len() > 0);
    user.expect(
        2,
        &["jobs", "download", id(&together), "--to", "model.tar.zst"],
    );
    let openai = seeded(&user, "openai", "succeeded");
    let output = user.expect(0, &["jobs", "download", id(&openai), "--to", "results/"]);
    assert!(
        stderr(&output).contains("result files"),
        "{}",
        stderr(&output)
    );
    let names = files_in(&user.path("results"));
    assert!(names.len() == 1 && names[0].ends_with(".csv"), "{names:?}");
    let running = seeded(&user, "openai", "running");
    user.expect(1, &["jobs", "download", id(&running)]);
}

#[test]
fn logs_checkpoints_and_metrics() {
    let user = still();
    for account in ["openai", "together"] {
        let job = seeded(&user, account, "succeeded");
        let events = json(&user.expect(0, &["jobs", "events", id(&job), "--json"]));
        let times = events["data"].as_array().unwrap().iter();
        let times: Vec<i64> = times.map(|e| e["created_at"].as_i64().unwrap()).collect();
        assert!(times.len() > 3 && times.is_sorted(), "{account}: {times:?}");
        let checkpoints = json(&user.expect(0, &["jobs", "checkpoints", id(&job), "--json"]));
        assert!(
            !checkpoints["data"].as_array().unwrap().is_empty(),
            "{checkpoints}"
        );
        let csv = stdout(&user.expect(0, &["jobs", "metrics", id(&job), "-o", "csv"]));
        let head = csv.lines().next().unwrap();
        assert!(
            head.starts_with("step,logged_at,") && head.contains("loss"),
            "{head}"
        );
        assert!(csv.lines().count() > 3, "{csv}");
    }
    let job = seeded(&user, "truefoundry", "succeeded");
    user.expect(1, &["jobs", "events", id(&job)]);
}

#[test]
fn a_question_is_answered_on_a_terminal() {
    let user = still();
    user.chats("train.jsonl", 12);
    let file = user.path("train.jsonl").display().to_string();
    let create = [
        "jobs",
        "create",
        "--on",
        "together",
        "-m",
        "Qwen/Qwen3-8B",
        "-t",
        &file,
    ];
    for (answer, code, jobs) in [("n\r", 1, 0), ("\r", 1, 0), ("y\r", 0, 1)] {
        let mut session = Session::start(&create, (80, 24), &user.environment());
        session.wait_for("Start this job? [y/N]");
        session.send(answer);
        let (shown, ended) = session.end();
        assert_eq!(ended, code, "{shown}");
        assert!(shown.contains("4 USD, as Together estimates"), "{shown}");
        assert_eq!(user.requests("createJob"), jobs, "{shown}");
        for line in shown.lines().filter(|line| !line.contains("file-")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
    assert_eq!(user.requests("uploadFile"), 1);
}

#[test]
fn ctrl_c_at_a_question_starts_nothing() {
    let user = still();
    user.chats("train.jsonl", 12);
    let file = user.path("train.jsonl").display().to_string();
    let create = [
        "jobs",
        "create",
        "--on",
        "openai",
        "-m",
        "gpt-4o-mini-2024-07-18",
        "-t",
        &file,
    ];
    let mut session = Session::start(&create, (80, 24), &user.environment());
    session.wait_for("Start this job?");
    session.send("\u{3}");
    let (shown, code) = session.end();
    assert_eq!(code, 130, "{shown}");
    assert_eq!(user.requests("createJob"), 0);
}

#[test]
fn an_account_is_added_with_a_key_that_is_not_shown() {
    use std::os::unix::fs::PermissionsExt;
    let user = still();
    let url = user.sandbox.together_base_url();
    let home = [("HOME".to_owned(), user.path("").display().to_string())];
    let add = ["accounts", "add", "research", "--base-url", &url];
    let mut session = Session::start(&add, (80, 24), &home);
    session.wait_for("Which vendor?");
    session.send("together\r");
    session.wait_for("it is not shown");
    session.wait_for_no_echo();
    session.send(&format!("{}\r", user.sandbox.together_key()));
    let (shown, code) = session.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(user.sandbox.together_key()), "{shown}");
    let path = user.path(".config/unitune/config.toml");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let run = |arguments: &[&str]| {
        let mut command = support::unitune(arguments);
        command.env("HOME", user.home.path()).output().unwrap()
    };
    let list = json(&run(&["accounts", "list", "--json"]));
    assert_eq!(list["data"][0]["account"], "research");
    assert_eq!(list["data"][0]["from"], path.display().to_string());
    let checked = run(&["accounts", "check", "--json"]);
    assert_eq!(checked.status.code(), Some(0), "{}", stderr(&checked));
    assert_eq!(
        json(&checked)["data"][0]["may_read"],
        serde_json::json!(["jobs", "files"])
    );
    // The name is taken, and the file stays as it is.
    let before = std::fs::read_to_string(&path).unwrap();
    let taken = run(&[
        "accounts",
        "add",
        "research",
        "--vendor",
        "openai",
        "--key-env",
        "K",
    ]);
    assert_eq!(taken.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}

#[test]
fn ctrl_c_at_a_hidden_prompt_writes_nothing() {
    let user = still();
    let home = [("HOME".to_owned(), user.path("").display().to_string())];
    let add = ["accounts", "add", "research", "--vendor", "together"];
    let mut session = Session::start(&add, (80, 24), &home);
    session.wait_for("it is not shown");
    session.send("tgp-half\u{3}");
    let (shown, code) = session.end();
    assert_eq!(code, 130, "{shown}");
    assert!(!shown.contains("tgp-half"), "{shown}");
    assert!(!user.path(".config").exists());
}

#[test]
fn a_key_that_does_not_work_is_said_and_by_whom() {
    let user = still();
    let mut command = user.command(&["accounts", "check"]);
    command.env("OPENAI_API_KEY", "sk-wrong-and-secret");
    command.env("TOGETHER_BASE_URL", "http://127.0.0.1:9/v1");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let (table, errors) = (stdout(&output), stderr(&output));
    assert!(
        table.contains("fails") && table.contains("works"),
        "{table}"
    );
    assert!(
        errors.contains("the key is rejected; look at OPENAI_API_KEY"),
        "{errors}"
    );
    assert!(errors.contains("TOGETHER_BASE_URL"), "{errors}");
    assert!(!(table + &errors).contains("secret"));
}

#[test]
fn a_shell_learns_ids_from_the_accounts() {
    let user = still();
    let job = seeded(&user, "together", "running");
    let mut command = user.command(&["--", "unitune", "jobs", "get", &id(&job)[..8]]);
    command
        .env("COMPLETE", "zsh")
        .env("_CLAP_COMPLETE_INDEX", "3");
    let proposed = stdout(&command.output().unwrap());
    assert!(proposed.contains(id(&job)), "{proposed}");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = stdout(&user.expect(0, &["completions", shell]));
        assert!(
            script.contains("COMPLETE") && script.contains("unitune"),
            "{script}"
        );
    }
}

#[test]
fn there_is_a_page_for_each_command() {
    let user = still();
    user.expect(0, &["man", "--folder", "pages"]);
    let pages = files_in(&user.path("pages"));
    for page in [
        "unitune.1",
        "unitune-jobs-create.1",
        "unitune-files-check.1",
    ] {
        assert!(pages.iter().any(|name| name == page), "{pages:?}");
    }
    let page = std::fs::read_to_string(user.path("pages/unitune-jobs-watch.1")).unwrap();
    assert!(page.contains(".TH") && page.contains("Examples"), "{page}");
}
