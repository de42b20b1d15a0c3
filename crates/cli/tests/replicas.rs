//! Three gateways as processes behind a real proxy, with the configuration of
//! `deploy/`: nothing is remembered in any of them. One is killed half-way, without
//! a word. Where nginx is not installed the test prints that and is skipped.
#![cfg(feature = "gateway")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use serde_json::Value;
use unitune_sandbox::Sandbox;

/// Where Debian and others put it.
const NGINX: [&str; 3] = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];

/// A process that ends with the test.
struct Running(Child);

impl Running {
    /// Ends it at once: nothing that is under way there comes to its end.
    fn kill(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A gateway with the settings of a file, and where it listens.
fn replica(config: &Path) -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_unitune"))
        .args(["serve", "--addr", "127.0.0.1:0", "--json", "--config"])
        .arg(config)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut text = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        text.push_str(&line.unwrap());
        if text.ends_with('}') {
            break;
        }
    }
    let facts: Value = serde_json::from_str(&text).unwrap();
    (Running(child), facts["addr"].as_str().unwrap().to_owned())
}

/// nginx in the foreground, with the configuration that is deployed. It says which
/// replicas it asked.
fn nginx(program: &Path, folder: &Path, port: u16, replicas: &[String]) -> Running {
    let deployed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/nginx.conf");
    let mut config = fs::read_to_string(deployed).unwrap();
    let mut replace = |from: &str, to: &str| {
        assert!(config.contains(from), "{from} is not in {deployed}");
        config = config.replace(from, to);
    };
    for (number, addr) in (1..).zip(replicas) {
        replace(&format!("gateway-{number}:8080"), addr);
    }
    replace("listen 8080", &format!("listen 127.0.0.1:{port}"));
    replace(" /tmp/", &format!(" {}/", folder.display()));
    replace("/dev/stderr", &format!("{}/error.log", folder.display()));
    replace("access_log /dev/stdout", "access_log off");
    replace(
        "location / {",
        "location / { add_header x-replica $upstream_addr always;",
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, config).unwrap();
    let child = Command::new(program)
        .args(["-g", "daemon off; master_process off;", "-c"])
        .arg(&file)
        .arg("-p")
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Running(child)
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What a GET through the proxy comes to: the replicas that were asked, and
/// the body.
fn get(port: u16, path: &str) -> std::io::Result<(Vec<String>, Value)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
         authorization: Bearer abc\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    let asked = head
        .lines()
        .find_map(|line| line.strip_prefix("x-replica: "));
    let asked = asked.unwrap_or_default().split(", ");
    Ok((
        asked.map(str::to_owned).collect(),
        serde_json::from_str(body).unwrap(),
    ))
}

fn ids(list: &Value) -> Vec<String> {
    let jobs = list["data"].as_array().unwrap().iter();
    jobs.map(|job| job["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn pages_come_from_three_replicas_and_one_is_killed_half_way() {
    let Some(program) = NGINX.iter().map(PathBuf::from).find(|path| path.exists()) else {
        eprintln!("skipped: nginx is not installed");
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = runtime.block_on(Sandbox::start()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("unitune.toml");
    // sha256 of `abc`.
    let mut text = "[[gateway.tokens]]\nname = \"test\"\nsha256 = \
        \"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"\n"
        .to_owned();
    for (vendor, url, key) in [
        ("openai", sandbox.openai_base_url(), sandbox.openai_key()),
        (
            "together",
            sandbox.together_base_url(),
            sandbox.together_key(),
        ),
        (
            "truefoundry",
            sandbox.truefoundry_base_url(),
            sandbox.truefoundry_key(),
        ),
    ] {
        text.push_str(&format!(
            "[[account]]\nname = \"{vendor}\"\nvendor = \"{vendor}\"\nkey = \"{key}\"\n\
             base_url = \"{url}\"\n"
        ));
    }
    fs::write(&config, text).unwrap();
    let mut replicas: Vec<(Running, String)> = (0..3).map(|_| replica(&config)).collect();
    let addrs: Vec<String> = replicas.iter().map(|(_, addr)| addr.clone()).collect();
    let port = free_port();
    let _proxy = nginx(&program, folder.path(), port, &addrs);
    let is_up = (0..500).any(|_| {
        thread::sleep(Duration::from_millis(20));
        get(port, "/healthz").is_ok()
    });
    assert!(is_up, "nginx starts");

    let list = |query: &str| get(port, &format!("/v1/fine_tuning/jobs?{query}")).unwrap();
    let all = ids(&list("limit=100").1);
    assert!(all.len() > 15);
    let dead = addrs[2].clone();
    let mut seen: Vec<String> = Vec::new();
    let mut asked: Vec<Vec<String>> = Vec::new();
    let mut killed_after = None;
    loop {
        if seen.len() >= all.len() / 2 && killed_after.is_none() {
            replicas[2].0.kill();
            killed_after = Some(asked.len());
        }
        let after = seen.last().map(|id| format!("&after={id}"));
        let (replicas, page) = list(&format!("limit=3{}", after.unwrap_or_default()));
        asked.push(replicas);
        seen.extend(ids(&page));
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, all);
    // Of those that were asked for a page, the last one answered.
    let answered_by: Vec<&String> = asked.iter().filter_map(|all| all.last()).collect();
    let (before, after) = answered_by.split_at(killed_after.unwrap());
    assert!(
        addrs.iter().all(|addr| before.contains(&addr)) && !after.contains(&&dead),
        "{asked:?}"
    );
    assert!(
        answered_by.windows(2).all(|pair| pair[0] != pair[1]),
        "each page is of another replica: {asked:?}"
    );
    // It was asked once more, in vain, and nobody noticed.
    assert!(
        asked.iter().any(|all| all.len() == 2 && all[0] == dead),
        "{asked:?}"
    );
}
