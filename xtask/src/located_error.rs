//! Errors with their place in a document: file, line or JSON pointer.

use std::fmt;
use unitune_diff::escape_control::escape_control;

/// An error with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file or URL.
    pub file: String,
    /// The line, for an error in the text.
    pub line: Option<usize>,
    /// The JSON pointer, for an error in the document.
    pub pointer: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    /// Returns an error about a whole file.
    pub fn file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            pointer: None,
            message: message.into(),
        }
    }

    /// Returns an error at a line of a file.
    pub fn line(file: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::file(file, message)
        }
    }

    /// Returns an error at a JSON pointer.
    pub fn at(
        file: impl Into<String>,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            pointer: Some(pointer.into()),
            ..Self::file(file, message)
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape_control(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(pointer) = &self.pointer {
            let pointer = if pointer.is_empty() { "/" } else { pointer };
            write!(f, " at {}", escape_control(pointer))?;
        }
        // A message may have lines of its own.
        let lines: Vec<String> = self.message.lines().map(escape_control).collect();
        write!(f, ": {}", lines.join("\n"))
    }
}

/// All errors of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Returns `Ok` if there are no errors, and all of them otherwise.
    pub fn into_result(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Adds the errors of another step, if it failed.
    pub fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(faults) => {
                self.0.extend(faults.0);
                None
            }
        }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            write!(f, "error: {fault}")?;
        }
        Ok(())
    }
}

/// The result of a step: a value, or all of its errors.
pub type Result<T> = std::result::Result<T, Faults>;
