//! The vendor's name in the public API, and short forms for its address and key.

use super::DESCRIPTION;
use crate::sandbox::Sandbox;
use crate::vendor::Vendor;

#[allow(
    non_upper_case_globals,
    reason = "it reads as the variant of an open enum"
)]
impl Vendor {
    /// OpenAI.
    pub const OpenAi: Vendor = Vendor::new(&DESCRIPTION);
}

impl Sandbox {
    /// Returns the value for `OPENAI_BASE_URL`.
    pub fn openai_base_url(&self) -> String {
        self.base_url(Vendor::OpenAi)
    }

    /// Returns the key that the sandbox's OpenAI accepts.
    pub fn openai_key(&self) -> &'static str {
        Vendor::OpenAi.key()
    }
}
