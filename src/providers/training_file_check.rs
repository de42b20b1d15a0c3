//! Checks of training files before an upload: vendors report invalid lines only
//! after minutes, or not at all. `unitune-datasets` checks all of a vendor's rules,
//! and takes longer to build than the library.

mod example;

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;
use unitune_file_limits::FileLimits;

pub use example::Format;

use crate::{Error, ErrorKind};

/// The number of problems that are kept; further ones are counted.
const KEPT: usize = 20;
/// The longest line that is read.
const MAX_LINE: u64 = 32 << 20;

/// A vendor's requirements of a training file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DatasetRules {
    /// The vendor's name in messages.
    pub title: &'static str,
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// The smallest number of examples.
    pub min_examples: usize,
    /// File name suffixes of formats other than JSON Lines that the vendor
    /// accepts.
    pub other_formats: &'static [&'static str],
    /// Whether the vendor accepts a byte order mark at the start of a file.
    pub takes_byte_order_mark: bool,
}

impl DatasetRules {
    /// Creates rules that require one example in JSON Lines, and nothing else.
    pub const fn new(title: &'static str) -> Self {
        Self {
            title,
            max_bytes: u64::MAX,
            min_examples: 1,
            other_formats: &[],
            takes_byte_order_mark: true,
        }
    }

    /// Creates rules with the limits of a vendor's files.
    #[allow(dead_code)] // Not every set of vendors has such limits.
    pub(crate) const fn of(title: &'static str, limits: &FileLimits) -> Self {
        let max_bytes = match (limits.max_upload_bytes, limits.max_bytes) {
            (Some(bytes), _) | (None, Some(bytes)) => bytes,
            (None, None) => u64::MAX,
        };
        Self {
            title,
            max_bytes,
            // The fewest examples are few.
            #[allow(clippy::cast_possible_truncation)]
            min_examples: limits.min_examples as usize,
            other_formats: limits.other_formats,
            takes_byte_order_mark: limits.takes_byte_order_mark,
        }
    }

    fn takes_as_it_is(&self, path: &Path) -> bool {
        let suffix = path.extension().and_then(|e| e.to_str());
        let is_suffix = |s: &str| self.other_formats.iter().any(|f| f.eq_ignore_ascii_case(s));
        suffix.is_some_and(is_suffix)
    }
}

impl Default for DatasetRules {
    fn default() -> Self {
        Self::new("the vendor")
    }
}

/// The result of checking a training file.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Dataset {
    /// The file's size.
    pub bytes: u64,
    /// The number of examples.
    pub examples: usize,
    /// The format of the examples; `None` if there are none, or if the file's
    /// format is not checked.
    pub format: Option<Format>,
    /// The problems, in the order of the lines; the first twenty.
    pub problems: Vec<Problem>,
    /// The number of all problems.
    pub problem_count: usize,
}

/// A problem of a training file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The line, from 1; `None` if it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl Dataset {
    /// Checks a file line by line for what the vendor would reject.
    ///
    /// Every file is read as JSON Lines, except for those whose suffix is that of
    /// another format which the vendor accepts (`.parquet` and `.csv` at
    /// Together).
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn check(path: impl AsRef<Path>, rules: &DatasetRules) -> Result<Self, Error> {
        let path = path.as_ref();
        let unreadable = |e: std::io::Error| {
            let message = format!("{}: {e}", path.display());
            Error::new(ErrorKind::InvalidRequest, message).because(e)
        };
        let file = File::open(path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        let mut found = Self {
            bytes,
            ..Self::default()
        };
        let is_read = !rules.takes_as_it_is(path);
        if is_read {
            found
                .read(BufReader::with_capacity(1 << 16, file), rules)
                .map_err(unreadable)?;
        }
        found.bound(rules, is_read);
        Ok(found)
    }

    /// Checks text in memory in the same way.
    pub fn check_text(text: &[u8], rules: &DatasetRules) -> Self {
        let mut found = Self {
            bytes: text.len() as u64,
            ..Self::default()
        };
        // A slice can always be read.
        let _ = found.read(text, rules);
        found.bound(rules, true);
        found
    }

    /// Returns true where problems say more than the number of examples.
    fn is_all_wrong(&self) -> bool {
        self.format.is_none() && self.problem_count > 0
    }

    /// Returns true if there is no problem.
    pub fn is_good(&self) -> bool {
        self.problem_count == 0
    }

    /// Returns an error with the problems of this file, if there are any.
    pub(super) fn ensure_valid(&self, path: &Path) -> Result<(), Error> {
        let Some(first) = self.problems.first() else {
            return Ok(());
        };
        let more = match self.problem_count - 1 {
            0 => String::new(),
            n => format!(" (and {n} more)"),
        };
        let message = format!("{}: {first}{more}", path.display());
        let all = Problems(self.problems.clone());
        Err(Error::new(ErrorKind::InvalidRequest, message).because(all))
    }

    fn read(&mut self, mut lines: impl BufRead, rules: &DatasetRules) -> std::io::Result<()> {
        let mut line = Vec::new();
        let mut number = 0;
        loop {
            line.clear();
            let read = (&mut lines).take(MAX_LINE).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(());
            }
            number += 1;
            if read as u64 == MAX_LINE && !line.ends_with(b"\n") {
                self.complain(Some(number), "the line is longer than 32 MiB");
                return Ok(());
            }
            let mark = "\u{feff}".as_bytes();
            let line = match line.strip_prefix(mark).filter(|_| number == 1) {
                Some(rest) if rules.takes_byte_order_mark => rest,
                _ => &line,
            };
            self.example(number, line);
        }
    }

    fn example(&mut self, number: usize, line: &[u8]) {
        let complaint = match std::str::from_utf8(line) {
            Err(e) => Some(format!("not UTF-8 at byte {}", e.valid_up_to() + 1)),
            Ok(text) if number == 1 && text.starts_with('\u{feff}') => {
                Some("the file starts with a byte order mark; save it without one".to_owned())
            }
            // Vendors skip them.
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => match serde_json::from_str::<Value>(text.trim_end()) {
                Err(e) => Some(format!("not JSON at column {}: {}", e.column(), reason(&e))),
                Ok(value) => {
                    self.examples += 1;
                    self.check_example(&value)
                }
            },
        };
        if let Some(complaint) = complaint {
            self.complain(Some(number), complaint);
        }
    }

    fn check_example(&mut self, value: &Value) -> Option<String> {
        match Format::of(value) {
            Err(complaint) => Some(complaint),
            Ok(format) => match self.format {
                Some(first) if first != format => Some(format!(
                    "this is {format}, but the examples before are {first}"
                )),
                _ => {
                    self.format = Some(format);
                    format.check(value).err()
                }
            },
        }
    }

    fn bound(&mut self, rules: &DatasetRules, is_read: bool) {
        let title = rules.title;
        let (most, least) = (rules.max_bytes, rules.min_examples);
        if self.bytes == 0 {
            self.complain(None, "the file is empty");
        } else if self.bytes > most {
            let message = format!("{} bytes: {title} accepts at most {most}", self.bytes);
            self.complain(None, message);
        } else if is_read && self.examples < least && !self.is_all_wrong() {
            let message = format!(
                "{} examples: {title} requires at least {least}",
                self.examples
            );
            self.complain(None, message);
        }
    }

    fn complain(&mut self, line: Option<usize>, message: impl Into<String>) {
        self.problem_count += 1;
        if self.problems.len() < KEPT {
            self.problems.push(Problem {
                line,
                message: message.into(),
            });
        }
    }
}

/// Returns serde_json's message without its position, which is reported with
/// the file's own.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// All problems, as the source of the error that names the first.
#[derive(Debug)]
struct Problems(Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            let separator = if n == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let found = Dataset::check_text(text.as_bytes(), &DatasetRules::default());
        found.problems.iter().map(ToString::to_string).collect()
    }

    const CHAT: &str = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;

    #[test]
    fn every_problem_has_its_line() {
        assert_eq!(problems(&format!("{CHAT}\n{CHAT}\n")), [""; 0]);
        let text = format!("{CHAT}\n{{\"messages\": \n\n[]\n{CHAT}");
        let found = problems(&text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("line 2: not JSON at column 12: EOF"),
            "{found:?}"
        );
        assert!(found[1].starts_with("line 4: "), "{found:?}");
        assert_eq!(problems(""), ["the file is empty"]);
        assert!(problems(" \n\n")[0].starts_with("0 examples"));
        let found = Dataset::check_text(b"{\"text\": \"\xff\"}\n", &DatasetRules::default());
        assert_eq!(
            found.problems[0].to_string(),
            "line 1: not UTF-8 at byte 11"
        );
    }

    #[test]
    fn a_byte_order_mark_is_for_the_vendor_to_accept() {
        let text = format!("\u{feff}{CHAT}\n");
        assert_eq!(problems(&text), [""; 0]);
        let rules = DatasetRules {
            takes_byte_order_mark: false,
            ..DatasetRules::default()
        };
        let found = Dataset::check_text(text.as_bytes(), &rules);
        assert_eq!(
            found.problems[0].to_string(),
            "line 1: the file starts with a byte order mark; save it without one"
        );
        // Elsewhere it is no mark.
        assert_eq!(problems(&format!("{CHAT}\n{text}")).len(), 1);
    }

    #[test]
    fn one_format_throughout() {
        let found = problems(&format!("{CHAT}\n{{\"text\": \"t\"}}\n"));
        assert_eq!(
            found,
            ["line 2: this is a plain text, but the examples before are a chat"]
        );
    }

    #[test]
    fn problems_are_counted_and_bounded() {
        let found = Dataset::check_text("x\n".repeat(1000).as_bytes(), &DatasetRules::default());
        assert_eq!((found.problems.len(), found.problem_count), (KEPT, 1000));
        let error = found
            .ensure_valid(Path::new("a.jsonl"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("a.jsonl: line 1: not JSON"), "{error}");
        assert!(error.ends_with("(and 999 more)"), "{error}");
    }

    #[test]
    fn sizes_are_the_vendors() {
        let rules = DatasetRules {
            min_examples: 10,
            ..DatasetRules::new("OpenAI")
        };
        let found = Dataset::check_text(CHAT.as_bytes(), &rules);
        assert_eq!(
            found.problems[0].message,
            "1 examples: OpenAI requires at least 10"
        );
        assert!(Dataset::check_text(CHAT.as_bytes(), &DatasetRules::default()).is_good());
    }
}
