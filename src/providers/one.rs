//! One job, wherever it is: look it up, change it, read its log.

use futures_util::future::join_all;

use super::{Account, JobRef, Listing, PageQuery, Providers};
use crate::unify::{Checkpoint, Event, Job, Operation, Status};
use crate::{Error, ErrorKind};

impl Providers {
    /// A job.
    ///
    /// Without an account's name, the accounts that could own the id are asked
    /// at the same time.
    ///
    /// # Errors
    ///
    /// No account knows the id ([`Error::is_not_found`]); more than one does,
    /// and the error names them; or an account could not be asked and none of
    /// the others knows it.
    pub async fn retrieve(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.find(&job.into()).await.map(|(_, job)| job)
    }

    /// Ends a job before it is done, and answers as it stands then: the end
    /// itself may take a while.
    ///
    /// # Errors
    ///
    /// As [`Self::retrieve`]; or the vendor refuses it.
    pub async fn cancel(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(Operation::Cancel, &job.into()).await
    }

    /// Halts a job for a while.
    ///
    /// # Errors
    ///
    /// As [`Self::cancel`]; or the vendor has no such thing, and the error says
    /// what to do instead.
    pub async fn pause(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(Operation::Pause, &job.into()).await
    }

    /// Lets a halted job go on.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn resume(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(Operation::Resume, &job.into()).await
    }

    /// A job's log, newest first.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn events(
        &self,
        job: impl Into<JobRef>,
        query: &PageQuery,
    ) -> Result<Listing<Event>, Error> {
        let job = job.into();
        self.owner(&job).await?.events(&job.id, query).await
    }

    /// A job's checkpoints, newest first.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn checkpoints(
        &self,
        job: impl Into<JobRef>,
        query: &PageQuery,
    ) -> Result<Listing<Checkpoint>, Error> {
        let job = job.into();
        self.owner(&job).await?.checkpoints(&job.id, query).await
    }

    async fn change(&self, operation: Operation, job: &JobRef) -> Result<Job, Error> {
        let account = self.owner(job).await?;
        let error = match account.change(operation, &job.id).await {
            Ok(job) => return Ok(job),
            Err(error) => error,
        };
        // Where the answer to an earlier try was lost, the vendor refuses to
        // cancel what is cancelled: then it is done.
        let may_be_done = operation == Operation::Cancel
            && error.tries() > 1
            && matches!(error.status(), Some(400 | 409));
        if may_be_done
            && let Ok(job) = account.retrieve(&job.id).await
            && job.status == Status::Cancelled
        {
            return Ok(job);
        }
        Err(error)
    }

    /// The account that a job belongs to. Where there is only one that could
    /// own it, nothing is asked.
    pub(super) async fn owner(&self, job: &JobRef) -> Result<&Account, Error> {
        match self.candidates(job)?.as_slice() {
            [account] => Ok(account),
            _ => self.find(job).await.map(|(account, _)| account),
        }
    }

    /// The accounts that could own a job.
    fn candidates(&self, job: &JobRef) -> Result<Vec<&Account>, Error> {
        match &job.account {
            Some(name) => self.named(name).map(|account| vec![account]),
            None => Ok(self
                .accounts()
                .iter()
                .filter(|account| account.may_own(&job.id))
                .collect()),
        }
    }

    /// A job, and the account that knows it.
    pub(super) async fn find(&self, job: &JobRef) -> Result<(&Account, Job), Error> {
        let id = &job.id;
        let candidates = self.candidates(job)?;
        let asked = candidates.iter().map(|account| account.retrieve(id));
        let answers = join_all(asked).await;
        let mut found = Vec::new();
        let mut missing = None;
        let mut failed = None;
        for (account, answer) in candidates.iter().zip(answers) {
            match answer {
                Ok(job) => found.push((*account, job)),
                Err(error) if error.is_not_found() => missing = Some(error),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if found.len() > 1 {
            let names: Vec<&str> = found.iter().map(|(account, _)| account.name()).collect();
            return Err(Error::new(
                ErrorKind::Ambiguous,
                format!(
                    "job {id} is known to several accounts: {}; name one of them",
                    names.join(", ")
                ),
            ));
        }
        match (found.pop(), failed, missing) {
            (Some(found), ..) => Ok(found),
            (None, Some(error), _) => Err(error),
            (None, None, Some(error)) if candidates.len() == 1 => Err(error),
            (None, None, _) => {
                let names: Vec<&str> = candidates.iter().map(|a| a.name()).collect();
                let asked = if names.is_empty() {
                    "none could own it".to_owned()
                } else {
                    format!("asked: {}", names.join(", "))
                };
                Err(Error::not_found(format!(
                    "no account knows a job {id:?}; {asked}"
                )))
            }
        }
    }
}
