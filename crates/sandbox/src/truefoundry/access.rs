//! The vendor's name in the public API, and short forms for its address and key.

use super::DESCRIPTION;
use crate::sandbox::Sandbox;
use crate::vendor::Vendor;

#[allow(
    non_upper_case_globals,
    reason = "it reads as the variant of an open enum"
)]
impl Vendor {
    /// TrueFoundry's gateway.
    pub const TrueFoundry: Vendor = Vendor::new(&DESCRIPTION);
}

impl Sandbox {
    /// Returns the gateway's base URL in its newer form, `https://{gatewayBaseURL}`.
    pub fn truefoundry_base_url(&self) -> String {
        self.base_url(Vendor::TrueFoundry)
    }

    /// Returns the gateway's base URL in its older form, `https://{controlPlaneURL}/api/llm`.
    pub fn truefoundry_control_plane_base_url(&self) -> String {
        format!("{}/api/llm", self.truefoundry_base_url())
    }

    /// Returns the key that the sandbox's gateway accepts.
    pub fn truefoundry_key(&self) -> &'static str {
        Vendor::TrueFoundry.key()
    }
}
