//! The server: from a connection to a call, and from an answer to bytes.

use crate::auth;
use crate::http::{Answer, Call, Content, Found, Part, Refusal, Reply, find, query_pairs};
use crate::state::limits::BODY;
use crate::state::{Time, World};
use crate::vendor::Vendor;
use ::http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use ::http::request::Parts;
use ::http::{Request, Response, StatusCode};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Multipart, State};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    addr: SocketAddr,
    requests: AtomicU64,
}

impl Shared {
    pub(crate) fn new(world: World, addr: SocketAddr) -> Shared {
        Shared {
            world: Mutex::new(world),
            addr,
            requests: AtomicU64::new(0),
        }
    }

    /// The state. A handler that panicked left it as it was, so its lock is taken over.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until told to stop.
pub(crate) async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) {
    let router = Router::new().fallback(entrance).with_state(shared);
    let until = async {
        // An error means that the handle is gone, which is a reason to stop too.
        let _ = stopped.await;
    };
    // `axum::serve` retries accept errors and returns only after the shutdown signal.
    let _ = axum::serve(listener, router)
        .with_graceful_shutdown(until)
        .await;
}

async fn entrance(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let number = shared.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let answer = match Vendor::of_path(&path) {
        Some((vendor, base, rest)) => {
            let outcome = vendor_call(&shared, vendor, base, rest, parts, body).await;
            outcome.unwrap_or_else(Answer::from)
        }
        None => nowhere(&path),
    };
    let now = shared.world().clock.now();
    respond(answer, number, now)
}

/// Answers a request to a vendor.
async fn vendor_call(
    shared: &Shared,
    vendor: Vendor,
    base: &'static str,
    rest: &str,
    parts: Parts,
    body: Body,
) -> Reply {
    let body = to_bytes(body, BODY).await.map_err(|error| {
        let message =
            format!("The request body could not be read, or is longer than {BODY} bytes: {error}.");
        Refusal::new(413, message)
    })?;
    let (operation, path) = match find(vendor.table(), &parts.method, rest) {
        Found::Operation(operation, path) => (operation, path),
        Found::OtherMethod => return Err(other_method(vendor, &parts, rest)),
        Found::Nothing => return Err(nothing(vendor, &parts, rest)),
    };
    if !operation.open {
        auth::check(vendor, &parts.headers)?;
    }
    let query = query_pairs(parts.uri.query().unwrap_or(""));
    let headers = parts.headers.clone();
    let (body, form) = read_form(parts, body).await?;
    let mut world = shared.world();
    let call = Call {
        path,
        query,
        headers,
        body,
        form,
        now: world.clock.now(),
        base_url: format!("http://{}{base}", shared.addr),
    };
    (operation.run)(&mut world, &call)
}

fn nothing(vendor: Vendor, parts: &Parts, path: &str) -> Refusal {
    let message = format!("There is nothing at {} {path}.", parts.method);
    let refusal = Refusal::not_found(message);
    match vendor {
        Vendor::OpenAi => refusal.code("unknown_url"),
        Vendor::Together => refusal.code("not_found"),
        Vendor::TrueFoundry => refusal,
    }
}

fn other_method(vendor: Vendor, parts: &Parts, path: &str) -> Refusal {
    let message = format!("{path} does not take the method {}.", parts.method);
    let refusal = Refusal::new(405, message);
    match vendor {
        Vendor::OpenAi => refusal.code("method_not_supported"),
        Vendor::Together | Vendor::TrueFoundry => refusal,
    }
}

fn nowhere(path: &str) -> Answer {
    let bases: Vec<&str> = Vendor::ALL.iter().map(|vendor| vendor.base()).collect();
    let message = format!(
        "There is nothing at {path}. The sandbox serves {}.",
        bases.join(", ")
    );
    Refusal::not_found(message).into()
}

/// The parts of a multipart form; other bodies come back as they are.
async fn read_form(parts: Parts, body: Bytes) -> Result<(Bytes, Option<Vec<Part>>), Refusal> {
    let media_type = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|media_type| media_type.starts_with("multipart/form-data")) {
        return Ok((body, None));
    }
    let broken = |error: &dyn std::fmt::Display| {
        Refusal::new(
            400,
            format!("The multipart form could not be read: {error}."),
        )
    };
    let mut request = Request::from_parts(parts, Body::from(body));
    request
        .extensions_mut()
        .insert(axum::extract::DefaultBodyLimit::disable());
    let multipart = Multipart::from_request(request, &()).await;
    let mut multipart = multipart.map_err(|error| broken(&error))?;
    let mut form = Vec::new();
    while let Some(field) = multipart
        .next_field()
        .await
        .map_err(|error| broken(&error))?
    {
        form.push(Part {
            name: field.name().unwrap_or("").to_owned(),
            file_name: field.file_name().map(str::to_owned),
            content: field.bytes().await.map_err(|error| broken(&error))?,
        });
    }
    Ok((Bytes::new(), Some(form)))
}

/// An answer's bytes, with the headers that every vendor sends.
fn respond(answer: Answer, number: u64, now: Time) -> Response<Body> {
    let (media_type, body) = match answer.content {
        Content::Json(body) => ("application/json", Bytes::from(body.to_string())),
        Content::Bytes(media_type, body) => (media_type, body),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    let common = [
        ("x-request-id", format!("req_{number:08}")),
        (DATE.as_str(), now.http_date()),
    ];
    for (name, value) in common.into_iter().chain(answer.headers) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            headers.insert(name, value);
        }
    }
    response
}
