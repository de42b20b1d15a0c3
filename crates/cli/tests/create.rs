//! `unitune jobs create`: at each vendor, with what is wrong beforehand, with
//! faults, and never a job too many.

use crate::support;

use serde_json::{Value, json};
use support::{MODELS, User, json, stderr, stdout};
use unitune_sandbox::Fault;

fn create<'a>(account: &'a str, model: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let all = [
        "jobs",
        "create",
        "--on",
        account,
        "-m",
        model,
        "-t",
        "train.jsonl",
    ];
    [&all[..], more].concat()
}

/// The clock of the sandbox in the program stands still, but for what is waited for.
#[test]
fn a_job_on_the_embedded_sandbox() {
    let user = User::new();
    // With what spreadsheets and editors leave in a file.
    user.write("train.jsonl", format!("\u{feff}{}\n", support::chats(12)));
    for account in ["azure", "openai", "truefoundry"] {
        let more = ["--sandbox", "--yes", "--json"];
        let output = user.expect(0, &create(account, "gpt-4o-mini-2024-07-18", &more));
        assert_eq!(json(&output)["provider"]["account"], account);
    }
    let output = user.expect(1, &create("together", MODELS[1].1, &["--sandbox", "--yes"]));
    assert!(
        stderr(&output).contains("byte order mark"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_job_at_each_vendor_from_a_file_on_disk() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    user.chats("valid.jsonl", 10);
    for (account, model) in MODELS {
        let more = [
            "--epochs",
            "2",
            "--validation-file",
            "valid.jsonl",
            "--yes",
            "--json",
        ];
        let output = user.expect(0, &create(account, model, &more));
        let job = json(&output);
        assert_eq!(job["provider"]["account"], account);
        assert_eq!(job["model"], model);
        assert_eq!(job["hyperparameters"]["n_epochs"], 2, "{job}");
        let training = job["training_file"].as_str().unwrap();
        let validation = job["validation_file"].as_str().unwrap();
        assert_ne!(training, validation);
        let content = user.expect(
            0,
            &["files", "download", training, "-a", account, "--to", "-"],
        );
        assert_eq!(stdout(&content), support::chats(12), "{account}");
    }
    assert_eq!(user.requests("createJob"), 3);
}

#[test]
fn a_file_that_the_account_has_is_not_uploaded_again() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let arguments = create("together", "Qwen/Qwen3-8B", &["--yes", "--json"]);
    let first = json(&user.expect(0, &arguments));
    user.write("copy.jsonl", support::chats(12));
    let copy = [
        "jobs",
        "create",
        "--on",
        "together",
        "-m",
        "Qwen/Qwen3-8B",
        "-t",
        "copy.jsonl",
    ];
    let again = user.expect(0, &[&copy[..], &["--yes"]].concat());
    assert!(
        stderr(&again).contains("together has it already"),
        "{}",
        stderr(&again)
    );
    assert_eq!(user.requests("uploadFile"), 1);
    // Another account, another content, and a file that is gone there.
    user.expect(0, &create("openai", "gpt-4o-mini-2024-07-18", &["--yes"]));
    user.chats("train.jsonl", 13);
    user.expect(0, &arguments);
    let file = first["training_file"].as_str().unwrap();
    user.expect(0, &["files", "delete", file, "--yes"]);
    user.expect(0, &[&copy[..], &["--yes"]].concat());
    assert_eq!(user.requests("uploadFile"), 4);
    user.expect(0, &[&copy[..], &["--yes", "--upload-again"]].concat());
    assert_eq!(user.requests("uploadFile"), 5);
}

#[test]
fn a_request_in_a_file_with_parts_for_vendors() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let toml = "model = \"Qwen/Qwen3-8B\"\ntraining_file = \"train.jsonl\"\nseed = 7\n\
                [hyperparameters]\nn_epochs = 3\nbatch_size = 4\n\
                [openai]\nmodel = \"gpt-4o-mini-2024-07-18\"\n\
                [together.hyperparameters]\nlearning_rate = 2e-5\n";
    user.write("request.toml", toml);
    let request: Value = json!({
        "model": "Qwen/Qwen3-8B", "training_file": "train.jsonl", "seed": 7,
        "hyperparameters": {"n_epochs": 3, "batch_size": 4},
        "openai": {"model": "gpt-4o-mini-2024-07-18"},
        "together": {"hyperparameters": {"learning_rate": 2e-5}},
    });
    user.write("request.json", request.to_string());
    let yaml = "model: Qwen/Qwen3-8B\ntraining_file: train.jsonl\nseed: 7\n\
                hyperparameters: {n_epochs: 3, batch_size: 4}\n\
                openai: {model: gpt-4o-mini-2024-07-18}\n\
                together: {hyperparameters: {learning_rate: 2e-5}}\n";
    user.write("request.yaml", yaml);
    let planned = |file: &str, account: &str, more: &[&str]| {
        let arguments = [
            "jobs",
            "create",
            file,
            "--on",
            account,
            "--dry-run",
            "--json",
        ];
        json(&user.expect(0, &[&arguments[..], more].concat()))["request"].clone()
    };
    for file in ["request.toml", "request.json", "request.yaml"] {
        let together = planned(file, "together", &["--set", "batch_size=8"]);
        assert_eq!(together["model"], "Qwen/Qwen3-8B", "{file}");
        assert_eq!(
            together["hyperparameters"],
            json!({"n_epochs": 3, "batch_size": 8, "learning_rate": 2e-5}),
            "{file}"
        );
        let openai = planned(file, "openai", &[]);
        assert_eq!(openai["model"], "gpt-4o-mini-2024-07-18", "{file}");
        assert_eq!(openai["seed"], 7);
    }
    assert_eq!(user.requests("uploadFile") + user.requests("createJob"), 0);
}

#[test]
fn what_is_wrong_is_said_before_anything_is_sent() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let line = "{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}]}\n";
    user.write("bad.jsonl", format!("{}{line}", support::chats(12)));
    user.write("request.txt", "");
    let with = |more: &[&'static str]| create("together", "Qwen/Qwen3-8B", more);
    let bad = [
        "jobs",
        "create",
        "--on",
        "together",
        "-m",
        "x",
        "-t",
        "bad.jsonl",
        "--yes",
    ];
    let missing = [
        "jobs",
        "create",
        "--on",
        "together",
        "-m",
        "x",
        "-t",
        "none.jsonl",
        "--yes",
    ];
    let cases: [(i32, Vec<&str>, &str); 9] = [
        (1, bad.to_vec(), "bad.jsonl: line 13"),
        (1, missing.to_vec(), "none.jsonl"),
        (
            2,
            vec!["jobs", "create", "--on", "together", "-t", "train.jsonl"],
            "--model NAME",
        ),
        (
            2,
            vec!["jobs", "create", "request.txt"],
            "ends in .toml, .yaml or",
        ),
        (
            2,
            create("nobody", "x", &["--yes"]),
            "openai, together, truefoundry",
        ),
        (
            2,
            vec!["jobs", "create", "-m", "x", "-t", "train.jsonl", "--yes"],
            "--on ACCOUNT",
        ),
        // Nobody can be asked.
        (2, with(&[]), "--yes"),
        (
            1,
            with(&["--yes", "--set", "learning_rate_multiplier=2"]),
            "learning_rate, such as",
        ),
        (
            1,
            create("openai", "x", &["--yes", "--max-cost", "5"]),
            "unknown, which counts as more than 5: OpenAI gives no estimate, and there is no price",
        ),
    ];
    for (code, arguments, text) in cases {
        let output = user.expect(code, &arguments);
        assert!(
            stderr(&output).contains(text),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(user.requests("uploadFile") + user.requests("createJob"), 0);
    // What the vendor has no place for can be left out, and is named.
    let more = [
        "--set",
        "learning_rate_multiplier=2",
        "--allow-lossy",
        "--dry-run",
        "--json",
    ];
    let plan = json(&user.expect(0, &with(&more)));
    assert_eq!(
        plan["dropped"][0]["field"],
        "hyperparameters.learning_rate_multiplier"
    );
}

#[test]
fn a_model_that_the_vendor_does_not_list_is_named_before_the_upload() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    for (model, expected) in [
        (
            "qwen3-8",
            Some("qwen3-8 is not in Together's list of models; similar: Qwen/Qwen3-8B"),
        ),
        (
            "gpt",
            Some("similar: openai/gpt-oss-20b, openai/gpt-oss-120b"),
        ),
        ("nothing", Some("see: unitune models list -a together")),
        ("qwen/qwen3-8b", None),
    ] {
        let output = user.expect(0, &create("together", model, &["--dry-run", "--unchecked"]));
        let said = stderr(&output);
        assert_eq!(
            said.contains("list of models"),
            expected.is_some(),
            "{said}"
        );
        assert!(said.contains(expected.unwrap_or_default()), "{said}");
    }
}

#[test]
fn a_limit_of_costs_is_kept() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let output = user.expect(
        1,
        &create(
            "together",
            "Qwen/Qwen3-8B",
            &["--yes", "--max-cost", "3.99"],
        ),
    );
    let text = stderr(&output);
    assert!(text.contains("estimated to cost 4 dollars"), "{text}");
    assert!(text.contains("unitune files delete file-"), "{text}");
    assert_eq!(user.requests("createJob"), 0);
    let output = user.expect(
        0,
        &create("together", "Qwen/Qwen3-8B", &["--yes", "--max-cost", "4"]),
    );
    assert!(
        stderr(&output).contains("4 USD, as Together estimates"),
        "{}",
        stderr(&output)
    );
    assert_eq!(user.requests("createJob"), 1);
}

#[test]
fn where_the_vendor_estimates_no_price_the_table_counts() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let with = |more: &[&'static str]| create("openai", "gpt-4o-mini-2024-07-18", more);
    let plan = json(&user.expect(0, &with(&["--epochs", "3", "--dry-run", "--json"])));
    let price = &plan["price_by_table"];
    let (low, high) = (
        price["low"].as_f64().unwrap(),
        price["high"].as_f64().unwrap(),
    );
    assert!(0.0 < low && low < high && high < 0.1, "{price}");
    let ask = [
        "models",
        "price",
        "--on",
        "openai",
        "-m",
        "gpt-4o-mini-2024-07-18",
        "-t",
    ];
    let ask = [&ask[..], &["train.jsonl", "--json"]].concat();
    let answer = json(&user.expect(0, &[&ask[..], &["--epochs", "3"]].concat()));
    assert_eq!(answer["price_by_table"], *price);
    let said = stderr(&user.expect(1, &ask));
    assert!(
        said.contains("OpenAI estimates no price, and the vendor chooses"),
        "{said}"
    );
    // Between the two ends of the range, the upper one decides; nothing is uploaded.
    let between = format!("{:.9}", (low + high) / 2.0);
    let enough = format!("{:.9}", high * 1.01);
    let limited = |limit: &str, more: &[&str]| {
        let epochs = ["--epochs", "3", "--max-cost", limit];
        user.run(&[&with(&[])[..], &epochs, more].concat())
    };
    let output = limited(&between, &["--yes"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("which can be more than"),
        "{}",
        stderr(&output)
    );
    assert!(
        stderr(&output).contains("Nothing was started"),
        "{}",
        stderr(&output)
    );
    let output = limited(&between, &["--dry-run", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(json(&output)["price_by_table"], *price);
    assert_eq!(user.requests("uploadFile"), 0);
    // What nobody knows is more than any limit.
    for unknown in [&["--unchecked"][..], &["--set", "n_epochs=\"auto\""]] {
        let output = limited("1000", &[unknown, &["--yes"]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("unknown, which counts"),
            "{}",
            stderr(&output)
        );
    }
    assert_eq!(user.requests("uploadFile"), 0);
    let output = limited(&enough, &["--yes", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json(&output)["provider"]["account"], "openai");
}

#[test]
fn a_preview_shows_the_first_examples_as_tokens() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let preview = |more: &[&str]| {
        let all = ["jobs", "preview", "--on", "together", "-m", "Qwen/Qwen3-8B"];
        user.run(&[&all[..], &["-t", "train.jsonl"], more].concat())
    };
    let output = preview(&[]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--upload"), "{}", stderr(&output));
    let output = preview(&["--upload", "--examples", "2", "--json"]);
    let shown = json(&output);
    let examples = shown["examples"].as_array().unwrap();
    assert_eq!(
        (examples.len(), &shown["format"]),
        (2, &json!("conversation"))
    );
    assert_eq!(
        examples[1]["tokens"],
        json!(["What", "is", "1", "and", "1?", "2"])
    );
    assert_eq!(examples[1]["trained"], json!([{"start": 5, "end": 6}]));
    let text = stdout(&preview(&["--upload"]));
    assert!(text.contains("6 tokens, 1 trained on"), "{text}");
    assert!(text.contains("What·is·1·and·1? [2]"), "{text}");
    assert_eq!(
        (user.requests("uploadFile"), user.requests("createJob")),
        (1, 0)
    );
    // The summary has a line of it, once the file is there.
    let plan = create("together", "Qwen/Qwen3-8B", &["--dry-run"]);
    let text = stdout(&user.expect(0, &plan));
    assert!(
        text.contains("each of the first 5 examples has 6 tokens, 1 of them trained on"),
        "{text}"
    );
    let output = preview(&["--upload", "--method", "dpo"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let other = [
        "jobs",
        "preview",
        "--on",
        "openai",
        "-m",
        "x",
        "-t",
        "train.jsonl",
    ];
    let output = user.expect(1, &other);
    let said = stderr(&output);
    assert!(
        said.contains("OpenAI has no preview of a training file"),
        "{said}"
    );
}

#[test]
fn a_learning_rate_is_a_number_above_zero() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    for rate in ["nan", "inf", "0", "-1", "1e-400", "fast"] {
        let rate = format!("--learning-rate={rate}");
        let output = user.expect(2, &create("together", "Qwen/Qwen3-8B", &["--yes", &rate]));
        let said = stderr(&output);
        assert!(said.contains("expected a number above 0"), "{said}");
    }
}

#[test]
fn a_create_whose_answer_is_lost_is_not_sent_twice() {
    for ((account, model), (fault, jobs)) in MODELS.into_iter().flat_map(|at| {
        // Before it was done, and after.
        [("reset-before-body", 0), ("reset-after-body", 1)].map(|fault| (at, fault))
    }) {
        let user = User::new();
        user.chats("train.jsonl", 12);
        let before = user.jobs().len();
        let fault: Fault = format!("{account}.createJob:{fault}").parse().unwrap();
        user.sandbox.inject(fault);
        let said = stderr(&user.expect(1, &create(account, model, &["--yes"])));
        assert!(said.contains("The job may have been started"), "{said}");
        assert_eq!(user.requests("createJob"), 1, "{account}");
        user.sandbox.clear_faults();
        assert_eq!(user.jobs().len(), before + jobs, "{account}");
    }
}

#[test]
fn faults_of_an_upload_leave_no_job() {
    for (account, model) in MODELS {
        let user = User::new();
        user.chats("train.jsonl", 12);
        let before = user.jobs().len();
        let fault: Fault = format!("{account}.uploadFile:400").parse().unwrap();
        user.sandbox.inject(fault);
        let output = user.expect(1, &create(account, model, &["--yes"]));
        assert!(stderr(&output).contains(account), "{}", stderr(&output));
        user.sandbox.clear_faults();
        assert_eq!(user.jobs().len(), before, "{account}");
        // What did not arrive is not remembered.
        user.expect(0, &create(account, model, &["--yes"]));
        assert_eq!(user.jobs().len(), before + 1, "{account}");
    }
}

#[test]
fn create_and_watch_in_one_go() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    for (account, model) in MODELS {
        let output = user.expect(0, &create(account, model, &["--yes", "--watch", "--json"]));
        let text = stdout(&output);
        let lines: Vec<Value> = text
            .lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        assert_eq!(lines[0]["change"], "created", "{text}");
        let last = lines.last().unwrap();
        assert_eq!(
            (&last["change"], &last["status"]),
            (&json!("finished"), &json!("succeeded"))
        );
        assert_eq!(last["id"], lines[0]["job"]["id"]);
        assert!(last["job"]["fine_tuned_model"].is_string(), "{last}");
    }
}

#[test]
fn a_dry_run_warns_of_what_the_vendor_will_reject() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let dry = |model: &str, epochs: &str| {
        let create = [
            "jobs",
            "create",
            "--on",
            "openai",
            "-t",
            "train.jsonl",
            "--dry-run",
        ];
        let output = user.expect(
            0,
            &[&create[..], &["-m", model, "--epochs", epochs]].concat(),
        );
        stderr(&output)
    };
    let errors = dry("gpt-3.5-turbo-0125", "2");
    assert!(
        errors.contains("warning: OpenAI trains gpt-3.5-turbo-0125 no more, since 2026-10-23"),
        "{errors}"
    );
    let errors = dry("gpt-4o-mini-2024-07-18", "0");
    assert!(
        errors.contains("warning: n_epochs=0: OpenAI takes 1 to 50"),
        "{errors}"
    );
    assert!(!dry("gpt-4o-mini-2024-07-18", "3").contains("n_epochs"));
    assert_eq!(user.requests("createJob"), 0);
}

#[test]
fn a_misspelt_setting_names_the_one_that_was_meant() {
    let user = User::new();
    // The gateway takes whatever the vendor behind it may know.
    for (account, model) in &MODELS[..2] {
        let create = [
            "jobs",
            "create",
            "--on",
            account,
            "-m",
            model,
            "-t",
            "file-1",
            "--dry-run",
        ];
        let output = user.run(&[&create[..], &["--set", "n_epoch=3"]].concat());
        let errors = stderr(&output);
        assert!(
            errors.contains("hyperparameters.n_epoch: no such setting is known; instead: n_epochs"),
            "{account}: {errors}"
        );
    }
}
