//! Sends one request: headers on the way out, bounds and readable errors on
//! the way back.

use http_body_util::{BodyExt, Limited};
use reqwest::{Body, Request, Response};
use secrecy::ExposeSecret;

use super::{ErrorBody, Transport, error_body};

impl Transport {
    /// Sends a request as this account and reads errors into one form.
    #[doc(hidden)]
    pub async fn execute(
        &self,
        http: &reqwest::Client,
        mut request: Request,
        _operation: &'static str,
    ) -> reqwest::Result<Response> {
        let headers = request.headers_mut();
        // progenitor's own; no vendor knows it.
        headers.remove("api-version");
        headers.extend(self.shared.headers.clone());
        // Only operations that answer with JSON ask for it.
        let in_memory = headers.contains_key(http::header::ACCEPT);
        let response = http.execute(request).await?;
        if response.status().is_client_error() || response.status().is_server_error() {
            return self.readable_error(response).await;
        }
        if in_memory {
            return Ok(bounded(response, self.shared.max_body_bytes));
        }
        Ok(response)
    }

    /// The same answer with its body in the one form that generated code reads.
    async fn readable_error(&self, response: Response) -> reqwest::Result<Response> {
        let (mut parts, body) = http::Response::<Body>::from(response).into_parts();
        let mut body = ErrorBody::parse(&start_of(body, error_body::LIMIT).await);
        if let Some(secret) = &self.shared.secret {
            body.redact(secret.expose_secret().trim());
        }
        // The body is no longer what these speak of.
        for name in [http::header::CONTENT_LENGTH, http::header::CONTENT_ENCODING] {
            parts.headers.remove(name);
        }
        let body = serde_json::to_vec(&body).unwrap_or_else(|_| b"{}".to_vec());
        Ok(http::Response::from_parts(parts, Body::from(body)).into())
    }
}

/// What arrives of a body, up to a limit; a body that breaks off is what came
/// before it did.
async fn start_of(mut body: Body, limit: usize) -> Vec<u8> {
    let mut start = Vec::new();
    while start.len() < limit {
        match body.frame().await {
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    let room = limit - start.len();
                    start.extend_from_slice(&data[..data.len().min(room)]);
                }
            }
            Some(Err(_)) | None => break,
        }
    }
    start
}

fn bounded(response: Response, limit: usize) -> Response {
    let (parts, body) = http::Response::<Body>::from(response).into_parts();
    let body = Body::wrap(Limited::new(body, limit));
    http::Response::from_parts(parts, body).into()
}
