//! Executes one call: attempts, waits, one deadline, one trace.

use std::time::{Duration, Instant};

use reqwest::Request;
use tracing::{Instrument, Span, field};

use super::attempt::{Answer, Shape};
use super::retry::{Repetition, is_worth_it};
use super::{Attempt, Error, ErrorKind, TraceContext, Transport};

/// One call and its state.
struct Call<S> {
    operation: &'static str,
    repetition: Repetition,
    shape: S,
    trace: Option<TraceContext>,
    started: Instant,
    tries: u32,
    /// Whether a try that failed may have been carried out.
    is_unclear: bool,
    /// Whether a rejected token was renewed: that is done once in a call.
    renewed: bool,
}

impl Transport {
    /// Executes a call. Each attempt takes a request of its own; when none is
    /// left, there is no further attempt.
    pub(super) async fn call<S: Shape>(
        &self,
        mut requests: impl FnMut() -> Option<Result<Request, Error>>,
        operation: &'static str,
        shape: S,
    ) -> Result<Answer<S::Body>, Error> {
        self.settings.check()?;
        let Some(first) = requests().transpose()? else {
            return Err(Error::new(ErrorKind::InvalidRequest, "nothing to send"));
        };
        let mut call = Call {
            operation,
            repetition: Repetition::of(
                first.method(),
                operation,
                self.shared.profile.idempotent_posts,
                self.settings.idempotency_key.is_some() || self.settings.is_repeatable,
            ),
            shape,
            trace: None,
            started: self.settings.clock.now(),
            tries: 0,
            is_unclear: false,
            renewed: false,
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
            trace_id = field::Empty,
            span_id = field::Empty,
        );
        let source = self.settings.trace.as_ref();
        call.trace = source.and_then(|source| source.context(&span));
        if let Some(trace) = &call.trace {
            trace.record(&span);
        }
        let outcome = self
            .tries(&mut call, first, &mut requests)
            .instrument(span.clone())
            .await;
        self.record(&span, &call, &outcome);
        let tries = call.tries;
        match outcome {
            Ok(answer) => Ok(Answer { tries, ..answer }),
            // What the last try met says nothing about those before it.
            Err(error) if call.is_unclear => Err(error.after_tries(tries).with_effect(true)),
            Err(error) => Err(error.after_tries(tries)),
        }
    }

    async fn tries<S: Shape>(
        &self,
        call: &mut Call<S>,
        first: Request,
        requests: &mut impl FnMut() -> Option<Result<Request, Error>>,
    ) -> Result<Answer<S::Body>, Error> {
        let mut request = first;
        let mut waits = self.settings.retry.waits();
        loop {
            call.tries += 1;
            if let Some(trace) = &call.trace {
                trace.write(request.headers_mut());
            }
            let remaining = self.remaining(call);
            let sent = self.settings.clock.now();
            let outcome = self.attempt(request, &call.shape, remaining).await;
            self.observe(call, sent, &outcome);
            let error = match outcome {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            call.is_unclear |= error.may_have_taken_effect();
            let renewed = error.has_renewed_token() && !std::mem::replace(&mut call.renewed, true);
            let wait = match renewed {
                true => Some(Duration::ZERO),
                false => self.wait(call, &error, &mut waits),
            };
            let Some(wait) = wait else {
                return Err(error);
            };
            request = match requests() {
                Some(Ok(request)) => request,
                // A request that cannot be sent again ends with its first outcome.
                Some(Err(_)) | None => return Err(error),
            };
            tracing::debug!(
                attempt = call.tries,
                status = error.status(),
                request_id = error.request_id(),
                kind = ?error.kind(),
                wait_ms = millis(wait),
                "retrying"
            );
            self.settings.clock.sleep(wait).await;
        }
    }

    /// Returns how long to wait before another attempt; `None` if there is to
    /// be none.
    fn wait<S>(
        &self,
        call: &Call<S>,
        error: &Error,
        waits: &mut impl Iterator<Item = Duration>,
    ) -> Option<Duration> {
        if !is_worth_it(error, call.repetition) {
            return None;
        }
        let wait = waits.next()?;
        let least = match error.is_rate_limited() {
            true => self.shared.profile.rate_limit_wait,
            false => Duration::ZERO,
        };
        let wait = error.retry_after().unwrap_or(wait.max(least));
        let is_allowed = wait <= self.settings.max_retry_wait;
        (is_allowed && wait < self.remaining(call)).then_some(wait)
    }

    fn remaining<S>(&self, call: &Call<S>) -> Duration {
        let spent = self.settings.clock.now().duration_since(call.started);
        self.settings.timeout.saturating_sub(spent)
    }

    fn observe<S, B>(&self, call: &Call<S>, sent: Instant, outcome: &Result<Answer<B>, Error>) {
        let (status, error) = match outcome {
            Ok(answer) => (Some(answer.status.as_u16()), None),
            Err(error) => (error.status(), Some(error.kind())),
        };
        let attempt = Attempt {
            account: self.account(),
            operation: call.operation,
            attempt: call.tries,
            status,
            error,
            took: self.settings.clock.now().duration_since(sent),
        };
        for observer in &self.settings.observers {
            observer.attempt(&attempt);
        }
    }

    fn record<S, B>(&self, span: &Span, call: &Call<S>, outcome: &Result<Answer<B>, Error>) {
        let spent = self.settings.clock.now().duration_since(call.started);
        span.record("attempt", call.tries);
        span.record("duration_ms", millis(spent));
        let (status, request_id) = match outcome {
            Ok(answer) => (
                Some(answer.status.as_u16()),
                super::error::request_id(self.shared.profile.request_id_headers, &answer.headers),
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
