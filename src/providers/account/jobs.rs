//! Jobs of one account, in the gateway's terms.

#[cfg(feature = "together")]
use super::large::Place;
use super::{Account, Client};
#[cfg(feature = "together")]
use crate::ErrorKind;
#[cfg(feature = "openai")]
use crate::openai;
use crate::providers::Warning;
#[cfg(feature = "together")]
use crate::together;
use crate::unify::{Context, Job, MappingError, Operation, Unify};
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
    pub(super) fn one(&self, job: impl Unify<Output = Job>) -> Result<Job, Error> {
        self.mapped(job.unify(&self.context().with_notes()))
    }

    pub(super) fn mapped<T>(&self, mapped: Result<T, MappingError>) -> Result<T, Error> {
        mapped.map_err(|e| Error::from(e).at_account(&self.name))
    }

    /// Refuses what the vendor cannot do.
    pub(in crate::providers) fn check(&self, operation: Operation) -> Result<(), Error> {
        operation
            .check(&self.vendor())
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
                let place = after.and_then(Place::read);
                if place.is_none() {
                    match client.list_jobs().await {
                        Ok(page) => {
                            let data = page.into_inner().data;
                            return Ok(self.read(&context, data, false, |j| &j.id));
                        }
                        Err(error) if error.kind() == ErrorKind::TooLarge => {}
                        Err(error) => return Err(error),
                    }
                }
                let list = client.list_jobs_in_pieces().await?;
                self.read_large::<together::types::FinetuneResponseTruncated>(list, context, place)
                    .await
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

    /// The job of an item, or a warning where there is none.
    pub(super) fn read_item<T: Unify<Output = Job>>(
        &self,
        context: &Context,
        item: Item<T>,
    ) -> Result<Job, Warning> {
        match item {
            Item::Ok(job) => job
                .unify(context)
                .map_err(|e| Warning::job(&self.name, e.id(), e.to_string(), None)),
            Item::Malformed(item) => {
                let id = item.id().map(str::to_owned);
                let (reason, raw) = (item.reason, Some(item.raw));
                Err(Warning::job(&self.name, id.as_deref(), reason, raw))
            }
        }
    }

    /// Maps what decoded and speaks of what did not.
    fn read<T: Unify<Output = Job>>(
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
            let own = match &item {
                Item::Ok(job) => Some(id(job)),
                Item::Malformed(item) => item.id(),
            };
            last = own.map(str::to_owned).or(last);
            match self.read_item(context, item) {
                Ok(job) => jobs.push(job),
                Err(warning) => warnings.push(warning),
            }
        }
        Page {
            jobs,
            warnings,
            next: last.filter(|_| has_more),
        }
    }
}
