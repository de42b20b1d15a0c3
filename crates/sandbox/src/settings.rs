//! The settings of a sandbox.

use crate::deviation::Deviation;
use crate::faults::Fault;
use std::net::SocketAddr;

/// The settings of a sandbox. [`Builder`](crate::Builder) documents each.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) addr: SocketAddr,
    pub(crate) seed: u64,
    pub(crate) speed: f64,
    pub(crate) jobs: Option<usize>,
    pub(crate) deviations: Vec<Deviation>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) connections: usize,
}
