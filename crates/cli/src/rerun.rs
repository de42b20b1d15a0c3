//! Moving a job to another vendor: its plan (`plan`, pure, which changes nothing), and
//! a journal of the steps that are done (`journal`).

mod card;
pub mod journal;
pub mod plan;
pub mod price;
mod settings;
mod source_job;

#[cfg(test)]
mod tests;

pub use plan::{AccountAndVendor, FileState, Input, Plan, SourceFile};
