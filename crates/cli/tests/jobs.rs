//! `unitune jobs …` as a user calls it: what is printed on stdout and stderr, and
//! how it ends.

use crate::support;

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;
use support::{User, json, stderr, stdout, unitune};
use unitune_sandbox::Sandbox;

fn run(arguments: &[&str]) -> Output {
    unitune(arguments).output().unwrap()
}

fn jobs(list: &Value) -> &Vec<Value> {
    list["data"].as_array().unwrap()
}

#[test]
fn the_sandbox_s_list_holds_what_was_promised() {
    let output = run(&["jobs", "list", "--sandbox", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let list = json(&output);
    assert_eq!(list["object"], "list");
    assert_eq!(list["has_more"], false);
    // It is written job by job, with the lines of the whole document; a job's members
    // stand in the order of its type.
    let lines = |text: &str| {
        let lines = text.lines().map(|line| line.trim_end_matches(','));
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(lines(&stdout(&output)), lines(&format!("{list:#}")));
    let jobs = jobs(&list);
    for vendor in ["openai", "together", "truefoundry", "fireworks", "azure"] {
        let of_vendor = jobs.iter().filter(|j| j["provider"]["vendor"] == vendor);
        assert!(of_vendor.count() >= 5, "{vendor}");
    }
    for job in jobs {
        let status = job["status"].as_str().unwrap();
        let word = job["provider"]["status"].as_str().unwrap();
        assert!(["queued", "running", "succeeded", "failed", "cancelled"].contains(&status));
        assert!(job["created_at"].as_i64().unwrap() > 1_700_000_000, "{job}");
        assert!(job["created_at"].as_i64().unwrap() < 2_000_000_000, "{job}");
        assert!(
            job["finished_at"].is_null() || job["finished_at"].is_i64(),
            "{job}"
        );
        assert!(job.as_object().unwrap().contains_key("error"));
        assert!(job["provider"]["notes"].is_array() && job["provider"]["extra"].is_object());
        if word == "user_error" {
            assert_eq!(status, "failed");
            assert!(job["error"]["message"].is_string(), "{job}");
        }
        if job["provider"]["vendor"] == "together" && status != "succeeded" {
            assert!(job["fine_tuned_model"].is_null(), "{job}");
        }
    }
    assert!(jobs.iter().any(|j| j["provider"]["status"] == "user_error"));
    let times: Vec<i64> = jobs
        .iter()
        .map(|j| j["created_at"].as_i64().unwrap())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
}

#[test]
fn a_malformed_job_is_a_warning_and_its_neighbours_are_there() {
    let output = run(&[
        "jobs",
        "list",
        "--sandbox",
        "--json",
        "--account",
        "together",
    ]);
    let list = json(&output);
    assert!(jobs(&list).len() > 5);
    assert_eq!(list["warnings"][0]["account"], "together");
    assert_eq!(list["warnings"][0]["account_failed"], false);
    assert!(
        stderr(&output).contains("a job is left out"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn models_that_stop_working_are_a_warning_once() {
    let arguments = ["jobs", "list", "--sandbox", "--provider", "openai"];
    let output = run(&arguments);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let lines: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("2027-01-14"))
        .collect();
    assert_eq!(lines.len(), 1, "{told}");
    let start = "warning: openai: the fine-tuned models ft:o4-mini-2025-04-16:";
    assert!(lines[0].starts_with(start), "{told}");
    assert!(lines[0].contains(" on 2026-10-23; "), "{told}");
    let listed = json(&run(&[&arguments[..], &["--json"]].concat()));
    let warnings = listed["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["account"], "openai");
    assert_eq!(warnings[0]["account_failed"], false);
    let message = warnings[0]["message"].as_str().unwrap();
    let models = jobs(&listed)
        .iter()
        .filter_map(|job| job["fine_tuned_model"].as_str());
    for model in models {
        assert!(message.contains(model), "{model}: {message}");
    }
}

#[test]
fn the_table_in_a_pipe_has_no_colour_and_whole_ids() {
    let output = run(&["jobs", "list", "--sandbox"]);
    let table = stdout(&output);
    assert!(table.starts_with("ACCOUNT"), "{table}");
    assert!(table.contains("failed (user_error)"), "{table}");
    assert!(!table.contains('\u{1b}'));
    let listed = json(&run(&["jobs", "list", "--sandbox", "--json"]));
    for job in jobs(&listed) {
        assert!(table.contains(job["id"].as_str().unwrap()), "{job}");
    }
}

#[test]
fn filters_and_limits() {
    let failed = json(&run(&[
        "jobs",
        "list",
        "--sandbox",
        "--json",
        "--status",
        "failed",
    ]));
    assert!(jobs(&failed).len() > 2);
    assert!(jobs(&failed).iter().all(|j| j["status"] == "failed"));
    // The word of earlier versions.
    let before = json(&run(&[
        "jobs",
        "list",
        "--sandbox",
        "--json",
        "--provider",
        "openai",
    ]));
    assert!(
        jobs(&before)
            .iter()
            .all(|j| j["provider"]["vendor"] == "openai")
    );
    let output = run(&["jobs", "list", "--sandbox", "--json", "--limit", "3"]);
    let three = json(&output);
    assert_eq!(jobs(&three).len(), 3);
    assert_eq!(three["has_more"], true);
    let two = json(&run(&[
        "jobs",
        "list",
        "--sandbox",
        "--json",
        "--account",
        "openai",
        "--account",
        "together",
    ]));
    assert!(
        jobs(&two)
            .iter()
            .all(|j| j["provider"]["vendor"] != "truefoundry")
    );
}

/// The sandbox begins on 2026-01-15 at noon, whatever the day is.
#[test]
fn a_period_ends_at_the_sandbox_s_own_time() {
    for (since, start) in [("1h", 1_768_474_800), ("7d", 1_767_873_600)] {
        let list = json(&run(&[
            "jobs",
            "list",
            "--sandbox",
            "--json",
            "--limit",
            "1000",
            "--since",
            since,
        ]));
        assert!(jobs(&list).len() > 5, "{since}");
        let times = jobs(&list).iter().filter_map(|j| j["created_at"].as_i64());
        assert!(times.min().unwrap() >= start, "{since}");
    }
}

#[test]
fn jobs_by_id_of_every_vendor() {
    let list = json(&run(&["jobs", "list", "--sandbox", "--json"]));
    for vendor in ["openai", "together", "truefoundry", "fireworks", "azure"] {
        let of_vendor = |j: &&Value| j["provider"]["vendor"] == vendor;
        let job = jobs(&list).iter().find(of_vendor).unwrap();
        let id = job["id"].as_str().unwrap();
        let output = run(&["jobs", "get", id, "--sandbox", "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let found = json(&output);
        assert_eq!(found["id"], id);
        assert_eq!(found["status"], job["status"]);
        assert_eq!(found["created_at"], job["created_at"]);
        let shown = stdout(&run(&["jobs", "get", id, "--sandbox"]));
        assert!(shown.contains(id), "{shown}");
    }
}

#[test]
fn an_unknown_id_ends_with_1_and_the_known_ones_are_shown() {
    let list = json(&run(&[
        "jobs",
        "list",
        "--sandbox",
        "--json",
        "--limit",
        "1",
    ]));
    let known = jobs(&list)[0]["id"].as_str().unwrap();
    let output = run(&["jobs", "get", known, "ft-nobody", "--sandbox", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["data"][0]["id"], known);
    let message = stderr(&output);
    assert!(message.contains("ft-nobody"), "{message}");
    for json in [&["--json"][..], &[]] {
        let arguments = [&["jobs", "get", "ft-nobody", "--sandbox"], json].concat();
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty(), "{:?}", stdout(&output));
        assert!(
            stderr(&output).starts_with("error: "),
            "{}",
            stderr(&output)
        );
    }
}

/// The id of a seeded job with this vendor's word.
fn seeded(list: &Value, word: &str) -> String {
    let mut jobs = jobs(list).iter();
    let job = jobs.find(|job| job["provider"]["status"] == word);
    job.unwrap()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_card_shows_a_job_and_its_notes_when_asked() {
    let list = json(&run(&["jobs", "list", "--sandbox", "--json"]));
    let failed = seeded(&list, "user_error");
    let card = stdout(&run(&["jobs", "get", &failed, "--sandbox"]));
    insta::assert_snapshot!("card_failed", card);
    assert!(!card.contains("Note "), "{card}");
    let running = seeded(&list, "running");
    let succeeded = seeded(&list, "succeeded");
    let two = ["jobs", "get", &running, &succeeded, "--sandbox"];
    insta::assert_snapshot!("card_running_and_succeeded", stdout(&run(&two)));
    let notes = stdout(&run(&["jobs", "get", &failed, "--sandbox", "--notes"]));
    assert!(notes.starts_with(&card), "{notes}");
    assert!(notes.matches("\nNote ").count() > 10, "{notes}");
}

#[test]
fn without_an_account_it_says_what_to_set() {
    for command in [&["jobs", "list"][..], &["jobs", "get", "ft-1"]] {
        let output = run(command);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let message = stderr(&output);
        for word in [
            "OPENAI_API_KEY",
            "TOGETHER_API_KEY",
            "TFY_API_KEY",
            "--sandbox",
        ] {
            assert!(message.contains(word), "{message}");
        }
    }
}

#[test]
fn an_account_that_cannot_be_asked_is_exit_code_3_for_one_job_too() {
    let user = User::new();
    let id = user.jobs()[0]["id"].as_str().unwrap().to_owned();
    let base_url = user.sandbox.base_url(unitune_sandbox::Vendor::OpenAi);
    let account = |base_url: &str| {
        let text = format!(
            "[[account]]\nname = \"mine\"\nvendor = \"openai\"\nkey = \"sk-wrong\"\n\
             base_url = \"{base_url}\"\n"
        );
        user.write("unitune.toml", text);
    };
    for address in [base_url.as_str(), "http://127.0.0.1:9/v1"] {
        account(address);
        for command in [
            &["jobs", "list"][..],
            &["jobs", "get", &id],
            &["jobs", "get", &id, "ftjob-2"],
            &["jobs", "events", &id],
            &["jobs", "metrics", &id],
            &["jobs", "cancel", "--yes", &id],
        ] {
            let output = user.expect(3, &[command, &["--config", "unitune.toml"]].concat());
            assert!(stderr(&output).contains("error: "), "{}", stderr(&output));
        }
    }
}

#[test]
fn accounts_come_from_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unitune.toml");
    let text = "[[account]]\nname = \"mine\"\nvendor = \"together\"\nkey = \"tgp-secret\"\n\
                base_url = \"http://127.0.0.1:9/v1\"\n";
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    let output = run(&["jobs", "list", "--config", file]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("error: mine: listJobs"),
        "{}",
        stderr(&output)
    );
    assert!(!stderr(&output).contains("tgp-secret"));
    // Where no account could be asked, nobody knows that there are no jobs.
    assert!(output.stdout.is_empty(), "{}", stdout(&output));
    let output = run(&["jobs", "list", "--config", file, "--json"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(json(&output)["warnings"][0]["account_failed"], true);

    std::fs::write(&path, text.replace("vendor", "vender")).unwrap();
    let output = run(&["jobs", "list", "--config", file]);
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(
        message.contains("unitune.toml:3:1: unknown field `vender`"),
        "{message}"
    );
}

#[test]
fn called_wrongly_it_ends_with_2() {
    let wrong: [&[&str]; 6] = [
        &[],
        &["jobs"],
        &["jobs", "get"],
        &["jobs", "list", "--status", "paused"],
        &["jobs", "list", "--limit", "0"],
        &["jobs", "list", "--sandbox", "--account", "nobody"],
    ];
    for arguments in wrong {
        let output = run(arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let unknown = stderr(&run(wrong[5]));
    assert!(
        unknown.contains("openai, together, truefoundry"),
        "{unknown}"
    );
}

/// A vendor that rejects the key, and one that is not there: the third's jobs
/// are shown, the others are warnings, and the exit code says so.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_fail_are_warnings_beside_the_others_jobs() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let mut command = unitune(&["jobs", "list", "--json"]);
    command
        .env("OPENAI_API_KEY", "sk-wrong-and-secret")
        .env("OPENAI_BASE_URL", sandbox.openai_base_url())
        .env("TOGETHER_API_KEY", "tgp-also-secret")
        // Nothing listens on the discard port of loopback.
        .env("TOGETHER_BASE_URL", "http://127.0.0.1:9/v1")
        .env("TFY_API_KEY", sandbox.truefoundry_key())
        .env("TFY_BASE_URL", sandbox.truefoundry_control_plane_base_url());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let list = json(&output);
    assert!(jobs(&list).len() >= 5);
    assert!(
        jobs(&list)
            .iter()
            .all(|j| j["provider"]["account"] == "truefoundry")
    );
    let warnings = stderr(&output);
    assert!(
        warnings.contains("openai: listJobs: the vendor answered 401"),
        "{warnings}"
    );
    assert!(
        warnings.contains("together: listJobs: no connection"),
        "{warnings}"
    );
    assert!(!warnings.contains("secret"), "{warnings}");
}

/// What a document says of missing jobs, people and programs that read rows must be told, too.
#[test]
fn what_is_left_out_is_said_in_every_form() {
    let user = support::User::new();
    for format in ["table", "csv", "jsonl"] {
        let output = user.expect(0, &["jobs", "list", "-o", format, "--limit", "3"]);
        let said = stderr(&output);
        assert!(said.contains("there are more jobs; --limit"), "{said}");
    }
    let sorted = [
        "jobs", "list", "-o", "csv", "--limit", "3", "--sort", "-cost",
    ];
    let said = stderr(&user.expect(0, &sorted));
    assert!(said.contains("the newest 3 are sorted"), "{said}");
    let output = user.expect(0, &["jobs", "list", "--json", "--limit", "3"]);
    assert!(!stderr(&output).contains("there are more"));
    // A sum without an account's jobs.
    let mut costs = user.command(&["jobs", "costs", "--json"]);
    let output = costs.env("OPENAI_API_KEY", "wrong").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let warnings = json(&output)["warnings"].clone();
    let failed = warnings.as_array().unwrap().iter();
    let failed: Vec<_> = failed.filter(|w| w["account_failed"] == true).collect();
    assert_eq!(failed.len(), 1, "{warnings}");
    assert_eq!(failed[0]["account"], "openai");
}

#[test]
fn costs_are_sorted_as_numbers() {
    let output = run(&["jobs", "list", "--sandbox", "--sort", "cost", "--json"]);
    let list = json(&output);
    let costs = jobs(&list)
        .iter()
        .filter_map(|job| job["provider"]["cost"].as_str());
    let costs: Vec<f64> = costs.map(|cost| cost.parse().unwrap()).collect();
    assert!(costs.len() > 5 && costs.is_sorted(), "{costs:?}");
}

#[test]
fn a_model_is_found_by_its_name_without_the_date() {
    let found = |arguments: &[&str]| {
        let output = run(&[&["jobs", "list", "--sandbox", "--json"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        jobs(&json(&output)).clone()
    };
    let models = |jobs: &[Value]| -> BTreeSet<String> {
        let models = jobs.iter().map(|job| job["model"].as_str().unwrap());
        models.map(str::to_owned).collect()
    };
    let mini = models(&found(&["--model", "gpt-4o-mini"]));
    assert!(mini.contains("gpt-4o-mini-2024-07-18"), "{mini:?}");
    assert!(mini.iter().all(|model| model.starts_with("gpt-4o-mini")));
    let all = models(&found(&["--model", "gpt-4*"]));
    assert!(all.len() > mini.len() && all.is_superset(&mini), "{all:?}");
    assert!(all.iter().all(|model| model.starts_with("gpt-4")));
    assert!(found(&["--model", "gpt-4o-mini-2024-07"]).is_empty());
}

#[test]
fn several_statuses_can_be_asked_for() {
    let count = |arguments: &[&str]| {
        let output = run(&[&["jobs", "list", "--sandbox", "--json"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let list = json(&output);
        jobs(&list).len()
    };
    let each = ["failed", "cancelled"].map(|status| count(&["--status", status]));
    assert!(each.iter().all(|count| *count > 0), "{each:?}");
    let both = each.iter().sum::<usize>();
    assert_eq!(count(&["--status", "failed,cancelled"]), both);
    assert_eq!(
        count(&["--status", "failed", "--status", "cancelled"]),
        both
    );
    let wrong = run(&["jobs", "list", "--sandbox", "--status", "failed,done"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("done"), "{}", stderr(&wrong));
}
