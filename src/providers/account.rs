//! One account: a name, and the backend of its vendor. All calls of a backend
//! are made here: they are counted, limited and labelled with the account.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::backend::{IdKind, JobOrder, Recognition, unsupported};
use super::page::{PageWalk, collect};
use super::shutdowns::KnownShutdowns;
use super::{
    Backend, Call, DatasetRules, FileUpload, Files, ImportState, JobChange, Listing, Operation,
    Page, PageQuery, Prepared, Reply, Support, Warning,
};
use crate::Error;
use crate::transport::{CallOptions, CallReport, Clock, Download};
use crate::unify::{
    Checkpoint, Context, CreateRequest, DatasetPreview, Event, File, Job, MetricPoint, ModelLimits,
    ModelShutdowns, OnUnsupported, PriceEstimate, Vendor,
};

/// A key at a vendor, under a name. Cheap to clone.
#[derive(Clone)]
pub struct Account {
    name: Arc<str>,
    organization: Option<Arc<str>>,
    backend: Arc<dyn Backend>,
    options: Arc<CallOptions>,
    notes: bool,
    permits: Option<Arc<Semaphore>>,
    shutdowns: KnownShutdowns,
}

impl Account {
    /// Creates an account with a backend, of this crate or of your own.
    pub fn with_backend(name: impl Into<String>, backend: impl Backend) -> Self {
        Self {
            name: name.into().into(),
            organization: None,
            backend: Arc::new(backend),
            options: Arc::default(),
            notes: true,
            permits: None,
            shutdowns: KnownShutdowns::default(),
        }
    }

    /// Sets the label that is used as `organization_id` for vendors that do not
    /// return an organisation.
    #[must_use]
    pub fn organization(mut self, label: impl Into<String>) -> Self {
        self.organization = Some(label.into().into());
        self
    }

    /// Sets how many calls may be in flight at the same time, including those
    /// of this account's clones; further ones wait. By default there is no
    /// limit.
    #[must_use]
    pub fn max_calls(mut self, calls: usize) -> Self {
        let calls = calls.clamp(1, Semaphore::MAX_PERMITS);
        self.permits = Some(Arc::new(Semaphore::new(calls)));
        self
    }

    /// Returns true if the number of calls is limited.
    pub fn has_max_calls(&self) -> bool {
        self.permits.is_some()
    }

    /// Sets whether single jobs have notes on their fields; by default they do.
    #[must_use]
    pub fn notes(mut self, notes: bool) -> Self {
        self.notes = notes;
        self
    }

    /// Returns the account's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the account's vendor.
    pub fn vendor(&self) -> &Vendor {
        self.backend.vendor()
    }

    /// Returns the account's backend.
    pub fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    /// Returns the vendor's own client, if it has this type.
    ///
    /// ```
    /// # fn f(account: &unitune::providers::Account) {
    /// if let Some(client) = account.client::<unitune::truefoundry::Client>() {
    ///     println!("{}", client.transport().base_url());
    /// }
    /// # }
    /// ```
    pub fn client<C: Any>(&self) -> Option<&C> {
        let mut backend = &*self.backend;
        loop {
            let any: &dyn Any = backend;
            if let Some(client) = any.downcast_ref() {
                return Some(client);
            }
            // A backend that was shared already when it was given.
            backend = &**any.downcast_ref::<Arc<dyn Backend>>()?;
        }
    }

    /// Returns the same account with another backend.
    #[must_use]
    pub fn replace_backend(&self, backend: impl Backend) -> Self {
        Self {
            backend: Arc::new(backend),
            shutdowns: KnownShutdowns::default(),
            ..self.clone()
        }
    }

    /// Returns the same account with other settings for its calls.
    #[must_use]
    pub fn with_options(&self, options: &CallOptions) -> Self {
        Self {
            options: Arc::new(CallOptions::clone(&self.options).merge(options)),
            ..self.clone()
        }
    }

    /// Returns the label that is used where the vendor returns no organisation.
    pub fn organization_label(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// Returns the context of conversions for this account.
    pub fn context(&self) -> Context {
        let mut context = Context::new(&*self.name);
        context.organization = self.organization.as_deref().map(str::to_owned);
        context.notes = self.notes;
        context
    }

    /// Returns whether the account's vendor supports an operation.
    pub fn support(&self, operation: Operation) -> Support {
        self.backend.support(operation)
    }

    /// Returns true if a job is paused: it goes on only when it is resumed.
    pub fn is_paused(&self, job: &Job) -> bool {
        !job.status.is_terminal() && self.backend.took_effect(JobChange::Pause, job)
    }

    /// Rejects an operation that the vendor does not support, before anything
    /// is sent.
    ///
    /// # Errors
    ///
    /// Of kind [`Unsupported`](crate::ErrorKind::Unsupported), with what to do
    /// instead.
    pub fn check(&self, operation: Operation) -> Result<(), Error> {
        if self.support(operation).is_supported() {
            return Ok(());
        }
        Err(unsupported(&*self.backend, operation).at_account(&self.name))
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        self.backend.clock()
    }

    pub(super) fn order(&self) -> JobOrder {
        self.backend.order()
    }

    pub(super) fn dataset_rules(&self) -> DatasetRules {
        self.backend.dataset_rules()
    }

    /// Returns whether an id can belong to this account, by its form alone.
    pub(super) fn recognize(&self, id: &str, kind: IdKind) -> Recognition {
        self.backend.recognize(id, kind)
    }

    /// Returns the cursor after a job, if the vendor can continue after any
    /// job.
    pub(super) fn cursor_after(&self, job: &str) -> Option<String> {
        self.backend.cursor_after(job)
    }

    pub(super) fn known_shutdowns(&self) -> &KnownShutdowns {
        &self.shutdowns
    }

    /// Returns which models stop working when. It belongs to the list of jobs, and
    /// its name is for reports only.
    pub(super) async fn shutdowns(&self) -> Result<ModelShutdowns, Error> {
        let call = self.call();
        self.run_as("listModels", || self.backend.shutdowns(&call))
            .await
    }

    fn call(&self) -> Call {
        Call::new(Arc::clone(&self.options), self.context())
    }

    /// Makes one call when a permit is free, and reports it. Dropping the
    /// future returns the permit and cancels the call.
    async fn run<'a, T>(
        &self,
        operation: Operation,
        send: impl FnOnce() -> Reply<'a, T>,
    ) -> Result<T, Error> {
        self.run_as(operation.id(), send).await
    }

    async fn run_as<'a, T>(
        &self,
        operation: &'static str,
        send: impl FnOnce() -> Reply<'a, T>,
    ) -> Result<T, Error> {
        let _permit = match &self.permits {
            // The semaphore is never closed.
            Some(permits) => permits.acquire().await.ok(),
            None => None,
        };
        let clock = self.clock();
        let start = clock.now();
        // The name of the vendor's client may be another one.
        let outcome = send().await.map_err(|error| error.at_account(&self.name));
        if let Some(observer) = self.options.get_observer() {
            observer.call(&CallReport {
                account: &self.name,
                operation,
                error: outcome.as_ref().err(),
                took: clock.now().duration_since(start),
            });
        }
        outcome
    }

    /// Sets the account's name in an item of a response: lists are merged and
    /// continued by it.
    fn own<T: OfAccount>(&self, mut item: T) -> T {
        self.put_name(&mut item);
        item
    }

    fn put_name(&self, item: &mut impl OfAccount) {
        let account = item.account();
        if **account != *self.name {
            *account = self.name.to_string();
        }
    }

    fn own_page<T: OfAccount>(&self, mut page: Page<T>) -> Page<T> {
        for item in &mut page.items {
            self.put_name(item);
        }
        page
    }

    /// Makes one call of an operation that not every vendor supports.
    async fn run_checked<'a, T>(
        &self,
        operation: Operation,
        send: impl FnOnce() -> Reply<'a, T>,
    ) -> Result<T, Error> {
        self.check(operation)?;
        self.run(operation, send).await
    }

    pub(super) async fn page(&self, query: &PageQuery, notes: bool) -> Result<Page<Job>, Error> {
        let mut call = self.call();
        call.context.notes &= notes;
        let memory = call.keep_memory();
        let mut page = self
            .run(Operation::List, || self.backend.list(&call, query))
            .await?;
        page.memory = memory;
        Ok(self.own_page(page))
    }

    pub(super) async fn job(&self, id: &str) -> Result<Job, Error> {
        let call = self.call();
        let job = self
            .run(Operation::Retrieve, || self.backend.job(&call, id))
            .await?;
        Ok(self.own(job))
    }

    pub(super) async fn change(&self, id: &str, change: JobChange) -> Result<Job, Error> {
        let call = self.call();
        let send = || self.backend.change(&call, id, change);
        let job = self.run_checked(change.operation(), send).await?;
        Ok(self.own(job))
    }

    pub(super) fn took_effect(&self, change: JobChange, job: &Job) -> bool {
        self.backend.took_effect(change, job)
    }

    pub(super) async fn delete(&self, id: &str) -> Result<(), Error> {
        let call = self.call();
        let send = || self.backend.delete(&call, id);
        self.run_checked(Operation::Delete, send).await
    }

    pub(super) fn prepare(
        &self,
        request: &CreateRequest,
        on: OnUnsupported,
    ) -> Result<Prepared, Error> {
        self.check(Operation::Create)?;
        let prepared = self.backend.prepare(request, on);
        prepared.map_err(|error| error.at_account(&self.name))
    }

    pub(super) async fn create(&self, prepared: &Prepared) -> Result<Job, Error> {
        let call = self.call();
        let send = || self.backend.create(&call, prepared);
        let job = self.run_checked(Operation::Create, send).await?;
        Ok(self.own(job))
    }

    pub(super) async fn estimate(&self, prepared: &Prepared) -> Result<PriceEstimate, Error> {
        let call = self.call();
        let send = || self.backend.estimate(&call, prepared);
        self.run_checked(Operation::EstimatePrice, send).await
    }

    pub(super) async fn preview(
        &self,
        prepared: &Prepared,
        examples: Option<usize>,
    ) -> Result<DatasetPreview, Error> {
        let call = self.call();
        let send = || self.backend.preview(&call, prepared, examples);
        self.run_checked(Operation::Preview, send).await
    }

    pub(super) async fn events(
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
    pub(super) async fn events_page(
        &self,
        job: &str,
        query: &PageQuery,
    ) -> Result<Page<Event>, Error> {
        let call = self.call();
        let send = || self.backend.events(&call, job, query);
        let page = self.run_checked(Operation::Events, send).await?;
        Ok(self.own_page(page))
    }

    pub(super) async fn checkpoints(
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

    pub(super) async fn metrics(&self, job: &str) -> Result<Vec<MetricPoint>, Error> {
        let call = self.call();
        let send = || self.backend.metrics(&call, job);
        self.run_checked(Operation::Metrics, send).await
    }

    /// Finds the job that a failed job was restarted as, if the vendor names it.
    pub(super) async fn successor(&self, job: &str) -> Result<Option<String>, Error> {
        if !self.restarts_jobs() {
            return Ok(None);
        }
        let call = self.call();
        self.run(Operation::Events, || self.backend.successor(&call, job))
            .await
    }

    pub(super) fn restarts_jobs(&self) -> bool {
        self.backend.restarts_jobs()
    }

    pub(super) async fn limits(&self, model: &str) -> Result<ModelLimits, Error> {
        let call = self.call();
        let send = || self.backend.limits(&call, model);
        self.run_checked(Operation::ModelLimits, send).await
    }

    pub(super) async fn models(&self) -> Result<Vec<String>, Error> {
        let call = self.call();
        let ask = || self.backend.models(&call);
        self.run_checked(Operation::ListModels, ask).await
    }

    pub(super) async fn download_model(
        &self,
        job: &str,
        step: Option<i64>,
    ) -> Result<Download, Error> {
        let call = self.call();
        let send = || self.backend.download_model(&call, job, step);
        self.run_checked(Operation::Download, send).await
    }

    pub(super) async fn download_tokenized_dataset(&self, job: &str) -> Result<Download, Error> {
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
    pub(super) async fn list_files(&self) -> Result<(Vec<File>, Vec<Warning>), Error> {
        let files = self.files(Operation::ListFiles)?;
        let mut call = self.call();
        // All pages are held together.
        let _memory = call.keep_memory();
        let (mut all, mut warnings) = (Vec::new(), Vec::new());
        let (mut query, mut walk) = (PageQuery::new(), PageWalk::default());
        loop {
            let page = self
                .run(Operation::ListFiles, || files.list(&call, &query))
                .await?;
            let came = page.items.len();
            all.extend(page.items.into_iter().map(|file| self.own(file)));
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

    pub(super) async fn file(&self, id: &str) -> Result<File, Error> {
        let files = self.files(Operation::RetrieveFile)?;
        let call = self.call();
        let file = self
            .run(Operation::RetrieveFile, || files.get(&call, id))
            .await?;
        Ok(self.own(file))
    }

    /// Returns what tells how far the import of a file is, for a vendor that
    /// imports files.
    pub(super) fn import_state(&self) -> Option<fn(&File) -> ImportState> {
        self.backend.files()?.import_state()
    }

    pub(super) async fn upload(&self, upload: FileUpload) -> Result<File, Error> {
        let files = self.files(Operation::UploadFile)?;
        let call = self.call();
        let file = self
            .run(Operation::UploadFile, || files.upload(&call, upload))
            .await?;
        Ok(self.own(file))
    }

    pub(super) async fn download_file(&self, id: &str) -> Result<Download, Error> {
        let files = self.files(Operation::DownloadFile)?;
        let call = self.call();
        self.run(Operation::DownloadFile, || files.download(&call, id))
            .await
    }

    pub(super) async fn delete_file(&self, id: &str) -> Result<(), Error> {
        let files = self.files(Operation::DeleteFile)?;
        let call = self.call();
        self.run(Operation::DeleteFile, || files.delete(&call, id))
            .await
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

/// An item that names its account.
trait OfAccount {
    fn account(&mut self) -> &mut String;
}

macro_rules! of_account {
    ($($kind:ty),*) => {$(
        impl OfAccount for $kind {
            fn account(&mut self) -> &mut String {
                &mut self.provider.account
            }
        }
    )*};
}

of_account!(Job, Event, Checkpoint, File);
