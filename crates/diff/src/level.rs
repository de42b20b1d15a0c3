//! How much a change matters, and in which directions.
//!
//! ```
//! use unitune_diff::Level;
//!
//! assert!(Level::Breaking > Level::Warning);
//! assert_eq!(Level::Info.to_string(), "info");
//! ```

use serde::Serialize;
use std::fmt;

/// How much a change matters to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing that works today stops working.
    Info,
    /// A call may stop working, or the change has to be reviewed.
    Warning,
    /// Something that works today stops working.
    Breaking,
}

impl Level {
    /// Returns its name in the output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The directions of data, seen from the client, in which something counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Directions {
    /// From the client to the vendor.
    pub sent: bool,
    /// From the vendor to the client.
    pub received: bool,
}

impl Directions {
    /// Both directions.
    pub const BOTH: Self = Self {
        sent: true,
        received: true,
    };
    /// Only what is sent.
    pub const SENT: Self = Self {
        sent: true,
        received: false,
    };
    /// Only what is received.
    pub const RECEIVED: Self = Self {
        sent: false,
        received: true,
    };

    /// Returns the directions in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent && other.sent,
            received: self.received && other.received,
        }
    }

    /// Returns the directions in either set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            sent: self.sent || other.sent,
            received: self.received || other.received,
        }
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !self.sent && !self.received
    }

    /// Returns whether all of `other` is in it.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.or(other) == self
    }
}
