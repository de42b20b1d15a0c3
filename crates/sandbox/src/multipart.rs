//! Reads multipart forms.

use crate::http::{ErrorResponse, Part};
use ::http::Request;
use ::http::header::CONTENT_TYPE;
use ::http::request::Parts;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart};
use bytes::Bytes;

/// Returns the parts of a multipart form, and a body of another type as it is.
pub(crate) async fn read_form(
    parts: Parts,
    body: Bytes,
) -> Result<(Bytes, Option<Vec<Part>>), ErrorResponse> {
    let media_type = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|media_type| media_type.starts_with("multipart/form-data")) {
        return Ok((body, None));
    }
    let mut request = Request::from_parts(parts, Body::from(body));
    DefaultBodyLimit::disable().apply(&mut request);
    let multipart = Multipart::from_request(request, &()).await;
    let mut multipart = multipart.map_err(invalid)?;
    let mut form = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(invalid)? {
        form.push(Part {
            name: field.name().unwrap_or("").to_owned(),
            file_name: field.file_name().map(str::to_owned),
            content: field.bytes().await.map_err(invalid)?,
        });
    }
    Ok((Bytes::new(), Some(form)))
}

fn invalid(error: impl std::fmt::Display) -> ErrorResponse {
    let message = format!("The multipart form could not be read: {error}.");
    ErrorResponse::new(400, message)
}
