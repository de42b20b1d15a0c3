//! The job that is to be started, and its files.

use std::path::PathBuf;

use serde_json::Value;
use unitune::providers::{DataFile, Draft, Operation, Providers};
use unitune::unify::{CreateRequest, DatasetPreview, PriceEstimate};
use unitune::{Error, ErrorKind};
use unitune_datasets::models::catalogue;
use unitune_datasets::{CheckReport, FileRole};

use super::Source;
use super::table_warnings::table_warnings;
use crate::args::jobs::SettingArguments;
use crate::exit::{Exit, Failure};
use crate::rerun::price::{Price, PriceInput, by_table};
use crate::training_files;
use crate::uploads::{Content, Uploaded, Uploads};

/// How many similar models are named.
const SIMILAR: usize = 3;

/// A job that is to be started at an account.
pub struct PlannedJob {
    pub account: String,
    vendor: String,
    /// Whether the vendor estimates prices.
    pub has_estimates: bool,
    pub title: String,
    pub request: CreateRequest,
    pub allow_lossy: bool,
    pub checked: bool,
    /// The files on disk, and what became of them.
    pub uploads: Vec<(PathBuf, Option<Uploaded>)>,
    training: DataFile,
    validation: Option<DataFile>,
}

/// What may be done to have a file at an account.
pub struct Files {
    pub are_simulated: bool,
    pub again: bool,
    pub may_upload: bool,
    /// Whether it is said what became of them.
    pub tells: bool,
}

impl PlannedJob {
    /// Finds the account, and makes the request for its vendor.
    ///
    /// # Errors
    ///
    /// The account is not clear, or something in the request is wrong.
    pub async fn new(
        providers: &Providers,
        on: Option<&str>,
        source: &Source,
        settings: &SettingArguments,
    ) -> Result<Self, Failure> {
        let account = match on {
            Some(name) => providers.named_or_default(Some(name))?,
            // Which account it is can be told by the model and by the file.
            None => {
                let request = source.request(settings, "")?;
                let draft = Draft::new(request.model, request.training_file.as_str());
                let account = providers.account_of(&draft).await;
                account.map_err(|error| Failure::unclear(error, "--on ACCOUNT"))?
            }
        };
        let mut request = source.request(settings, account.vendor().as_str())?;
        let prefix = format!("{}/", account.name());
        if let (None, Some(model)) = (on, request.model.strip_prefix(&prefix)) {
            request.model = model.to_owned();
        }
        let training = DataFile::from(request.training_file.as_str());
        let validation = request.validation_file.as_deref().map(DataFile::from);
        Ok(Self {
            account: account.name().to_owned(),
            vendor: account.vendor().to_string(),
            has_estimates: account.support(Operation::EstimatePrice).is_supported(),
            title: account.backend().title().to_owned(),
            allow_lossy: settings.allow_lossy,
            checked: true,
            uploads: Vec::new(),
            request,
            training,
            validation,
        })
    }

    /// Returns the draft, with the files as far as the account has them.
    pub fn draft(&self) -> Draft {
        let training = self.training.clone();
        let mut draft = Draft::new(self.request.model.clone(), training);
        if let Some(file) = &self.validation {
            draft = draft.validation(file.clone());
        }
        draft = draft.with(|request| {
            let (training, validation) = (
                std::mem::take(&mut request.training_file),
                request.validation_file.take(),
            );
            *request = self.request.clone();
            request.training_file = training;
            request.validation_file = validation;
        });
        draft = draft.account(&self.account).allow_lossy(self.allow_lossy);
        match self.checked {
            true => draft,
            false => draft.unchecked(),
        }
    }

    /// Checks the files that are on disk, where it is known what the vendor takes.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or the vendor would reject it.
    pub async fn check_files(&self) -> Result<Vec<(PathBuf, CheckReport)>, Failure> {
        let method = self.request.method.as_ref();
        let method = method.and_then(|method| method.get("type"));
        let method = method.and_then(Value::as_str).unwrap_or("supervised");
        let training = std::iter::once((&self.training, FileRole::Training));
        let validation = self.validation.iter();
        let validation = validation.map(|file| (file, FileRole::Validation));
        let mut reports = Vec::new();
        for (file, role) in training.chain(validation) {
            let DataFile::Path(path) = file else { continue };
            let Some(check) = training_files::check_for(&self.vendor, method)? else {
                continue;
            };
            let check = check.role(role).model(&self.request.model);
            let report = training_files::run(check, path).await?;
            training_files::ensure_valid(path, &report, "--unchecked uploads it as it is")?;
            reports.push((path.clone(), report));
        }
        Ok(reports)
    }

    /// Says so where the vendor's own list of models does not have this one. A list
    /// that does not answer says nothing.
    pub async fn unlisted_model(&self, providers: &Providers) -> Option<String> {
        let account = providers.named_or_default(Some(&self.account)).ok()?;
        if !account.support(Operation::ListModels).is_supported() {
            return None;
        }
        let models = providers.models(account.name()).await.ok()?;
        let model = self.request.model.to_lowercase();
        if models.iter().any(|listed| listed.to_lowercase() == model) {
            return None;
        }
        let name = model.rsplit('/').next().unwrap_or(&model);
        let is_similar = |listed: &&String| listed.to_lowercase().contains(name);
        let similar = models.iter().filter(is_similar).take(SIMILAR);
        let similar: Vec<&str> = similar.map(String::as_str).collect();
        let instead = match similar.as_slice() {
            [] => format!("see: unitune models list -a {}", account.name()),
            similar => format!("similar: {}", similar.join(", ")),
        };
        Some(format!(
            "{} is not in {}'s list of models; {instead}",
            self.request.model, self.title
        ))
    }

    /// Returns what the tables, and the vendor's limits of the model, say against the
    /// request; without the day, nothing of models that have ended. Limits that are not
    /// answered say nothing.
    pub async fn table_warnings(&self, providers: &Providers, today: Option<&str>) -> Vec<String> {
        let own = providers.model_limits(&self.account, &self.request.model);
        let own = own.await.ok();
        table_warnings(
            &self.vendor,
            &self.request,
            catalogue(),
            today,
            own.as_ref(),
        )
    }

    /// Finds the files at the account, and uploads them where that is allowed.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or the account rejects it.
    pub async fn find_files(
        &mut self,
        providers: &Providers,
        files: &Files,
    ) -> Result<(), Failure> {
        let uploads = Uploads::new(providers, &self.account, files.are_simulated);
        let validation = self.validation.iter_mut();
        for file in std::iter::once(&mut self.training).chain(validation) {
            let DataFile::Path(path) = file else {
                continue;
            };
            let path = path.clone();
            let uploaded = if files.may_upload {
                let uploaded = uploads.put(&path, files.again).await?;
                if files.tells {
                    uploads.report(&path, &uploaded);
                }
                Some(uploaded)
            } else if files.again {
                None
            } else {
                let content = Content::of(&path).await?;
                uploads.find(&content).await?.map(|file| Uploaded {
                    file,
                    was_there: true,
                })
            };
            if let Some(uploaded) = &uploaded {
                *file = DataFile::Id(uploaded.file.id.clone());
            }
            self.uploads.push((path, uploaded));
        }
        Ok(())
    }

    /// Has the files at the account, for a question to the vendor about them.
    ///
    /// # Errors
    ///
    /// As [`Self::find_files`]; the vendor does not have the operation; or a file is
    /// on disk, and may not be uploaded.
    pub async fn have_files(
        &mut self,
        providers: &Providers,
        operation: Operation,
        files: &Files,
    ) -> Result<(), Failure> {
        let account = providers.named_or_default(Some(&self.account))?;
        account.check(operation)?;
        providers.preflight(&self.draft()).await?;
        self.find_files(providers, files).await?;
        if self.is_on_disk() {
            let what = format!(
                "{} makes a {operation} with files that it has: upload them with --upload",
                self.title
            );
            return Err(Failure::new(Exit::Usage, what));
        }
        Ok(())
    }

    /// Asks the vendor for the price. None where it estimates none for such a job,
    /// or not before the upload.
    ///
    /// # Errors
    ///
    /// The vendor does not answer.
    pub async fn estimate(&self, providers: &Providers) -> Result<Option<PriceEstimate>, Error> {
        if !self.has_estimates || self.is_on_disk() {
            return Ok(None);
        }
        or_none(providers.estimate(&self.draft()).await)
    }

    /// Asks the vendor for the first examples as it would train with them. None
    /// where it shows none for such a job, or not before the upload.
    ///
    /// # Errors
    ///
    /// The vendor does not answer.
    pub async fn preview(&self, providers: &Providers) -> Result<Option<DatasetPreview>, Error> {
        let account = providers.named_or_default(Some(&self.account))?;
        if !account.support(Operation::Preview).is_supported() || self.is_on_disk() {
            return Ok(None);
        }
        or_none(providers.preview(&self.draft(), None).await)
    }

    /// Returns what the job costs by the table of prices, with the examples that
    /// were counted.
    pub fn price_by_table(&self, checks: &[(PathBuf, CheckReport)]) -> Price {
        let is_training = |report: &&CheckReport| report.role == FileRole::Training;
        let mut reports = checks.iter().map(|(_, report)| report);
        let Some(report) = reports.find(is_training) else {
            return Price::unknown("the examples were not counted");
        };
        let counted = report.token_basis.is_counted();
        let settings = self.request.settings();
        let question = PriceInput {
            vendor: report.vendor,
            model: &self.request.model,
            method: report.method,
            tokens: counted.then(|| report.statistics.tokens.total()),
            hyperparameters: Some(&settings),
        };
        by_table(&question, catalogue())
    }

    /// Returns the account's id of the training file, once it is there.
    pub fn training_id(&self) -> Option<String> {
        match &self.training {
            DataFile::Id(id) => Some(id.clone()),
            _ => None,
        }
    }

    /// Returns true where a file is not at the account yet.
    pub fn is_on_disk(&self) -> bool {
        let files = std::iter::once(&self.training).chain(&self.validation);
        files
            .into_iter()
            .any(|file| matches!(file, DataFile::Path(_)))
    }

    /// Says which files stay at the account without a job, and what to do about it.
    pub fn stays(&self) -> String {
        let uploads = self.uploads.iter();
        let ids = uploads.filter_map(|(_, uploaded)| match uploaded {
            Some(uploaded) if !uploaded.was_there => Some(uploaded.file.id.as_str()),
            _ => None,
        });
        let ids: Vec<&str> = ids.collect();
        match ids.as_slice() {
            [] => ".".to_owned(),
            ids => {
                let ids = ids.join(" ");
                format!(
                    ". The upload stays for the next time; to remove it: unitune files delete {ids}"
                )
            }
        }
    }
}

/// Returns none for what the vendor does not do for such a job.
fn or_none<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
        answer => answer.map(Some),
    }
}
