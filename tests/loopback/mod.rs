//! A loopback server that records what arrives and answers what it is told.
#![allow(dead_code)]

pub mod clock;
pub mod raw;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::net::TcpListener;

/// What arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    /// Path with the query, as on the wire.
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: Bytes,
}

impl Received {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A multipart form: part name (with `; filename=…` for files) → content.
    pub fn form(&self) -> BTreeMap<String, String> {
        let kind = self.header("content-type").unwrap();
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
        let text = String::from_utf8(self.body.to_vec()).unwrap();
        text.split(&format!("--{boundary}"))
            .filter_map(|part| part.trim_start_matches("\r\n").split_once("\r\n\r\n"))
            .map(|(headers, content)| {
                let after = |word: &str| {
                    let (_, rest) = headers.split_once(&format!("{word}=\""))?;
                    Some(rest.split('"').next().unwrap_or_default().to_owned())
                };
                let name = after(" name").unwrap_or_default();
                let name = match after("filename") {
                    Some(file) => format!("{name}; filename={file}"),
                    None => name,
                };
                let content = content.strip_suffix("\r\n").unwrap_or(content);
                (name, content.to_owned())
            })
            .collect()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: Vec<u8>,
    /// How long it takes to come.
    pub delay: Duration,
    /// How long each byte of the body takes.
    pub drip: Duration,
    /// The connection breaks after the body.
    pub breaks: bool,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
            delay: Duration::ZERO,
            drip: Duration::ZERO,
            breaks: false,
        }
    }
}

impl Answer {
    pub fn json(value: serde_json::Value) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/json")],
            body: value.to_string().into_bytes(),
            ..Self::default()
        }
    }

    pub fn bytes(body: &[u8]) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/octet-stream")],
            body: body.to_vec(),
            ..Self::default()
        }
    }

    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub fn dripping(mut self, per_byte: Duration) -> Self {
        self.drip = per_byte;
        self
    }

    pub fn breaking(mut self) -> Self {
        self.breaks = true;
        self
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

#[derive(Clone, Default)]
struct Shared {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    at_once: Arc<Mutex<AtOnce>>,
}

/// Requests whose answers have not begun.
#[derive(Default)]
struct AtOnce {
    now: usize,
    most: usize,
}

impl AtOnce {
    fn add(&mut self) {
        self.now += 1;
        self.most = self.most.max(self.now);
    }
}

/// The server; it stops when this is dropped.
pub struct Server {
    pub url: String,
    shared: Shared,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared::default();
        let app = Router::new().fallback(answer).with_state(shared.clone());
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.unwrap();
        });
        Self { url, shared, task }
    }

    /// Answers the next request that has no answer yet with this.
    pub fn answer(&self, answer: Answer) {
        self.shared.answers.lock().unwrap().push_back(answer);
    }

    /// The last request that arrived.
    pub fn last(&self) -> Received {
        self.shared
            .received
            .lock()
            .unwrap()
            .last()
            .cloned()
            .unwrap()
    }

    /// Everything that arrived.
    pub fn all(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// How many requests arrived.
    pub fn count(&self) -> usize {
        self.shared.received.lock().unwrap().len()
    }

    /// How many requests waited for their answers at the same time, at most.
    pub fn most_at_once(&self) -> usize {
        self.shared.at_once.lock().unwrap().most
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20)
        .await
        .unwrap_or_default();
    let text = |v: &axum::http::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
    shared.received.lock().unwrap().push(Received {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body,
    });
    let next = shared.answers.lock().unwrap().pop_front();
    let answer = next.unwrap_or_else(|| Answer::json(serde_json::json!({})));
    shared.at_once.lock().unwrap().add();
    tokio::time::sleep(answer.delay).await;
    shared.at_once.lock().unwrap().now -= 1;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = if answer.breaks {
        let pieces = [
            Ok(Bytes::from(answer.body)),
            Err(std::io::Error::other("broken")),
        ];
        Body::from_stream(futures_util::stream::iter(pieces))
    } else if !answer.drip.is_zero() {
        let drip = answer.drip;
        let bytes = answer.body.into_iter();
        Body::from_stream(futures_util::stream::unfold(
            bytes,
            move |mut bytes| async move {
                tokio::time::sleep(drip).await;
                let byte = Bytes::from(vec![bytes.next()?]);
                Some((Ok::<_, std::io::Error>(byte), bytes))
            },
        ))
    } else {
        Body::from(answer.body)
    };
    response.body(body).unwrap()
}

/// Returns an address at which nothing listens.
pub async fn closed_address() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
