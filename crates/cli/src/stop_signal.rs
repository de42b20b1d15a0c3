//! The signals that ask the program to end.

/// Waits for Ctrl-C, or for SIGTERM, which container runtimes and schedulers send.
///
/// # Errors
///
/// No signal can be waited for here.
pub async fn received() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
