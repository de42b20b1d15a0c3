//! The effects of faults.

use std::time::Duration;

/// A header of an error answer about when to try again, or a code that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// `retry-after` in seconds.
    RetryAfter(u64),
    /// `retry-after` as a date, so many seconds from now on the machine's clock.
    RetryAfterDate(u64),
    /// `retry-after-ms`.
    RetryAfterMs(u64),
    /// `x-should-retry`.
    ShouldRetry(bool),
    /// No header: another code in the error body, out of a table, with the message that belongs to it.
    Code(&'static str),
}

/// The effect of a fault on a request or its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// The request is rejected with this status and the vendor's error body, perhaps with a hint whether and when to try again.
    Status(u16, Option<Hint>),
    /// The request is rejected with 500 and an error that is a text, not an object.
    ErrorText,
    /// The answer comes late.
    Delay(Duration),
    /// The connection is reset before the request's body is read; nothing is done.
    ResetBeforeBody,
    /// The connection is reset after the request was read and done.
    ResetAfterBody,
    /// The answer's body ends in the middle, short of its `content-length`.
    Truncated,
    /// The answer's content type is HTML.
    ContentType,
    /// The answer is not JSON.
    InvalidJson,
    /// The answer is JSON but for bytes that are not UTF-8.
    InvalidUtf8,
    /// The answer is a JSON document of 100 MB.
    Huge,
    /// The answer comes one byte per second.
    Drip,
    /// The answer is a redirect to another host.
    Redirect,
}

/// A name in fault specifications, its effect, and the description.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) effect: Effect,
    pub(super) meaning: &'static str,
}

/// Effects that are specified by a name alone.
pub(super) static NAMES: &[Row] = &[
    Row {
        name: "error-text",
        effect: Effect::ErrorText,
        meaning: "the request is rejected with 500 and `{\"error\": \"text\"}`, as vendors sometimes do",
    },
    Row {
        name: "reset-before-body",
        effect: Effect::ResetBeforeBody,
        meaning: "the connection is reset before the request's body is read; nothing is done",
    },
    Row {
        name: "reset-after-body",
        effect: Effect::ResetAfterBody,
        meaning: "the connection is reset after the request was read and done",
    },
    Row {
        name: "truncate",
        effect: Effect::Truncated,
        meaning: "the answer's body ends in the middle, short of its content-length",
    },
    Row {
        name: "content-type",
        effect: Effect::ContentType,
        meaning: "the answer's content type is HTML",
    },
    Row {
        name: "invalid-json",
        effect: Effect::InvalidJson,
        meaning: "the answer is not JSON",
    },
    Row {
        name: "invalid-utf8",
        effect: Effect::InvalidUtf8,
        meaning: "the answer is JSON but for bytes that are not UTF-8",
    },
    Row {
        name: "huge",
        effect: Effect::Huge,
        meaning: "the answer is a JSON document of 100 MB",
    },
    Row {
        name: "drip",
        effect: Effect::Drip,
        meaning: "the answer comes one byte per second",
    },
    Row {
        name: "redirect",
        effect: Effect::Redirect,
        meaning: "the answer is a redirect to another host",
    },
];

/// A status that can be asked for: its error type, its code, and the message.
pub(super) struct Rejected {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) code: Option<&'static str>,
    pub(super) message: &'static str,
    /// Whether a proxy in front of the vendor answers, in HTML.
    pub(super) html: bool,
}

const fn rejected(
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: &'static str,
) -> Rejected {
    Rejected {
        status,
        kind,
        code,
        message,
        html: false,
    }
}

const fn proxy(status: u16, message: &'static str) -> Rejected {
    Rejected {
        html: true,
        ..rejected(status, "proxy_error", None, message)
    }
}

/// Statuses that can be asked for.
#[rustfmt::skip]
pub(super) static STATUSES: &[Rejected] = &[
    rejected(400, "invalid_request_error", Some("injected"), "The request is not valid (injected fault)."),
    rejected(401, "invalid_request_error", Some("invalid_api_key"), "The API key is not valid (injected fault)."),
    rejected(403, "permission_error", Some("forbidden"), "This key may not do that (injected fault)."),
    rejected(403, "invalid_request_error", Some("training_not_available"), "Fine-tuning is being wound down: this organization can create no more jobs (injected fault)."),
    rejected(404, "invalid_request_error", Some("not_found"), "Not found (injected fault)."),
    rejected(409, "conflict_error", Some("conflict"), "Another request is changing this (injected fault)."),
    rejected(429, "rate_limit_error", Some("rate_limit_exceeded"), "Too many requests (injected fault)."),
    rejected(500, "server_error", None, "Internal error (injected fault)."),
    proxy(502, "Bad gateway (injected fault)"),
    rejected(503, "service_unavailable", Some("overloaded"), "Busy; try again later (injected fault)."),
    proxy(524, "The origin took too long (injected fault)"),
    rejected(529, "overloaded_error", Some("overloaded"), "Overloaded; try again later (injected fault)."),
];

/// Returns the row of a status, with this code where one is asked for.
pub(super) fn rejection(status: u16, hint: Option<Hint>) -> Option<&'static Rejected> {
    let code = match hint {
        Some(Hint::Code(code)) => Some(code),
        _ => None,
    };
    let mut rows = STATUSES.iter().filter(|row| row.status == status);
    rows.find(|row| code.is_none() || row.code == code)
}

/// Returns every effect as fault specifications write it, with its description, for documentation and help.
pub fn effects() -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut known = None;
    for rejected in STATUSES {
        // A further code of a status is a row of its own below.
        if known.replace(rejected.status) == Some(rejected.status) {
            continue;
        }
        let form = if rejected.html {
            "in HTML, as a proxy answers"
        } else {
            "with the vendor's error body"
        };
        rows.push((
            rejected.status.to_string(),
            format!("the request is rejected, {form}"),
        ));
    }
    let hints = [
        (
            "429;retry-after=2",
            "any status can carry a hint: `retry-after` in seconds",
        ),
        (
            "429;retry-after-date=2",
            "`retry-after` as a date, so many seconds from now on the machine's clock",
        ),
        ("429;retry-after-ms=250", "`retry-after-ms`"),
        ("429;x-should-retry=true", "`x-should-retry`, true or false"),
        (
            "403;code=training_not_available",
            "the error's code is this one: the vendor starts no more jobs for the organization",
        ),
        ("delay=250ms", "the answer comes late: `ms` or `s`"),
    ];
    let own = |row: (&str, &str)| (row.0.to_owned(), row.1.to_owned());
    rows.extend(hints.map(own));
    rows.extend(NAMES.iter().map(|row| own((row.name, row.meaning))));
    rows
}
