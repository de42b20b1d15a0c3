//! The interface between an account and its vendor: a trait of primitives.
//! Retries across pages, merging, checks and watching are done by
//! [`Providers`](super::Providers), once for all vendors.

mod forward;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{
    Call, DatasetRules, FileUpload, JobChange, Operation, Page, PageQuery, Prepared, Reply,
    Support, collect,
};
use crate::transport::{Clock, Download, SystemClock};
use crate::unify::{
    Checkpoint, CreateRequest, DatasetPreview, Event, File, Job, MetricPoint, ModelLimits,
    ModelShutdowns, OnUnsupported, PriceEstimate, Status, Vendor,
};
use crate::{Error, ErrorKind};

/// The implementation of a vendor: operations of one account, in unified types.
///
/// The clients of this crate implement it. For a vendor that this crate does not
/// support, implement it in a crate of your own, and pass the implementation to
/// [`Account::with_backend`](super::Account::with_backend). Three methods are
/// required: the vendor's name, a page of its jobs, and one job. To support other
/// operations, implement their methods and return them as supported from
/// [`support`](Self::support); the others are never called.
///
/// ```
/// use unitune::providers::{Account, Backend, Call, Page, PageQuery, Providers, Reply};
/// use unitune::unify::{Job, Provider, Status, Vendor};
/// use unitune::Error;
///
/// #[derive(Debug)]
/// struct Cluster;
///
/// static VENDOR: Vendor = Vendor::from_static("cluster");
///
/// impl Cluster {
///     fn all(&self, call: &Call) -> Vec<Job> {
///         let provider = Provider::new(call.account(), VENDOR.clone(), "TRAINING");
///         let mut job = Job::new("run-7", "our-model", Status::Running, provider);
///         job.created_at = Some(1_760_000_000);
///         vec![job]
///     }
/// }
///
/// impl Backend for Cluster {
///     fn vendor(&self) -> &Vendor {
///         &VENDOR
///     }
///
///     fn list<'a>(&'a self, call: &'a Call, _: &'a PageQuery) -> Reply<'a, Page<Job>> {
///         Box::pin(async move { Ok(Page::new(self.all(call))) })
///     }
///
///     fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job> {
///         Box::pin(async move {
///             let found = self.all(call).into_iter().find(|job| job.id == id);
///             found.ok_or_else(|| Error::not_found(format!("no run is called {id}")))
///         })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), unitune::Error> {
/// let mut providers = Providers::new();
/// providers.add(Account::with_backend("on-premises", Cluster))?;
/// let job = providers.retrieve("run-7").await?;
/// assert_eq!(job.status, Status::Running);
/// # Ok(()) }
/// ```
pub trait Backend: Any + fmt::Debug + Send + Sync {
    /// Returns the vendor's name.
    fn vendor(&self) -> &Vendor;

    /// Returns the vendor's name in messages; by default the same name.
    fn title(&self) -> &str {
        self.vendor().as_str()
    }

    /// Returns whether the vendor supports an operation. Listing and retrieving
    /// jobs are always supported.
    fn support(&self, operation: Operation) -> Support {
        match operation {
            Operation::List | Operation::Retrieve => Support::Native,
            _ => Support::Unsupported("use the vendor's own tools"),
        }
    }

    /// Returns whether an id can belong to this vendor, by its form alone.
    /// Accounts that return [`Recognition::Yes`] are called first, and those
    /// that return [`Recognition::No`] last.
    fn recognize(&self, _id: &str, _kind: IdKind) -> Recognition {
        Recognition::Maybe
    }

    /// Returns the order in which [`list`](Self::list) returns jobs.
    fn order(&self) -> JobOrder {
        JobOrder::Unordered
    }

    /// Returns the cursor of the page after a job, if the vendor can continue
    /// after any job.
    fn cursor_after(&self, _job: &str) -> Option<String> {
        None
    }

    /// Fetches a page of jobs. `query.cursor` is the cursor of the page before.
    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>>;

    /// Retrieves a job. An id that does not exist is an error for which
    /// [`Error::is_not_found`] is true.
    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job>;

    /// Translates a request to create a job into the vendor's terms, without
    /// sending anything.
    ///
    /// # Errors
    ///
    /// The vendor does not support a setting: see
    /// [`UnsupportedFields`](crate::unify::UnsupportedFields).
    fn prepare(&self, request: &CreateRequest, on: OnUnsupported) -> Result<Prepared, Error> {
        let _ = (request, on);
        Err(self.unsupported(Operation::Create))
    }

    /// Creates a job from a request that [`prepare`](Self::prepare) translated.
    fn create<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, Job> {
        let _ = (call, prepared);
        self.reject_unsupported(Operation::Create)
    }

    /// Estimates the price of a job whose request [`prepare`](Self::prepare)
    /// translated.
    fn estimate<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, PriceEstimate> {
        let _ = (call, prepared);
        self.reject_unsupported(Operation::EstimatePrice)
    }

    /// Shows the first examples of the training file of a request that
    /// [`prepare`](Self::prepare) translated, as tokens; the vendor chooses how
    /// many where `examples` does not say it.
    fn preview<'a>(
        &'a self,
        call: &'a Call,
        prepared: &'a Prepared,
        examples: Option<usize>,
    ) -> Reply<'a, DatasetPreview> {
        let _ = (call, prepared, examples);
        self.reject_unsupported(Operation::Preview)
    }

    /// Cancels, pauses or resumes a job, and returns it.
    fn change<'a>(&'a self, call: &'a Call, id: &'a str, change: JobChange) -> Reply<'a, Job> {
        let _ = (call, id);
        self.reject_unsupported(change.operation())
    }

    /// Returns true if a job is in the state that a change leads to. Where the
    /// response to a change was lost, this tells whether the change took
    /// effect.
    fn took_effect(&self, change: JobChange, job: &Job) -> bool {
        match change {
            JobChange::Cancel => job.status == Status::Cancelled,
            JobChange::Pause | JobChange::Resume => false,
        }
    }

    /// Deletes a job.
    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        let _ = (call, id);
        self.reject_unsupported(Operation::Delete)
    }

    /// Fetches a page of a job's events, newest first: from the newest, after
    /// the event with the id `query.after`, or after the page of
    /// `query.cursor`. An id that is not in the log is an error for which
    /// [`Error::is_not_found`] is true. For a vendor that returns the whole log
    /// at once, see [`Page::rest`].
    fn events<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Event>> {
        let _ = (call, job, query);
        self.reject_unsupported(Operation::Events)
    }

    /// Fetches a page of a job's checkpoints, newest first, like
    /// [`events`](Self::events).
    fn checkpoints<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Checkpoint>> {
        let _ = (call, job, query);
        self.reject_unsupported(Operation::Checkpoints)
    }

    /// Fetches the metrics of a training, oldest first.
    fn metrics<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Vec<MetricPoint>> {
        let _ = (call, job);
        self.reject_unsupported(Operation::Metrics)
    }

    /// Returns true if the vendor may restart a failed job under another id.
    fn restarts_jobs(&self) -> bool {
        false
    }

    /// Finds the job that a failed job was restarted as, where the job itself
    /// does not name it.
    fn successor<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Option<String>> {
        let _ = (call, job);
        Box::pin(async { Ok(None) })
    }

    /// Fetches the limits of a model's training settings.
    fn limits<'a>(&'a self, call: &'a Call, model: &'a str) -> Reply<'a, ModelLimits> {
        let _ = (call, model);
        self.reject_unsupported(Operation::ModelLimits)
    }

    /// Lists the names of the models that can be trained.
    fn models<'a>(&'a self, call: &'a Call) -> Reply<'a, Vec<String>> {
        let _ = call;
        self.reject_unsupported(Operation::ListModels)
    }

    /// Returns true if [`shutdowns`](Self::shutdowns) has results for this vendor.
    fn announces_shutdowns(&self) -> bool {
        false
    }

    /// Returns which models stop working when, as far as the vendor has
    /// announced it. A list of jobs with fine-tuned models calls it, at most
    /// once an hour.
    fn shutdowns<'a>(&'a self, call: &'a Call) -> Reply<'a, ModelShutdowns> {
        let _ = call;
        Box::pin(async { Ok(ModelShutdowns::new()) })
    }

    /// Downloads the model that a job produced, or one of its checkpoints by
    /// its step.
    fn download_model<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        step: Option<i64>,
    ) -> Reply<'a, Download> {
        let _ = (call, job, step);
        self.reject_unsupported(Operation::Download)
    }

    /// Downloads the training file of a job as tokens, as the job was trained
    /// with it.
    fn download_tokenized_dataset<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
    ) -> Reply<'a, Download> {
        let _ = (call, job);
        self.reject_unsupported(Operation::DownloadTokenizedDataset)
    }

    /// Returns the operations on files, if the vendor has files.
    fn files(&self) -> Option<&dyn Files> {
        None
    }

    /// Returns the vendor's requirements of a training file, for checks before
    /// an upload; by default none.
    fn dataset_rules(&self) -> DatasetRules {
        DatasetRules::default()
    }

    /// Returns the clock of the vendor's client; by default the machine's.
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }
}

/// The operations on a vendor's files.
pub trait Files: Send + Sync {
    /// Fetches a page of files. `query.cursor` is the cursor of the page
    /// before.
    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<File>>;

    /// Retrieves a file.
    fn get<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, File>;

    /// Uploads a file.
    fn upload<'a>(&'a self, call: &'a Call, upload: FileUpload) -> Reply<'a, File>;

    /// Downloads a file's content.
    fn download<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Download>;

    /// Deletes a file.
    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()>;

    /// Returns what tells how far the import of a file is, for a vendor that
    /// imports a file after its upload and starts no job before that is over: a
    /// create then waits for it. By default a file can be used at once.
    fn import_state(&self) -> Option<fn(&File) -> ImportState> {
        None
    }
}

/// How far the import of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportState {
    /// The vendor has not read all of it yet.
    Running,
    /// A job can be started with it.
    Done,
    /// No job can be started with it, now or later.
    Failed,
}

/// The errors of the trait's default methods.
trait RejectUnsupported {
    fn unsupported(&self, operation: Operation) -> Error;
    fn reject_unsupported<'a, T: 'a>(&self, operation: Operation) -> Reply<'a, T>;
}

impl<B: Backend + ?Sized> RejectUnsupported for B {
    fn unsupported(&self, operation: Operation) -> Error {
        unsupported(self, operation)
    }

    fn reject_unsupported<'a, T: 'a>(&self, operation: Operation) -> Reply<'a, T> {
        let error = unsupported(self, operation);
        Box::pin(async move { Err(error) })
    }
}

pub(crate) fn unsupported<B: Backend + ?Sized>(backend: &B, operation: Operation) -> Error {
    let title = backend.title();
    let message = match backend.support(operation) {
        Support::Unsupported(instead) => format!("{title} has no {operation}: {instead}"),
        Support::Native | Support::Derived(_) => format!("{title} has no {operation}"),
    };
    Error::new(ErrorKind::Unsupported, message)
}

/// Returns the metrics of a training, oldest first, from a job's events: for
/// vendors whose metrics are in the log.
#[allow(dead_code)] // Not every vendor needs it.
pub(crate) async fn metrics_of_events<B: Backend>(
    backend: &B,
    call: &Call,
    job: &str,
) -> Result<Vec<MetricPoint>, Error> {
    let all = PageQuery::new();
    let events = collect(&all, call.account(), |page| {
        Box::pin(async move { backend.events(call, job, &page).await })
    });
    let events = events.await?.data;
    let mut points: Vec<_> = events.iter().filter_map(MetricPoint::from_event).collect();
    points.reverse();
    Ok(points)
}

/// The kind of thing that an id belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdKind {
    /// A job.
    Job,
    /// A file.
    File,
}

/// Whether an id can belong to a vendor, by its form alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recognition {
    /// Ids of this form are the vendor's.
    Yes,
    /// The vendor has no ids of this form.
    No,
    /// The form does not decide it.
    Maybe,
}

/// Returns true for an id that is a UUID behind a prefix.
#[allow(dead_code)] // Not every vendor has such ids, or others beside it.
pub(crate) fn is_uuid(id: &str, prefix: &str) -> bool {
    let Some(uuid) = id.strip_prefix(prefix) else {
        return false;
    };
    let groups: Vec<&str> = uuid.split('-').collect();
    let is_hex = |group: &str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.into_iter().all(is_hex)
}

/// The order in which a vendor lists jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobOrder {
    /// Newest first, and of one second by id; jobs without a time last. All pages
    /// are in this order.
    Exact,
    /// Newest first.
    NewestFirst,
    /// No order is promised: all pages are read before the first job is shown.
    Unordered,
}
