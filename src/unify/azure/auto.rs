//! -1, which the vendor writes where others write `"auto"`.

use serde_json::Value;

use crate::azure::types::{AutoOrCount, FineTuneMethod, FineTuningJobHyperparameters};
use crate::unify::gateway_compatible::AUTO;

/// The number that leaves a count to the vendor.
const CHOSEN: i64 = -1;

/// The counts that can be -1.
const COUNTS: [&str; 2] = ["n_epochs", "batch_size"];

/// Returns a setting of a request in the vendor's words. Both of its documents
/// take a number there, and only the newer one takes the word.
pub(super) fn to_vendor(key: &str, value: Value) -> Value {
    match value.as_str() == Some(AUTO) && COUNTS.contains(&key) {
        true => CHOSEN.into(),
        false => value,
    }
}

/// Writes `"auto"` for each -1 of a job's settings; returns true if there was one.
pub(super) fn in_settings(settings: &mut FineTuningJobHyperparameters) -> bool {
    replace(&mut settings.n_epochs) | replace(&mut settings.batch_size)
}

/// Writes `"auto"` for each -1 of a method's settings; returns true if there was
/// one.
pub(super) fn in_method(method: &mut FineTuneMethod) -> bool {
    let FineTuneMethod {
        dpo,
        reinforcement,
        supervised,
        ..
    } = method;
    let mut found = false;
    macro_rules! counts {
        ($body:expr) => {
            if let Some(settings) = $body
                .as_mut()
                .and_then(|body| body.hyperparameters.as_mut())
            {
                found |= replace(&mut settings.n_epochs) | replace(&mut settings.batch_size);
            }
        };
    }
    counts!(supervised);
    counts!(dpo);
    counts!(reinforcement);
    found
}

fn replace(count: &mut Option<AutoOrCount>) -> bool {
    let is_chosen = match count {
        Some(AutoOrCount::Integer(number)) => *number == CHOSEN,
        // Numbers may be written with a fraction.
        Some(AutoOrCount::Unknown(value)) => value.as_f64() == Some(-1.0),
        Some(AutoOrCount::Auto) | None => false,
    };
    if is_chosen {
        *count = Some(AutoOrCount::Auto);
    }
    is_chosen
}
