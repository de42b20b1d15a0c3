//! Authentication by bearer token.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::api_error::ApiError;
use crate::token::{Token, bearer, find};

/// The token of a request; `None` where the gateway has no tokens.
#[derive(Clone, Debug)]
pub struct Identity(pub Option<Token>);

/// Returns whose token a request carries.
///
/// # Errors
///
/// 401: there are tokens, and it carries none of them.
pub fn authenticate(tokens: &[Token], headers: &HeaderMap) -> Result<Identity, ApiError> {
    if tokens.is_empty() {
        return Ok(Identity(None));
    }
    let header = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let presented = header.and_then(bearer).ok_or_else(|| {
        ApiError::unauthorized(
            "no API key was given: send it in the header authorization, as a bearer token",
        )
    })?;
    match find(tokens, presented) {
        Some(token) => Ok(Identity(Some(token.clone()))),
        None => Err(ApiError::unauthorized(
            "the API key is not one of this gateway's tokens",
        )),
    }
}
