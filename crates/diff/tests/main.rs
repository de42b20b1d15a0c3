//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

mod support;

mod parts;
mod properties;
mod rules;
