//! Several accounts of which some cannot be used, and some have the same jobs.

use unitune_sandbox::Vendor;

use crate::accounts::{expect, run};
use crate::support::{User, json};

/// A sandbox's accounts in a file, with others that cannot be used or are the same.
fn with_others() -> User {
    let user = User::with(|builder| builder.speed(0.0));
    let account = |name: &str, vendor: Vendor, key: &str| {
        format!(
            "[[account]]\nname = \"{name}\"\nvendor = \"{}\"\nbase_url = \"{}\"\n{key}\n\n",
            vendor.name(),
            user.sandbox.base_url(vendor)
        )
    };
    let vendor = |name: &str| Vendor::named(name).unwrap();
    let (openai, together) = (vendor("openai"), vendor("together"));
    let key = |vendor: Vendor| format!("key = \"{}\"", vendor.key());
    let none = "key_env = \"NOT_SET_ANYWHERE\"";
    let text = [
        account("nokey", openai, none),
        account("gw", vendor("truefoundry"), &key(vendor("truefoundry"))),
        account("together", together, &key(together)),
        account("again", together, &key(together)),
        account("nokey2", together, none),
    ];
    user.write("a.toml", text.concat());
    user
}

#[test]
fn an_account_that_cannot_be_used_hides_no_job_of_another() {
    let user = with_others();
    let ids = |account: &str| {
        let list = [
            "jobs", "list", "--config", "a.toml", "-a", account, "--json",
        ];
        let list = json(&run(&user, &list));
        let jobs = list["data"].as_array().unwrap().iter();
        let ids = jobs.map(|job| job["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<String>>()
    };
    // An id of the form of OpenAI's, whose account cannot be used.
    let id = ids("gw").into_iter().find(|id| id.starts_with("ftjob-"));
    let get = ["jobs", "get", &id.unwrap(), "--config", "a.toml"];
    expect(&user, 0, &get);
    let get = ["jobs", "get", "ftjob-nowhere", "--config", "a.toml"];
    let (_, errors) = expect(&user, 1, &get);
    assert!(
        errors.contains("not asked, because not usable: nokey, nokey2"),
        "{errors}"
    );
    // Of two keys of one organisation, one has to be named for a change; what cannot be used
    // needs no answer.
    let id = &ids("together")[0];
    let cancel = ["jobs", "cancel", id, "--yes", "--config", "a.toml"];
    let (_, errors) = expect(&user, 2, &cancel);
    assert!(errors.contains(": together, again; name one"), "{errors}");
    let text = std::fs::read_to_string(user.path("a.toml")).unwrap();
    let tables = text.split_inclusive("\n\n");
    let tables: Vec<&str> = tables
        .filter(|table| !table.contains("\"again\""))
        .collect();
    user.write("b.toml", tables.concat());
    let cancel = ["jobs", "cancel", id, "--yes", "--config", "b.toml"];
    expect(&user, 0, &cancel);
}

#[test]
fn a_job_that_two_accounts_have_costs_once() {
    let user = with_others();
    let costs = |accounts: &[&str]| {
        let mut arguments = vec!["jobs", "costs", "--config", "a.toml", "--by", "model"];
        arguments.extend(accounts.iter().flat_map(|account| ["-a", account]));
        expect(&user, 0, &arguments)
    };
    let (once, said) = costs(&["together"]);
    assert!(once.contains("Llama") && !said.contains("counted once"));
    let (both, said) = costs(&["together", "again"]);
    assert_eq!(both, once);
    assert!(said.contains("note: counted once"), "{said}");
}

#[test]
fn what_cannot_be_asked_has_one_exit_code() {
    let user = with_others();
    // Named by itself, or as all there is of its vendor.
    for name in ["nokey", "openai"] {
        for command in [
            &["jobs", "list"][..],
            &["jobs", "costs"],
            &["files", "list"],
        ] {
            let arguments = [command, &["-a", name, "--config", "a.toml"]].concat();
            let (_, errors) = expect(&user, 2, &arguments);
            assert!(
                errors.contains("error: nokey: a.toml:5:11: there is no key: NOT_SET_ANYWHERE"),
                "{errors}"
            );
            assert_eq!(errors.matches("nokey").count(), 1, "{errors}");
        }
    }
    // As one of its vendor's, or of all accounts.
    for names in [&["-a", "together"][..], &["-a", "again", "-a", "gw"], &[]] {
        let arguments = [&["jobs", "list", "--config", "a.toml"], names].concat();
        expect(&user, if names.is_empty() { 3 } else { 0 }, &arguments);
    }
    let list = [
        "jobs", "list", "-a", "again", "--config", "a.toml", "--json",
    ];
    let list = json(&run(&user, &list));
    let id = list["data"][0]["id"].as_str().unwrap();
    for command in ["get", "metrics", "events", "watch", "delete", "compare"] {
        let more = match command {
            "delete" => &["--yes"][..],
            "compare" => &["ftjob-nowhere"],
            _ => &[],
        };
        let arguments = [&["jobs", command, id], more, &["--config", "a.toml"]].concat();
        let (_, errors) = expect(&user, 2, &arguments);
        assert!(
            errors.contains(": together, again; name one of them: --account NAME"),
            "{command}: {errors}"
        );
    }
}

#[test]
fn a_plan_for_all_jobs_says_whose_are_missing() {
    let user = with_others();
    let plan = |code: i32, from: &[&str]| {
        let all = ["jobs", "rerun", "--all", "--on", "again", "--dry-run"];
        let file = ["--plan", "plan.csv", "--config", "a.toml"];
        let (_, errors) = expect(&user, code, &[&all[..], &file, from].concat());
        let is_written = user.path("plan.csv").exists();
        if is_written {
            std::fs::remove_file(user.path("plan.csv")).unwrap();
        }
        (is_written, errors)
    };
    let status = ["--status", "succeeded"];
    let (is_written, errors) = plan(3, &status);
    assert!(
        is_written && errors.contains("NOT_SET_ANYWHERE"),
        "{errors}"
    );
    let (is_written, _) = plan(0, &[&status[..], &["--from", "gw"]].concat());
    assert!(is_written);
    for (from, why) in [
        ("nokey", "nokey: a.toml:5:11: there is no key"),
        ("openai", "nokey: a.toml:5:11: there is no key"),
        ("nowhere", "unknown account \"nowhere\""),
    ] {
        let (is_written, errors) = plan(2, &["--from", from]);
        assert!(!is_written && errors.contains(why), "{errors}");
    }
}

#[test]
fn models_of_some_accounts_come_with_a_warning() {
    let user = with_others();
    for command in [
        &["models", "list"][..],
        &["models", "limits", "Qwen/Qwen3-8B"],
    ] {
        let arguments = [command, &["--config", "a.toml"]].concat();
        let (shown, said) = expect(&user, 3, &arguments);
        assert!(shown.contains("Qwen/Qwen3-8B"), "{shown}");
        assert!(
            said.contains("warning: nokey2: ") && !said.contains("error:"),
            "{said}"
        );
    }
    let limits = [
        "models", "limits", "nothing", "--on", "again", "--config", "a.toml",
    ];
    let (_, said) = expect(&user, 1, &limits);
    assert!(said.contains("error: again: "), "{said}");
}

#[test]
fn a_limit_does_not_part_jobs_of_one_id() {
    let user = with_others();
    let rows = |limit: &str, format: &str| {
        let list = [
            "jobs", "list", "-a", "together", "-a", "again", "--config", "a.toml",
        ];
        let columns = ["--columns", "id", "--limit", limit, "--output", format];
        let (shown, said) = expect(&user, 0, &[&list[..], &columns].concat());
        assert!(said.contains("note: there are more jobs"), "{said}");
        shown
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    for format in ["table", "csv"] {
        assert_eq!(rows("1", format), rows("2", format), "{format}");
        let ids = rows("1", format);
        assert!(ids.len() == 2 && ids[0] == ids[1], "{format}: {ids:?}");
    }
}
