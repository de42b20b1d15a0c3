//! File uploads, which generated operations cannot stream.

use super::{Client, types};
use crate::Error;
use crate::transport::{Response, Upload};

impl Client {
    /// Uploads a file as a stream: a file on disk is never in memory as a
    /// whole.
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
    /// The gateway's account, by its name there.
    pub x_tfy_provider_name: Option<String>,
    /// The storage bucket, for accounts at Vertex AI.
    pub x_tfy_vertex_storage_bucket_name: Option<String>,
    /// The model, as the provider names it.
    pub x_tfy_provider_model: Option<String>,
    /// The file's purpose, for providers that need it before the content.
    pub x_tfy_file_purpose: Option<String>,
}

impl UploadFileOptions {
    /// Creates options without values.
    pub fn new() -> Self {
        Self::default()
    }
}
