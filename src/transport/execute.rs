//! Carries one call out: tries, waits, one deadline, one trace.

use std::time::{Duration, Instant};

use reqwest::{Request, Response};
use tracing::{Instrument, Span, field};

use super::retry::{Repetition, is_worth_it};
use super::{Attempt, Error, ErrorKind, Transport, attempt, carry};

/// One call, whatever became of it.
struct Call<'a> {
    operation: &'a str,
    repetition: Repetition,
    shape: attempt::Shape,
    started: Instant,
    tries: u32,
}

impl Transport {
    /// Sends a request as this account. What fails comes back as an answer
    /// that [`Transport::error`] reads.
    #[doc(hidden)]
    pub async fn execute(
        &self,
        http: &reqwest::Client,
        request: Request,
        operation: &'static str,
    ) -> reqwest::Result<Response> {
        // Only operations that answer with JSON ask for it.
        let shape = if request.headers().contains_key(http::header::ACCEPT) {
            attempt::Shape::Json
        } else {
            attempt::Shape::Download
        };
        let mut next = Some(request);
        let requests = || {
            let request = next.take()?;
            next = request.try_clone();
            Some(Ok(request))
        };
        let outcome = self
            .call(http, requests, &documented_name(operation), shape)
            .await;
        Ok(outcome.unwrap_or_else(carry::pack))
    }

    /// Carries a call out. Each try takes a request of its own; where there is
    /// none left, there is no further try.
    pub(super) async fn call(
        &self,
        http: &reqwest::Client,
        mut requests: impl FnMut() -> Option<Result<Request, Error>>,
        operation: &str,
        shape: attempt::Shape,
    ) -> Result<Response, Error> {
        let Some(first) = requests().transpose()? else {
            return Err(Error::new(ErrorKind::InvalidRequest, "nothing to send"));
        };
        let mut call = Call {
            operation,
            repetition: Repetition::of(
                first.method(),
                operation,
                self.shared.harmless,
                self.settings.idempotency_key.is_some(),
            ),
            shape,
            started: self.settings.clock.now(),
            tries: 0,
        };
        let span = tracing::info_span!(
            "call",
            account = self.account(),
            operation,
            method = first.method().as_str(),
            attempt = field::Empty,
            status = field::Empty,
            duration_ms = field::Empty,
            request_id = field::Empty,
            error = field::Empty,
        );
        let outcome = self
            .tries(http, &mut call, first, &mut requests)
            .instrument(span.clone())
            .await;
        self.record(&span, &call, &outcome);
        outcome.map_err(|error| error.after_tries(call.tries))
    }

    async fn tries(
        &self,
        http: &reqwest::Client,
        call: &mut Call<'_>,
        first: Request,
        requests: &mut impl FnMut() -> Option<Result<Request, Error>>,
    ) -> Result<Response, Error> {
        let mut request = first;
        let mut waits = self.settings.retry.waits();
        loop {
            call.tries += 1;
            let remaining = self.remaining(call);
            let sent = self.settings.clock.now();
            let outcome = self.attempt(http, request, &call.shape, remaining).await;
            self.observe(call, sent, &outcome);
            let error = match outcome {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let Some(wait) = self.wait(call, &error, &mut waits) else {
                return Err(error);
            };
            request = match requests() {
                Some(Ok(request)) => request,
                // What cannot be sent again ends with what happened.
                Some(Err(_)) | None => return Err(error),
            };
            tracing::debug!(
                attempt = call.tries,
                status = error.status(),
                request_id = error.request_id(),
                kind = ?error.kind(),
                wait_ms = millis(wait),
                "trying again"
            );
            self.settings.clock.sleep(wait).await;
        }
    }

    /// How long to wait before another try; none when there is to be none.
    fn wait(
        &self,
        call: &Call<'_>,
        error: &Error,
        waits: &mut impl Iterator<Item = Duration>,
    ) -> Option<Duration> {
        if !is_worth_it(error, call.repetition) {
            return None;
        }
        let wait = waits.next()?;
        let wait = error.retry_after().unwrap_or(wait);
        (wait < self.remaining(call)).then_some(wait)
    }

    fn remaining(&self, call: &Call<'_>) -> Duration {
        let spent = self.settings.clock.now().duration_since(call.started);
        self.settings.timeout.saturating_sub(spent)
    }

    fn observe(&self, call: &Call<'_>, sent: Instant, outcome: &Result<Response, Error>) {
        let Some(observer) = &self.settings.observer else {
            return;
        };
        let (status, error) = match outcome {
            Ok(response) => (Some(response.status().as_u16()), None),
            Err(error) => (error.status(), Some(error.kind())),
        };
        observer.attempt(&Attempt {
            account: self.account(),
            operation: call.operation,
            attempt: call.tries,
            status,
            error,
            took: self.settings.clock.now().duration_since(sent),
        });
    }

    fn record(&self, span: &Span, call: &Call<'_>, outcome: &Result<Response, Error>) {
        let spent = self.settings.clock.now().duration_since(call.started);
        span.record("attempt", call.tries);
        span.record("duration_ms", millis(spent));
        let (status, request_id) = match outcome {
            Ok(response) => (
                Some(response.status().as_u16()),
                super::error::request_id(response.headers()),
            ),
            Err(error) => (error.status(), error.request_id()),
        };
        if let Some(status) = status {
            span.record("status", status);
        }
        if let Some(id) = request_id {
            span.record("request_id", id);
        }
        let _in_span = span.enter();
        match outcome {
            Ok(_) => tracing::debug!(operation = call.operation, "answered"),
            Err(error) => {
                span.record("error", field::debug(error.kind()));
                tracing::debug!(operation = call.operation, kind = ?error.kind(), "failed");
            }
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The operation's name as the vendor's document has it: progenitor says
/// `list_jobs` of `listJobs`.
fn documented_name(operation: &str) -> String {
    let mut name = String::with_capacity(operation.len());
    let mut parts = operation.split('_');
    name.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let mut letters = part.chars();
        name.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_have_the_names_of_the_documents() {
        assert_eq!(documented_name("list_job_events"), "listJobEvents");
        assert_eq!(documented_name("listJobs"), "listJobs");
        assert_eq!(documented_name(""), "");
    }
}
