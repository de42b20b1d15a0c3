//! `unitune jobs rerun` against the sandbox: what moves, what is rejected, and
//! that a move that is cut anywhere makes one job when it is taken up again.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use unitune_sandbox::{Effect, Fault, Sandbox, Vendor};

use crate::support;

/// A job of the sandbox that succeeded, with a validation file.
const JOB: &str = "ftjob-pRAnmioZd4z4wA0B13dj7KWl";
const MODEL: &str = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference";

/// A sandbox, and a user with a state folder.
struct User {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl User {
    async fn new() -> Self {
        Self {
            sandbox: Sandbox::builder().start().await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_unitune"));
        command
            .args(arguments)
            .env_clear()
            .env("XDG_STATE_HOME", self.folder.path())
            .env("OPENAI_API_KEY", self.sandbox.openai_key())
            .env("OPENAI_BASE_URL", self.sandbox.openai_base_url())
            .env("TOGETHER_API_KEY", self.sandbox.together_key())
            .env("TOGETHER_BASE_URL", self.sandbox.together_base_url())
            .stdin(std::process::Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        output.await.unwrap()
    }

    async fn rerun(&self, arguments: &[&str]) -> Output {
        let fixed = ["jobs", "rerun", JOB, "--on", "together", "--json"];
        self.run(&[&fixed, arguments].concat()).await
    }

    /// The ids of the target's jobs.
    async fn jobs(&self) -> Vec<String> {
        let list = ["jobs", "list", "--account", "together", "--json"];
        let output = self.run(&[&list[..], &["--limit", "1000"]].concat()).await;
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let ids = list["data"].as_array().unwrap().iter();
        ids.map(|job| job["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn journal(&self) -> PathBuf {
        let moves = self.folder.path().join("unitune/moves");
        // The folder of moves also has a lock.
        let mut entries = std::fs::read_dir(moves).unwrap().map(|e| e.unwrap().path());
        let folder = entries.find(|path| path.is_dir()).unwrap();
        folder.join("journal.jsonl")
    }

    /// Makes what was sent so old that nobody waits for it.
    fn age(&self) {
        let text = std::fs::read_to_string(self.journal()).unwrap();
        let lines = text.lines().map(|line| {
            let mut step: Value = serde_json::from_str(line).unwrap();
            if step["step"] == "creating" {
                step["at"] = 1.into();
            }
            format!("{step}\n")
        });
        let text: String = lines.collect();
        std::fs::write(self.journal(), text).unwrap();
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(output)))
}

const YES: [&str; 3] = ["--yes", "--model", MODEL];

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let user = User::new().await;
    let before = user.jobs().await;
    let output = user.rerun(&["--dry-run"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let plan = json(&output);
    assert!(plan["model"].is_null() && plan["request"].get("model").is_none());
    assert_eq!(plan["proposals"][0]["model"]["id"], "Qwen/Qwen3.6-27B");
    let outcome = |name: &str| {
        let lines = plan["settings"].as_array().unwrap();
        let line = lines.iter().find(|line| line["name"] == name).unwrap();
        line["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(outcome("n_epochs"), "exact");
    assert_eq!(outcome("learning_rate_multiplier"), "dropped");
    assert_eq!(outcome("validation_file"), "translated");
    assert_eq!(plan["files"][0]["examples"], 240);
    assert_eq!(user.jobs().await, before);
    let uploads = user.sandbox.requests();
    assert!(
        uploads
            .iter()
            .all(|r| r.vendor != Vendor::Together || r.method == "GET")
    );
    // Without a model, nobody chooses one.
    let output = user.rerun(&["--yes"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("Qwen/Qwen3.6-27B"),
        "{}",
        stderr(&output)
    );
    // What it costs is said as for a new job, before anything is uploaded.
    let fixed = ["jobs", "rerun", JOB, "--on", "together", "--dry-run"];
    for (model, price) in [
        (
            MODEL,
            "unknown: Together estimates it with the file, after the upload",
        ),
        (
            "Qwen/Qwen3.5-9B",
            "(Together estimates it with the file, after the upload)",
        ),
    ] {
        let output = user.run(&[&fixed[..], &["--model", model]].concat()).await;
        let card = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = card
            .lines()
            .find(|line| line.starts_with("Price "))
            .unwrap();
        assert!(line.ends_with(price), "{line}");
    }
    // The price is 4 dollars at most, by the table.
    let output = user
        .rerun(&["--yes", "--model", "Qwen/Qwen3.5-9B", "--max-cost", "3"])
        .await;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("the limit is 3"),
        "{}",
        stderr(&output)
    );
    assert_eq!(user.jobs().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_moves_once() {
    let user = User::new().await;
    let before = user.jobs().await.len();
    let output = user.rerun(&YES).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let job = json(&output);
    assert_eq!(job["model"], MODEL);
    assert_eq!(job["hyperparameters"]["n_epochs"], 3);
    assert_eq!(job["provider"]["extra"]["n_evals"], 1, "{job:#}");
    assert_eq!(job["method"]["type"], "supervised");
    assert_eq!(user.jobs().await.len(), before + 1);
    // The examples do not stay on the disk.
    let folder = user.journal().parent().unwrap().to_owned();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
    let again = user.rerun(&YES).await;
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(json(&again)["id"], job["id"]);
    assert!(
        stderr(&again).contains("was moved before"),
        "{}",
        stderr(&again)
    );
    assert_eq!(user.jobs().await.len(), before + 1);
    let once_more = user
        .rerun(&[&YES[..], &["--again", "--set", "n_epochs=2"]].concat())
        .await;
    assert_eq!(once_more.status.code(), Some(0), "{}", stderr(&once_more));
    assert_eq!(json(&once_more)["hyperparameters"]["n_epochs"], 2);
    assert_eq!(user.jobs().await.len(), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_is_cut_anywhere_makes_one_job() {
    use Effect::{ResetAfterBody, ResetBeforeBody, Status, Truncated};
    for (operation, effect) in [
        ("retrieveFile", Status(500, None)),
        ("downloadFile", Truncated),
        ("uploadFile", ResetBeforeBody),
        ("uploadFile", ResetAfterBody),
        ("listJobs", Status(500, None)),
        ("createJob", Status(400, None)),
        ("createJob", Status(500, None)),
        ("createJob", ResetBeforeBody),
        ("createJob", ResetAfterBody),
        ("createJob", Truncated),
    ] {
        let user = User::new().await;
        let before = user.jobs().await;
        let cut = format!("{operation} {effect:?}");
        user.sandbox.inject(Fault::new(effect).operation(operation));
        let output = user.rerun(&YES).await;
        assert_ne!(output.status.code(), Some(0), "{cut}");
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
        user.sandbox.clear_faults();
        user.age();
        let output = user.rerun(&YES).await;
        assert_eq!(output.status.code(), Some(0), "{cut}: {}", stderr(&output));
        let id = json(&output)["id"].as_str().unwrap().to_owned();
        let mut new = user.jobs().await;
        new.retain(|job| !before.contains(job));
        assert_eq!(new, [id], "{cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_gone_or_withheld_are_rejected_and_a_copy_takes_their_place() {
    let user = User::new().await;
    for (operation, status, reason) in [
        ("retrieveFile", 404, "file_deleted"),
        ("downloadFile", 400, "file_withheld"),
    ] {
        let fault = Fault::new(Effect::Status(status, None)).operation(operation);
        user.sandbox.inject(fault.vendor(Vendor::OpenAi));
        let output = user.rerun(&YES).await;
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let plan = json(&output);
        assert_eq!(plan["problems"][0]["reason"], reason, "{plan:#}");
        user.sandbox.clear_faults();
    }
    let copy = user.folder.path().join("copy.jsonl");
    let line = r#"{"messages":[{"role":"developer","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#;
    std::fs::write(&copy, format!("{line}\n").repeat(12)).unwrap();
    let copy = copy.to_str().unwrap();
    let own = [
        "--training-file",
        copy,
        "--validation-file",
        copy,
        "--dry-run",
    ];
    let output = user.rerun(&[&["--model", MODEL], &own[..]].concat()).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let plan = json(&output);
    assert_eq!(
        plan["files"][0]["alterations"][0]["kind"],
        "developer-to-system"
    );
    assert_eq!(plan["problems"], Value::Array(Vec::new()));
    let none = ["--training-file", "nowhere.jsonl", "--dry-run"];
    let output = user.rerun(&none).await;
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_account_moves_by_a_table_and_goes_on_where_it_stopped() {
    let user = User::new().await;
    let before = user.jobs().await.len();
    let table = user.folder.path().join("plan.csv");
    let all = [
        "jobs",
        "rerun",
        "--all",
        "--on",
        "together",
        "--plan",
        table.to_str().unwrap(),
    ];
    let only = [
        "--from",
        "openai",
        "--status",
        "succeeded",
        "--model",
        MODEL,
    ];
    let output = user
        .run(&[&all[..], &only[..], &["--dry-run"]].concat())
        .await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(&table).unwrap();
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(rows.len(), 5, "{text}");
    let possible: Vec<&&str> = rows.iter().filter(|row| !row.contains("graded")).collect();
    assert_eq!(possible.len(), 4);
    assert_eq!(user.jobs().await.len(), before);
    // The job that is graded stays; its row has no model.
    assert!(text.contains(",reinforcement,,"), "{text}");
    let output = user.run(&all).await;
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    // A table that is there is not written again: it is shown what it would do.
    let outcomes = async |code: i32, plan: &Path, more: &[&str]| {
        let plan = ["--plan", plan.to_str().unwrap(), "--dry-run"];
        let preview = [&all[..5], &plan, &["--output", "csv"], more].concat();
        let columns = ["--columns", "outcome,price_high"];
        let output = user.run(&[&preview[..], &columns].concat()).await;
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let shown = String::from_utf8(output.stdout).unwrap();
        let rows: Vec<String> = shown.lines().skip(1).map(str::to_owned).collect();
        (rows, String::from_utf8(output.stderr).unwrap())
    };
    let (rows, _) = outcomes(0, &table, &[]).await;
    assert_eq!(rows, ["moves,"; 4]);
    let priced = user.folder.path().join("priced.csv");
    let model = format!(",{MODEL},");
    std::fs::write(&priced, text.replace(&model, ", Qwen/Qwen3.5-9B ,")).unwrap();
    let (rows, _) = outcomes(0, &priced, &[]).await;
    assert_eq!(rows, ["moves,4.0"; 4]);
    let (rows, said) = outcomes(3, &priced, &["--max-cost", "9"]).await;
    assert_eq!(rows, ["moves,4.0", "moves,4.0", "stays,4.0", "stays,4.0"]);
    assert!(said.contains("and 1.00 USD are left"), "{said}");
    for chosen in [&only[..2], &only[2..4], &only[4..]] {
        let again = [&all[..], &["--dry-run"], chosen].concat();
        let output = user.run(&again).await;
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("is there already"));
    }
    assert_eq!(std::fs::read_to_string(&table).unwrap(), text);
    assert_eq!(user.jobs().await.len(), before);
    let go = [&all[..], &["--max-cost", "100", "--yes"]].concat();
    // Every second request that starts a job is cut off after it was done.
    user.sandbox.inject(
        Fault::new(Effect::ResetAfterBody)
            .operation("createJob")
            .every(2),
    );
    let output = user.run(&go).await;
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("2 of 4 jobs were not moved"),
        "{}",
        stderr(&output)
    );
    user.sandbox.clear_faults();
    for _ in 0..2 {
        let output = user.run(&go).await;
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(user.jobs().await.len(), before + 4);
    }
    // What they cost is known from when they were started, whatever the table says.
    let (rows, _) = outcomes(0, &table, &["--max-cost", "1"]).await;
    assert_eq!(rows, ["was moved,4.0"; 4]);
    let poor = User::new().await;
    std::fs::copy(&table, poor.folder.path().join("plan.csv")).unwrap();
    let path = poor.folder.path().join("plan.csv");
    let few = [
        "jobs",
        "rerun",
        "--all",
        "--on",
        "together",
        "--plan",
        path.to_str().unwrap(),
    ];
    let before = poor.jobs().await.len();
    let output = poor
        .run(&[&few[..], &["--max-cost", "9", "--yes"]].concat())
        .await;
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    // A job costs 4 dollars there.
    assert_eq!(poor.jobs().await.len(), before + 2, "{}", stderr(&output));
    // The limit is of the table, however often it is carried out.
    let again = [&few[..], &["--max-cost", "9", "--yes", "--json"]].concat();
    let output = poor.run(&again).await;
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(poor.jobs().await.len(), before + 2, "{}", stderr(&output));
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = rows["data"].as_array().unwrap();
    let moved = rows.iter().filter(|row| row["moved_before"].is_string());
    assert_eq!((rows.len(), moved.count()), (4, 2));
    // What was moved counts also where it stands behind what was not.
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let backwards: Vec<&str> = rows.lines().rev().collect();
    std::fs::write(&path, format!("{head}\n{}\n", backwards.join("\n"))).unwrap();
    let output = poor.run(&again).await;
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(poor.jobs().await.len(), before + 2, "{}", stderr(&output));
    std::fs::write(&path, &text).unwrap();
    // While one program carries it out, another does not have the same limit.
    let held = std::fs::File::open(&path).unwrap();
    held.lock().unwrap();
    let output = poor.run(&again).await;
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    drop(held);
    let text = std::fs::read_to_string(&path).unwrap();
    let second = text.lines().nth(1).unwrap();
    std::fs::write(&path, format!("{text}{second}\n")).unwrap();
    let output = poor.run(&again).await;
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("has two rows"),
        "{}",
        stderr(&output)
    );
    std::fs::write(&path, text.replace(',', "|")).unwrap();
    let output = poor.run(&again).await;
    assert!(stderr(&output).contains("with commas, semicolons or tabs"));
    // Columns that are for the user alone can be missing.
    std::fs::write(&path, "model,job,account\nm,ftjob-1,together\n").unwrap();
    let output = poor.run(&again).await;
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("a job of together itself"));
    for option in [
        &["--again"][..],
        &["--watch"],
        &["--method", "dpo"],
        &["--training-file", "a.jsonl"],
        &["--max-cost=-1"],
    ] {
        let output = poor.run(&[&few[..], option].concat()).await;
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
    assert_eq!(poor.jobs().await.len(), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_moved_with_its_own_method() {
    let user = User::new().await;
    let before = user.jobs().await.len();
    for other in [["--method", "dpo"], ["--set", "method=dpo"]] {
        let output = user
            .rerun(&[&["--model", MODEL, "--yes"][..], &other].concat())
            .await;
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("which is supervised"));
    }
    let own = ["--model", MODEL, "--method", "supervised", "--dry-run"];
    let output = user.rerun(&own).await;
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = user.rerun(&["--model", MODEL, "--plan", "a.csv"]).await;
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(user.jobs().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_beyond_the_vendors_limits_are_said() {
    let user = User::new().await;
    let set = [
        "--epochs",
        "0",
        "--batch-size",
        "999",
        "--learning-rate",
        "7",
    ];
    let dry_run = [&["--model", MODEL, "--dry-run"][..], &set].concat();
    let output = user.rerun(&dry_run).await;
    let said = stderr(&output);
    for warning in [
        "warning: n_epochs=0: Together takes 1 to 20",
        "warning: batch_size=999: Together takes ",
        "warning: learning_rate=7: Together takes 1e-8 to 0.01",
    ] {
        assert!(said.contains(warning), "{said}");
    }
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["price"]["is"], "unknown", "{}", plan["price"]);
}

#[test]
fn a_job_that_has_another_name_of_the_model_is_found_again() {
    for (from, model, to, sent, answered) in [
        (
            "together",
            "Qwen/Qwen3-8B",
            "openai",
            "gpt-4.1-mini",
            "gpt-4.1-mini-2025-04-14",
        ),
        (
            "openai",
            "gpt-4o-mini",
            "fireworks",
            "qwen3-8b",
            "accounts/fireworks/models/qwen3-8b",
        ),
    ] {
        let user = support::User::with(|builder| builder.speed(0.0));
        user.chats("train.jsonl", 12);
        let create = [
            "jobs",
            "create",
            "--on",
            from,
            "-m",
            model,
            "-t",
            "train.jsonl",
            "--epochs",
            "3",
            "--unchecked",
            "--yes",
            "--json",
        ];
        let source = json(&user.expect(0, &create));
        let source = source["id"].as_str().unwrap();
        let rerun = [
            "jobs", "rerun", source, "--on", to, "-m", sent, "--yes", "--json",
        ];
        let started = json(&user.expect(0, &rerun));
        assert_eq!(started["model"], answered);
        let count = || {
            let list = ["jobs", "list", "-a", to, "--limit", "1000", "--json"];
            let list = json(&user.expect(0, &list));
            list["data"].as_array().unwrap().len()
        };
        let before = count();
        // As a kill between the start of the job and the note of it leaves it, long ago.
        let moves = std::fs::read_dir(user.path(".local/state/unitune/moves")).unwrap();
        let mut folders = moves
            .map(|e| e.unwrap().path())
            .filter(|path| path.is_dir());
        let journal = folders.next().unwrap().join("journal.jsonl");
        let text = std::fs::read_to_string(&journal).unwrap();
        let mut steps: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(steps.pop().unwrap()["step"], "created");
        let last = steps.last_mut().unwrap();
        assert_eq!(last["step"], "creating");
        last["at"] = 1.into();
        let text: String = steps.iter().map(|step| format!("{step}\n")).collect();
        std::fs::write(&journal, text).unwrap();

        let found = json(&user.expect(0, &rerun));
        assert_eq!(found["id"], started["id"], "{from} to {to}");
        assert_eq!(count(), before, "{from} to {to}");
    }
}
