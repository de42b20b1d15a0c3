//! TrueFoundry's implementation of [`Backend`].

use std::sync::Arc;

use super::{Client, DATASET_RULES, TITLE, UploadFileOptions, types};
use crate::providers::{
    Backend, Call, DatasetRules, FileUpload, Files, IdKind, JobOrder, Operation, Page, PageQuery,
    Prepared, Recognition, Reply, Support, items_of_answer, job_of_answer, job_page, log_page,
};
use crate::transport::{CallOptions, Clock, Download};
use crate::unify::truefoundry::VENDOR;
use crate::unify::{CreateRequest, File, Job, OnUnsupported, Unify, Vendor};
use crate::{Error, ErrorKind};

static VENDOR_NAME: Vendor = VENDOR;

/// The largest page.
const MAX_PAGE: usize = 100;

/// Creates the options of an operation, with the headers of the call's labels.
/// The label with an account's name is for the gateway that received it, not
/// for the one behind it.
macro_rules! labelled {
    ($options:expr, $call:expr) => {{
        let label = |name| CallOptions::get_label(&$call.options, name).map(str::to_owned);
        let mut options = $options;
        options.x_tfy_metadata = label("x-tfy-metadata");
        options.x_tfy_vertex_storage_bucket_name = label("x-tfy-vertex-storage-bucket-name");
        options.x_tfy_provider_model = label("x-tfy-provider-model");
        options.x_tfy_file_purpose = label("x-tfy-file-purpose");
        options
    }};
}

impl Client {
    fn for_call(&self, call: &Call) -> Self {
        self.with_options(&call.options)
    }
}

/// Returns whether the vendor supports an operation: the table.
pub(super) fn support(operation: Operation) -> Support {
    match operation {
        Operation::Create
        | Operation::List
        | Operation::Retrieve
        | Operation::ListFiles
        | Operation::RetrieveFile
        | Operation::UploadFile
        | Operation::DownloadFile
        | Operation::DeleteFile => Support::Native,
        Operation::Cancel
        | Operation::Pause
        | Operation::Resume
        | Operation::Delete
        | Operation::Events
        | Operation::Checkpoints
        | Operation::Metrics
        | Operation::EstimatePrice
        | Operation::Preview
        | Operation::Download
        | Operation::DownloadTokenizedDataset
        | Operation::ModelLimits
        | Operation::ListModels => Support::Unsupported(
            "the gateway does not have this operation: use the vendor behind it",
        ),
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

    /// Ids are those of the vendor behind the gateway, which serves no jobs of
    /// a vendor whose ids start with `ft-` alone.
    fn recognize(&self, id: &str, kind: IdKind) -> Recognition {
        match kind {
            IdKind::Job if id.starts_with("ft-") => Recognition::No,
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
            let limit = query.limit_within(MAX_PAGE);
            let mut options = labelled!(super::ListJobsOptions::new().limit(limit), call);
            options.after = query.position().map(str::to_owned);
            options.metadata.clone_from(&query.metadata);
            let page = self.for_call(call).list_jobs(options).await;
            let (jobs, has_more) = items_of_answer(page, |page| (page.data, page.has_more))?;
            Ok(job_page(call, jobs, has_more, |job| &job.id))
        })
    }

    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
        Box::pin(async move {
            let options = labelled!(super::RetrieveJobOptions::new(), call);
            job_of_answer(call, self.for_call(call).retrieve_job(id, options).await)
        })
    }

    /// Identity: the unified request is the gateway's own.
    fn prepare(&self, request: &CreateRequest, _: OnUnsupported) -> Result<Prepared, Error> {
        let request: types::CreateFineTuningJobRequest = request.clone().into();
        Ok(Prepared::new(request, Vec::new()))
    }

    fn create<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, Job> {
        Box::pin(async move {
            let request: &types::CreateFineTuningJobRequest = prepared.request()?;
            let options = labelled!(super::CreateJobOptions::new(), call);
            let job = self.for_call(call).create_job(request, options).await;
            job_of_answer(call, job)
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
    fn list<'a>(&'a self, call: &'a Call, _: &'a PageQuery) -> Reply<'a, Page<File>> {
        Box::pin(async move {
            let options = labelled!(super::ListFilesOptions::new(), call);
            let list = self.for_call(call).list_files(options).await?.into_inner();
            Ok(log_page(call, list.data, false, |file| &file.id))
        })
    }

    fn get<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, File> {
        Box::pin(async move {
            let options = labelled!(super::RetrieveFileOptions::new(), call);
            let file = self.for_call(call).retrieve_file(id, options).await?;
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
            let options = labelled!(UploadFileOptions::new(), call);
            let client = self.for_call(call);
            let file = client.upload_file(upload.content, upload.purpose, options);
            Ok(file.await?.into_inner().unify(&call.context)?)
        })
    }

    fn download<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Download> {
        Box::pin(async move {
            let options = labelled!(super::DownloadFileOptions::new(), call);
            self.for_call(call).download_file(id, options).await
        })
    }

    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            let options = labelled!(super::DeleteFileOptions::new(), call);
            self.for_call(call).delete_file(id, options).await?;
            Ok(())
        })
    }
}
