//! Azure's accounts, from the environment and from a file: each form of the
//! address, each credential, and the wait for an import.

use crate::support;

use std::process::Output;

use support::{User, json, stderr, stdout, unitune};

const MODEL: &str = "gpt-4.1-mini-2025-04-14";

fn list(variables: &[(&str, &str)]) -> Output {
    let mut command = unitune(&["jobs", "list", "--json"]);
    command.envs(variables.iter().copied()).output().unwrap()
}

fn count(output: &Output) -> usize {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    let jobs = json(output);
    let jobs = jobs["data"].as_array().unwrap();
    assert!(jobs.iter().all(|job| job["provider"]["account"] == "azure"));
    jobs.len()
}

/// The variables are those that the Python SDK's class for Azure reads.
#[test]
fn the_environment_is_read_as_by_the_sdk() {
    let user = User::with(|builder| builder.speed(0.0));
    let (endpoint, key) = (user.sandbox.azure_endpoint(), user.sandbox.azure_key());
    let home = ("AZURE_OPENAI_ENDPOINT", endpoint.as_str());
    let with_key = ("AZURE_OPENAI_API_KEY", key);
    let all = count(&list(&[home, with_key]));
    assert!(all > 5);
    let last = |user: &User| user.sandbox.requests().pop().unwrap();
    assert!(!last(&user).query.contains("api-version"));
    for version in ["2024-10-21", "2025-04-01-preview"] {
        let dated = ("OPENAI_API_VERSION", version);
        assert_eq!(count(&list(&[home, with_key, dated])), all);
        let request = last(&user);
        assert!(
            request.query.contains(&format!("api-version={version}")),
            "{}",
            request.query
        );
    }
    // A token counts before a key.
    let (token, wrong) = (
        ("AZURE_OPENAI_AD_TOKEN", key),
        ("AZURE_OPENAI_API_KEY", "wrong"),
    );
    assert_eq!(count(&list(&[home, token, wrong])), all);
    let rejected = list(&[home, ("AZURE_OPENAI_AD_TOKEN", "wrong"), with_key]);
    assert!(stderr(&rejected).contains("401"), "{}", stderr(&rejected));
    let nowhere = list(&[with_key]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(
        stderr(&nowhere).contains("AZURE_OPENAI_ENDPOINT"),
        "{}",
        stderr(&nowhere)
    );
}

#[cfg(unix)]
#[test]
fn a_token_comes_from_a_command() {
    let user = User::with(|builder| builder.speed(0.0));
    let (endpoint, key) = (user.sandbox.azure_endpoint(), user.sandbox.azure_key());
    let account = |command: &str| {
        format!(
            "[[account]]\nname = \"azure\"\nvendor = \"azure\"\nbase_url = {endpoint:?}\n\
             token_command = {command}\n"
        )
    };
    let run = || {
        let mut command = unitune(&["jobs", "list", "--json", "--config", "c.toml"]);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .env("PATH", path)
            .current_dir(user.home.path())
            .output()
            .unwrap()
    };
    user.write(
        "token.json",
        format!("{{\"accessToken\": \"{key}\", \"expires_on\": 4000000000}}"),
    );
    user.write("c.toml", account("[\"cat\", \"token.json\"]"));
    assert!(count(&run()) > 5);
    let request = user.sandbox.requests().pop().unwrap();
    assert!(
        request
            .headers
            .iter()
            .any(|(name, _)| name == "authorization")
    );
    assert!(request.headers.iter().all(|(name, _)| name != "api-key"));

    user.write(
        "c.toml",
        account("[\"sh\", \"-c\", \"echo 'Please run: az login' >&2; exit 1\"]"),
    );
    let failed = run();
    assert_ne!(failed.status.code(), Some(0));
    assert!(
        stderr(&failed).contains("Please run: az login"),
        "{}",
        stderr(&failed)
    );
    user.write("c.toml", account("[]"));
    let empty = run();
    assert_eq!(empty.status.code(), Some(2));
    assert!(
        stderr(&empty).contains("names no program"),
        "{}",
        stderr(&empty)
    );
}

#[test]
fn a_create_waits_for_the_import() {
    let user = User::with(|builder| builder.speed(4.0));
    let file = user.chats("train.jsonl", 12);
    let created = user.expect(
        0,
        &[
            "jobs", "create", "--on", "azure", "-m", MODEL, "-t", file, "--yes", "--json",
        ],
    );
    let job = json(&created);
    assert_eq!(job["provider"]["status"], "pending");
    let told = stderr(&created);
    assert!(
        told.contains("waiting until the vendor has imported it"),
        "{told}"
    );
    assert!(told.contains("is pending"), "{told}");
    assert_eq!(user.requests("createJob"), 1);
}

#[test]
fn a_job_says_that_its_model_has_to_be_deployed() {
    let user = User::with(|builder| builder.speed(0.0));
    let jobs = user.jobs();
    let done = |job: &&serde_json::Value| {
        job["provider"]["vendor"] == "azure" && job["status"] == "succeeded"
    };
    let id = jobs.iter().find(done).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = stdout(&user.expect(0, &["jobs", "get", &id, "--json"]));
    assert!(shown.contains("only once the model is deployed"), "{shown}");
}

#[test]
fn the_account_is_added_with_its_address() {
    let user = User::with(|builder| builder.speed(0.0));
    let (endpoint, key) = (user.sandbox.azure_endpoint(), user.sandbox.azure_key());
    let add = |more: &[&str]| {
        let arguments = [
            "accounts",
            "add",
            "mine",
            "--vendor",
            "azure",
            "--key-env",
            "AZ_KEY",
        ];
        let mut command = unitune(&[&arguments, more].concat());
        let home = user.home.path();
        command
            .env("HOME", home)
            .env("AZ_KEY", key)
            .output()
            .unwrap()
    };
    let output = add(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("--base-url"),
        "{}",
        stderr(&output)
    );
    let output = add(&["--base-url", &endpoint]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
