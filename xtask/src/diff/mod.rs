//! `cargo xtask diff`: what changed between two documents, what it means for
//! the generated types, and for `unify`.
//!
//! The comparison itself is `crates/diff`. Here are the command line, git, the
//! documents on their way into normal form ([`lowered`]), the names in Rust
//! ([`rust`]) and what reads or writes them in `src/unify` ([`mapping`]).

mod command;
mod compare;
mod git;
pub mod inputs;
pub mod lossy;
pub mod lowered;
pub mod mapping;
pub mod rust;
pub mod unify;
mod uses;

pub use command::{Options, main};
pub use compare::compare;
