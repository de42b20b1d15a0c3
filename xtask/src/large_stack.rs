//! Threads with a stack that is large enough for deeply nested documents.

use std::io;
use std::thread::{Builder, Scope, ScopedJoinHandle};

/// The size of such a stack.
pub const STACK_SIZE: usize = 256 * 1024 * 1024;

/// Starts a scoped thread with a deep stack.
pub fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    Builder::new()
        .stack_size(STACK_SIZE)
        .spawn_scoped(scope, work)
}

/// Does two things at once; a panic in one of them goes on here.
pub fn both<T: Send, U>(one: impl FnOnce() -> T + Send, other: impl FnOnce() -> U) -> (T, U) {
    std::thread::scope(|scope| {
        let thread = spawn(scope, one);
        let second = other();
        let first = match thread.map(ScopedJoinHandle::join) {
            Ok(Ok(first)) => first,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // Without a thread there is nothing to wait for.
            Err(e) => std::panic::panic_any(e.to_string()),
        };
        (first, second)
    })
}
