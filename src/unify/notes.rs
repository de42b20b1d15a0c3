//! How each value of a job came about, and where that is written down.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Context, MappingError, Members, Rule, Strictness};

/// How one value came about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Note {
    /// The gateway's field, or the vendor's where it has no slot.
    pub field: String,
    /// In what way.
    pub kind: NoteKind,
    /// From what, or why.
    pub message: String,
}

/// In what way a value came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoteKind {
    /// The vendor says just this.
    Exact,
    /// It follows from something else that the vendor says.
    Derived,
    /// The gateway wants a value, and the vendor gave none that can be used:
    /// this is a stand-in. Worth a warning.
    Defaulted,
    /// The vendor does not say it, or not yet.
    Unavailable,
    /// The vendor says it, and the gateway's job has no slot for it: it is
    /// kept in `provider.extra`.
    Unmapped,
    /// The vendor says it, and it looks like a key: it is kept nowhere.
    Withheld,
}

impl NoteKind {
    /// The word that stands for it in JSON.
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

/// Takes notes while a value is converted; costs nothing when nobody asked.
pub(super) struct Ledger<'c> {
    context: &'c Context,
    notes: Vec<Note>,
}

impl<'c> Ledger<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self {
            context,
            notes: Vec::new(),
        }
    }

    /// A rule that always may be used.
    pub(super) fn note(&mut self, rule: &'static Rule) {
        debug_assert!(!rule.guess, "{rule:?} is for `guess`");
        self.write(rule, || rule.says.to_owned());
    }

    /// The rules of a table, except those of some fields.
    pub(super) fn note_all(&mut self, table: &[&'static Rule], except: &[&str]) {
        if self.context.notes {
            for rule in table.iter().filter(|rule| !except.contains(&rule.field)) {
                self.note(rule);
            }
        }
    }

    /// A rule that strict callers refuse; `detail` says what came.
    pub(super) fn guess(
        &mut self,
        rule: &'static Rule,
        detail: impl FnOnce() -> String,
    ) -> Result<(), MappingError> {
        let message = || match detail() {
            detail if detail.is_empty() => rule.says.to_owned(),
            detail => format!("{}: {detail}", rule.says),
        };
        if rule.guess && self.context.strictness == Strictness::Strict {
            return Err(MappingError::new(
                rule.field,
                format!("{}; strict mode refuses that", message()),
            ));
        }
        self.write(rule, message);
        Ok(())
    }

    /// Something of the vendor's that no rule names.
    pub(super) fn vendor_field(&mut self, field: &str, kind: NoteKind, message: &str) {
        if self.context.notes {
            self.notes.push(Note {
                field: field.to_owned(),
                kind,
                message: message.to_owned(),
            });
        }
    }

    /// What has no slot.
    pub(super) fn unmapped(&mut self, members: &Map<String, Value>) {
        for name in members.keys().filter(|_| self.context.notes) {
            self.notes.push(Note {
                field: name.clone(),
                kind: NoteKind::Unmapped,
                message: "the gateway's job has no slot for it; kept in `provider.extra`"
                    .to_owned(),
            });
        }
    }

    /// Members that are worked out when somebody looks are looked at now, if
    /// there are notes to take of what is withheld.
    pub(super) fn look(&mut self, members: &mut Members) {
        if self.context.notes {
            members.settle(self);
        }
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    fn write(&mut self, rule: &'static Rule, message: impl FnOnce() -> String) {
        if self.context.notes {
            self.notes.push(Note {
                field: rule.field.to_owned(),
                kind: rule.kind,
                message: message(),
            });
        }
    }
}
