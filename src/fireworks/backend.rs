//! Fireworks' implementation of [`Backend`].

use std::sync::Arc;

use super::create::with_full_names;
use super::{Client, DATASET_RULES, TITLE};
use crate::providers::{
    Backend, Call, DatasetRules, Files, IdKind, JobChange, JobOrder, Operation, Page, PageQuery,
    Prepared, Recognition, Reply, Support,
};
use crate::transport::Clock;
use crate::unify::fireworks::{JobId, JobRequest, NewJob, VENDOR};
use crate::unify::{
    CreateRequest, Event, Job, MetricPoint, OnUnsupported, PriceEstimate, Status, Unify, Vendor,
};
use crate::{Error, ErrorKind};

static VENDOR_NAME: Vendor = VENDOR;

/// Which operations the vendor has: the table.
pub(super) fn support(operation: Operation) -> Support {
    use Support::{Derived, Native, Unsupported};
    match operation {
        Operation::Pause => Unsupported("cancel the job; it can be resumed later"),
        Operation::Checkpoints => Unsupported("the job's model is its only checkpoint"),
        Operation::Preview => Unsupported("check the file on your side before the upload"),
        Operation::DownloadTokenizedDataset => {
            Unsupported("download the training file instead, and count its tokens")
        }
        Operation::Download => Unsupported("download the model with the vendor's own tools"),
        Operation::ModelLimits | Operation::ListModels => {
            Unsupported("see the vendor's page of the model")
        }
        Operation::Events => Derived("the job's state, and its metrics file"),
        Operation::Metrics => Derived("the job's metrics file"),
        Operation::Create
        | Operation::List
        | Operation::Retrieve
        | Operation::Cancel
        | Operation::Resume
        | Operation::Delete
        | Operation::EstimatePrice
        | Operation::ListFiles
        | Operation::RetrieveFile
        | Operation::UploadFile
        | Operation::DownloadFile
        | Operation::DeleteFile => Native,
    }
}

impl Client {
    fn for_call(&self, call: &Call) -> Self {
        self.with_options(&call.options)
    }
}

impl Backend for Client {
    fn vendor(&self) -> &Vendor {
        &VENDOR_NAME
    }

    fn title(&self) -> &str {
        TITLE
    }

    fn support(&self, operation: Operation) -> Support {
        support(operation)
    }

    /// The vendor's ids are any words; those that tell a job's kind are its own.
    fn recognize(&self, id: &str, kind: IdKind) -> Recognition {
        let parsed = JobId::parse(id);
        match kind {
            IdKind::Job if parsed.kind.is_some() => Recognition::Yes,
            IdKind::File if id.starts_with("accounts/") => Recognition::Yes,
            _ if parsed.is_possible() => Recognition::Maybe,
            IdKind::Job | IdKind::File => Recognition::No,
        }
    }

    fn order(&self) -> JobOrder {
        JobOrder::NewestFirst
    }

    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>> {
        Box::pin(async move {
            // No job of the vendor's has metadata: a filter on pairs finds none
            // of them, a filter on there being none finds them all.
            if query.wants_metadata() {
                return Ok(Page::default());
            }
            self.for_call(call).job_page(call, query).await
        })
    }

    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
        Box::pin(async move { Ok(self.for_call(call).find_job(call, id).await?.1) })
    }

    fn prepare(&self, request: &CreateRequest, on: OnUnsupported) -> Result<Prepared, Error> {
        let translated = request.to_fireworks(on)?;
        Ok(Prepared::new(translated.request, translated.dropped))
    }

    fn create<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, Job> {
        Box::pin(async move {
            let request: &JobRequest = prepared.request()?;
            self.for_call(call).start_job(call, request).await
        })
    }

    /// The vendor estimates supervised jobs.
    fn estimate<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, PriceEstimate> {
        Box::pin(async move {
            let client = self.for_call(call);
            let account = client.account_id().await?;
            let request = with_full_names(&account, prepared.request()?);
            let NewJob::Supervised(job) = &request.job else {
                let message = format!("{TITLE} estimates the price of supervised jobs alone");
                return Err(Error::new(ErrorKind::Unsupported, message));
            };
            let estimate = client.estimate_supervised_job_cost(&account, job).await?;
            Ok(estimate.into_inner().unify(&call.context)?)
        })
    }

    fn change<'a>(&'a self, call: &'a Call, id: &'a str, change: JobChange) -> Reply<'a, Job> {
        Box::pin(async move {
            match change {
                JobChange::Cancel | JobChange::Resume => {
                    self.for_call(call).change_job(call, id, change).await
                }
                JobChange::Pause => Err(crate::providers::unsupported(self, change.operation())),
            }
        })
    }

    fn took_effect(&self, change: JobChange, job: &Job) -> bool {
        let is_cancelled =
            job.status == Status::Cancelled || job.provider.status.ends_with("CANCELLING");
        match change {
            JobChange::Cancel => is_cancelled,
            JobChange::Pause => job.provider.status.ends_with("PAUSED"),
            JobChange::Resume => false,
        }
    }

    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move { self.for_call(call).delete_job(call, id).await })
    }

    fn events<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Event>> {
        Box::pin(async move {
            let page = self.for_call(call).job_events(call, job).await?;
            page.rest(query, |event| &event.id)
        })
    }

    fn metrics<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Vec<MetricPoint>> {
        Box::pin(async move { self.for_call(call).job_metrics(call, job).await })
    }

    fn files(&self) -> Option<&dyn Files> {
        Some(self)
    }

    fn dataset_rules(&self) -> DatasetRules {
        DATASET_RULES
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(self.transport().clock())
    }
}
