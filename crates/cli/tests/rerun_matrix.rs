//! `unitune jobs rerun` from each vendor to each other one, supervised and with
//! preference pairs: the job there, its file, and the way back.

use crate::support;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use support::{User, json, stdout};

/// A vendor's account, as it is used here.
struct End {
    account: &'static str,
    model: &'static str,
    /// What a job is started with, beside the method.
    settings: &'static [&'static str],
    /// A member that its examples of chats can have, and others' cannot.
    own: (&'static str, fn(&mut Value)),
}

const ENDS: [End; 4] = [
    End {
        account: "openai",
        model: "gpt-4o-mini-2024-07-18",
        settings: &["--batch-size", "4", "--seed", "7", "--suffix", "mine"],
        own: ("developer", |example| {
            example["messages"][0]["role"] = json!("developer");
        }),
    },
    End {
        account: "azure",
        model: "gpt-4.1-mini-2025-04-14",
        settings: &["--batch-size", "4", "--seed", "7", "--suffix", "mine"],
        own: ("developer", |example| {
            example["messages"][0]["role"] = json!("developer");
        }),
    },
    End {
        account: "together",
        model: "Qwen/Qwen3-8B",
        settings: &[
            "--learning-rate",
            "2e-5",
            "--seed",
            "7",
            "--suffix",
            "mine",
            "--set",
            r#"training_type={"type": "Lora", "lora_r": 16, "lora_alpha": 32}"#,
        ],
        own: ("reasoning", |example| {
            example["messages"][2]["reasoning"] = json!("two times two");
        }),
    },
    End {
        account: "fireworks",
        model: "accounts/fireworks/models/qwen3-8b",
        settings: &[
            "--batch-size",
            "16",
            "--learning-rate",
            "2e-5",
            "--set",
            "lora_rank=16",
        ],
        own: ("reasoning_content", |example| {
            example["messages"][2]["reasoning_content"] = json!("two times two");
        }),
    },
];

/// Returns what the new job has of the old one, and the settings that are dropped.
fn expected(from: &str, to: &str) -> (Vec<(&'static str, Value)>, Vec<&'static str>) {
    let (rate, rank) = (
        ("/hyperparameters/learning_rate", json!(2e-5)),
        ("/hyperparameters/lora_rank", json!(16)),
    );
    match (from, to) {
        // The same API: nothing is lost.
        ("openai", "azure") | ("azure", "openai") => (
            vec![
                ("/seed", json!(7)),
                ("/hyperparameters/batch_size", json!(4)),
            ],
            Vec::new(),
        ),
        ("openai" | "azure", "together") => (vec![("/seed", json!(7))], vec!["batch_size"]),
        ("openai" | "azure", "fireworks") => (
            vec![("/hyperparameters/batch_size", json!(4))],
            vec!["learning_rate_multiplier", "seed"],
        ),
        // The vendor's document has neither seed nor suffix in a retrieved job.
        ("together", "openai" | "azure") => (
            Vec::new(),
            vec![
                "learning_rate",
                "training_type.lora_r",
                "training_type.type",
            ],
        ),
        ("together", "fireworks") => (vec![rate, rank], vec!["batch_size", "training_type.type"]),
        ("fireworks", "openai" | "azure") => (
            vec![("/hyperparameters/batch_size", json!(16))],
            vec!["learning_rate", "lora_rank"],
        ),
        ("fireworks", "together") => (
            vec![rate, ("/hyperparameters/training_type/lora_r", json!(16))],
            vec!["batch_size"],
        ),
        _ => panic!("{from} to {to}"),
    }
}

fn example(n: usize) -> Value {
    json!({"messages": [
        {"role": "system", "content": "You calculate."},
        {"role": "user", "content": format!("What is {n} times two?")},
        {"role": "assistant", "content": format!("It is {}.", 2 * n)},
    ]})
}

fn pair(n: usize) -> Value {
    json!({
        "input": {"messages": [
            {"role": "system", "content": "You calculate."},
            {"role": "user", "content": format!("What is {n} times two?")},
        ]},
        "preferred_output": [{"role": "assistant", "content": format!("It is {}.", 2 * n)}],
        "non_preferred_output": [{"role": "assistant", "content": "No idea."}],
    })
}

/// Examples of a vendor: one with what only that vendor has, the others plain.
fn examples(end: &End, method: &str) -> Vec<Value> {
    let form = match method {
        "dpo" => pair,
        _ => example,
    };
    let mut examples: Vec<Value> = (0..12).map(form).collect();
    if method != "dpo" {
        (end.own.1)(&mut examples[0]);
    }
    examples
}

fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

fn values(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines.map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// Converts a file; the lines of the new one, and those that a loss names.
fn convert(
    user: &User,
    from: &str,
    to: &str,
    vendor: &str,
    method: &str,
) -> (Vec<Value>, BTreeSet<usize>) {
    let arguments = [
        "files", "convert", from, to, "--for", vendor, "--method", method, "--json",
    ];
    let report = json(&user.expect(0, &arguments));
    let alterations = report["alterations"].as_array().unwrap().iter();
    let named = alterations.flat_map(|alteration| alteration["lines"].as_array().unwrap());
    let named = named
        .map(|line| line.as_u64().unwrap() as usize - 1)
        .collect();
    (
        values(&std::fs::read_to_string(user.path(to)).unwrap()),
        named,
    )
}

/// Returns a job once it has its method: Azure does not say it of a job that waits.
fn with_its_method(user: &User, id: &str) -> Value {
    for _ in 0..100 {
        let job = json(&user.expect(0, &["jobs", "get", id, "--json"]));
        if !job["method"].is_null() {
            return job;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{id} has no method");
}

fn moves(from: &End, to: &End, method: &str) {
    let case = format!("{} to {}, {method}", from.account, to.account);
    // Azure imports files, which takes the sandbox's time.
    let imports = [from, to].iter().any(|end| end.account == "azure");
    let speed = if imports { 600.0 } else { 0.0 };
    let user = User::with(|builder| builder.speed(speed));
    let own = examples(from, method);
    user.write("train.jsonl", lines(&own));
    let create = [
        "jobs",
        "create",
        "--on",
        from.account,
        "-m",
        from.model,
        "-t",
        "train.jsonl",
        "--epochs",
        "3",
        "--method",
        method,
        "--unchecked",
        "--yes",
        "--json",
    ];
    let beta: &[&str] = match method {
        "dpo" => &["--set", "beta=0.2"],
        _ => &[],
    };
    let source = json(&user.expect(0, &[&create, from.settings, beta].concat()));
    let id = source["id"].as_str().unwrap();
    with_its_method(&user, id);
    let rerun = [
        "jobs", "rerun", id, "--on", to.account, "-m", to.model, "--json",
    ];
    let plan = json(&user.expect(0, &[&rerun[..], &["--dry-run"]].concat()));
    let job = json(&user.expect(0, &[&rerun[..], &["--yes"]].concat()));

    // The job is there, with what was carried over and without what was dropped.
    let there = with_its_method(&user, job["id"].as_str().unwrap());
    assert_eq!(there["provider"]["account"], to.account, "{case}");
    assert_eq!(there["model"], to.model, "{case}");
    assert_eq!(there["method"]["type"], method, "{case}");
    assert_eq!(there["hyperparameters"]["n_epochs"], 3, "{case}");
    if method == "dpo" {
        let beta = there.pointer("/method/dpo/hyperparameters/beta");
        assert_eq!(beta, Some(&json!(0.2)), "{case}");
    }
    let (carried, dropped) = expected(from.account, to.account);
    for (place, value) in carried {
        // One vendor's answer to a create has more of the request than the job later.
        let found = [&there, &job].map(|job| job.pointer(place).cloned());
        assert!(found.contains(&Some(value)), "{case}: {place} {found:?}");
    }
    let settings = plan["settings"].as_array().unwrap().iter();
    let named: BTreeSet<&str> = settings
        .filter(|line| line["outcome"] == "dropped")
        .map(|line| line["name"].as_str().unwrap())
        .collect();
    // What the vendor chose itself is named as well.
    let dropped: BTreeSet<&str> = dropped.into_iter().collect();
    assert!(dropped.is_subset(&named), "{case}: {named:?}");

    // Its file is the converted one, and comes back as it was, but for named alterations.
    let (converted, lost_there) = convert(&user, "train.jsonl", "there.jsonl", to.account, method);
    let file = there["training_file"].as_str().unwrap();
    let download = ["files", "download", file, "-a", to.account, "--to", "-"];
    assert_eq!(
        values(&stdout(&user.expect(0, &download))),
        converted,
        "{case}"
    );
    let planned = plan["files"][0]["alterations"].as_array().unwrap();
    assert_eq!(
        planned.is_empty(),
        lost_there.is_empty(),
        "{case}: {planned:?}"
    );
    let (back, lost_back) = convert(&user, "there.jsonl", "back.jsonl", from.account, method);
    assert_eq!(back.len(), own.len(), "{case}");
    for (n, (back, own)) in back.iter().zip(&own).enumerate() {
        if !lost_there.contains(&n) && !lost_back.contains(&n) {
            assert_eq!(back, own, "{case}: line {}", n + 1);
        }
    }
    // What only this vendor has is named; nothing else is.
    let special = BTreeSet::from([0]);
    match method {
        "dpo" => assert!(lost_there.is_empty() && lost_back.is_empty(), "{case}"),
        _ => assert!(
            lost_there.is_subset(&special) && lost_back.is_subset(&special),
            "{case}: {lost_there:?} {lost_back:?}"
        ),
    }
    let takes_it = back[0] == own[0];
    assert!(
        takes_it || lost_there == special || lost_back == special,
        "{case}: {} was dropped without a note",
        from.own.0
    );
}

fn from_each_to_each(method: &str) {
    let mut count = 0;
    for from in &ENDS {
        // Most of the time is waiting for the sandbox.
        std::thread::scope(|scope| {
            for to in ENDS.iter().filter(|to| to.account != from.account) {
                scope.spawn(|| moves(from, to, method));
                count += 1;
            }
        });
    }
    assert_eq!(count, 12, "pairs of vendors");
}

#[test]
fn supervised_jobs_from_each_vendor_to_each() {
    from_each_to_each("supervised");
}

#[test]
fn jobs_with_pairs_from_each_vendor_to_each() {
    from_each_to_each("dpo");
}
