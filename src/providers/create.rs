//! Creates jobs: checks the files, uploads them, estimates the price, and then
//! sends the request that costs money.

use std::path::PathBuf;

use super::backend::IdKind;
use super::find_account::Certainty;
use super::{
    Account, DataFile, Dataset, Draft, FileRef, FileUpload, Operation, Prepared, Providers,
};
use crate::transport::Upload;
use crate::unify::{CreateRequest, DatasetPreview, File, Job, PriceEstimate, UnsupportedField};
use crate::{Error, ErrorKind};

/// The result of checking a draft without sending anything.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preflight {
    /// The account that the job would be created at.
    pub account: String,
    /// The files that would be uploaded, and their content.
    pub files: Vec<(PathBuf, Dataset)>,
    /// Settings that would be left out.
    pub dropped: Vec<UnsupportedField>,
}

/// A job that was created.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Created {
    /// The job.
    pub job: Job,
    /// The files that were uploaded for it.
    pub files: Vec<File>,
    /// Settings that were left out.
    pub dropped: Vec<UnsupportedField>,
    /// The vendor's estimate of its price, if there is one.
    pub estimate: Option<PriceEstimate>,
}

impl Providers {
    /// Checks a draft without changing anything: reads the files and translates
    /// the request. Where the account has to be found by its training file, the
    /// accounts are searched for that file; otherwise nothing is sent.
    ///
    /// # Errors
    ///
    /// The account is ambiguous, the vendor does not support a setting, a file
    /// cannot be read, or it is invalid: the error names the first invalid line,
    /// and its source all of them.
    pub async fn preflight(&self, draft: &Draft) -> Result<Preflight, Error> {
        let (account, request) = self.starter(draft).await?;
        checked(account, &request, draft).await
    }

    /// Creates a job: runs [`Self::preflight`], uploads the files on disk, waits
    /// until the vendor has imported them, if it does that, estimates the price, and sends the request. The request is sent once,
    /// unless it certainly did not arrive.
    ///
    /// # Errors
    ///
    /// As [`Self::preflight`]; the vendor rejects a request; or the job would cost
    /// more than the limit ([`ErrorKind::CostLimit`]). The error has the files
    /// that have been uploaded ([`Error::uploaded_files`]), and says whether the job may have been started
    /// ([`Error::may_have_taken_effect`]).
    pub async fn create(&self, draft: &Draft) -> Result<Created, Error> {
        let mut is_sent = false;
        let created = self.prepare_and_start(draft, &mut is_sent).await;
        created.map_err(|error| match is_sent {
            true => error,
            false => error.without_effect(),
        })
    }

    /// Creates a job; `is_sent` tells whether the request that starts it was reached.
    async fn prepare_and_start(&self, draft: &Draft, is_sent: &mut bool) -> Result<Created, Error> {
        let (account, mut request) = self.starter(draft).await?;
        let preflight = checked(account, &request, draft).await?;
        let mut files = Vec::new();
        let outcome = async {
            request.training_file = self
                .id_of(account, draft, &draft.training, &mut files)
                .await?;
            if let Some(file) = &draft.validation {
                let id = self.id_of(account, draft, file, &mut files).await?;
                request.validation_file = Some(id);
            }
            let prepared = account.prepare(&request, draft.on_unsupported)?;
            draft.import.wait_for(account, &request).await?;
            let estimate = affordable(account, draft, &prepared).await?;
            *is_sent = true;
            if let Some(report) = &draft.on_start {
                report();
            }
            let job = account.create(&prepared).await?;
            Ok::<_, Error>((job, estimate))
        }
        .await;
        let outcome = outcome.map_err(|error| self.with_alternatives(error, account));
        match outcome {
            Ok((job, estimate)) => Ok(Created {
                job,
                files,
                dropped: preflight.dropped,
                estimate,
            }),
            Err(error) if files.is_empty() => Err(error),
            Err(error) => Err(error.with_uploads(files.into_iter().map(|file| file.id).collect())),
        }
    }

    /// Waits until the vendor has imported the files of a draft that it has, at a
    /// vendor that starts no job before. [`Self::create`] waits as well; a program
    /// can wait first, and know then that nothing was started.
    ///
    /// # Errors
    ///
    /// The account is not clear; the import failed ([`ErrorKind::InvalidRequest`]);
    /// or it takes longer than the draft allows ([`ErrorKind::Timeout`]).
    pub async fn wait_for_imports(&self, draft: &Draft) -> Result<(), Error> {
        let (account, mut request) = self.starter(draft).await?;
        request.training_file = draft.training.id().unwrap_or_default().to_owned();
        let validation = draft.validation.as_ref().and_then(DataFile::id);
        request.validation_file = validation.map(str::to_owned);
        draft.import.wait_for(account, &request).await
    }

    /// Names the accounts that can start a job that a vendor does not start any
    /// more.
    fn with_alternatives(&self, error: Error, account: &Account) -> Error {
        if !error.is_training_not_available() {
            return error;
        }
        let others = self.other_trainers(account.name());
        error.with_alternatives(others.into_iter().map(str::to_owned).collect())
    }

    /// Asks what a draft would cost whose files the vendor has, without
    /// starting anything.
    ///
    /// # Errors
    ///
    /// As [`Self::preflight`]; the vendor estimates no prices
    /// ([`ErrorKind::Unsupported`]), or not for this job; a file of the draft is
    /// on disk, of which the vendor knows nothing yet; or it would cost more than
    /// the draft allows ([`ErrorKind::CostLimit`]).
    pub async fn estimate(&self, draft: &Draft) -> Result<PriceEstimate, Error> {
        let (account, request) = self.starter(draft).await?;
        account.check(Operation::EstimatePrice)?;
        draft.needs_uploaded_files("estimates the price")?;
        let prepared = account.prepare(&request, draft.on_unsupported)?;
        let estimate = account.estimate(&prepared).await?;
        within_limit(account, draft, &estimate)?;
        Ok(estimate)
    }

    /// Shows the first examples of a draft's training file as the model would be
    /// trained with them, without starting anything. The vendor chooses how many
    /// where `examples` does not say it.
    ///
    /// # Errors
    ///
    /// As [`Self::preflight`]; the vendor has no previews
    /// ([`ErrorKind::Unsupported`]), or not of this method; or a file of the draft
    /// is on disk, of which the vendor knows nothing yet.
    pub async fn preview(
        &self,
        draft: &Draft,
        examples: Option<usize>,
    ) -> Result<DatasetPreview, Error> {
        let (account, request) = self.starter(draft).await?;
        account.check(Operation::Preview)?;
        draft.needs_uploaded_files("shows examples")?;
        let prepared = account.prepare(&request, draft.on_unsupported)?;
        account.preview(&prepared, examples).await
    }

    /// Finds the account that a draft would be started at.
    ///
    /// # Errors
    ///
    /// The account is not clear; or accounts had to be asked for the training
    /// file, and one could not be.
    pub async fn account_of(&self, draft: &Draft) -> Result<&Account, Error> {
        self.starter(draft).await.map(|(account, _)| account)
    }

    async fn id_of(
        &self,
        account: &Account,
        draft: &Draft,
        file: &DataFile,
        uploaded: &mut Vec<File>,
    ) -> Result<String, Error> {
        let path = match file {
            DataFile::Id(id) => return Ok(id.clone()),
            DataFile::Path(path) => path,
        };
        let mut upload = Upload::from_path(path).await?;
        if let Some(report) = draft.progress.clone() {
            upload = upload.on_progress(move |sent, total| report(sent, total));
        }
        let file = account.upload(FileUpload::new(upload)).await?;
        let id = file.id.clone();
        uploaded.push(file);
        Ok(id)
    }

    /// Returns the account of a draft, and the request without the account's
    /// name.
    async fn starter(&self, draft: &Draft) -> Result<(&Account, CreateRequest), Error> {
        let mut request = draft.request.clone();
        if let Some(name) = &draft.account {
            return Ok((self.named(name)?, request));
        }
        let by_model = request.model.split_once('/').and_then(|(name, model)| {
            let account = self.get(name).filter(|_| !model.is_empty())?;
            Some((account, model.to_owned()))
        });
        if let Some((account, model)) = by_model {
            request.model = model;
            return Ok((account, request));
        }
        let owner = match (&draft.training, self.accounts()) {
            (DataFile::Id(id), [_, _, ..]) => self.owner_of_file(id).await,
            _ => return Ok((self.named_or_default(None)?, request)),
        };
        let account = match (owner, self.default_account()) {
            (Ok(owner), _) => owner,
            (Err(_), Some(default)) => default,
            (Err(error), None) if error.is_not_found() => {
                let unclear = |unclear: Error| unclear.because(error);
                self.named_or_default(None).map_err(unclear)?
            }
            (Err(error), None) => return Err(error),
        };
        Ok((account, request))
    }

    /// Returns the only account that has a file.
    async fn owner_of_file(&self, id: &str) -> Result<&Account, Error> {
        let file = FileRef::new(id);
        let found = self
            .search(&file, IdKind::File, Certainty::All, &|account| {
                Box::pin(async {
                    match account.support(Operation::RetrieveFile).is_supported() {
                        true => account
                            .file(&file.id)
                            .await
                            .map_err(|error| match error.kind() {
                                // A text that cannot be an id is not the id of any file.
                                ErrorKind::InvalidRequest => Error::not_found(error.to_string()),
                                _ => error,
                            }),
                        false => Err(Error::not_found(
                            "the vendor does not support retrieving files",
                        )),
                    }
                })
            })
            .await;
        let name = found.map(|(account, _)| account.name().to_owned())?;
        self.named(&name)
    }
}

/// Checks a request for an account, and the files that are to be uploaded.
async fn checked(
    account: &Account,
    request: &CreateRequest,
    draft: &Draft,
) -> Result<Preflight, Error> {
    if draft.max_cost.is_some() {
        account.check(Operation::EstimatePrice).map_err(|e| {
            Error::new(
                ErrorKind::Unsupported,
                format!("max_cost cannot be checked: {e}"),
            )
        })?;
    }
    let dropped = account.prepare(request, draft.on_unsupported)?.dropped;
    let mut files = Vec::new();
    for path in draft.paths() {
        let rules = account.dataset_rules();
        let checked = path.to_owned();
        let found = tokio::task::spawn_blocking(move || Dataset::check(checked, &rules)).await;
        let found = found.map_err(|e| {
            Error::new(ErrorKind::InvalidRequest, "the check did not finish").because(e)
        })??;
        if draft.checked {
            found.ensure_valid(path)?;
        }
        files.push((path.to_owned(), found));
    }
    Ok(Preflight {
        account: account.name().to_owned(),
        files,
        dropped,
    })
}

/// Returns the vendor's estimate, unless it is above the draft's limit.
async fn affordable(
    account: &Account,
    draft: &Draft,
    prepared: &Prepared,
) -> Result<Option<PriceEstimate>, Error> {
    let is_wanted = draft.estimated || draft.max_cost.is_some();
    if !is_wanted || !account.support(Operation::EstimatePrice).is_supported() {
        return Ok(None);
    }
    let estimate = account.estimate(prepared).await;
    if draft.max_cost.is_none() {
        // An estimate is only information here: the job is created without it.
        return Ok(estimate.ok());
    }
    let estimate = estimate?;
    within_limit(account, draft, &estimate)?;
    Ok(Some(estimate))
}

/// Rejects what costs more than a draft allows, where it sets a limit. A price
/// that is not known counts as more.
fn within_limit(account: &Account, draft: &Draft, estimate: &PriceEstimate) -> Result<(), Error> {
    let Some(limit) = draft.max_cost else {
        return Ok(());
    };
    let reject =
        |why: String| Err(Error::new(ErrorKind::CostLimit, why).at_account(account.name()));
    match estimate.total {
        _ if estimate.allowed == Some(false) => {
            reject("the account's limit at the vendor is lower than the job's price".to_owned())
        }
        None => reject(match &estimate.unavailable {
            Some(reason) => format!("the vendor gives no estimate of the job's price: {reason}"),
            None => "the vendor gives no estimate of the job's price".to_owned(),
        }),
        Some(total) if total > limit => reject(format!(
            "the job is estimated to cost {total} dollars, which is more than {limit}"
        )),
        Some(_) => Ok(()),
    }
}
