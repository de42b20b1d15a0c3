//! The operations that all kinds of jobs have, by kind.

use futures_util::future::join_all;

use super::{
    Client, RetrieveDpoJobOptions, RetrieveReinforcementJobOptions, RetrieveSupervisedJobOptions,
    types,
};
use crate::providers::{Call, JobChange, job_of_answer};
use crate::transport::Response;
use crate::unify::Job;
use crate::unify::fireworks::{JobId, JobKind};
use crate::{Error, ErrorKind};

/// A job whose kind and account are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: JobKind,
    pub(super) account: String,
    pub(super) name: String,
}

impl Found {
    /// Where an error is about the whole of the job.
    pub(super) fn id(&self) -> String {
        JobId::new(self.kind, &self.name).to_string()
    }
}

impl Client {
    /// Finds out which job an id is of. One that does not tell its kind is
    /// looked up among the jobs of each kind; the job comes with it then.
    pub(super) async fn resolve(
        &self,
        call: &Call,
        id: &str,
    ) -> Result<(Found, Option<Job>), Error> {
        let id = JobId::parse(id);
        let account = match &id.account {
            Some(account) => account.clone(),
            None => self.account_id().await?.to_string(),
        };
        let at = |kind| Found {
            kind,
            account: account.clone(),
            name: id.name.clone(),
        };
        if let Some(kind) = id.kind {
            return Ok((at(kind), None));
        }
        let answers = JobKind::ALL.map(|kind| {
            let found = at(kind);
            async move {
                let job = self.job_of_kind(call, &found).await;
                (found, job)
            }
        });
        let (mut jobs, mut failed) = (Vec::new(), None);
        for (found, answer) in join_all(answers).await {
            match answer {
                Ok(job) => jobs.push((found, job)),
                Err(error) if error.is_not_found() => {
                    failed.get_or_insert(error);
                }
                Err(error) => failed = Some(error),
            }
        }
        match (jobs.len(), failed) {
            (0, Some(error)) => Err(error),
            (1, failed) if failed.as_ref().is_none_or(Error::is_not_found) => {
                let job = jobs.pop();
                job.map(|(found, job)| (found, Some(job)))
                    .ok_or_else(|| Error::not_found("not found"))
            }
            (1, Some(error)) => Err(error),
            _ => {
                let ids: Vec<String> = jobs.iter().map(|(found, _)| found.id()).collect();
                let ids = ids.join(", ");
                let message = format!("{} is the id of several jobs; name one of {ids}", id.name);
                Err(Error::new(ErrorKind::InvalidRequest, message))
            }
        }
    }

    /// Looks a job up.
    pub(super) async fn find_job(&self, call: &Call, id: &str) -> Result<(Found, Job), Error> {
        match self.resolve(call, id).await? {
            (found, Some(job)) => Ok((found, job)),
            (found, None) => {
                let job = self.job_of_kind(call, &found).await?;
                Ok((found, job))
            }
        }
    }

    /// Looks a job up whose kind is known.
    pub(super) async fn job_of_kind(&self, call: &Call, found: &Found) -> Result<Job, Error> {
        let Found { account, name, .. } = found;
        match found.kind {
            JobKind::Supervised => {
                let options = RetrieveSupervisedJobOptions::new();
                job_of_answer(
                    call,
                    self.retrieve_supervised_job(account, name, options).await,
                )
            }
            JobKind::Dpo => {
                let options = RetrieveDpoJobOptions::new();
                job_of_answer(call, self.retrieve_dpo_job(account, name, options).await)
            }
            JobKind::Reinforcement => {
                let options = RetrieveReinforcementJobOptions::new();
                let answer = self
                    .retrieve_reinforcement_job(account, name, options)
                    .await;
                job_of_answer(call, answer)
            }
        }
    }

    /// Cancels or resumes a job. The vendor answers to a cancellation with
    /// nothing, and so the job is looked up.
    pub(super) async fn change_job(
        &self,
        call: &Call,
        id: &str,
        change: JobChange,
    ) -> Result<Job, Error> {
        let (found, _) = self.resolve(call, id).await?;
        let (account, name) = (&found.account, &found.name);
        let body = types::Empty::default();
        if change == JobChange::Resume {
            return match found.kind {
                JobKind::Supervised => {
                    job_of_answer(call, self.resume_supervised_job(account, name, &body).await)
                }
                JobKind::Dpo => {
                    job_of_answer(call, self.resume_dpo_job(account, name, &body).await)
                }
                JobKind::Reinforcement => {
                    let answer = self.resume_reinforcement_job(account, name, &body).await;
                    job_of_answer(call, answer)
                }
            };
        }
        match found.kind {
            JobKind::Supervised => done(self.cancel_supervised_job(account, name, &body).await),
            JobKind::Dpo => done(self.cancel_dpo_job(account, name, &body).await),
            JobKind::Reinforcement => {
                done(self.cancel_reinforcement_job(account, name, &body).await)
            }
        }?;
        self.job_of_kind(call, &found).await
    }

    /// Deletes a job.
    pub(super) async fn delete_job(&self, call: &Call, id: &str) -> Result<(), Error> {
        let (found, _) = self.resolve(call, id).await?;
        let (account, name) = (&found.account, &found.name);
        match found.kind {
            JobKind::Supervised => done(self.delete_supervised_job(account, name).await),
            JobKind::Dpo => done(self.delete_dpo_job(account, name).await),
            JobKind::Reinforcement => done(self.delete_reinforcement_job(account, name).await),
        }
    }
}

/// Success, whatever the answer says: it says nothing.
pub(super) fn done<T>(answer: Result<Response<T>, Error>) -> Result<(), Error> {
    answer.map(|_| ())
}
