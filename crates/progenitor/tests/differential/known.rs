//! The differences that are known, and meant to be.

use serde_json::{Map, Value};

use super::cover::Deviation;
use super::findings::{Call, Difference, Known};
use super::outcome::Outcome;
use super::recorder::Sent;

/// What has no place in typify's types.
const EMPTY_IN_ANSWERS: Known = Known {
    name: "empty lists and maps of answers",
    reason: "unitune keeps optional ones that are empty; typify skips them",
    is: |call, difference| match difference {
        Difference::Value(at, Some(ours), None) => {
            let there = |answer: &Value| answer.pointer(at) == Some(ours);
            is_empty(ours) && call.answer.is_none_or(there)
        }
        _ => false,
    },
};

const EMPTY_IN_REQUESTS: Known = Known {
    name: "empty lists and maps of requests",
    reason: "unitune sends optional ones that are empty; typify cannot",
    is: |call, difference| match difference {
        Difference::Body(at, Some(ours), None) => {
            let given = call.input.body.as_ref().and_then(|body| body.pointer(at));
            is_empty(ours) && given == Some(ours)
        }
        _ => false,
    },
};

const UNDOCUMENTED: Known = Known {
    name: "members that the document does not name",
    reason: "unitune keeps them; typify skips them",
    is: |call, difference| match difference {
        Difference::Value(at, Some(_), None) => {
            let member = at.rsplit('/').next().unwrap_or_default();
            !call.members.contains(member)
        }
        _ => false,
    },
};

/// Those of the recorder: inputs and answers that cover the documents, and
/// answers that deviate from them.
pub const OF_THE_RECORDER: &[Known] = &[
    Known {
        name: "dots in a path",
        reason: "unitune rejects ids that would lead the URL elsewhere",
        is: |call, difference| {
            let rejected = matches!(call.outcome[0], Outcome::NotSent(_));
            let there = matches!(difference, Difference::Request | Difference::Outcome);
            call.deviation == Deviation::DotSegment && rejected && there
        },
    },
    Known {
        name: "backslashes in a path",
        reason: "progenitor does not escape them, and the URL has a slash in their place",
        is: |call, difference| match &call.sent {
            [Some(ours), Some(theirs)] => {
                let slashes = ours.path.join("/").replace('\\', "/");
                let path = slashes.split('/').map(str::to_owned).collect();
                let as_theirs = Sent {
                    path,
                    ..ours.clone()
                };
                *difference == Difference::Request && as_theirs.equal_but_for_the_body(theirs)
            }
            _ => false,
        },
    },
    EMPTY_IN_ANSWERS,
    EMPTY_IN_REQUESTS,
    UNDOCUMENTED,
    Known {
        name: "new values of enumerations",
        reason: "unitune keeps them; typify's enumerations are closed, and the answer is lost",
        is: |call, difference| {
            call.deviation == Deviation::UnknownValue && lost_by_progenitor(call, difference)
        },
    },
    Known {
        name: "bad items of lists",
        reason: "unitune's lists survive them; with progenitor the answer is lost",
        is: |call, difference| {
            call.deviation == Deviation::BadItem && lost_by_progenitor(call, difference)
        },
    },
    Known {
        name: "times that are numbers",
        reason: "unitune reads them; with progenitor the answer is lost",
        is: |call, difference| {
            call.deviation == Deviation::NumberAsTime && lost_by_progenitor(call, difference)
        },
    },
    Known {
        name: "null",
        reason: "where the document does not allow it, unitune reads it as absent or unknown; \
                 with progenitor the answer is lost",
        is: |call, difference| {
            call.deviation == Deviation::Null && lost_by_progenitor(call, difference)
        },
    },
];

fn is_empty(value: &Value) -> bool {
    *value == Value::Array(Vec::new()) || *value == Value::Object(Map::new())
}

/// Whether unitune alone read the answer.
fn lost_by_progenitor(call: &Call<'_>, difference: &Difference) -> bool {
    let lost = matches!(call.outcome, [Outcome::Read(_), Outcome::Unreadable(_)]);
    lost && *difference == Difference::Outcome
}

/// Those of the sandbox, which answers with the vendors' deviations.
pub const OF_THE_SANDBOX: &[Known] = &[
    EMPTY_IN_ANSWERS,
    EMPTY_IN_REQUESTS,
    UNDOCUMENTED,
    Known {
        name: "new values of enumerations",
        reason: "unitune keeps them; typify's enumerations are closed, and the answer is lost",
        is: |call, difference| lost_with(call, difference, "unknown variant"),
    },
    Known {
        name: "new forms of unions",
        reason: "unitune keeps them; typify's unions are closed, and the answer is lost",
        is: |call, difference| lost_with(call, difference, "did not match any variant"),
    },
    Known {
        name: "times that are numbers",
        reason: "unitune reads them; with progenitor the answer is lost",
        is: |call, difference| {
            let message = "invalid type: integer `1768213652`, expected a string";
            call.vendor == "together" && lost_with(call, difference, message)
        },
    },
];

/// Whether unitune alone read the answer, and progenitor's error says this.
fn lost_with(call: &Call<'_>, difference: &Difference, words: &str) -> bool {
    let said = matches!(&call.outcome[1], Outcome::Unreadable(error) if error.contains(words));
    lost_by_progenitor(call, difference) && said
}
