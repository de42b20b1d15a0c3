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
