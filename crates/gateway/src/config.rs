//! The gateway's settings.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use tokio::sync::Semaphore;
use unitune::providers::Providers;

use crate::token::Token;

/// The smallest memory for responses of accounts: enough for one page of jobs.
const MIN_UPSTREAM_MEMORY: usize = 1 << 20;

/// The longest duration of a setting, in seconds: a year. Timers cannot add any duration
/// to the present time.
const MAX_SECONDS: u64 = 365 * 24 * 60 * 60;

/// Settings of the gateway: the table `[gateway]` of the configuration file.
///
/// ```
/// use unitune_gateway::{Config, Token};
///
/// let config = Config {
///     tokens: vec![Token::new("ci", "a long random text").accounts(["main"])],
///     max_requests: 64,
///     ..Config::default()
/// };
/// # let _ = config;
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The tokens that give access to the gateway. Without any, every client that
    /// can connect may use it; it then listens on loopback only.
    pub tokens: Vec<Token>,
    /// The most requests that are processed at the same time; further ones get
    /// a 503.
    pub max_requests: usize,
    /// The most requests whose body is being received at the same time, uploads
    /// included; further ones get a 503.
    pub max_bodies: usize,
    /// The most event streams that are open at the same time; further ones get
    /// a 503.
    pub max_streams: usize,
    /// The most connections at the same time; further ones wait to be accepted.
    pub max_connections: usize,
    /// The most calls to one account at the same time; further ones wait.
    pub max_calls_per_account: usize,
    /// The most memory that the responses of all accounts take together while they
    /// are read, in bytes; requests beyond it get a 503 with
    /// `retry-after`. The first 64 KiB of a response are always read.
    pub max_upstream_memory_bytes: usize,
    /// The largest JSON body, in bytes.
    pub max_body_bytes: usize,
    /// The largest upload, in bytes.
    pub max_upload_bytes: u64,
    /// The largest request head (request line and headers), in bytes.
    pub max_head_bytes: usize,
    /// The longest time that a request may take, in seconds; uploads, downloads
    /// and event streams may take longer.
    #[serde(rename = "deadline_seconds", deserialize_with = "seconds")]
    pub deadline: Duration,
    /// How long an account is waited for in a list, in seconds, once another one
    /// has returned its own; then the list comes with a warning in place of its jobs or
    /// files. At most half of `deadline_seconds` counts.
    #[serde(rename = "account_wait_seconds", deserialize_with = "seconds")]
    pub account_wait: Duration,
    /// The idle timeout, in seconds: of request bodies, uploads and downloads
    /// that make no progress, of clients that have not sent a request's head,
    /// and of clients that do not read the response.
    #[serde(rename = "idle_seconds", deserialize_with = "seconds")]
    pub idle: Duration,
    /// How long a shutdown waits for requests that are being processed, in
    /// seconds.
    #[serde(rename = "shutdown_seconds", deserialize_with = "seconds")]
    pub shutdown: Duration,
    /// The time between two heartbeats of an event stream, in seconds.
    #[serde(rename = "heartbeat_seconds", deserialize_with = "seconds")]
    pub heartbeat: Duration,
    /// The time between two polls of the vendor for an event stream, in seconds.
    #[serde(rename = "poll_seconds", deserialize_with = "seconds")]
    pub poll: Duration,
    /// The export of traces and metrics by OTLP; the configuration file cannot set it.
    /// It needs the feature `otlp`.
    #[serde(skip)]
    pub telemetry: Option<crate::Telemetry>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            max_requests: 512,
            max_bodies: 256,
            max_streams: 256,
            max_connections: 4096,
            max_calls_per_account: 64,
            max_upstream_memory_bytes: 256 << 20,
            max_body_bytes: 1 << 20,
            max_upload_bytes: 8 << 30,
            max_head_bytes: 32 << 10,
            deadline: Duration::from_secs(60),
            account_wait: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            shutdown: Duration::from_secs(30),
            heartbeat: Duration::from_secs(15),
            poll: Duration::from_secs(3),
            telemetry: None,
        }
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero() && is_at_most_a_year(duration))
        .ok_or_else(|| {
            serde::de::Error::custom(format_args!(
                "expected a number of seconds greater than 0 and at most {MAX_SECONDS} (365 days)"
            ))
        })
}

fn is_at_most_a_year(duration: &Duration) -> bool {
    *duration <= Duration::from_secs(MAX_SECONDS)
}

impl Config {
    /// Returns how long an account is waited for in a list: never as long as the
    /// whole request may take.
    pub(crate) fn effective_account_wait(&self) -> Duration {
        self.account_wait.min(self.deadline / 2)
    }

    /// Checks the settings, and that the accounts of the tokens exist.
    ///
    /// # Errors
    ///
    /// A setting is invalid, or there is no account.
    pub(crate) fn check(&self, providers: &Providers) -> Result<(), ConfigError> {
        if let Some(message) = self.invalid_setting() {
            return Err(ConfigError(message));
        }
        if providers.accounts().is_empty() {
            return Err(ConfigError(
                "there is no provider account: add one, as [[account]]".to_owned(),
            ));
        }
        for token in &self.tokens {
            let unknown = |name: &&String| providers.get(name).is_none();
            let mut named = token
                .accounts
                .iter()
                .flatten()
                .chain(&token.default_account);
            if let Some(name) = named.find(unknown) {
                return Err(ConfigError(format!(
                    "the token {:?} names the account {name:?}, which does not exist",
                    token.name
                )));
            }
            let rejected = token
                .default_account
                .iter()
                .find(|name| !token.may_use(name));
            if let Some(name) = rejected {
                return Err(ConfigError(format!(
                    "the default account {name:?} of the token {:?} is not among its accounts",
                    token.name
                )));
            }
        }
        Ok(())
    }

    /// Returns a message about an invalid setting, if there is one.
    fn invalid_setting(&self) -> Option<String> {
        let counts = [
            ("max_requests", self.max_requests),
            ("max_bodies", self.max_bodies),
            ("max_streams", self.max_streams),
            ("max_connections", self.max_connections),
            ("max_calls_per_account", self.max_calls_per_account),
        ];
        let is_valid = |count: &usize| (1..=Semaphore::MAX_PERMITS).contains(count);
        if let Some((name, _)) = counts.iter().find(|(_, count)| !is_valid(count)) {
            let most = Semaphore::MAX_PERMITS;
            return Some(format!("{name} must be at least 1 and at most {most}"));
        }
        let durations = [
            ("deadline", self.deadline),
            ("account_wait", self.account_wait),
            ("idle", self.idle),
            ("shutdown", self.shutdown),
            ("heartbeat", self.heartbeat),
            ("poll", self.poll),
        ];
        if let Some((name, _)) = durations.iter().find(|(_, d)| !is_at_most_a_year(d)) {
            return Some(format!(
                "{name} must be at most {MAX_SECONDS} seconds (365 days)"
            ));
        }
        if self.max_upstream_memory_bytes < MIN_UPSTREAM_MEMORY {
            return Some(format!(
                "max_upstream_memory_bytes must be at least {MIN_UPSTREAM_MEMORY}"
            ));
        }
        // The smallest limit of the HTTP parser.
        if self.max_head_bytes < 8192 {
            return Some("max_head_bytes must be at least 8192".to_owned());
        }
        let mut names: Vec<&str> = self.tokens.iter().map(|t| t.name.as_str()).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Some(format!("two tokens have the name {:?}", pair[0]));
        }
        // Of which of the two would its holder have the accounts?
        let mut hashes: Vec<_> = self
            .tokens
            .iter()
            .map(|t| (t.sha256.to_string(), &t.name))
            .collect();
        hashes.sort_unstable();
        let twice = hashes.windows(2).find(|pair| pair[0].0 == pair[1].0);
        twice.map(|pair| {
            let (first, second) = (pair[0].1, pair[1].1);
            format!("the tokens {first:?} and {second:?} have the same sha256: each needs its own")
        })
    }

    /// Returns how long a request waits before it asks a vendor again. Where the
    /// vendor wants more time, the client is told so, and a part of the gateway is
    /// not taken up by waiting.
    pub(crate) fn max_retry_wait(&self) -> Duration {
        self.deadline / 6
    }

    /// Returns how long a request waits for a vendor that imports files before it
    /// starts a job; the rest of the deadline is for what comes before and after.
    pub(crate) fn import_timeout(&self) -> Duration {
        self.deadline * 5 / 6
    }
}

/// The error of an invalid setting, which the message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use unitune::providers::Account;

    use super::*;

    fn read(json: &str) -> Result<Config, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn unset_settings_have_their_defaults() {
        let config = read(r#"{"max_requests": 3, "poll_seconds": 0.5}"#).unwrap();
        assert_eq!(config.max_requests, 3);
        assert_eq!(config.poll, Duration::from_millis(500));
        assert_eq!(config.max_streams, Config::default().max_streams);
        assert_eq!(config.account_wait, Duration::from_secs(10));
    }

    #[test]
    fn an_account_is_waited_for_less_than_the_deadline() {
        let wait = |json| read(json).unwrap().effective_account_wait().as_secs_f64();
        assert_eq!(wait("{}"), 10.0);
        assert_eq!(wait(r#"{"account_wait_seconds": 2.5}"#), 2.5);
        assert_eq!(wait(r#"{"account_wait_seconds": 90}"#), 30.0);
        assert_eq!(wait(r#"{"deadline_seconds": 4}"#), 2.0);
    }

    #[test]
    fn a_token_s_default_account_is_one_of_its_accounts() {
        let mut providers = Providers::new();
        for name in ["a", "b"] {
            let client = unitune::openai::Client::builder().api_key("k").build();
            let account = Account::with_backend(name, client.unwrap());
            providers.add(account).unwrap();
        }
        let check = |token: Token| {
            let config = Config {
                tokens: vec![token],
                ..Config::default()
            };
            config.check(&providers).map_err(|error| error.to_string())
        };
        let token = || Token::new("ci", "x");
        assert_eq!(check(token().default_account("b")), Ok(()));
        assert_eq!(check(token().accounts(["a"]).default_account("a")), Ok(()));
        let rejected = check(token().accounts(["a"]).default_account("b")).unwrap_err();
        assert!(
            rejected.contains("\"b\"") && rejected.contains("\"ci\""),
            "{rejected}"
        );
        let unknown = check(token().default_account("c")).unwrap_err();
        assert!(unknown.contains("does not exist"), "{unknown}");
    }

    #[test]
    fn a_misspelt_or_invalid_setting_is_rejected() {
        assert!(read(r#"{"max_request": 3}"#).is_err());
        assert!(read(r#"{"poll_seconds": 0}"#).is_err());
        assert!(read(r#"{"poll_seconds": -1}"#).is_err());
        assert!(read(r#"{"tokens": [{"name": "a", "sha256": "abc"}]}"#).is_err());
        for setting in [
            "deadline",
            "account_wait",
            "idle",
            "shutdown",
            "heartbeat",
            "poll",
        ] {
            let seconds = |seconds| read(&format!(r#"{{"{setting}_seconds": {seconds}}}"#));
            for endless in ["1e19", "1e300", "31536001"] {
                let error = seconds(endless).unwrap_err().to_string();
                assert!(
                    error.contains("at most 31536000"),
                    "{setting} {endless}: {error}"
                );
            }
            assert!(seconds("31536000").is_ok(), "{setting}");
        }
        let endless = Config {
            idle: Duration::MAX,
            ..Config::default()
        };
        let message = endless.invalid_setting().unwrap();
        assert!(message.contains("idle must be at most"), "{message}");
        for count in [0, usize::MAX] {
            let config = read(&format!(r#"{{"max_requests": {count}}}"#)).unwrap();
            let message = config.invalid_setting().unwrap();
            assert!(message.contains("max_requests"), "{message}");
        }
        let little = read(r#"{"max_upstream_memory_bytes": 1000}"#).unwrap();
        let message = little.invalid_setting().unwrap();
        assert!(message.contains("1048576"), "{message}");
        let twice = Config {
            tokens: vec![Token::new("a", "x"), Token::new("a", "y")],
            ..Config::default()
        };
        assert!(twice.invalid_setting().unwrap().contains("\"a\""));
        let same = Config {
            tokens: vec![
                Token::new("a", "x").accounts(["main"]),
                Token::new("b", "x"),
            ],
            ..Config::default()
        };
        let message = same.invalid_setting().unwrap();
        assert!(
            message.contains("\"a\" and \"b\" have the same sha256"),
            "{message}"
        );
        assert!(Config::default().invalid_setting().is_none());
    }
}
