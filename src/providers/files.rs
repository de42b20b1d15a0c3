//! Operations on the files of all accounts.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::account_wait::AccountWait;
use super::backend::IdKind;
use super::find_account::Certainty;
use super::{Account, FileRef, FileUpload, Operation, Providers, Warning};
use crate::Error;
use crate::transport::Download;
use crate::unify::File;

/// A list of the files of several accounts.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FileList {
    /// Newest first, by (created_at, account, id).
    pub files: Vec<File>,
    /// The accounts and files that are missing, and why.
    pub warnings: Vec<Warning>,
    /// The number of accounts that were called.
    pub accounts: usize,
}

impl FileList {
    /// Returns the errors of the accounts, if all of them failed.
    pub fn all_failed(&self) -> Option<Vec<Arc<Error>>> {
        Warning::of_all(&self.warnings, self.accounts)
    }
}

impl Providers {
    /// Lists the files of all accounts, newest first. An account that fails is
    /// a warning beside the files of the others.
    pub async fn list_files(&self) -> FileList {
        self.list_files_within(None).await
    }

    /// Lists the files of all accounts; an account that takes longer than
    /// `wait` is a warning, once another one has returned its list.
    pub async fn list_files_within(&self, wait: Option<Duration>) -> FileList {
        // Accounts whose vendor has no files are left out, unless that is all.
        let has_files = |account: &&Account| account.support(Operation::ListFiles).is_supported();
        let mut accounts: Vec<&Account> = self.accounts().iter().filter(has_files).collect();
        if accounts.is_empty() {
            accounts = self.accounts().iter().collect();
        }
        let mut all = FileList {
            accounts: accounts.len(),
            ..FileList::default()
        };
        let wait = AccountWait::new(wait, all.accounts);
        let lists = join_all(accounts.iter().map(async |account| {
            let files = account.list_files();
            match &wait {
                Some(wait) => wait.bound(account.name(), Instant::now(), files).await,
                None => files.await,
            }
        }));
        for (account, list) in accounts.iter().zip(lists.await) {
            match list {
                Ok((files, warnings)) => {
                    all.files.extend(files);
                    all.warnings.extend(warnings);
                }
                Err(error) => all.warnings.push(Warning::account(account.name(), error)),
            }
        }
        all.files.sort_by(|a, b| {
            let key = |file: &File| Reverse(file.created_at);
            key(a)
                .cmp(&key(b))
                .then_with(|| a.provider.account.cmp(&b.provider.account))
                .then_with(|| a.id.cmp(&b.id))
        });
        all
    }

    /// Retrieves a file from the account that has it.
    ///
    /// # Errors
    ///
    /// No account has the file ([`Error::is_not_found`]); several have it; or an
    /// account failed and none of the others has it.
    pub async fn file(&self, file: impl Into<FileRef>) -> Result<File, Error> {
        let file = file.into();
        let found = self
            .search(&file, IdKind::File, Certainty::First, &|account| {
                Box::pin(account.file(&file.id))
            })
            .await;
        found.map(|(_, file)| file)
    }

    /// Downloads a file's content as a stream.
    ///
    /// # Errors
    ///
    /// As [`Self::file`].
    pub async fn download_file(&self, file: impl Into<FileRef>) -> Result<Download, Error> {
        let file = file.into();
        self.at_owner(&file, IdKind::File, Certainty::First, &|account| {
            Box::pin(account.download_file(&file.id))
        })
        .await
    }

    /// Deletes a file.
    ///
    /// # Errors
    ///
    /// As [`Self::file`]; or the vendor rejects the request.
    pub async fn delete_file(&self, file: impl Into<FileRef>) -> Result<(), Error> {
        let file = file.into();
        self.at_owner(&file, IdKind::File, Certainty::All, &|account| {
            Box::pin(account.delete_file(&file.id))
        })
        .await
    }

    /// Uploads a file to an account.
    ///
    /// # Errors
    ///
    /// There is no account of this name, its vendor has no files, or it rejects
    /// this one.
    pub async fn upload_file(&self, account: &str, upload: FileUpload) -> Result<File, Error> {
        self.named(account)?.upload(upload).await
    }
}
