//! `unitune serve`: it prints its address, answers, and ends on a signal.
#![cfg(feature = "gateway")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A running gateway; it ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(arguments: &[&str]) -> (Running, Value) {
    start_with(arguments, &[])
}

fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> (Running, Value) {
    let addr = match arguments.contains(&"--addr") {
        true => &[][..],
        false => &["--addr", "127.0.0.1:0"],
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_unitune"))
        .args(["serve", "--json"])
        .args(addr)
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut text = String::new();
    for line in lines {
        let line = line.unwrap();
        text.push_str(&line);
        if line == "}" {
            break;
        }
    }
    (Running(child), serde_json::from_str(&text).unwrap())
}

fn get(facts: &Value, path: &str, headers: &str) -> (String, Value) {
    let mut stream = TcpStream::connect(facts["addr"].as_str().unwrap()).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_unitune"))
        .arg("serve")
        .args(arguments)
        .env_clear()
        .output()
        .unwrap()
}

#[test]
fn over_the_sandbox_it_lists_jobs_of_all_vendors() {
    let (mut running, facts) = start(&["--sandbox", "--speed", "0"]);
    assert_eq!(facts["accounts"].as_array().unwrap().len(), 5);
    let (head, list) = get(&facts, "/v1/fine_tuning/jobs?limit=100", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    for account in ["openai", "together", "truefoundry", "fireworks", "azure"] {
        let mut jobs = list["data"].as_array().unwrap().iter();
        assert!(jobs.any(|job| job["provider"]["account"] == account));
    }
    // Told to stop, it ends well.
    let id = running.0.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn tokens_and_accounts_come_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("unitune.toml");
    // sha256 of `abc`.
    let text = "[[account]]\nname = \"main\"\nvendor = \"openai\"\nkey = \"sk-1\"\nbase_url = \"http://127.0.0.1:9/v1\"\nretries = 0\n\
        [[gateway.tokens]]\nname = \"ci\"\nsha256 = \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n";
    std::fs::write(&file, text).unwrap();
    let (_running, facts) = start(&["--config", file.to_str().unwrap()]);
    assert_eq!(facts["accounts"][0], "main");
    let (head, body) = get(&facts, "/v1/fine_tuning/jobs", "");
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
    assert_eq!(body["error"]["code"], "invalid_api_key");
    let (head, body) = get(
        &facts,
        "/v1/fine_tuning/jobs",
        "authorization: Bearer abc\r\n",
    );
    assert!(head.starts_with("HTTP/1.1 502"), "{head}");
    assert_eq!(body["error"]["message"], "main could not be reached");
}

#[test]
fn an_address_may_be_a_host_name() {
    let (_running, facts) = start(&["--sandbox", "--speed", "0", "--addr", "localhost:0"]);
    let (head, _) = get(&facts, "/healthz", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let unknown = run(&["--sandbox", "--addr", "nowhere.invalid:8080"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("nowhere.invalid:8080"));
}

#[test]
fn what_cannot_be_served_is_told() {
    let open = run(&["--sandbox", "--addr", "0.0.0.0:0"]);
    assert_eq!(open.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&open.stderr).contains("loopback only"));
    assert_eq!(run(&[]).status.code(), Some(2));
    assert_eq!(
        run(&["--sandbox", "--config", "/nowhere.toml"])
            .status
            .code(),
        Some(2)
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    assert_eq!(run(&["--sandbox", "--addr", &addr]).status.code(), Some(1));
}

#[test]
fn a_gateway_is_asked_whether_it_accepts_requests() {
    let (mut running, facts) = start(&["--sandbox", "--speed", "0"]);
    let addr = facts["addr"].as_str().unwrap();
    let check = || run(&["--check", "--addr", addr]);
    let output = check();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    running.0.kill().unwrap();
    running.0.wait().unwrap();
    let output = check();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(addr) && said.contains("refused"), "{said}");
}

#[test]
fn a_gateway_that_is_stopping_is_not_ready() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 1024];
        let length = stream.read(&mut head).unwrap();
        let answer = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    let output = run(&["--check", "--addr", &addr]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("GET /readyz returned 503"), "{said}");
    let head = asked.join().unwrap();
    assert!(head.starts_with("GET /readyz HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("host: {addr}\r\n")), "{head}");
}

/// A request that a collector received: its head in lower case, and its body as text.
fn received(stream: &TcpStream) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let (_, length) = head.split_once("content-length: ")?;
    let length = length.split("\r\n").next()?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut stream = stream;
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .ok()?;
    Some((head, String::from_utf8_lossy(&body).into_owned()))
}

/// What a collector receives from a gateway that lists jobs once, with these variables beside
/// the one that names the collector: heads and bodies.
fn exported(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (sender, exports) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            if let Some(export) = received(&stream.unwrap()) {
                let _ = sender.send(export);
            }
        }
    });
    let endpoint = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint)];
    let environment = [&endpoint, variables].concat();
    let (mut running, facts) = start_with(&["--sandbox", "--speed", "0"], &environment);
    let (head, _) = get(&facts, "/v1/fine_tuning/jobs", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    // Told to stop, it sends what it has.
    let id = running.0.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
    exports.try_iter().collect()
}

/// The paths of what a collector received, each once.
fn paths(exports: &[(String, String)]) -> Vec<&str> {
    let paths = exports
        .iter()
        .map(|(head, _)| head.split(' ').nth(1).unwrap());
    let paths: std::collections::BTreeSet<_> = paths.collect();
    paths.into_iter().collect()
}

#[test]
fn traces_and_metrics_are_exported_as_the_environment_says() {
    let exports = exported(&[
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Bearer%20of-the-collector",
        ),
        ("OTEL_SERVICE_NAME", "my-gateway"),
        (
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=my-stage",
        ),
    ]);
    for (head, body) in &exports {
        assert!(
            head.contains("authorization: bearer of-the-collector"),
            "{head}"
        );
        for text in ["my-gateway", "my-stage", "listJobs"] {
            assert!(body.contains(text), "{text} {head}");
        }
    }
    assert_eq!(paths(&exports), ["/v1/metrics", "/v1/traces"]);
}

#[test]
fn variables_turn_signals_off() {
    for (variable, value, left) in [
        ("OTEL_TRACES_EXPORTER", "none", &["/v1/metrics"][..]),
        ("OTEL_METRICS_EXPORTER", "none", &["/v1/traces"]),
        ("OTEL_TRACES_SAMPLER", "always_off", &["/v1/metrics"]),
        ("OTEL_SDK_DISABLED", "true", &[]),
    ] {
        assert_eq!(paths(&exported(&[(variable, value)])), left, "{variable}");
    }
}

#[test]
fn a_credential_in_the_collector_s_url_is_refused() {
    let url = "http://me:hunter2@127.0.0.1:4318";
    let refused = run(&["--sandbox", "--otlp-endpoint", url]);
    assert_eq!(refused.status.code(), Some(2));
    let message = String::from_utf8_lossy(&refused.stderr);
    assert!(message.contains("OTEL_EXPORTER_OTLP_HEADERS"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}
