//! The tests of this crate against its public interface, as one program: what waits in one
//! leaves the processor to the others.

mod diff_support;
mod support;

mod codegen;
mod diff_command;
mod diff_forms;
mod diff_history;
mod diff_locations;
mod diff_lowered;
mod diff_surfaces;
mod guide;
mod malformed;
mod mutations;
mod replay;
mod unusual_documents;
