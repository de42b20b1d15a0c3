//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

mod support;

mod azure;
mod basics;
mod determinism;
mod deviations;
mod docs;
mod faults;
mod fireworks;
mod limits;
mod one_place_per_vendor;
mod openai;
mod schema;
mod together;
mod truefoundry;
