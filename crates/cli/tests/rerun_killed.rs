//! `unitune jobs rerun` that is killed after each of its steps, to each
//! vendor: taken up again, it makes one job.

mod support;

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{User, json, stderr};
use unitune_sandbox::{Effect, Fault};

/// Where a job comes from, and where it goes: (account, model) each.
const MOVES: [[(&str, &str); 2]; 3] = [
    [
        ("openai", "gpt-4o-mini-2024-07-18"),
        ("together", "Qwen/Qwen3-8B"),
    ],
    [
        ("together", "Qwen/Qwen3-8B"),
        ("fireworks", "accounts/fireworks/models/qwen3-8b"),
    ],
    [
        ("fireworks", "accounts/fireworks/models/qwen3-8b"),
        ("openai", "gpt-4o-mini-2024-07-18"),
    ],
];

/// A user with a job, and the command that moves it.
struct Move {
    user: User,
    command: Vec<String>,
    target: &'static str,
    before: Vec<String>,
    /// How many requests there were before.
    requests: usize,
}

impl Move {
    fn new([(from, model), (to, new_model)]: [(&'static str, &'static str); 2]) -> Self {
        let user = User::with(|builder| builder.speed(0.0));
        user.chats("train.jsonl", 12);
        user.chats("valid.jsonl", 10);
        let create = [
            "jobs",
            "create",
            "--on",
            from,
            "-m",
            model,
            "-t",
            "train.jsonl",
            "--validation-file",
            "valid.jsonl",
            "--epochs",
            "3",
            // Tokens take most of the time, and are counted when it moves.
            "--unchecked",
            "--yes",
            "--json",
        ];
        let job = json(&user.expect(0, &create));
        let id = job["id"].as_str().unwrap();
        let command = [
            "jobs", "rerun", id, "--on", to, "-m", new_model, "--yes", "--json",
        ];
        let command = command.map(str::to_owned).to_vec();
        let mut this = Self {
            user,
            command,
            target: to,
            before: Vec::new(),
            requests: 0,
        };
        this.before = this.jobs();
        this.requests = this.user.sandbox.requests().len();
        this
    }

    fn arguments(&self) -> Vec<&str> {
        self.command.iter().map(String::as_str).collect()
    }

    /// The ids of the target's jobs.
    fn jobs(&self) -> Vec<String> {
        let list = [
            "jobs",
            "list",
            "-a",
            self.target,
            "--limit",
            "1000",
            "--json",
        ];
        let list = json(&self.user.expect(0, &list));
        let jobs = list["data"].as_array().unwrap().iter();
        jobs.map(|job| job["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Returns the requests of the move that do something for the first time, by
    /// their places: (place, operation).
    fn steps(&self) -> Vec<(usize, String)> {
        self.user.expect(0, &self.arguments());
        let requests = self.user.sandbox.requests();
        let mut steps: Vec<(usize, String)> = Vec::new();
        for (n, request) in requests.iter().skip(self.requests).enumerate() {
            let operation = request.operation.unwrap_or_default();
            let step = format!("{}.{operation}", request.vendor);
            if steps.iter().all(|(_, known)| *known != step) {
                steps.push((n + 1, step));
            }
        }
        steps
    }

    /// Runs it, and kills it when this request has been done and its answer is
    /// not there yet.
    fn kill_at(&self, request: usize) {
        let late = Effect::Delay(Duration::from_secs(120));
        let fault = Fault::new(late).every(request as u64);
        self.user.sandbox.inject(fault);
        let mut command = self.user.command(&self.arguments());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.user.sandbox.requests().len() < self.requests + request {
            assert!(Instant::now() < deadline, "request {request} did not come");
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "request {request}: it ended before");
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        self.user.sandbox.clear_faults();
    }

    fn journals(&self) -> Vec<PathBuf> {
        let moves = self.user.path(".local/state/unitune/moves");
        let Ok(entries) = std::fs::read_dir(moves) else {
            return Vec::new();
        };
        let journals = entries.map(|entry| entry.unwrap().path().join("journal.jsonl"));
        journals.filter(|path| path.is_file()).collect()
    }

    /// Makes what was sent so old that nobody waits for it.
    fn age(&self) {
        for journal in self.journals() {
            let text = std::fs::read_to_string(&journal).unwrap();
            let lines = text.lines().map(|line| {
                // The last line may be cut.
                let Ok(mut step) = serde_json::from_str::<Value>(line) else {
                    return line.to_owned();
                };
                if step["step"] == "creating" {
                    step["at"] = json!(1);
                }
                format!("{step}\n")
            });
            let text: String = lines.collect();
            std::fs::write(&journal, text).unwrap();
        }
    }
}

fn one_job_however_it_is_killed(ends: [(&'static str, &'static str); 2]) {
    let steps = Move::new(ends).steps();
    assert!(steps.len() > 5, "{steps:?}");
    for (request, step) in &steps {
        let this = Move::new(ends);
        this.kill_at(*request);
        this.age();
        let output = this.user.run(&this.arguments());
        let case = format!("{ends:?}, killed at {step}");
        assert_eq!(output.status.code(), Some(0), "{case}: {}", stderr(&output));
        let id = json(&output)["id"].as_str().unwrap().to_owned();
        let mut new = this.jobs();
        new.retain(|job| !this.before.contains(job));
        assert_eq!(new, [id], "{case}");
    }
}

#[test]
#[ignore = "kills programs again and again; .ci/run runs it"]
fn from_openai_to_together() {
    one_job_however_it_is_killed(MOVES[0]);
}

#[test]
#[ignore = "kills programs again and again; .ci/run runs it"]
fn from_together_to_fireworks() {
    one_job_however_it_is_killed(MOVES[1]);
}

#[test]
#[ignore = "kills programs again and again; .ci/run runs it"]
fn from_fireworks_to_openai() {
    one_job_however_it_is_killed(MOVES[2]);
}
