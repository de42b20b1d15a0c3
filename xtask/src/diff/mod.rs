//! `cargo xtask diff`: what changed between two documents, what it means for
//! the generated types, and for `unify`.
//!
//! The comparison itself is `crates/diff`. Here are the command line, git, the
//! lowering of the two documents ([`lowered`]), the names in Rust ([`rust_changes`])
//! and the rules of `src/unify` that a change affects ([`mapping_impact`]).

mod command;
mod compare;
mod component_uses;
mod git;
pub mod inputs;
pub mod lossy_lowering;
pub mod lowered;
pub mod mapping_impact;
pub mod rust_changes;
pub mod unify_source;

pub use command::{Options, main};
pub use compare::compare;
