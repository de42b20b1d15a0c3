//! Requests to Forge, and what its errors become.

use std::fmt;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;
use unitune::providers::Call;
use unitune::{Error, ErrorKind};

use crate::wire::ErrorAnswer;

/// One account at Forge.
#[derive(Clone)]
pub struct Forge {
    base_url: Url,
    key: String,
    http: reqwest::Client,
}

impl Forge {
    /// An account at this address, with this key.
    pub fn new(base_url: Url, key: impl Into<String>) -> Self {
        // An error means that the program has chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            base_url,
            key: key.into(),
            http: reqwest::Client::new(),
        }
    }

    /// A request to a path of these segments, whatever characters an id has.
    pub(crate) fn request(&self, call: &Call, method: Method, path: &[&str]) -> RequestBuilder {
        let timeout = call.options.get_timeout();
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        self.http
            .request(method, url)
            .header("x-forge-key", &self.key)
            .timeout(timeout.unwrap_or(Duration::from_secs(30)))
    }
}

/// Sends a request; an error answer becomes an error.
pub(crate) async fn send(request: RequestBuilder) -> Result<Response, Error> {
    let response = request.send().await.map_err(broken)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let error = Error::new(ErrorKind::Status, "").with_status(status.as_u16());
    Err(match response.json::<ErrorAnswer>().await {
        Ok(answer) => error
            .with_vendor_code(answer.fault.number.to_string())
            .with_vendor_message(answer.fault.says),
        Err(_) => error,
    })
}

/// The same for an answer that is a document.
pub(crate) async fn document<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Error> {
    let response = send(request).await?;
    response.json().await.map_err(broken)
}

pub(crate) fn broken(error: reqwest::Error) -> Error {
    let (kind, message) = if error.is_connect() {
        (ErrorKind::Connect, "no connection")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "no answer in time")
    } else if error.is_decode() {
        (ErrorKind::Decode, "the answer is not what Forge documents")
    } else {
        (ErrorKind::Interrupted, "the connection broke")
    };
    Error::new(kind, message).because(error.without_url())
}

/// Shows no key.
impl fmt::Debug for Forge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forge")
            .field("base_url", &self.base_url.as_str())
            .finish_non_exhaustive()
    }
}
