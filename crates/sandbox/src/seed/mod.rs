//! The jobs that are there when a sandbox starts.

mod corpus;
mod fill;
mod initial_state;

pub use fill::SeededJob;
pub(crate) use fill::build;
pub(crate) use initial_state::{InitialState, SeedFailure};
