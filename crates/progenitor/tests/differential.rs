//! The two generators against each other: for every operation that both clients
//! have, the same input makes the same request, and the same answer is read as
//! the same value. What differs is listed in a table, with the reason.

#[path = "differential/against_recorder.rs"]
mod against_recorder;
#[path = "differential/against_sandbox.rs"]
mod against_sandbox;
#[path = "differential/cover.rs"]
mod cover;
#[path = "differential/findings.rs"]
mod findings;
#[path = "../build/fit.rs"]
#[allow(dead_code)]
mod fit;
#[path = "differential/input.rs"]
mod input;
#[path = "differential/known.rs"]
mod known;
#[path = "differential/operations.rs"]
mod operations;
#[path = "differential/outcome.rs"]
mod outcome;
#[path = "differential/random.rs"]
mod random;
#[path = "differential/recorder.rs"]
mod recorder;

/// One thread for clients and servers: calls are made one by one.
fn runtime() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap()
}
