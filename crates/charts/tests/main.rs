//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

mod font;
mod pictures;
