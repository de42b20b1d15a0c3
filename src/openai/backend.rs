//! OpenAI's implementation of [`Backend`].

use std::sync::Arc;
use std::time::Duration;

use super::{Client, DATASET_RULES, TITLE, model_shutdowns, types};
use crate::Error;
use crate::providers::{
    Backend, Call, DatasetRules, Expiry, FileUpload, Files, IdKind, JobChange, JobOrder, Operation,
    Page, PageQuery, Prepared, Recognition, Reply, Support, is_uuid, items_of_answer,
    job_of_answer, job_page, log_page, metrics_of_events,
};
use crate::transport::{CallOptions, Clock, Download};
use crate::unify::openai::VENDOR;
use crate::unify::{
    Checkpoint, CreateRequest, Event, File, Job, MetricPoint, ModelShutdowns, OnUnsupported,
    Status, Unify, Vendor,
};

static VENDOR_NAME: Vendor = VENDOR;

/// How long the list of models may take: it only adds to what is known.
const MODELS_TIMEOUT: Duration = Duration::from_secs(3);
/// The largest page of files.
const MAX_FILES: usize = 10_000;
/// The largest page of anything else.
const MAX_PAGE: usize = 100;

impl Client {
    fn for_call(&self, call: &Call) -> Self {
        self.with_options(&call.options)
    }
}

/// Returns whether the vendor supports an operation: the table.
pub(super) fn support(operation: Operation) -> Support {
    use Support::{Derived, Native, Unsupported};
    match operation {
        Operation::Create
        | Operation::List
        | Operation::Retrieve
        | Operation::Cancel
        | Operation::Pause
        | Operation::Resume
        | Operation::Events
        | Operation::Checkpoints
        | Operation::ListFiles
        | Operation::RetrieveFile
        | Operation::UploadFile
        | Operation::DownloadFile
        | Operation::DeleteFile => Native,
        Operation::Metrics => Derived("the events of type metrics, and the checkpoints"),
        Operation::Delete => Unsupported("delete the resulting model instead"),
        Operation::EstimatePrice => {
            Unsupported("count the tokens, and use the vendor's price list")
        }
        Operation::Preview => Unsupported("check the file on your side before the upload"),
        Operation::Download => Unsupported("download the job's result files instead"),
        Operation::DownloadTokenizedDataset => {
            Unsupported("download the training file instead, and count its tokens")
        }
        Operation::ModelLimits | Operation::ListModels => {
            Unsupported("see the vendor's documentation")
        }
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

    fn recognize(&self, id: &str, kind: IdKind) -> Recognition {
        match kind {
            IdKind::Job if id.starts_with("ftjob-") => Recognition::Yes,
            IdKind::Job if id.starts_with("ft-") => Recognition::No,
            IdKind::File if is_uuid(id, "file-") => Recognition::No,
            IdKind::Job | IdKind::File => Recognition::Maybe,
        }
    }

    fn order(&self) -> JobOrder {
        JobOrder::NewestFirst
    }

    fn cursor_after(&self, job: &str) -> Option<String> {
        Some(job.to_owned())
    }

    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>> {
        Box::pin(async move {
            let mut options = super::ListJobsOptions::new().limit(query.limit_within(MAX_PAGE));
            options.after = query.position().map(str::to_owned);
            options.metadata.clone_from(&query.metadata);
            let page = self.for_call(call).list_jobs(options).await;
            let (jobs, has_more) = items_of_answer(page, |page| (page.data, page.has_more))?;
            Ok(job_page(call, jobs, has_more, |job| &job.id))
        })
    }

    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
        Box::pin(async move { job_of_answer(call, self.for_call(call).retrieve_job(id).await) })
    }

    fn prepare(&self, request: &CreateRequest, on: OnUnsupported) -> Result<Prepared, Error> {
        let translated = request.to_openai(on)?;
        Ok(Prepared::new(translated.request, translated.dropped))
    }

    fn create<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, Job> {
        Box::pin(async move {
            let request: &types::CreateFineTuningJobRequest = prepared.request()?;
            job_of_answer(call, self.for_call(call).create_job(request).await)
        })
    }

    fn change<'a>(&'a self, call: &'a Call, id: &'a str, change: JobChange) -> Reply<'a, Job> {
        Box::pin(async move {
            let client = self.for_call(call);
            let job = match change {
                JobChange::Cancel => client.cancel_job(id).await,
                JobChange::Pause => client.pause_job(id).await,
                JobChange::Resume => client.resume_job(id).await,
            };
            job_of_answer(call, job)
        })
    }

    fn took_effect(&self, change: JobChange, job: &Job) -> bool {
        let is_paused = job.provider.status == "paused";
        match change {
            JobChange::Cancel => job.status == Status::Cancelled,
            JobChange::Pause => is_paused,
            JobChange::Resume => !job.status.is_terminal() && !is_paused,
        }
    }

    fn events<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Event>> {
        Box::pin(async move {
            let mut options =
                super::ListJobEventsOptions::new().limit(query.limit_within(MAX_PAGE));
            options.after = query.position().map(str::to_owned);
            let client = self.for_call(call);
            let page = client.list_job_events(job, options).await?.into_inner();
            let has_more = page.has_more;
            Ok(log_page(call, page.data, has_more, |event| &event.id))
        })
    }

    fn checkpoints<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Checkpoint>> {
        Box::pin(async move {
            let limit = query.limit_within(MAX_PAGE);
            let mut options = super::ListJobCheckpointsOptions::new().limit(limit);
            options.after = query.position().map(str::to_owned);
            let client = self.for_call(call);
            let page = client
                .list_job_checkpoints(job, options)
                .await?
                .into_inner();
            let has_more = page.has_more;
            Ok(log_page(call, page.data, has_more, |checkpoint| {
                &checkpoint.id
            }))
        })
    }

    /// Derived: the vendor has no such operation, and the metrics are in the log.
    fn metrics<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Vec<MetricPoint>> {
        Box::pin(metrics_of_events(self, call, job))
    }

    fn announces_shutdowns(&self) -> bool {
        true
    }

    /// The vendor's announcements, and what its list of models says by now.
    fn shutdowns<'a>(&'a self, call: &'a Call) -> Reply<'a, ModelShutdowns> {
        Box::pin(async move {
            let options = CallOptions::new().timeout(MODELS_TIMEOUT).retries(0);
            let client = self.for_call(call).with_options(&options);
            let mut shutdowns = model_shutdowns::announced();
            // Without the list, the announcements still hold.
            if let Ok(list) = client.list_models().await {
                for model in list.into_inner().data.ok() {
                    let date = model
                        .shutdown_date
                        .as_deref()
                        .and_then(model_shutdowns::day);
                    if let Some(at) = date {
                        shutdowns.add_model(&model.id, at);
                    }
                }
            }
            Ok(shutdowns)
        })
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

impl Files for Client {
    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<File>> {
        Box::pin(async move {
            let mut options = super::ListFilesOptions::new().limit(query.limit_within(MAX_FILES));
            options.after = query.position().map(str::to_owned);
            let page = self.for_call(call).list_files(options).await?.into_inner();
            let has_more = page.has_more;
            Ok(log_page(call, page.data, has_more, |file| &file.id))
        })
    }

    fn get<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, File> {
        Box::pin(async move {
            let file = self.for_call(call).retrieve_file(id).await?;
            Ok(file.into_inner().unify(&call.context)?)
        })
    }

    fn upload<'a>(&'a self, call: &'a Call, upload: FileUpload) -> Reply<'a, File> {
        Box::pin(async move {
            let purpose = upload.parsed_purpose()?;
            let expires = upload.expires.map(expiration).transpose()?;
            let client = self.for_call(call);
            let file = client.upload_file(upload.content, purpose, expires).await?;
            Ok(file.into_inner().unify(&call.context)?)
        })
    }

    fn download<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Download> {
        Box::pin(async move { self.for_call(call).download_file(id).await })
    }

    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            self.for_call(call).delete_file(id).await?;
            Ok(())
        })
    }
}

fn expiration(expiry: Expiry) -> Result<types::FileExpiration, Error> {
    let mut expiration = types::FileExpiration::new(expiry.seconds);
    expiration.anchor = expiry.parsed_anchor()?;
    Ok(expiration)
}
