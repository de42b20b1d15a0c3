//! Accounts from a file: what is read, and the positions that errors name.
#![cfg(all(feature = "config", feature = "openai", feature = "together"))]

use std::fs;
use std::path::Path;

use unitune::ErrorKind;
use unitune::providers::{Config, Providers};
use unitune::unify::Vendor;

fn error(text: &str) -> String {
    let error = Config::from_toml(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    error.to_string()
}

#[test]
fn an_empty_address_is_said_to_be_empty() {
    let of = |vendor: &str| {
        error(&format!(
            "[[account]]\nname = \"a\"\nvendor = \"{vendor}\"\nkey = \"k\"\nbase_url = \" \"\n"
        ))
    };
    let openai = of("openai");
    assert!(
        openai.contains("the address is empty; leave base_url out for OpenAI's own, https://"),
        "{openai}"
    );
    assert!(openai.contains(":5:12: a: "), "{openai}");
    if cfg!(feature = "azure") {
        let azure = of("azure");
        assert!(azure.contains("set AZURE_OPENAI_ENDPOINT"), "{azure}");
    }
}

#[test]
fn several_accounts_of_a_vendor_with_keys_from_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("together.key"), "tgp-1\n").unwrap();
    let path = folder.path().join("unitune.toml");
    // PATH is a variable that is always set.
    fs::write(
        &path,
        r#"
[gateway]
whatever = { the = "gateway", wants = [1] }

[[account]]
name = "openai-main"
vendor = "openai"
key = "sk-1"
openai_organization = "org-1"
openai_project = "proj-1"
organization = "research"
timeout_seconds = 2.5
retries = 4
max_concurrency = 8

[[account]]
name = "openai-dev"
vendor = "openai"
key_env = "PATH"
base_url = "http://127.0.0.1:9100/openai/v1"

[[account]]
name = "cheap"
vendor = "together"
key_file = "together.key"
"#,
    )
    .unwrap();
    let config = Config::from_file(&path).unwrap();
    let accounts: Vec<_> = config
        .providers()
        .accounts()
        .iter()
        .map(|a| (a.name(), a.vendor().clone(), a.organization_label()))
        .collect();
    assert_eq!(
        accounts,
        [
            (
                "openai-main",
                Vendor::from_static("openai"),
                Some("research")
            ),
            ("openai-dev", Vendor::from_static("openai"), None),
            ("cheap", Vendor::from_static("together"), None),
        ]
    );
    for secret in ["sk-1", "tgp-1"] {
        assert!(!format!("{config:?}").contains(secret));
    }
    assert_eq!(Providers::from_file(&path).unwrap().accounts().len(), 3);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unitune.toml");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    fs::write(
        &path,
        "[[account]]\nname = \"a\"\nvendor = \"openai\"\nkey = \"sk-1\"\n",
    )
    .unwrap();
    mode(&path, 0o644);
    let warnings = Config::from_file(&path).unwrap().warnings().to_vec();
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].contains("unitune.toml:4:7: others can read"),
        "{warnings:?}"
    );
    assert!(!warnings[0].contains("sk-1"));
    mode(&path, 0o600);
    assert!(Config::from_file(&path).unwrap().warnings().is_empty());

    let key = folder.path().join("key");
    fs::write(&key, "sk-1").unwrap();
    mode(&key, 0o640);
    fs::write(
        &path,
        "[[account]]\nname = \"a\"\nvendor = \"openai\"\nkey_file = \"key\"\n",
    )
    .unwrap();
    assert_eq!(Config::from_file(&path).unwrap().warnings().len(), 1);
    mode(&key, 0o400);
    assert!(Config::from_file(&path).unwrap().warnings().is_empty());
}

#[test]
fn mistakes_have_a_line_and_a_column() {
    let account = "[[account]]\nname = \"a\"\nvendor = \"openai\"\nkey = \"k\"\n";
    let at = |error: &str, place: &str, what: &str| {
        assert!(
            error.contains(&format!("configuration:{place}: ")),
            "{error}"
        );
        assert!(error.contains(what), "{error}");
    };
    at(
        &error(&format!("{account}kee = 1\n")),
        "5:1",
        "unknown field `kee`",
    );
    at(
        &error(&format!("{account}timeout_second = 1\n")),
        "5:1",
        "`root_certificates`; did you mean `timeout_seconds`?",
    );
    at(
        &error(&format!("{account}\n[[accounts]]\n")),
        "6:3",
        "unknown field `accounts`",
    );
    at(
        &error(&format!("{account}{account}")),
        "6:8",
        "two accounts have the name \"a\"; the first is at 2:8",
    );
    at(
        &error(&format!("{account}key_env = \"X\"\n")),
        "5:11",
        "has a key already",
    );
    at(
        &error(&account.replace("openai", "opanai")),
        "3:10",
        "unknown vendor",
    );
    at(
        &error(&account.replace("\"k\"", "7")),
        "4:7",
        "invalid type",
    );
    at(
        &error(&format!("{account}base_url = \"nowhere\"\n")),
        "5:12",
        "base URL",
    );
    at(
        &error(&format!("{account}timeout_seconds = -1.0\n")),
        "5:19",
        "expected a number of seconds greater than 0",
    );
    at(
        &error(&account.replace("key = \"k\"", "key_env = \"NOT_SET\"")),
        "4:11",
        "NOT_SET is not set",
    );
    at(
        &error(&account.replace("key = \"k\"", "key_file = \"k.txt\"")),
        "4:12",
        "k.txt: ",
    );
    // What is a key rather than a name is not shown.
    for (member, at_column, why) in [
        ("key_env", "4:11", "the variable that key_env names"),
        (
            "key_file",
            "4:12",
            "there is no file of the name that key_file has",
        ),
    ] {
        for key in [
            "sk-proj-hunter2-hunter2",
            "tgp_v1_hunter2hunter2",
            "hunter2hunter2hunter2",
            "eyJ.hunter2.hunter2hunter2",
        ] {
            let text = account.replace("key = \"k\"", &format!("{member} = \"{key}\""));
            let error = error(&text);
            at(&error, at_column, why);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
    at(
        &error(&format!(
            "{}openai_project = \"p\"",
            account.replace("openai", "together")
        )),
        "5:18",
        "does not have the setting",
    );
    at(&error("[[account]\n"), "1:11", "unclosed");
    at(
        &error("account = 1\n"),
        "1:11",
        "expected a list of tables: [[account]]",
    );
    at(
        &error(&format!("{}{account}", "[gatway]\n")),
        "1:2",
        "unknown field `gatway`",
    );
    at(
        &error("[gatway]\n"),
        "1:2",
        "unknown field `gatway`, expected one of `account`, `default_account`, `gateway`; did you \
         mean `gateway`?",
    );
    at(
        &error(&format!("default_account = \"b\"\n{account}")),
        "1:19",
        "unknown account \"b\": expected one of a",
    );
    at(
        &error("default_account = 1\n"),
        "1:19",
        "expected the name of an account",
    );
    for name in [
        "",
        " ",
        "a\\nb",
        "a\\u001b[31m",
        "a\\u2028b",
        "a\\u202eb",
        "a b",
        "a/b",
        "-a",
        "ä",
    ] {
        at(
            &error(&account.replace("\"a\"", &format!("\"{name}\""))),
            "2:8",
            match name.trim() {
                "" => "is empty",
                _ => "letters and digits of ASCII and . _ - @ +",
            },
        );
    }
    let missing = error("[[account]]\nvendor = \"openai\"\n");
    assert!(missing.contains("missing field `name`"), "{missing}");
}

#[test]
fn mistakes_do_not_repeat_keys() {
    for text in [
        "[[account]]\nname = \"a\"\nvendor = \"openai\"\nkey = [\"sk-very-secret\"]\n",
        "[[account]]\nname = \"a\"\nvendor = \"openai\"\nkey = \"sk-very-secret\\q\"\n",
        "[[account]]\nname = \"a\"\nvendor = \"openai\"\nkey = 12345678901234\n",
        "[[account]]\nname = \"a\"\nvendor = \"openai\"\nkey = 2024-05-06T12:34:56Z\n",
        "[[account]]\nname = \"a\"\nvendor = \"openai\"\nkey = \"sk-very-secret\\u0001\"\n",
    ] {
        let error = Config::from_toml(text).unwrap_err();
        let message = format!("{error} {error:?}");
        for secret in ["sk-very-secret", "12345678901234", "12:34:56"] {
            assert!(!message.contains(secret), "{message}");
        }
    }
    let missing = Config::from_file("/nowhere/unitune.toml").unwrap_err();
    assert!(missing.to_string().contains("/nowhere/unitune.toml"));
}

/// The author of a file must not be able to obtain the environment's key.
#[test]
fn the_environments_key_goes_to_no_address_of_a_file() {
    let account = "[[account]]\nname = \"a\"\nvendor = \"openai\"\n";
    for url in [
        "https://evil.example/v1",
        "https://api.openai.com.evil.example",
        "http://203.0.113.7",
        "http://api.openai.com/v1",
    ] {
        let error = error(&format!("{account}base_url = \"{url}\"\n"));
        assert!(error.contains("configuration:4:12: "), "{error}");
        assert!(error.contains("key_env = \"OPENAI_API_KEY\""), "{error}");
    }
    for (setting, place) in [
        ("proxy = \"http://evil.example:8080\"", "4:9"),
        ("root_certificates = \"evil.pem\"", "4:21"),
    ] {
        let error = error(&format!("{account}{setting}\n"));
        assert!(
            error.contains(&format!("configuration:{place}: ")),
            "{error}"
        );
        assert!(error.contains("key_env = \"OPENAI_API_KEY\""), "{error}");
    }
    // There the key may go, so that its absence is all there is to say.
    for url in [
        "https://api.openai.com/v1",
        "https://eu.api.openai.com/v1",
        "http://127.0.0.1:9100/v1",
        "http://[::1]:9100",
        "http://localhost:9100",
    ] {
        let text = format!("{account}base_url = \"{url}\"\n");
        match Config::from_toml(&text) {
            // Where this is run with a key in the environment.
            Ok(config) => assert_eq!(config.providers().accounts().len(), 1),
            Err(error) => assert!(error.to_string().contains("is not set"), "{error}"),
        }
    }
    // An account that names its key says itself where it goes.
    let own = format!("{account}key = \"sk-1\"\nbase_url = \"https://proxy.example/v1\"\n");
    assert!(Config::from_toml(&own).is_ok());
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Gateway {
    #[serde(default)]
    tokens: Vec<Token>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Token {
    name: String,
}

#[test]
fn a_table_of_another_program_has_its_mistakes_in_line_and_column() {
    let table = |text: &str| Config::from_toml(text).unwrap().table::<Gateway>("gateway");
    assert!(table("").unwrap().is_none());
    let read = table("[[gateway.tokens]]\nname = \"ci\"\n")
        .unwrap()
        .unwrap();
    assert_eq!(read.tokens.len(), 1);
    for (text, place, what) in [
        ("[gateway]\n\nmax = 1\n", "3:1", "unknown field `max`"),
        (
            "[[gateway.tokens]]\nname = \"ci\"\nkey = \"sk-secret\"\n",
            "3:1",
            "unknown field `key`",
        ),
        (
            "[[gateway.tokens]]\nname = [\"sk-secret\"]\n",
            "2:8",
            "invalid type",
        ),
        ("gateway = \"sk-secret\"\n", "1:11", "expected a table"),
        ("[[gateway]]\n", "1:1", "expected a table"),
    ] {
        let error = table(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let message = format!("{error} {error:?}");
        assert!(
            message.contains(&format!("configuration:{place}: ")),
            "{message}"
        );
        assert!(message.contains(what), "{message}");
        assert!(!message.contains("sk-secret"), "{message}");
    }
}

#[test]
fn a_file_names_the_default_account() {
    let account =
        |name: &str| format!("[[account]]\nname = \"{name}\"\nvendor = \"openai\"\nkey = \"k\"\n");
    let both = format!("{}{}", account("a"), account("b"));
    let default = |text: &str| {
        let providers = Config::from_toml(text).unwrap().into_providers();
        providers.default_account().map(|a| a.name().to_owned())
    };
    assert_eq!(default(&both), None);
    let text = format!("default_account = \"b\"\n{both}");
    assert_eq!(default(&text).as_deref(), Some("b"));
    assert_eq!(default(&account("only")).as_deref(), Some("only"));

    // Of some of the accounts it is the default where it is among them.
    let providers = Config::from_toml(&text).unwrap().into_providers();
    let of = |names: &[&str]| {
        let selected = providers.select(names).unwrap();
        selected.default_account().map(|a| a.name().to_owned())
    };
    assert_eq!(of(&["a"]).as_deref(), Some("a"));
    assert_eq!(of(&["a", "b"]).as_deref(), Some("b"));

    // A file without accounts says which of other accounts is the default.
    let file = Config::from_toml("default_account = \"b\"\n").unwrap();
    assert!(file.providers().accounts().is_empty());
    let set = file.set_default_account(Config::from_toml(&both).unwrap().into_providers());
    assert_eq!(set.unwrap().default_account().unwrap().name(), "b");
    let only_a = Config::from_toml(&account("a")).unwrap().into_providers();
    let error = file.set_default_account(only_a).unwrap_err().to_string();
    assert!(error.contains("configuration:1:19: "), "{error}");
}

#[test]
fn providers_of_a_file_need_an_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unitune.toml");
    fs::write(&path, "[gateway]\n").unwrap();
    let error = Providers::from_file(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let error = error.to_string();
    assert!(
        error.contains("unitune.toml: there is no account"),
        "{error}"
    );
}
