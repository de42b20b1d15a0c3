//! One attempt of a call: sends a request and reads the response, within limits
//! of time and size.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::header::{ACCEPT_ENCODING, LOCATION};
use http::response::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest::{Body, Method, Request, Response, Url};
use tokio::sync::SemaphorePermit;

use super::body::{ACCEPTED_ENCODINGS, BodyStream, WholeBody, content_length, too_large};
use super::credential::SentKey;
use super::error_body::{self, VendorError};
use super::{Error, ErrorKind, Transport, retry_after};

/// How many redirects of a download are followed.
const MAX_REDIRECTS: usize = 5;

/// A successful response, with its body in the form of the call.
#[derive(Debug)]
pub(super) struct Answer<B> {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: B,
    /// How many times the request was sent.
    pub(super) tries: u32,
}

impl<B> Answer<B> {
    /// The same answer with another body, and the body that it had.
    pub(super) fn with_body<C>(self, body: C) -> (Answer<C>, B) {
        let answer = Answer {
            status: self.status,
            headers: self.headers,
            body,
            tries: self.tries,
        };
        (answer, self.body)
    }

    /// The key, should the vendor repeat it in a header, is taken out.
    pub(super) fn new(mut parts: Parts, body: B, sent: &SentKey) -> Self {
        error_body::redact_headers(&mut parts.headers, sent.expose());
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            tries: 1,
        }
    }
}

/// A kind of call: what is sent, and how the response is read.
pub(super) trait Shape: Send + Sync {
    type Body;

    /// Sends a request and reads the part of the response that belongs to the
    /// attempt.
    fn exchange(
        &self,
        transport: &Transport,
        request: Request,
        sent: &SentKey,
        remaining: Duration,
    ) -> impl Future<Output = Result<Answer<Self::Body>, Error>> + Send;
}

/// A call whose response is a document, which is read as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document;

impl Shape for Document {
    type Body = WholeBody;

    async fn exchange(
        &self,
        transport: &Transport,
        request: Request,
        sent: &SentKey,
        remaining: Duration,
    ) -> Result<Answer<WholeBody>, Error> {
        let timeouts = transport.call_timeouts(remaining);
        let sending = transport.shared.http.execute(request);
        let response = received(timeouts.with_timeout(sending).await?)?;
        transport.document(response, sent, timeouts).await
    }
}

/// A call that sends a file and whose response is a document.
#[derive(Clone, Debug)]
pub(super) struct Sending(pub(super) Activity);

impl Shape for Sending {
    type Body = WholeBody;

    async fn exchange(
        &self,
        transport: &Transport,
        request: Request,
        sent: &SentKey,
        _remaining: Duration,
    ) -> Result<Answer<WholeBody>, Error> {
        let timeouts = transport.transfer_timeouts();
        let sending = transport.shared.http.execute(request);
        let response = timeouts.with_idle_timeout(sending, &self.0).await?;
        // The file has arrived: the rest is a response like any other.
        let rest = timeouts.at_most(transport.settings.timeout);
        transport.document(received(response)?, sent, rest).await
    }
}

/// A call whose response is a stream of bytes. The attempt ends when the body
/// begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream;

impl Shape for Stream {
    type Body = BodyStream;

    async fn exchange(
        &self,
        transport: &Transport,
        request: Request,
        sent: &SentKey,
        remaining: Duration,
    ) -> Result<Answer<BodyStream>, Error> {
        let timeouts = transport.transfer_timeouts();
        let head = transport.call_timeouts(remaining);
        let response = transport.follow(request, sent, head).await?;
        let (mut parts, body) = http::Response::<Body>::from(response).into_parts();
        let pieces = BodyStream::new(&mut parts.headers, body, timeouts, transport.reservation());
        match pieces {
            Ok(pieces) => Ok(Answer::new(parts, pieces, sent)),
            Err(error) => Err(transport.about(error, &parts, sent)),
        }
    }
}

/// The number of bytes of a request's body that were sent: while it grows, the
/// vendor need not respond.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity(Arc<AtomicU64>);

impl Activity {
    pub(super) fn note(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn sent(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The timeouts of a request or a response.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// The longest time without a byte.
    idle: Duration,
    /// The deadline, and the time that there was until it at the start.
    end: Option<(Instant, Duration)>,
}

impl Timeouts {
    /// Returns timeouts without a deadline.
    #[cfg(fuzzing)]
    pub(super) fn idle_for(idle: Duration) -> Self {
        Self { idle, end: None }
    }

    /// Returns the same timeouts with a deadline of at most this from now on.
    fn at_most(self, whole: Duration) -> Self {
        let Some(end) = deadline(whole) else {
            return self;
        };
        match self.end {
            Some((sooner, _)) if sooner <= end => self,
            _ => Self {
                end: Some((end, whole)),
                ..self
            },
        }
    }

    /// What comes, if it comes in time. One timer is enough for both bounds.
    pub(super) async fn with_timeout<T>(self, coming: impl Future<Output = T>) -> Result<T, Error> {
        let left = self
            .end
            .map(|(end, whole)| (end.saturating_duration_since(Instant::now()), whole));
        match left {
            // A timer alone would let through whatever is there already.
            Some((left, whole)) if left.is_zero() => Err(out_of_time(whole)),
            Some((left, whole)) if left < self.idle => {
                let coming = tokio::time::timeout(left, coming).await;
                coming.map_err(|_| out_of_time(whole))
            }
            _ => {
                let coming = tokio::time::timeout(self.idle, coming).await;
                coming.map_err(|_| idle_for(self.idle))
            }
        }
    }

    /// Waits for the response to an upload: while its bytes are sent, the
    /// vendor need not respond.
    async fn with_idle_timeout<T>(
        self,
        coming: impl Future<Output = T>,
        activity: &Activity,
    ) -> Result<T, Error> {
        let mut coming = std::pin::pin!(coming);
        loop {
            let before = activity.sent();
            let outcome = self.with_timeout(coming.as_mut()).await;
            let is_over = self.end.is_some_and(|(end, _)| end <= Instant::now());
            if outcome.is_ok() || is_over || activity.sent() == before {
                return outcome;
            }
        }
    }
}

impl Transport {
    /// Makes one attempt.
    pub(super) async fn attempt<S: Shape>(
        &self,
        mut request: Request,
        shape: &S,
        remaining: Duration,
    ) -> Result<Answer<S::Body>, Error> {
        let start = Instant::now();
        let left = || match remaining.saturating_sub(start.elapsed()) {
            Duration::ZERO => Err(out_of_time(self.settings.timeout).without_effect()),
            left => Ok(left),
        };
        let _permit = self.permit(left()?).await?;
        self.add_headers(&mut request);
        let credential = &self.shared.credential;
        let fetch = credential.apply(request.headers_mut(), &self.settings.clock);
        let sent = match tokio::time::timeout(left()?, fetch).await {
            Ok(sent) => sent.map_err(Error::without_effect)?,
            Err(_) => {
                let message = "the source of tokens gave none in time: nothing was sent";
                return Err(Error::new(ErrorKind::Timeout, message).without_effect());
            }
        };
        let outcome = shape.exchange(self, request, &sent, left()?).await;
        if let Err(error) = &outcome
            && error.status() == Some(401)
            && credential.renew(&sent).await
        {
            return outcome.map_err(Error::with_renewed_token);
        }
        outcome
    }

    /// Returns timeouts that end with the call's deadline.
    pub(super) fn call_timeouts(&self, remaining: Duration) -> Timeouts {
        Timeouts {
            idle: self.settings.read_timeout,
            end: deadline(remaining).map(|end| (end, self.settings.timeout)),
        }
    }

    /// Returns timeouts that last as long as bytes move, within the transfer
    /// timeout.
    pub(super) fn transfer_timeouts(&self) -> Timeouts {
        let limit = self.settings.transfer_timeout;
        Timeouts {
            idle: self.settings.read_timeout,
            end: limit.and_then(|limit| Some((deadline(limit)?, limit))),
        }
    }

    /// Waits for a permit to send, where the number of requests in flight is
    /// limited.
    async fn permit(&self, remaining: Duration) -> Result<Option<SemaphorePermit<'_>>, Error> {
        let Some(permits) = &self.shared.permits else {
            return Ok(None);
        };
        match tokio::time::timeout(remaining, permits.acquire()).await {
            // The semaphore is never closed.
            Ok(permit) => Ok(permit.ok()),
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                "the request was not sent in time: as many of this client are in flight as \
                 max_concurrency allows",
            )
            .without_effect()),
        }
    }

    fn add_headers(&self, request: &mut Request) {
        let headers = request.headers_mut();
        headers.insert(ACCEPT_ENCODING, ACCEPTED_ENCODINGS);
        headers.extend(self.settings.headers.clone());
        headers.extend(self.shared.headers.clone());
        let key = self.settings.idempotency_key.as_deref();
        if *request.method() != Method::GET
            && let Some(Ok(key)) = key.map(HeaderValue::from_str)
        {
            let name = HeaderName::from_static("idempotency-key");
            request.headers_mut().insert(name, key);
        }
    }

    /// Reads a response whose body is a JSON document.
    async fn document(
        &self,
        response: Response,
        sent: &SentKey,
        timeouts: Timeouts,
    ) -> Result<Answer<WholeBody>, Error> {
        if !response.status().is_success() {
            return Err(self.vendor_error(response, sent, timeouts).await);
        }
        let (mut parts, body) = http::Response::<Body>::from(response).into_parts();
        let pieces = BodyStream::new(&mut parts.headers, body, timeouts, self.reservation());
        // Of a compressed body this is not known.
        let expected = content_length(&parts.headers);
        let limit = self.settings.max_body_bytes;
        let body = match pieces {
            Ok(_) if expected.is_some_and(|length| length > limit as u64) => Err(too_large(limit)),
            Ok(pieces) => pieces.all(limit).await,
            Err(error) => Err(error),
        };
        match body {
            Ok(mut body) => {
                body.mask(sent.known());
                Ok(Answer::new(parts, body, sent))
            }
            Err(error) => Err(self.about(error, &parts, sent)),
        }
    }

    /// Says of an error which answer it is about.
    pub(super) fn about(&self, error: Error, parts: &Parts, sent: &SentKey) -> Error {
        let (profile, key) = (self.shared.profile, sent.expose());
        error.with_answer(profile, parts.status, parts.headers.clone(), Some(key))
    }

    /// Reads an error response.
    pub(super) async fn vendor_error(
        &self,
        response: Response,
        sent: &SentKey,
        timeouts: Timeouts,
    ) -> Error {
        let (mut parts, body) = http::Response::<Body>::from(response).into_parts();
        // What cannot be read of it is not needed.
        let start = match BodyStream::new(&mut parts.headers, body, timeouts, self.reservation()) {
            Ok(pieces) => pieces.start(error_body::LIMIT).await,
            Err(_) => Vec::new(),
        };
        let profile = self.shared.profile;
        let body = VendorError::parse(&start, profile.read_error, sent.expose());
        let now = self.settings.clock.wall();
        let retry_after = retry_after::retry_after(&parts.headers, now);
        let should_retry = retry_after::should_retry(&parts.headers);
        Error::from_status(profile, parts.status, body)
            .with_answer(profile, parts.status, parts.headers, Some(sent.expose()))
            .with_hints(retry_after, should_retry)
    }

    /// Follows a redirect: vendors store files at other hosts. The key is sent
    /// to the vendor alone.
    async fn follow(
        &self,
        request: Request,
        sent: &SentKey,
        timeouts: Timeouts,
    ) -> Result<Response, Error> {
        let method = request.method().clone();
        let home = request.url().origin();
        let mut url = request.url().clone();
        let mut next = request;
        for _ in 0..=MAX_REDIRECTS {
            let sending = self.shared.http.execute(next);
            let response = received(timeouts.with_timeout(sending).await?)?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let target = redirect_target(&url, response.headers());
            let (true, Some(target)) = (status.is_redirection() && method == Method::GET, target)
            else {
                return Err(self.vendor_error(response, sent, timeouts).await);
            };
            next = Request::new(Method::GET, target.clone());
            if target.origin() == home {
                self.add_headers(&mut next);
                let clock = &self.settings.clock;
                self.shared
                    .credential
                    .apply(next.headers_mut(), clock)
                    .await?;
            }
            url = target;
        }
        Err(Error::new(
            ErrorKind::Status,
            format!("the vendor redirected more than {MAX_REDIRECTS} times"),
        ))
    }
}

pub(super) fn received<T>(outcome: reqwest::Result<T>) -> Result<T, Error> {
    outcome.map_err(Error::from_reqwest)
}

/// Returns the target of a redirect, unless it leaves TLS.
fn redirect_target(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let target = from.join(location).ok()?;
    let keeps_secret = target.scheme() == "https" || from.scheme() == "http";
    (keeps_secret && matches!(target.scheme(), "http" | "https")).then_some(target)
}

/// Returns when so much time is over; nothing where no clock goes that far.
fn deadline(whole: Duration) -> Option<Instant> {
    Instant::now().checked_add(whole)
}

fn out_of_time(limit: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the call took longer than {limit:?}"),
    )
}

fn idle_for(limit: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the vendor sent nothing for {limit:?}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_end_is_no_deadline() {
        assert_eq!(deadline(Duration::MAX), None);
        let bounded = Timeouts {
            idle: Duration::MAX,
            end: deadline(Duration::from_secs(1)).map(|end| (end, Duration::from_secs(1))),
        };
        assert_eq!(bounded.at_most(Duration::MAX).end, bounded.end);
        assert!(bounded.end.is_some());
    }

    #[test]
    fn redirects_stay_within_tls() {
        let target = |from: &str, to: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, to.parse().unwrap());
            redirect_target(&from.parse().unwrap(), &headers).map(String::from)
        };
        assert_eq!(
            target("https://a.example/v1/x", "/y").as_deref(),
            Some("https://a.example/y")
        );
        assert!(target("https://a.example", "https://b.example/").is_some());
        assert!(target("http://a.example", "http://b.example/").is_some());
        assert_eq!(target("https://a.example", "http://b.example/"), None);
        assert_eq!(target("https://a.example", "file:///etc/passwd"), None);
    }
}
