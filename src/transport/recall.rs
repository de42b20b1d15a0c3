//! Which answer a body came with.
//!
//! Where a body is JSON but not of the documented form, progenitor hands the
//! body over, and no status or headers. It does so before anything else can
//! run on the thread, and the bytes are those that were read: so the last
//! answer of the thread is kept, and is believed only if it is about them.

use std::cell::RefCell;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::error::request_id;

/// An answer that was read as a whole.
struct Answer {
    body: *const u8,
    length: usize,
    known: Known,
}

/// What is known of an answer beside its body.
pub(super) struct Known {
    pub(super) status: StatusCode,
    pub(super) request_id: Option<String>,
    /// The type of content that it claims to be.
    pub(super) kind: Option<HeaderValue>,
}

thread_local! {
    static LAST: RefCell<Option<Answer>> = const { RefCell::new(None) };
}

/// Keeps what is known of an answer, in the place of the one before.
pub(super) fn keep(body: &Bytes, status: StatusCode, headers: &HeaderMap) {
    let answer = Answer {
        body: body.as_ptr(),
        length: body.len(),
        known: Known {
            status,
            request_id: request_id(headers).map(str::to_owned),
            kind: headers.get(CONTENT_TYPE).cloned(),
        },
    };
    LAST.with_borrow_mut(|last| *last = Some(answer));
}

/// The answer that a body came with.
pub(super) fn of(body: &Bytes) -> Option<Known> {
    let last = LAST.with_borrow_mut(Option::take)?;
    let is_it = last.body == body.as_ptr() && last.length == body.len();
    is_it.then_some(last.known)
}
