//! References to jobs and files: an id, and the account where it is known.

use crate::unify::{File, Job};

/// A job's id, and its account if that is known.
///
/// It is created from an id alone (all accounts that can have it are searched),
/// from an account's name and an id, or from a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct JobRef {
    /// The account, if it is known.
    pub account: Option<String>,
    /// The vendor's id of the job.
    pub id: String,
}

/// A file's id, and its account if that is known.
pub type FileRef = JobRef;

impl JobRef {
    /// Creates a reference to a job at whichever account has it.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            account: None,
            id: id.into(),
        }
    }

    /// Creates a reference to a job of this account.
    pub fn at(account: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            account: Some(account.into()),
            id: id.into(),
        }
    }
}

impl From<&str> for JobRef {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<&String> for JobRef {
    fn from(id: &String) -> Self {
        Self::new(id)
    }
}

impl From<String> for JobRef {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

impl From<(&str, &str)> for JobRef {
    fn from((account, id): (&str, &str)) -> Self {
        Self::at(account, id)
    }
}

impl From<(String, String)> for JobRef {
    fn from((account, id): (String, String)) -> Self {
        Self::at(account, id)
    }
}

impl From<&File> for FileRef {
    fn from(file: &File) -> Self {
        Self::at(&file.provider.account, &file.id)
    }
}

impl From<&Job> for JobRef {
    fn from(job: &Job) -> Self {
        Self::at(&job.provider.account, &job.id)
    }
}

impl From<&JobRef> for JobRef {
    fn from(job: &JobRef) -> Self {
        job.clone()
    }
}
