//! The end of the vendor's fine-tuning: which fine-tuned models stop working
//! when, and the answer to a request for a job that it does not start any more.
//!
//! All dates are those of the vendor's page of deprecations,
//! <https://developers.openai.com/api/docs/deprecations>, as of 2026-11-21.

use chrono::{NaiveDate, NaiveTime};

use crate::transport::{VendorError, is_end_of_training};
use crate::unify::ModelShutdowns;

/// A part of the answer's text: some answers come without the code.
const TEXT: &str = "no longer able to create new fine-tuning";

/// What goes on working, for those who can create no more jobs.
const STILL_WORKS: &str = "Fine-tuned models answer until their base model is shut down: those of \
    gpt-4o, gpt-4o-mini, gpt-4.1 and gpt-4.1-mini until 2027-01-14, those of older models did \
    until 2026-10-23. Jobs, events, checkpoints and files can be read as before. From 2027-01-06 \
    on no organization can create jobs";

/// Models that stop working on the same day, with everything that was tuned
/// from them.
struct Shutdown {
    day: NaiveDate,
    base_models: &'static [&'static str],
}

/// The table of shutdowns.
static SHUTDOWNS: &[Shutdown] = &[
    Shutdown {
        day: date(2026, 10, 23),
        base_models: &[
            "babbage-002",
            "davinci-002",
            "gpt-3.5-turbo",
            "gpt-4",
            "gpt-4.1-nano",
            "o4-mini",
        ],
    },
    // Announced on 2026-10-14.
    Shutdown {
        day: date(2027, 1, 14),
        base_models: &["gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini"],
    },
];

/// Returns what the vendor announced.
pub(super) fn announced() -> ModelShutdowns {
    let mut shutdowns = ModelShutdowns::new();
    for row in SHUTDOWNS {
        for model in row.base_models {
            shutdowns.add_base_model(*model, start_of(row.day));
        }
    }
    shutdowns
}

/// Returns the start of a day such as `2027-01-14`, in Unix seconds.
pub(super) fn day(text: &str) -> Option<i64> {
    Some(start_of(text.parse().ok()?))
}

/// The vendor does not say in which zone its days are: they are those of UTC.
fn start_of(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp()
}

const fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the table below")
}

/// Recognises the answer to a request for a job where the vendor starts no more
/// jobs, and returns what goes on working.
pub(super) fn training_not_available(status: u16, error: &VendorError) -> Option<&'static str> {
    let is_named = is_end_of_training(status, error);
    let has_text = error.message.as_deref().is_some_and(|m| m.contains(TEXT));
    (is_named || (status == 403 && has_text)).then_some(STILL_WORKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_works_still_says_the_table_s_days() {
        for row in SHUTDOWNS {
            assert!(STILL_WORKS.contains(&row.day.to_string()), "{}", row.day);
        }
        let last = SHUTDOWNS.last().unwrap();
        for model in last.base_models {
            assert!(STILL_WORKS.contains(model), "{model}");
        }
        assert_eq!(day("2027-01-14"), Some(1_799_884_800));
        assert_eq!(day("soon"), None);
    }

    #[test]
    fn the_guide_has_the_same_table() {
        let guide = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/docs/guide/src/leaving-openai.md"
        );
        let guide = std::fs::read_to_string(guide).unwrap();
        let day = |line: &str| line.strip_prefix("| ")?.get(..10)?.parse().ok();
        let rows = guide.lines().filter(|line| line.contains("`"));
        let mut found: Vec<(NaiveDate, Vec<String>)> = rows
            .filter_map(|line| {
                let models = line.split('`').skip(1).step_by(2).map(str::to_owned);
                let mut models: Vec<String> = models.collect();
                models.sort_unstable();
                Some((day(line)?, models))
            })
            .collect();
        found.sort_unstable();
        let table = SHUTDOWNS.iter().map(|row| {
            let models = row.base_models.iter().map(|model| (*model).to_owned());
            (row.day, models.collect())
        });
        assert_eq!(found, table.collect::<Vec<(NaiveDate, Vec<String>)>>());
    }

    #[test]
    fn the_answer_is_known_by_its_code_or_its_text() {
        let error = |code: Option<&str>, message: &str| VendorError {
            code: code.map(str::to_owned),
            message: Some(message.to_owned()),
            ..VendorError::default()
        };
        let text = "Your organization is no longer able to create new fine-tuning training jobs.";
        let named = error(Some("training_not_available"), "");
        assert!(training_not_available(403, &named).is_some());
        assert!(training_not_available(403, &error(None, text)).is_some());
        assert!(training_not_available(403, &error(Some("forbidden"), "no")).is_none());
        assert!(training_not_available(400, &named).is_none());
    }
}
