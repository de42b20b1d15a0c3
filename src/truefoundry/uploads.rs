//! Uploads, which no generated operation can stream.

use super::{Client, types};
use crate::Error;
use crate::transport::{Response, Upload};

impl Client {
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

impl UploadFileOptions {
    /// None given.
    pub fn new() -> Self {
        Self::default()
    }
}
