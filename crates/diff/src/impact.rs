//! What a change means for the code that uses the documents. A comparison leaves
//! it empty; the caller fills it in.
//!
//! ```
//! use unitune_diff::impact::{Mapping, RustChange};
//!
//! assert!(RustChange::default().is_empty());
//! let undecided = Mapping { undecided: true, ..Mapping::default() };
//! assert_eq!(undecided.brief(), "**undecided**");
//! ```

use crate::finding::code;
use serde::Serialize;

/// The version that a change of generated Rust requires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Semver {
    /// The public items are the same.
    #[default]
    None,
    /// There are more of them.
    Minor,
    /// No Rust could be generated for one of the documents.
    Unknown,
    /// Some of them are gone, or have another type.
    Major,
}

impl Semver {
    /// Returns its name in the output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minor => "minor",
            Self::Unknown => "unknown",
            Self::Major => "major",
        }
    }
}

/// The public Rust items that a change adds, removes and retypes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RustChange {
    /// Items that appear.
    pub appears: Vec<String>,
    /// Items that vanish.
    pub vanishes: Vec<String>,
    /// Items that change their type.
    pub changes: Vec<Retyped>,
    /// The version that follows.
    pub semver: Semver,
}

/// An item that changes its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Retyped {
    /// The item.
    pub item: String,
    /// Its old type.
    pub from: String,
    /// Its new type.
    pub to: String,
}

impl RustChange {
    /// Returns whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.appears.is_empty() && self.vanishes.is_empty() && self.changes.is_empty()
    }
}

/// What a change means for a mapping of the vendor's types onto others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Mapping {
    /// The rules that read or write what changed.
    pub rules: Vec<MappedRule>,
    /// The source files that do.
    pub files: Vec<String>,
    /// Whether a new enum value has no meaning in the mapping yet.
    pub undecided: bool,
}

/// A mapping rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MappedRule {
    /// The table and the row.
    pub id: String,
    /// The field that it gives.
    pub field: String,
    /// The text of the row.
    pub text: String,
}

impl Mapping {
    /// Summarises it in a few words.
    #[must_use]
    pub fn brief(&self) -> String {
        let mut parts = Vec::new();
        if self.undecided {
            parts.push("**undecided**".to_owned());
        }
        parts.extend(self.rules.iter().map(|rule| code(&rule.id)));
        parts.join(", ")
    }
}
