//! What the sandbox remembers: time, randomness, files, and how a training run goes by.

pub(crate) mod archive;
pub(crate) mod clock;
pub(crate) mod curve;
pub(crate) mod dataset;
pub(crate) mod files;
pub(crate) mod limits;
pub(crate) mod random;
pub(crate) mod run;
pub(crate) mod world;

pub(crate) use clock::{Clock, Time};
pub(crate) use random::Random;
pub(crate) use world::World;
