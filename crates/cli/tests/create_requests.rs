//! `unitune jobs create`: requests with what cannot be meant, before anything is uploaded.

use crate::support;

use support::{User, stderr};

fn create<'a>(account: &'a str, model: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let all = ["jobs", "create", "--on", account, "-m", model];
    let file = ["-t", "train.jsonl", "--dry-run"];
    [&all[..], &file, more].concat()
}

#[test]
fn a_member_that_stands_twice_is_an_error_and_names_it() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let json = r#"{"model": "Qwen/Qwen3-8B", "training_file": "train.jsonl",
        "hyperparameters": {"n_epochs": 1, "n_epochs": 2}}"#;
    user.write("request.json", json);
    user.write(
        "request.yaml",
        "model: a\nhyperparameters:\n  n_epochs: 1\n  n_epochs: 2\n",
    );
    user.write(
        "request.toml",
        "model = \"a\"\n[hyperparameters]\nn_epochs = 1\nn_epochs = 2\n",
    );
    for file in ["request.json", "request.yaml", "request.toml"] {
        let create = ["jobs", "create", file, "--on", "together", "--dry-run"];
        let error = stderr(&user.expect(2, &create));
        assert!(
            error.contains(file) && error.contains("n_epochs"),
            "{error}"
        );
        // A parser's text for programmers, and its name of a file.
        assert!(
            !error.contains("Options") && !error.contains("<input>"),
            "{error}"
        );
    }
    let set = [
        "--set",
        r#"lr_scheduler={"lr_scheduler_type": "linear", "lr_scheduler_type": "cosine"}"#,
    ];
    let error = stderr(&user.expect(2, &create("together", "Qwen/Qwen3-8B", &set)));
    assert!(
        error.contains("--set lr_scheduler: lr_scheduler_type is given more than once"),
        "{error}"
    );
}

#[test]
fn a_model_of_spaces_is_rejected_before_anything_is_sent() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let request = r#"{"model": " ", "training_file": "train.jsonl"}"#;
    user.write("request.json", request);
    let create = ["jobs", "create", "request.json", "--on", "openai"];
    let error = stderr(&user.expect(1, &[&create[..], &["--dry-run"]].concat()));
    assert!(error.contains("model: it is empty"), "{error}");
}

#[test]
fn values_that_make_no_sense_are_warned_of() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    for (account, model, set, expected) in [
        (
            "openai",
            "gpt-4o-mini-2024-07-18",
            "learning_rate_multiplier=-5",
            "OpenAI takes more than 0",
        ),
        (
            "together",
            "Qwen/Qwen3-8B",
            "warmup_ratio=7",
            "0 to 1 is expected",
        ),
        (
            "together",
            "Qwen/Qwen3-8B",
            "n_evals=-3",
            "0 or more is expected",
        ),
        (
            "truefoundry",
            "gpt-4o-mini-2024-07-18",
            "n_epochs=0",
            "1 or more is expected",
        ),
    ] {
        let said = stderr(&user.expect(0, &create(account, model, &["--set", set])));
        assert!(said.contains(&format!("{set}: {expected}")), "{said}");
    }
}

/// JSON has neither: they were null, which leaves a setting to the vendor.
#[test]
fn numbers_that_are_not_finite_are_errors() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    for number in ["nan", "inf", "-inf"] {
        let text = format!("model = \"a\"\nhyperparameters = {{rates = [1.0, {number}]}}\n");
        user.write("request.toml", &text);
        let create = [
            "jobs",
            "create",
            "request.toml",
            "--on",
            "openai",
            "--dry-run",
        ];
        let error = stderr(&user.expect(2, &create));
        assert!(
            error.contains("hyperparameters.rates.1 is no finite number"),
            "{error}"
        );
    }
}

#[test]
fn a_file_without_a_name_is_an_error_of_the_command_line() {
    let user = User::new();
    for option in ["--training-file", "--validation-file"] {
        for name in ["", "  "] {
            let create = ["jobs", "create", "--on", "openai", option, name];
            let error = stderr(&user.expect(2, &create));
            assert!(error.contains(option), "{error}");
        }
    }
}
