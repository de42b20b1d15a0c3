//! How much a sandbox keeps, so that no client can fill its memory.

/// The longest request body that is read: 64 MiB.
pub(crate) const BODY: usize = 64 << 20;
/// Bytes of files that are kept for each vendor: 256 MiB.
pub(crate) const FILE_BYTES: usize = 256 << 20;
/// Files that are kept for each vendor.
pub(crate) const FILES: usize = 20_000;
/// Jobs that are kept for each vendor.
pub(crate) const JOBS: usize = 100_000;
/// Checkpoint permissions that are kept.
pub(crate) const PERMISSIONS: usize = 10_000;
/// Received requests that are remembered; older ones are forgotten first.
pub(crate) const RECORDED_REQUESTS: usize = 1_000;
/// Bytes of a received body that are remembered.
pub(crate) const RECORDED_BODY: usize = 64 << 10;
/// Faults that the control endpoint takes.
pub(crate) const FAULTS: usize = 1_000;
