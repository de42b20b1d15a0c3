//! The vendor's name in the public API, and short forms for its address, key and account.

use super::{DESCRIPTION, account};
use crate::sandbox::Sandbox;
use crate::vendor::Vendor;

#[allow(
    non_upper_case_globals,
    reason = "it reads as the variant of an open enum"
)]
impl Vendor {
    /// Fireworks AI.
    pub const Fireworks: Vendor = Vendor::new(&DESCRIPTION);
}

impl Sandbox {
    /// Returns the value for `FIREWORKS_BASE_URL`.
    pub fn fireworks_base_url(&self) -> String {
        self.base_url(Vendor::Fireworks)
    }

    /// Returns the key that the sandbox's Fireworks accepts.
    pub fn fireworks_key(&self) -> &'static str {
        Vendor::Fireworks.key()
    }

    /// Returns the value for `FIREWORKS_ACCOUNT_ID`: the one account of the key.
    pub fn fireworks_account_id(&self) -> &'static str {
        account::ID
    }
}
