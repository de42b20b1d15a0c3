//! An in-house training service, "Forge", as a backend of `unitune`.

mod backend;
mod client;
mod wire;

pub use client::Forge;
