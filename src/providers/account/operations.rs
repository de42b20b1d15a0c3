//! The operations of one account, each of which calls its backend.

use super::Account;
use crate::Error;
use crate::providers::backend::unsupported;
use crate::providers::page::{PageWalk, collect};
use crate::providers::{
    FileUpload, Files, ImportState, JobChange, Listing, Operation, Page, PageQuery, Prepared,
    Warning,
};
use crate::transport::Download;
use crate::unify::{
    Checkpoint, CreateRequest, DatasetPreview, Event, File, Job, MetricPoint, ModelLimits,
    OnUnsupported, PriceEstimate,
};

impl Account {
    pub(in crate::providers) async fn page(
        &self,
        query: &PageQuery,
        notes: bool,
    ) -> Result<Page<Job>, Error> {
        let mut call = self.call();
        call.context.notes &= notes;
        let memory = call.keep_memory();
        let mut page = self
            .run(Operation::List, || self.backend.list(&call, query))
            .await?;
        page.memory = memory;
        Ok(self.own_page(page))
    }

    pub(in crate::providers) async fn job(&self, id: &str) -> Result<Job, Error> {
        let call = self.call();
        let job = self
            .run(Operation::Retrieve, || self.backend.job(&call, id))
            .await?;
        Ok(self.with_name(job))
    }

    pub(in crate::providers) async fn change(
        &self,
        id: &str,
        change: JobChange,
    ) -> Result<Job, Error> {
        let call = self.call();
        let send = || self.backend.change(&call, id, change);
        let job = self.run_checked(change.operation(), send).await?;
        Ok(self.with_name(job))
    }

    pub(in crate::providers) fn took_effect(&self, change: JobChange, job: &Job) -> bool {
        self.backend.took_effect(change, job)
    }

    pub(in crate::providers) async fn delete(&self, id: &str) -> Result<(), Error> {
        let call = self.call();
        let send = || self.backend.delete(&call, id);
        self.run_checked(Operation::Delete, send).await
    }

    pub(in crate::providers) fn prepare(
        &self,
        request: &CreateRequest,
        on: OnUnsupported,
    ) -> Result<Prepared, Error> {
        self.ensure_usable()?;
        self.check(Operation::Create)?;
        let prepared = self.backend.prepare(request, on);
        prepared.map_err(|error| error.at_account(&self.name))
    }

    pub(in crate::providers) async fn create(&self, prepared: &Prepared) -> Result<Job, Error> {
        let call = self.call();
        let send = || self.backend.create(&call, prepared);
        let job = self.run_checked(Operation::Create, send).await?;
        Ok(self.with_name(job))
    }

    pub(in crate::providers) async fn estimate(
        &self,
        prepared: &Prepared,
    ) -> Result<PriceEstimate, Error> {
        let call = self.call();
        let send = || self.backend.estimate(&call, prepared);
        self.run_checked(Operation::EstimatePrice, send).await
    }

    pub(in crate::providers) async fn preview(
        &self,
        prepared: &Prepared,
        examples: Option<usize>,
    ) -> Result<DatasetPreview, Error> {
        let call = self.call();
        let send = || self.backend.preview(&call, prepared, examples);
        self.run_checked(Operation::Preview, send).await
    }

    pub(in crate::providers) async fn events(
        &self,
        job: &str,
        query: &PageQuery,
    ) -> Result<Listing<Event>, Error> {
        collect(query, &self.name, |page| {
            Box::pin(async move { self.events_page(job, &page).await })
        })
        .await
    }

    /// Fetches one page of a job's log, of the size that the vendor chooses.
    pub(in crate::providers) async fn events_page(
        &self,
        job: &str,
        query: &PageQuery,
    ) -> Result<Page<Event>, Error> {
        let call = self.call();
        let send = || self.backend.events(&call, job, query);
        let page = self.run_checked(Operation::Events, send).await?;
        Ok(self.own_page(page))
    }

    pub(in crate::providers) async fn checkpoints(
        &self,
        job: &str,
        query: &PageQuery,
    ) -> Result<Listing<Checkpoint>, Error> {
        let call = self.call();
        collect(query, &self.name, |page| {
            let call = &call;
            Box::pin(async move {
                let send = || self.backend.checkpoints(call, job, &page);
                let page = self.run_checked(Operation::Checkpoints, send).await?;
                Ok(self.own_page(page))
            })
        })
        .await
    }

    pub(in crate::providers) async fn metrics(&self, job: &str) -> Result<Vec<MetricPoint>, Error> {
        let call = self.call();
        let send = || self.backend.metrics(&call, job);
        self.run_checked(Operation::Metrics, send).await
    }

    /// Finds the job that a failed job was restarted as, if the vendor names it.
    pub(in crate::providers) async fn successor(&self, job: &str) -> Result<Option<String>, Error> {
        if !self.restarts_jobs() {
            return Ok(None);
        }
        let call = self.call();
        self.run(Operation::Events, || self.backend.successor(&call, job))
            .await
    }

    pub(in crate::providers) fn restarts_jobs(&self) -> bool {
        self.backend.restarts_jobs()
    }

    pub(in crate::providers) async fn limits(&self, model: &str) -> Result<ModelLimits, Error> {
        let call = self.call();
        let send = || self.backend.limits(&call, model);
        self.run_checked(Operation::ModelLimits, send).await
    }

    pub(in crate::providers) async fn models(&self) -> Result<Vec<String>, Error> {
        let call = self.call();
        let ask = || self.backend.models(&call);
        self.run_checked(Operation::ListModels, ask).await
    }

    pub(in crate::providers) async fn download_model(
        &self,
        job: &str,
        step: Option<i64>,
    ) -> Result<Download, Error> {
        let call = self.call();
        let send = || self.backend.download_model(&call, job, step);
        self.run_checked(Operation::Download, send).await
    }

    pub(in crate::providers) async fn download_tokenized_dataset(
        &self,
        job: &str,
    ) -> Result<Download, Error> {
        let call = self.call();
        let send = || self.backend.download_tokenized_dataset(&call, job);
        self.run_checked(Operation::DownloadTokenizedDataset, send)
            .await
    }

    /// Returns the operations on files, if the vendor supports this one.
    fn files(&self, operation: Operation) -> Result<&dyn Files, Error> {
        self.check(operation)?;
        let files = self.backend.files();
        files.ok_or_else(|| unsupported(&*self.backend, operation).at_account(&self.name))
    }

    /// Lists all files.
    pub(in crate::providers) async fn list_files(
        &self,
    ) -> Result<(Vec<File>, Vec<Warning>), Error> {
        let files = self.files(Operation::ListFiles)?;
        let mut call = self.call();
        // All pages are held together.
        let _memory = call.keep_memory();
        let (mut all, mut warnings) = (Vec::new(), Vec::new());
        let (mut query, mut walk) = (PageQuery::new(), PageWalk::default());
        loop {
            let mut page = self
                .run(Operation::ListFiles, || files.list(&call, &query))
                .await?;
            walk.drop_repeated(&mut page.items);
            let came = page.items.len();
            all.extend(page.items.into_iter().map(|file| self.with_name(file)));
            warnings.extend(page.warnings);
            match page.next {
                Some(next) if walk.goes_on(&next, came) => query.cursor = Some(next),
                Some(_) => {
                    warnings.push(Warning::repeated_page(&self.name));
                    return Ok((all, warnings));
                }
                None => return Ok((all, warnings)),
            }
        }
    }

    pub(in crate::providers) async fn file(&self, id: &str) -> Result<File, Error> {
        let files = self.files(Operation::RetrieveFile)?;
        let call = self.call();
        let file = self
            .run(Operation::RetrieveFile, || files.get(&call, id))
            .await?;
        Ok(self.with_name(file))
    }

    /// Returns what tells how far the import of a file is, for a vendor that
    /// imports files.
    pub(in crate::providers) fn import_state(&self) -> Option<fn(&File) -> ImportState> {
        self.backend.files()?.import_state()
    }

    pub(in crate::providers) async fn upload(&self, upload: FileUpload) -> Result<File, Error> {
        let files = self.files(Operation::UploadFile)?;
        let call = self.call();
        let file = self
            .run(Operation::UploadFile, || files.upload(&call, upload))
            .await?;
        Ok(self.with_name(file))
    }

    pub(in crate::providers) async fn download_file(&self, id: &str) -> Result<Download, Error> {
        let files = self.files(Operation::DownloadFile)?;
        let call = self.call();
        self.run(Operation::DownloadFile, || files.download(&call, id))
            .await
    }

    pub(in crate::providers) async fn delete_file(&self, id: &str) -> Result<(), Error> {
        let files = self.files(Operation::DeleteFile)?;
        let call = self.call();
        self.run(Operation::DeleteFile, || files.delete(&call, id))
            .await
    }
}
