//! Operations on one job, at the account that has it.

use super::backend::IdKind;
use super::find_account::Certainty;
use super::{Account, JobChange, JobRef, Listing, PageQuery, Providers};
use crate::Error;
use crate::transport::Download;
use crate::unify::{Checkpoint, Event, Job, MetricPoint, ModelLimits};

impl Providers {
    /// Retrieves a job.
    ///
    /// Without an account's name, the accounts that can have the id are called at
    /// the same time, and the first one that has it counts.
    ///
    /// # Errors
    ///
    /// No account has the job ([`Error::is_not_found`]); several accounts have it,
    /// and the error names them; or an account failed and none of the others has
    /// it.
    pub async fn retrieve(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.find(&job.into()).await.map(|(_, job)| job)
    }

    /// Cancels a job and returns it: it may take a while until it has ended.
    ///
    /// # Errors
    ///
    /// As [`Self::retrieve`]; an account that may have the id failed, so that the
    /// job's account is not certain; or the vendor rejects the request.
    pub async fn cancel(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(job, JobChange::Cancel).await
    }

    /// Pauses a job.
    ///
    /// # Errors
    ///
    /// As [`Self::cancel`]; or the vendor does not support it, and the error tells
    /// what to do instead.
    pub async fn pause(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(job, JobChange::Pause).await
    }

    /// Resumes a paused job.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn resume(&self, job: impl Into<JobRef>) -> Result<Job, Error> {
        self.change(job, JobChange::Resume).await
    }

    /// Cancels, pauses or resumes a job, and returns it. If the response to a
    /// change was lost, the job is retrieved to see whether the change took
    /// effect.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn change(&self, job: impl Into<JobRef>, change: JobChange) -> Result<Job, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::All, &|account| {
            Box::pin(changed(account, &job.id, change))
        })
        .await
    }

    /// Deletes a job.
    ///
    /// # Errors
    ///
    /// As [`Self::pause`].
    pub async fn delete(&self, job: impl Into<JobRef>) -> Result<(), Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::All, &|account| {
            Box::pin(account.delete(&job.id))
        })
        .await
    }

    /// Lists a job's events, newest first.
    ///
    /// # Errors
    ///
    /// As [`Self::retrieve`]; or the vendor does not support it, or the log has no
    /// event with the id after which to start.
    pub async fn events(
        &self,
        job: impl Into<JobRef>,
        query: &PageQuery,
    ) -> Result<Listing<Event>, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::First, &|account| {
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
        self.at_owner(&job, IdKind::Job, Certainty::First, &|account| {
            Box::pin(account.checkpoints(&job.id, query))
        })
        .await
    }

    /// Fetches the metrics of a training, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Self::events`].
    pub async fn metrics(&self, job: impl Into<JobRef>) -> Result<Vec<MetricPoint>, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::First, &|account| {
            Box::pin(account.metrics(&job.id))
        })
        .await
    }

    /// Downloads the model that a job produced, or one of its checkpoints by
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
        self.at_owner(&job, IdKind::Job, Certainty::First, &|account| {
            Box::pin(account.download_model(&job.id, step))
        })
        .await
    }

    /// Downloads the training file of a job as tokens, as the job was trained
    /// with it.
    ///
    /// # Errors
    ///
    /// As [`Self::events`]; or the vendor has not made the tokens yet.
    pub async fn download_tokenized_dataset(
        &self,
        job: impl Into<JobRef>,
    ) -> Result<Download, Error> {
        let job = job.into();
        self.at_owner(&job, IdKind::Job, Certainty::First, &|account| {
            Box::pin(account.download_tokenized_dataset(&job.id))
        })
        .await
    }

    /// Fetches the limits of a model's training settings at an account.
    ///
    /// # Errors
    ///
    /// There is no account of this name, or its vendor does not support it.
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

/// Makes a change and returns the job.
async fn changed(account: &Account, id: &str, change: JobChange) -> Result<Job, Error> {
    let error = match account.change(id, change).await {
        Ok(job) => return Ok(job),
        Err(error) => error,
    };
    // The change may have taken effect although its response was lost: a retry is
    // then rejected, because there is nothing left to change.
    if error.may_have_taken_effect()
        && let Ok(job) = account.job(id).await
        && account.took_effect(change, &job)
    {
        return Ok(job);
    }
    Err(error)
}
