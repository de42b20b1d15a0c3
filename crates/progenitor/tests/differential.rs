//! The two generators against each other: for every operation that both clients
//! have, the same input makes the same request, and the same answer is read as
//! the same value. What differs is listed in a table, with the reason.

mod against_recorder;
mod against_sandbox;
mod cover;
mod findings;
mod input;
mod known;
mod operations;
mod outcome;
mod random;
mod recorder;

/// One thread for clients and servers: calls are made one by one.
fn runtime() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap()
}
