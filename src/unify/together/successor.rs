//! The job that replaces a job: after an internal failure the vendor may restart
//! it under a new id, which only the event log names.

use serde_json::Value;

use super::event_types;
use crate::together::types::{FineTuneEvent, FinetuneEventType};

/// Words before the id of the job that replaces this one.
const ONWARD: [&str; 8] = [
    "as",
    "to",
    "into",
    "under",
    "new",
    "successor",
    "with",
    "continues",
];

/// Words before the id of a job that this one replaces, or of something else.
const BACKWARD: [&str; 12] = [
    "from",
    "of",
    "replaces",
    "replacing",
    "supersedes",
    "previous",
    "predecessor",
    "parent",
    "original",
    "old",
    "checkpoint",
    "after",
];

/// Returns the id of the job that a job was restarted as, which the last restart
/// in its log names.
pub fn successor<'e>(
    job: &str,
    events: impl DoubleEndedIterator<Item = &'e FineTuneEvent>,
) -> Option<String> {
    events
        .rev()
        .filter(|event| is_restart(event))
        .find_map(|event| {
            let message = event.message.as_deref().unwrap_or_default();
            let members = event.extra.iter().filter_map(|(name, value)| match value {
                Value::String(id) if is_id(id) && id != job => {
                    (direction(name) != Some(Direction::Backward)).then(|| id.clone())
                }
                _ => None,
            });
            new_id(message, job).or_else(|| members.last())
        })
}

fn is_restart(event: &FineTuneEvent) -> bool {
    if event_types::is(event, &FinetuneEventType::JobRestarted) {
        return true;
    }
    let message = event.message.as_deref().unwrap_or_default().as_bytes();
    memchr::memchr2_iter(b'r', b'R', message).any(|start| {
        let word = message.get(start..start + "restart".len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(b"restart"))
    })
}

/// Which job an id names, by the words before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Onward,
    Backward,
}

/// Returns the last id in a text that is named as the job's replacement. An id
/// without such words before it could be any job's.
fn new_id(text: &str, job: &str) -> Option<String> {
    let mut found = None;
    // The start of the words before the next id.
    let mut words = 0;
    for (start, _) in text.match_indices("ft-") {
        let in_id = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let word = text[start..].split(|c| !in_id(c)).next();
        let id = word.unwrap_or_default().trim_end_matches('-');
        if start < words || !is_id(id) {
            continue;
        }
        if id != job && direction(&text[words..start]) == Some(Direction::Onward) {
            found = Some(id.to_owned());
        }
        words = start + id.len();
    }
    found
}

/// Returns the direction of the last word that has one; a colon at the end
/// introduces the new id.
fn direction(text: &str) -> Option<Direction> {
    let word = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .rev()
        .find_map(|word| {
            let is = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(word));
            match (is(&ONWARD), is(&BACKWARD)) {
                (true, _) => Some(Direction::Onward),
                (_, true) => Some(Direction::Backward),
                _ => None,
            }
        });
    let introduced = text.trim_end().ends_with(':').then_some(Direction::Onward);
    word.or(introduced)
}

/// Returns true for an id of a job: `ft-8bc4cb28-4470-42c6-91a5-…` or
/// `ft-da0de86a-2034`.
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
    use crate::wire::LenientList;

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
            r#"[{"type": "JOB_ERROR", "message": "rest; RESTART as ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "Restarted from checkpoint ft-cccccccc-0003 as ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "ft-aaaaaaaa-0001 is restarted; the new job's id is ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "", "previous_id": "ft-cccccccc-0003", "job": "ft-bbbbbbbb-0002"}]"#,
        ] {
            assert_eq!(successor(own, log_of(events).ok()), new, "{events}");
        }
        for events in [
            "[]",
            r#"[{"type": "JOB_RESTARTED", "message": "The job was restarted"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "restarted from ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_START", "message": "see ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_START", "message": "goes on as ft-bbbbbbbb-0002 after a rest"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "job ft-aaaaaaaa-0001 restarted"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "Job restarted from job ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "Restarted from checkpoint ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_START", "message": "replaces ft-bbbbbbbb-0002, which was restarted"}]"#,
            r#"[{"type": "JOB_START", "message": "ft-bbbbbbbb-0002 was restarted as ft-aaaaaaaa-0001"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "", "restarted_from": "ft-bbbbbbbb-0002"}]"#,
            r#"[{"type": "JOB_RESTARTED", "message": "", "note": "see ft-bbbbbbbb-0002"}]"#,
        ] {
            assert_eq!(successor(own, log_of(events).ok()), None, "{events}");
        }
    }
}
