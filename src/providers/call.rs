//! The parameters of a backend's calls: options, context, and files to upload.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

use super::Operation;
use crate::transport::{CallOptions, KeptBytes, Upload};
use crate::unify::{Context, UnsupportedField};
use crate::wire::ParseEnumError;
use crate::{Error, ErrorKind};

/// The future of a call's result. Dropping it cancels the call.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The options of one call, and the context of its conversions.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Call {
    /// Timeouts, retries, headers, labels and observers.
    pub options: Arc<CallOptions>,
    /// The account's name and organisation, and whether to write notes.
    pub context: Context,
}

impl Call {
    /// Creates a call with these options.
    pub fn new(options: impl Into<Arc<CallOptions>>, context: Context) -> Self {
        Self {
            options: options.into(),
            context,
        }
    }

    /// Counts what the call's answers decode to as long as what is returned is
    /// held, where there is a budget of memory.
    pub(super) fn keep_memory(&mut self) -> Option<Arc<KeptBytes>> {
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

/// A change of an existing job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobChange {
    /// Cancels the job.
    Cancel,
    /// Pauses the job.
    Pause,
    /// Resumes a paused job.
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

/// A request to create a job in a vendor's terms, which only the backend that
/// made it can send.
pub struct Prepared {
    /// Settings that are left out because the vendor does not support them.
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

/// Shows no values, because some of them could be keys.
impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}

/// A file to upload.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileUpload {
    /// The content and the name.
    pub content: Upload,
    /// The purpose, in the vendor's terms; by default `fine-tune`.
    pub purpose: String,
    /// When the vendor is to delete it; by default never.
    pub expires: Option<Expiry>,
}

impl FileUpload {
    /// Creates an upload of a training file.
    pub fn new(content: Upload) -> Self {
        Self {
            content,
            purpose: "fine-tune".to_owned(),
            expires: None,
        }
    }

    /// Sets the purpose.
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

impl FileUpload {
    /// Returns the purpose in the vendor's type.
    #[allow(dead_code)] // Not every vendor has a type of purposes.
    pub(crate) fn parsed_purpose<P: FromStr<Err = ParseEnumError>>(&self) -> Result<P, Error> {
        parsed("purpose", &self.purpose)
    }
}

impl Expiry {
    /// Returns the time that the lifetime counts from in the vendor's type.
    #[allow(dead_code)] // Not every vendor has a type of anchors.
    pub(crate) fn parsed_anchor<A: FromStr<Err = ParseEnumError>>(&self) -> Result<A, Error> {
        parsed("expires_after[anchor]", &self.anchor)
    }
}

fn parsed<T: FromStr<Err = ParseEnumError>>(param: &str, word: &str) -> Result<T, Error> {
    word.parse().map_err(|error: ParseEnumError| {
        let message = error.to_string();
        Error::new(ErrorKind::InvalidRequest, message)
            .with_vendor_param(param)
            .because(error)
    })
}

/// The time at which a file is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The time that the lifetime counts from, in the vendor's terms.
    pub anchor: String,
    /// The lifetime, in seconds.
    pub seconds: i64,
}
