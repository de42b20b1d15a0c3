//! One request to a vendor, and its answer.

use crate::bounded_listener::ResetHandle;
use crate::faults::{Effect, Outcome, apply, injected_answer};
use crate::http::{Answer, Call, ErrorResponse, Found, Reply, find};
use crate::multipart::read_form;
use crate::record::{self, RecordedRequest};
use crate::response;
use crate::shared::Shared;
use crate::state::limits;
use crate::vendor::Vendor;
use ::http::header::{HeaderName, HeaderValue};
use ::http::request::Parts;
use ::http::{Request, Response};
use axum::body::Body;
use bytes::Bytes;
use std::time::Duration;
use unitune_redact::redact_query;

/// One request to a vendor.
pub(crate) struct Exchange<'a> {
    shared: &'a Shared,
    vendor: Vendor,
    base: &'static str,
    path: &'a str,
    reset: ResetHandle,
    number: u64,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(
        shared: &'a Shared,
        vendor: Vendor,
        base: &'static str,
        path: &'a str,
        reset: ResetHandle,
    ) -> Exchange<'a> {
        let number = shared.next_number();
        Exchange {
            shared,
            vendor,
            base,
            path,
            reset,
            number,
        }
    }

    pub(crate) async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let operations = self.vendor.description().operations;
        let found = find(operations, &parts.method, self.path);
        let effects = match &found {
            Found::Operation(route, ..) => self.shared.faults().effects_on(self.vendor, route.name),
            Found::OtherMethod | Found::Nothing => Vec::new(),
        };
        if effects.contains(&Effect::ResetBeforeBody) {
            self.record(&parts, &found, &Bytes::new(), &effects);
            return self.reset();
        }
        let bodies = &self.shared.bodies;
        let body = match self.admit(&parts, &found) {
            Ok(()) => bodies.read(&parts.headers, body, limits::BODY).await,
            Err(error_response) => {
                bodies.discard(&parts.headers, body);
                Err(error_response)
            }
        };
        // The share of the limit on bodies is held until the answer is ready.
        let (body, _share) = match body {
            Ok(read) => (Ok(read.bytes.clone()), Some(read)),
            Err(error_response) => (Err(error_response), None),
        };
        self.record(
            &parts,
            &found,
            body.as_ref().unwrap_or(&Bytes::new()),
            &effects,
        );
        self.delay(&effects).await;
        let injected = effects
            .iter()
            .find_map(|effect| injected_answer(effect, self.vendor));
        let answer = match injected {
            Some(injected) => injected,
            None => {
                let reply = self.reply(parts, found, body).await;
                reply.unwrap_or_else(|error_response| self.vendor.error_answer(error_response))
            }
        };
        self.respond(answer, &effects)
    }

    /// The response with the vendor's headers, changed by the first effect that is no delay.
    fn respond(&self, answer: Answer, effects: &[Effect]) -> Response<Body> {
        let now = self.shared.sandbox_state().clock.now();
        let (mut response, body) = response::build(answer, self.number, now);
        for (name, value) in self.vendor.description().headers {
            let name = HeaderName::from_static(name);
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        let effect = effects
            .iter()
            .find(|effect| !matches!(effect, Effect::Delay(_)));
        let Some(effect) = effect else {
            return response.map(|()| Body::from(body));
        };
        let response = response.map(|()| Body::empty());
        match apply(effect, response, body, self.shared.closing.clone()) {
            Outcome::Answer(response) => response,
            Outcome::Reset => self.reset(),
        }
    }

    fn record(&self, parts: &Parts, found: &Found, body: &Bytes, effects: &[Effect]) {
        self.shared.records().add(RecordedRequest {
            number: self.number,
            vendor: self.vendor,
            operation: match found {
                Found::Operation(route, ..) => Some(route.name),
                Found::OtherMethod | Found::Nothing => None,
            },
            method: parts.method.to_string(),
            path: self.path.to_owned(),
            query: redact_query(parts.uri.query().unwrap_or("")),
            headers: record::headers(&parts.headers),
            body: record::body(body, &parts.headers),
            faults: effects.iter().map(Effect::to_string).collect(),
        });
    }

    /// Waits for the sum of all delays, or until the sandbox stops.
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

    /// Rejects what can be rejected by its head alone, before its body is read.
    fn admit(&self, parts: &Parts, found: &Found) -> Result<(), ErrorResponse> {
        match found {
            Found::Operation(route, ..) if route.open => Ok(()),
            Found::Operation(..) => self.vendor.check_key(&parts.headers),
            Found::OtherMethod => Err(self.unknown_method(parts)),
            Found::Nothing => Err(self.unknown_path(parts)),
        }
    }

    /// The answer of the vendor itself.
    async fn reply(&self, parts: Parts, found: Found, body: Result<Bytes, ErrorResponse>) -> Reply {
        // Where no operation was found, there is no body but the error answer.
        let body = body?;
        let Found::Operation(_, operation, path) = found else {
            return Err(self.unknown_path(&parts));
        };
        let query = parts.uri.query().unwrap_or("");
        let query = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let headers = parts.headers.clone();
        let (body, form) = read_form(parts, body).await?;
        let mut sandbox_state = self.shared.sandbox_state();
        let call = Call {
            path,
            query,
            headers,
            body,
            form,
            now: sandbox_state.clock.now(),
            base_url: format!("http://{}{}", self.shared.addr, self.base),
        };
        sandbox_state.answer(self.vendor, operation, &call)
    }

    /// Resets the connection: what hyper tries to write after this fails.
    fn reset(&self) -> Response<Body> {
        self.reset.reset();
        Response::new(Body::empty())
    }

    fn unknown_path(&self, parts: &Parts) -> ErrorResponse {
        let mut error_response =
            ErrorResponse::not_found(format!("not found: {} {}", parts.method, self.path));
        error_response.code = self.vendor.description().errors.unknown_path;
        error_response
    }

    fn unknown_method(&self, parts: &Parts) -> ErrorResponse {
        let message = format!("{} does not take the method {}.", self.path, parts.method);
        let mut error_response = ErrorResponse::new(405, message);
        error_response.code = self.vendor.description().errors.unknown_method;
        error_response
    }
}
