//! OpenAI's fine-tuning and files API.

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/openai.rs"));
}

pub use generated::*;

use crate::Error;
use crate::transport::{
    ApiClient, CallOptions, ClientBuilder, Environment, Response, Transport, Upload,
};

impl ApiClient for Client {
    const VENDOR: &'static str = "openai";
    const DEFAULT_BASE_URL: &'static str = DEFAULT_BASE_URL;
    const ENVIRONMENT: Environment = Environment {
        key: "OPENAI_API_KEY",
        base_url: "OPENAI_BASE_URL",
        path: "",
        headers: &[
            ("OPENAI_ORG_ID", "openai-organization"),
            ("OPENAI_PROJECT_ID", "openai-project"),
        ],
    };

    const HARMLESS_POSTS: &'static [&'static str] =
        &["cancelJob", "pauseJob", "resumeJob", "validateGrader"];

    fn from_transport(transport: Transport) -> Self {
        Self::with_transport(transport)
    }
}

impl Client {
    /// Starts with the vendor's default base URL and no key.
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::default()
    }

    /// The same client with other limits, for some calls.
    #[must_use]
    pub fn with_options(&self, options: &CallOptions) -> Self {
        Self::with_transport(self.transport().with_options(options))
    }

    /// Uploads a file. It streams: what comes from disk is never in memory as
    /// a whole.
    ///
    /// # Errors
    ///
    /// As the generated operations.
    pub async fn upload_file(
        &self,
        file: Upload,
        purpose: types::UploadPurpose,
        expires_after: Option<types::FileExpiration>,
    ) -> Result<Response<types::File>, Error> {
        let mut fields = vec![("purpose", purpose.to_string())];
        if let Some(expires) = expires_after {
            fields.push(("expires_after[anchor]", expires.anchor.to_string()));
            fields.push(("expires_after[seconds]", expires.seconds.to_string()));
        }
        self.transport()
            .upload("uploadFile", "/files", &fields, &[], file)
            .await
    }
}

impl ClientBuilder<Client> {
    /// The organization that is billed, for keys that belong to several.
    #[must_use]
    pub fn organization(self, id: impl Into<String>) -> Self {
        self.header("openai-organization", id)
    }

    /// The project that is billed, for keys that belong to several.
    #[must_use]
    pub fn project(self, id: impl Into<String>) -> Self {
        self.header("openai-project", id)
    }
}
