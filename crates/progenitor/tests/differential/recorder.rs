//! A loopback server that records requests and answers what it is told, and
//! requests in the form in which they are compared.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request, in the form in which it is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub method: String,
    /// The parts between slashes, decoded.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    /// Those that matter: the key, the type of the body, the vendors' own.
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

impl Sent {
    pub fn new<'a>(
        method: &str,
        path: &str,
        query: &str,
        headers: impl Iterator<Item = (&'a str, &'a [u8])>,
        body: &[u8],
    ) -> Self {
        let decoded = |part| percent_decode_str(part).decode_utf8().unwrap().into_owned();
        let mut query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        query.sort();
        let matters = |name: &str| {
            matches!(
                name,
                "authorization" | "content-type" | "aoai-copy-ft-checkpoints"
            ) || name.starts_with("x-")
        };
        Self {
            method: method.to_owned(),
            path: path.split('/').map(decoded).collect(),
            query,
            headers: headers
                .filter(|(name, _)| matters(name))
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value).into_owned();
                    (name.to_owned(), value)
                })
                .collect(),
            body: match body {
                [] => Value::Null,
                body => serde_json::from_slice(body).expect("the body is JSON"),
            },
        }
    }
}

impl Sent {
    /// Whether the requests are equal in all but their bodies.
    pub fn equal_but_for_the_body(&self, other: &Self) -> bool {
        let Self {
            method,
            path,
            query,
            headers,
            body: _,
        } = self;
        *method == other.method
            && *path == other.path
            && *query == other.query
            && *headers == other.headers
    }
}

#[derive(Clone, Default)]
struct Shared {
    last: Arc<Mutex<Option<Sent>>>,
    answer: Arc<Mutex<Bytes>>,
}

/// The server; it stops when this is dropped.
pub struct Recorder {
    pub url: String,
    shared: Shared,
    task: tokio::task::JoinHandle<()>,
}

impl Recorder {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared::default();
        let app = Router::new().fallback(record).with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, shared, task }
    }

    /// Answers each request from now on with this.
    pub fn answer(&self, body: String) {
        *self.shared.answer.lock().unwrap() = body.into();
    }

    /// Takes the request that arrived since this was last asked.
    pub fn take(&self) -> Option<Sent> {
        self.shared.last.lock().unwrap().take()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn record(State(shared): State<Shared>, request: Request) -> (HeaderMap, Bytes) {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    let sent = Sent::new(
        parts.method.as_str(),
        parts.uri.path(),
        parts.uri.query().unwrap_or_default(),
        headers,
        &body,
    );
    let earlier = shared.last.lock().unwrap().replace(sent);
    assert_eq!(earlier, None, "one call makes one request");
    let json = [("content-type", "application/json")];
    let headers = json.map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap()));
    (
        headers.into_iter().collect(),
        shared.answer.lock().unwrap().clone(),
    )
}
