//! How much a sandbox keeps, so that no client can fill its memory.

use std::time::Duration;

/// The longest request body that is read: 64 MiB.
pub(crate) const BODY: usize = 64 << 20;
/// Bytes of request bodies that are read at the same time, over all connections: 256 MiB. What is beyond is answered
/// with 503.
pub(crate) const BODIES: usize = 256 << 20;
/// The longest body that the control endpoint reads.
pub(crate) const CONTROL_BODY: usize = 64 << 10;
/// Connections at the same time, and requests under way on all of them, unless the builder says otherwise. What is
/// beyond is answered with 503.
pub(crate) const CONNECTIONS: usize = 512;
/// Connections beyond those that are told so at the same time; what is beyond them as well is closed.
pub(crate) const TURNED_AWAY: usize = 64;
/// How long a body may pause.
pub(crate) const SILENCE: Duration = Duration::from_secs(30);
/// How long what a client goes on to send is thrown away, so that it sees why nobody wants it.
pub(crate) const LINGER: Duration = Duration::from_secs(2);
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
