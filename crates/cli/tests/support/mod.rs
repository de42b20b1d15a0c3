//! The program as a user calls it, against a sandbox of the test's own.
#![allow(dead_code)]

pub mod terminal;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use unitune_sandbox::{Builder, Sandbox, Vendor};

/// The program without any of the caller's environment.
pub fn unitune(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unitune"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The JSON on stdout.
pub fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output))
        .unwrap_or_else(|e| panic!("{e}\n{}\n{}", stdout(output), stderr(output)))
}

/// A user: a sandbox with an account at each vendor, and a home.
pub struct User {
    pub sandbox: Sandbox,
    pub home: TempDir,
    runtime: tokio::runtime::Runtime,
}

impl User {
    pub fn new() -> Self {
        Self::with(|builder| builder.speed(2_000.0))
    }

    pub fn with(build: impl FnOnce(Builder) -> Builder) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sandbox = runtime.block_on(build(Sandbox::builder()).start()).unwrap();
        Self {
            sandbox,
            home: tempfile::tempdir().unwrap(),
            runtime,
        }
    }

    /// The environment of a user with a key for each vendor.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut variables = vec![("HOME".to_owned(), self.path("").display().to_string())];
        for vendor in Vendor::all() {
            let names = unitune::vendors::get(vendor.name()).and_then(|v| v.environment());
            let Some(names) = names else { continue };
            variables.push((names.key.to_owned(), vendor.key().to_owned()));
            variables.push((names.base_url.to_owned(), self.sandbox.base_url(vendor)));
        }
        variables
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = unitune(arguments);
        command
            .envs(self.environment())
            .current_dir(self.home.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it, and expects this exit code.
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}\n{}\n{}",
            stdout(&output),
            stderr(&output)
        );
        output
    }

    /// A path in the user's home.
    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// A file of chats, and its name.
    pub fn chats<'n>(&self, name: &'n str, count: usize) -> &'n str {
        self.write(name, chats(count));
        name
    }

    /// How many requests called this operation, at whichever vendor.
    pub fn requests(&self, operation: &str) -> usize {
        let requests = self.sandbox.requests();
        let found = requests.iter().filter(|r| r.operation == Some(operation));
        found.count()
    }

    pub fn jobs(&self) -> Vec<Value> {
        let list = json(&self.run(&["jobs", "list", "--json"]));
        list["data"].as_array().unwrap().clone()
    }
}

pub fn chats(count: usize) -> String {
    let chat = |n| {
        json!({"messages": [
            {"role": "user", "content": format!("What is {n} and {n}?")},
            {"role": "assistant", "content": format!("{}", n + n)},
        ]})
    };
    (0..count).map(|n| format!("{}\n", chat(n))).collect()
}

/// A model that each vendor of the sandbox trains.
pub const MODELS: [(&str, &str); 3] = [
    ("openai", "gpt-4o-mini-2024-07-18"),
    ("together", "Qwen/Qwen3-8B"),
    ("truefoundry", "gpt-4o-mini-2024-07-18"),
];

/// The names of the files in a folder.
pub fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
