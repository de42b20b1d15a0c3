//! What no generated operation can do: uploads, which stream, and requests to
//! signed URLs, which get no key.

use super::{Client, types};
use crate::transport::{Download, Method, Response, Upload, segment};
use crate::wire::Secret;
use crate::{Error, ErrorKind};

/// The header that binds a signed URL to the size of what is sent to it.
const LENGTH_RANGE: &str = "x-goog-content-length-range";

impl Client {
    /// Uploads the file of a dataset in one call. It streams: what comes from
    /// disk is never in memory as a whole. The vendor takes up to 150 MB so.
    ///
    /// # Errors
    ///
    /// As the generated operations.
    pub async fn upload_dataset(
        &self,
        account_id: &str,
        dataset_id: &str,
        file: Upload,
    ) -> Result<Response<types::UploadedFile>, Error> {
        let invalid = |message| Error::new(ErrorKind::InvalidRequest, message);
        let account = segment("account_id", account_id).map_err(invalid)?;
        let dataset = segment("dataset_id", dataset_id).map_err(invalid)?;
        let path = format!("/v1/accounts/{account}/datasets/{dataset}:upload");
        self.transport()
            .upload("uploadDataset", &path, &[], &[], file)
            .await
    }

    /// Sends a file to a signed URL of
    /// [`locate_dataset_upload`](Self::locate_dataset_upload), without the key.
    ///
    /// # Errors
    ///
    /// As the generated operations.
    pub async fn send_to_signed_url(&self, url: &Secret, file: &Upload) -> Result<(), Error> {
        let kind = "application/octet-stream".to_owned();
        let mut headers = vec![("content-type", kind)];
        if let Some(length) = file.length() {
            headers.push((LENGTH_RANGE, format!("{length},{length}")));
        }
        let transport = self.transport().without_credential();
        transport
            .put("sendToSignedUrl", url, &headers, file)
            .await
            .map(|_| ())
    }

    /// Reads what a signed URL leads to, without the key.
    ///
    /// # Errors
    ///
    /// As the generated operations.
    pub async fn read_signed_url(&self, url: &Secret) -> Result<Download, Error> {
        let transport = self.transport().without_credential();
        let request = transport.request("readSignedUrl", Method::GET);
        request.address(url).call_bytes().await
    }
}
