//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

#[path = "../../../tests/loopback/mod.rs"]
mod loopback;
mod support;

mod azure;
mod creates;
mod default_account;
mod fireworks;
mod hostile;
mod hostile_upstreams;
mod jobs;
mod memory;
mod observability;
mod operation;
mod pages_of_same_ids;
mod same_as_the_library;
mod slow_accounts;
mod streams;
mod trace_context;
