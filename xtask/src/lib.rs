//! Maintenance of this repository: from the vendors' documents to `specs/`.
//!
//! ARCHITECTURE.md describes the pipeline: [`read`] → [`merge_documents`] →
//! [`mod@slice`] → [`discriminator_tags`] → [`lower`] → [`inline_shared`] →
//! [`all_of`] → [`component_names`] → [`overlay`] → [`normal_form`] → [`validate`] →
//! [`generate_rust`] (and parse) → [`write_files`].
//! [`pipeline`] runs its steps without I/O, from merge to validate.
#![warn(clippy::unwrap_used)]

pub mod all_of;
pub mod check_rendered_page;
pub mod cli;
pub mod client_omissions;
pub mod codegen_check;
pub mod codegen_command;
pub mod compile_check;
pub mod component_names;
pub mod component_schemas;
pub mod descriptions;
pub mod diff;
pub mod discriminator_tags;
pub mod generate_rust;
pub mod inline_shared;
pub mod json;
pub mod large_stack;
pub mod library_docs;
pub mod located_error;
pub mod lower;
pub mod merge_documents;
pub mod normal_form;
pub mod operation_ids;
pub mod overlay;
pub mod path_items;
pub mod pipeline;
pub mod read;
pub mod replay_documents;
pub mod report;
pub mod selected_operation;
pub mod slice;
pub mod source_toml;
pub mod validate;
pub mod visit_schemas;
pub mod write_files;
