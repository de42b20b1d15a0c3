//! Limits on what a sandbox keeps, so that no client can fill its memory.

use std::time::Duration;

/// The longest request body that is read: 64 MiB.
pub(crate) const BODY: usize = 64 << 20;
/// Bytes of request bodies that are read at the same time, over all connections: 256 MiB. What is beyond is answered
/// with 503.
pub(crate) const BODIES: usize = 256 << 20;
/// The longest body that the control endpoint reads.
pub(crate) const CONTROL_BODY: usize = 64 << 10;
/// Connections at the same time, and requests under way on all of them, unless the builder sets another number. What is
/// beyond is answered with 503.
pub(crate) const CONNECTIONS: usize = 512;
/// Connections beyond those that are answered with 503 at the same time; further ones are closed.
pub(crate) const REJECTED: usize = 64;
/// How long the next part of a body may take.
pub(crate) const IDLE: Duration = Duration::from_secs(30);
/// How long the rest of a rejected request is read and thrown away, so that the client sees the answer.
pub(crate) const LINGER: Duration = Duration::from_secs(2);
/// Bytes of files that are kept for each vendor: 256 MiB.
pub(crate) const FILE_BYTES: usize = 256 << 20;
/// Files that are kept for each vendor.
pub(crate) const FILES: usize = 20_000;
/// Jobs that are kept for each vendor.
pub(crate) const JOBS: usize = 100_000;
/// Checkpoint permissions that are kept.
pub(crate) const PERMISSIONS: usize = 10_000;
/// Received requests that are recorded; the oldest are dropped first.
pub(crate) const RECORDED_REQUESTS: usize = 1_000;
/// Bytes of a received body that are recorded.
pub(crate) const RECORDED_BODY: usize = 64 << 10;
/// Faults that the control endpoint accepts.
pub(crate) const FAULTS: usize = 1_000;
