//! Steps that the conversions of all vendors share.

use super::extras::Extras;
use super::notes::Ledger;
use super::rules::common as rules;
use super::status::{Meaning, UNKNOWN};
use super::{MappingError, Status};

/// The gateway's status for a vendor's word.
pub(super) fn status(
    word: &str,
    meaning: Meaning,
    ledger: &mut Ledger<'_>,
) -> Result<Status, MappingError> {
    let status = meaning.0;
    if meaning == UNKNOWN {
        ledger.guess(rules::STATUS_UNKNOWN, || format!("{word:?}"))?;
    } else if word == status.as_str() {
        ledger.note(rules::STATUS_EXACT);
    } else {
        ledger.note(rules::STATUS_DERIVED);
    }
    Ok(status)
}

/// A vendor's own `finished_at`, unless it lies before the job was made: then
/// it is kept beside the job.
pub(super) fn finished(
    created_at: i64,
    finished_at: Option<i64>,
    extras: &mut Extras,
    ledger: &mut Ledger<'_>,
) -> Result<Option<i64>, MappingError> {
    match finished_at {
        Some(time) if time < created_at => {
            extras.put("finished_at", Some(time));
            ledger.guess(rules::FINISHED_CONTRADICTS, || time.to_string())?;
            Ok(None)
        }
        time => {
            ledger.note(rules::FINISHED);
            Ok(time)
        }
    }
}
