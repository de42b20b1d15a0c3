//! The sandbox's state: randomness, files, and the course of a training run.

pub(crate) mod archive;
pub(crate) mod curve;
pub(crate) mod dataset;
pub(crate) mod files;
pub(crate) mod limits;
pub(crate) mod random;
pub(crate) mod run;
pub(crate) mod sandbox_state;

pub(crate) use random::Random;
pub(crate) use sandbox_state::SandboxState;
