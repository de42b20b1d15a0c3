//! A request as handlers get it: matched, authenticated, and read to its end.

use super::{ErrorResponse, Part};
use crate::clock::Time;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// One request to one operation.
#[derive(Debug)]
pub(crate) struct Call {
    /// Path parameters, decoded.
    pub(crate) path: Vec<(&'static str, String)>,
    /// Query pairs, decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    /// Headers as received.
    pub(crate) headers: HeaderMap,
    /// The body; empty when it is a form.
    pub(crate) body: Bytes,
    /// The parts of a multipart form, if it was one.
    pub(crate) form: Option<Vec<Part>>,
    /// Sandbox time.
    pub(crate) now: Time,
    /// Scheme, host and prefix under which the vendor was reached.
    pub(crate) base_url: String,
}

impl Call {
    /// A path parameter; `""` when the table of operations does not declare it.
    pub(crate) fn path(&self, name: &str) -> &str {
        let found = self.path.iter().find(|pair| pair.0 == name);
        found.map_or("", |pair| pair.1.as_str())
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|pair| pair.0 == name);
        found.map(|pair| pair.1.as_str())
    }

    /// A header that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as a JSON object.
    pub(crate) fn object(&self) -> Result<Value, ErrorResponse> {
        let value: Value = serde_json::from_slice(&self.body).map_err(|error| {
            ErrorResponse::new(
                400,
                format!("The request body is not valid JSON ({error}). Send a JSON object."),
            )
        })?;
        match value.is_object() {
            true => Ok(value),
            false => Err(ErrorResponse::new(
                400,
                "The request body must be a JSON object.",
            )),
        }
    }

    /// A part of the form.
    pub(crate) fn part(&self, name: &str) -> Option<&Part> {
        self.form.as_ref()?.iter().find(|part| part.name == name)
    }

    /// A part of the form, as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let part = self.part(name)?;
        Some(String::from_utf8_lossy(&part.content).into_owned())
    }
}
