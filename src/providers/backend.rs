//! What an account needs of its vendor: a trait of primitives. How often
//! something is asked, what is merged, checked or watched is up to
//! [`Providers`](super::Providers), once for all vendors.

mod forward;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{
    Call, DatasetRules, FileUpload, JobChange, Operation, Page, PageQuery, Prepared, Reply, Support,
};
use crate::transport::{Clock, Download, SystemClock};
use crate::unify::{
    Checkpoint, CreateRequest, Event, File, Job, MetricPoint, ModelLimits, OnUnsupported,
    PriceEstimate, Status, Vendor,
};
use crate::{Error, ErrorKind};

/// The implementation of a vendor: what can be asked of one account, in
/// unified types.
///
/// The vendors of this crate implement it on their clients; a vendor that this
/// crate does not know is implemented in somebody else's, and given to
/// [`Account::with_backend`](super::Account::with_backend). Three methods have
/// to be written: who the vendor is, a page of its jobs, and one job. For the
/// others, say in [`support`](Self::support) that they are there, and write
/// them; an operation that `support` does not name is never called.
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

    /// Returns how the vendor writes itself, for messages; its name unless
    /// there is another one.
    fn title(&self) -> &str {
        self.vendor().as_str()
    }

    /// Returns whether an operation can be called. Listing and looking up are
    /// always there.
    fn support(&self, operation: Operation) -> Support {
        match operation {
            Operation::List | Operation::Retrieve => Support::Native,
            _ => Support::Unsupported("use the vendor's own tools"),
        }
    }

    /// Returns whether an id can be of this vendor, by its form alone: whoever
    /// says [`Recognition::No`] is asked last, and whoever says
    /// [`Recognition::Yes`] first.
    fn recognize(&self, _id: &str, _kind: IdKind) -> Recognition {
        Recognition::Maybe
    }

    /// Returns in which order [`list`](Self::list) gives jobs.
    fn order(&self) -> JobOrder {
        JobOrder::Unordered
    }

    /// Returns the cursor of the page that comes after a job, where the vendor
    /// can go on after any job.
    fn cursor_after(&self, _job: &str) -> Option<String> {
        None
    }

    /// Fetches a page of jobs. `query.cursor` is that of the page before.
    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<Job>>;

    /// Looks a job up. An id that the vendor does not know is an error for
    /// which [`Error::is_not_found`] is true.
    fn job<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Job>;

    /// Translates a request to start a job into the vendor's terms, without
    /// sending anything.
    ///
    /// # Errors
    ///
    /// The vendor cannot do what is asked for; see
    /// [`UnsupportedFields`](crate::unify::UnsupportedFields).
    fn prepare(&self, request: &CreateRequest, on: OnUnsupported) -> Result<Prepared, Error> {
        let _ = (request, on);
        Err(self.unsupported(Operation::Create))
    }

    /// Starts a job that [`prepare`](Self::prepare) translated.
    fn create<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, Job> {
        let _ = (call, prepared);
        self.refuse(Operation::Create)
    }

    /// Asks what a job would cost that [`prepare`](Self::prepare) translated.
    fn estimate<'a>(&'a self, call: &'a Call, prepared: &'a Prepared) -> Reply<'a, PriceEstimate> {
        let _ = (call, prepared);
        self.refuse(Operation::EstimatePrice)
    }

    /// Cancels, pauses or resumes a job, and answers with it as it stands then.
    fn change<'a>(&'a self, call: &'a Call, id: &'a str, change: JobChange) -> Reply<'a, Job> {
        let _ = (call, id);
        self.refuse(change.operation())
    }

    /// Returns true for a job that stands as a change leaves it. Where the
    /// answer to a change was lost, this tells whether it took effect.
    fn took_effect(&self, change: JobChange, job: &Job) -> bool {
        match change {
            JobChange::Cancel => job.status == Status::Cancelled,
            JobChange::Pause | JobChange::Resume => false,
        }
    }

    /// Removes a job.
    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()> {
        let _ = (call, id);
        self.refuse(Operation::Delete)
    }

    /// Fetches a page of a job's events, newest first: from the top, after the
    /// event of the id `query.after`, or after the page of `query.cursor`. An id
    /// that is not in the log is an error for which [`Error::is_not_found`] is
    /// true. A vendor that gives the whole log at once: see [`Page::rest`].
    fn events<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Event>> {
        let _ = (call, job, query);
        self.refuse(Operation::Events)
    }

    /// Fetches a page of a job's checkpoints, newest first, as with
    /// [`events`](Self::events).
    fn checkpoints<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        query: &'a PageQuery,
    ) -> Reply<'a, Page<Checkpoint>> {
        let _ = (call, job, query);
        self.refuse(Operation::Checkpoints)
    }

    /// Fetches the numbers of a training, oldest first.
    fn metrics<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Vec<MetricPoint>> {
        let _ = (call, job);
        self.refuse(Operation::Metrics)
    }

    /// Returns true for a vendor that may start a failed job again under
    /// another id.
    fn restarts_jobs(&self) -> bool {
        false
    }

    /// Finds the job that a failed job was started again as, where the job
    /// itself does not say it.
    fn successor<'a>(&'a self, call: &'a Call, job: &'a str) -> Reply<'a, Option<String>> {
        let _ = (call, job);
        Box::pin(async { Ok(None) })
    }

    /// Asks how a model may be trained.
    fn limits<'a>(&'a self, call: &'a Call, model: &'a str) -> Reply<'a, ModelLimits> {
        let _ = (call, model);
        self.refuse(Operation::ModelLimits)
    }

    /// Lists the names of the models that can be trained.
    fn models<'a>(&'a self, call: &'a Call) -> Reply<'a, Vec<String>> {
        let _ = call;
        self.refuse(Operation::ListModels)
    }

    /// Fetches the model that came out of a job, or one of its checkpoints by
    /// its step.
    fn download_model<'a>(
        &'a self,
        call: &'a Call,
        job: &'a str,
        step: Option<i64>,
    ) -> Reply<'a, Download> {
        let _ = (call, job, step);
        self.refuse(Operation::Download)
    }

    /// Returns the operations on files, where the vendor has files.
    fn files(&self) -> Option<&dyn Files> {
        None
    }

    /// Returns what the vendor demands of a file of examples, for checks
    /// before an upload; nothing unless it says so.
    fn dataset_rules(&self) -> DatasetRules {
        DatasetRules::default()
    }

    /// Returns the time that the vendor's client goes by; the machine's unless
    /// there is another one.
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }
}

/// The operations on a vendor's files.
pub trait Files: Send + Sync {
    /// Fetches a page of files. `query.cursor` is that of the page before.
    fn list<'a>(&'a self, call: &'a Call, query: &'a PageQuery) -> Reply<'a, Page<File>>;

    /// Looks a file up.
    fn get<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, File>;

    /// Uploads a file.
    fn upload<'a>(&'a self, call: &'a Call, upload: FileUpload) -> Reply<'a, File>;

    /// Reads a file's content.
    fn download<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, Download>;

    /// Deletes a file.
    fn delete<'a>(&'a self, call: &'a Call, id: &'a str) -> Reply<'a, ()>;
}

/// What the trait's own defaults answer with.
trait Refuse {
    fn unsupported(&self, operation: Operation) -> Error;
    fn refuse<'a, T: 'a>(&self, operation: Operation) -> Reply<'a, T>;
}

impl<B: Backend + ?Sized> Refuse for B {
    fn unsupported(&self, operation: Operation) -> Error {
        unsupported(self, operation)
    }

    fn refuse<'a, T: 'a>(&self, operation: Operation) -> Reply<'a, T> {
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

/// What an id is to be the id of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdKind {
    /// Of a job.
    Job,
    /// Of a file.
    File,
}

/// Whether an id can be of a vendor, by its form alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recognition {
    /// Ids of this form are the vendor's.
    Yes,
    /// The vendor gives no ids of this form.
    No,
    /// The form does not tell.
    Maybe,
}

/// In which order a vendor lists jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobOrder {
    /// Newest first.
    NewestFirst,
    /// In none that is promised: all pages are read before the first job is
    /// shown.
    Unordered,
}
