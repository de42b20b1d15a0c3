//! The server: from a connection to a call, and from an answer to bytes.

use crate::builder::Builder;
use crate::faults::{Effect, Injector, Spoiled, refusal, spoil};
use crate::http::{Answer, Call, Content, Found, Part, Refusal, Reply, find, query_pairs};
use crate::intake::{Intake, overloaded};
use crate::record::{self, RecordedRequest, Records};
use crate::state::limits;
use crate::state::{Time, World};
use crate::vendor::Vendor;
use crate::wire::{Cut, Wires};
use crate::{auth, control, secret, seed};
use ::http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use ::http::request::Parts;
use ::http::{Request, Response, StatusCode};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest, Multipart, State};
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Builder,
    addr: SocketAddr,
    world: Mutex<World>,
    faults: Mutex<Injector>,
    records: Mutex<Records>,
    requests: AtomicU64,
    /// Requests that may still come under way. Over HTTP/1 connections bound them; where a program that embeds the
    /// sandbox has HTTP/2 compiled in, one connection carries many.
    pub(crate) places: Semaphore,
    intake: Intake,
    closing: watch::Receiver<bool>,
}

/// A handler that panicked left the state as it was between two statements, which is good enough to go on with.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(
        settings: Builder,
        world: World,
        addr: SocketAddr,
        closing: watch::Receiver<bool>,
    ) -> Shared {
        let faults = Injector::new(settings.seed, settings.faults.clone());
        Shared {
            addr,
            world: Mutex::new(world),
            faults: Mutex::new(faults),
            records: Mutex::default(),
            requests: AtomicU64::new(0),
            places: Semaphore::new(settings.connections),
            intake: Intake::new(closing.clone()),
            closing,
            settings,
        }
    }

    /// The state.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    /// What goes wrong.
    pub(crate) fn faults(&self) -> MutexGuard<'_, Injector> {
        lock(&self.faults)
    }

    /// What was received.
    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        lock(&self.records)
    }

    /// A vendor's base URL, without a slash at the end.
    pub(crate) fn base_url(&self, vendor: Vendor) -> String {
        format!("http://{}{}", self.addr, vendor.base())
    }

    /// Everything as it was at the start.
    pub(crate) fn reset(&self) {
        let (world, _) = seed::build(&self.settings);
        *self.world() = world;
        *self.faults() = Injector::new(self.settings.seed, self.settings.faults.clone());
        self.records().clear();
        self.requests.store(0, Ordering::Relaxed);
    }
}

/// Serves until told to stop.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut closing = shared.closing.clone();
    let wires = Wires::new(listener, shared.settings.connections);
    let router = Router::new().fallback(entrance).with_state(shared);
    let service = router.into_make_service_with_connect_info::<Cut>();
    let until = async move {
        // An error means that the handle is gone, which is a reason to stop too.
        let _ = closing.wait_for(|closing| *closing).await;
    };
    // `axum::serve` retries what fails on accept, and returns only after the shutdown signal.
    let _ = axum::serve(wires, service)
        .with_graceful_shutdown(until)
        .await;
}

async fn entrance(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request<Body>,
) -> Response<Body> {
    let Ok(_place) = shared.places.try_acquire() else {
        let (parts, body) = request.into_parts();
        shared.intake.leave(&parts.headers, body);
        return plain(&shared, full(shared.settings.connections).into());
    };
    let path = request.uri().path().to_owned();
    if let Some((vendor, base, rest)) = Vendor::of_path(&path) {
        return Visit::new(&shared, vendor, base, rest, cut)
            .answer(request)
            .await;
    }
    let answer = match path.strip_prefix(control::PATH) {
        Some(rest) => {
            let (parts, body) = request.into_parts();
            let most = limits::CONTROL_BODY;
            let body = shared.intake.read(&parts.headers, body, most).await;
            body.and_then(|body| control::answer(&shared, &parts.method, rest, &body.bytes))
        }
        None => {
            let (parts, body) = request.into_parts();
            shared.intake.leave(&parts.headers, body);
            Err(nowhere(&path))
        }
    };
    plain(&shared, answer.unwrap_or_else(Answer::from))
}

/// An answer that comes from no vendor.
fn plain(shared: &Shared, answer: Answer) -> Response<Body> {
    let (response, body) = respond(answer, 0, shared.world().clock.now());
    response.map(|()| Body::from(body))
}

/// The answer to a request too many.
fn full(most: usize) -> Refusal {
    overloaded(format!(
        "The sandbox answers {most} requests already, which is as many as it does at a time. Try again."
    ))
}

/// One request to a vendor.
struct Visit<'a> {
    shared: &'a Shared,
    vendor: Vendor,
    base: &'static str,
    path: &'a str,
    cut: Cut,
    number: u64,
}

impl<'a> Visit<'a> {
    fn new(
        shared: &'a Shared,
        vendor: Vendor,
        base: &'static str,
        path: &'a str,
        cut: Cut,
    ) -> Visit<'a> {
        let number = shared.requests.fetch_add(1, Ordering::Relaxed) + 1;
        Visit {
            shared,
            vendor,
            base,
            path,
            cut,
            number,
        }
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let found = find(self.vendor.table(), &parts.method, self.path);
        let effects = match &found {
            Found::Operation(operation, _) => {
                self.shared.faults().strike(self.vendor, operation.name)
            }
            Found::OtherMethod | Found::Nothing => Vec::new(),
        };
        if effects.contains(&Effect::ResetBeforeBody) {
            self.record(&parts, &found, &Bytes::new(), &effects);
            return self.reset();
        }
        let intake = &self.shared.intake;
        let body = match self.admit(&parts, &found) {
            Ok(()) => intake.read(&parts.headers, body, limits::BODY).await,
            Err(refusal) => {
                intake.leave(&parts.headers, body);
                Err(refusal)
            }
        };
        let (body, _room) = match body {
            Ok(taken) => (Ok(taken.bytes.clone()), Some(taken)),
            Err(refusal) => (Err(refusal), None),
        };
        self.record(
            &parts,
            &found,
            body.as_ref().unwrap_or(&Bytes::new()),
            &effects,
        );
        self.delay(&effects).await;
        let answer = match effects
            .iter()
            .find_map(|effect| refusal(effect, self.vendor))
        {
            Some(injected) => injected,
            None => {
                let reply = self.reply(parts, found, body).await;
                reply.unwrap_or_else(Answer::from)
            }
        };
        let (mut response, body) = respond(answer, self.number, self.shared.world().clock.now());
        for (name, value) in self.vendor.headers() {
            let name = HeaderName::from_static(name);
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        let last = effects
            .iter()
            .find(|effect| !matches!(effect, Effect::Delay(_)));
        let response = response.map(|()| Body::empty());
        match last {
            None => response.map(|_| Body::from(body)),
            Some(effect) => match spoil(effect, response, body, self.shared.closing.clone()) {
                Spoiled::Answer(response) => response,
                Spoiled::Reset => self.reset(),
            },
        }
    }

    fn record(&self, parts: &Parts, found: &Found, body: &Bytes, effects: &[Effect]) {
        self.shared.records().add(RecordedRequest {
            number: self.number,
            vendor: self.vendor,
            operation: match found {
                Found::Operation(operation, _) => Some(operation.name),
                Found::OtherMethod | Found::Nothing => None,
            },
            method: parts.method.to_string(),
            path: self.path.to_owned(),
            query: secret::query(parts.uri.query().unwrap_or("")),
            headers: record::headers(&parts.headers),
            body: record::body(body, &parts.headers),
            faults: effects.iter().map(Effect::to_string).collect(),
        });
    }

    /// Waits as long as all delays together say, or until the sandbox stops.
    async fn delay(&self, effects: &[Effect]) {
        let delays = effects.iter().filter_map(|effect| match effect {
            Effect::Delay(delay) => Some(*delay),
            _ => None,
        });
        let delay = delays.fold(Duration::ZERO, Duration::saturating_add);
        if delay.is_zero() {
            return;
        }
        let mut closing = self.shared.closing.clone();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = closing.wait_for(|closing| *closing) => {}
        }
    }

    /// Whether a request's body is worth reading: its head alone may be reason enough to refuse it.
    fn admit(&self, parts: &Parts, found: &Found) -> Result<(), Refusal> {
        match found {
            Found::Operation(operation, _) if operation.open => Ok(()),
            Found::Operation(..) => auth::check(self.vendor, &parts.headers),
            Found::OtherMethod => Err(self.other_method(parts)),
            Found::Nothing => Err(self.nothing(parts)),
        }
    }

    /// The answer of the vendor itself.
    async fn reply(&self, parts: Parts, found: Found, body: Result<Bytes, Refusal>) -> Reply {
        // Where no operation was found, there is no body but the refusal.
        let body = body?;
        let Found::Operation(operation, path) = found else {
            return Err(self.nothing(&parts));
        };
        let query = query_pairs(parts.uri.query().unwrap_or(""));
        let headers = parts.headers.clone();
        let (body, form) = read_form(parts, body).await?;
        let mut world = self.shared.world();
        let call = Call {
            path,
            query,
            headers,
            body,
            form,
            now: world.clock.now(),
            base_url: format!("http://{}{}", self.shared.addr, self.base),
        };
        (operation.run)(&mut world, &call)
    }

    /// What hyper tries to write after this fails, and the connection with it.
    fn reset(&self) -> Response<Body> {
        self.cut.reset();
        Response::new(Body::empty())
    }

    fn nothing(&self, parts: &Parts) -> Refusal {
        let message = format!("There is nothing at {} {}.", parts.method, self.path);
        let refusal = Refusal::not_found(message);
        match self.vendor {
            Vendor::OpenAi => refusal.code("unknown_url"),
            Vendor::Together => refusal.code("not_found"),
            Vendor::TrueFoundry => refusal,
        }
    }

    fn other_method(&self, parts: &Parts) -> Refusal {
        let message = format!("{} does not take the method {}.", self.path, parts.method);
        let refusal = Refusal::new(405, message);
        match self.vendor {
            Vendor::OpenAi => refusal.code("method_not_supported"),
            Vendor::Together | Vendor::TrueFoundry => refusal,
        }
    }
}

fn nowhere(path: &str) -> Refusal {
    let bases = Vendor::ALL.map(Vendor::base).join(", ");
    let control = control::PATH;
    Refusal::not_found(format!(
        "There is nothing at {path}. The sandbox serves {bases} and {control}."
    ))
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

/// An answer's head and body, with the headers that every vendor sends.
fn respond(answer: Answer, number: u64, now: Time) -> (Response<()>, Bytes) {
    let (media_type, body) = match answer.content {
        Content::Json(body) => ("application/json", Bytes::from(body.to_string())),
        Content::Bytes(media_type, body) => (media_type, body),
    };
    let mut response = Response::new(());
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
    (response, body)
}
