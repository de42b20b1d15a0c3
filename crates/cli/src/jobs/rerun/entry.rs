//! The table of a move of many jobs: one line for each, which the user fills in.

use std::fs::{File, TryLockError};
use std::path::Path;

use serde::{Deserialize, Serialize};
use unitune::unify::Job;

use crate::exit::{Exit, Failure};
use crate::output::iso;
use crate::rerun::Plan;
use crate::rerun::price::Price;

/// A job in the table.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub account: String,
    pub job: String,
    /// How far it is, or how it ended.
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub created: String,
    #[serde(default)]
    pub was: String,
    #[serde(default)]
    pub method: String,
    /// The model to train: the user's to fill in. A row without one is skipped.
    pub model: String,
    /// What could stand there.
    #[serde(default)]
    pub proposals: String,
    #[serde(default)]
    pub examples: String,
    #[serde(default)]
    pub tokens: String,
    #[serde(default)]
    pub price_low: String,
    #[serde(default)]
    pub price_high: String,
    #[serde(default)]
    pub dropped: String,
    #[serde(default)]
    pub file_alterations: String,
    /// Why it cannot be moved.
    #[serde(default)]
    pub impossible: String,
}

impl Entry {
    /// A job that stays where it is.
    pub fn impossible(job: &Job, why: String) -> Self {
        Self {
            account: job.provider.account.clone(),
            job: job.id.clone(),
            status: job.status.to_string(),
            created: created(job),
            was: job.model.clone(),
            impossible: why,
            ..Self::default()
        }
    }

    /// What a plan does with a job.
    pub fn of_plan(plan: &Plan, job: &Job) -> Self {
        let training = plan.files.iter().find(|file| file.role == "training");
        let number = |number: Option<u64>| number.map(|n| n.to_string()).unwrap_or_default();
        let (low, high) = match plan.price {
            Price::Range { low, high, .. } => (format!("{low:.2}"), format!("{high:.2}")),
            Price::Unknown { .. } => Default::default(),
        };
        let joined = |parts: Vec<&str>| parts.join("; ");
        let alterations = plan.files.iter().flat_map(|file| &file.alterations);
        Self {
            account: plan.source.account.clone(),
            job: plan.job.clone(),
            status: job.status.to_string(),
            created: created(job),
            was: plan.was.clone(),
            method: plan.method.to_string(),
            // A line without a model is passed over.
            model: match plan.is_possible() {
                true => plan.model.clone().unwrap_or_default(),
                false => String::new(),
            },
            proposals: joined(plan.proposals.iter().map(|p| p.model.id.as_str()).collect()),
            examples: number(training.and_then(|file| file.examples)),
            tokens: number(training.and_then(|file| file.tokens)),
            price_low: low,
            price_high: high,
            dropped: joined(plan.dropped().collect()),
            file_alterations: joined(
                alterations
                    .map(|alteration| alteration.description)
                    .collect(),
            ),
            impossible: joined(plan.problems.iter().map(|r| r.message.as_str()).collect()),
        }
    }
}

fn created(job: &Job) -> String {
    job.created_at.map(iso).unwrap_or_default()
}

/// Reads the lines that have a model: the others' jobs stay where they are.
///
/// # Errors
///
/// The file cannot be read, or has no such line, or a job twice.
pub fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let wrong = |what: String| Failure::new(Exit::Usage, format!("{}: {what}", path.display()));
    // As a whole: a folder opens like a file, and only reading it is an error.
    let text = std::fs::read(path).map_err(|e| wrong(format!("cannot read it: {e}")))?;
    let text = decoded(&text).map_err(|why| wrong(why.to_owned()))?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .delimiter(delimiter(&text))
        // Some spreadsheets leave out what is empty at the end of a row.
        .flexible(true)
        .from_reader(text.as_bytes());
    let no_table = |e: csv::Error| {
        wrong(format!(
            "{e}; the first line of a table names its columns, with commas, semicolons or tabs \
             between them: account, job and model have to be there"
        ))
    };
    let names = table.headers().map_err(no_table)?.clone();
    for row in table.records() {
        let mut row = row.map_err(no_table)?;
        for _ in row.len()..names.len() {
            row.push_field("");
        }
        let entry: Entry = row.deserialize(Some(&names)).map_err(no_table)?;
        if entry.model.is_empty() {
            continue;
        }
        let read = [&entry.account, &entry.job, &entry.model];
        if let Some(name) = read
            .iter()
            .find(|text| text.contains(char::REPLACEMENT_CHARACTER))
        {
            return Err(wrong(format!(
                "{name} is not UTF-8: save the table as CSV in UTF-8"
            )));
        }
        let is_same = |other: &Entry| (&other.account, &other.job) == (&entry.account, &entry.job);
        if entries.iter().any(is_same) {
            let (job, account) = (&entry.job, &entry.account);
            return Err(wrong(format!(
                "{job} of {account} has two rows with a `model`; a job is moved once: empty one"
            )));
        }
        entries.push(entry);
    }
    match entries.is_empty() {
        true => Err(wrong("no row has a `model`; nothing was moved".to_owned())),
        false => Ok(entries),
    }
}

/// Decodes what spreadsheets write: UTF-8, or with a mark at the front UTF-16. What is no
/// UTF-8 may stand only where nothing is read, as in the reasons of `impossible`.
fn decoded(text: &[u8]) -> Result<String, &'static str> {
    let (unit, text): (fn([u8; 2]) -> u16, _) = match text {
        [0xff, 0xfe, text @ ..] => (u16::from_le_bytes, text),
        [0xfe, 0xff, text @ ..] => (u16::from_be_bytes, text),
        _ => return Ok(String::from_utf8_lossy(text).into_owned()),
    };
    let (units, rest) = text.as_chunks();
    let units: Vec<u16> = units.iter().copied().map(unit).collect();
    match String::from_utf16(&units) {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err("its mark at the front says UTF-16, which it is not; save it as CSV in UTF-8"),
    }
}

/// Returns what stands between the names of the columns: spreadsheets write a semicolon where
/// numbers have a decimal comma.
fn delimiter(text: &str) -> u8 {
    let names = text.lines().next().unwrap_or_default();
    let count = |sign: &u8| names.bytes().filter(|byte| byte == sign).count();
    // Of several equal ones `max_by_key` returns the last.
    *b"\t;,"
        .iter()
        .max_by_key(|sign| count(sign))
        .unwrap_or(&b',')
}

/// Keeps other programs from carrying out the table, as long as what is returned lives: each
/// would have the whole limit.
///
/// # Errors
///
/// Another program does.
pub fn lock(path: &Path) -> Result<File, Failure> {
    let file = File::open(path);
    match file.map(|file| file.try_lock().map(|()| file)) {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(TryLockError::WouldBlock)) => {
            let what = format!(
                "{}: another program moves its jobs: wait until it is done",
                path.display()
            );
            Err(Failure::new(Exit::Failure, what))
        }
        Ok(Err(TryLockError::Error(error))) | Err(error) => {
            let what = format!("cannot use {}: {error}", path.display());
            Err(Failure::new(Exit::Failure, what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Result<Vec<(String, String)>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let entries = read(file.path()).map_err(|failure| failure.to_string())?;
        let rows = entries.into_iter().map(|entry| (entry.job, entry.model));
        Ok(rows.collect())
    }

    #[test]
    fn a_table_is_read_as_spreadsheets_save_it() {
        let table = "account,job,model,impossible\r\nopenai,ftjob-1,\"Qwen/Qwen3-8B\",\r\n\
                     openai,ftjob-2,,no longer there\r\nopenai,ftjob-3,Qwen/Qwen3-8B\r\n";
        let expected =
            ["ftjob-1", "ftjob-3"].map(|job| (job.to_owned(), "Qwen/Qwen3-8B".to_owned()));
        for sign in [",", ";", "\t"] {
            let table = table.replace(',', sign);
            assert_eq!(rows(table.as_bytes()).unwrap(), expected);
            assert_eq!(
                rows(format!("\u{feff}{table}").as_bytes()).unwrap(),
                expected
            );
            let units: Vec<u16> = format!("\u{feff}{table}").encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            assert_eq!(rows(&little).unwrap(), expected);
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            assert_eq!(rows(&big).unwrap(), expected);
            let cut = rows(&little[..little.len() - 1]).unwrap_err();
            assert!(cut.contains("save it as CSV in UTF-8"), "{cut}");
        }
    }

    #[test]
    fn other_encodings_count_only_where_they_are_read() {
        let unread =
            b"account,job,model,impossible\nopenai,ftjob-1,m,\nopenai,ftjob-2,,gel\xf6scht\n";
        assert_eq!(rows(unread).unwrap().len(), 1);
        let error = rows(b"account,job,model\nopenai,ftjob-1,gr\xfcn\n").unwrap_err();
        assert!(error.contains("is not UTF-8: save the table"), "{error}");
    }
}
