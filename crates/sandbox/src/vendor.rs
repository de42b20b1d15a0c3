//! A simulated vendor: a handle that callers hold, and the description behind it.

use crate::deviation::Deviation;
use crate::http::{Answer, ErrorResponse, OperationTable};
use crate::simulation::Simulation;
use ::http::HeaderMap;
use serde_json::Value;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A vendor whose API the sandbox simulates. [`Vendor::all`] lists them.
#[derive(Clone, Copy)]
pub struct Vendor(&'static Description);

/// All that the shared parts know of a vendor: each vendor's folder has one, and the table of vendors lists them.
pub(crate) struct Description {
    /// The name in fault specifications, recordings and the control endpoint.
    pub(crate) name: &'static str,
    /// The base path that callers are given.
    pub(crate) base: &'static str,
    /// Another base path that callers may be given, and what it is.
    pub(crate) other_base: Option<(&'static str, &'static str)>,
    /// The path of the address that clients complete by themselves, where that is not the base path.
    pub(crate) endpoint: Option<&'static str>,
    /// Every base path that is served, the most specific first.
    pub(crate) bases: &'static [&'static str],
    /// The key that is accepted.
    pub(crate) key: &'static str,
    /// The account that the key belongs to, where callers must name it.
    pub(crate) account: Option<&'static str>,
    pub(crate) key_check: KeyCheck,
    pub(crate) operations: &'static dyn OperationTable,
    /// The headers of each answer, besides those that every vendor sends.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) errors: Errors,
    /// Deviations from the vendor's document, each of them a switch.
    pub(crate) deviations: &'static [Deviation],
    /// Makes the vendor's state, empty, for a seed.
    pub(crate) simulation: fn(u64) -> Box<dyn Simulation>,
}

/// Where a request carries its key, and how one without the right key is rejected.
pub(crate) struct KeyCheck {
    /// Reads the key.
    pub(crate) read: fn(&HeaderMap) -> Option<&str>,
    /// How to send one, for the message.
    pub(crate) form: &'static str,
    /// The status of the rejection.
    pub(crate) status: u16,
    /// The error's type.
    pub(crate) kind: &'static str,
    /// The error's code where no key was sent.
    pub(crate) missing: Option<&'static str>,
    /// The error's code where another key was sent.
    pub(crate) wrong: Option<&'static str>,
}

/// How a vendor's errors look.
pub(crate) struct Errors {
    /// Writes the body of an error answer.
    pub(crate) body: fn(&ErrorResponse) -> Value,
    /// The code of the error answer of an unknown path.
    pub(crate) unknown_path: Option<&'static str>,
    /// The code of the error answer of a method that a path does not take.
    pub(crate) unknown_method: Option<&'static str>,
}

impl Vendor {
    pub(crate) const fn new(description: &'static Description) -> Vendor {
        Vendor(description)
    }

    /// Returns the name, as fault specifications and recordings write it.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Returns the key that the sandbox accepts for this vendor. It is fixed, and opens nothing elsewhere.
    pub fn key(self) -> &'static str {
        self.0.key
    }

    /// Returns the account that the key belongs to, at a vendor whose callers must name it.
    pub fn account(self) -> Option<&'static str> {
        self.0.account
    }

    /// Returns the path of this vendor's base URL. [`Sandbox::base_url`](crate::Sandbox::base_url) has the whole URL.
    pub fn base_path(self) -> &'static str {
        self.0.base
    }

    /// Returns the path of the address that the vendor's environment variable holds: that of the base URL, or one that
    /// clients complete by themselves.
    pub fn endpoint_path(self) -> &'static str {
        self.0.endpoint.unwrap_or(self.0.base)
    }

    /// Returns another path of a base URL under which the vendor is served, and what it is, where there is one.
    pub fn other_base_path(self) -> Option<(&'static str, &'static str)> {
        self.0.other_base
    }

    /// Returns the names of this vendor's documented operations, as faults and recordings write them.
    pub fn operations(self) -> impl Iterator<Item = &'static str> {
        let documented = self.0.operations.routes().filter(|route| route.documented);
        documented.map(|route| route.name)
    }

    /// The same, with the operations that only the vendor's SDK knows.
    pub(crate) fn all_operations(self) -> impl Iterator<Item = &'static str> {
        self.0.operations.routes().map(|route| route.name)
    }

    pub(crate) fn description(self) -> &'static Description {
        self.0
    }

    /// Rejects a request without the vendor's key.
    pub(crate) fn check_key(self, headers: &HeaderMap) -> Result<(), ErrorResponse> {
        let check = &self.0.key_check;
        let (message, code) = match (check.read)(headers) {
            Some(key) if key == self.0.key => return Ok(()),
            Some(_) => (
                "The API key is not one that this sandbox accepts.".to_owned(),
                check.wrong,
            ),
            None => {
                let message = format!("No API key was sent. Send one as '{}'.", check.form);
                (message, check.missing)
            }
        };
        let mut error_response = ErrorResponse::new(check.status, message).kind(check.kind);
        error_response.code = code;
        Err(error_response)
    }

    /// An error answer in the vendor's form.
    pub(crate) fn error_answer(self, error_response: ErrorResponse) -> Answer {
        let body = (self.0.errors.body)(&error_response);
        let mut answer = Answer::status(error_response.status, body);
        answer.headers = error_response.headers;
        answer
    }
}

impl PartialEq for Vendor {
    fn eq(&self, other: &Vendor) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Vendor {}

impl PartialOrd for Vendor {
    fn partial_cmp(&self, other: &Vendor) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By name.
impl Ord for Vendor {
    fn cmp(&self, other: &Vendor) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for Vendor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vendor").field(&self.name()).finish()
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
