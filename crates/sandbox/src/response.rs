//! Makes HTTP responses of answers.

use crate::clock::Time;
use crate::http::{Answer, Content};
use ::http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use ::http::{Response, StatusCode};
use bytes::Bytes;

/// Builds an answer's head and body, with the headers that every vendor sends.
pub(crate) fn build(answer: Answer, number: u64, now: Time) -> (Response<()>, Bytes) {
    let (media_type, body) = match answer.content {
        Content::Json(body) => ("application/json", Bytes::from(body.to_string())),
        Content::Bytes(media_type, body) => (media_type, body),
    };
    let mut response = Response::new(());
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    let common = [
        ("x-request-id", format!("req_{number:08}")),
        (DATE.as_str(), now.http_date()),
    ];
    for (name, value) in common.into_iter().chain(answer.headers) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            headers.insert(name, value);
        }
    }
    (response, body)
}
