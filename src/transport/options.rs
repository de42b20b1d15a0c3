//! Settings of a client, and of single calls.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    Attempt, CallReport, Clock, Error, ErrorKind, MemoryBudget, Observer, Reservation, RetryPolicy,
    SystemClock, TraceSource, Transport,
};

/// The settings of a client's calls.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) timeout: Duration,
    pub(super) read_timeout: Duration,
    pub(super) transfer_timeout: Option<Duration>,
    pub(super) retry: RetryPolicy,
    /// The longest wait before a retry.
    pub(super) max_retry_wait: Duration,
    pub(super) max_body_bytes: usize,
    pub(super) memory: Option<MemoryBudget>,
    pub(super) idempotency_key: Option<String>,
    /// Whether a request that makes something may be sent again.
    pub(super) is_repeatable: bool,
    pub(super) headers: HeaderMap,
    /// Each is there once.
    pub(super) observers: Vec<Arc<dyn Observer>>,
    pub(super) trace: Option<Arc<dyn TraceSource>>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Settings {
    /// Checks what a request could not be sent with.
    pub(super) fn check(&self) -> Result<(), Error> {
        let key = self.idempotency_key.as_deref();
        match key.map(HeaderValue::from_str) {
            Some(Err(_)) => Err(Error::new(
                ErrorKind::InvalidRequest,
                "the idempotency key cannot be sent in a header: it has a line break or another \
                 control character",
            )),
            _ => Ok(()),
        }
    }

    /// Adds an observer beside those that are there.
    pub(super) fn add_observer(&mut self, observer: &Arc<dyn Observer>) {
        if !self
            .observers
            .iter()
            .any(|other| Arc::ptr_eq(other, observer))
        {
            self.observers.push(Arc::clone(observer));
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("timeout", &self.timeout)
            .field("read_timeout", &self.read_timeout)
            .field("transfer_timeout", &self.transfer_timeout)
            .field("retry", &self.retry)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("headers", &Names(&self.headers))
            .finish_non_exhaustive()
    }
}

/// Shows the names of headers: their values can be secrets.
struct Names<'h>(&'h HeaderMap);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            read_timeout: Duration::from_secs(30),
            transfer_timeout: None,
            retry: RetryPolicy::default(),
            max_retry_wait: Duration::MAX,
            max_body_bytes: 64 << 20,
            memory: None,
            idempotency_key: None,
            is_repeatable: false,
            headers: HeaderMap::new(),
            observers: Vec::new(),
            trace: None,
            clock: Arc::new(SystemClock),
        }
    }
}

/// Settings of single calls that differ from the client's.
///
/// ```
/// # async fn f(client: &unitune::together::Client) -> Result<(), unitune::Error> {
/// use std::time::Duration;
/// use unitune::transport::CallOptions;
///
/// let options = CallOptions::new().timeout(Duration::from_secs(300)).retries(5);
/// let jobs = client.with_options(&options).list_jobs().await?;
/// # let _ = jobs; Ok(()) }
/// ```
///
/// Its `Debug` text has the names of headers and labels, and not their values.
#[derive(Clone, Default)]
pub struct CallOptions {
    timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    transfer_timeout: Option<Duration>,
    retry: Option<RetryPolicy>,
    retries: Option<usize>,
    max_retry_wait: Option<Duration>,
    max_body_bytes: Option<usize>,
    memory: Option<MemoryBudget>,
    idempotency_key: Option<String>,
    is_repeatable: Option<bool>,
    headers: HeaderMap,
    labels: BTreeMap<String, String>,
    observer: Option<Arc<dyn Observer>>,
    trace: Option<Arc<dyn TraceSource>>,
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("read_timeout", &self.read_timeout)
            .field("transfer_timeout", &self.transfer_timeout)
            .field("retry", &self.retry)
            .field("retries", &self.retries)
            .field("max_retry_wait", &self.max_retry_wait)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("has_idempotency_key", &self.idempotency_key.is_some())
            .field("is_repeatable", &self.is_repeatable)
            .field("headers", &Names(&self.headers))
            .field("labels", &self.labels.keys())
            .finish_non_exhaustive()
    }
}

impl CallOptions {
    /// Creates options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the longest time that a call may take, with all its attempts.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the idle timeout: the longest time without a byte from the vendor.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = Some(timeout);
        self
    }

    /// Sets the longest time that the bytes of an upload or a download may
    /// take.
    #[must_use]
    pub fn transfer_timeout(mut self, timeout: Duration) -> Self {
        self.transfer_timeout = Some(timeout);
        self
    }

    /// Sets how many times a call is retried; 0 is never.
    #[must_use]
    pub fn retries(mut self, times: usize) -> Self {
        self.retries = Some(times);
        self
    }

    /// Sets how many times a call is retried, and the waits before the retries.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets the longest wait before a retry. Where the vendor asks for a longer one
    /// by `retry-after`, the call ends with what it answered: for somebody who can
    /// come back later. By default only the timeout limits it.
    #[must_use]
    pub fn max_retry_wait(mut self, wait: Duration) -> Self {
        self.max_retry_wait = Some(wait);
        self
    }

    /// Sets the largest response that is read into memory, in bytes.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = Some(bytes);
        self
    }

    /// Sets how much memory this and all other answers with the same budget may
    /// take while they are read; not bounded unless set.
    #[must_use]
    pub fn memory_budget(mut self, budget: MemoryBudget) -> Self {
        self.memory = Some(budget);
        self
    }

    /// Returns the budget of memory, if there is one.
    pub fn get_memory_budget(&self) -> Option<&MemoryBudget> {
        self.memory.as_ref()
    }

    /// Sets the header `idempotency-key`. It promises that the service
    /// recognises a repeated request by it: a `POST` that creates something is
    /// then retried like any other call. None of the vendors here supports
    /// this, so set it only for a service that does. It goes with every request
    /// but a `GET`, so use it for one: upload the files of a job beforehand. A
    /// call with a key that cannot be a header's value is an
    /// [`ErrorKind::InvalidRequest`].
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Returns the idempotency key, if one was set here.
    pub fn get_idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// Sets whether a `POST` that makes something is tried again like any other
    /// call: where the request itself says under which id, a second arrival is
    /// rejected. Nothing is sent about it.
    #[must_use]
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.is_repeatable = Some(repeatable);
        self
    }

    /// Sets a header. Those of the client, such as its key's, stay as they are.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets a label of the call: a value for backends that pass such labels on,
    /// under a header's name in lower case. Other backends ignore it.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Returns a label's value.
    pub fn get_label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }

    /// Returns the observer, if one is set.
    pub fn get_observer(&self) -> Option<&Arc<dyn Observer>> {
        self.observer.as_ref()
    }

    /// Returns the longest time that a call may take, if it is set here.
    pub fn get_timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Sets where the trace context of the calls comes from: a
    /// [`TraceContext`](super::TraceContext), or the current `tracing` span. The
    /// vendor receives it as `traceparent` and `tracestate`; by default, it
    /// receives neither.
    #[must_use]
    pub fn trace(mut self, source: impl TraceSource + 'static) -> Self {
        self.trace = Some(Arc::new(source));
        self
    }

    /// Returns these options with those of `other`, which take precedence; of
    /// observers, both receive reports.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        self.timeout = other.timeout.or(self.timeout);
        self.read_timeout = other.read_timeout.or(self.read_timeout);
        self.transfer_timeout = other.transfer_timeout.or(self.transfer_timeout);
        if other.retry.is_some() {
            // A whole policy replaces a number that was set before it.
            self.retry.clone_from(&other.retry);
            self.retries = None;
        }
        self.retries = other.retries.or(self.retries);
        self.max_retry_wait = other.max_retry_wait.or(self.max_retry_wait);
        self.max_body_bytes = other.max_body_bytes.or(self.max_body_bytes);
        if other.memory.is_some() {
            self.memory.clone_from(&other.memory);
        }
        if other.idempotency_key.is_some() {
            self.idempotency_key.clone_from(&other.idempotency_key);
        }
        self.is_repeatable = other.is_repeatable.or(self.is_repeatable);
        self.headers.extend(other.headers.clone());
        self.labels.extend(other.labels.clone());
        self.observer = match (self.observer, other.observer.clone()) {
            (Some(first), Some(second)) => Some(Arc::new(Both(first, second))),
            (first, second) => second.or(first),
        };
        if other.trace.is_some() {
            self.trace.clone_from(&other.trace);
        }
        self
    }

    /// Sets an observer, which receives a report of every request and of every
    /// call; the client's own does so too.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    fn over(&self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        if let Some(timeout) = self.timeout {
            settings.timeout = timeout;
        }
        if let Some(timeout) = self.read_timeout {
            settings.read_timeout = timeout;
        }
        settings.transfer_timeout = self.transfer_timeout.or(settings.transfer_timeout);
        if let Some(policy) = &self.retry {
            settings.retry = policy.clone();
        }
        if let Some(times) = self.retries {
            settings.retry.retries = times;
        }
        if let Some(wait) = self.max_retry_wait {
            settings.max_retry_wait = wait;
        }
        if let Some(bytes) = self.max_body_bytes {
            settings.max_body_bytes = bytes;
        }
        if let Some(budget) = &self.memory {
            settings.memory = Some(budget.clone());
        }
        if self.idempotency_key.is_some() {
            settings.idempotency_key.clone_from(&self.idempotency_key);
        }
        settings.is_repeatable = self.is_repeatable.unwrap_or(settings.is_repeatable);
        settings.headers.extend(self.headers.clone());
        if let Some(observer) = &self.observer {
            settings.add_observer(observer);
        }
        if let Some(source) = &self.trace {
            settings.trace = Some(Arc::clone(source));
        }
        settings
    }
}

/// Two observers as one.
#[derive(Debug)]
struct Both(Arc<dyn Observer>, Arc<dyn Observer>);

impl Observer for Both {
    fn attempt(&self, attempt: &Attempt<'_>) {
        self.0.attempt(attempt);
        self.1.attempt(attempt);
    }

    fn call(&self, call: &CallReport<'_>) {
        self.0.call(call);
        self.1.call(call);
    }
}

impl Transport {
    /// Returns the same transport with other settings for its calls.
    #[must_use]
    pub fn with_options(&self, options: &CallOptions) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            settings: Arc::new(options.over(&self.settings)),
        }
    }

    /// Creates a reservation for a response, of the budget if there is one.
    pub(crate) fn reservation(&self) -> Reservation {
        Reservation::of(self.settings.memory.as_ref())
    }

    /// Returns the largest response that is read into memory, in bytes.
    #[allow(dead_code)]
    pub(crate) fn max_body_bytes(&self) -> usize {
        self.settings.max_body_bytes
    }

    /// Returns the client's clock.
    #[allow(dead_code)]
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.settings.clock
    }
}
