//! The jobs that are there when a sandbox starts: tables of rows, and what makes jobs of them.

mod corpus;
mod fill;
mod openai;
mod stand;
mod together;
mod truefoundry;

pub(crate) use fill::build;
