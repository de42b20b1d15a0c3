//! One job by its id, wherever it is.

use futures_util::future::join_all;

use super::Providers;
use crate::unify::Job;
use crate::{Error, ErrorKind};

impl Providers {
    /// The job of this id, asked of all accounts at the same time.
    ///
    /// # Errors
    ///
    /// No account knows the id ([`Error::is_not_found`]); more than one does,
    /// and the error names them; or an account could not be asked and none of
    /// the others knows it.
    pub async fn retrieve(&self, id: &str) -> Result<Job, Error> {
        let asked = self.accounts().iter().map(|account| account.retrieve(id));
        let mut found = Vec::new();
        let mut missing = None;
        let mut failed = None;
        for answer in join_all(asked).await {
            match answer {
                Ok(job) => found.push(job),
                Err(error) if error.is_not_found() => missing = Some(error),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if found.len() > 1 {
            let names: Vec<&str> = found.iter().map(|j| j.provider.account.as_str()).collect();
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!(
                    "job {id} is known to several accounts: {}; name one of them",
                    names.join(", ")
                ),
            ));
        }
        match (found.pop(), failed, missing) {
            (Some(job), ..) => Ok(job),
            (None, Some(error), _) => Err(error),
            (None, None, Some(error)) if self.accounts().len() == 1 => Err(error),
            (None, None, _) => {
                let names: Vec<&str> = self.accounts().iter().map(|a| a.name()).collect();
                Err(Error::not_found(format!(
                    "no account knows a job {id:?}; asked: {}",
                    names.join(", ")
                )))
            }
        }
    }
}
