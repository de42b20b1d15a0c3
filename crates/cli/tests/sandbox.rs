//! `unitune sandbox`: it prints its address, serves, and stops on a signal.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A running sandbox; it ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(arguments: &[&str]) -> (Running, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_unitune"))
        .args(["sandbox", "--addr", "127.0.0.1:0", "--json"])
        .args(arguments)
        .env_clear()
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut text = String::new();
    for line in lines.by_ref() {
        let line = line.unwrap();
        text.push_str(&line);
        if line == "}" {
            break;
        }
    }
    (Running(child), serde_json::from_str(&text).unwrap())
}

/// `jobs list` at the vendors of a running sandbox.
fn list(facts: &Value, vendor: &str, key: &str, url: &str) -> std::process::Output {
    let of = |name: &str| facts["vendors"][vendor][name].as_str().unwrap();
    Command::new(env!("CARGO_BIN_EXE_unitune"))
        .args(["jobs", "list", "--json"])
        .env_clear()
        .env(key, of("api_key"))
        .env(url, of("base_url"))
        .output()
        .unwrap()
}

#[test]
fn it_serves_what_it_says() {
    let (_running, facts) = start(&["--speed", "0", "--seed", "3"]);
    let output = list(&facts, "openai", "OPENAI_API_KEY", "OPENAI_BASE_URL");
    assert_eq!(output.status.code(), Some(0));
    let again = list(&facts, "openai", "OPENAI_API_KEY", "OPENAI_BASE_URL");
    assert_eq!(output.stdout, again.stdout);
}

/// A request's status line, without a client that would do anything to the path.
fn status(url: &str, key: &str) -> String {
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut socket = TcpStream::connect(host).unwrap();
    write!(
        socket,
        "GET /{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut line = String::new();
    BufReader::new(socket).read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

#[test]
fn the_printed_variables_work_unchanged() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_unitune"))
        .args(["sandbox", "--addr", "127.0.0.1:0"])
        .env_clear()
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let _running = Running(child);
    let mut variables = BTreeMap::new();
    while variables.len() < 6 {
        let line = lines.next().unwrap().unwrap();
        for pair in line.strip_prefix("export ").unwrap_or("").split(' ') {
            variables.extend(
                pair.split_once('=')
                    .map(|(a, b)| (a.to_owned(), b.to_owned())),
            );
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_unitune"))
        .args(["jobs", "list", "--json"])
        .env_clear()
        .envs(&variables)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    // Together's own SDK asks for `/v1/fine-tunes` below its base URL, this program for `/fine-tunes`.
    let (url, key) = (
        &variables["TOGETHER_BASE_URL"],
        &variables["TOGETHER_API_KEY"],
    );
    for path in ["/fine-tunes", "/v1/fine-tunes"] {
        assert_eq!(
            status(&format!("{url}{path}"), key),
            "HTTP/1.1 200 OK",
            "{path}"
        );
    }
}

#[test]
fn a_fault_from_the_command_line_strikes() {
    let (_running, facts) = start(&["--fault", "together.listJobs:403"]);
    let output = list(&facts, "together", "TOGETHER_API_KEY", "TOGETHER_BASE_URL");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("403"));
}

#[test]
fn deviating_bodies_can_be_asked_for() {
    let count = |arguments: &[&str]| {
        let (_running, facts) = start(arguments);
        let output = list(&facts, "openai", "OPENAI_API_KEY", "OPENAI_BASE_URL");
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        list["data"].as_array().unwrap().len()
    };
    assert_eq!(count(&["--deviation", "unknown-status"]), count(&[]) + 1);
    assert!(count(&["--deviation", "all"]) > count(&[]) + 1);
}

#[test]
fn settings_that_make_no_sense_end_with_2() {
    for arguments in [
        &["--fault", "nonsense"][..],
        &["--fault", "acme:503"],
        &["--deviation", "nobody"],
        &["--speed", "-1"],
        &["--addr", "here"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_unitune"))
            .arg("sandbox")
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let mut child = Command::new(env!("CARGO_BIN_EXE_unitune"))
        .args(["sandbox", "--addr", &addr])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let mut message = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut message)
        .unwrap();
    assert!(message.contains(&addr), "{message}");
}
