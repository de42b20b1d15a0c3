//! The targets, by what they try.

pub mod config;
pub mod dataset;
#[cfg(feature = "documents")]
pub mod documents;
pub mod errors;
pub mod gateway;
pub mod redact;
pub mod texts;
pub mod transport;
pub mod unify;

use std::future::Future;

/// Runs a future to its end, on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime without I/O needs nothing of the system");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// Returns the parts of an input: its first line, and the rest.
fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}
