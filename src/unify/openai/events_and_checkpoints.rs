//! OpenAI's events and checkpoints: identity.

use super::VENDOR;
use crate::openai::types;
use crate::unify::gateway_compatible::{unify_checkpoint, unify_event};

unify_event!(VENDOR, types, info: Level::Info, warn: Level::Warn, error: Level::Error);
unify_checkpoint!(VENDOR, types);
