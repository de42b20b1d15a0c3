//! Where the configuration comes from, in all commands, and how its mistakes
//! are reported.
// `serve` is among the commands of its cases.
#![cfg(all(unix, feature = "gateway"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with files, and no environment but what is given.
struct Machine {
    folder: tempfile::TempDir,
}

/// An account that cannot be reached: its name is in the error.
fn account(name: &str) -> String {
    format!(
        "[[account]]\nname = \"{name}\"\nvendor = \"openai\"\nkey = \"sk-secret\"\n\
         base_url = \"http://127.0.0.1:9/v1\"\nretries = 0\n"
    )
}

impl Machine {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Runs the program in the folder.
    fn run(&self, arguments: &[&str], variables: &[(&str, &Path)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_unitune"))
            .args(arguments)
            .env_clear()
            .envs(variables.iter().copied())
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// What `jobs list` says of the accounts that it asks.
    fn list(&self, arguments: &[&str], variables: &[(&str, &Path)]) -> String {
        let output = self.run(&[&["jobs", "list"], arguments].concat(), variables);
        let message = stderr(&output);
        assert!(!message.contains("secret"), "{message}");
        message
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_first_place_that_is_there_counts() {
    let machine = Machine::new();
    let flag = machine.file("flag.toml", &account("of-flag"));
    let named = machine.file("named.toml", &account("of-variable"));
    machine.file("xdg/unitune/config.toml", &account("of-user"));
    machine.file("home/.config/unitune/config.toml", &account("of-home"));
    let (xdg, home) = (
        machine.folder.path().join("xdg"),
        machine.folder.path().join("home"),
    );
    let key = (Path::new("sk-1"), Path::new("http://127.0.0.1:9/v1"));
    let all: [(&str, &Path); 5] = [
        ("UNITUNE_CONFIG", &named),
        ("XDG_CONFIG_HOME", &xdg),
        ("HOME", &home),
        ("OPENAI_API_KEY", key.0),
        ("OPENAI_BASE_URL", key.1),
    ];
    let flag = ["--config", flag.to_str().unwrap()];
    for (arguments, variables, account) in [
        (&flag[..], &all[..], "of-flag"),
        (&[], &all, "of-variable"),
        (&[], &all[1..], "of-user"),
        (&[], &all[2..], "of-home"),
        (&[], &all[3..], "openai"),
    ] {
        let message = machine.list(arguments, variables);
        assert!(
            message.contains(&format!("error: {account}: listJobs")),
            "{message}"
        );
        assert_eq!(message.matches("listJobs").count(), 1, "{message}");
    }
}

/// A file that came with the folder must not get a key of the environment.
#[test]
fn nothing_is_read_from_the_working_directory() {
    let machine = Machine::new();
    let nonsense = "[nonsense]\n";
    for path in [
        "unitune.toml",
        "config.toml",
        "unitune/config.toml",
        ".config/unitune/config.toml",
    ] {
        machine.file(path, nonsense);
    }
    let relative = [("XDG_CONFIG_HOME", Path::new("")), ("HOME", Path::new("."))];
    for command in [&["jobs", "list"][..], &["jobs", "get", "ft-1"], &["serve"]] {
        let output = machine.run(command, &relative);
        assert_eq!(output.status.code(), Some(2));
        let message = stderr(&output);
        assert!(
            message.contains("OPENAI_API_KEY") && !message.contains("nonsense"),
            "{message}"
        );
    }
}

#[test]
fn what_is_misspelt_is_an_error_in_every_command() {
    let machine = Machine::new();
    let key = [("OPENAI_API_KEY", Path::new("sk-secret"))];
    for (text, place, what) in [
        (
            "[gatway]\nmax_requests = 1\n",
            "1:2",
            "unknown field `gatway`",
        ),
        (
            "\n[gateway]\nmax_request = 1\n",
            "3:1",
            "unknown field `max_request`",
        ),
        (
            "[[gateway.tokens]]\nname = \"a\"\nsha265 = \"sk-secret\"\n",
            "3:1",
            "unknown field `sha265`",
        ),
        (
            "[[gateway.tokens]]\nname = \"a\"\nsha256 = \"sk-secret\"\n",
            "3:10",
            "expected 64 hexadecimal digits",
        ),
        ("[gateway]\npoll_seconds = -1\n", "2:16", "greater than 0"),
        (
            "defualt_account = \"a\"\n",
            "1:1",
            "unknown field `defualt_account`",
        ),
        ("default_account = \"nobody\"\n", "1:19", "\"nobody\""),
        ("[[account]\n", "1:11", "unclosed"),
    ] {
        let file = machine.file("a.toml", text);
        let file = file.to_str().unwrap();
        for command in [
            &["jobs", "list"][..],
            &["jobs", "get", "ft-1"],
            &["serve", "--addr", "127.0.0.1:0"],
        ] {
            let output = machine.run(&[command, &["--config", file]].concat(), &key);
            let message = stderr(&output);
            assert_eq!(
                output.status.code(),
                Some(2),
                "{command:?} {text} {message}"
            );
            assert!(
                message.contains(&format!("a.toml:{place}: ")),
                "{command:?} {message}"
            );
            assert!(
                message.contains(what) && !message.contains("secret"),
                "{message}"
            );
        }
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let machine = Machine::new();
    let key = ("OPENAI_API_KEY", Path::new("sk-1"));
    let nowhere = Path::new("/nowhere/unitune.toml");
    let output = machine.run(&["jobs", "list"], &[key, ("UNITUNE_CONFIG", nowhere)]);
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(
        message.contains("/nowhere/unitune.toml") && message.contains("UNITUNE_CONFIG"),
        "{message}"
    );
    let output = machine.run(&["serve", "--config", "/nowhere/unitune.toml"], &[key]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_key_of_the_environment_goes_to_no_address_of_a_file() {
    let machine = Machine::new();
    let text = "[[account]]\nname = \"a\"\nvendor = \"openai\"\nbase_url = \"https://example.invalid/v1\"\n";
    let file = machine.file("a.toml", text);
    let key = ("OPENAI_API_KEY", Path::new("sk-secret"));
    for command in [&["jobs", "list"][..], &["serve"]] {
        let output = machine.run(command, &[key, ("UNITUNE_CONFIG", &file)]);
        assert_eq!(output.status.code(), Some(2));
        let message = stderr(&output);
        assert!(
            message.contains("a.toml:4:12: ") && !message.contains("secret"),
            "{message}"
        );
    }
}

#[test]
fn a_file_without_accounts_goes_with_those_of_the_environment() {
    let machine = Machine::new();
    let file = machine.file(
        "a.toml",
        "default_account = \"openai\"\n\n[gateway]\nmax_requests = 7\n",
    );
    let variables = [
        ("UNITUNE_CONFIG", file.as_path()),
        ("OPENAI_API_KEY", Path::new("sk-1")),
        ("OPENAI_BASE_URL", Path::new("http://127.0.0.1:9/v1")),
    ];
    let message = machine.list(&[], &variables);
    assert!(message.contains("error: openai: listJobs"), "{message}");
}

#[test]
fn a_link_to_nothing_is_named_and_is_no_lack_of_accounts() {
    let machine = Machine::new();
    let home = machine.folder.path().join("home");
    let file = home.join(".config/unitune/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("elsewhere/unitune.toml", &file).unwrap();
    let variables: [(&str, &Path); 2] = [("HOME", &home), ("OPENAI_API_KEY", Path::new("sk-1"))];
    let named = ["--config", file.to_str().unwrap()];
    for flag in [&[][..], &named] {
        let output = machine.run(&[&["jobs", "list"], flag].concat(), &variables);
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        assert!(
            said.contains("config.toml is a link to elsewhere/unitune.toml, which is not there"),
            "{said}"
        );
    }
}
