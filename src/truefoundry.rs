//! The fine-tuning and files API of TrueFoundry's LLM gateway, whose job is the shape that all jobs are mapped onto.

// The generated part: types, options and `Client` with its operations.
mod generated {
    #![allow(clippy::all, clippy::pedantic, missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/truefoundry.rs"));
}

pub use generated::*;

use crate::Error;
use crate::transport::{
    ApiClient, CallOptions, ClientBuilder, Environment, Response, Transport, Upload,
};

impl ApiClient for Client {
    const VENDOR: &'static str = "truefoundry";
    const DEFAULT_BASE_URL: &'static str = DEFAULT_BASE_URL;
    const ENVIRONMENT: Environment = Environment {
        key: "TFY_API_KEY",
        base_url: "TFY_BASE_URL",
        path: "",
        headers: &[],
    };

    const HARMLESS_POSTS: &'static [&'static str] = &[];

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
        purpose: impl Into<String>,
        options: UploadFileOptions,
    ) -> Result<Response<types::File>, Error> {
        let headers = [
            ("x-tfy-metadata", options.x_tfy_metadata),
            ("x-tfy-provider-name", options.x_tfy_provider_name),
            (
                "x-tfy-vertex-storage-bucket-name",
                options.x_tfy_vertex_storage_bucket_name,
            ),
            ("x-tfy-provider-model", options.x_tfy_provider_model),
            ("x-tfy-file-purpose", options.x_tfy_file_purpose),
        ];
        let fields = [("purpose", purpose.into())];
        self.transport()
            .upload("uploadFile", "/files", &fields, &headers, file)
            .await
    }
}

/// Optional parameters of [`Client::upload_file`].
#[derive(Clone, Debug, Default)]
pub struct UploadFileOptions {
    /// A JSON object of strings, as text, that the gateway notes with the
    /// request.
    pub x_tfy_metadata: Option<String>,
    /// The provider account, by the name that the operator gave it.
    pub x_tfy_provider_name: Option<String>,
    /// The storage bucket, for accounts at Vertex AI.
    pub x_tfy_vertex_storage_bucket_name: Option<String>,
    /// The model, as the provider names it.
    pub x_tfy_provider_model: Option<String>,
    /// What the file is for, where the provider needs to know it beforehand.
    pub x_tfy_file_purpose: Option<String>,
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
