//! A job to create: its request, its files, and what may be checked and sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::import::{ImportWait, OnImport};
use crate::transport::ProgressFn;
use crate::unify::{CreateRequest, File, OnUnsupported, Usd};
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
    pub(super) account: Option<String>,
    pub(super) request: CreateRequest,
    pub(super) training: DataFile,
    pub(super) validation: Option<DataFile>,
    pub(super) on_unsupported: OnUnsupported,
    pub(super) max_cost: Option<Usd>,
    pub(super) checked: bool,
    pub(super) estimated: bool,
    pub(super) progress: Option<ProgressFn>,
    pub(super) import: ImportWait,
    pub(super) on_start: Option<OnStart>,
}

/// A function that is called before a job is started.
pub(super) type OnStart = Arc<dyn Fn() + Send + Sync>;

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
    pub(super) fn name(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Path(path) => path.display().to_string(),
        }
    }

    /// Returns the vendor's id, if the vendor has it.
    pub(super) fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Path(_) => None,
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
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
            on_start: None,
        }
    }

    /// Creates a draft from a request whose files the vendor has.
    pub fn from_request(request: CreateRequest) -> Self {
        let training = DataFile::Id(request.training_file.clone());
        Self {
            validation: request.validation_file.clone().map(DataFile::Id),
            request,
            ..Self::new("", training)
        }
    }

    /// Sets the account. Without one it is, in this order, the one that the
    /// model's name starts with (`account/model`), the only one there is, the
    /// only one that has the training file, or the [default
    /// account](super::Providers::default_account).
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

    /// Changes the request. A file that it names then is a path or an id, as of
    /// [`Self::new`].
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut CreateRequest)) -> Self {
        let request = &mut self.request;
        let training = request.training_file.clone();
        let validation = request.validation_file.clone();
        change(request);
        if request.training_file != training {
            self.training = request.training_file.as_str().into();
        }
        if request.validation_file != validation {
            self.validation = request.validation_file.as_deref().map(DataFile::from);
        }
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
        self.progress = Some(Arc::new(report));
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

    /// Sets a function that is called when everything is prepared, before the
    /// request that starts the job: a program that gives up before knows that there
    /// is no job.
    #[must_use]
    pub fn on_start(mut self, report: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_start = Some(Arc::new(report));
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

impl Draft {
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let files = std::iter::once(&self.training).chain(&self.validation);
        files.filter_map(DataFile::path)
    }

    /// Rejects a draft with files on disk, for operations on files at the vendor.
    pub(super) fn needs_uploaded_files(&self, operation: &str) -> Result<(), Error> {
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
