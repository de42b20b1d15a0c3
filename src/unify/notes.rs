//! Notes on how each value of a job was determined.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::mapping_rules::Rule;
use super::{Context, LazyObject, MappingError, Strictness};

/// How one value was determined.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Note {
    /// The gateway's field, or the vendor's if it has no slot.
    pub field: String,
    /// The kind of note.
    pub kind: NoteKind,
    /// The source of the value, or why there is none.
    pub message: String,
}

impl Note {
    /// Creates a note on a field.
    pub fn new(field: impl Into<String>, kind: NoteKind, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            kind,
            message: message.into(),
        }
    }
}

/// How a value was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoteKind {
    /// The vendor's own value.
    Exact,
    /// A value that is derived from other values of the vendor.
    Derived,
    /// A stand-in for a required value that the vendor does not give, or gives
    /// in a form that cannot be used. Worth a warning.
    Defaulted,
    /// No value: the vendor gives none, or not yet.
    Unavailable,
    /// A value for which the gateway's job has no slot: it is kept in
    /// `provider.extra`.
    Unmapped,
    /// A value that looks like a key: it is kept nowhere.
    Withheld,
}

impl NoteKind {
    /// Returns the word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Derived => "derived",
            Self::Defaulted => "defaulted",
            Self::Unavailable => "unavailable",
            Self::Unmapped => "unmapped",
            Self::Withheld => "withheld",
        }
    }
}

/// Collects notes while a value is converted, if the context has them turned
/// on.
pub(super) struct NoteCollector<'c> {
    context: &'c Context,
    notes: Vec<Note>,
}

impl<'c> NoteCollector<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self {
            context,
            notes: Vec::new(),
        }
    }

    /// Notes that a rule was applied which is no guess.
    #[inline]
    pub(super) fn note(&mut self, rule: &'static Rule) {
        debug_assert!(!rule.guess, "{rule:?} is for `guess`");
        if self.context.notes {
            self.push(rule, rule.message.to_owned());
        }
    }

    /// Notes that a field has no value because the vendor's is null or absent.
    pub(super) fn absent(&mut self, field: &str) {
        if self.context.notes {
            let message = format!("`{field}` is null or absent");
            self.notes
                .push(Note::new(field, NoteKind::Unavailable, message));
        }
    }

    /// Notes that a rule was applied which guesses or loses something; `detail`
    /// describes the vendor's value.
    ///
    /// # Errors
    ///
    /// When the context is strict.
    pub(super) fn guess(
        &mut self,
        rule: &'static Rule,
        detail: impl FnOnce() -> String,
    ) -> Result<(), MappingError> {
        let message = || match detail() {
            detail if detail.is_empty() => rule.message.to_owned(),
            detail => format!("{}: {detail}", rule.message),
        };
        if rule.guess && self.context.strictness == Strictness::Strict {
            return Err(MappingError::new(
                rule.field,
                format!("{}; strict mode refuses that", message()),
            ));
        }
        if self.context.notes {
            self.push(rule, message());
        }
        Ok(())
    }

    /// Notes that a member of the vendor's was withheld.
    pub(super) fn withheld(&mut self, field: &str) {
        if self.context.notes {
            let message = "looks like a key; kept nowhere";
            self.notes
                .push(Note::new(field, NoteKind::Withheld, message));
        }
    }

    /// Notes members of the vendor's that have no slot.
    pub(super) fn unmapped(&mut self, members: &Map<String, Value>) {
        for name in members.keys().filter(|_| self.context.notes) {
            let message = "the gateway's job has no slot for it; kept in `provider.extra`";
            self.notes
                .push(Note::new(name, NoteKind::Unmapped, message));
        }
    }

    /// Records what is withheld from an object, which is serialised for it. It
    /// stays as it is if no notes are collected.
    pub(super) fn record(&mut self, object: &mut LazyObject) {
        if self.context.notes {
            object.resolve(self);
        }
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    fn push(&mut self, rule: &'static Rule, message: String) {
        self.notes.push(Note::new(rule.field, rule.kind, message));
    }
}
