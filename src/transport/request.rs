//! A request as generated code describes it, and the ways to send it: one for
//! each form of a response.

use std::borrow::Cow;
use std::fmt::Display;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use reqwest::{Body, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::attempt::{Answer, Document, Shape, Stream};
use super::body::WholeBody;
use super::long_document::{LongBody, LongDocument, ReadPieces};
use super::{Download, Error, ErrorKind, Response, Transport};
use crate::wire::{DeepObject, Secret};

/// Characters that are escaped in a path. The backslash is one because URLs of
/// HTTP treat it as a slash.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'`')
    .add(b'{')
    .add(b'}');

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A request of one operation. An invalid part is reported when the request is
/// sent.
#[must_use]
pub struct Request<'t> {
    transport: &'t Transport,
    operation: &'static str,
    method: Method,
    url: String,
    query: Vec<(Cow<'static, str>, String)>,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    fault: Option<Error>,
}

/// A response to [`Request::call_long_json`].
#[allow(dead_code)] // Not every set of vendors has such documents.
pub(crate) enum LongResponse<T, V> {
    /// It was short.
    Whole(Response<T>),
    /// What its reader made of it.
    Read(V),
}

type Query = [(Cow<'static, str>, String)];

impl Transport {
    /// Builds a URL, with the query parameters of every request first.
    pub(super) fn url(&self, url: &str, query: &Query) -> Result<Url, Error> {
        let mut url = Url::parse(url).map_err(|e| {
            let message = format!("the request cannot be built: {e}");
            Error::new(ErrorKind::InvalidRequest, message)
        })?;
        let own = &self.shared.query;
        if !query.is_empty() || !own.is_empty() {
            url.query_pairs_mut().extend_pairs(own).extend_pairs(query);
        }
        Ok(url)
    }

    /// Creates a request of an operation, under its name in the document.
    #[doc(hidden)]
    pub fn request(&self, operation: &'static str, method: Method) -> Request<'_> {
        Request {
            transport: self,
            operation,
            method,
            url: self.base_url().to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            fault: None,
        }
    }
}

/// Writes a value as one segment of a path; the error says why it cannot be one.
pub(crate) fn segment(name: &str, value: &str) -> Result<String, String> {
    match value {
        "" | "." | ".." => Err(format!(
            "invalid {name} {value:?}: it would vanish from the request's path"
        )),
        value => Ok(utf8_percent_encode(value, RESERVED).to_string()),
    }
}

impl Request<'_> {
    /// Leads to another address, in the place of the vendor's own.
    #[allow(dead_code)] // Not every set of vendors has such addresses.
    pub(crate) fn address(mut self, url: &Secret) -> Self {
        self.url = url.expose().to_owned();
        self
    }

    /// Appends a constant part to the path.
    pub fn path(mut self, literal: &'static str) -> Self {
        self.url.push_str(literal);
        self
    }

    /// Appends a value to the path. Rejects values that would change the path:
    /// `""`, `.` and `..` vanish from a URL's path.
    pub fn segment(mut self, name: &'static str, value: impl Display) -> Self {
        match segment(name, &value.to_string()) {
            Ok(value) => self.url.push_str(&value),
            Err(message) => return self.rejected(message),
        }
        self
    }

    /// Adds a query parameter: none, one, or one for each value of a list.
    pub fn query<T: Display>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let pairs = values.into_iter().map(|v| (name.into(), v.to_string()));
        self.query.extend(pairs);
        self
    }

    /// Adds a query parameter of style `deepObject`.
    pub fn deep_object(mut self, name: &'static str, value: Option<&DeepObject>) -> Self {
        match value.map(DeepObject::pairs) {
            Some(None) => self.query.push((name.into(), "null".to_owned())),
            Some(Some(pairs)) => self.query.extend(
                pairs
                    .iter()
                    .map(|(key, value)| (format!("{name}[{key}]").into(), value.clone())),
            ),
            None => {}
        }
        self
    }

    /// Adds a header, if there is a value for it.
    pub fn header<T: Display>(
        mut self,
        name: &'static str,
        value: impl IntoIterator<Item = T>,
    ) -> Self {
        for value in value {
            let header = HeaderName::from_bytes(name.as_bytes());
            match (header, HeaderValue::from_str(&value.to_string())) {
                (Ok(header), Ok(value)) => self.headers.insert(header, value),
                // The value stays out of the message: it could be a secret.
                _ => {
                    return self.rejected(format!(
                        "{name} cannot be sent in a header: it has a line break or another \
                         control character"
                    ));
                }
            };
        }
        self
    }

    /// Sets the body.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = Some(body),
            Err(e) => return self.rejected(format!("the request cannot be built: {e}")),
        }
        self.headers.entry(CONTENT_TYPE).or_insert(JSON);
        self
    }

    /// Sends the request, for a response that is a JSON document.
    ///
    /// # Errors
    ///
    /// Any error of a call: see [`ErrorKind`].
    pub async fn call_json<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let (transport, operation) = (self.transport, self.operation);
        let answer = self.document().await?;
        Response::decoded(transport.shared.profile, answer)
            .map_err(|e| transport.labelled(operation, e))
    }

    /// Sends the request, for a response that is a JSON document. What is larger
    /// than `whole` bytes is read as it comes, by the reader.
    ///
    /// # Errors
    ///
    /// Any error of a call: see [`ErrorKind`].
    #[allow(dead_code)] // Not every set of vendors has such documents.
    pub(crate) async fn call_long_json<T, R>(
        mut self,
        whole: usize,
        reader: R,
    ) -> Result<LongResponse<T, R::Value>, Error>
    where
        T: DeserializeOwned,
        R: ReadPieces,
    {
        let (transport, operation) = (self.transport, self.operation);
        self.headers.entry(ACCEPT).or_insert(JSON);
        let answer = self.send(LongDocument { reader, whole }).await?;
        let (answer, body) = answer.with_body(());
        match body {
            LongBody::Whole(body) => {
                let (answer, ()) = answer.with_body(body);
                let decoded = Response::decoded(transport.shared.profile, answer);
                let decoded = decoded.map_err(|e| transport.labelled(operation, e));
                decoded.map(LongResponse::Whole)
            }
            LongBody::Read(value) => Ok(LongResponse::Read(value)),
        }
    }

    /// Sends the request, for a response without content.
    ///
    /// # Errors
    ///
    /// Any error of a call: see [`ErrorKind`].
    pub async fn call_empty(self) -> Result<Response<()>, Error> {
        let (transport, operation) = (self.transport, self.operation);
        let answer = self.document().await?;
        Response::empty(transport.shared.profile, answer)
            .map_err(|e| transport.labelled(operation, e))
    }

    /// Sends the request, for a response that is a stream of bytes.
    ///
    /// # Errors
    ///
    /// Any error of a call: see [`ErrorKind`].
    pub async fn call_bytes(self) -> Result<Download, Error> {
        let (transport, operation) = (self.transport.clone(), self.operation);
        let answer = self.send(Stream).await?;
        Ok(Download::new(answer, transport, operation))
    }

    async fn document(mut self) -> Result<Answer<WholeBody>, Error> {
        self.headers.entry(ACCEPT).or_insert(JSON);
        self.send(Document).await
    }

    async fn send<S: Shape>(self, shape: S) -> Result<Answer<S::Body>, Error> {
        let (transport, operation) = (self.transport, self.operation);
        let outcome = match self.built() {
            Ok(request) => {
                let mut next = Some(request);
                let requests = || {
                    let request = next.take()?;
                    next = request.try_clone();
                    Some(Ok(request))
                };
                transport.call(requests, operation, shape).await
            }
            Err(error) => Err(error),
        };
        outcome.map_err(|e| transport.labelled(operation, e))
    }

    fn built(self) -> Result<reqwest::Request, Error> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let url = self.transport.url(&self.url, &self.query)?;
        let mut request = reqwest::Request::new(self.method, url);
        *request.headers_mut() = self.headers;
        *request.body_mut() = self.body.map(Body::from);
        Ok(request)
    }

    /// Records the first invalid part.
    fn rejected(mut self, message: String) -> Self {
        self.fault
            .get_or_insert_with(|| Error::new(ErrorKind::InvalidRequest, message));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truefoundry::Client;

    fn transport() -> Transport {
        let builder = Client::builder().base_url("https://a.example/v1");
        builder.api_key("key").build().unwrap().transport().clone()
    }

    fn url(build: impl FnOnce(Request<'_>) -> Request<'_>) -> String {
        let transport = transport();
        let request = build(transport.request("op", Method::GET));
        request.built().unwrap().url().to_string()
    }

    fn fault(build: impl FnOnce(Request<'_>) -> Request<'_>) -> String {
        let transport = transport();
        let request = build(transport.request("op", Method::GET));
        let error = request.built().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        error.to_string()
    }

    #[test]
    fn a_value_stays_within_its_segment() {
        for (value, written) in [
            ("ft-1", "ft-1"),
            ("ft:gpt-4o:org::id", "ft:gpt-4o:org::id"),
            ("a/b", "a%2Fb"),
            ("a\\..\\b", "a%5C..%5Cb"),
            ("..\\x", "..%5Cx"),
            ("50%", "50%25"),
            ("%2e%2e", "%252e%252e"),
            ("a?b#c", "a%3Fb%23c"),
            ("a b\n", "a%20b%0A"),
            ("é<>\"`{}", "%C3%A9%3C%3E%22%60%7B%7D"),
        ] {
            let url = url(|r| r.path("/jobs/").segment("id", value).path("/events"));
            assert_eq!(url, format!("https://a.example/v1/jobs/{written}/events"));
        }
    }

    #[test]
    fn what_would_be_another_request_is_rejected() {
        for value in ["", ".", ".."] {
            let fault = fault(|r| r.path("/jobs/").segment("id", value).header("x", ["\n"]));
            assert_eq!(
                fault,
                format!("invalid id {value:?}: it would vanish from the request's path")
            );
        }
        let fault = fault(|r| r.header("x-name", ["secret\n"]));
        assert!(fault.starts_with("x-name cannot be sent in a header: it has a line break"));
    }

    #[test]
    fn queries_are_pairs_in_their_order() {
        let filter = DeepObject::new().with("a b", "c&d");
        let written = url(|r| {
            r.path("/jobs?beta=true")
                .query("after", None::<String>)
                .query("limit", Some(5))
                .query("kind", ["a", "b=c"])
                .deep_object("metadata", Some(&filter))
                .deep_object("none", None)
                .deep_object("null", Some(&DeepObject::null()))
        });
        assert_eq!(
            written,
            "https://a.example/v1/jobs?beta=true&limit=5&kind=a&kind=b%3Dc\
             &metadata%5Ba+b%5D=c%26d&null=null"
        );
        assert_eq!(url(|r| r.path("/jobs")), "https://a.example/v1/jobs");
    }

    #[test]
    fn a_body_is_json_and_a_document_can_say_otherwise() {
        let transport = transport();
        let request = transport.request("op", Method::PATCH).json("text");
        let request = request.header("Content-Type", ["application/merge-patch+json"]);
        let request = request.built().unwrap();
        assert_eq!(request.method(), Method::PATCH);
        assert_eq!(
            request.headers()[CONTENT_TYPE],
            "application/merge-patch+json"
        );
        let body = request.body().and_then(Body::as_bytes);
        assert_eq!(body, Some(b"\"text\"".as_slice()));
    }
}
