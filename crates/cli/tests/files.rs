//! `unitune files …` and `unitune models …` at each vendor.

use crate::support;

use std::process::Stdio;

use serde_json::Value;
use support::{User, files_in, json, stderr, stdout};
use unitune_sandbox::Fault;

#[test]
fn a_file_goes_up_and_comes_down_and_goes_at_each_vendor() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    for account in ["openai", "together", "truefoundry"] {
        let output = user.expect(0, &["files", "upload", "train.jsonl", "--on", account]);
        let id = stdout(&output).trim().to_owned();
        let again = user.expect(0, &["files", "upload", "train.jsonl", "--on", account]);
        assert_eq!(stdout(&again).trim(), id, "{account}");
        let file = json(&user.expect(0, &["files", "get", &id, "--json"]));
        assert_eq!(
            (&file["id"], &file["provider"]["account"]),
            (&id.clone().into(), &account.into())
        );
        let card = stdout(&user.expect(0, &["files", "get", &id]));
        assert!(card.contains(&id) && card.contains("Size"), "{card}");
        let list = json(&user.expect(0, &["files", "list", "-a", account, "--json"]));
        let listed = list["data"].as_array().unwrap();
        assert!(listed.iter().any(|file| file["id"] == *id), "{list}");
        user.expect(0, &["files", "download", &id, "--to", "down/"]);
        let path = user.path("down").join(&files_in(&user.path("down"))[0]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), support::chats(12));
        // A file that is there stays, unless it is to be replaced.
        user.expect(2, &["files", "download", &id, "--to", "down/"]);
        user.expect(0, &["files", "download", &id, "--to", "down/", "--force"]);
        std::fs::remove_dir_all(user.path("down")).unwrap();
        let rejected = user.expect(2, &["files", "delete", &id]);
        assert!(stderr(&rejected).contains("--yes"), "{}", stderr(&rejected));
        user.expect(0, &["files", "delete", &id, "--yes"]);
        user.expect(1, &["files", "get", &id]);
    }
    assert_eq!(user.requests("uploadFile"), 3);
}

#[test]
fn a_download_that_breaks_off_leaves_nothing() {
    let user = User::new();
    user.chats("train.jsonl", 400);
    for account in ["openai", "together", "truefoundry"] {
        let output = user.expect(0, &["files", "upload", "train.jsonl", "--on", account]);
        let id = stdout(&output).trim().to_owned();
        let fault: Fault = format!("{account}.downloadFile:truncate").parse().unwrap();
        user.sandbox.inject(fault);
        user.expect(1, &["files", "download", &id, "--to", "out.jsonl"]);
        user.sandbox.clear_faults();
        let left = files_in(user.home.path());
        assert!(
            !left.iter().any(|name| name.contains("out.jsonl")),
            "{left:?}"
        );
    }
}

/// A vendor of OpenAI's form that has one file, and sends half of its content.
#[cfg(unix)]
fn vendor_that_stalls() -> String {
    use serde_json::json;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let answer = |mut stream: std::net::TcpStream| {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        // The rest of the head.
        while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let (size, body) = match first.contains("/content") {
            true => (1_000_000, "half of it".to_owned()),
            false => {
                let file = json!({"id": "file-1", "object": "file", "bytes": 9, "created_at": 1,
                    "filename": "a.jsonl", "purpose": "fine-tune", "status": "processed"});
                (file.to_string().len(), file.to_string())
            }
        };
        let head =
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {size}\r\n\r\n");
        stream.write_all((head + &body).as_bytes()).unwrap();
        // Until the other side hangs up.
        while size > body.len() && lines.next().is_some_and(|line| line.is_ok()) {}
    };
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    url
}

/// Returns true where the program ends by SIGHUP: on Linux, unless `nohup` started the tests.
#[cfg(unix)]
fn hangup_counts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 0)
}

#[cfg(unix)]
#[test]
fn a_download_that_is_ended_by_a_signal_leaves_nothing() {
    let url = vendor_that_stalls();
    let mut signals = vec!["TERM", "INT"];
    if hangup_counts() {
        signals.push("HUP");
    }
    for signal in signals {
        let home = tempfile::tempdir().unwrap();
        let mut child = support::unitune(&["files", "download", "file-1", "--to", "out.jsonl"])
            .env("OPENAI_API_KEY", "sk-1")
            .env("OPENAI_BASE_URL", &url)
            .current_dir(home.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let partial = || files_in(home.path()).len() == 1;
        let start = std::time::Instant::now();
        while !partial() && start.elapsed().as_secs() < 20 {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(partial(), "{signal}");
        let kill = std::process::Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        assert_eq!(files_in(home.path()), [""; 0], "{signal}");
    }
}

/// Returns true where a process handles a signal itself.
#[cfg(target_os = "linux")]
fn handles(process: u32, signal: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))
        .unwrap();
    let mask = u64::from_str_radix(mask.trim(), 16).unwrap();
    mask >> (signal - 1) & 1 == 1
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_a_command_that_waits_for_input() {
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        for arguments in [
            &["jobs", "create", "-", "--sandbox", "--dry-run"][..],
            &[
                "accounts", "add", "x", "--vendor", "openai", "--config", "c.toml",
            ],
        ] {
            let home = tempfile::tempdir().unwrap();
            let mut child = support::unitune(arguments)
                .current_dir(home.path())
                .stdin(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let start = std::time::Instant::now();
            while !handles(child.id(), number) && start.elapsed().as_secs() < 20 {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            let kill = std::process::Command::new("kill")
                .args([format!("-{name}"), child.id().to_string()])
                .status();
            assert!(kill.unwrap().success());
            // `wait` would close stdin, for which the command waits.
            let exit = loop {
                match child.try_wait().unwrap() {
                    Some(exit) => break exit,
                    None => std::thread::sleep(std::time::Duration::from_millis(10)),
                }
                assert!(start.elapsed().as_secs() < 60, "{name} {arguments:?}");
            };
            assert_eq!(exit.code(), Some(130), "{name} {arguments:?}");
            assert_eq!(files_in(home.path()), [""; 0], "{name}");
        }
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let user = User::new();
    for arguments in [
        &["jobs", "list"][..],
        &["jobs", "list", "--output", "csv"],
        &["man"],
        &["completions", "bash"],
    ] {
        let mut child = user
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(!stderr(&output).contains("anic"), "{}", stderr(&output));
    }
}

#[test]
fn lists_in_every_format() {
    let user = User::with(|builder| builder.speed(0.0));
    let of = |more: &[&str]| {
        let list = ["jobs", "list", "--account", "openai", "--limit", "4"];
        stdout(&user.expect(0, &[&list[..], more].concat()))
    };
    let document: Value = serde_json::from_str(&of(&["--json"])).unwrap();
    let yaml: Value = serde_saphyr::from_str(&of(&["--output", "yaml"])).unwrap();
    assert_eq!(document, yaml);
    let lines = of(&["-o", "jsonl"]);
    let lines: Vec<Value> = lines
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(document["data"].as_array().unwrap(), &lines);
    let csv = of(&["-o", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert!(
        reader
            .headers()
            .unwrap()
            .iter()
            .any(|name| name == "fine_tuned_model")
    );
    let created = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "created")
        .unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        assert!(
            row[created].ends_with('Z') && row[created].contains('T'),
            "{row:?}"
        );
    }
    let chosen = of(&[
        "--columns",
        "id,hyperparameters.n_epochs",
        "-o",
        "jsonl",
        "--sort",
        "-id",
    ]);
    let chosen: Vec<Value> = chosen
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert!(
        chosen.iter().all(|row| row.as_object().unwrap().len() == 2),
        "{chosen:?}"
    );
    assert!(
        chosen.is_sorted_by(|a, b| a["id"].as_str() >= b["id"].as_str()),
        "{chosen:?}"
    );
    let unknown = user.expect(2, &["jobs", "list", "--columns", "colour"]);
    assert!(
        stderr(&unknown).contains("account, id, model"),
        "{}",
        stderr(&unknown)
    );
    // Only what is new.
    let none = json(&user.expect(0, &["jobs", "list", "--since", "1h", "--json"]));
    assert_eq!(none["data"], serde_json::json!([]));
}

#[test]
fn files_are_checked_and_converted() {
    let user = User::new();
    user.chats("train.jsonl", 12);
    let output = user.expect(0, &["files", "check", "train.jsonl", "--for", "openai"]);
    assert!(
        stdout(&output).contains("12 examples"),
        "{}",
        stdout(&output)
    );
    let line = "{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}]}\n";
    user.write("bad.jsonl", format!("{}{line}", support::chats(12)));
    let arguments = [
        "files",
        "check",
        "bad.jsonl",
        "--validation",
        "train.jsonl",
        "--for",
        "together",
    ];
    let output = user.expect(1, &arguments);
    let text = stdout(&output);
    assert!(text.contains("error: line 13"), "{text}");
    assert!(
        text.contains("Overlap   12 (line 1 is line 1 of the training file"),
        "{text}"
    );
    let report = json(&user.expect(1, &[&arguments[..], &["--json"]].concat()));
    assert_eq!(report["files"][0]["errors"]["count"], 1);
    assert_eq!(report["overlaps"][0]["overlap"]["count"], 12);
    user.expect(2, &["files", "check", "train.jsonl"]);

    // What is asked for wrongly does nothing.
    let csv = ["train.jsonl", "csv.jsonl", "--for", "openai", "-o", "csv"];
    user.expect(2, &[&["files", "convert"][..], &csv].concat());
    assert!(!user.path("csv.jsonl").exists());
    let mark = [
        "train.jsonl",
        "csv.jsonl",
        "--for",
        "together",
        "--byte-order-mark",
    ];
    let output = user.expect(2, &[&["files", "convert"][..], &mark].concat());
    assert!(stderr(&output).contains("takes no byte order mark"));
    assert!(!user.path("csv.jsonl").exists());

    let developer = support::chats(12).replace(
        "{\"messages\":[",
        "{\"messages\":[{\"role\":\"developer\",\"content\":\"Be short.\"},",
    );
    user.write("openai.jsonl", &developer);
    let convert = [
        "files",
        "convert",
        "openai.jsonl",
        "together.jsonl",
        "--for",
        "together",
    ];
    let planned = user.expect(0, &[&convert[..], &["--dry-run"]].concat());
    assert!(
        stdout(&planned).contains("nothing was written"),
        "{}",
        stdout(&planned)
    );
    assert!(!user.path("together.jsonl").exists());
    let output = user.expect(0, &convert);
    assert!(stdout(&output).contains("changed: "), "{}", stdout(&output));
    let text = std::fs::read_to_string(user.path("together.jsonl")).unwrap();
    assert!(
        text.contains("\"system\"") && !text.contains("developer"),
        "{text}"
    );
    user.expect(2, &convert);
    #[cfg(unix)]
    {
        let forced = [&convert[..], &["--force"]].concat();
        let (file, there) = (user.path("together.jsonl"), user.path("there.jsonl"));
        std::fs::rename(&file, &there).unwrap();
        std::os::unix::fs::symlink(&there, &file).unwrap();
        std::fs::write(&there, "").unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&there, private).unwrap();
        user.expect(0, &forced);
        let mode = std::fs::metadata(&there).unwrap().permissions();
        let mode = std::os::unix::fs::PermissionsExt::mode(&mode);
        assert_eq!(mode & 0o777, 0o600);
        assert!(file.is_symlink());
        assert_eq!(std::fs::read_to_string(&there).unwrap(), text);
        std::fs::remove_file(&file).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(&file).unwrap();
        let errors = stderr(&user.expect(2, &forced));
        assert!(errors.contains("is a device or a pipe"), "{errors}");
    }
    user.write("bad2.jsonl", "{\"text\": \"x\"}\n");
    user.expect(
        1,
        &[
            "files",
            "convert",
            "bad2.jsonl",
            "out.jsonl",
            "--for",
            "openai",
        ],
    );
    assert!(!user.path("out.jsonl").exists());
}

#[test]
fn models_their_limits_and_prices() {
    let user = User::new();
    let list = json(&user.expect(
        0,
        &["models", "list", "--account", "together", "qwen", "--json"],
    ));
    let models = list["data"].as_array().unwrap();
    assert!(
        models.iter().any(|m| m["model"] == "Qwen/Qwen3-8B"),
        "{list}"
    );
    assert!(
        models
            .iter()
            .all(|m| m["model"].as_str().unwrap().contains("Qwen"))
    );
    let limits = json(&user.expect(0, &["models", "limits", "Qwen/Qwen3-8B", "--json"]));
    assert_eq!(
        (&limits["model"], &limits["account"]),
        (&"Qwen/Qwen3-8B".into(), &"together".into())
    );
    let rejected = user.expect(1, &["models", "limits", "x", "--on", "openai"]);
    assert!(
        stderr(&rejected).contains("documentation"),
        "{}",
        stderr(&rejected)
    );
    user.expect(1, &["models", "limits", "nobody/nothing"]);

    user.chats("train.jsonl", 12);
    let price = [
        "models",
        "price",
        "--on",
        "together",
        "-m",
        "Qwen/Qwen3-8B",
        "-t",
        "train.jsonl",
    ];
    let rejected = user.expect(2, &price);
    assert!(
        stderr(&rejected).contains("--upload"),
        "{}",
        stderr(&rejected)
    );
    let priced = json(&user.expect(0, &[&price[..], &["--upload", "--json"]].concat()));
    assert_eq!(priced["estimate"]["total"], "4");
    // It is there now.
    user.expect(0, &price);
    assert_eq!(
        (user.requests("uploadFile"), user.requests("createJob")),
        (1, 0)
    );
}
