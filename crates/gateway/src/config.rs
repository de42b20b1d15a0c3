//! What an operator can set.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::token::Token;

/// Settings of the gateway: the table `[gateway]` of `unitune.toml`.
///
/// ```
/// use unitune_gateway::{Config, Token};
///
/// let config = Config {
///     tokens: vec![Token::new("ci", "a long random text").accounts(["openai-main"])],
///     max_requests: 64,
///     ..Config::default()
/// };
/// # let _ = config;
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Who may use the gateway. Without any token everybody who reaches it
    /// may; it then serves on loopback only.
    pub tokens: Vec<Token>,
    /// Requests that are answered at the same time; above it, 503.
    pub max_requests: usize,
    /// Event streams that are open at the same time; above it, 503.
    pub max_streams: usize,
    /// Connections at the same time; above it they wait to be accepted.
    pub max_connections: usize,
    /// Calls that are under way at one account at the same time; others wait.
    pub max_calls_per_account: usize,
    /// The largest JSON body, in bytes.
    pub max_body_bytes: usize,
    /// The largest upload, in bytes.
    pub max_upload_bytes: u64,
    /// The largest request head, in bytes.
    pub max_head_bytes: usize,
    /// The longest that a request may take, but for uploads, downloads and
    /// event streams; in seconds.
    #[serde(rename = "deadline_seconds", deserialize_with = "seconds")]
    pub deadline: Duration,
    /// The longest that an upload or download may stand still, that a client
    /// may take to send a request's head, and that it may leave an answer
    /// unread; in seconds.
    #[serde(rename = "idle_seconds", deserialize_with = "seconds")]
    pub idle: Duration,
    /// How long requests under way are waited for at the end; in seconds.
    #[serde(rename = "shutdown_seconds", deserialize_with = "seconds")]
    pub shutdown: Duration,
    /// How often an event stream says that it is still there; in seconds.
    #[serde(rename = "heartbeat_seconds", deserialize_with = "seconds")]
    pub heartbeat: Duration,
    /// How often an event stream asks the vendor; in seconds.
    #[serde(rename = "poll_seconds", deserialize_with = "seconds")]
    pub poll: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            max_requests: 512,
            max_streams: 256,
            max_connections: 4096,
            max_calls_per_account: 64,
            max_body_bytes: 1 << 20,
            max_upload_bytes: 8 << 30,
            max_head_bytes: 32 << 10,
            deadline: Duration::from_secs(60),
            idle: Duration::from_secs(30),
            shutdown: Duration::from_secs(30),
            heartbeat: Duration::from_secs(15),
            poll: Duration::from_secs(3),
        }
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| serde::de::Error::custom("this must be a number of seconds above 0"))
}

impl Config {
    /// What makes no sense, if anything.
    pub(crate) fn complaint(&self) -> Option<String> {
        let zero = [
            ("max_requests", self.max_requests),
            ("max_streams", self.max_streams),
            ("max_connections", self.max_connections),
            ("max_calls_per_account", self.max_calls_per_account),
        ];
        if let Some((name, _)) = zero.iter().find(|(_, n)| *n == 0) {
            return Some(format!("{name} is 0: nothing would ever be answered"));
        }
        // The least that the HTTP parser works with.
        if self.max_head_bytes < 8192 {
            return Some("max_head_bytes must be at least 8192".to_owned());
        }
        let mut names: Vec<&str> = self.tokens.iter().map(|t| t.name.as_str()).collect();
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
        twice.map(|pair| format!("two tokens have the name {:?}", pair[0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Config, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let config = read(r#"{"max_requests": 3, "poll_seconds": 0.5}"#).unwrap();
        assert_eq!(config.max_requests, 3);
        assert_eq!(config.poll, Duration::from_millis(500));
        assert_eq!(config.max_streams, Config::default().max_streams);
    }

    #[test]
    fn a_misspelt_or_senseless_setting_is_refused() {
        assert!(read(r#"{"max_request": 3}"#).is_err());
        assert!(read(r#"{"poll_seconds": 0}"#).is_err());
        assert!(read(r#"{"poll_seconds": -1}"#).is_err());
        assert!(read(r#"{"tokens": [{"name": "a", "sha256": "abc"}]}"#).is_err());
        let zero = read(r#"{"max_requests": 0}"#).unwrap();
        assert!(zero.complaint().unwrap().contains("max_requests"));
        let twice = Config {
            tokens: vec![Token::new("a", "x"), Token::new("a", "y")],
            ..Config::default()
        };
        assert!(twice.complaint().unwrap().contains("\"a\""));
        assert!(Config::default().complaint().is_none());
    }
}
