//! The context of a conversion: the account, and options.

/// The account that a value comes from, and the options of its conversion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// The name of the provider account.
    pub account: String,
    /// The label that stands for the organisation where the vendor names none.
    pub organization: Option<String>,
    /// Whether guessed values are accepted.
    pub strictness: Strictness,
    /// Whether [`Note`](super::Note)s are written.
    pub notes: bool,
}

/// What to do where a value can only be guessed, or would be lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// The best guess is used, and a note records it.
    #[default]
    Lenient,
    /// The conversion fails.
    Strict,
}

impl Context {
    /// Creates the context of an account: lenient, without notes, without a label
    /// for the organisation.
    pub fn new(account: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            ..Self::default()
        }
    }

    /// Sets the label that stands for the organisation.
    #[must_use]
    pub fn with_organization(mut self, label: impl Into<String>) -> Self {
        self.organization = Some(label.into());
        self
    }

    /// Turns on notes on every value.
    #[must_use]
    pub fn with_notes(mut self) -> Self {
        self.notes = true;
        self
    }

    /// Rejects guessed values.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strictness = Strictness::Strict;
        self
    }
}
