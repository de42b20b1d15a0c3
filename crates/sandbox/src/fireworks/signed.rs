//! Signed URLs for files, and the storage's own errors. They are open to everybody who has them, until they expire.

use super::store::Store;
use super::times;
use crate::clock::SECOND;
use crate::http::{Answer, Call};
use crate::state::random::hash;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// How long an upload's URL is valid, in seconds.
pub(super) const UPLOAD: i64 = 3600;
/// How long a download's URL is valid, in seconds.
pub(super) const DOWNLOAD: i64 = 599;

/// What stays as it is in a part of a path.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Makes a URL that allows one method on one path, which is given in its parts.
pub(super) fn url(
    store: &Store,
    call: &Call,
    method: &str,
    parts: &[&str],
    seconds: i64,
) -> String {
    let date = times::compact(call.now);
    let path: String = parts
        .iter()
        .map(|part| format!("/{}", utf8_percent_encode(part, PART)))
        .collect();
    let signature = signature(store, method, parts, &date, seconds);
    format!(
        "{}/storage{path}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date={date}&X-Goog-Expires={seconds}\
         &X-Goog-SignedHeaders=host&X-Goog-Signature={signature}",
        call.base_url
    )
}

/// Rejects a request whose URL does not allow it: no such signature, too late, or with a key, which is not meant for
/// the storage.
pub(super) fn check(
    store: &Store,
    call: &Call,
    method: &str,
    parts: &[&str],
) -> Result<(), Answer> {
    if call.header("authorization").is_some() {
        let message = "Signed URLs take no Authorization header.";
        return Err(rejected(400, "InvalidArgument", message));
    }
    let query = |name| call.query(name).unwrap_or("");
    let date = query("X-Goog-Date");
    let seconds: i64 = query("X-Goog-Expires").parse().unwrap_or(0);
    let expected = signature(store, method, parts, date, seconds);
    let at = times::parse_compact(date).filter(|_| query("X-Goog-Signature") == expected);
    let Some(at) = at else {
        return Err(mismatch("The signature does not belong to this request."));
    };
    match call.now < at.plus(seconds.saturating_mul(SECOND)) {
        true => Ok(()),
        false => Err(rejected(400, "ExpiredToken", "The signed URL has expired.")),
    }
}

/// A request that differs from the signed one.
pub(super) fn mismatch(message: &str) -> Answer {
    rejected(403, "SignatureDoesNotMatch", message)
}

/// The storage's error, in XML.
pub(super) fn rejected(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    let mut answer = Answer::bytes("application/xml; charset=UTF-8", Bytes::from(body));
    answer.status = status;
    answer
}

fn signature(store: &Store, method: &str, parts: &[&str], date: &str, seconds: i64) -> String {
    let text = format!("{:016x} {method} {parts:?} {date} {seconds}", store.secret);
    format!("{:016x}{:016x}", hash(&text), hash(&format!("{text} ")))
}
