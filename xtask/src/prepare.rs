//! What a client generator cannot express is reduced, with a line in the
//! report; the normal form itself keeps it.

use crate::report::Report;
use serde_json::Value;

/// Prepares a document in normal form for the generator.
pub fn prepare(_document: &mut Value, _report: &mut Report) {}
