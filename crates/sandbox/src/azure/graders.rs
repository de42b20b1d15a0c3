//! Graders: as OpenAI's.

use super::store::Store;
use crate::http::{Call, Reply};
use crate::openai::graders;

/// `POST /fine_tuning/alpha/graders/run`
pub(crate) fn run(store: &mut Store, call: &Call) -> Reply {
    graders::run(&mut store.shared, call)
}

/// `POST /fine_tuning/alpha/graders/validate`
pub(crate) fn validate(store: &mut Store, call: &Call) -> Reply {
    graders::validate(&mut store.shared, call)
}
