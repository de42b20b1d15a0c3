//! The provider accounts behind the gateway.

/// The provider accounts that the sandbox's gateway has, the first being the one that is used unless another is named.
pub(super) const ACCOUNTS: &[&str] = &["openai-main", "openai-dev", "vertex-main"];
