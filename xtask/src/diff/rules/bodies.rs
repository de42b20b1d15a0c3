//! Bodies, media types and status codes.

use crate::diff::rule::{B, I, N, Rule, W, rule, swaps, waived};

const SENT: &str = "bodies of requests are only sent";
const RECEIVED: &str = "answers are only received";
const ASKED: &str = "a client asks for the media types that it knows, so one more takes nothing away; one less does, both ways";

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "request-body-added",
        (I, N),
        waived("request-body-removed", SENT),
        "the operation takes a body, which may be left out",
        "A call can say more. The Rust function gets an argument, which is a new major version.",
        "Say what the vendor does without it.",
    ),
    rule(
        "required-request-body-added",
        (B, N),
        waived("request-body-removed", SENT),
        "the operation demands a body",
        "Calls without a body are refused now.",
        "It becomes an argument: a new major version.",
    ),
    rule(
        "request-body-removed",
        (B, N),
        waived("request-body-added", SENT),
        "the operation takes no body any more",
        "What a caller says in it is ignored, or refused.",
        "Look where its members have gone: to the query, or to another operation.",
    ),
    rule(
        "request-body-became-required",
        (B, N),
        waived("request-body-became-optional", SENT),
        "the body is required now",
        "Calls without a body are refused now.",
        "The argument must be given: a new major version.",
    ),
    rule(
        "request-body-became-optional",
        (I, N),
        waived("request-body-became-required", SENT),
        "the body may be left out now",
        "A call without a body is fine.",
        "Say what the vendor does without it.",
    ),
    rule(
        "media-type-added",
        (I, I),
        waived("media-type-removed", ASKED),
        "{name} is a media type, too",
        "A body can be written in one more way.",
        "Nothing, unless the new way is the better one.",
    ),
    rule(
        "media-type-removed",
        (B, B),
        waived("media-type-added", ASKED),
        "{name} is no media type any more",
        "A body in this form is refused, or does not come.",
        "See that the client can do one of the forms that are left.",
    ),
    rule(
        "media-type-replaced",
        (B, B),
        swaps("media-type-replaced"),
        "the media type is {to}, it was {from}",
        "A body has another form: what was decoded as JSON may now be a download, or the other way round.",
        "The Rust function changes its type: a new major version. A download streams; see that nobody holds it in memory.",
    ),
    rule(
        "encoding-changed",
        (B, B),
        swaps("encoding-changed"),
        "the parts of the {name} body are written in another way",
        "The parts of a form have other media types or headers.",
        "Compare with the handwritten upload.",
    ),
    rule(
        "response-body-added",
        (N, I),
        waived("response-body-removed", RECEIVED),
        "the answer {name} has a body",
        "An answer says more than its status.",
        "Nothing: the Rust function returns it, which is a new major version.",
    ),
    rule(
        "response-body-removed",
        (N, B),
        waived("response-body-added", RECEIVED),
        "the answer {name} has no body any more",
        "Who reads the body finds none.",
        "Look where its members have gone.",
    ),
    rule(
        "success-status-added",
        (N, W),
        waived("success-status-removed", RECEIVED),
        "{name} says success, too",
        "A call may succeed with a status that no client knows yet, and with another body.",
        "See that the client takes it for a success, and decodes its body.",
    ),
    rule(
        "success-status-removed",
        (N, B),
        waived("success-status-added", RECEIVED),
        "{name} is no answer any more",
        "A call does not succeed in this way any more.",
        "See which status says success now.",
    ),
    rule(
        "success-status-replaced",
        (N, B),
        waived("success-status-replaced", RECEIVED),
        "success is {to}, it was {from}",
        "Who tests for the exact status misses it.",
        "See that the client takes the new status for a success.",
    ),
    rule(
        "error-status-added",
        (N, I),
        waived("error-status-removed", RECEIVED),
        "{name} is a documented error",
        "The document admits to one more error. Errors that no document knows are typed, too.",
        "Nothing, unless it is worth a retry.",
    ),
    rule(
        "error-status-removed",
        (N, I),
        waived("error-status-added", RECEIVED),
        "{name} is no documented error any more",
        "The document is silent about an error. It may come all the same, and is typed all the same.",
        "Nothing.",
    ),
];
