//! The server: passes each request to its vendor or to the control endpoint.

use crate::bounded_listener::{BoundedListener, ResetHandle};
use crate::control;
use crate::exchange::Exchange;
use crate::http::{Answer, ErrorResponse};
use crate::response;
use crate::shared::Shared;
use crate::state::limits;
use crate::vendor::Vendor;
use ::http::{Request, Response};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves until the sandbox is stopped.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut closing = shared.closing.clone();
    let listener = BoundedListener::new(listener, shared.settings.connections);
    let router = Router::new().fallback(handle).with_state(shared);
    let service = router.into_make_service_with_connect_info::<ResetHandle>();
    let until = async move {
        // An error means that the handle is gone, which is a reason to stop too.
        let _ = closing.wait_for(|closing| *closing).await;
    };
    // `axum::serve` retries what fails on accept, and returns only after the shutdown signal.
    let _ = axum::serve(listener, service)
        .with_graceful_shutdown(until)
        .await;
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(reset): ConnectInfo<ResetHandle>,
    request: Request<Body>,
) -> Response<Body> {
    let Ok(_permit) = shared.permits.try_acquire() else {
        let (parts, body) = request.into_parts();
        shared.bodies.discard(&parts.headers, body);
        return without_vendor(&shared, full(shared.settings.connections).into());
    };
    let path = request.uri().path().to_owned();
    if let Some((vendor, base, rest)) = Vendor::of_path(&path) {
        return Exchange::new(&shared, vendor, base, rest, reset)
            .answer(request)
            .await;
    }
    let (parts, body) = request.into_parts();
    let answer = match path.strip_prefix(control::PATH) {
        Some(rest) => {
            let most = limits::CONTROL_BODY;
            let body = shared.bodies.read(&parts.headers, body, most).await;
            body.and_then(|body| control::answer(&shared, &parts.method, rest, &body.bytes))
        }
        None => {
            shared.bodies.discard(&parts.headers, body);
            Err(unknown_path(&path))
        }
    };
    without_vendor(&shared, answer.unwrap_or_else(Answer::from))
}

/// An answer that comes from no vendor.
fn without_vendor(shared: &Shared, answer: Answer) -> Response<Body> {
    let (response, body) = response::build(answer, 0, shared.sandbox_state().clock.now());
    response.map(|()| Body::from(body))
}

/// The answer to a request beyond the limit.
fn full(most: usize) -> ErrorResponse {
    ErrorResponse::overloaded(format!(
        "The sandbox has reached its limit of {most} requests under way. Try again."
    ))
}

fn unknown_path(path: &str) -> ErrorResponse {
    let bases: Vec<&str> = Vendor::all().map(Vendor::base_path).collect();
    let (bases, control) = (bases.join(", "), control::PATH);
    ErrorResponse::not_found(format!(
        "not found: {path}. The sandbox serves {bases} and {control}."
    ))
}
