//! Tokens that a command prints, such as a vendor's own program.

use std::future::Future;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::process::Command;
use unitune::transport::{Token, TokenSource};
use unitune::{Error, ErrorKind};

/// The members that programs print a token in.
const TOKENS: [&str; 4] = ["accessToken", "access_token", "token", "id_token"];
/// The members with the time at which it expires. Where a program prints both, the
/// second one is a time without a zone, which says nothing.
const EXPIRIES: [&str; 2] = ["expires_on", "expiresOn"];
/// How many characters of a command's complaint are repeated.
const COMPLAINT: usize = 300;

/// Returns a source of the tokens that a program prints.
pub fn source(command: &[String]) -> Arc<dyn TokenSource> {
    Arc::new(TokenCommand(command.to_vec()))
}

/// A program and its arguments.
#[derive(Debug)]
struct TokenCommand(Vec<String>);

impl TokenSource for TokenCommand {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + '_>> {
        Box::pin(self.run())
    }
}

impl TokenCommand {
    async fn run(&self) -> Result<Token, Error> {
        let (program, arguments) = self
            .0
            .split_first()
            .ok_or_else(|| self.failed("it is empty"))?;
        let output = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|error| self.failed(&error.to_string()).because(error))?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            let complaint = complaint.lines().rev().find(|line| !line.trim().is_empty());
            let complaint: String = complaint
                .unwrap_or_default()
                .chars()
                .filter(|c| !c.is_control())
                .take(COMPLAINT)
                .collect();
            return Err(self.failed(&format!("{}: {complaint}", output.status)));
        }
        let text = String::from_utf8(output.stdout)
            .map_err(|_| self.failed("it printed something else than text"))?;
        // What it printed stays out of messages: it could be a token.
        read(&text).map_err(|what| self.failed(what))
    }

    fn failed(&self, what: &str) -> Error {
        let program = self.0.first().map_or("", String::as_str);
        let message = format!("the token_command {program:?} failed: {what}");
        Error::new(ErrorKind::Config, message)
    }
}

/// Reads what a command printed: the token alone, or a JSON object with the token
/// and the time at which it expires.
fn read(text: &str) -> Result<Token, &'static str> {
    let text = text.trim();
    if !text.starts_with('{') {
        return match text.is_empty() || text.contains(char::is_whitespace) {
            true => Err("it printed no token: expected one word, or a JSON object"),
            false => Ok(Token::new(text)),
        };
    }
    let members: Map<String, Value> =
        serde_json::from_str(text).map_err(|_| "what it printed is no JSON object")?;
    let token = TOKENS.iter().find_map(|name| members.get(*name)?.as_str());
    let token = token.filter(|token| !token.is_empty());
    let token = Token::new(token.ok_or("the object that it printed has no accessToken")?);
    let expiry = EXPIRIES.iter().find_map(|name| time(members.get(*name)?));
    Ok(match expiry {
        Some(time) => token.expires_at(time),
        // It is used until the vendor rejects it.
        None => token,
    })
}

/// Reads a time: a number of seconds, also as a text, or a time with its zone.
fn time(value: &Value) -> Option<SystemTime> {
    let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    if let Some(seconds) = seconds {
        return SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    }
    let time: Timestamp = value.as_str()?.parse().ok()?;
    Some(time.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_what_is_printed_is_read() {
        // The forms of `az account get-access-token` and of `azd auth token`.
        for text in [
            "a-token\n",
            r#"{"accessToken": "a-token", "expires_on": 1900000000, "expiresOn": "2030-03-17 17:46:40.000000"}"#,
            r#"{"token": "a-token", "expiresOn": "2030-03-17T17:46:40Z"}"#,
            r#"{"access_token": "a-token", "expires_on": "1900000000"}"#,
            r#"{"accessToken": "a-token", "expiresOn": "2030-03-17 17:46:40.000000"}"#,
        ] {
            let token = read(text).unwrap();
            assert!(!format!("{token:?}").contains("a-token"));
        }
        for text in ["", "two words", "{}", r#"{"accessToken": ""}"#, "{broken"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_read_in_every_form() {
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        for value in [
            Value::from(1_900_000_000_u64),
            Value::from("1900000000"),
            Value::from("2030-03-17T17:46:40Z"),
            Value::from("2030-03-17T18:46:40+01:00"),
        ] {
            assert_eq!(time(&value), Some(expected), "{value}");
        }
        assert_eq!(time(&Value::from("2030-03-17 17:46:40.000000")), None);
        assert_eq!(time(&Value::from("soon")), None);
        assert_eq!(time(&Value::Null), None);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_that_fails_is_named_with_its_complaint() {
        let run = |command: &[&str]| {
            let command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
            async move { source(&command).token().await }
        };
        assert!(run(&["printf", "a-token"]).await.is_ok());
        let error = run(&["/no/such/program"]).await.unwrap_err();
        assert!(error.to_string().contains("/no/such/program"), "{error}");
        let script = "echo printed-secret; echo 'Please run az login' >&2; exit 3";
        let error = run(&["sh", "-c", script]).await.unwrap_err().to_string();
        assert!(error.contains("Please run az login"), "{error}");
        let error = run(&["echo", "two words"]).await.unwrap_err().to_string();
        assert!(
            error.contains("no token") && !error.contains("words"),
            "{error}"
        );
    }
}
