//! Files of one account: each vendor's own operations, in the gateway's terms.

use serde::Serialize;
use unitune::providers::Client;
use unitune::transport::{Download, Upload};
use unitune::unify::{File, FileObject, Operation, Unify};
use unitune::{openai, together, truefoundry};

use super::jobs::with_headers;
use super::{Failed, Upstream, Warning};
use crate::params::TfyHeaders;
use crate::problem::Problem;

/// All files of an account.
#[derive(Debug, Default)]
pub struct FileList {
    /// In the vendor's order.
    pub files: Vec<File>,
    /// What could not be read.
    pub warnings: Vec<Warning>,
}

/// A file on its way.
#[derive(Debug)]
pub struct Uploading {
    /// The content, and its name.
    pub file: Upload,
    /// What it is for.
    pub purpose: String,
    /// When it is to be deleted.
    pub expires: Option<Expiry>,
}

/// When a file is to be deleted.
#[derive(Clone, Debug)]
pub struct Expiry {
    /// The moment that the time counts from.
    pub anchor: String,
    /// The time.
    pub seconds: i64,
}

impl Expiry {
    /// In OpenAI's terms.
    fn to_openai(&self) -> Result<openai::types::FileExpiration, Problem> {
        let anchor = self.anchor.parse();
        let anchor =
            anchor.map_err(|error: String| Problem::invalid("expires_after[anchor]", error))?;
        let mut expiration = openai::types::FileExpiration::new(self.seconds);
        expiration.anchor = anchor;
        Ok(expiration)
    }
}

/// Confirms that a file is gone.
#[derive(Clone, Debug, Serialize)]
pub struct Deleted {
    /// The file that was deleted.
    pub id: String,
    /// Always `file`.
    pub object: FileObject,
    /// Always true: otherwise there is an error.
    pub deleted: bool,
}

impl Upstream {
    /// Uploads a file.
    pub async fn upload(
        &self,
        uploading: Uploading,
        headers: &TfyHeaders,
    ) -> Result<File, Problem> {
        const CALL: &str = "uploadFile";
        let Uploading {
            file,
            purpose,
            expires,
        } = uploading;
        let context = self.context();
        if expires.is_some() && self.vendor() != "openai" {
            let message = format!(
                "{} keeps files until they are deleted",
                super::title(&self.vendor())
            );
            return Err(
                Problem::invalid("expires_after[seconds]", message).code("unsupported_value")
            );
        }
        Ok(match self.client() {
            Client::OpenAi(client) => {
                let purpose: openai::types::UploadPurpose = purpose
                    .parse()
                    .map_err(|error: String| Problem::invalid("purpose", error))?;
                let expires = expires.map(|expiry| expiry.to_openai()).transpose()?;
                let file = self.call(CALL, client.upload_file(file, purpose, expires));
                self.unified(file.await?.into_inner().unify(&context))?
            }
            Client::Together(client) => {
                let purpose = together::types::FilePurpose::from(purpose);
                let file = self.call(CALL, client.upload_file(file, purpose, None));
                self.unified(file.await?.into_inner().unify(&context))?
            }
            Client::TrueFoundry(client) => {
                let options = with_headers!(truefoundry::UploadFileOptions::default(), headers);
                let file = self.call(CALL, client.upload_file(file, purpose, options));
                self.unified(file.await?.into_inner().unify(&context))?
            }
            _ => return Err(self.unsupported(Operation::Files).into()),
        })
    }

    /// All files.
    pub async fn files(&self, headers: &TfyHeaders) -> Result<FileList, Failed> {
        const CALL: &str = "listFiles";
        let context = self.context();
        let mut all = FileList::default();
        match self.client() {
            Client::OpenAi(client) => {
                let mut after: Option<String> = None;
                loop {
                    let mut options = openai::ListFilesOptions::new().limit(10_000);
                    options.after.clone_from(&after);
                    let page = self.call(CALL, client.list_files(options)).await?;
                    let page = page.into_inner();
                    let (files, warnings) = self.good(page.data);
                    let last = files.last().map(|file| file.id.clone());
                    all.warnings.extend(warnings);
                    for file in files {
                        all.files.push(self.unified(file.unify(&context))?);
                    }
                    if !page.has_more || last.is_none() || last == after {
                        break;
                    }
                    after = last;
                }
            }
            Client::Together(client) => {
                let list = self.call(CALL, client.list_files()).await?;
                let (files, warnings) = self.good(list.into_inner().data);
                all.warnings = warnings;
                for file in files {
                    all.files.push(self.unified(file.unify(&context))?);
                }
            }
            Client::TrueFoundry(client) => {
                let options = with_headers!(truefoundry::ListFilesOptions::new(), headers);
                let list = self.call(CALL, client.list_files(options)).await?;
                let (files, warnings) = self.good(list.into_inner().data);
                all.warnings = warnings;
                for file in files {
                    all.files.push(self.unified(file.unify(&context))?);
                }
            }
            _ => return Err(self.unsupported(Operation::Files)),
        }
        Ok(all)
    }

    /// One file, without its content.
    pub async fn file(&self, id: &str, headers: &TfyHeaders) -> Result<File, Failed> {
        const CALL: &str = "retrieveFile";
        let context = self.context();
        Ok(match self.client() {
            Client::OpenAi(client) => {
                let file = self.call(CALL, client.retrieve_file(id)).await?;
                self.unified(file.into_inner().unify(&context))?
            }
            Client::Together(client) => {
                let file = self.call(CALL, client.retrieve_file(id)).await?;
                self.unified(file.into_inner().unify(&context))?
            }
            Client::TrueFoundry(client) => {
                let options = with_headers!(truefoundry::RetrieveFileOptions::new(), headers);
                let file = self.call(CALL, client.retrieve_file(id, options)).await?;
                self.unified(file.into_inner().unify(&context))?
            }
            _ => return Err(self.unsupported(Operation::Files)),
        })
    }

    /// A file's content, as it arrives.
    pub async fn content(&self, id: &str, headers: &TfyHeaders) -> Result<Download, Failed> {
        const CALL: &str = "downloadFile";
        match self.client() {
            Client::OpenAi(client) => self.call(CALL, client.download_file(id)).await,
            Client::Together(client) => self.call(CALL, client.download_file(id)).await,
            Client::TrueFoundry(client) => {
                let options = with_headers!(truefoundry::DownloadFileOptions::new(), headers);
                self.call(CALL, client.download_file(id, options)).await
            }
            _ => Err(self.unsupported(Operation::Files)),
        }
    }

    /// Deletes a file.
    pub async fn delete_file(&self, id: &str, headers: &TfyHeaders) -> Result<Deleted, Failed> {
        const CALL: &str = "deleteFile";
        match self.client() {
            Client::OpenAi(client) => {
                self.call(CALL, client.delete_file(id)).await?;
            }
            Client::Together(client) => {
                self.call(CALL, client.delete_file(id)).await?;
            }
            Client::TrueFoundry(client) => {
                let options = with_headers!(truefoundry::DeleteFileOptions::new(), headers);
                self.call(CALL, client.delete_file(id, options)).await?;
            }
            _ => return Err(self.unsupported(Operation::Files)),
        }
        Ok(Deleted {
            id: id.to_owned(),
            object: FileObject::File,
            deleted: true,
        })
    }
}
