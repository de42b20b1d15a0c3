//! What a conversion depends on beside the vendor's value.

/// The account that a value comes from, and how it is to be converted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// The name of the provider account.
    pub account: String,
    /// The label that stands for the organisation where the vendor names none.
    pub organization: Option<String>,
    /// Whether a guess is taken or refused.
    pub strictness: Strictness,
    /// Whether to write [`Note`](super::Note)s.
    pub notes: bool,
}

/// What happens where a value can only be guessed, or would be lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// The best guess is taken, and a note says so.
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

    /// Asks for notes on every value.
    #[must_use]
    pub fn with_notes(mut self) -> Self {
        self.notes = true;
        self
    }

    /// Refuses guesses.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strictness = Strictness::Strict;
        self
    }
}
