//! The state that all checks of one example share.

use crate::findings::{Code, Finding, Findings, Pointer};
use crate::json::{Object, Value};
use crate::rules::{Level, MethodRules, VendorRules};
use crate::statistics::{ExampleFacts, Statistics};
use crate::tokens::Counter;

/// The findings of both levels.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) errors: Findings,
    pub(crate) warnings: Findings,
}

impl Sink {
    pub(crate) fn add(
        &mut self,
        level: Level,
        line: Option<u64>,
        pointer: Pointer<'_>,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let findings = match level {
            Level::Error => &mut self.errors,
            Level::Warning => &mut self.warnings,
        };
        findings.add(code, || Finding {
            line,
            pointer: pointer.to_string(),
            code,
            message: message.into(),
            help: help.into(),
        });
    }
}

/// One example that is looked at.
pub(crate) struct Walk<'w> {
    pub(crate) vendor: &'static VendorRules,
    pub(crate) rules: &'static MethodRules,
    pub(crate) line: u64,
    pub(crate) counter: &'w mut Counter,
    pub(crate) sink: &'w mut Sink,
    pub(crate) statistics: &'w mut Statistics,
    pub(crate) facts: ExampleFacts,
}

impl Walk<'_> {
    pub(crate) fn find(
        &mut self,
        level: Level,
        pointer: Pointer<'_>,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let line = Some(self.line);
        self.sink.add(level, line, pointer, code, message, help);
    }

    pub(crate) fn error(
        &mut self,
        pointer: Pointer<'_>,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.find(Level::Error, pointer, code, message, help);
    }

    pub(crate) fn warn(
        &mut self,
        pointer: Pointer<'_>,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.find(Level::Warning, pointer, code, message, help);
    }

    /// A finding whose level is the vendor's to say; none is no finding.
    pub(crate) fn ruled(
        &mut self,
        level: Option<Level>,
        pointer: Pointer<'_>,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if let Some(level) = level {
            self.find(level, pointer, code, message, help);
        }
    }

    pub(crate) fn wrong_type(&mut self, pointer: Pointer<'_>, expected: &str, value: &Value<'_>) {
        let message = format!("expected {expected}, found {}", value.kind());
        self.error(pointer, Code::WrongType, message, "");
    }

    /// A member that has to be there.
    pub(crate) fn member<'v, 'a>(
        &mut self,
        object: &'v Object<'a>,
        pointer: Pointer<'_>,
        name: &str,
    ) -> Option<&'v Value<'a>> {
        let value = object.get(name);
        if value.is_none() {
            let message = format!("`{name}` is missing");
            self.error(pointer, Code::MissingKey, message, "");
        }
        value
    }

    /// A member that has to be an array with something in it.
    pub(crate) fn array<'v, 'a>(
        &mut self,
        object: &'v Object<'a>,
        pointer: Pointer<'_>,
        name: &str,
    ) -> Option<&'v [Value<'a>]> {
        let value = self.member(object, pointer, name)?;
        let here = pointer.member(name);
        match value.as_array() {
            None => self.wrong_type(here, "an array", value),
            Some([]) => self.error(here, Code::EmptyValue, format!("`{name}` is empty"), ""),
            Some(array) => return Some(array),
        }
        None
    }

    /// A member that has to be a string.
    pub(crate) fn string<'v>(
        &mut self,
        object: &'v Object<'_>,
        pointer: Pointer<'_>,
        name: &str,
    ) -> Option<&'v str> {
        let value = self.member(object, pointer, name)?;
        let text = value.as_str();
        if text.is_none() {
            self.wrong_type(pointer.member(name), "a string", value);
        }
        text
    }
}
