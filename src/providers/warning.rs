//! What a list could not show, and why.

use std::fmt;

use serde_json::Value;

use crate::Error;

/// Something that a list could not show.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// The account that it happened at.
    pub account: String,
    /// True when the account itself failed, so that jobs of it are missing;
    /// false when it is about one job.
    pub account_failed: bool,
    /// The id of the job, or of the item of a job's log, where it is about one
    /// and the id is known.
    pub job: Option<String>,
    /// What happened.
    pub message: String,
    /// The job as it came, where it did not decode.
    #[serde(skip)]
    pub raw: Option<Value>,
    /// Whether it is about an item of a job's log.
    #[serde(skip)]
    item: bool,
}

impl Warning {
    pub(super) fn job(
        account: &str,
        id: Option<&str>,
        message: impl Into<String>,
        raw: Option<Value>,
    ) -> Self {
        Self {
            account: account.to_owned(),
            account_failed: false,
            job: id.map(str::to_owned),
            message: message.into(),
            raw,
            item: false,
        }
    }

    /// An account that gave the same page twice.
    pub(super) fn again(account: &str) -> Self {
        Self {
            account_failed: true,
            ..Self::job(
                account,
                None,
                "the vendor says that there are more jobs, and gives the same ones again; older \
                 jobs are missing",
                None,
            )
        }
    }

    /// The same for an item of a job's log.
    #[cfg(any(feature = "openai", feature = "together"))]
    pub(super) fn item(
        account: &str,
        id: Option<&str>,
        message: impl Into<String>,
        raw: Option<Value>,
    ) -> Self {
        Self {
            item: true,
            ..Self::job(account, id, message, raw)
        }
    }

    pub(super) fn account(account: &str, error: &Error) -> Self {
        Self {
            account: account.to_owned(),
            account_failed: true,
            job: None,
            message: error.to_string(),
            raw: None,
            item: false,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.account_failed {
            return write!(f, "{} (its jobs are missing)", self.message);
        }
        let what = if self.item { "an entry" } else { "job" };
        match (&self.job, self.item) {
            (Some(id), _) => write!(
                f,
                "{}: {what} {id} is left out: {}",
                self.account, self.message
            ),
            (None, true) => write!(f, "{}: {what} is left out: {}", self.account, self.message),
            (None, false) => write!(f, "{}: a job is left out: {}", self.account, self.message),
        }
    }
}
