//! Uploads: what an account has already is not sent again.

mod uploaded_files;

use std::path::Path;

use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use unitune::ErrorKind;
use unitune::providers::{FileRef, FileUpload, Providers};
use unitune::transport::Upload;
use unitune::unify::File;

use crate::exit::{Exit, Failure};
use crate::output::{self, bytes, plain, progress_bar};

use uploaded_files::{Entry, Journal};

/// Which content a file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub sha256: String,
    pub bytes: u64,
}

impl Content {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub async fn of(path: &Path) -> Result<Self, Failure> {
        let unreadable = |e: std::io::Error| {
            Failure::new(
                Exit::Failure,
                format!("cannot read {}: {e}", path.display()),
            )
        };
        let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let mut hash = Sha256::new();
        let mut length = 0;
        let mut piece = vec![0; 1 << 18];
        loop {
            let read = file.read(&mut piece).await.map_err(unreadable)?;
            if read == 0 {
                break;
            }
            hash.update(&piece[..read]);
            length += read as u64;
        }
        let digest = hash.finalize();
        Ok(Self {
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            bytes: length,
        })
    }
}

/// What became of a file that is needed at an account.
#[derive(Clone, Debug)]
pub struct Uploaded {
    pub file: File,
    /// Whether the account had it before.
    pub was_there: bool,
}

/// The uploads to an account.
pub struct Uploads<'p> {
    providers: &'p Providers,
    account: &'p str,
    journal: Option<Journal>,
    purpose: String,
}

impl<'p> Uploads<'p> {
    /// Uploads for training. Those to simulated accounts are not remembered.
    pub fn new(providers: &'p Providers, account: &'p str, are_simulated: bool) -> Self {
        Self {
            providers,
            account,
            journal: Journal::open().filter(|_| !are_simulated),
            purpose: "fine-tune".to_owned(),
        }
    }

    pub fn purpose(mut self, purpose: &str) -> Self {
        self.purpose = purpose.to_owned();
        self
    }

    /// Finds a file at the account that has this content, by what was uploaded
    /// before. The account is asked whether the file is still there.
    ///
    /// # Errors
    ///
    /// The account cannot be asked.
    pub async fn find(&self, content: &Content) -> Result<Option<File>, Failure> {
        let Some(journal) = &self.journal else {
            return Ok(None);
        };
        for entry in journal.entries(self.account, content, &self.purpose) {
            let file = FileRef::at(self.account, &entry.file);
            match self.providers.file(file).await {
                Ok(file) if is_usable(&file, content) => return Ok(Some(file)),
                Ok(_) => {}
                Err(error) if error.is_not_found() || error.kind() == ErrorKind::Unsupported => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// Finds a file at the account, or uploads it.
    ///
    /// # Errors
    ///
    /// It cannot be read, or the account rejects it.
    pub async fn put(&self, path: &Path, again: bool) -> Result<Uploaded, Failure> {
        let content = Content::of(path).await?;
        if !again && let Some(file) = self.find(&content).await? {
            return Ok(Uploaded {
                file,
                was_there: true,
            });
        }
        let upload = Upload::from_path(path).await?;
        let title = format!("uploading {}", plain(upload.name()));
        let (bar, report) = progress_bar(&title, upload.length());
        let upload = upload.on_progress(move |sent, total| report(sent, total));
        let upload = FileUpload::new(upload).purpose(&self.purpose);
        let file = self.providers.upload_file(self.account, upload).await?;
        drop(bar);
        if let Some(journal) = &self.journal {
            let entry = Entry::new(self.account, &content, &self.purpose, &file.id);
            if let Err(error) = journal.append(&entry) {
                output::warning(&format!("the upload is not remembered: {error}"));
            }
        }
        Ok(Uploaded {
            file,
            was_there: false,
        })
    }

    /// Reports on stderr what became of a file.
    pub fn report(&self, path: &Path, uploaded: &Uploaded) {
        let (path, id) = (crate::training_files::name_of(path), &uploaded.file.id);
        output::note(&match uploaded.was_there {
            true => format!("{path}: {} has it already, as {id}", self.account),
            false => {
                let size = u64::try_from(uploaded.file.bytes).unwrap_or(0);
                format!(
                    "{path}: uploaded to {} as {id} ({})",
                    self.account,
                    bytes(size)
                )
            }
        });
    }
}

/// Whether a file that was uploaded before can be used.
fn is_usable(file: &File, content: &Content) -> bool {
    let has_size = u64::try_from(file.bytes).is_ok_and(|bytes| bytes == content.bytes);
    let is_broken = matches!(
        file.status.as_str(),
        "error" | "deleted" | "deleting" | "failed"
    );
    (has_size || file.bytes <= 0) && !is_broken
}
