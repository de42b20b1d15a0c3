//! The table of diff rules. `docs/diff-rules.md` is written from it.
//!
//! ```
//! use unitune_diff::rules;
//!
//! for rule in rules::all() {
//!     println!("{}: {}", rule.id, rule.sentence);
//! }
//! assert!(rules::find("operation-removed").is_some());
//! ```

mod bodies;
mod constraints;
mod documents;
mod objects;
mod operations;
mod parameters;
mod types;
mod unions;
mod values;

use super::rule::Rule;

/// A subject, and its rules.
pub struct Group {
    /// What the rules are about.
    pub title: &'static str,
    /// The rules.
    pub rules: &'static [Rule],
}

/// All rules, by subject.
pub const GROUPS: &[Group] = &[
    Group {
        title: "Documents, servers and security",
        rules: documents::RULES,
    },
    Group {
        title: "Operations",
        rules: operations::RULES,
    },
    Group {
        title: "Parameters",
        rules: parameters::RULES,
    },
    Group {
        title: "Bodies, media types and status codes",
        rules: bodies::RULES,
    },
    Group {
        title: "Types and names of schemas",
        rules: types::RULES,
    },
    Group {
        title: "Members of objects",
        rules: objects::RULES,
    },
    Group {
        title: "Values: enums, null, formats, defaults, remarks",
        rules: values::RULES,
    },
    Group {
        title: "Unions",
        rules: unions::RULES,
    },
    Group {
        title: "Constraints",
        rules: constraints::RULES,
    },
];

/// Returns all rules.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|group| group.rules)
}

/// Returns the rule of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// The id of the rule for changes that no other rule explains.
pub const UNCLASSIFIED: &str = "unclassified";
