//! Event streams, uploads and downloads.

use crate::support;

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use support::{Answer, Gateway};
use unitune::providers::{Account, Providers};
use unitune_gateway::Config;
use unitune_sandbox::{Deviation, Sandbox};

fn quick() -> Config {
    Config {
        poll: Duration::from_millis(50),
        heartbeat: Duration::from_millis(100),
        ..Config::default()
    }
}

/// The messages of a stream: (id, data).
fn messages(text: &str) -> Vec<(String, String)> {
    let message = |block: &str| {
        let field = |name: &str| {
            let lines = block.lines();
            let found = lines.filter_map(|l| l.strip_prefix(name)).next();
            found.unwrap_or_default().trim().to_owned()
        };
        (field("id:"), field("data:"))
    };
    let blocks = text.split("\n\n").map(message);
    blocks.filter(|(_, data)| !data.is_empty()).collect()
}

async fn stream(gateway: &Gateway, job: &str, last: Option<&str>) -> String {
    let path = format!("/v1/fine_tuning/jobs/{job}/events?stream=true");
    let mut request = gateway.http.get(gateway.url(&path));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = tokio::time::timeout(Duration::from_secs(20), response.text());
    text.await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_job_reports_its_log_and_ends() {
    let gateway = Gateway::with(Sandbox::builder(), quick()).await;
    for (vendor, status) in [("openai", "succeeded"), ("together", "completed")] {
        let job = gateway.job(vendor, status);
        let all = messages(&stream(&gateway, &job, None).await);
        assert_eq!(all.last().unwrap().1, "[DONE]");
        let path = format!("/v1/fine_tuning/jobs/{job}/events?limit=100");
        let mut page: Vec<String> = gateway.get(&path).await.ok()["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["id"].as_str().unwrap().to_owned())
            .collect();
        page.reverse();
        let told: Vec<&str> = all
            .iter()
            .map(|m| m.0.as_str())
            .filter(|id| !id.is_empty())
            .collect();
        // A page holds at most 100, the newest.
        assert_eq!(told[told.len() - page.len()..], page);
        let half = told[told.len() / 2];
        let rest = messages(&stream(&gateway, &job, Some(half)).await);
        let rest: Vec<&str> = rest
            .iter()
            .map(|m| m.0.as_str())
            .filter(|id| !id.is_empty())
            .collect();
        assert_eq!(rest, told[told.len() / 2 + 1..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_is_followed_to_its_end_through_faults() {
    let gateway = Gateway::with(Sandbox::builder(), quick()).await;
    let job = gateway.job("together", "running");
    let path = format!("/v1/fine_tuning/jobs/{job}/events?stream=true");
    let response = gateway.http.get(gateway.url(&path)).send().await.unwrap();
    let mut body = response.bytes_stream();
    let mut text = String::new();
    while !text.contains(": heartbeat") {
        text.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    gateway
        .sandbox
        .inject("together.retrieveJob:503@once".parse().unwrap());
    gateway
        .sandbox
        .inject("together.listJobEvents:truncate@once".parse().unwrap());
    gateway.sandbox.advance(Duration::from_secs(1_000_000));
    let rest = async {
        while let Some(piece) = body.next().await {
            text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(20), rest)
        .await
        .unwrap();
    let all = messages(&text);
    assert_eq!(all.last().unwrap().1, "[DONE]");
    let ids: Vec<&String> = all
        .iter()
        .map(|m| &m.0)
        .filter(|id| !id.is_empty())
        .collect();
    let mut once = ids.clone();
    once.dedup();
    assert_eq!(ids, once);
    let last: Value = serde_json::from_str(&all[all.len() - 2].1).unwrap();
    assert_eq!(last["object"], "fine_tuning.job.event");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_job_is_followed() {
    let sandbox = Sandbox::builder().deviation(Deviation::Restarted, true);
    let gateway = Gateway::with(sandbox, quick()).await;
    let jobs = gateway.sandbox.seeded_jobs().iter();
    let jobs = jobs.filter(|job| job.deviation == Some(Deviation::Restarted));
    let jobs: Vec<String> = jobs.map(|job| job.id.clone()).collect();
    let [first, second] = &jobs[..] else {
        panic!("{jobs:?}");
    };
    let ids = |text: &str| -> Vec<String> {
        let all = messages(text);
        assert_eq!(all.last().unwrap().1, "[DONE]");
        let ids = all.into_iter().map(|m| m.0);
        ids.filter(|id| !id.is_empty()).collect()
    };
    let all = ids(&stream(&gateway, first, None).await);
    let of_second = ids(&stream(&gateway, second, None).await);
    let (before, after) = all.split_at(all.len() - of_second.len());
    assert!(before.len() > 1 && before.iter().all(|id| id.starts_with(first)));
    assert_eq!(after, of_second);

    // It goes on after any event of either job.
    for place in [
        0,
        before.len() - 1,
        before.len(),
        all.len() - 2,
        all.len() - 1,
    ] {
        let rest = ids(&stream(&gateway, first, Some(&all[place])).await);
        assert_eq!(rest, all[place + 1..], "after {place}");
    }
    let of_nobody = ids(&stream(&gateway, first, Some("ft-nobody-event-1")).await);
    assert_eq!(of_nobody, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_disconnects_releases_its_permit() {
    let config = Config {
        max_streams: 1,
        ..quick()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    let path = format!(
        "/v1/fine_tuning/jobs/{}/events?stream=true",
        gateway.job("together", "running")
    );
    let first = gateway.http.get(gateway.url(&path)).send().await.unwrap();
    assert_eq!(first.status(), 200);
    gateway.get(&path).await.error(503);
    drop(first);
    let free = async {
        while gateway
            .http
            .get(gateway.url(&path))
            .send()
            .await
            .unwrap()
            .status()
            != 200
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), free)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_cannot_be_is_rejected() {
    let gateway = Gateway::with(Sandbox::builder(), quick()).await;
    gateway
        .get("/v1/fine_tuning/jobs/ft-nobody/events?stream=true")
        .await
        .error(404);
    gateway
        .get("/v1/fine_tuning/jobs/ft-nobody/events?stream=maybe")
        .await
        .error(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_with_the_gateway() {
    let mut gateway = Gateway::with(Sandbox::builder(), quick()).await;
    let path = format!(
        "/v1/fine_tuning/jobs/{}/events?stream=true",
        gateway.job("together", "running")
    );
    let response = gateway.http.get(gateway.url(&path)).send().await.unwrap();
    let ended = gateway.end();
    let text = tokio::time::timeout(Duration::from_secs(5), response.text());
    assert!(!text.await.unwrap().unwrap().contains("[DONE]"));
    tokio::time::timeout(Duration::from_secs(5), ended)
        .await
        .unwrap()
        .unwrap();
}

fn lines(count: usize) -> String {
    let line = json!({"messages": [{"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"}]});
    format!("{line}\n").repeat(count)
}

async fn upload(gateway: &Gateway, account: &str, purpose_first: bool, content: String) -> Answer {
    let file = reqwest::multipart::Part::text(content).file_name("train.jsonl");
    let form = reqwest::multipart::Form::new();
    let form = match purpose_first {
        true => form.text("purpose", "fine-tune").part("file", file),
        false => form.part("file", file).text("purpose", "fine-tune"),
    };
    let request = gateway.http.post(gateway.url("/v1/files")).multipart(form);
    Answer::of(request.header("x-tfy-provider-name", account)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_every_vendor_go_there_and_back() {
    let gateway = Gateway::start().await;
    let content = lines(12);
    for account in ["openai", "together", "truefoundry"] {
        for purpose_first in [true, false] {
            let file = upload(&gateway, account, purpose_first, content.clone())
                .await
                .ok();
            assert_eq!(file["object"], "file");
            assert_eq!(file["bytes"], content.len());
            let id = file["id"].as_str().unwrap();
            let path = format!("/v1/files/{id}");
            assert_eq!(gateway.get(&path).await.ok()["id"], id);
            let listed = gateway.get("/v1/files").await.ok();
            assert!(
                listed["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|f| f["id"] == id)
            );
            let back = gateway.http.get(gateway.url(&format!("{path}/content")));
            assert_eq!(back.send().await.unwrap().text().await.unwrap(), content);
            let deleted = Answer::of(gateway.http.delete(gateway.url(&path)))
                .await
                .ok();
            assert_eq!(
                deleted,
                json!({"id": id, "object": "file", "deleted": true})
            );
            gateway.get(&path).await.error(404);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_cannot_be_are_rejected() {
    let config = Config {
        max_upload_bytes: 10_000,
        idle: Duration::from_millis(500),
        ..Config::default()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    for purpose_first in [true, false] {
        upload(&gateway, "openai", purpose_first, "x".repeat(20_000))
            .await
            .error(413);
    }
    let post = |form: reqwest::multipart::Form, account: Option<&str>| {
        let mut request = gateway.http.post(gateway.url("/v1/files")).multipart(form);
        if let Some(account) = account {
            request = request.header("x-tfy-provider-name", account);
        }
        Answer::of(request)
    };
    let form = || reqwest::multipart::Form::new().text("purpose", "fine-tune");
    let (param, _) = post(form(), Some("openai")).await.error(400);
    assert_eq!(param, "file");
    let (param, _) = post(form(), None).await.error(400);
    assert_eq!(param, "file");
    let part = reqwest::multipart::Part::text("a").file_name("a");
    let (param, _) = post(form().part("file", part), None).await.error(400);
    assert_eq!(param, "x-tfy-provider-name");
    let (param, _) = post(form().text("own", "1"), Some("openai"))
        .await
        .error(400);
    assert_eq!(param, "own");
    let file = || reqwest::multipart::Part::text("a").file_name("a");
    let twice = form().part("file", file()).part("file", file());
    let (param, _) = post(twice, Some("openai")).await.error(400);
    assert_eq!(param, "file");
    gateway.post("/v1/files", json!({})).await.error(400);

    // A client that stands still half-way.
    let pieces = futures_util::stream::once(async { Ok::<_, std::io::Error>("x".repeat(100)) })
        .chain(futures_util::stream::pending());
    let file = reqwest::multipart::Part::stream(reqwest::Body::wrap_stream(pieces)).file_name("a");
    post(form().part("file", file), Some("openai"))
        .await
        .error(408);
}

/// A vendor whose files have no end, and whose lists hold nothing.
async fn endless() -> String {
    let content = || async {
        let pieces =
            futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>("x".repeat(1 << 16)));
        axum::body::Body::from_stream(pieces)
    };
    let list = || async { axum::Json(json!({"object": "list", "data": [], "has_more": false})) };
    let app = axum::Router::new()
        .route("/files/{id}/content", axum::routing::get(content))
        .fallback(list);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_its_download_is_disconnected() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let config = Config {
        max_requests: 1,
        idle: Duration::from_millis(500),
        ..Config::default()
    };
    let sandbox = Sandbox::start().await.unwrap();
    let client = unitune::openai::Client::builder()
        .base_url(endless().await)
        .api_key("k");
    let mut providers = Providers::new();
    let account = Account::with_backend("endless", client.build().unwrap());
    providers.add(account).unwrap();
    let gateway = Gateway::over(sandbox, &providers, config).await;
    let request = "GET /v1/files/file-1/content HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    let list = || gateway.get("/v1/fine_tuning/jobs?limit=1");
    // It is held until it has waited for the client; where that was over before the
    // list came, another try shows it.
    let taken = async {
        loop {
            let mut stream = tokio::net::TcpStream::connect(gateway.addr).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut head = [0; "HTTP/1.1 200".len()];
            stream.read_exact(&mut head).await.unwrap();
            if &head == b"HTTP/1.1 200" && list().await.status == 503 {
                break stream;
            }
        }
    };
    let _stream = tokio::time::timeout(Duration::from_secs(10), taken)
        .await
        .unwrap();
    let free = async {
        while list().await.status != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), free)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_s_expiry_is_passed_to_openai_only() {
    const ANCHOR: &str = "expires_after[anchor]";
    const SECONDS: &str = "expires_after[seconds]";
    let gateway = Gateway::start().await;
    // The name `file` stands for the file.
    let post = |account: &'static str, fields: &[(&'static str, &'static str)]| {
        let mut form = reqwest::multipart::Form::new();
        for (name, value) in fields {
            form = match *name {
                "file" => {
                    let file = reqwest::multipart::Part::text(lines(12)).file_name("a.jsonl");
                    form.part("file", file)
                }
                name => form.text(name, *value),
            };
        }
        let request = gateway.http.post(gateway.url("/v1/files")).multipart(form);
        Answer::of(request.header("x-tfy-provider-name", account))
    };
    let purpose = ("purpose", "fine-tune");
    let (anchor, seconds, file) = ((ANCHOR, "created_at"), (SECONDS, "3600"), ("file", ""));
    for fields in [
        [purpose, anchor, seconds, file],
        [file, seconds, anchor, purpose],
    ] {
        let made = post("openai", &fields).await.ok();
        let path = format!("/v1/files/{}", made["id"].as_str().unwrap());
        let listed = || async {
            let list = gateway.get("/v1/files").await.ok();
            let files = list["data"].as_array().unwrap().iter();
            files.filter(|f| f["id"] == made["id"]).count()
        };
        assert_eq!(gateway.get(&path).await.status, 200);
        assert_eq!(listed().await, 1);
        gateway.sandbox.advance(Duration::from_secs(3700));
        assert_eq!(listed().await, 0);
    }
    for account in ["together", "truefoundry"] {
        let answer = post(account, &[purpose, anchor, seconds, file]).await;
        assert_eq!(answer.error(400).0, SECONDS, "{account}");
    }
    for (fields, at_fault) in [
        (&[purpose, anchor, file][..], SECONDS),
        (&[purpose, seconds, file], ANCHOR),
        (&[purpose, anchor, (SECONDS, "soon"), file], SECONDS),
        (&[purpose, anchor, (SECONDS, "-1"), file], SECONDS),
        (&[purpose, (ANCHOR, "never"), seconds, file], ANCHOR),
        (&[purpose, purpose, file], "purpose"),
        // Too late: the file is on its way already.
        (&[purpose, file, anchor, seconds], ANCHOR),
    ] {
        let answer = post("openai", fields).await;
        assert_eq!(answer.error(400).0, at_fault, "{fields:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_files_have_pages_orders_and_purposes() {
    let gateway = Gateway::start().await;
    let ids = |list: &Value| -> Vec<String> {
        let files = list["data"].as_array().unwrap().iter();
        files
            .map(|file| file["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = ids(&gateway.get("/v1/files").await.ok());
    assert!(all.len() > 3);
    let page = gateway.get("/v1/files?limit=2").await.ok();
    assert_eq!(ids(&page), all[..2]);
    assert_eq!(page["has_more"], true);
    let next = gateway
        .get(&format!("/v1/files?limit=2&after={}", all[1]))
        .await
        .ok();
    assert_eq!(ids(&next), all[2..4]);
    let mut turned = ids(&gateway.get("/v1/files?order=asc").await.ok());
    turned.reverse();
    assert_eq!(turned, all);
    assert!(ids(&gateway.get("/v1/files?purpose=nothing").await.ok()).is_empty());
    gateway.get("/v1/files?order=up").await.error(400);
    gateway.get("/v1/files?after=nobody").await.error(404);
}
