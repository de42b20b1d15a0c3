//! The facts about a vendor that the transport needs. Each vendor's own module gives
//! it as a constant; nothing else in `transport` names a vendor.

use std::time::Duration;

use http::HeaderName;

use super::{VendorError, retry};

/// How a vendor's API is reached and how its responses are read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct VendorProfile {
    /// The vendor's name in configuration, in JSON and in logs.
    pub name: &'static str,
    /// The vendor's name in messages.
    pub title: &'static str,
    /// The base URL where none is set; empty where each account has an address of
    /// its own.
    pub default_base_url: &'static str,
    /// The vendor's own hosts, to which its key may be sent. A name that starts
    /// with a dot stands for all hosts below it.
    pub hosts: &'static [&'static str],
    /// The vendor's usual environment variables.
    pub environment: Environment,
    /// How a request authenticates.
    pub authentication: Authentication,
    /// The environment variable with a token that is sent as a bearer token in
    /// place of the key.
    pub token_variable: Option<&'static str>,
    /// Completes the address of an account, for vendors whose accounts have
    /// addresses of their own. The error says what is wrong with it.
    pub complete_address: CompleteAddress,
    /// Query parameters of every request, as (name, value).
    pub query: &'static [(&'static str, &'static str)],
    /// Keys of an account's configuration that become headers of its requests.
    pub config_headers: &'static [ConfigHeader],
    /// The environment variable with further headers of every request, a line
    /// `Name: value` for each, if the vendor's own SDK reads one. They belong to
    /// the environment's key, and are sent where that is.
    pub headers_variable: Option<&'static str>,
    /// Keys of an account's configuration that its client reads by name.
    pub config_values: &'static [ConfigValue],
    /// Headers with the request's id, best first.
    pub request_id_headers: &'static [&'static str],
    /// The `POST` operations that create nothing and cost nothing, by their
    /// names in the vendor's document: they can be sent twice.
    pub idempotent_posts: &'static [&'static str],
    /// How long a call waits at least after a 429 that does not say it: for
    /// vendors that count requests over a long time.
    pub rate_limit_wait: Duration,
    /// Reads the JSON body of an error.
    pub read_error: fn(&serde_json::Value) -> VendorError,
    /// Returns true if the same request may succeed after this response.
    pub is_transient: fn(u16, &VendorError) -> bool,
    /// Recognises the answer of a vendor that starts no more jobs for the
    /// account, and returns what goes on working until when, in a sentence or
    /// two; none for any other answer.
    pub training_not_available: fn(u16, &VendorError) -> Option<&'static str>,
}

/// A function that makes an account's address of the base URL that is given, and of
/// the values of its configuration, as (key, value).
pub type CompleteAddress = fn(&str, &[(&'static str, String)]) -> Result<Address, String>;

/// The address of an account: the base URL, and what each query begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The base URL: scheme, host and the API's path.
    pub base_url: String,
    /// Query parameters of every request, as (name, value).
    pub query: Vec<(&'static str, String)>,
}

impl Address {
    /// Creates the address of a base URL that is complete by itself.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            query: Vec::new(),
        }
    }
}

/// Names of environment variables.
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    /// The variable with the key.
    pub key: &'static str,
    /// The variable with the base URL.
    pub base_url: &'static str,
    /// The path of the API, where that variable may name the host alone.
    pub path: &'static str,
}

/// A key of an account's configuration that becomes a header.
#[derive(Clone, Copy, Debug)]
pub struct ConfigHeader {
    /// The key in the configuration file.
    pub key: &'static str,
    /// The environment variable that holds the same, if there is one.
    pub variable: &'static str,
    /// The header, in lower case.
    pub header: &'static str,
}

/// A key of an account's configuration that its client asks for by name, such as
/// a part of the paths of its requests.
#[derive(Clone, Copy, Debug)]
pub struct ConfigValue {
    /// The key in the configuration file.
    pub key: &'static str,
    /// The environment variable that holds the same, if there is one.
    pub variable: &'static str,
}

/// How a request authenticates.
#[derive(Clone, Copy, Debug)]
pub struct Authentication {
    /// The header with the key, in lower case.
    pub header: &'static str,
    /// The word before the key, such as `Bearer`; empty for the key alone.
    pub scheme: &'static str,
}

impl Authentication {
    /// `authorization: Bearer …`
    pub const BEARER: Self = Self {
        header: "authorization",
        scheme: "Bearer",
    };

    pub(super) fn header(&self) -> HeaderName {
        HeaderName::from_static(self.header)
    }
}

/// The code by which vendors, and gateways before them, say that no more jobs
/// are started.
const TRAINING_NOT_AVAILABLE: &str = "training_not_available";

/// True for an answer with the usual code, or with the usual code as the type of a
/// broader one.
pub(crate) fn is_end_of_training(status: u16, error: &VendorError) -> bool {
    let is_usual = |word: &Option<String>| {
        let word = word.as_deref().unwrap_or_default();
        word.eq_ignore_ascii_case(TRAINING_NOT_AVAILABLE)
    };
    status == 403 && (is_usual(&error.code) || is_usual(&error.kind))
}

impl VendorProfile {
    /// Creates a profile with what most vendors have in common: a bearer token,
    /// OpenAI's form of an error body, `x-request-id`.
    pub const fn new(
        name: &'static str,
        title: &'static str,
        default_base_url: &'static str,
        environment: Environment,
    ) -> Self {
        Self {
            name,
            title,
            default_base_url,
            hosts: &[],
            environment,
            authentication: Authentication::BEARER,
            token_variable: None,
            complete_address: |base_url, _| Ok(Address::new(base_url)),
            query: &[],
            config_headers: &[],
            headers_variable: None,
            config_values: &[],
            request_id_headers: &["x-request-id", "x-amzn-requestid", "cf-ray"],
            idempotent_posts: &[],
            rate_limit_wait: Duration::ZERO,
            read_error: VendorError::from_json,
            is_transient: |status, _| retry::is_transient(status),
            training_not_available: |status, error| is_end_of_training(status, error).then_some(""),
        }
    }

    /// Returns true if a host is the vendor's own.
    pub fn owns_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| match own.strip_prefix('.') {
            Some(_) => host.len() > own.len() && host.ends_with(own),
            None => host == *own,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_the_vendor_s_or_below_a_domain_of_its() {
        const ENVIRONMENT: Environment = Environment {
            key: "KEY",
            base_url: "URL",
            path: "",
        };
        let mut profile = VendorProfile::new("v", "V", "https://api.v.example", ENVIRONMENT);
        profile.hosts = &["api.v.example", ".own.example"];
        for host in ["api.v.example", "eu.own.example", "a.b.own.example"] {
            assert!(profile.owns_host(host), "{host}");
        }
        for host in [
            "v.example",
            "xapi.v.example",
            "own.example",
            ".own.example",
            "evilown.example",
        ] {
            assert!(!profile.owns_host(host), "{host}");
        }
    }
}
