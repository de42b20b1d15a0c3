//! Why a vendor's value has no form in the gateway's terms.

use std::fmt;

/// A vendor's value that cannot be said in the gateway's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    id: Option<String>,
    field: String,
    reason: String,
}

impl MappingError {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            id: None,
            field: field.into(),
            reason: reason.into(),
        }
    }

    pub(crate) fn of(mut self, id: String) -> Self {
        self.id = Some(id);
        self
    }

    /// The job, event or checkpoint at fault, where it has an id.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The gateway's field that cannot be filled.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong, and what to do about it.
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
