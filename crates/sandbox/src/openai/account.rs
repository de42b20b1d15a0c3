//! The account that OpenAI's simulation belongs to.

/// The organisation that every job of the sandbox belongs to.
pub(super) const ORGANIZATION: &str = "org-sandbox";
