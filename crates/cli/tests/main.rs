//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

mod support;

mod accounts;
mod azure;
mod changes;
mod charts;
mod columns;
mod config;
mod create;
mod create_requests;
mod files;
mod filters;
mod guide;
mod jobs;
mod replicas;
mod rerun;
mod rerun_matrix;
mod sandbox;
mod serve;
mod several_accounts;
mod terminal;
mod together_commands;
mod top;
mod unwritten;
mod watch;
