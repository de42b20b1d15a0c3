//! Warnings: what a list leaves out, and why.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::Error;

/// A warning about something that a list leaves out, or that its reader has to know.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// The account.
    pub account: String,
    /// True if the account itself failed, so that items of it are missing;
    /// false if the warning is about one item.
    pub account_failed: bool,
    /// The id of the job, or of the item of a job's log, if the warning is
    /// about one and the id is known.
    pub job: Option<String>,
    /// What happened.
    pub message: String,
    /// The item as it was received, if it did not decode.
    #[serde(skip)]
    pub raw: Option<Value>,
    /// The error of the call that failed, if one did.
    #[serde(skip)]
    pub error: Option<Arc<Error>>,
    #[serde(skip)]
    subject: Subject,
}

/// The subject of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    /// A job that is left out.
    Job,
    /// An item of a log, or a file, that is left out.
    Item,
    /// An account, some of whose items are missing.
    Missing,
    /// An account as a whole, whose items may all be there.
    Account,
}

impl Warning {
    fn new(account: &str, subject: Subject, message: impl Into<String>) -> Self {
        Self {
            account: account.to_owned(),
            account_failed: false,
            job: None,
            message: message.into(),
            raw: None,
            error: None,
            subject,
        }
    }

    /// Creates a warning about a job that is left out of a list.
    pub fn job(
        account: &str,
        id: Option<&str>,
        message: impl Into<String>,
        raw: Option<Value>,
    ) -> Self {
        Self {
            job: id.map(str::to_owned),
            raw,
            ..Self::new(account, Subject::Job, message)
        }
    }

    /// Creates a warning about an item of a job's log, or a file, that is left
    /// out of a list.
    pub fn item(
        account: &str,
        id: Option<&str>,
        message: impl Into<String>,
        raw: Option<Value>,
    ) -> Self {
        Self {
            subject: Subject::Item,
            ..Self::job(account, id, message, raw)
        }
    }

    /// Creates a warning about an account whose call failed.
    pub fn account(account: &str, error: Error) -> Self {
        Self {
            account_failed: true,
            message: error.to_string(),
            error: Some(Arc::new(error)),
            ..Self::new(account, Subject::Missing, "")
        }
    }

    /// Creates a warning about an account as a whole, whose items may all be
    /// there.
    pub fn about_account(account: &str, message: impl Into<String>) -> Self {
        Self::new(account, Subject::Account, message)
    }

    /// Returns the errors of the accounts, if all of them failed.
    pub(super) fn of_all(warnings: &[Self], accounts: usize) -> Option<Vec<Arc<Error>>> {
        let failed = warnings.iter().filter(|warning| warning.account_failed);
        let failed: Vec<_> = failed.filter_map(|warning| warning.error.clone()).collect();
        (accounts > 0 && failed.len() == accounts).then_some(failed)
    }

    /// Returns true if one item is left out, and false if the warning is about
    /// an account.
    pub fn is_about_item(&self) -> bool {
        matches!(self.subject, Subject::Job | Subject::Item)
    }

    /// Creates the warning about a page that has more after it, and nothing to
    /// continue after.
    pub(super) fn no_way_on(account: &str) -> Self {
        Self::about_account(
            account,
            "the vendor's list has more items, and its last page none to continue after: older \
             items are missing",
        )
    }

    /// Creates the warning about a vendor that returns the same page twice.
    pub(super) fn repeated_page(account: &str) -> Self {
        Self {
            account_failed: true,
            ..Self::new(
                account,
                Subject::Account,
                "the vendor returned the same page twice; older items are missing",
            )
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.subject {
            Subject::Missing => return write!(f, "{} (nothing of it is listed)", self.message),
            Subject::Account => return write!(f, "{}: {}", self.account, self.message),
            Subject::Job => "job",
            Subject::Item => "entry",
        };
        write!(f, "{}: ", self.account)?;
        match (&self.job, self.subject) {
            (Some(id), _) => write!(f, "{what} {id}")?,
            (None, Subject::Item) => write!(f, "an {what}")?,
            (None, _) => write!(f, "a {what}")?,
        }
        write!(f, " is left out: {}", self.message)
    }
}
