//! A diff rule: one kind of change.
//!
//! ```
//! use unitune_diff::{Level, rules};
//!
//! let rule = rules::find("property-became-required").ok_or("no such rule")?;
//! assert_eq!(rule.worst(), Level::Breaking);
//! println!("{}", rule.sentence);
//! # Ok::<(), &str>(())
//! ```

use super::level::Level;

/// A kind of change, how much it matters, and what to do about it.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// The level in requests; none for what is not sent.
    pub sent: Option<Level>,
    /// The level in responses; none for what is not received.
    pub received: Option<Level>,
    /// The rule of the change when the two documents are swapped.
    pub mirror: Mirror,
    /// The sentence about one change, with `{name}`, `{from}` and `{to}`.
    pub sentence: &'static str,
    /// What it means for a client.
    pub means: &'static str,
    /// What to do about it.
    pub act: &'static str,
}

/// The rule of the change that undoes a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mirror {
    /// That rule, with the levels of the two directions exchanged: an optional
    /// member breaks readers of responses, a required one senders of requests.
    Swaps(&'static str),
    /// That rule, with levels that do not follow from this one's, and why.
    Waived(&'static str, &'static str),
}

impl Mirror {
    /// Returns the rule's name.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Swaps(id) | Self::Waived(id, _) => id,
        }
    }
}

impl Rule {
    /// Returns how much it matters at most.
    #[must_use]
    pub fn worst(&self) -> Level {
        self.sent.max(self.received).unwrap_or(Level::Breaking)
    }
}

pub(super) const B: Option<Level> = Some(Level::Breaking);
pub(super) const W: Option<Level> = Some(Level::Warning);
pub(super) const I: Option<Level> = Some(Level::Info);
pub(super) const N: Option<Level> = None;

/// Returns a rule, as a row of the table: id, levels sent and received, mirror,
/// then the sentence, its meaning and what to do.
pub(super) const fn rule(
    id: &'static str,
    levels: (Option<Level>, Option<Level>),
    mirror: Mirror,
    sentence: &'static str,
    means: &'static str,
    act: &'static str,
) -> Rule {
    Rule {
        id,
        sent: levels.0,
        received: levels.1,
        mirror,
        sentence,
        means,
        act,
    }
}

pub(super) const fn swaps(id: &'static str) -> Mirror {
    Mirror::Swaps(id)
}

pub(super) const fn waived(id: &'static str, why: &'static str) -> Mirror {
    Mirror::Waived(id, why)
}
