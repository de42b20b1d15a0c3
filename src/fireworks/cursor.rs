//! The cursor of a list that is merged from three: a position in each of them.

use serde::{Deserialize, Serialize};

use crate::unify::Job;
use crate::unify::fireworks::JobKind;

/// The version of the form, with which each cursor begins; text with another start is no
/// cursor.
const FORM: &str = "3";

/// The positions in the three lists, and the size of the pages that their tokens
/// are for: the vendor wants the other parameters unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) size: i64,
    pub(super) positions: [ListPosition; 3],
}

/// A position in one list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ListPosition {
    /// The token of the page that it is in; none for the first page.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// The last job of the page that was shown, and its time.
    #[serde(rename = "j", default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<(String, Option<i64>)>,
    /// Whether all of the list was shown.
    #[serde(rename = "e", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_at_end: bool,
}

impl Cursor {
    /// The top of all lists.
    pub(super) fn top(size: i64) -> Self {
        Self {
            size,
            positions: Default::default(),
        }
    }

    /// Reads a cursor; none where it is of another form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (form, size, positions): (String, i64, [ListPosition; 3]) =
            serde_json::from_str(text).ok()?;
        (form == FORM && size > 0).then_some(Self { size, positions })
    }

    /// Writes the cursor; none at the end of all lists.
    pub(super) fn write(&self) -> Option<String> {
        if self.positions.iter().all(|position| position.is_at_end) {
            return None;
        }
        serde_json::to_string(&(FORM, self.size, &self.positions)).ok()
    }
}

impl ListPosition {
    /// Takes away what was shown before of the page that the position is in. Where
    /// the last job that was shown is not there any more, its time tells.
    pub(super) fn skip(&self, jobs: &mut Vec<Job>) {
        let Some((id, time)) = &self.after else {
            return;
        };
        match jobs.iter().position(|job| job.id == *id) {
            Some(position) => drop(jobs.drain(..=position)),
            None => jobs.retain(|job| match (job.created_at, time) {
                (Some(created_at), Some(time)) => created_at <= *time,
                _ => true,
            }),
        }
    }

    /// Moves on behind a job of the page.
    pub(super) fn go_behind(&mut self, job: &Job) {
        self.after = Some((job.id.clone(), job.created_at));
    }

    /// Moves on to the next page, or to the end.
    pub(super) fn next_page(&mut self, token: Option<String>) {
        *self = Self {
            is_at_end: token.is_none(),
            token,
            after: None,
        };
    }
}

/// The position of a kind among the three.
pub(super) fn index(kind: JobKind) -> usize {
    match kind {
        JobKind::Supervised => 0,
        JobKind::Dpo => 1,
        JobKind::Reinforcement => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_ends() {
        let mut cursor = Cursor::top(20);
        cursor.positions[0].next_page(None);
        cursor.positions[1].next_page(Some("token \"x\"".to_owned()));
        cursor.positions[1].after = Some(("dpo:a".to_owned(), Some(7)));
        let text = cursor.write().unwrap();
        assert_eq!(Cursor::parse(&text), Some(cursor.clone()));
        for position in &mut cursor.positions {
            position.next_page(None);
        }
        assert_eq!(cursor.write(), None);
        for text in [
            "",
            "sft:a",
            "[]",
            r#"["2",20,[{},{},{}]]"#,
            r#"["3",0,[{},{},{}]]"#,
        ] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
