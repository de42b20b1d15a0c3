//! Forge itself, small: it keeps runs and blobs in memory, on loopback.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

/// The key that Forge takes.
pub const KEY: &str = "forge-key-1234";
/// How many runs are on a page.
const PAGE: usize = 3;

#[derive(Default)]
struct World {
    runs: Vec<Value>,
    blobs: BTreeMap<String, (String, Bytes)>,
}

type Shared = State<Arc<Mutex<World>>>;

/// Starts Forge with seven runs, one of which is not as documented.
pub async fn start() -> SocketAddr {
    let states = [
        "DONE",
        "BROKEN",
        "STOPPED",
        "TRAINING",
        "WAITING",
        "POLISHING",
    ];
    let mut runs: Vec<Value> = (1_i64..)
        .zip(states)
        .map(|(n, state)| run(n, state))
        .collect();
    runs.push(json!({"run": "run-7", "base": 7}));
    runs.reverse();
    let world = World {
        runs,
        ..World::default()
    };
    let app = Router::new()
        .route("/runs", get(list).post(create))
        .route("/runs/{id}", get(one))
        .route("/runs/{id}/stop", post(stop))
        .route("/blobs", put(upload).get(blobs))
        .route("/blobs/{id}", get(blob).delete(delete))
        .route("/blobs/{id}/raw", get(raw))
        .layer(from_fn(authenticated))
        .with_state(Arc::new(Mutex::new(world)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    addr
}

fn run(n: i64, state: &str) -> Value {
    let ended = matches!(state, "DONE" | "BROKEN" | "STOPPED").then_some(1_760_000_500 + n);
    let fault = (state == "BROKEN").then(|| json!({"number": 17, "says": "out of memory"}));
    json!({
        "run": format!("run-{n}"), "base": "our-8b", "state": state, "blob": "blob-1",
        "started": 1_760_000_000 + n, "ended": ended, "fault": fault,
        "model": (state == "DONE").then_some("our-8b-tuned"),
    })
}

fn fault(status: u16, number: i64, says: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let body = json!({"fault": {"number": number, "says": says}});
    (status, Json(body)).into_response()
}

async fn authenticated(request: Request, next: Next) -> Response {
    match request.headers().get("x-forge-key") {
        Some(key) if key == KEY => next.run(request).await,
        _ => fault(401, 1, "who are you?"),
    }
}

async fn list(State(world): Shared, Query(query): Query<BTreeMap<String, usize>>) -> Json<Value> {
    let page = query.get("page").copied().unwrap_or(1);
    let world = world.lock().unwrap();
    let runs: Vec<_> = world
        .runs
        .iter()
        .skip((page - 1) * PAGE)
        .take(PAGE)
        .collect();
    let next = (world.runs.len() > page * PAGE).then_some(page + 1);
    Json(json!({"runs": runs, "next": next}))
}

async fn one(State(world): Shared, Path(id): Path<String>) -> Response {
    let world = world.lock().unwrap();
    match world.runs.iter().find(|run| run["run"] == id.as_str()) {
        Some(run) => Json(run.clone()).into_response(),
        None => fault(404, 4, "no such run"),
    }
}

async fn create(State(world): Shared, Json(new): Json<Value>) -> Response {
    let mut world = world.lock().unwrap();
    let blob = new["blob"].as_str().unwrap_or_default();
    if !world.blobs.contains_key(blob) {
        return fault(422, 9, "no such blob");
    }
    let n = i64::try_from(world.runs.len()).unwrap() + 1;
    let mut run = run(n, "WAITING");
    run["base"] = new["base"].clone();
    run["blob"] = new["blob"].clone();
    world.runs.insert(0, run.clone());
    Json(run).into_response()
}

async fn stop(State(world): Shared, Path(id): Path<String>) -> Response {
    let mut world = world.lock().unwrap();
    match world.runs.iter_mut().find(|run| run["run"] == id.as_str()) {
        Some(run) => {
            run["state"] = "STOPPED".into();
            run["ended"] = 1_760_009_000.into();
            Json(run.clone()).into_response()
        }
        None => fault(404, 4, "no such run"),
    }
}

fn facts(id: &str, name: &str, content: &Bytes) -> Value {
    json!({"blob": id, "name": name, "size": content.len(), "stored": 1_760_000_000})
}

async fn upload(
    State(world): Shared,
    Query(query): Query<BTreeMap<String, String>>,
    content: Bytes,
) -> Json<Value> {
    let mut world = world.lock().unwrap();
    let id = format!("blob-{}", world.blobs.len() + 1);
    let facts = facts(&id, &query["name"], &content);
    world.blobs.insert(id, (query["name"].clone(), content));
    Json(facts)
}

async fn blobs(State(world): Shared) -> Json<Value> {
    let world = world.lock().unwrap();
    let all = world.blobs.iter();
    Json(
        all.map(|(id, (name, content))| facts(id, name, content))
            .collect(),
    )
}

async fn blob(State(world): Shared, Path(id): Path<String>) -> Response {
    match world.lock().unwrap().blobs.get(&id) {
        Some((name, content)) => Json(facts(&id, name, content)).into_response(),
        None => fault(404, 4, "no such blob"),
    }
}

async fn raw(State(world): Shared, Path(id): Path<String>) -> Response {
    match world.lock().unwrap().blobs.get(&id) {
        Some((_, content)) => content.clone().into_response(),
        None => fault(404, 4, "no such blob"),
    }
}

async fn delete(State(world): Shared, Path(id): Path<String>) -> Response {
    match world.lock().unwrap().blobs.remove(&id) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => fault(404, 4, "no such blob"),
    }
}
