//! The fine-tuning and files API of TrueFoundry's LLM gateway, whose job is the shape that all jobs are mapped onto.

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/truefoundry.rs"));
}

pub use generated::*;

use crate::transport::{ApiClient, ClientBuilder, Environment, Transport};

impl ApiClient for Client {
    const VENDOR: &'static str = "truefoundry";
    const DEFAULT_BASE_URL: &'static str = DEFAULT_BASE_URL;
    const ENVIRONMENT: Environment = Environment {
        key: "TFY_API_KEY",
        base_url: "TFY_BASE_URL",
        headers: &[],
    };

    fn from_transport(transport: Transport) -> Self {
        Self::with_transport(transport)
    }
}

impl Client {
    /// Starts with the vendor's default base URL and no key.
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::default()
    }
}

impl ClientBuilder<Client> {
    /// Reaches the gateway by its own host: `https://{host}`.
    #[must_use]
    pub fn gateway_host(self, host: &str) -> Self {
        self.base_url(format!("https://{host}"))
    }

    /// Reaches the gateway through a control plane, the older form of its base
    /// URL: `https://{host}/api/llm`.
    #[must_use]
    pub fn control_plane_host(self, host: &str) -> Self {
        self.base_url(format!("https://{host}/api/llm"))
    }
}
