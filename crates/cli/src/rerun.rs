//! Moving a job to another vendor: what it means (`plan`, which asks nobody and
//! changes nothing), and how far it is (`journal`).

mod card;
mod facts;
pub mod journal;
pub mod plan;
pub mod price;
mod settings;

#[cfg(test)]
mod tests;

pub use plan::{FileState, Input, Plan, Side, SourceFile};
