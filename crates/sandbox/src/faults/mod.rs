//! Faults on demand: what goes wrong, with which requests, and how often.

mod apply;
mod document;
mod effect;
mod fault;
mod injector;
mod spec;

pub use document::faults_markdown;
pub use effect::{Effect, Hint, effects};
pub use fault::{Fault, When};

pub(crate) use apply::{Outcome, apply, injected_answer};
pub(crate) use injector::Injector;
