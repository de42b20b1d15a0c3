//! One account: a name, and the backend of its vendor. All calls of a backend
//! are made here: they are counted, limited and labelled with the account.

mod operations;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::backend::{IdKind, JobOrder, Recognition, unsupported};
use super::model_shutdowns::KnownShutdowns;
use super::unusable::Problem;
use super::{Backend, Call, DatasetRules, JobChange, Operation, Page, Reply, Support};
use crate::transport::{CallOptions, CallReport, Clock};
use crate::unify::{Checkpoint, Context, Event, File, Job, ModelShutdowns, Vendor};
use crate::{Error, ErrorKind};

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
    problem: Option<Problem>,
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
            problem: None,
        }
    }

    /// Rejects what cannot be an account's name: it stands before a model
    /// (`account/model`), in a header of the gateway, and on command lines.
    ///
    /// ```
    /// use unitune::providers::Account;
    ///
    /// assert!(Account::check_name("research-2").is_ok());
    /// assert!(Account::check_name("my account").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Of kind [`Config`](crate::ErrorKind::Config): the name has other characters
    /// than letters and digits of ASCII and `. _ - @ +`, or does not begin with a
    /// letter or a digit.
    pub fn check_name(name: &str) -> Result<(), Error> {
        let is_plain = |c: char| c.is_ascii_alphanumeric();
        let is_valid = |c: char| is_plain(c) || matches!(c, '.' | '_' | '-' | '@' | '+');
        let complaint = if name.trim().is_empty() {
            "the name of an account is empty".to_owned()
        } else if !name.chars().all(is_valid) || !name.starts_with(is_plain) {
            format!(
                "the name {name:?} cannot be an account's: it may have letters and digits of \
                 ASCII and . _ - @ +, and begins with a letter or a digit"
            )
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::Config, complaint))
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

    pub(super) fn unusable(mut self, problem: Problem) -> Self {
        self.problem = Some(problem);
        self
    }

    /// Rejects an account whose settings cannot be used, which a
    /// [`ConfigReader`](super::ConfigReader) may keep beside the others.
    ///
    /// # Errors
    ///
    /// Of kind [`Config`](crate::ErrorKind::Config): what is wrong, and where.
    pub fn ensure_usable(&self) -> Result<(), Error> {
        match &self.problem {
            None => Ok(()),
            Some(problem) => Err(problem.error()),
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
    fn with_name<T: OfAccount>(&self, mut item: T) -> T {
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
