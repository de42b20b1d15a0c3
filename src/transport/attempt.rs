//! One try: a request out, an answer in, within bounds of time and size.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt;
use reqwest::{Body, Method, Request, Response, Url};
use secrecy::ExposeSecret;
use serde::de::IgnoredAny;
use tokio::sync::SemaphorePermit;

use super::{Error, ErrorBody, ErrorKind, Transport, carry, error_body, hints, recall};

/// How many redirects of a download are followed.
const MAX_REDIRECTS: usize = 5;

/// What is sent, and what is expected back.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// A document back, which is read as a whole.
    Json,
    /// A file out, and a document back.
    Upload(Activity),
    /// A stream of bytes back.
    Download,
}

/// How much of a request's body has left so far: while it moves, the vendor is
/// not silent.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity(Arc<AtomicU64>);

impl Activity {
    pub(super) fn note(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn sent(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Transport {
    /// One try.
    pub(super) async fn attempt(
        &self,
        http: &reqwest::Client,
        mut request: Request,
        shape: &Shape,
        remaining: Duration,
    ) -> Result<Response, Error> {
        if remaining.is_zero() {
            return Err(out_of_time(self.settings.timeout));
        }
        let _permit = self.permit(remaining).await?;
        self.prepare(request.headers_mut());
        match shape {
            Shape::Json => {
                *request.timeout_mut() = Some(remaining);
                let response = self.heard(http.execute(request)).await?;
                self.document(response).await
            }
            Shape::Upload(activity) => {
                *request.timeout_mut() = self.settings.transfer_timeout;
                let sending = http.execute(request);
                let response = self.heard_while_moving(sending, activity).await?;
                self.document(response).await
            }
            Shape::Download => {
                *request.timeout_mut() = self.settings.transfer_timeout;
                let response = self.follow(http, request, remaining).await?;
                Ok(self.watched(response))
            }
        }
    }

    /// A place among the requests that may be under way.
    async fn permit(&self, remaining: Duration) -> Result<Option<SemaphorePermit<'_>>, Error> {
        let Some(permits) = &self.shared.permits else {
            return Ok(None);
        };
        match tokio::time::timeout(remaining, permits.acquire()).await {
            // Nobody closes it.
            Ok(permit) => Ok(permit.ok()),
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                "too many requests of this client's are under way",
            )),
        }
    }

    fn prepare(&self, headers: &mut HeaderMap) {
        // progenitor's own; no vendor knows it.
        headers.remove("api-version");
        headers.extend(self.settings.headers.clone());
        headers.extend(self.shared.headers.clone());
        let key = self.settings.idempotency_key.as_deref();
        if let Some(Ok(key)) = key.map(HeaderValue::from_str) {
            headers.insert(HeaderName::from_static("idempotency-key"), key);
        }
    }

    /// What comes, if the vendor is not silent for too long before it does.
    async fn heard<T>(&self, coming: impl Future<Output = reqwest::Result<T>>) -> Result<T, Error> {
        let silence = self.settings.read_timeout;
        match tokio::time::timeout(silence, coming).await {
            Ok(outcome) => outcome.map_err(|e| self.lost(e)),
            Err(_) => Err(silent_for(silence)),
        }
    }

    /// The same for an upload, during which the vendor has nothing to say.
    async fn heard_while_moving<T>(
        &self,
        coming: impl Future<Output = reqwest::Result<T>>,
        activity: &Activity,
    ) -> Result<T, Error> {
        let mut coming = std::pin::pin!(coming);
        loop {
            let before = activity.sent();
            let silence = tokio::time::timeout(self.settings.read_timeout, coming.as_mut());
            match silence.await {
                Ok(outcome) => return outcome.map_err(|e| self.lost(e)),
                Err(_) if activity.sent() == before => {
                    return Err(silent_for(self.settings.read_timeout));
                }
                Err(_) => {}
            }
        }
    }

    fn lost(&self, error: reqwest::Error) -> Error {
        if error.is_timeout() && !error.is_connect() {
            return out_of_time(self.settings.timeout).because(error.without_url());
        }
        Error::from_reqwest(error)
    }

    /// An answer whose body is a JSON document, read as a whole.
    async fn document(&self, response: Response) -> Result<Response, Error> {
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let (parts, body) = http::Response::<Body>::from(response).into_parts();
        let about = |error: Error| error.with_answer(parts.status, &parts.headers);
        let expected = content_length(&parts.headers);
        let limit = self.settings.max_body_bytes;
        if expected.is_some_and(|length| length > limit as u64) {
            return Err(about(too_large(limit)));
        }
        let bytes = self.all_of(body, limit).await.map_err(about)?;
        if serde_json::from_slice::<IgnoredAny>(&bytes).is_err() {
            return Err(about(not_json(&parts.headers, &bytes)));
        }
        recall::keep(&bytes, parts.status, &parts.headers);
        Ok(http::Response::from_parts(parts, Body::from(bytes)).into())
    }

    async fn all_of(&self, mut body: Body, limit: usize) -> Result<Bytes, Error> {
        let mut first = Bytes::new();
        let mut all = BytesMut::new();
        while let Some(piece) = self.piece(&mut body).await? {
            if first.len() + all.len() + piece.len() > limit {
                return Err(too_large(limit));
            }
            // Most answers are one piece, which need not be copied.
            if first.is_empty() && all.is_empty() {
                first = piece;
            } else {
                all.extend_from_slice(&std::mem::take(&mut first));
                all.extend_from_slice(&piece);
            }
        }
        Ok(if all.is_empty() { first } else { all.freeze() })
    }

    async fn piece(&self, body: &mut Body) -> Result<Option<Bytes>, Error> {
        loop {
            let frame = async { body.frame().await.transpose() };
            match self.heard(frame).await? {
                None => return Ok(None),
                Some(frame) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// What an answer that is no success says.
    async fn refusal(&self, response: Response) -> Error {
        let (parts, mut body) = http::Response::<Body>::from(response).into_parts();
        let mut start = Vec::new();
        // A body that breaks off is what came before it did.
        while start.len() < error_body::LIMIT {
            let Ok(Some(piece)) = self.piece(&mut body).await else {
                break;
            };
            let room = error_body::LIMIT - start.len();
            start.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        let mut said = ErrorBody::parse(&start);
        if let Some(secret) = &self.shared.secret {
            said.redact(secret.expose_secret().trim());
        }
        let now = self.settings.clock.wall();
        Error::from_status(parts.status, said)
            .with_answer(parts.status, &parts.headers)
            .with_hints(
                hints::retry_after(&parts.headers, now),
                hints::should_retry(&parts.headers),
            )
    }

    /// Vendors keep files elsewhere, and redirect there. The key goes to the
    /// vendor alone.
    async fn follow(
        &self,
        http: &reqwest::Client,
        request: Request,
        remaining: Duration,
    ) -> Result<Response, Error> {
        let method = request.method().clone();
        let mut url = request.url().clone();
        let limit = remaining.min(self.settings.read_timeout);
        let mut next = request;
        for _ in 0..=MAX_REDIRECTS {
            let timeout = *next.timeout_mut();
            let waiting = tokio::time::timeout(limit, http.execute(next));
            let response = match waiting.await {
                Ok(response) => response.map_err(|e| self.lost(e))?,
                Err(_) if remaining <= limit => return Err(out_of_time(self.settings.timeout)),
                Err(_) => return Err(silent_for(limit)),
            };
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let target = redirect_target(&url, response.headers());
            let (true, Some(target)) = (status.is_redirection() && method == Method::GET, target)
            else {
                return Err(self.refusal(response).await);
            };
            next = Request::new(Method::GET, target.clone());
            *next.timeout_mut() = timeout;
            if target.origin() == url.origin() {
                self.prepare(next.headers_mut());
            }
            url = target;
        }
        Err(Error::new(
            ErrorKind::Status,
            format!("the vendor redirects more than {MAX_REDIRECTS} times"),
        ))
    }

    /// The same answer, with an error in the place of a silence in its body.
    fn watched(&self, response: Response) -> Response {
        let (parts, body) = http::Response::<Body>::from(response).into_parts();
        let stream = futures_util::stream::unfold(Some((self.clone(), body)), |state| async move {
            let (transport, mut body) = state?;
            match transport.piece(&mut body).await {
                Ok(None) => None,
                Ok(Some(piece)) => Some((Ok(piece), Some((transport, body)))),
                Err(error) => {
                    let error = transport.labelled(error);
                    Some((Err(carry::boxed(error)), None))
                }
            }
        });
        http::Response::from_parts(parts, Body::wrap_stream(stream)).into()
    }
}

/// Where a redirect leads, unless it leads out of TLS.
fn redirect_target(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let target = from.join(location).ok()?;
    let keeps_secret = target.scheme() == "https" || from.scheme() == "http";
    (keeps_secret && matches!(target.scheme(), "http" | "https")).then_some(target)
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn out_of_time(limit: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("the call took longer than {limit:?}"),
    )
}

fn silent_for(limit: Duration) -> Error {
    Error::new(
        ErrorKind::Timeout,
        format!("nothing was heard for {limit:?}"),
    )
}

fn too_large(limit: usize) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!("the answer is larger than the limit of {limit} bytes"),
    )
}

fn not_json(headers: &HeaderMap, bytes: &[u8]) -> Error {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("of no stated type");
    let message = if bytes.is_empty() {
        "the answer is empty, where a JSON document was expected".to_owned()
    } else {
        format!("the answer is not JSON ({kind}, {} bytes)", bytes.len())
    };
    Error::new(ErrorKind::Decode, message)
}

#[cfg(test)]
mod tests {
    use super::*;

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
