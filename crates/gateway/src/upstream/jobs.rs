//! Jobs of one account: each vendor's own operations, in the gateway's terms.

use unitune::providers::Client;
use unitune::unify::{CreateRequest, Job, MappingError, OnUnsupported, Operation, Support, Unify};
use unitune::wire::{DeepObject, Item, LenientList};
use unitune::{openai, truefoundry};

use super::list::Page;
use super::{Cause, Failed, Upstream};
use crate::params::TfyHeaders;

/// Hands the caller's headers on to a TrueFoundry upstream: all but the one
/// that selects the account, which is of this gateway.
macro_rules! with_headers {
    ($options:expr, $headers:expr) => {{
        let mut options = $options;
        options.x_tfy_metadata.clone_from(&$headers.metadata);
        options
            .x_tfy_vertex_storage_bucket_name
            .clone_from(&$headers.bucket);
        options
            .x_tfy_provider_model
            .clone_from(&$headers.provider_model);
        options
            .x_tfy_file_purpose
            .clone_from(&$headers.file_purpose);
        options
    }};
}
pub(super) use with_headers;

impl Upstream {
    /// One job.
    pub async fn retrieve(&self, id: &str, headers: &TfyHeaders) -> Result<Job, Failed> {
        const CALL: &str = "retrieveJob";
        match self.client() {
            Client::OpenAi(client) => {
                let job = self.call(CALL, client.retrieve_job(id)).await?;
                self.job(job.into_inner())
            }
            Client::Together(client) => {
                let job = self.call(CALL, client.retrieve_job(id)).await?;
                self.job(job.into_inner())
            }
            Client::TrueFoundry(client) => {
                let options = with_headers!(truefoundry::RetrieveJobOptions::new(), headers);
                let job = self.call(CALL, client.retrieve_job(id, options)).await?;
                self.job(job.into_inner())
            }
            _ => Err(self.unsupported(Operation::Retrieve)),
        }
    }

    /// Starts a job.
    pub async fn create(
        &self,
        request: CreateRequest,
        headers: &TfyHeaders,
    ) -> Result<Job, Failed> {
        const CALL: &str = "createJob";
        match self.client() {
            Client::OpenAi(client) => {
                let sent = request
                    .to_openai(OnUnsupported::Reject)
                    .map_err(|r| self.failed(r))?;
                let job = self.call(CALL, client.create_job(&sent.request)).await?;
                self.job(job.into_inner())
            }
            Client::Together(client) => {
                let sent = request
                    .to_together(OnUnsupported::Reject)
                    .map_err(|r| self.failed(r))?;
                let job = self.call(CALL, client.create_job(&sent.request)).await?;
                self.job(job.into_inner())
            }
            Client::TrueFoundry(client) => {
                let options = with_headers!(truefoundry::CreateJobOptions::new(), headers);
                let request = request.into();
                let job = self
                    .call(CALL, client.create_job(&request, options))
                    .await?;
                self.job(job.into_inner())
            }
            _ => Err(self.unsupported(Operation::Create)),
        }
    }

    /// Ends a job before it is done.
    pub async fn cancel(&self, id: &str) -> Result<Job, Failed> {
        const CALL: &str = "cancelJob";
        match self.client() {
            Client::OpenAi(client) => {
                let job = self.call(CALL, client.cancel_job(id)).await?;
                self.job(job.into_inner())
            }
            Client::Together(client) => {
                let job = self.call(CALL, client.cancel_job(id)).await?;
                self.job(job.into_inner())
            }
            _ => Err(self.unsupported(Operation::Cancel)),
        }
    }

    /// Halts a job for a while.
    pub async fn pause(&self, id: &str) -> Result<Job, Failed> {
        match self.client() {
            Client::OpenAi(client) => {
                let job = self.call("pauseJob", client.pause_job(id)).await?;
                self.job(job.into_inner())
            }
            _ => Err(self.unsupported(Operation::Pause)),
        }
    }

    /// Lets a halted job go on.
    pub async fn resume(&self, id: &str) -> Result<Job, Failed> {
        match self.client() {
            Client::OpenAi(client) => {
                let job = self.call("resumeJob", client.resume_job(id)).await?;
                self.job(job.into_inner())
            }
            _ => Err(self.unsupported(Operation::Resume)),
        }
    }

    /// The jobs after `after`, in the order that pages have here. Where the
    /// vendor has no pages, all jobs are one, and `after` is for the caller.
    pub(super) async fn page(
        &self,
        after: Option<&str>,
        limit: usize,
        metadata: Option<&DeepObject>,
        headers: &TfyHeaders,
    ) -> Result<Page, Failed> {
        const CALL: &str = "listJobs";
        let size = i64::try_from(limit).unwrap_or(i64::MAX);
        match self.client() {
            Client::OpenAi(client) => {
                let mut options = openai::ListJobsOptions::new().limit(size);
                options.after = after.map(str::to_owned);
                options.metadata = metadata.cloned();
                let page = self.call(CALL, client.list_jobs(options)).await?;
                let page = page.into_inner();
                Ok(self.read(page.data, page.has_more))
            }
            Client::Together(client) => {
                // No job of Together's has metadata: a filter on pairs finds
                // none of them, a filter on there being none finds them all.
                if metadata.is_some_and(|m| m.pairs().is_some()) {
                    return Ok(Page::default());
                }
                let page = self.call(CALL, client.list_jobs()).await?;
                let mut page = self.read(page.into_inner().data, false);
                page.jobs
                    .sort_by(|a, b| b.created_at.cmp(&a.created_at).then(a.id.cmp(&b.id)));
                Ok(page)
            }
            Client::TrueFoundry(client) => {
                let options = truefoundry::ListJobsOptions::new().limit(size);
                let mut options = with_headers!(options, headers);
                options.after = after.map(str::to_owned);
                options.metadata = metadata.cloned();
                let page = self.call(CALL, client.list_jobs(options)).await?;
                let page = page.into_inner();
                Ok(self.read(page.data, page.has_more))
            }
            _ => Err(self.unsupported(Operation::List)),
        }
    }

    /// Maps what decoded and speaks of what did not.
    fn read<T: Unify<Output = Job>>(&self, items: LenientList<T>, has_more: bool) -> Page {
        let context = self.context();
        let mut page = Page {
            jobs: Vec::with_capacity(items.len()),
            has_more,
            ..Page::default()
        };
        for item in items {
            match item {
                Item::Ok(job) => match job.unify(&context) {
                    Ok(job) => {
                        page.last = Some(job.id.clone());
                        page.jobs.push(job);
                    }
                    Err(error) => {
                        let id = error.id().map(str::to_owned);
                        page.last = id.clone().or(page.last);
                        page.warnings
                            .push(self.warning(id, format!("left out: {error}")));
                    }
                },
                Item::Malformed(item) => {
                    let id = item.id().map(str::to_owned);
                    page.last = id.clone().or(page.last);
                    page.warnings
                        .push(self.warning(id, format!("left out: {}", item.reason)));
                }
            }
        }
        page
    }

    fn job<T: Unify<Output = Job>>(&self, job: T) -> Result<Job, Failed> {
        job.unify(&self.context())
            .map_err(|error| self.failed(error))
    }

    /// A value in unified form.
    pub(super) fn unified<T>(&self, value: Result<T, MappingError>) -> Result<T, Failed> {
        value.map_err(|error| self.failed(error))
    }

    /// The vendor has no such operation.
    pub(super) fn unsupported(&self, operation: Operation) -> Failed {
        let vendor = self.vendor();
        let instead = match operation.at(&vendor) {
            Support::Unsupported(instead) => instead,
            // A vendor that the library has learnt and the gateway has not.
            _ => "ask the vendor itself",
        };
        self.failed(Cause::Unsupported(format!(
            "{} has no {operation}: {instead}",
            super::title(&vendor)
        )))
    }
}
