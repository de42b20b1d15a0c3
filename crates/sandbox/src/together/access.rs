//! The vendor's name in the public API, and short forms for its address and key.

use super::DESCRIPTION;
use crate::sandbox::Sandbox;
use crate::vendor::Vendor;

#[allow(
    non_upper_case_globals,
    reason = "it reads as the variant of an open enum"
)]
impl Vendor {
    /// Together AI.
    pub const Together: Vendor = Vendor::new(&DESCRIPTION);
}

impl Sandbox {
    /// Returns the value for `TOGETHER_BASE_URL`. Together's SDK, whose paths begin with `/v1` themselves, is served
    /// under it too.
    pub fn together_base_url(&self) -> String {
        self.base_url(Vendor::Together)
    }

    /// Returns the key that the sandbox's Together accepts.
    pub fn together_key(&self) -> &'static str {
        Vendor::Together.key()
    }
}
