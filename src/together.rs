//! Together's fine-tuning and files API.

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/together.rs"));
}

pub use generated::*;

use crate::transport::{ApiClient, ClientBuilder, Environment, Transport};

impl ApiClient for Client {
    const VENDOR: &'static str = "together";
    const DEFAULT_BASE_URL: &'static str = DEFAULT_BASE_URL;
    const ENVIRONMENT: Environment = Environment {
        key: "TOGETHER_API_KEY",
        base_url: "TOGETHER_BASE_URL",
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
