//! The files of a job that moves: fetched, and converted.

use std::path::{Path, PathBuf};

use serde_json::Value;
use unitune::providers::{Account, FileRef, Providers};
use unitune::unify::Job;
use unitune::{Error, ErrorKind};
use unitune_datasets::{Convert, ConvertReport, FileRole, Method};

use crate::exit::{Exit, Failure};
use crate::output::progress_bar;
use crate::rerun::journal::Journal;
use crate::rerun::{FileState, SourceFile};
use crate::training_files;

/// Copies of the user's own, in place of what the vendor has.
#[derive(Default)]
pub struct LocalCopies {
    pub training: Option<String>,
    pub validation: Option<String>,
}

/// The files, as far as they were found.
pub struct Moved {
    training: Found,
    validation: Option<Found>,
}

struct Found {
    id: String,
    state: State,
    /// What is uploaded.
    path: PathBuf,
}

/// A state that can be given away more than once.
enum State {
    There,
    Gone,
    Withheld(String),
    Converted(Box<ConvertReport>),
}

impl Found {
    fn for_plan(&self) -> SourceFile {
        SourceFile {
            id: self.id.clone(),
            state: match &self.state {
                State::There => FileState::There,
                State::Gone => FileState::Gone,
                State::Withheld(why) => FileState::Withheld(why.clone()),
                State::Converted(report) => FileState::Converted(report.clone()),
            },
        }
    }
}

impl Moved {
    pub fn training(&self) -> SourceFile {
        self.training.for_plan()
    }

    pub fn validation(&self) -> Option<SourceFile> {
        self.validation.as_ref().map(Found::for_plan)
    }

    pub fn training_path(&self) -> &Path {
        &self.training.path
    }

    pub fn validation_path(&self) -> Option<&Path> {
        self.validation.as_ref().map(|found| found.path.as_path())
    }
}

/// Fetches and converts a job's files. What was fetched before is used again.
///
/// # Errors
///
/// The vendor does not answer, or a file cannot be written. What the vendor does
/// not have, or does not give away, is no error here.
pub async fn fetch(
    providers: &Providers,
    journal: &Journal,
    job: &Job,
    own: LocalCopies,
    target: &Account,
    model: Option<&str>,
) -> Result<Moved, Failure> {
    let fetch = Fetch {
        providers,
        journal,
        account: &job.provider.account,
        convert: convert(job, target, model),
    };
    let training = fetch
        .one(
            "training",
            FileRole::Training,
            &job.training_file,
            own.training,
        )
        .await?;
    let validation = match (&job.validation_file, own.validation) {
        (None, None) => None,
        (id, own) => {
            let id = id.as_deref().unwrap_or_default();
            Some(
                fetch
                    .one("validation", FileRole::Validation, id, own)
                    .await?,
            )
        }
    };
    Ok(Moved {
        training,
        validation,
    })
}

/// None where the target takes no such files; the plan says so.
fn convert(job: &Job, target: &Account, model: Option<&str>) -> Option<Convert> {
    let method = job
        .method
        .as_ref()
        .and_then(|method| serde_json::to_value(method).ok());
    let word = method
        .as_ref()
        .and_then(|method| method.get("type"))
        .and_then(Value::as_str);
    let method = match word {
        None => Method::Supervised,
        Some(word) => word.parse().ok()?,
    };
    let convert = Convert::new(target.vendor().as_str(), method).ok()?;
    let convert = convert.overwrite(true).with_check(|check| {
        let check = check.count_tokens(true);
        match model {
            Some(model) => check.model(model),
            None => check,
        }
    });
    Some(convert)
}

struct Fetch<'f> {
    providers: &'f Providers,
    journal: &'f Journal,
    account: &'f str,
    convert: Option<Convert>,
}

impl Fetch<'_> {
    async fn one(
        &self,
        name: &str,
        role: FileRole,
        id: &str,
        own: Option<String>,
    ) -> Result<Found, Failure> {
        let mut found = Found {
            id: id.to_owned(),
            state: State::There,
            path: self.journal.path(&format!("{name}.jsonl"))?,
        };
        let source = match own {
            Some(path) => {
                let path = PathBuf::from(path);
                if !path.is_file() {
                    let what = format!("{} is no file; --{name}-file names one", path.display());
                    return Err(Failure::new(Exit::Usage, what));
                }
                found.id = path.display().to_string();
                path
            }
            None if id.is_empty() => return Ok(found),
            None => {
                let path = self.journal.path(&format!("{name}.source.jsonl"))?;
                // It has its name only when it is complete.
                if !path.exists()
                    && let Err(error) = self.download(id, &path).await
                {
                    found.state = state_of(error)?;
                    return Ok(found);
                }
                path
            }
        };
        if let Some(convert) = &self.convert {
            let convert = convert.clone().role(role);
            let report = training_files::convert(convert, &source, Some(&found.path)).await?;
            found.state = State::Converted(Box::new(report));
        }
        Ok(found)
    }

    async fn download(&self, id: &str, path: &Path) -> Result<(), Error> {
        let file = FileRef::at(self.account, id);
        match self.providers.file(file.clone()).await {
            Ok(_) => {}
            // The content tells as well.
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            Err(error) => return Err(error),
        }
        let download = self.providers.download_file(file).await?;
        let (bar, report) = progress_bar(&format!("fetching {id}"), download.total_bytes());
        let download = download.on_progress(move |done, total| report(done, total));
        download.save_to(path).await?;
        drop(bar);
        Ok(())
    }
}

/// What an error says of a file; or the error, where it says nothing of it.
fn state_of(error: Error) -> Result<State, Failure> {
    let is_answer = error
        .status()
        .is_some_and(|status| (400..500).contains(&status));
    if error.is_not_found() {
        return Ok(State::Gone);
    }
    if error.is_auth() && error.status() == Some(401) || error.is_rate_limited() {
        return Err(error.into());
    }
    match error.kind() {
        ErrorKind::Unsupported => Ok(State::Withheld(error.to_string())),
        ErrorKind::Status if is_answer => Ok(State::Withheld(error.to_string())),
        _ => Err(error.into()),
    }
}
