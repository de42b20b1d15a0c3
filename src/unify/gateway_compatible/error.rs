//! The error of a job.

use serde_json::{Map, Value};

use crate::unify::JobError;
use crate::unify::extras::Extras;
use crate::wire::Extra;

/// Returns a job's error from its code, its message and its parameter. `null`,
/// `{}` and an object of nulls all mean that there is none. Further members are
/// kept in `provider.extra`.
pub(in crate::unify) fn job_error(
    [code, message, param]: [Option<String>; 3],
    further: &Extra,
    extras: &mut Extras,
) -> Option<JobError> {
    if !further.is_empty() {
        let rest: Map<String, Value> = further
            .iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        extras.put("error", Some(rest));
    }
    let error = JobError {
        code,
        message,
        param,
    };
    (error != JobError::default()).then_some(error)
}
