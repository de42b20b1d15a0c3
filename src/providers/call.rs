//! What goes with every call of a backend, and what comes with a file.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Operation;
use crate::transport::{CallOptions, Kept, Upload};
use crate::unify::{Context, UnsupportedField};
use crate::{Error, ErrorKind};

/// The answer to a call, once it comes. Dropping it cancels the call.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// How one call is made, and what a conversion needs to know of the account.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Call {
    /// Time-outs, retries, headers, labels and who receives reports.
    pub options: Arc<CallOptions>,
    /// The account's name and organisation, and whether to take notes.
    pub context: Context,
}

impl Call {
    /// A call with these settings.
    pub fn new(options: impl Into<Arc<CallOptions>>, context: Context) -> Self {
        Self {
            options: options.into(),
            context,
        }
    }

    /// Counts what the call's answers decode to as long as what is returned is
    /// held, where there is a budget of memory.
    pub(super) fn keep_memory(&mut self) -> Option<Arc<Kept>> {
        let (budget, kept) = self.options.get_memory_budget()?.keeping();
        let options = CallOptions::clone(&self.options).memory_budget(budget);
        self.options = Arc::new(options);
        Some(kept)
    }

    /// Returns the account's name.
    pub fn account(&self) -> &str {
        &self.context.account
    }
}

/// A way to change a job that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobChange {
    /// Ends the job before it is done.
    Cancel,
    /// Halts the job for a while.
    Pause,
    /// Lets a halted job go on.
    Resume,
}

impl JobChange {
    /// Returns the operation that makes the change.
    pub fn operation(self) -> Operation {
        match self {
            Self::Cancel => Operation::Cancel,
            Self::Pause => Operation::Pause,
            Self::Resume => Operation::Resume,
        }
    }
}

/// A request to start a job in a vendor's terms, which only the backend that
/// made it can send.
pub struct Prepared {
    /// Settings that are left out.
    pub dropped: Vec<UnsupportedField>,
    request: Box<dyn Any + Send + Sync>,
}

impl Prepared {
    /// Wraps the vendor's request.
    pub fn new(request: impl Any + Send + Sync, dropped: Vec<UnsupportedField>) -> Self {
        Self {
            dropped,
            request: Box::new(request),
        }
    }

    /// Returns the vendor's request.
    ///
    /// # Errors
    ///
    /// Another backend prepared it.
    pub fn request<T: Any>(&self) -> Result<&T, Error> {
        self.request.downcast_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidRequest,
                "the request was prepared by the backend of another vendor",
            )
        })
    }
}

/// Shows no values: some of them could be keys.
impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}

/// A file that is to be uploaded.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileUpload {
    /// The content, and its name.
    pub content: Upload,
    /// What the file is for, in the vendor's word; `fine-tune` unless set.
    pub purpose: String,
    /// When the vendor is to delete it; never unless set.
    pub expires: Option<Expiry>,
}

impl FileUpload {
    /// A file of training examples.
    pub fn new(content: Upload) -> Self {
        Self {
            content,
            purpose: "fine-tune".to_owned(),
            expires: None,
        }
    }

    /// Sets what the file is for.
    #[must_use]
    pub fn purpose(mut self, purpose: impl Into<String>) -> Self {
        self.purpose = purpose.into();
        self
    }

    /// Sets when the vendor is to delete it.
    #[must_use]
    pub fn expires(mut self, expires: Option<Expiry>) -> Self {
        self.expires = expires;
        self
    }
}

/// When a file is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The moment that the time counts from, in the vendor's word.
    pub anchor: String,
    /// The time, in seconds.
    pub seconds: i64,
}
