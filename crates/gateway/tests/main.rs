//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

#[path = "../../../tests/loopback/mod.rs"]
mod loopback;
mod support;

mod azure;
mod creates;
mod default_account;
mod file_pages;
mod fireworks;
mod hostile;
mod hostile_upstreams;
mod jobs;
mod memory;
mod observability;
mod operation;
mod same_as_the_library;
mod slow_accounts;
mod streams;
mod trace_context;
