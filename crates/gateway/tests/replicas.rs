//! Three replicas behind a real proxy: nothing is remembered in any of them.
//! Where nginx is not installed the test says so and is skipped.

mod support;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::{Answer, Gateway, accounts};
use tokio::sync::oneshot;
use unitune_gateway::{Config, Server, Token};

/// Where Debian and others put it.
const NGINX: [&str; 3] = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];

struct Proxy {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// nginx in the foreground, without any of the machine's configuration. It
/// gives each request to the next replica and says which one answered.
fn nginx(program: &Path, port: u16, replicas: &[SocketAddr]) -> Proxy {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    let servers: String = replicas
        .iter()
        .map(|addr| format!("server {addr} max_fails=1 fail_timeout=60s;\n"))
        .collect();
    let config = format!(
        "daemon off; master_process off; pid {at}/pid; error_log {at}/error.log;\n\
         events {{ worker_connections 256; }}\n\
         http {{ access_log off;\n\
         client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/f;\n\
         uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n\
         upstream replicas {{ {servers} }}\n\
         server {{ listen 127.0.0.1:{port};\n\
         location / {{ proxy_pass http://replicas; proxy_http_version 1.1;\n\
         add_header x-replica $upstream_addr always; proxy_next_upstream error timeout; }} }} }}\n"
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, config).unwrap();
    let child = Command::new(program)
        .args(["-c", file.to_str().unwrap(), "-p", &at.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Proxy {
        child,
        _folder: folder,
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_come_from_three_replicas_and_one_dies_half_way() {
    let Some(program) = NGINX.iter().map(PathBuf::from).find(|path| path.exists()) else {
        eprintln!("skipped: nginx is not installed");
        return;
    };
    let config = || Config {
        tokens: vec![Token::new("test", "token")],
        shutdown: Duration::from_millis(100),
        ..Config::default()
    };
    let gateway = Gateway::with(unitune_sandbox::Sandbox::builder(), config()).await;
    let providers = accounts(&gateway.sandbox);
    let mut replicas = vec![gateway.addr];
    let mut others = Vec::new();
    for _ in 0..2 {
        let any = ([127, 0, 0, 1], 0).into();
        let server = Server::bind(any, &providers, config()).await.unwrap();
        replicas.push(server.addr());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        others.push((stop, task));
    }
    let port = free_port();
    let _proxy = nginx(&program, port, &replicas);

    let get = |path: String| {
        let request = gateway.http.get(format!("http://127.0.0.1:{port}{path}"));
        let request = request.bearer_auth("token");
        async move { Answer::of(request).await }
    };
    let up = async {
        while gateway
            .http
            .get(format!("http://127.0.0.1:{port}/healthz"))
            .send()
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), up)
        .await
        .expect("nginx starts");

    let ids = |list: &Value| -> Vec<String> {
        let jobs = list["data"].as_array().unwrap().iter();
        jobs.map(|job| job["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = ids(&get("/v1/fine_tuning/jobs?limit=100".to_owned()).await.ok());
    assert!(all.len() > 15);
    let mut seen: Vec<String> = Vec::new();
    let mut answered_by: Vec<String> = Vec::new();
    loop {
        if seen.len() >= all.len() / 2 && others.len() == 2 {
            let (stop, task) = others.pop().unwrap();
            stop.send(()).unwrap();
            task.await.unwrap();
        }
        let after = seen
            .last()
            .map(|id| format!("&after={id}"))
            .unwrap_or_default();
        let answer = get(format!("/v1/fine_tuning/jobs?limit=3{after}")).await;
        let replica = answer.headers["x-replica"].to_str().unwrap();
        // `a, b`: it asked a, which was gone, and then b.
        answered_by.push(replica.rsplit(", ").next().unwrap().to_owned());
        let page = answer.ok();
        seen.extend(ids(&page));
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, all);
    let before: Vec<String> = answered_by[..3].to_vec();
    let mut different = before.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 3, "{answered_by:?}");
    let dead = replicas[2].to_string();
    let last = answered_by
        .iter()
        .rposition(|replica| *replica == dead)
        .unwrap();
    assert!(last < answered_by.len() / 2 + 2, "{answered_by:?}");
    assert!(
        answered_by.windows(2).all(|pair| pair[0] != pair[1]),
        "{answered_by:?}"
    );
}
