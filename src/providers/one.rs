//! One job, wherever it is: look it up, change it, read its log.

use super::backend::IdKind;
use super::search::Certainty;
use super::{Account, JobChange, JobRef, Listing, PageQuery, Providers};
use crate::transport::Download;
use crate::unify::{Checkpoint, Event, Job, MetricPoint, ModelLimits};
use crate::{Error, ErrorKind};

impl Providers {
    /// Looks a job up.
    ///
    /// Without an account's name, the accounts that could own the id are asked
    /// at the same time, and the first one that knows it answers.
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
    /// As [`Self::retrieve`]; an account that could own the id could not be
    /// asked, so that it is not sure whose it is; or the vendor refuses it.
    pub async fn cancel(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(job, JobChange::Cancel).await
    }

    /// Halts a job for a while.
    ///
    /// # Errors
    ///
    /// As [`Self::cancel`]; or the vendor has no such thing, and the error says
    /// what to do instead.
    pub async fn pause(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(job, JobChange::Pause).await
    }

    /// Lets a halted job go on.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn resume(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(job, JobChange::Resume).await
    }

    /// Cancels, pauses or resumes a job, and answers as it stands then. Where
    /// the answer to a change was lost, the job is looked at again.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn change(&self, job: impl Into<JobRef>, change: JobChange) -> Result<Job, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::All, |account| {
            Box::pin(changed(account, &job.id, change))
        })
        .await
    }

    /// Removes a job.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn delete(&self, job: impl Into<JobRef>) -> Result<(), Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::All, |account| {
            Box::pin(account.delete(&job.id))
        })
        .await
    }

    /// Reads a job's log, newest first.
    ///
    /// # Errors
    ///
    /// As [`Self::retrieve`]; or the vendor has no such thing, or no event of
    /// the id after which to go on.
    pub async fn events(
        &self,
        job: impl Into<JobRef>,
        query: &PageQuery,
    ) -> Result<Listing<Event>, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::First, |account| {
            Box::pin(account.events(&job.id, query))
        })
        .await
    }

    /// Lists a job's checkpoints, newest first.
    ///
    /// # Errors
    ///
    /// As [`Self::events`].
    pub async fn checkpoints(
        &self,
        job: impl Into<JobRef>,
        query: &PageQuery,
    ) -> Result<Listing<Checkpoint>, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::First, |account| {
            Box::pin(account.checkpoints(&job.id, query))
        })
        .await
    }

    /// Reads the numbers of a training, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Self::events`].
    pub async fn metrics(&self, job: impl Into<JobRef>) -> Result<Vec<MetricPoint>, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::First, |account| {
            Box::pin(account.metrics(&job.id))
        })
        .await
    }

    /// Fetches the model that came out of a job, or one of its checkpoints by
    /// its step.
    ///
    /// # Errors
    ///
    /// As [`Self::events`].
    pub async fn download_model(
        &self,
        job: impl Into<JobRef>,
        step: Option<i64>,
    ) -> Result<Download, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::First, |account| {
            Box::pin(account.download_model(&job.id, step))
        })
        .await
    }

    /// Asks an account how a model may be trained there.
    ///
    /// # Errors
    ///
    /// There is no account of this name, or its vendor does not say it.
    pub async fn model_limits(&self, account: &str, model: &str) -> Result<ModelLimits, Error> {
        self.named(account)?.limits(model).await
    }

    /// Lists the names of the models that can be trained at an account.
    ///
    /// # Errors
    ///
    /// There is no account of this name, or its vendor does not say it.
    pub async fn models(&self, account: &str) -> Result<Vec<String>, Error> {
        self.named(account)?.models().await
    }
}

/// The job as a change leaves it.
async fn changed(account: &Account, id: &str, change: JobChange) -> Result<Job, Error> {
    let error = match account.change(id, change).await {
        Ok(job) => return Ok(job),
        Err(error) => error,
    };
    // The change may have arrived, and its answer be lost: then a further try is
    // refused, because what it asks for is done.
    let is_refused = error.status().is_some_and(|s| (400..500).contains(&s));
    let is_lost = matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Interrupted);
    if (is_lost || (error.tries() > 1 && is_refused))
        && let Ok(job) = account.job(id).await
        && account.took_effect(change, &job)
    {
        return Ok(job);
    }
    Err(error)
}
