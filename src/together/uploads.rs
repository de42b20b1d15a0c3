//! What no generated operation can stream: uploads, downloads from signed URLs,
//! and the list of jobs, for accounts with more jobs than can be held.

use super::{Client, types};
use crate::Error;
use crate::transport::{Download, LongResponse, ReadPieces, Response, Upload};

impl Client {
    /// Fetches the list of jobs: a short one as a whole, a long one by a reader.
    pub(super) async fn list_jobs_long<R: ReadPieces>(
        &self,
        whole: usize,
        reader: R,
    ) -> Result<LongResponse<types::FinetuneTruncatedList, R::Value>, Error> {
        self.transport()
            .request("listJobs", http::Method::GET)
            .path("/fine-tunes")
            .call_long_json(whole, reader)
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
    /// Downloads the training file of a job as tokens, from where
    /// [`retrieve_tokenized_dataset`](Self::retrieve_tokenized_dataset) tells. The
    /// key is not sent there: the URL is signed.
    ///
    /// # Errors
    ///
    /// As the generated operations.
    pub async fn download_tokenized_dataset(&self, id: &str) -> Result<Download, Error> {
        let dataset = self.retrieve_tokenized_dataset(id).await?.into_inner();
        let transport = self.transport().without_credential();
        let request = transport.request("downloadTokenizedDataset", http::Method::GET);
        let download = request.address(&dataset.url).call_bytes().await?;
        Ok(download.with_file_name(dataset.filename))
    }
}
