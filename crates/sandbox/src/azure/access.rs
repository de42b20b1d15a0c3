//! The vendor's name in the public API, and short forms for its addresses and key.

use super::{DESCRIPTION, address};
use crate::sandbox::Sandbox;
use crate::vendor::Vendor;

#[allow(
    non_upper_case_globals,
    reason = "it reads as the variant of an open enum"
)]
impl Vendor {
    /// Azure OpenAI.
    pub const Azure: Vendor = Vendor::new(&DESCRIPTION);
}

impl Sandbox {
    /// Returns the base URL that ends with `/openai/v1`.
    pub fn azure_base_url(&self) -> String {
        self.base_url(Vendor::Azure)
    }

    /// Returns the value for `AZURE_OPENAI_ENDPOINT`. Clients add `/openai`, and an `api-version` to each request.
    pub fn azure_endpoint(&self) -> String {
        format!("http://{}{}", self.addr(), address::ENDPOINT)
    }

    /// Returns the key that the sandbox's Azure accepts, in `api-key` or as a bearer token.
    pub fn azure_key(&self) -> &'static str {
        Vendor::Azure.key()
    }
}
