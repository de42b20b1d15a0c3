//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

#[path = "../build/fit.rs"]
mod fit;

mod differential;
mod documents;
mod example;
