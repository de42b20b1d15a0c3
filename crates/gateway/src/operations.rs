//! The description of an operation: what the router, the middleware and the
//! OpenAPI document need of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::Method;

/// One operation.
pub struct Operation {
    /// Its id in the OpenAPI document, in metrics and in logs.
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// The path below each base path.
    pub path: &'static str,
    /// How long it may take.
    pub deadline: Deadline,
    /// What it does.
    pub description: &'static str,
    /// The names of its query parameters.
    pub query: &'static [&'static str],
    /// The request body.
    pub body: Content,
    /// The response body.
    pub response: Content,
}

/// How long an operation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// As long as the setting `deadline_seconds`.
    Bounded,
    /// As long as bytes flow.
    Streaming,
}

/// What each request for an operation makes anew: one that is sent twice makes two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// A job, which costs money.
    Job,
    /// A file.
    File,
}

impl Creation {
    /// Returns what the client has to know where the outcome is not known.
    pub fn warning(self) -> &'static str {
        match self {
            Self::Job => "the job may have been started: list the jobs before you try again",
            Self::File => "the file may have been stored: list the files before you try again",
        }
    }
}

/// Whether the request that makes a job anew was begun: set by its handler. What ends
/// before has made nothing.
#[derive(Clone, Debug, Default)]
pub struct IsBegun(Arc<AtomicBool>);

impl IsBegun {
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Operation {
    /// Returns what each request for this operation makes anew, if it makes something.
    pub fn creation(&self) -> Option<Creation> {
        match self.body {
            Content::Json(_) => Some(Creation::Job),
            Content::Form => Some(Creation::File),
            _ => None,
        }
    }
}

/// The content of a body; schemas by their names in the OpenAPI document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// No body.
    Empty,
    /// One object.
    Json(&'static str),
    /// A page of objects.
    List(&'static str),
    /// A page of objects, or a stream of them.
    Events(&'static str),
    /// A multipart form with a file.
    Form,
    /// A file's content.
    Bytes,
}
