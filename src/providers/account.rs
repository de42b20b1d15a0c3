//! One account, and the calls that every vendor answers in its own way.

#[cfg(feature = "openai")]
use crate::openai;
#[cfg(feature = "together")]
use crate::together;
use crate::unify::{Context, Job, ToJob, Vendor};
use crate::wire::{DeepObject, Item, LenientList};
use crate::{Error, truefoundry};

use super::Warning;

/// A key at a vendor, under a name.
#[derive(Clone, Debug)]
pub struct Account {
    name: String,
    organization: Option<String>,
    client: Client,
}

/// The client of an account, one kind per vendor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Client {
    /// OpenAI.
    #[cfg(feature = "openai")]
    OpenAi(openai::Client),
    /// Together.
    #[cfg(feature = "together")]
    Together(together::Client),
    /// TrueFoundry's gateway.
    TrueFoundry(truefoundry::Client),
}

#[cfg(feature = "openai")]
impl From<openai::Client> for Client {
    fn from(client: openai::Client) -> Self {
        Self::OpenAi(client)
    }
}

#[cfg(feature = "together")]
impl From<together::Client> for Client {
    fn from(client: together::Client) -> Self {
        Self::Together(client)
    }
}

impl From<truefoundry::Client> for Client {
    fn from(client: truefoundry::Client) -> Self {
        Self::TrueFoundry(client)
    }
}

/// Jobs that came together, and how to go on.
pub(super) struct Page {
    pub(super) jobs: Vec<Job>,
    pub(super) warnings: Vec<Warning>,
    /// The id after which the next page starts; none at the end.
    pub(super) next: Option<String>,
}

impl Account {
    /// An account under a name.
    pub fn new(name: impl Into<String>, client: impl Into<Client>) -> Self {
        Self {
            name: name.into(),
            organization: None,
            client: client.into(),
        }
    }

    /// What the gateway's `organization_id` says for vendors that do not name
    /// an organization.
    #[must_use]
    pub fn organization(mut self, label: impl Into<String>) -> Self {
        self.organization = Some(label.into());
        self
    }

    /// The account's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The vendor that the account is at.
    pub fn vendor(&self) -> Vendor {
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(_) => Vendor::OpenAi,
            #[cfg(feature = "together")]
            Client::Together(_) => Vendor::Together,
            Client::TrueFoundry(_) => Vendor::TrueFoundry,
        }
    }

    /// The vendor's own client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn context(&self) -> Context {
        let mut context = Context::new(&self.name).with_notes();
        context.organization.clone_from(&self.organization);
        context
    }

    /// One job, in the gateway's terms.
    pub(super) async fn retrieve(&self, id: &str) -> Result<Job, Error> {
        let context = self.context();
        let job = match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => client.retrieve_job(id).await?.to_job(&context),
            #[cfg(feature = "together")]
            Client::Together(client) => client.retrieve_job(id).await?.to_job(&context),
            Client::TrueFoundry(client) => {
                let options = truefoundry::RetrieveJobOptions::new();
                client.retrieve_job(id, options).await?.to_job(&context)
            }
        };
        job.map_err(|e| Error::from(e).at_account(&self.name))
    }

    /// The jobs after `after`, newest first as far as the vendor promises it.
    pub(super) async fn page(
        &self,
        after: Option<&str>,
        limit: i64,
        metadata: Option<&DeepObject>,
    ) -> Result<Page, Error> {
        match &self.client {
            #[cfg(feature = "openai")]
            Client::OpenAi(client) => {
                let mut options = openai::ListJobsOptions::new().limit(limit);
                options.after = after.map(str::to_owned);
                options.metadata = metadata.cloned();
                let page = client.list_jobs(options).await?.into_inner();
                Ok(self.read(page.data, page.has_more, |j| &j.id))
            }
            #[cfg(feature = "together")]
            Client::Together(client) => {
                // No job of Together's has metadata: a filter on pairs finds
                // none of them, a filter on there being none finds them all.
                if metadata.is_some_and(|m| m.pairs().is_some_and(|pairs| !pairs.is_empty())) {
                    return Ok(self.read(
                        LenientList::<together::types::FinetuneResponseTruncated>::default(),
                        false,
                        |j| &j.id,
                    ));
                }
                let page = client.list_jobs().await?.into_inner();
                Ok(self.read(page.data, false, |j| &j.id))
            }
            Client::TrueFoundry(client) => {
                let mut options = truefoundry::ListJobsOptions::new().limit(limit);
                options.after = after.map(str::to_owned);
                options.metadata = metadata.cloned();
                let page = client.list_jobs(options).await?.into_inner();
                Ok(self.read(page.data, page.has_more, |j| &j.id))
            }
        }
    }

    /// Maps what decoded and speaks of what did not.
    fn read<T: ToJob>(
        &self,
        items: LenientList<T>,
        has_more: bool,
        id: impl Fn(&T) -> &str,
    ) -> Page {
        let context = self.context();
        let mut jobs = Vec::with_capacity(items.len());
        let mut warnings = Vec::new();
        let mut last = None;
        for item in items {
            match item {
                Item::Ok(job) => {
                    last = Some(id(&job).to_owned());
                    match job.into_job(&context) {
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
