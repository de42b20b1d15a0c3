//! Maintenance of this repository: from the vendors' documents to `specs/`.
//!
//! ARCHITECTURE.md describes the pipeline: [`read`] → [`merge`] → [`mod@slice`] →
//! [`tags`] → [`lower`] → [`inline`] → [`compose`] → [`name`] → [`overlay`] →
//! [`normal`] → [`validate`] → [`generate`] (and parse) → [`mod@write`].
//! [`pipeline`] runs its steps without I/O, from merge to validate.
#![warn(clippy::unwrap_used)]

pub mod check;
pub mod cli;
pub mod codegen;
pub mod compile;
pub mod component;
pub mod compose;
pub mod descriptions;
pub mod diff;
pub mod fault;
pub mod generate;
pub mod inline;
pub mod json;
pub mod library_files;
pub mod lower;
pub mod merge;
pub mod name;
pub mod normal;
pub mod omitted;
pub mod operation_ids;
pub mod overlay;
pub mod paths;
pub mod pipeline;
pub mod read;
pub mod rendered_page;
pub mod replay;
pub mod report;
pub mod schemas;
pub mod selected;
pub mod slice;
pub mod source;
pub mod tags;
pub mod threads;
pub mod validate;
pub mod write;
