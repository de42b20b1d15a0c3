//! Values of arguments that are more than text.

use std::str::FromStr;

use clap::builder::PossibleValue;
use unitune::unify::Status;

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

/// Reads a status, and lists all of them in the help.
#[derive(Clone)]
pub struct StatusParser;

impl clap::builder::TypedValueParser for StatusParser {
    type Value = Status;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Status, clap::Error> {
        let words = Status::ALL.iter().map(|s| s.as_str());
        let word =
            clap::builder::PossibleValuesParser::new(words).parse_ref(command, argument, value)?;
        Ok(word
            .parse()
            .expect("each possible value is the word of a status"))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = Status::ALL.iter().map(|s| PossibleValue::new(s.as_str()));
        Some(Box::new(values))
    }
}
