//! `unitune jobs watch`: lines on a pipe, exit codes, and what a terminal shows.
#![cfg(unix)]

use crate::support;

use serde_json::Value;
use support::terminal::Session;
use support::{User, json, stderr, stdout, unitune};

/// The id of a seeded job with this vendor's word.
fn seeded(user: &User, account: &str, word: &str) -> String {
    let jobs = user.jobs();
    let found = jobs
        .iter()
        .find(|job| job["provider"]["status"] == word && job["provider"]["account"] == account);
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_line_for_each_change_until_the_end_at_each_vendor() {
    let user = User::with(|builder| builder.speed(0.0));
    let queued = ["openai", "together", "truefoundry"];
    let queued = queued.map(|account| (account, seeded(&user, account, "queued")));
    user.sandbox.set_speed(2_000.0);
    for (account, id) in queued {
        let output = user.expect(0, &["jobs", "watch", &id, "--json", "--interval", "100ms"]);
        let changes = lines(&stdout(&output));
        let of = |what: &str| changes.iter().filter(|c| c["change"] == what).count();
        assert!(of("status") >= 1 && of("finished") == 1, "{changes:?}");
        assert!(
            changes
                .iter()
                .all(|c| c["id"] == *id && c["account"] == account)
        );
        if account != "truefoundry" {
            assert!(of("event") > 3, "{account}: {changes:?}");
        }
        let last = changes.last().unwrap();
        assert_eq!(last["job"]["status"], "succeeded");
        // The same for people.
        let output = user.expect(0, &["jobs", "watch", &id]);
        let text = stdout(&output);
        let model = last["job"]["fine_tuned_model"].as_str().unwrap();
        assert!(
            text.ends_with(&format!("finished   succeeded: {model}\n")),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
    }
}

#[test]
fn the_exit_code_says_how_jobs_ended() {
    let user = User::new();
    let failed = seeded(&user, "openai", "failed");
    let cancelled = seeded(&user, "together", "cancelled");
    let succeeded = seeded(&user, "openai", "succeeded");
    user.expect(0, &["jobs", "watch", &succeeded]);
    user.expect(4, &["jobs", "watch", &succeeded, &failed, &cancelled]);
    user.expect(5, &["jobs", "watch", &cancelled, &succeeded]);
    let output = user.expect(1, &["jobs", "watch", "ftjob-nobody"]);
    assert!(stderr(&output).contains("ftjob-nobody"));
    let both = user.expect(1, &["jobs", "watch", "ftjob-nobody", &succeeded]);
    assert!(stdout(&both).contains("succeeded"), "{}", stdout(&both));
    user.expect(2, &["jobs", "watch"]);
    user.expect(2, &["jobs", "watch", "--all", "--until", "running"]);
}

#[test]
fn a_watch_stops_when_it_is_told_to() {
    let user = User::with(|builder| builder.speed(0.0));
    let running = seeded(&user, "together", "running");
    user.expect(0, &["jobs", "watch", &running, "--until", "running"]);
    let queued = seeded(&user, "together", "queued");
    let output = user.expect(6, &["jobs", "watch", &queued, "--timeout", "500ms"]);
    assert!(
        stderr(&output).contains("the jobs go on"),
        "{}",
        stderr(&output)
    );
    let output = user.expect(6, &["jobs", "watch", &running, "--timeout", "1s", "--json"]);
    assert_eq!(lines(&stdout(&output)).last().unwrap()["id"], *running);
}

#[test]
fn a_command_is_run_for_each_end() {
    let user = User::new();
    let ids = [
        seeded(&user, "openai", "succeeded"),
        seeded(&user, "together", "cancelled"),
    ];
    let command = "cat > \"$UNITUNE_JOB_ID.json\"; \
                   echo \"$UNITUNE_JOB_STATUS $UNITUNE_JOB_ACCOUNT $UNITUNE_JOB_MODEL\" >> log";
    let path = ("PATH", std::env::var_os("PATH").unwrap());
    let run = |command: &str| {
        let arguments = ["jobs", "watch", &ids[0], &ids[1], "--exec", command];
        user.command(&arguments)
            .env(path.0, &path.1)
            .output()
            .unwrap()
    };
    let output = run(command);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    for id in &ids {
        let text = std::fs::read_to_string(user.path(&format!("{id}.json"))).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["id"], **id);
    }
    let log = std::fs::read_to_string(user.path("log")).unwrap();
    assert!(
        log.contains("succeeded openai ft:") && log.contains("cancelled together \n"),
        "{log}"
    );
    let output = run("exit 3");
    assert!(
        stderr(&output).contains("--exec for"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn all_jobs_are_watched_until_the_last_one_ends() {
    let user = User::with(|builder| builder.speed(300.0));
    let output = user.run(&[
        "jobs",
        "watch",
        "--all",
        "--json",
        "--interval",
        "200ms",
        "-a",
        "together",
    ]);
    let changes = lines(&stdout(&output));
    let started: Vec<&Value> = changes
        .iter()
        .filter(|c| c["before"].is_null() && c["change"] == "status")
        .collect();
    let finished = changes.iter().filter(|c| c["change"] == "finished").count();
    assert!(
        started.len() > 2 && finished == started.len(),
        "{changes:?}"
    );
    // Now none is left.
    let output = user.expect(0, &["jobs", "watch", "--all", "-a", "together"]);
    assert!(
        stderr(&output).contains("No job is queued or running"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_paused_job_waits_for_somebody_and_a_watch_does_not() {
    let user = User::with(|builder| builder.speed(0.0));
    user.chats("train.jsonl", 12);
    let create = [
        "jobs",
        "create",
        "--on",
        "openai",
        "-m",
        "gpt-4o-mini-2024-07-18",
    ];
    let create = [&create[..], &["-t", "train.jsonl", "--yes", "--json"]].concat();
    let job = json(&user.expect(0, &create));
    let id = job["id"].as_str().unwrap();
    for _ in 0..100 {
        let job = json(&user.expect(0, &["jobs", "get", id, "--json"]));
        if job["status"] == "running" {
            break;
        }
        user.sandbox.advance(std::time::Duration::from_secs(5));
    }
    user.expect(0, &["jobs", "pause", id, "--yes"]);
    let cancelled = seeded(&user, "together", "cancelled");
    let running = seeded(&user, "together", "running");
    // They wait side by side.
    std::thread::scope(|scope| {
        for (code, arguments) in [
            (7, vec!["jobs", "watch", id]),
            (7, vec!["jobs", "watch", id, "--json"]),
            // How another one ended counts for more.
            (5, vec!["jobs", "watch", id, &cancelled]),
            (
                6,
                vec!["jobs", "watch", id, "--wait-paused", "--timeout", "5s"],
            ),
        ] {
            let user = &user;
            scope.spawn(move || {
                let output = user.expect(code, &arguments);
                let resume = format!("unitune jobs resume {id}");
                assert_eq!(
                    stderr(&output).contains(&resume),
                    code != 6,
                    "{}",
                    stderr(&output)
                );
            });
        }
        // Jobs that go on are waited for.
        user.expect(6, &["jobs", "watch", id, &running, "--timeout", "5s"]);
    });
    user.sandbox.set_speed(2_000.0);
    user.expect(0, &["jobs", "watch", &running, "--interval", "100ms"]);
    let all = [
        "jobs",
        "watch",
        "--all",
        "-a",
        "openai",
        "--interval",
        "100ms",
    ];
    let output = user.run(&all);
    // Seeded jobs of all kinds end before it.
    assert!(
        matches!(output.status.code(), Some(4 | 5 | 7)),
        "{}",
        stderr(&output)
    );
    assert!(stderr(&output).contains(id), "{}", stderr(&output));
}

#[test]
fn a_terminal_shows_a_line_for_the_job_and_what_happens_above_it() {
    let user = User::with(|builder| builder.speed(0.0));
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
    let job = json(&user.expect(0, &[&create[..], &["--yes", "--json"]].concat()));
    let id = job["id"].as_str().unwrap();
    let mut session = Session::start(
        &["jobs", "watch", id, "--lines", "--interval", "100ms"],
        (80, 24),
        &user.environment(),
    );
    session.wait_for("queued");
    user.sandbox.set_speed(500.0);
    session.wait_for("loss ");
    session.wait_for("100%");
    let (shown, code) = session.end();
    assert_eq!(code, 0, "{shown}");
    let done = json(&user.expect(0, &["jobs", "get", id, "--json"]));
    let model = done["fine_tuned_model"].as_str().unwrap();
    assert!(shown.contains(model), "{shown}");
}

#[test]
fn ctrl_c_ends_a_watch_quietly() {
    let user = User::with(|builder| builder.speed(0.0));
    let id = seeded(&user, "together", "running");
    for more in [&["--lines"][..], &[]] {
        let arguments = [&["jobs", "watch", &id], more].concat();
        let mut session = Session::start(&arguments, (80, 24), &user.environment());
        session.wait_for("running");
        session.send("\u{3}");
        let (shown, code) = session.end();
        assert_eq!(code, 130, "{shown}");
        assert!(
            !shown.contains("error") && !shown.contains("panic"),
            "{shown}"
        );
    }
}

#[cfg(feature = "top")]
#[test]
fn a_full_screen_shows_progress_curve_and_log() {
    let user = User::with(|builder| builder.speed(0.0));
    let id = seeded(&user, "together", "running");
    let mut session = Session::start(
        &["jobs", "watch", &id, "--interval", "100ms"],
        (80, 24),
        &user.environment(),
    );
    let frame =
        session.frame(|frame| frame.contains("training loss") && frame.contains("loss 0.6"));
    insta::assert_snapshot!("watch_on_a_full_screen", without_clock(&frame));
    user.sandbox.set_speed(500.0);
    let (shown, code) = session.end_as_found();
    assert_eq!(code, 0, "{shown}");
    let done = json(&user.expect(0, &["jobs", "get", &id, "--json"]));
    let model = done["fine_tuned_model"].as_str().unwrap();
    // How it ended stays on the terminal, in lines that may be broken.
    let shown = shown.replace('\n', "");
    assert!(
        shown.contains("succeeded") && shown.contains(model),
        "{shown}"
    );
}

/// Without the time at which the watch began.
#[cfg(feature = "top")]
fn without_clock(frame: &str) -> String {
    let lines = frame.lines().map(|line| match line.strip_prefix('│') {
        Some(rest) if rest.contains("  running, ") => format!("│--:--:--{}", &rest[8..]),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The embedded sandbox's clock moves where it is watched.
#[test]
fn a_job_of_the_embedded_sandbox_goes_on() {
    let list = unitune(&["jobs", "list", "--sandbox", "--json"])
        .output()
        .unwrap();
    let jobs = json(&list)["data"].clone();
    let mut jobs = jobs.as_array().unwrap().iter();
    let is_queued = |job: &&Value| job["provider"]["status"] == "queued";
    let id = jobs.find(is_queued).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let watch = [
        "jobs",
        "watch",
        &id,
        "--sandbox",
        "--until",
        "running",
        "--timeout",
        "10m",
    ];
    let output = unitune(&watch).output().unwrap();
    let said = (stdout(&output), stderr(&output));
    assert_eq!(output.status.code(), Some(0), "{said:?}");
}

#[test]
fn the_sandbox_s_clock_counts_and_the_status_is_told_before_the_progress() {
    let list = [
        "jobs",
        "list",
        "--sandbox",
        "--json",
        "--limit",
        "1000",
        "--status",
        "running,queued",
    ];
    let jobs = json(&unitune(&list).output().unwrap());
    let ids: Vec<&str> = jobs["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["id"].as_str().unwrap())
        .collect();
    let watch = [
        &["jobs", "watch"],
        &ids[..],
        &["--sandbox", "--timeout", "3s"],
    ]
    .concat();
    let output = unitune(&[&watch[..], &["--json"]].concat())
        .output()
        .unwrap();
    let changes = lines(&stdout(&output));
    assert!(changes.len() > ids.len(), "{}", stderr(&output));
    for change in &changes {
        // Some events are older.
        let time = change["time"].as_str().unwrap();
        assert!(time <= "2026-01-15T13", "{change}");
    }
    for id in ids {
        let first = changes.iter().find(|change| {
            change["id"] == id && !matches!(change["change"].as_str(), Some("event" | "warning"))
        });
        let first = first.map(|change| &change["change"]);
        assert!(
            first.is_none_or(|first| first == "status"),
            "{id}: {first:?}"
        );
    }
    let text = stdout(&unitune(&watch).output().unwrap());
    assert!(
        text.lines()
            .all(|line| !line.trim_end().ends_with("progress")),
        "{text}"
    );
}
