//! The account that Together's simulation belongs to.

/// The person that every job of the sandbox belongs to.
pub(super) const USER: &str = "user-sandbox";
/// That person's address.
pub(super) const OWNER: &str = "somebody@sandbox.invalid";

/// The account's credit in dollars: a dearer job is not allowed to proceed.
pub(super) const CREDIT: f64 = 1000.0;
