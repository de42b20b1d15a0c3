//! Jobs of one account, in the gateway's terms.

use super::{Account, Client};
#[cfg(feature = "openai")]
use crate::openai;
use crate::providers::Warning;
#[cfg(feature = "together")]
use crate::together;
use crate::unify::{Context, Job, MappingError, Operation, ToJob};
use crate::wire::{DeepObject, Item, LenientList};
use crate::{Error, truefoundry};

/// Jobs that came together, and how to go on.
#[derive(Debug, Default)]
pub(in crate::providers) struct Page {
    pub(in crate::providers) jobs: Vec<Job>,
    pub(in crate::providers) warnings: Vec<Warning>,
    /// The id after which the next page starts; none at the end.
    pub(in crate::providers) next: Option<String>,
}

impl Account {
    /// A job that came alone.
    pub(super) fn one(&self, job: impl ToJob) -> Result<Job, Error> {
        self.mapped(job.into_job(&self.context().with_notes()))
    }

    pub(super) fn mapped<T>(&self, mapped: Result<T, MappingError>) -> Result<T, Error> {
        mapped.map_err(|e| Error::from(e).at_account(&self.name))
    }

    /// Refuses what the vendor cannot do.
    pub(in crate::providers) fn check(&self, operation: Operation) -> Result<(), Error> {
        operation
            .check(self.vendor())
            .map_err(|e| e.at_account(&self.name))
    }

    /// One job.
    pub(in crate::providers) async fn retrieve(&self, id: &str) -> Result<Job, Error> {
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => self.one(client.retrieve_job(id).await?.into_inner()),
            #[cfg(feature = "together")]
            Client::Together(client) => self.one(client.retrieve_job(id).await?.into_inner()),
            Client::TrueFoundry(client) => {
                let options = truefoundry::RetrieveJobOptions::new();
                self.one(client.retrieve_job(id, options).await?.into_inner())
            }
        }
    }

    /// Cancels, pauses or resumes a job, and answers as it stands then.
    pub(in crate::providers) async fn change(
        &self,
        operation: Operation,
        id: &str,
    ) -> Result<Job, Error> {
        self.check(operation)?;
        match (&self.client, operation) {
            #[cfg(feature = "openai")]
            (Client::OpenAi(client), Operation::Cancel) => {
                self.one(client.cancel_job(id).await?.into_inner())
            }
            #[cfg(feature = "openai")]
            (Client::OpenAi(client), Operation::Pause) => {
                self.one(client.pause_job(id).await?.into_inner())
            }
            #[cfg(feature = "openai")]
            (Client::OpenAi(client), Operation::Resume) => {
                self.one(client.resume_job(id).await?.into_inner())
            }
            #[cfg(feature = "together")]
            (Client::Together(client), Operation::Cancel) => {
                self.one(client.cancel_job(id).await?.into_inner())
            }
            _ => Err(Error::new(
                crate::ErrorKind::Unsupported,
                format!("{operation} is no change of a job"),
            )
            .at_account(&self.name)),
        }
    }

    /// The jobs after `after`, newest first as far as the vendor promises it.
    pub(in crate::providers) async fn page(
        &self,
        after: Option<&str>,
        limit: i64,
        metadata: Option<&DeepObject>,
        notes: bool,
    ) -> Result<Page, Error> {
        let mut context = self.context();
        context.notes = notes;
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => {
                let mut options = openai::ListJobsOptions::new().limit(limit);
                options.after = after.map(str::to_owned);
                options.metadata = metadata.cloned();
                let page = client.list_jobs(options).await?.into_inner();
                Ok(self.read(&context, page.data, page.has_more, |j| &j.id))
            }
            #[cfg(feature = "together")]
            Client::Together(client) => {
                // No job of Together's has metadata: a filter on pairs finds
                // none of them, a filter on there being none finds them all.
                if metadata.is_some_and(|m| m.pairs().is_some_and(|pairs| !pairs.is_empty())) {
                    return Ok(Page::default());
                }
                let page: together::types::FinetuneTruncatedList =
                    client.list_jobs().await?.into_inner();
                Ok(self.read(&context, page.data, false, |j| &j.id))
            }
            Client::TrueFoundry(client) => {
                let mut options = truefoundry::ListJobsOptions::new().limit(limit);
                options.after = after.map(str::to_owned);
                options.metadata = metadata.cloned();
                let page = client.list_jobs(options).await?.into_inner();
                Ok(self.read(&context, page.data, page.has_more, |j| &j.id))
            }
        }
    }

    /// Maps what decoded and speaks of what did not.
    fn read<T: ToJob>(
        &self,
        context: &Context,
        items: LenientList<T>,
        has_more: bool,
        id: impl Fn(&T) -> &str,
    ) -> Page {
        let mut jobs = Vec::with_capacity(items.len());
        let mut warnings = Vec::new();
        let mut last = None;
        for item in items {
            match item {
                Item::Ok(job) => {
                    last = Some(id(&job).to_owned());
                    match job.into_job(context) {
                        Ok(job) => jobs.push(job),
                        Err(error) => warnings.push(Warning::job(
                            &self.name,
                            last.as_deref(),
                            error.to_string(),
                            None,
                        )),
                    }
                }
                Item::Malformed(item) => {
                    let id = item.id().map(str::to_owned);
                    warnings.push(Warning::job(
                        &self.name,
                        id.as_deref(),
                        item.reason,
                        Some(item.raw),
                    ));
                    last = id.or(last);
                }
            }
        }
        Page {
            jobs,
            warnings,
            next: last.filter(|_| has_more),
        }
    }
}
