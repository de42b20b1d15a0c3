//! Accounts in the configuration: those that cannot be used, and how the file changes.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use crate::support::{User, json, stderr, stdout};

/// A user whose file has an account that works, and these others.
fn user_with(others: &str) -> User {
    let user = User::with(|builder| builder.speed(0.0));
    let main = format!(
        "[[account]]\nname = \"main\"\nvendor = \"openai\"\nkey = \"{}\"\nbase_url = \"{}\"\n",
        user.sandbox.openai_key(),
        user.sandbox.openai_base_url()
    );
    std::fs::create_dir_all(user.path(".config/unitune")).unwrap();
    user.write(".config/unitune/config.toml", format!("{main}\n{others}"));
    user
}

fn config_of(user: &User) -> String {
    std::fs::read_to_string(user.path(".config/unitune/config.toml")).unwrap()
}

/// Runs it with the file alone: the environment has no keys.
pub fn run(user: &User, arguments: &[&str]) -> Output {
    let mut command = crate::support::unitune(arguments);
    let command = command.env("HOME", user.home.path());
    command.current_dir(user.home.path()).output().unwrap()
}

pub fn expect(user: &User, code: i32, arguments: &[&str]) -> (String, String) {
    let output = run(user, arguments);
    let (out, err) = (stdout(&output), stderr(&output));
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}\n{out}\n{err}"
    );
    (out, err)
}

const UNUSABLE: &str = "[[account]]\nname = \"no-key\"\nvendor = \"together\"\nkey_env = \"NOT_SET\"\n\n\
     [[account]]\nname = \"no-address\"\nvendor = \"azure\"\nkey = \"k\"\n\n\
     [[account]]\nname = \"no-file\"\nvendor = \"fireworks\"\nkey_file = \"nowhere\"\n";

/// Adds an account whose key is in a variable.
fn add_second(user: &User, more: &[&str]) {
    let add = ["accounts", "add", "second", "--vendor", "openai"];
    let key = ["--key-env", "PATH", "--no-check"];
    let output = crate::support::unitune(&[&add[..], &key, more].concat())
        .env("HOME", user.home.path())
        .env("PATH", "sk-1")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn an_account_that_cannot_be_used_does_not_stop_the_others() {
    let user = user_with(UNUSABLE);
    // Alone, as if the others were not there.
    let (_, errors) = expect(&user, 0, &["jobs", "list", "--account", "main"]);
    assert!(!errors.contains("no-key"), "{errors}");
    let output = run(&user, &["jobs", "list", "--json"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let jobs = json(&output);
    assert!(!jobs["data"].as_array().unwrap().is_empty());
    for (account, what) in [
        ("no-key", "NOT_SET is not set"),
        ("no-address", "no address is set"),
        ("no-file", "nowhere"),
    ] {
        let warnings = jobs["warnings"].as_array().unwrap().iter();
        let of_account = warnings.filter(|warning| warning["account"] == account);
        let messages: Vec<_> = of_account.map(|w| w["message"].to_string()).collect();
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(
            messages[0].contains(what) && messages[0].contains("config.toml:"),
            "{messages:?}"
        );
        // Where it is meant, it is an error.
        for command in [
            &["jobs", "list", "--account", account][..],
            &["files", "list", "--account", account],
            &["accounts", "check", "--account", account],
            &[
                "jobs",
                "create",
                "-m",
                "m",
                "-t",
                "file-1",
                "--dry-run",
                "--on",
                account,
            ],
        ] {
            let (_, errors) = expect(&user, 2, command);
            assert!(
                errors.contains(what) && errors.contains("config.toml:"),
                "{command:?} {errors}"
            );
        }
    }
    let id = jobs["data"][0]["id"].as_str().unwrap();
    expect(&user, 0, &["jobs", "get", id]);
    expect(&user, 3, &["files", "list"]);
    let list = json(&run(&user, &["accounts", "list", "--json"]));
    assert!(list["data"][0]["problem"].is_null(), "{list}");
    assert!(
        list["data"][1]["problem"].to_string().contains("NOT_SET"),
        "{list}"
    );
    let checked = run(&user, &["accounts", "check", "--json"]);
    assert_eq!(checked.status.code(), Some(3));
    let checked = json(&checked);
    assert_eq!(checked["data"][0]["ok"], true, "{checked}");
    assert!(
        checked["data"][1]["problem"]
            .to_string()
            .contains("NOT_SET")
    );
    // Another account can be added beside it.
    add_second(&user, &[]);
    assert!(config_of(&user).contains("second"));
}

#[test]
fn a_default_account_that_cannot_be_used_is_an_error_where_it_is_meant() {
    let user = user_with(UNUSABLE);
    let text = format!("default_account = \"no-key\"\n\n{}", config_of(&user));
    user.write(".config/unitune/config.toml", text);
    user.write("train.jsonl", crate::support::chats(20));
    expect(&user, 3, &["jobs", "list"]);
    let (_, errors) = expect(&user, 2, &["files", "upload", "train.jsonl"]);
    assert!(errors.contains("NOT_SET"), "{errors}");
}

#[test]
fn a_key_in_the_environment_without_an_address_does_not_stop_the_others() {
    let user = User::with(|builder| builder.speed(0.0));
    let list = |arguments: &[&str]| {
        let mut command = user.command(&[&["jobs", "list"], arguments].concat());
        command.env("AZURE_OPENAI_ENDPOINT", "");
        command.output().unwrap()
    };
    let output = list(&[]);
    assert_eq!(output.status.code(), Some(3));
    let errors = stderr(&output);
    assert!(errors.contains("AZURE_OPENAI_ENDPOINT"), "{errors}");
    assert_eq!(list(&["--account", "openai"]).status.code(), Some(0));
    assert_eq!(list(&["--account", "azure"]).status.code(), Some(2));
}

#[cfg(feature = "gateway")]
#[test]
fn a_gateway_does_not_start_without_the_key_of_an_account() {
    let user = user_with(UNUSABLE);
    let (_, errors) = expect(&user, 2, &["serve", "--addr", "127.0.0.1:0"]);
    assert!(
        errors.contains("no-key") && errors.contains("NOT_SET"),
        "{errors}"
    );
}

#[test]
fn an_account_is_removed_with_its_key_and_nothing_else() {
    let second = "# the second\n[[account]]\nname = \"research\"\nvendor = \"together\"\nkey = \"tgp-secret\"\n\n\
                  # for serve\n[gateway]\nmax_requests = 4\n";
    let user = user_with(second);
    let before = config_of(&user);
    // Another program may read it as a member of its group.
    let path = user.path(".config/unitune/config.toml");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let remove = ["accounts", "remove", "research"];
    // Nobody can be asked here.
    let (_, errors) = expect(&user, 2, &remove);
    assert!(errors.contains("--yes"), "{errors}");
    let (_, errors) = expect(&user, 2, &["accounts", "remove", "nobody", "--yes"]);
    assert!(
        errors.contains("config.toml has no account \"nobody\": expected one of main, research"),
        "{errors}"
    );
    assert_eq!(config_of(&user), before);
    let (shown, _) = expect(&user, 0, &[&remove[..], &["--yes"]].concat());
    assert!(shown.contains("research is removed from "), "{shown}");
    let after = config_of(&user);
    assert!(
        !after.contains("research") && !after.contains("tgp-secret"),
        "{after}"
    );
    assert!(
        after.contains("# the second") && after.contains("# for serve"),
        "{after}"
    );
    let list = json(&run(&user, &["accounts", "list", "--json"]));
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(mode_of_config(&user), 0o640);
}

fn mode_of_config(user: &User) -> u32 {
    let path = user.path(".config/unitune/config.toml");
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    mode & 0o777
}

#[test]
fn the_default_account_is_removed_so_that_the_file_can_be_read() {
    let user = user_with("[[account]]\nname = \"b\"\nvendor = \"openai\"\nkey = \"k\"\n");
    let text = format!("default_account = \"b\"\n\n{}", config_of(&user));
    user.write(".config/unitune/config.toml", text);
    let (_, notes) = expect(&user, 0, &["accounts", "rm", "b", "-y"]);
    assert!(notes.contains("default account"), "{notes}");
    expect(&user, 0, &["accounts", "list"]);
}

#[test]
fn the_first_account_of_a_file_says_what_becomes_of_those_of_the_environment() {
    let user = User::with(|builder| builder.speed(0.0));
    let add = |name: &str| {
        let add = ["accounts", "add", name, "--vendor", "together"];
        let key = ["--key-env", "TOGETHER_API_KEY", "--no-check"];
        stderr(&user.expect(0, &[&add[..], &key].concat()))
    };
    let said = add("research");
    let line = said.lines().find(|line| line.contains("--vendor openai"));
    let proposal = line.unwrap().trim();
    assert_eq!(
        proposal,
        "unitune accounts add openai --vendor openai --key-env OPENAI_API_KEY \
         --base-url \"$OPENAI_BASE_URL\""
    );
    assert!(!said.contains("--vendor together"), "{said}");
    let said = add("second");
    assert!(!said.contains("environment"), "{said}");
    // What it proposes can be done.
    let url = user.sandbox.base_url(unitune_sandbox::Vendor::OpenAi);
    let command = proposal.replace("\"$OPENAI_BASE_URL\"", &url);
    let command: Vec<&str> = command.split_whitespace().skip(1).collect();
    user.expect(0, &command);
    let list = ["jobs", "list", "--account", "openai"];
    user.expect(0, &list);
}

#[test]
fn an_account_of_the_environment_is_not_removed() {
    let user = User::with(|builder| builder.speed(0.0));
    let errors = stderr(&user.expect(2, &["accounts", "remove", "openai", "--yes"]));
    assert!(
        errors.contains("comes from the environment") && errors.contains("unset OPENAI_API_KEY"),
        "{errors}"
    );
    assert!(!user.path(".config").exists());
}

#[test]
fn a_name_can_be_given_on_a_command_line_and_before_a_model() {
    let user = user_with("");
    let before = config_of(&user);
    for name in ["my account", "a/b", "-a", "ä", "a,b", "$a", "", "a\u{7}b"] {
        let add = [
            "accounts",
            "add",
            "--vendor",
            "openai",
            "--key-env",
            "K",
            "--",
            name,
        ];
        let (_, errors) = expect(&user, 2, &add);
        let is_said = errors.contains("letters and digits of ASCII") || errors.contains("is empty");
        assert!(is_said, "{errors}");
    }
    assert_eq!(config_of(&user), before);
    // A file has the same rule.
    user.write(
        "a.toml",
        "[[account]]\nname = \"my account\"\nvendor = \"openai\"\nkey = \"k\"\n",
    );
    let (_, errors) = expect(&user, 2, &["accounts", "list", "--config", "a.toml"]);
    assert!(
        errors.contains("a.toml:2:8: ") && errors.contains("ASCII"),
        "{errors}"
    );
}

#[test]
fn an_error_of_what_is_to_be_written_names_the_file() {
    let user = user_with("");
    let before = config_of(&user);
    let add = [
        "accounts",
        "add",
        "b",
        "--vendor",
        "openai",
        "--key-env",
        "HOME",
        "--base-url",
        "nowhere",
    ];
    let (_, errors) = expect(&user, 2, &add);
    assert!(
        errors.contains("config.toml:") && errors.contains("base URL"),
        "{errors}"
    );
    // Where something else in it is wrong, too.
    user.write(
        ".config/unitune/config.toml",
        format!("{before}\n[gatway]\n"),
    );
    let add = [
        "accounts",
        "add",
        "b",
        "--vendor",
        "openai",
        "--key-env",
        "HOME",
        "--no-check",
    ];
    let (_, errors) = expect(&user, 2, &add);
    assert!(
        errors.contains(".config/unitune/config.toml:13:2: "),
        "{errors}"
    );
}

#[test]
fn what_cannot_be_the_name_of_a_variable_is_not_written() {
    let user = user_with("");
    let before = config_of(&user);
    for name in ["NOT A VAR", "$KEY", "KEY=1", "1KEY", "", "sk-proj-1"] {
        let add = [
            "accounts",
            "add",
            "second",
            "--vendor",
            "openai",
            "--key-env",
            name,
        ];
        let (_, said) = expect(&user, 2, &[&add[..], &["--no-check"]].concat());
        assert!(said.contains("--key-env"), "{said}");
        assert!(!said.contains("sk-proj"), "{said}");
        assert_eq!(config_of(&user), before);
    }
}

#[test]
fn accounts_in_an_inline_list_are_changed_as_others() {
    let user = user_with("");
    let inline = "# mine\naccount = [{name = \"main\", vendor = \"openai\", key = \"sk-1\"},\n  \
                  {name = \"old\", vendor = \"openai\", key = \"sk-2\"}]\n";
    user.write(".config/unitune/config.toml", inline);
    add_second(&user, &["--default"]);
    expect(&user, 0, &["accounts", "remove", "old", "--yes"]);
    let text = config_of(&user);
    assert!(
        text.starts_with("# mine\ndefault_account = \"second\"\n"),
        "{text}"
    );
    let list = json(&run(&user, &["accounts", "list", "--json"]));
    let names = list["data"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|account| account["account"].clone()).collect();
    assert_eq!(names, ["main", "second"]);
}
