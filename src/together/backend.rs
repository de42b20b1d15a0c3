//! Together's implementation of [`Backend`].

use std::cmp::Reverse;
use std::marker::PhantomData;
use std::sync::Arc;

use super::streamed_list::{ListReader, Position, WHOLE, next_page};
use super::types::{self, FinetuneResponseTruncated};
use super::{Client, DATASET_RULES, TITLE};
use crate::providers::{
    Backend, Call, DatasetRules, FileUpload, Files, IdKind, JobChange, JobOrder, Operation, Page,
    PageQuery, Prepared, Recognition, Reply, Support, decoded, is_uuid, items_of_answer,
    job_of_answer, job_page, log_page, mapped,
};
use crate::transport::{Clock, Download, LongResponse};
use crate::unify::together::{
    JobCheckpoint, VENDOR, events_in_log, preview_request, successor, tell_apart,
};
use crate::unify::{
    Checkpoint, CreateRequest, DatasetPreview, Event, File, Job, MetricPoint, ModelLimits,
    OnUnsupported, PriceEstimate, Status, Unify, Vendor,
};
use crate::{Error, ErrorKind};

static VENDOR_NAME: Vendor = VENDOR;

/// The request to start a job, and the request that it was made of: the
/// question for its price is made of that, too.
struct Request {
    create: types::CreateFinetuneRequest,
    estimate: types::EstimatePriceRequest,
}

impl Client {
    fn for_call(&self, call: &Call) -> Self {
        self.with_options(&call.options)
    }
}

/// Which operations the vendor has: the table.
pub(super) fn support(operation: Operation) -> Support {
    use Support::{Native, Unsupported};
    match operation {
        Operation::Pause => {
            Unsupported("cancel the job, and start another one from its last checkpoint")
        }
        Operation::Resume => {
            Unsupported("start another job from the last checkpoint: `from_checkpoint`")
        }
        Operation::Create
        | Operation::List
        | Operation::Retrieve
        | Operation::Cancel
        | Operation::Delete
        | Operation::Events
        | Operation::Checkpoints
        | Operation::Metrics
        | Operation::EstimatePrice
        | Operation::Preview
        | Operation::Download
        | Operation::DownloadTokenizedDataset
        | Operation::ModelLimits
        | Operation::ListModels
        | Operation::ListFiles
        | Operation::RetrieveFile
        | Operation::UploadFile
        | Operation::DownloadFile
        | Operation::DeleteFile => Native,
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
            IdKind::Job if id.starts_with("ftjob-") => Recognition::No,
            IdKind::Job if id.starts_with("ft-") => Recognition::Yes,
            IdKind::File if is_uuid(id, "file-") => Recognition::Yes,
            IdKind::Job | IdKind::File => Recognition::Maybe,
        }
    }

    /// The vendor promises none: jobs are sorted here.
    fn order(&self) -> JobOrder {
        JobOrder::Exact
    }

    /// The vendor has no pages. A long list is read as it comes, in pages that
    /// cursors lead on.
    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>> {
        Box::pin(async move {
            // No job of Together's has metadata: a filter on pairs finds none
            // of them, a filter on there being none finds them all.
            if query.wants_metadata() {
                return Ok(Page::default());
            }
            let client = self.for_call(call);
            if let Some(rest) = &query.rest
                && let Some(page) =
                    next_page::<FinetuneResponseTruncated>(rest, call, query, client.transport())
            {
                return page;
            }
            let after = query.cursor.as_deref().and_then(Position::parse);
            let reader = ListReader::<FinetuneResponseTruncated> {
                call,
                after: after.as_ref(),
                wanted: query.wanted,
                transport: client.transport(),
                item: PhantomData,
            };
            let answer = match client.list_jobs_long(WHOLE, reader).await {
                Ok(LongResponse::Read(jobs)) => {
                    return jobs.page::<FinetuneResponseTruncated>(query, client.transport());
                }
                Ok(LongResponse::Whole(answer)) => Ok(answer),
                Err(error) => Err(error),
            };
            let (list, _) = items_of_answer(answer, |list| (list.data, false))?;
            let mut page = job_page(call, list, Some(false), |job| &job.id);
            if let Some(after) = after {
                page.items.retain(|job| Position::key(job) > after.as_key());
            }
            page.items
                .sort_by(|a, b| Position::key(a).cmp(&Position::key(b)));
            Ok(page)
        })
    }

    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
        Box::pin(async move { job_of_answer(call, self.for_call(call).retrieve_job(id).await) })
    }

    fn prepare(&self, request: &CreateRequest, on: OnUnsupported) -> Result<Prepared, Error> {
        let create = request.to_together(on)?;
        let estimate = request.to_together_estimate(on)?.request;
        let (create, dropped) = (create.request, create.dropped);
        Ok(Prepared::new(Request { create, estimate }, dropped))
    }

    fn create<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, Job> {
        Box::pin(async move {
            let request: &Request = prepared.request()?;
            job_of_answer(call, self.for_call(call).create_job(&request.create).await)
        })
    }

    fn estimate<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, PriceEstimate> {
        Box::pin(async move {
            let request: &Request = prepared.request()?;
            let client = self.for_call(call);
            let estimate = client.estimate_price(&request.estimate).await?;
            Ok(estimate.into_inner().unify(&call.context)?)
        })
    }

    /// The vendor previews supervised training.
    fn preview<'a>(
        &'a self,
        call: &'a Call,
        prepared: &'a Prepared,
        examples: Option<usize>,
    ) -> Reply<'a, DatasetPreview> {
        Box::pin(async move {
            let request: &Request = prepared.request()?;
            let Some(request) = preview_request(&request.create, examples) else {
                let message = format!("{TITLE} has previews of supervised training alone");
                return Err(Error::new(ErrorKind::Unsupported, message));
            };
            let preview = self.for_call(call).preview_job(&request).await?;
            Ok(preview.into_inner().unify(&call.context)?)
        })
    }

    fn change<'a>(&'a self, call: &'a Call, id: &'a str, change: JobChange) -> Reply<'a, Job> {
        Box::pin(async move {
            match change {
                JobChange::Cancel => job_of_answer(call, self.for_call(call).cancel_job(id).await),
                JobChange::Pause | JobChange::Resume => {
                    Err(crate::providers::unsupported(self, change.operation()))
                }
            }
        })
    }

    fn took_effect(&self, change: JobChange, job: &Job) -> bool {
        let is_cancelled =
            job.status == Status::Cancelled || job.provider.status == "cancel_requested";
        change == JobChange::Cancel && is_cancelled
    }

    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            let options = super::DeleteJobOptions::new();
            self.for_call(call).delete_job(id, options).await?;
            Ok(())
        })
    }

    fn events<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Event>> {
        Box::pin(async move {
            let log = self.for_call(call).list_job_events(job).await?;
            let mut warnings = Vec::new();
            let events = decoded(call.account(), log.into_inner().data, &mut warnings);
            let events = events_in_log(job, events).rev();
            let events = events.map(|event| event.unify(&call.context));
            let events = mapped(call.account(), events, &mut warnings);
            let page = Page::new(events).warnings(warnings);
            page.rest(query, |event| &event.id)
        })
    }

    fn checkpoints<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Checkpoint>> {
        Box::pin(async move {
            let list = self.for_call(call).list_job_checkpoints(job).await?;
            let mut warnings = Vec::new();
            let list = decoded(call.account(), list.into_inner().data, &mut warnings);
            let list = list.into_iter().map(|checkpoint| {
                let checkpoint = JobCheckpoint { job, checkpoint };
                checkpoint.unify(&call.context)
            });
            let mut list = mapped(call.account(), list, &mut warnings);
            tell_apart(&mut list);
            list.sort_by_key(|checkpoint| (Reverse(checkpoint.step_number), checkpoint.id.clone()));
            let page = Page::new(list).warnings(warnings);
            page.rest(query, |checkpoint| &checkpoint.id)
        })
    }

    fn metrics<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Vec<MetricPoint>> {
        Box::pin(async move {
            let options = super::ListJobMetricsOptions::new();
            let metrics = self.for_call(call).list_job_metrics(job, options).await?;
            Ok(metrics.into_inner().unify(&call.context)?)
        })
    }

    fn restarts_jobs(&self) -> bool {
        true
    }

    fn successor<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Option<String>> {
        Box::pin(async move {
            let log = self.for_call(call).list_job_events(job).await?.into_inner();
            Ok(successor(job, log.data.ok()))
        })
    }

    fn limits<'a>(&'a self, call: &'a Call, model: &'a str) -> Reply<'a, ModelLimits> {
        Box::pin(async move {
            let limits = self.for_call(call).retrieve_model_limits(model).await?;
            Ok(limits.into_inner().unify(&call.context)?)
        })
    }

    fn models<'a>(&'a self, call: &'a Call) -> Reply<'a, Vec<String>> {
        Box::pin(async move {
            let models = self.for_call(call).list_supported_models().await?;
            Ok(models.into_inner().models)
        })
    }

    fn download_model<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        step: Option<i64>,
    ) -> Reply<'a, Download> {
        Box::pin(async move {
            let mut options = super::DownloadModelOptions::new();
            options.checkpoint_step = step;
            self.for_call(call).download_model(job, options).await
        })
    }

    fn download_tokenized_dataset<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
    ) -> Reply<'a, Download> {
        Box::pin(async move { self.for_call(call).download_tokenized_dataset(job).await })
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
    /// The vendor has no pages.
    fn list<'a>(&'a self, call: &'a Call, _: &'a PageQuery) -> Reply<'a, Page<File>> {
        Box::pin(async move {
            let list = self.for_call(call).list_files().await?.into_inner();
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
            if upload.expires.is_some() {
                let message = format!("{TITLE} keeps files until they are deleted");
                return Err(Error::new(ErrorKind::InvalidRequest, message)
                    .with_vendor_param("expires_after[seconds]")
                    .with_vendor_code("unsupported_value"));
            }
            let purpose = types::FilePurpose::from(upload.purpose);
            // The suffix gives the type of the file.
            let suffix = upload.content.name().rsplit_once('.');
            let kind = suffix.map(|(_, suffix)| types::FileType::from(suffix.to_owned()));
            let client = self.for_call(call);
            let file = client.upload_file(upload.content, purpose, kind).await?;
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
