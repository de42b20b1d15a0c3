//! Values of arguments that are more than text.

use std::ffi::OsStr;
use std::str::FromStr;

use clap::builder::{NonEmptyStringValueParser, PossibleValue, TypedValueParser};
use unitune::unify::Status;

use crate::exit::{Exit, Failure};

/// A text with more in it than spaces: a variable of a script that is not set is an error
/// of the command line, and nothing to ask accounts for.
#[derive(Clone)]
pub struct NonBlank;

impl TypedValueParser for NonBlank {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        let is_blank = value.to_str().is_some_and(|text| text.trim().is_empty());
        let value = if is_blank { OsStr::new("") } else { value };
        NonEmptyStringValueParser::new().parse_ref(command, argument, value)
    }
}

/// `key=value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub key: String,
    pub value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok(Self {
                key: key.trim().to_owned(),
                value: value.to_owned(),
            }),
            _ => Err("expected KEY=VALUE".to_owned()),
        }
    }
}

/// A status; none for the empty part behind a last comma.
pub type StatusPart = Option<Status>;

/// Returns the statuses that are named.
///
/// # Errors
///
/// Nothing but empty parts is given: with no status at all, every job would be meant.
pub fn statuses(parts: &[StatusPart]) -> Result<Vec<Status>, Failure> {
    let statuses: Vec<Status> = parts.iter().flatten().copied().collect();
    match statuses.is_empty() && !parts.is_empty() {
        true => Err(Failure::new(Exit::Usage, "--status names no status")),
        false => Ok(statuses),
    }
}

/// Reads a status, with or without spaces around it, and lists all of them in the help.
#[derive(Clone)]
pub struct StatusParser;

impl TypedValueParser for StatusParser {
    type Value = StatusPart;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<StatusPart, clap::Error> {
        let value = value.to_str().map_or(value, |text| text.trim().as_ref());
        if value.is_empty() {
            return Ok(None);
        }
        let words = Status::ALL.iter().map(|s| s.as_str());
        let word =
            clap::builder::PossibleValuesParser::new(words).parse_ref(command, argument, value)?;
        let status = word.parse();
        Ok(Some(
            status.expect("each possible value is the word of a status"),
        ))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = Status::ALL.iter().map(|s| PossibleValue::new(s.as_str()));
        Some(Box::new(values))
    }
}
