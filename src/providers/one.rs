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
        self.at_owner(&job, async |account| account.events(&job.id, query).await)
            .await
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
        self.at_owner(&job, async |account| {
            account.checkpoints(&job.id, query).await
        })
        .await
    }

    async fn change(&self, operation: Operation, job: &JobRef) -> Result<Job, Error> {
        self.at_owner(job, async |account| {
            changed(account, operation, &job.id).await
        })
        .await
    }

    /// Asks the account that a job belongs to. Where there is only one that
    /// could own it, that one is asked at once.
    async fn at_owner<T>(
        &self,
        job: &JobRef,
        ask: impl AsyncFn(&Account) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let likely = self.candidates(job)?;
        let [account] = likely.as_slice() else {
            let (account, _) = self.find(job).await?;
            return ask(account).await;
        };
        let error = match ask(account).await {
            Err(error) if error.is_not_found() => error,
            outcome => return outcome,
        };
        let mut others = Search::default();
        others.ask(&job.id, &self.unlikely(job, &likely)).await;
        match others.outcome(&job.id) {
            Ok((account, _)) => ask(account).await,
            Err(ambiguous) if ambiguous.kind() == ErrorKind::Ambiguous => Err(ambiguous),
            Err(_) => Err(error),
        }
    }

    /// The accounts that could own a job: where the id has the form of one
    /// vendor's, that vendor's, or all if there are none. A gateway has ids of
    /// other vendors.
    fn candidates(&self, job: &JobRef) -> Result<Vec<&Account>, Error> {
        if let Some(name) = &job.account {
            return self.named(name).map(|account| vec![account]);
        }
        let (likely, others): (Vec<_>, Vec<_>) = self
            .accounts()
            .iter()
            .partition(|account| account.may_own(&job.id));
        Ok(if likely.is_empty() { others } else { likely })
    }

    /// The accounts whose vendor gives ids of another form, where no account
    /// was named and others were asked first.
    fn unlikely(&self, job: &JobRef, asked: &[&Account]) -> Vec<&Account> {
        let is_new = |account: &&Account| !asked.iter().any(|a| a.name() == account.name());
        match job.account {
            Some(_) => Vec::new(),
            None => self.accounts().iter().filter(is_new).collect(),
        }
    }

    /// A job, and the account that knows it.
    pub(super) async fn find(&self, job: &JobRef) -> Result<(&Account, Job), Error> {
        let candidates = self.candidates(job)?;
        let mut search = Search::default();
        search.ask(&job.id, &candidates).await;
        if search.found.is_empty() && search.failed.is_none() {
            search.ask(&job.id, &self.unlikely(job, &candidates)).await;
        }
        search.outcome(&job.id)
    }
}

/// The job as a change leaves it.
async fn changed(account: &Account, operation: Operation, id: &str) -> Result<Job, Error> {
    let error = match account.change(operation, id).await {
        Ok(job) => return Ok(job),
        Err(error) => error,
    };
    // Where the answer to an earlier try was lost, the vendor refuses to do
    // what is done.
    let may_be_done = error.tries() > 1 && matches!(error.status(), Some(400 | 409));
    if may_be_done
        && let Ok(job) = account.retrieve(id).await
        && is_done(operation, &job)
    {
        return Ok(job);
    }
    Err(error)
}

/// True when a job stands as an operation leaves it.
fn is_done(operation: Operation, job: &Job) -> bool {
    let word = job.provider.status.as_ref();
    match operation {
        Operation::Cancel => job.status == Status::Cancelled || word == "cancel_requested",
        Operation::Pause => word == "paused",
        Operation::Resume => !job.status.is_terminal() && word != "paused",
        _ => false,
    }
}

/// Who knows a job.
#[derive(Default)]
struct Search<'a> {
    asked: Vec<&'a Account>,
    found: Vec<(&'a Account, Job)>,
    missing: Option<Error>,
    failed: Option<Error>,
}

impl<'a> Search<'a> {
    async fn ask(&mut self, id: &str, accounts: &[&'a Account]) {
        let answers = join_all(accounts.iter().map(|account| account.retrieve(id))).await;
        for (account, answer) in accounts.iter().zip(answers) {
            self.asked.push(account);
            match answer {
                Ok(job) => self.found.push((*account, job)),
                Err(error) if error.is_not_found() => self.missing = Some(error),
                Err(error) => self.failed = self.failed.take().or(Some(error)),
            }
        }
    }

    fn outcome(mut self, id: &str) -> Result<(&'a Account, Job), Error> {
        if self.found.len() > 1 {
            let names: Vec<&str> = self
                .found
                .iter()
                .map(|(account, _)| account.name())
                .collect();
            return Err(Error::new(
                ErrorKind::Ambiguous,
                format!(
                    "job {id} is known to several accounts: {}; name one of them",
                    names.join(", ")
                ),
            ));
        }
        match (self.found.pop(), self.failed, self.missing) {
            (Some(found), ..) => Ok(found),
            (None, Some(error), _) => Err(error),
            (None, None, Some(error)) if self.asked.len() == 1 => Err(error),
            (None, None, _) => {
                let names: Vec<&str> = self.asked.iter().map(|a| a.name()).collect();
                Err(Error::not_found(format!(
                    "no account knows a job {id:?}; asked: {}",
                    names.join(", ")
                )))
            }
        }
    }
}
