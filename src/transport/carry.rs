//! Brings our own errors through progenitor's code, which only knows
//! reqwest's: as the cause of a body that cannot be read.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use reqwest::{Body, Response, StatusCode};

use super::Error;

/// An error that will be taken out again by whoever finds it among the causes.
struct Carried(Mutex<Option<Error>>);

/// An answer whose body is this error.
pub(super) fn pack(error: Error) -> Response {
    let body = Body::wrap_stream(futures_util::stream::once(async move {
        Err::<bytes::Bytes, _>(boxed(error))
    }));
    let mut response = http::Response::new(body);
    // Code for operations that stream reads no body but that of a failure.
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.into()
}

/// The error, in a form that survives as a cause.
pub(super) fn boxed(error: Error) -> Box<dyn StdError + Send + Sync> {
    Box::new(Carried(Mutex::new(Some(error))))
}

/// The error that was packed, if there is one among the causes.
pub(super) fn unpack(error: &reqwest::Error) -> Option<Error> {
    let mut cause: Option<&dyn StdError> = Some(error);
    while let Some(error) = cause {
        if let Some(Carried(slot)) = error.downcast_ref() {
            return slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        cause = error.source();
    }
    None
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carried")
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call failed")
    }
}

impl StdError for Carried {}
