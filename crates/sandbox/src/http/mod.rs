//! Types for handlers: a request, an answer, and the tables of operations between the two. Handlers are plain functions; nothing here does I/O.

mod answer;
mod call;
mod fields;
mod form;
mod metadata;
mod page;
mod routes;

pub(crate) use answer::{Answer, Content, ErrorResponse, Reply};
pub(crate) use call::Call;
pub(crate) use fields::Fields;
pub(crate) use form::Part;
pub(crate) use metadata::{MetadataFilter, metadata};
pub(crate) use page::{Bounds, page};
pub(crate) use routes::{Found, Operation, OperationTable, find};
