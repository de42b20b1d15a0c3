//! Together's fine-tuning and files API.

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/together.rs"));
}

pub use generated::*;

use crate::Error;
use crate::transport::{
    ApiClient, CallOptions, ClientBuilder, Download, Environment, Response, Transport, Upload,
};

impl ApiClient for Client {
    const VENDOR: &'static str = "together";
    const DEFAULT_BASE_URL: &'static str = DEFAULT_BASE_URL;
    const ENVIRONMENT: Environment = Environment {
        key: "TOGETHER_API_KEY",
        base_url: "TOGETHER_BASE_URL",
        // Together's own program takes the host alone, and adds this itself.
        path: "/v1",
        headers: &[],
    };

    const HARMLESS_POSTS: &'static [&'static str] = &["cancelJob", "estimatePrice"];

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

    /// The list of jobs as it comes, for accounts with more than can be held.
    pub(crate) async fn list_jobs_in_pieces(&self) -> Result<Download, Error> {
        self.transport()
            .request("listJobs", http::Method::GET)
            .path("/fine-tunes")
            .call_bytes()
            .await
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
        purpose: types::FilePurpose,
        file_type: Option<types::FileType>,
    ) -> Result<Response<types::File>, Error> {
        let mut fields = vec![
            ("purpose", purpose.to_string()),
            ("file_name", file.name().to_owned()),
        ];
        fields.extend(file_type.map(|t| ("file_type", t.to_string())));
        self.transport()
            .upload("uploadFile", "/files/upload", &fields, &[], file)
            .await
    }
}
