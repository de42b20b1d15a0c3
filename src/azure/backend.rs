//! Azure OpenAI's implementation of [`Backend`].

use std::sync::Arc;

use super::{Client, DATASET_RULES, TITLE, types};
use crate::Error;
use crate::providers::{
    Backend, Call, DatasetRules, Expiry, FileUpload, Files, IdKind, ImportState, JobChange,
    JobOrder, Operation, Page, PageQuery, Prepared, Recognition, Reply, Support, is_uuid,
    items_of_answer, job_of_answer, job_page, log_page, metrics_of_events,
};
use crate::transport::{Clock, Download};
use crate::unify::azure::VENDOR;
use crate::unify::{
    Checkpoint, CreateRequest, Event, File, Job, MetricPoint, OnUnsupported, Status, Unify, Vendor,
};

static VENDOR_NAME: Vendor = VENDOR;

/// The largest page.
const MAX_PAGE: usize = 100;
/// How many digits the vendor's ids have after their prefix.
const DIGITS: usize = 32;

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
        Operation::Metrics => Derived("the events of type metrics"),
        Operation::ListModels => Derived("the list of the resource's models"),
        Operation::Delete => Unsupported("delete the resulting model's deployment instead"),
        Operation::EstimatePrice => {
            Unsupported("count the tokens, and use the vendor's price list")
        }
        Operation::Preview => Unsupported("check the file on your side before the upload"),
        Operation::Download => Unsupported("download the job's result files instead"),
        Operation::DownloadTokenizedDataset => {
            Unsupported("download the training file instead, and count its tokens")
        }
        Operation::ModelLimits => Unsupported("see the vendor's documentation"),
    }
}

/// Returns true for the vendor's own form of an id.
fn is_own(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
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
            IdKind::Job if is_own(id, "ftjob-") => Recognition::Yes,
            IdKind::File if is_own(id, "file-") => Recognition::Yes,
            IdKind::Job if !id.starts_with("ftjob-") => Recognition::No,
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
            let page = self.for_call(call).list_jobs(options).await;
            let (jobs, has_more) = items_of_answer(page, |page| (page.data, page.has_more))?;
            let mut page = job_page(call, jobs, has_more, |job| &job.id);
            // The vendor has no filter.
            page.items.retain(|job| query.has_metadata(job));
            Ok(page)
        })
    }

    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
        Box::pin(async move { job_of_answer(call, self.for_call(call).retrieve_job(id).await) })
    }

    fn prepare(&self, request: &CreateRequest, on: OnUnsupported) -> Result<Prepared, Error> {
        let translated = request.to_azure(on)?;
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
        let is_paused = matches!(&*job.provider.status, "pausing" | "paused");
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
            let limit = query.limit_within(MAX_PAGE);
            let mut options = super::ListJobEventsOptions::new().limit(limit);
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
            let page = client.list_job_checkpoints(job, options).await?;
            let page = page.into_inner();
            let has_more = page.has_more;
            Ok(log_page(call, page.data, has_more, |it| &it.id))
        })
    }

    /// Derived: the vendor has no such operation, and the metrics are in the log.
    fn metrics<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Vec<MetricPoint>> {
        Box::pin(metrics_of_events(self, call, job))
    }

    /// The models of the resource, without those that the vendor says cannot be
    /// tuned.
    fn models<'a>(&'a self, call: &'a Call) -> Reply<'a, Vec<String>> {
        Box::pin(async move {
            let list = self.for_call(call).list_models().await?.into_inner();
            let can_be_tuned = |model: &&types::Model| {
                let capabilities = model.extra.get("capabilities");
                let allows_tuning = capabilities.and_then(|it| it.get("fine_tune")?.as_bool());
                allows_tuning.unwrap_or(true)
            };
            let models = list.data.iter().filter(can_be_tuned);
            Ok(models.map(|model| model.id.clone()).collect())
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
    /// The vendor lists all of them at once.
    fn list<'a>(&'a self, call: &'a Call, _: &'a PageQuery) -> Reply<'a, Page<File>> {
        Box::pin(async move {
            let options = super::ListFilesOptions::new();
            let list = self.for_call(call).list_files(options).await?.into_inner();
            Ok(log_page(call, list.data, false, |file| &file.id))
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

    fn import_state(&self) -> Option<fn(&File) -> ImportState> {
        Some(import_state)
    }
}

fn import_state(file: &File) -> ImportState {
    use types::FileStatus as Vendor;
    match Vendor::from(file.status.as_str()) {
        Vendor::Uploaded | Vendor::Pending | Vendor::Running => ImportState::Running,
        Vendor::Error | Vendor::Deleting | Vendor::Deleted => ImportState::Failed,
        // With another status, the vendor decides when the job is started.
        Vendor::Processed | Vendor::Unknown(_) => ImportState::Done,
    }
}

fn expiration(expiry: Expiry) -> Result<types::FileExpiration, Error> {
    let mut expiration = types::FileExpiration::new(expiry.seconds);
    expiration.anchor = expiry.parsed_anchor()?;
    Ok(expiration)
}
