//! The handlers of the operations.

pub mod events;
pub mod files;
pub mod jobs;
pub mod service;
