//! What a sandbox does not take in: bodies without a key, bodies too long, connections too many.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use crate::support;

use serde_json::Value;
use std::time::Duration;
use support::{client, get, read};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use unitune_sandbox::{Sandbox, Vendor};

const UPLOADS: [(Vendor, &str); 3] = [
    (Vendor::OpenAi, "/openai/v1/files"),
    (Vendor::Together, "/together/v1/files/upload"),
    (Vendor::TrueFoundry, "/truefoundry/files"),
];

/// A request's head, and the answer that comes before anything else is sent: status and error body.
async fn ask(sandbox: &Sandbox, head: &str) -> (u16, Value) {
    let mut socket = TcpStream::connect(sandbox.addr()).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), answer(&mut socket))
        .await
        .expect("the answer does not wait for the body")
}

async fn answer(socket: &mut TcpStream) -> (u16, Value) {
    let mut text = Vec::new();
    loop {
        let mut some = [0; 4096];
        let length = socket.read(&mut some).await.unwrap();
        assert_ne!(length, 0, "{:?}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&some[..length]);
        let so_far = String::from_utf8_lossy(&text);
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else {
            continue;
        };
        // Every answer here has an error for its body.
        if let Ok(body) = serde_json::from_str(body) {
            return (head.split(' ').nth(1).unwrap().parse().unwrap(), body);
        }
    }
}

#[tokio::test]
async fn a_request_without_a_key_is_rejected_before_its_body_is_read() {
    let sandbox = Sandbox::start().await.unwrap();
    for (_, path) in UPLOADS {
        for rest in [
            "content-length: 1000000\r\n",
            "transfer-encoding: chunked\r\n",
            "content-length: 1000000\r\nexpect: 100-continue\r\n",
            "content-length: 1000000\r\nauthorization: Bearer wrong\r\n",
            // Longer than anybody's may be, but nobody without a key is told so.
            "content-length: 100000000\r\n",
        ] {
            let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\n{rest}\r\n");
            let (status, body) = ask(&sandbox, &head).await;
            assert_eq!(status, 401, "{head}");
            assert!(body["error"]["message"].is_string(), "{body}");
        }
    }
    assert!(sandbox.requests().iter().all(|r| r.body.is_empty()));
    let head = "POST /openai/v1/nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
    assert_eq!(ask(&sandbox, head).await.0, 404);
}

#[tokio::test]
async fn a_sender_without_a_key_gets_the_answer() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client();
    for _ in 0..3 {
        let url = format!("{}/files", sandbox.openai_base_url());
        let request = client
            .post(url)
            .bearer_auth("wrong")
            .body(vec![b'x'; 8 << 20]);
        assert_eq!(read(request.send().await.unwrap()).await.status, 401);
    }
}

#[tokio::test]
async fn a_body_that_says_that_it_is_too_long_is_not_waited_for() {
    let sandbox = Sandbox::start().await.unwrap();
    let too_long = (64 << 20) + 1;
    for (vendor, path) in UPLOADS {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {too_long}\r\n\r\n",
            vendor.key()
        );
        let (status, body) = ask(&sandbox, &head).await;
        assert_eq!(status, 413);
        assert_eq!(body["error"]["code"], "request_too_large");
    }
    let control = "POST /_sandbox/faults HTTP/1.1\r\nhost: x\r\ncontent-length: 65537\r\n\r\n";
    assert_eq!(ask(&sandbox, control).await.0, 413);
}

#[tokio::test]
async fn a_connection_too_many_is_answered_with_503() {
    let sandbox = Sandbox::builder().connections(2).start().await.unwrap();
    let head = format!(
        "GET /openai/v1/fine_tuning/jobs/none HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        sandbox.openai_key()
    );
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut socket = TcpStream::connect(sandbox.addr()).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(answer(&mut socket).await.0, 404);
        held.push(socket);
    }
    for _ in 0..3 {
        let answer = get(&sandbox, Vendor::OpenAi, "/fine_tuning/jobs").await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.body["error"]["code"], "overloaded");
        assert_eq!(answer.headers["retry-after"], "1");
    }
    assert_eq!(
        sandbox.requests().len(),
        2,
        "who is turned away is not recorded"
    );
    held.pop();
    // The sandbox sees that the connection is gone when it next looks.
    let mut status = 503;
    for _ in 0..100 {
        status = get(&sandbox, Vendor::OpenAi, "/fine_tuning/jobs")
            .await
            .status;
        if status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(status, 200);
}

#[tokio::test]
async fn no_connections_at_all_is_no_setting() {
    let error = Sandbox::builder().connections(0).start().await.unwrap_err();
    assert!(error.to_string().contains("connections"), "{error}");
}
