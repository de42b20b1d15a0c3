//! Errors of conversions.

use std::fmt;

/// The error of a vendor's value that has no unified form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    id: Option<String>,
    field: String,
    reason: String,
}

impl MappingError {
    /// Creates an error about a field of the unified form.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            id: None,
            field: field.into(),
            reason: reason.into(),
        }
    }

    /// Sets the id of the job, event, checkpoint or file.
    #[must_use]
    pub fn of_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Returns the id of the job, event, checkpoint or file.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns the field of the unified form that has no value.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns what is wrong, and what to do about it.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.id {
            write!(f, "{id}: ")?;
        }
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for MappingError {}

impl From<MappingError> for crate::Error {
    fn from(error: MappingError) -> Self {
        Self::new(crate::ErrorKind::Mapping, error.to_string()).because(error)
    }
}
