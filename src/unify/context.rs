//! What a conversion needs to know beyond the vendor's body.

/// Under which account a job was read, and how careful to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// The provider account's name, as it stands in the configuration.
    pub account: String,
    /// The label that stands for the organisation where the vendor names none.
    pub organization: Option<String>,
    /// Whether a guess is an answer or an error.
    pub strictness: Strictness,
    /// Whether to write [`Note`](super::Note)s. They cost nothing when not.
    pub notes: bool,
}

/// What to do where a value can only be guessed, or where something is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// Take the best that there is, and say so in a note.
    #[default]
    Lenient,
    /// Refuse.
    Strict,
}

impl Context {
    /// For an account: lenient, without notes, without an organisation label.
    pub fn new(account: impl Into<String>) -> Self {
        Self {
            account: account.into(),
            ..Self::default()
        }
    }

    /// With the label that stands for the organisation.
    #[must_use]
    pub fn with_organization(mut self, label: impl Into<String>) -> Self {
        self.organization = Some(label.into());
        self
    }

    /// With notes on every value.
    #[must_use]
    pub fn with_notes(mut self) -> Self {
        self.notes = true;
        self
    }

    /// With guesses refused.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strictness = Strictness::Strict;
        self
    }
}
