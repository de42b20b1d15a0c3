//! The job that a job goes on as: after an internal failure the vendor may
//! start it again under a new id, and only the event log tells.

use serde_json::Value;

use super::log;
use crate::together::types::{FineTuneEvent, FinetuneEventType};
use crate::wire::LenientList;

/// The id that the last restart in the log names, if it is another one.
pub(in crate::unify) fn successor(
    job: &str,
    events: &LenientList<FineTuneEvent>,
) -> Option<String> {
    events
        .ok()
        .rev()
        .filter(|event| says_restart(event))
        .find_map(|event| {
            let message = event.message.as_deref().unwrap_or_default();
            let beside = event.extra.iter().filter_map(|(_, value)| match value {
                Value::String(text) => new_id(text, job),
                _ => None,
            });
            new_id(message, job).or_else(|| beside.last())
        })
}

fn says_restart(event: &FineTuneEvent) -> bool {
    if log::kind(event) == Some(FinetuneEventType::JobRestarted) {
        return true;
    }
    let message = event.message.as_deref().unwrap_or_default();
    message
        .as_bytes()
        .windows("restart".len())
        .any(|window| window.eq_ignore_ascii_case(b"restart"))
}

/// The last id in a text that is not the job's own, and not the one that it
/// comes from: "restarted from ft-1" names a predecessor.
fn new_id(text: &str, job: &str) -> Option<String> {
    let mut before = "";
    let mut found = None;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let id = word.trim_end_matches('-');
        let predecessor = ["from", "of"]
            .iter()
            .any(|w| before.eq_ignore_ascii_case(w));
        if is_id(id) && id != job && !predecessor {
            found = Some(id.to_owned());
        }
        if !word.is_empty() {
            before = word;
        }
    }
    found
}

/// `ft-8bc4cb28-4470-42c6-91a5-…` or `ft-da0de86a-2034`.
fn is_id(word: &str) -> bool {
    word.strip_prefix("ft-").is_some_and(|rest| {
        rest.len() >= 8
            && rest
                .split('-')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_of(events: &str) -> LenientList<FineTuneEvent> {
        serde_json::from_str(events).unwrap()
    }

    #[test]
    fn the_new_id_is_read_from_the_log() {
        let own = "ft-aaaaaaaa-0001";
        let new = Some("ft-bbbbbbbb-0002".to_owned());
        for events in [
            r#"[{"type": "JOB_RESTARTED", "message": "Restarted as ft-bbbbbbbb-0002."}]"#,
            r#"[{"type": "job_restarted", "message": "", "new_job_id": "ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_ERROR", "message": "Internal error; job ft-aaaaaaaa-0001 was restarted: ft-bbbbbbbb-0002"}]"#,
        ] {
            assert_eq!(successor(own, &log_of(events)), new, "{events}");
        }
        for events in [
            "[]",
            r#"[{"type": "JOB_RESTARTED", "message": "The job was restarted"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "restarted from ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_START", "message": "see ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "job ft-aaaaaaaa-0001 restarted"}]"#,
        ] {
            assert_eq!(successor(own, &log_of(events)), None, "{events}");
        }
    }
}
