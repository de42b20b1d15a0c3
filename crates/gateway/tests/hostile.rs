//! Requests that no honest client sends: bounded, answered, and nothing else
//! is disturbed.

use crate::support;

use std::time::Duration;

use support::Gateway;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use unitune_gateway::Config;
use unitune_sandbox::Sandbox;

fn strict() -> Config {
    Config {
        idle: Duration::from_millis(700),
        max_head_bytes: 8192,
        ..Config::default()
    }
}

/// Sends raw bytes, and gives what comes back until the gateway hangs up.
async fn raw(gateway: &Gateway, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    // The gateway may hang up before everything is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .expect("it hangs up");
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    let code = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
    code.unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{headers}\r\n")
        .into_bytes()
}

/// The gateway is as it was.
async fn still_there(gateway: &Gateway) {
    gateway.get("/v1/fine_tuning/jobs?limit=1").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_are_bounded() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    let long = format!("x-long: {}\r\n", "a".repeat(100_000));
    assert_eq!(
        status(&raw(&gateway, &get("/v1/fine_tuning/jobs", &long)).await),
        431
    );
    let many: String = (0..500).map(|n| format!("x-{n}: a\r\n")).collect();
    assert_eq!(
        status(&raw(&gateway, &get("/v1/fine_tuning/jobs", &many)).await),
        431
    );
    let path = format!("/{}", "a".repeat(100_000));
    let answer = status(&raw(&gateway, &get(&path, "")).await);
    assert!([414, 431].contains(&answer), "{answer}");
    still_there(&gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_requests_and_slow_clients_are_disconnected() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    for half in [
        &b""[..],
        b"GET /v1/fine",
        b"GET / HTTP/1.1\r\nhost: a\r\nx-half",
    ] {
        raw(&gateway, half).await;
    }
    // One byte at a time, without end.
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    let drip = async {
        for byte in get("/v1/fine_tuning/jobs", &"x".repeat(4000)) {
            if stream.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), drip)
        .await
        .expect("it hangs up");
    still_there(&gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_http_is_rejected() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    for (bytes, expected) in [
        (
            &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
            400,
        ),
        (b"GET /a b HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: a\0b\r\n\r\n", 400),
        (
            b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -1\r\n\r\n",
            400,
        ),
        (
            b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            400,
        ),
    ] {
        assert_eq!(status(&raw(&gateway, bytes).await), expected, "{bytes:?}");
    }
    // Smuggling: a chunked body counts, the length beside it does not, and what
    // follows is no second request of ours.
    let both = b"POST /v1/fine_tuning/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
        content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    let answer = raw(&gateway, both).await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    still_there(&gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_ids_never_become_another_path_upstream() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    gateway.sandbox.clear_requests();
    for id in [
        "..%2F..%2Ffiles",
        "%2e%2e",
        "..%2f",
        "a%2F..%2F..%2Fb",
        "%00",
        "a%0d%0ax-evil:%201",
        "%ff%fe",
        "a%252f..%252fb",
        "%5c..%5c",
        "a%3Flimit=1",
        "a%23b",
    ] {
        for path in [
            format!("/v1/fine_tuning/jobs/{id}"),
            format!("/v1/fine_tuning/jobs/{id}/events"),
            format!("/v1/files/{id}/content"),
        ] {
            let answer = raw(&gateway, &get(&path, "")).await;
            assert!([400, 404].contains(&status(&answer)), "{path}: {answer}");
            assert!(!answer.to_lowercase().contains("\r\nx-evil"), "{answer}");
        }
    }
    for path in [
        "/v1/../_sandbox",
        "/v1/fine_tuning/jobs/../../healthz",
        "//healthz",
    ] {
        assert_eq!(status(&raw(&gateway, &get(path, "")).await), 404, "{path}");
    }
    assert!(
        gateway.sandbox.requests().is_empty(),
        "{:?}",
        gateway.sandbox.requests()
    );
    still_there(&gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_headers_and_queries_are_rejected() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    for headers in [
        "x-tfy-metadata: \u{fc}\r\n",
        "x-tfy-metadata: {\"a\":\"b\"}\r\nx-tfy-metadata: {}\r\n",
        "x-tfy-provider-name: openai\r\nx-tfy-provider-name: together\r\n",
        "x-tfy-provider-name: a\tb\r\n",
    ] {
        let answer = raw(&gateway, &get("/v1/fine_tuning/jobs", headers)).await;
        assert_eq!(status(&answer), 400, "{headers}");
    }
    for query in [
        "limit=%ff",
        "limit=1&limit=2",
        "after=%0d%0a",
        "metadata[%ff=1",
        "stream=%00",
    ] {
        let path = format!("/v1/fine_tuning/jobs/x/events?{query}");
        let answer = raw(&gateway, &get(&path, "")).await;
        assert!([400, 404].contains(&status(&answer)), "{query}: {answer}");
    }
    let id = raw(&gateway, &get("/nowhere", "x-request-id: a b<c>\r\n")).await;
    assert!(id.contains("x-request-id: req_"), "{id}");
    still_there(&gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_bodies_are_rejected() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    let post = |length: usize, body: &[u8]| {
        let head = format!(
            "POST /v1/fine_tuning/jobs HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    let deep = "[".repeat(100_000);
    for body in [
        &b"\xff\xfe"[..],
        b"{\"model\": \"\xff\"}",
        deep.as_bytes(),
        b"null",
        b"{}{}",
    ] {
        let answer = raw(&gateway, &post(body.len(), body)).await;
        assert_eq!(status(&answer), 400, "{answer}");
    }
    still_there(&gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_idle_connections_do_not_disturb_others() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
        stream
            .write_all(b"GET /v1/fine_tuning/jobs HTTP/1.1\r\n")
            .await
            .unwrap();
        idle.push(stream);
    }
    still_there(&gateway).await;
}

/// Sends a head and half of its body, and keeps the connection open.
async fn half_sent(gateway: &Gateway, path: &str, content_type: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-tfy-provider-name: openai\r\n\
         content-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        2 * body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn half_sent_bodies_do_not_block_others() {
    let config = Config {
        max_requests: 20,
        ..strict()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    let json = r#"{"model": "gpt-4o-mini", "#;
    let form =
        "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--b\r\n";
    let mut half = Vec::new();
    for _ in 0..25 {
        let jobs = "/v1/fine_tuning/jobs";
        half.push(half_sent(&gateway, jobs, "application/json", json).await);
        let multipart = "multipart/form-data; boundary=b";
        half.push(half_sent(&gateway, "/v1/files", multipart, form).await);
    }
    // So that the gateway has read all of them.
    tokio::time::sleep(Duration::from_millis(200)).await;
    still_there(&gateway).await;
    gateway
        .post("/v1/fine_tuning/jobs", serde_json::json!({}))
        .await
        .error(400);
    for mut stream in half {
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(10), read).await;
        read.expect("it hangs up").unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(status(&answer), 408, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_have_a_limit_of_their_own() {
    let config = Config {
        max_bodies: 2,
        ..strict()
    };
    let gateway = Gateway::with(Sandbox::builder(), config).await;
    let jobs = "/v1/fine_tuning/jobs";
    let mut half = Vec::new();
    for _ in 0..2 {
        half.push(half_sent(&gateway, jobs, "application/json", "{").await);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let answer = gateway.post(jobs, serde_json::json!({})).await;
    answer.error(503);
    assert_eq!(answer.headers["retry-after"], "1");
    still_there(&gateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_a_head_is_exact() {
    let limits = [
        (strict(), 8192),
        (Config::default(), Config::default().max_head_bytes),
    ];
    for (config, limit) in limits {
        let gateway = Gateway::with(Sandbox::builder(), config).await;
        let rest = get("/healthz", "x-long: \r\n").len();
        let head = |length: usize| get("/healthz", &format!("x-long: {}\r\n", "a".repeat(length)));
        assert_eq!(head(limit - rest).len(), limit);
        assert_eq!(status(&raw(&gateway, &head(limit - rest)).await), 200);
        for more in [1, 100, 7000, 40_000] {
            let answer = raw(&gateway, &head(limit - rest + more)).await;
            assert_eq!(status(&answer), 431, "{limit} + {more}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_credentials_are_given_once() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    let with_token = Config {
        tokens: vec![unitune_gateway::Token::new("a", "token-of-a")],
        ..strict()
    };
    let with_token = Gateway::with(Sandbox::builder(), with_token).await;
    let close = "connection: close\r\n\r\n";
    for gateway in [&gateway, &with_token] {
        for headers in [
            "",
            "host: 127.0.0.1\r\nhost: 127.0.0.1\r\n",
            "host: 127.0.0.1\r\nauthorization: Bearer token-of-a\r\n\
             authorization: Bearer other\r\n",
        ] {
            for path in ["/v1/fine_tuning/jobs", "/healthz"] {
                let request = format!("GET {path} HTTP/1.1\r\n{headers}{close}");
                let answer = raw(gateway, request.as_bytes()).await;
                assert_eq!(status(&answer), 400, "{path} {headers}");
            }
        }
        // Health checks of load balancers may be HTTP/1.0.
        let answer = raw(gateway, b"GET /healthz HTTP/1.0\r\n\r\n").await;
        assert_eq!(status(&answer), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_request_id_does_not_come_back() {
    let gateway = Gateway::with(Sandbox::builder(), strict()).await;
    let key = "sk-proj-0123456789abcdef";
    for id in [key.to_owned(), format!("a.{key}")] {
        let headers = format!("authorization: Bearer {key}\r\nx-request-id: {id}\r\n");
        for path in ["/v1/fine_tuning/jobs", "/nowhere"] {
            let answer = raw(&gateway, &get(path, &headers)).await;
            assert!(!answer.contains(key), "{answer}");
            assert!(answer.contains("x-request-id: req_"), "{answer}");
        }
    }
}

/// A request that is refused, with a body of so many bytes.
fn refused(bytes: usize, headers: &str) -> (Vec<u8>, Vec<u8>) {
    let head = format!(
        "POST /v1/nothing HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: \
         multipart/form-data; boundary=b\r\ncontent-length: {bytes}\r\n{headers}\r\n"
    );
    (head.into_bytes(), vec![b'a'; bytes])
}

/// A client that sends its whole body before it reads anything still gets the answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_reaches_clients_that_are_still_sending() {
    let gateway = Gateway::start().await;
    for bytes in [2_000, 20 << 20] {
        let (head, body) = refused(bytes, "");
        let mut stream = TcpStream::connect(gateway.addr).await.unwrap();
        stream.write_all(&head).await.unwrap();
        // The refusal is there before the body is.
        tokio::time::sleep(Duration::from_millis(100)).await;
        for part in body.chunks(64 << 10) {
            stream.write_all(part).await.unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(status(&answer), 404, "{bytes}");
        assert!(answer.ends_with('}'), "{answer}");
    }
    // Who asks first is told at once, and sends nothing.
    let (head, _) = refused(20 << 20, "expect: 100-continue\r\n");
    let answer = raw(&gateway, &head).await;
    assert_eq!(status(&answer), 404, "{answer}");
    // A body that stops is not waited for much longer.
    let (head, body) = refused(20 << 20, "");
    let answer = raw(&gateway, &[&head[..], &body[..1000]].concat()).await;
    assert_eq!(status(&answer), 404, "{answer}");
    still_there(&gateway).await;
}
