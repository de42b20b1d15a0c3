//! Creates jobs: checks the files, uploads them, estimates the price, and then
//! sends the request that costs money.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::backend::IdKind;
use super::find_account::Certainty;
use super::import::{ImportWait, OnImport};
use super::{Account, Dataset, FileRef, FileUpload, Operation, Prepared, Providers};
use crate::transport::{ProgressFn, Upload};
use crate::unify::{
    CreateRequest, DatasetPreview, File, Job, OnUnsupported, PriceEstimate, UnsupportedField, Usd,
};
use crate::{Error, ErrorKind};

/// A job to create, with its files.
///
/// ```no_run
/// # async fn f(providers: &unitune::providers::Providers) -> Result<(), unitune::Error> {
/// use unitune::providers::Draft;
/// use unitune::unify::Usd;
///
/// let draft = Draft::new("meta-llama/Llama-3.1-8B", "train.jsonl")
///     .account("together")
///     .max_cost(Usd::from_nanos(20_000_000_000));
/// let created = providers.create(&draft).await?;
/// println!("{} costs about {:?}", created.job.id, created.estimate);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Draft {
    account: Option<String>,
    request: CreateRequest,
    training: DataFile,
    validation: Option<DataFile>,
    on_unsupported: OnUnsupported,
    max_cost: Option<Usd>,
    checked: bool,
    estimated: bool,
    progress: Option<ProgressFn>,
    import: ImportWait,
}

/// A training or validation file: one that the vendor has, or one to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataFile {
    /// The vendor's id of a file.
    Id(String),
    /// A file on disk, which is checked and uploaded.
    Path(PathBuf),
}

impl From<&str> for DataFile {
    /// Converts a path if such a file exists or the text looks like one
    /// (`data/train.jsonl`), and an id otherwise.
    fn from(text: &str) -> Self {
        let path = Path::new(text);
        let looks_like_one = path.extension().is_some() || text.contains(std::path::MAIN_SEPARATOR);
        if looks_like_one || path.is_file() {
            Self::Path(path.to_owned())
        } else {
            Self::Id(text.to_owned())
        }
    }
}

impl From<&Path> for DataFile {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl From<PathBuf> for DataFile {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl DataFile {
    /// Returns its placeholder in a request until its id is known.
    fn name(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Path(path) => path.display().to_string(),
        }
    }

    /// Returns the vendor's id, if the vendor has it.
    fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Path(_) => None,
        }
    }

    fn path(&self) -> Option<&Path> {
        match self {
            Self::Id(_) => None,
            Self::Path(path) => Some(path),
        }
    }
}

impl Draft {
    /// Creates a draft of a job that trains a model with a file.
    pub fn new(model: impl Into<String>, training: impl Into<DataFile>) -> Self {
        let training = training.into();
        Self {
            request: CreateRequest::new(model, training.name()),
            account: None,
            training,
            validation: None,
            on_unsupported: OnUnsupported::Reject,
            max_cost: None,
            checked: true,
            estimated: true,
            progress: None,
            import: ImportWait::default(),
        }
    }

    /// Creates a draft from a request whose files the vendor has.
    pub fn from_request(request: CreateRequest) -> Self {
        Self {
            training: DataFile::Id(request.training_file.clone()),
            validation: request.validation_file.clone().map(DataFile::Id),
            ..Self::new("", DataFile::Id(String::new())).with(|r| *r = request)
        }
    }

    /// Sets the account. Without one it is, in this order, the one that the
    /// model's name starts with (`account/model`), the only one there is, the
    /// only one that has the training file, or the [default
    /// account](Providers::default_account).
    #[must_use]
    pub fn account(mut self, name: impl Into<String>) -> Self {
        self.account = Some(name.into());
        self
    }

    /// Sets the validation file.
    #[must_use]
    pub fn validation(mut self, file: impl Into<DataFile>) -> Self {
        let file = file.into();
        self.request.validation_file = Some(file.name());
        self.validation = Some(file);
        self
    }

    /// Changes any other part of the request.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut CreateRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// Sets whether settings that the vendor does not support are left out,
    /// rather than rejected.
    #[must_use]
    pub fn allow_lossy(mut self, allow: bool) -> Self {
        self.on_unsupported = allow.into();
        self
    }

    /// Sets the highest price: a job whose estimate is higher, or has no
    /// estimate, is not created.
    #[must_use]
    pub fn max_cost(mut self, limit: Usd) -> Self {
        self.max_cost = Some(limit);
        self
    }

    /// Turns off the checks of files before an upload.
    #[must_use]
    pub fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }

    /// Turns off the price estimate, unless there is a limit on the price.
    #[must_use]
    pub fn without_estimate(mut self) -> Self {
        self.estimated = false;
        self
    }

    /// Sets a function that receives the progress of the upload.
    #[must_use]
    pub fn on_progress(
        mut self,
        report: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        self.progress = Some(std::sync::Arc::new(report));
        self
    }

    /// Sets how long the vendor's import of the files is waited for, at a vendor
    /// that starts no job before; by default 10 minutes.
    #[must_use]
    pub fn import_timeout(mut self, timeout: Duration) -> Self {
        self.import.timeout = timeout;
        self
    }

    /// Sets a function that receives a file whose import is waited for, each time
    /// that the vendor was asked for it.
    #[must_use]
    pub fn on_import(mut self, report: impl Fn(&File) + Send + Sync + 'static) -> Self {
        self.import.report = Some(OnImport::new(report));
        self
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("account", &self.account)
            .field("request", &self.request)
            .field("max_cost", &self.max_cost)
            .finish_non_exhaustive()
    }
}

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
    /// more than the limit ([`ErrorKind::CostLimit`]). The error names the files
    /// that have been uploaded.
    pub async fn create(&self, draft: &Draft) -> Result<Created, Error> {
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
            Err(error) => {
                let ids: Vec<&str> = files.iter().map(|file| file.id.as_str()).collect();
                Err(error.noting(format!("uploaded before: {}", ids.join(", "))))
            }
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
        let found = self.search(&file, IdKind::File, Certainty::All, |account| {
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
        });
        let name = found.await.map(|(account, _)| account.name().to_owned())?;
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

impl Draft {
    fn paths(&self) -> impl Iterator<Item = &Path> {
        let files = std::iter::once(&self.training).chain(&self.validation);
        files.filter_map(DataFile::path)
    }

    /// Rejects a draft with files on disk, for operations on files at the vendor.
    fn needs_uploaded_files(&self, operation: &str) -> Result<(), Error> {
        let Some(path) = self.paths().next() else {
            return Ok(());
        };
        let message = format!(
            "{} is not uploaded yet: a vendor {operation} with files that it has",
            path.display()
        );
        Err(Error::new(ErrorKind::InvalidRequest, message))
    }
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
