//! The commands of Together's own program, by the tables of docs/guide/src/command-line.md.

use crate::support;

use serde_json::Value;
use support::{User, json, stderr, stdout};

/// All commands of `together fine-tuning`.
const FINE_TUNING: [&str; 12] = [
    "create",
    "list",
    "retrieve",
    "cancel",
    "delete",
    "download",
    "list-events",
    "list-checkpoints",
    "list-metrics",
    "model-limits",
    "preview",
    "download-tokenized-dataset",
];

/// The rows of the table below this head: Together's command, and unitune's.
fn rows(head: &str) -> Vec<(String, String)> {
    let text = include_str!("../../../docs/guide/src/command-line.md");
    let table = text
        .split(&format!("| {head} | unitune |\n"))
        .nth(1)
        .unwrap();
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        (cells[1].to_owned(), cells[2].to_owned())
    });
    rows.collect()
}

/// A user with a training file on disk and at Together.
struct Case {
    user: User,
    job: String,
    file: String,
}

impl Case {
    fn new(status: &str) -> Self {
        let user = User::with(|builder| builder.speed(0.0));
        user.chats("train.jsonl", 12);
        let jobs = user.jobs();
        let is_it = |job: &&Value| {
            job["provider"]["account"] == "together" && job["provider"]["status"] == status
        };
        let job = jobs.iter().find(is_it).unwrap()["id"].as_str().unwrap();
        let upload = [
            "files",
            "upload",
            "train.jsonl",
            "--on",
            "together",
            "--json",
        ];
        let files = json(&user.expect(0, &upload));
        let file = files.pointer("/0/id").or(files.pointer("/data/0/id"));
        let file = file.or(files.get("id")).unwrap().as_str().unwrap();
        Self {
            job: job.to_owned(),
            file: file.to_owned(),
            user,
        }
    }

    /// Runs a row's command as it stands.
    fn run(&self, command: &str, more: &[&str]) -> (String, String) {
        let words = shlex::split(command).unwrap();
        assert_eq!(words[0], "unitune", "{command}");
        let words = words[1..].iter().map(|word| match word.as_str() {
            "JOB" => self.job.as_str(),
            "FILE" => self.file.as_str(),
            word => word,
        });
        let arguments: Vec<&str> = words.chain(more.iter().copied()).collect();
        let output = self.user.expect(0, &arguments);
        (stdout(&output), stderr(&output))
    }

    fn value(&self, command: &str, more: &[&str]) -> Value {
        let (out, _) = self.run(command, &[more, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{command}: {e}: {out}"))
    }

    /// The only file that a download left in the folder, and its content.
    fn downloaded(&self, command: &str) -> (String, Vec<u8>) {
        let before = support::files_in(self.user.home.path());
        self.run(command, &["--force"]);
        let after = support::files_in(self.user.home.path());
        let new: Vec<_> = after.iter().filter(|name| !before.contains(name)).collect();
        let name = (*new.first().unwrap_or(&&"train.jsonl".to_owned())).clone();
        let content = std::fs::read(self.user.path(&name)).unwrap();
        (name, content)
    }
}

fn items(list: &Value) -> usize {
    let items = list.as_array().or(list["data"].as_array());
    items.unwrap_or_else(|| panic!("{list}")).len()
}

#[test]
fn every_command_of_together_fine_tuning() {
    let rows = rows("together fine-tuning");
    let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    for name in FINE_TUNING {
        assert!(names.contains(&name), "{name} has no row");
    }
    for (name, command) in &rows {
        let case = Case::new(match name.as_str() {
            "cancel" => "running",
            _ => "completed",
        });
        match name.as_str() {
            "create" => {
                let job = case.value(command, &["--yes"]);
                assert!(job["id"].as_str().unwrap().starts_with("ft-"), "{job}");
            }
            "list" => assert!(items(&case.value(command, &[])) > 2),
            "retrieve" => {
                let job = case.value(command, &[]);
                let job = job.get(0).unwrap_or(&job);
                assert_eq!(job["id"], case.job);
            }
            "cancel" => {
                case.run(command, &["--yes"]);
                let job = json(&case.user.expect(0, &["jobs", "get", &case.job, "--json"]));
                let status = job["provider"]["status"].as_str().unwrap();
                assert!(status.starts_with("cancel"), "{status}");
            }
            "delete" => {
                case.run(command, &["--yes"]);
                case.user.expect(1, &["jobs", "get", &case.job]);
            }
            "download" => {
                let (_, content) = case.downloaded(command);
                assert!(content.len() > 100);
            }
            "list-events" | "list-checkpoints" | "list-metrics" => {
                assert!(items(&case.value(command, &[])) > 0, "{name}");
            }
            "model-limits" => {
                let limits = case.value(command, &[]);
                assert_eq!(limits["model"], "Qwen/Qwen3-8B");
                assert!(limits["max_epochs"].as_i64().unwrap() > 0);
            }
            "preview" => assert_eq!(case.value(command, &[])["examples"][0]["tokens"][0], "What"),
            "download-tokenized-dataset" => {
                let (file, content) = case.downloaded(command);
                assert_eq!(file, format!("{}-tokenized.tar.zst", case.job));
                assert!(content.len() > 100);
                // The key goes to the vendor, and not to the address that it signed.
                let requests = case.user.sandbox.requests();
                let last = requests.last().unwrap();
                assert_eq!(last.operation, Some("downloadTokenizedDataset"));
                let has_key = last.headers.iter().any(|(name, _)| name == "authorization");
                assert!(!has_key, "{:?}", last.headers);
            }
            "the price before a job" => {
                assert_eq!(case.value(command, &[])["estimate"]["total"], "4");
            }
            other => panic!("no check for {other}"),
        }
    }
}

#[test]
fn every_command_of_together_files() {
    let rows = rows("together files");
    assert_eq!(rows.len(), 6);
    for (name, command) in &rows {
        let case = Case::new("completed");
        match name.as_str() {
            "check" => assert!(case.run(command, &[]).0.contains("12 examples")),
            "upload" => {
                case.run(command, &[]);
                assert!(case.user.requests("uploadFile") > 0);
            }
            "list" => assert!(items(&case.value(command, &[])) > 0),
            "retrieve" => {
                let file = case.value(command, &[]);
                assert_eq!(file.get(0).unwrap_or(&file)["id"], case.file);
            }
            "retrieve-content" => {
                let (_, content) = case.downloaded(command);
                assert_eq!(content, support::chats(12).as_bytes());
            }
            "delete" => {
                case.run(command, &["--yes"]);
                case.user.expect(1, &["files", "get", &case.file]);
            }
            other => panic!("no check for {other}"),
        }
    }
}

#[test]
fn what_other_vendors_do_not_have_is_said() {
    let user = User::with(|builder| builder.speed(0.0));
    let jobs = user.jobs();
    let of = |account: &str| {
        let job = jobs
            .iter()
            .find(|job| job["provider"]["account"] == account);
        job.unwrap()["id"].as_str().unwrap().to_owned()
    };
    for account in ["openai", "fireworks", "truefoundry"] {
        let id = of(account);
        let output = user.expect(1, &["jobs", "download", &id, "--tokenized-dataset"]);
        let said = stderr(&output);
        assert!(
            said.contains("no download of the tokenised data set: "),
            "{said}"
        );
    }
    // Before the training there are no tokens.
    let is_queued =
        |job: &&Value| job["provider"]["account"] == "together" && job["status"] == "queued";
    let queued = jobs.iter().find(is_queued).unwrap()["id"].as_str().unwrap();
    let output = user.expect(1, &["jobs", "download", queued, "--tokenized-dataset"]);
    assert!(
        stderr(&output).contains("before training begins"),
        "{}",
        stderr(&output)
    );
    assert!(support::files_in(user.home.path()).is_empty());
}

#[test]
fn headers_of_the_environment_are_sent_with_its_key() {
    let user = User::with(|builder| builder.speed(0.0));
    let list = |headers: &str| {
        let mut command = user.command(&["jobs", "list", "-a", "fireworks", "--json"]);
        command.env("FIREWORKS_CUSTOM_HEADERS", headers);
        command.output().unwrap()
    };
    let sent = |name: &str| {
        let requests = user.sandbox.requests();
        let headers = requests.last().unwrap().headers.clone();
        let found = headers.into_iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value)
    };
    let output = list("X-Team: search\nX-Trace:  a:b ");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(sent("x-team").as_deref(), Some("search"));
    assert_eq!(sent("x-trace").as_deref(), Some("a:b"));
    // As in the vendor's SDK, they come before the key.
    let output = list("Authorization: Bearer another-key");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        !stderr(&output).contains("another-key"),
        "{}",
        stderr(&output)
    );
    let output = list("X-Team: search\nbad name: secret");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("FIREWORKS_CUSTOM_HEADERS, line 2"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    // Another account's key gets none of them.
    let mut vendors = unitune_sandbox::Vendor::all();
    let vendor = vendors.find(|vendor| vendor.name() == "fireworks").unwrap();
    let (key, url) = (vendor.key(), user.sandbox.base_url(vendor));
    let table = format!(
        "[[account]]\nname = \"fw\"\nvendor = \"fireworks\"\nkey = \"{key}\"\nbase_url = \"{url}\"\n"
    );
    user.write("unitune.toml", table);
    let mut command = user.command(&["jobs", "list", "--config", "unitune.toml", "--json"]);
    command.env("FIREWORKS_CUSTOM_HEADERS", "X-Team: search");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(sent("x-team"), None);
}
