//! File uploads, which generated operations cannot stream.

use super::{Client, types};
use crate::Error;
use crate::transport::{Response, Upload, purpose_fields};

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
        let expires = expires_after.map(|it| (it.anchor.to_string(), it.seconds));
        let fields = purpose_fields(purpose.to_string(), expires);
        self.transport()
            .upload("uploadFile", "/files", &fields, &[], file)
            .await
    }
}
