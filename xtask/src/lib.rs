//! Maintenance of this repository: from the vendors' documents to `specs/`.
//!
//! A document's way: [`read`] → [`mod@slice`] → [`lower`] → [`merge`] → [`name`] →
//! [`overlay`] → [`name`] again → [`normal`] → [`validate`] → [`generate`] →
//! [`mod@write`]. [`pipeline`] is that way without the reading and writing.
#![warn(clippy::unwrap_used)]

pub mod check;
pub mod cli;
pub mod codegen;
pub mod compile;
pub mod component;
pub mod compose;
pub mod derived;
pub mod diff;
pub mod fault;
pub mod generate;
pub mod ids;
pub mod inline;
pub mod lint;
pub mod lower;
pub mod merge;
pub mod name;
pub mod normal;
pub mod overlay;
pub mod page;
pub mod paths;
pub mod pipeline;
pub mod pointer;
pub mod prepare;
pub mod read;
pub mod replay;
pub mod report;
pub mod shape;
mod shown;
pub mod slice;
pub mod source;
pub mod tags;
pub mod validate;
pub mod walk;
pub mod write;
