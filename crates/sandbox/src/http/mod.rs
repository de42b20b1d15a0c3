//! The sandbox's own small HTTP vocabulary: a request as handlers see it, an answer as they give it,
//! and the tables of operations between the two. Handlers are plain functions; nothing here does I/O.

mod answer;
mod call;
mod fields;
mod form;
mod page;
mod query;
mod routes;

pub(crate) use answer::{Answer, Content, Refusal, Reply};
pub(crate) use call::Call;
pub(crate) use fields::Fields;
pub(crate) use form::Part;
pub(crate) use page::{Bounds, MetadataFilter, page};
pub(crate) use query::{percent_decode, query_pairs};
pub(crate) use routes::{Found, Operation, find};
