//! Azure's events and checkpoints: identity, but for a level with two spellings.

use super::VENDOR;
use crate::azure::types;
use crate::unify::gateway_compatible::{unify_checkpoint, unify_event};

unify_event!(
    VENDOR, types,
    info: Level::Info, warn: Level::Warn | Level::Warning, error: Level::Error
);
unify_checkpoint!(VENDOR, types);
