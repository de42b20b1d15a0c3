//! How much a change matters, and on which way the data goes that it changes.

use serde::Serialize;
use std::fmt;

/// How much a change matters to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing that works today stops working.
    Info,
    /// Something may stop working, or somebody has to look.
    Warning,
    /// Something that works today stops working.
    Breaking,
}

impl Level {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The way that data goes, seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the client to the vendor.
    Sent,
    /// From the vendor to the client.
    Received,
}

/// A set of directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Directions {
    /// Whether it holds [`Direction::Sent`].
    pub sent: bool,
    /// Whether it holds [`Direction::Received`].
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

    /// The directions in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent && other.sent,
            received: self.received && other.received,
        }
    }

    /// The directions in either set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            sent: self.sent || other.sent,
            received: self.received || other.received,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !self.sent && !self.received
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.or(other) == self
    }
}
