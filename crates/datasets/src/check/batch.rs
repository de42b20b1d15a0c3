//! Checks the lines of a file on several threads, and merges the results in order.

use std::io::BufRead;

use super::walk::{Sink, Walk};
use super::{Check, CheckReport};
use crate::convert::{Converted, Output, Rewrite};
use crate::detect::{NoFormat, format_of};
use crate::error::Error;
use crate::findings::{Code, Findings, Pointer};
use crate::json::{MAX_DEPTH, Object, ParseError, Value, parse};
use crate::lines::{Batch, Line, Lines};
use crate::parallel;
use crate::progress::{OnProgress, Progress};
use crate::rules::{ExampleWeight, Format, Level};
use crate::statistics::{ExampleFacts, Statistics};
use crate::tokens::Counter;

/// How many bytes a thread gets at once.
const BATCH: usize = 1 << 20;

/// What was found in some lines.
struct Found {
    lines: u64,
    bytes: u64,
    blank_lines: u64,
    examples: u64,
    /// Of each example: its line, its fingerprint, its format.
    seen: Vec<SeenExample>,
    statistics: Statistics,
    sink: Sink,
    converted: Converted,
}

struct SeenExample {
    line: u64,
    fingerprint: u64,
    format: Option<Format>,
    has_weight: bool,
}

/// Checks that compare all lines of a file.
#[derive(Default)]
struct WholeFileChecks {
    first_format: Option<(Format, u64)>,
    first_weighted: Option<u64>,
    first_unweighted: Option<u64>,
}

/// Reads all lines into the report.
pub(super) fn run(
    check: &Check,
    reader: impl BufRead,
    total_bytes: Option<u64>,
    progress: OnProgress<'_>,
    report: &mut CheckReport,
    mut output: Option<&mut Output<'_>>,
) -> Result<(), Error> {
    let mut lines = Lines::new(reader, check.max_line, BATCH);
    let mut whole_file = WholeFileChecks::default();
    let mut is_first = true;
    let rewrite = output.as_ref().map(|output| output.rewrite);
    let work = || {
        let mut counter = Counter::new(check.token_basis());
        let max_tokens = check.token_limit();
        move |(batch, has_bom): (Batch, bool)| {
            let mut checker = BatchChecker {
                check,
                counter: &mut counter,
                max_tokens,
                rewrite,
            };
            checker.check(&batch, has_bom)
        }
    };
    let next = || {
        let batch = lines.next_batch().map_err(Error::reading)?;
        let has_bom = std::mem::take(&mut is_first) && lines.has_bom;
        Ok(batch.map(|batch| (batch, has_bom)))
    };
    parallel::in_order(check.threads, next, work, |found: Found| {
        report.lines += found.lines;
        report.bytes += found.bytes;
        report.blank_lines += found.blank_lines;
        report.examples += found.examples;
        report.statistics.append(&found.statistics);
        report.errors.append(found.sink.errors);
        report.warnings.append(found.sink.warnings);
        if let Some(output) = &mut output {
            output.add(found.converted)?;
        }
        for seen in &found.seen {
            whole_file.add(seen, report);
            let earlier = report.fingerprints.add(seen.fingerprint, seen.line);
            if let Some(earlier) = earlier {
                report.duplicates.add(seen.line, earlier);
                let message = format!("the same example as in line {earlier}");
                let help = "leave it out, unless it should count more";
                let line = Some(seen.line);
                add(report, Level::Warning, line, Code::Duplicate, message, help);
            }
        }
        let so_far = Progress {
            bytes: report.bytes,
            total_bytes,
            lines: report.lines,
            errors: report.errors.count,
        };
        progress(&so_far).map_err(|_| Error::Cancelled)
    })?;
    whole_file.ending(check, report);
    report.format = whole_file.first_format.map(|(format, _)| format);
    report
        .duplicates
        .set_complete(report.fingerprints.is_complete());
    Ok(())
}

fn add(
    report: &mut CheckReport,
    level: Level,
    line: Option<u64>,
    code: Code,
    message: String,
    help: &str,
) {
    let findings = match level {
        Level::Error => &mut report.errors,
        Level::Warning => &mut report.warnings,
    };
    findings.add(code, || crate::findings::Finding {
        line,
        pointer: String::new(),
        code,
        message,
        help: help.to_owned(),
    });
}

impl WholeFileChecks {
    fn add(&mut self, seen: &SeenExample, report: &mut CheckReport) {
        if let Some(format) = seen.format {
            match self.first_format {
                None => self.first_format = Some((format, seen.line)),
                Some((first, line)) if first != format => {
                    let message = format!("this is {format}, and line {line} is {first}");
                    let help = "use one format in a file";
                    let code = Code::MixedFormats;
                    add(report, Level::Error, Some(seen.line), code, message, help);
                }
                Some(_) => {}
            }
        }
        let first = match seen.has_weight {
            true => &mut self.first_weighted,
            false => &mut self.first_unweighted,
        };
        first.get_or_insert(seen.line);
    }

    fn ending(&self, check: &Check, report: &mut CheckReport) {
        let (Some(with), Some(without)) = (self.first_weighted, self.first_unweighted) else {
            return;
        };
        if check.rules.chat.example_weight == ExampleWeight::AnyOnEveryLine {
            report.mixed_weights = true;
            let title = check.vendor.title;
            let message = format!(
                "line {with} has a `weight` and line {without} has none; {title} wants it on \
                 every line or on none"
            );
            let help = "give the others the weight 1";
            add(report, Level::Error, None, Code::Weight, message, help);
        }
    }
}

/// What one thread needs to check its lines.
struct BatchChecker<'l> {
    check: &'l Check,
    counter: &'l mut Counter,
    max_tokens: Option<u64>,
    rewrite: Option<Rewrite<'l>>,
}

impl BatchChecker<'_> {
    fn check(&mut self, batch: &Batch, has_bom: bool) -> Found {
        let limits = self.check.limits;
        let mut found = Found {
            lines: batch.lines.len() as u64,
            bytes: batch.lines.iter().map(|line| line.length).sum(),
            blank_lines: 0,
            examples: 0,
            seen: Vec::with_capacity(batch.lines.len()),
            statistics: Statistics::default(),
            sink: Sink {
                errors: Findings::new(limits),
                warnings: Findings::new(limits),
            },
            converted: Converted::default(),
        };
        if has_bom && self.rewrite.is_none() {
            self.check.byte_order_mark(&mut found.sink);
        }
        for line in &batch.lines {
            let errors = found.sink.errors.count;
            match value_of(self.check, batch, line, &mut found.sink) {
                Outcome::Blank => found.blank_lines += 1,
                Outcome::Bad => found.converted.unsupported += 1,
                Outcome::Example(example) => self.line(line.number, example, errors, &mut found),
            }
        }
        found
    }

    fn line(&mut self, line: u64, example: Value<'_>, errors: u64, found: &mut Found) {
        let Some(rewrite) = self.rewrite else {
            found.examples += 1;
            let seen = self.example(line, &example, found);
            found.seen.push(seen);
            return;
        };
        let Some(example) = rewrite.example(example, line, &mut found.converted.alterations) else {
            return;
        };
        let seen = self.example(line, &example, found);
        let start = found.converted.lines.len();
        let is_written = serde_json::to_writer(&mut found.converted.lines, &example).is_ok();
        if found.sink.errors.count > errors || !is_written {
            found.converted.lines.truncate(start);
            found.converted.unsupported += 1;
            return;
        }
        found.converted.lines.push(b'\n');
        found.converted.examples += 1;
        found.seen.push(seen);
    }

    fn example(&mut self, line: u64, value: &Value<'_>, found: &mut Found) -> SeenExample {
        let check = self.check;
        let no_members = Object::default();
        let example = value.as_object().unwrap_or(&no_members);
        let mut seen = SeenExample {
            line,
            fingerprint: value.fingerprint(),
            format: None,
            has_weight: example.some("weight").is_some(),
        };
        let mut walk = Walk {
            vendor: check.vendor,
            rules: check.rules,
            line,
            counter: self.counter,
            sink: &mut found.sink,
            statistics: &mut found.statistics,
            facts: ExampleFacts::default(),
        };
        match format_of(example, check.rules.formats) {
            Ok(format) => {
                seen.format = Some(format);
                if check.rules.formats.contains(&format) {
                    walk.example(example, format);
                } else if self.rewrite.is_some() {
                    unknown_format(&mut walk, NoFormat::Several(vec![format]));
                }
                // Otherwise it is said once, of the file.
            }
            Err(no_format) => unknown_format(&mut walk, no_format),
        }
        if let Some(most) = self.max_tokens
            && walk.facts.tokens > most
        {
            let message = format!("about {} tokens; the model takes {most}", walk.facts.tokens);
            let help = format!("shorten it: {}", check.vendor.over_length);
            walk.warn(Pointer::Root, Code::TooManyTokens, message, help);
        }
        let facts = walk.facts;
        let counts = seen.format.is_some() && self.counter.is_on();
        found.statistics.record(&facts, counts);
        seen
    }
}

enum Outcome<'a> {
    Blank,
    Bad,
    Example(Value<'a>),
}

/// The object in a line, if there is one.
fn value_of<'b>(check: &Check, batch: &'b Batch, line: &Line, sink: &mut Sink) -> Outcome<'b> {
    let number = Some(line.number);
    let mut error = |code, message: String, help: &str| {
        sink.add(Level::Error, number, Pointer::Root, code, message, help);
        Outcome::Bad
    };
    let Some(bytes) = batch.text(line) else {
        let message = format!(
            "a line of {} bytes; lines of more than {} are not read",
            line.length, check.max_line
        );
        return error(
            Code::LineTooLong,
            message,
            "is this one JSON object on each line?",
        );
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            let message = format!("not UTF-8 at byte {}", e.valid_up_to() + 1);
            return error(Code::NotUtf8, message, "save the file as UTF-8");
        }
    };
    if text.trim_ascii().is_empty() {
        return Outcome::Blank;
    }
    let mut duplicates = Vec::new();
    let value = match parse(text, &mut duplicates) {
        Ok(value) => value,
        Err(ParseError::Syntax { column, reason }) => {
            let message = format!("not JSON at column {column}: {reason}");
            return error(Code::NotJson, message, "write one JSON object on each line");
        }
        Err(ParseError::TooDeep) => {
            let message = format!("arrays and objects more than {MAX_DEPTH} levels deep");
            return error(Code::TooDeep, message, "");
        }
    };
    if value.as_object().is_none() {
        let message = format!("expected an object, found {}", value.kind());
        return error(
            Code::WrongType,
            message,
            "write one JSON object on each line",
        );
    }
    for pointer in duplicates {
        let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        sink.errors
            .add(Code::DuplicateKey, || crate::findings::Finding {
                line: number,
                pointer,
                code: Code::DuplicateKey,
                message: format!("`{name}` occurs twice in an object"),
                help: "keep one: parsers differ in which they take".to_owned(),
            });
    }
    Outcome::Example(value)
}

fn unknown_format(walk: &mut Walk<'_>, no_format: NoFormat) {
    let expected: Vec<String> = walk.rules.formats.iter().map(ToString::to_string).collect();
    let expected = format!("expected {}", expected.join(", or "));
    let (message, help) = match no_format {
        NoFormat::None("") => ("the example has no known format".to_owned(), expected),
        NoFormat::None(help) => (
            "the example has no known format".to_owned(),
            help.to_owned(),
        ),
        NoFormat::Several(formats) if formats.len() == 1 => {
            let (title, method) = (walk.vendor.title, walk.rules.method);
            let message = format!("{title} does not take {} for {method}", formats[0]);
            (message, expected)
        }
        NoFormat::Several(formats) => {
            let formats: Vec<String> = formats.iter().map(ToString::to_string).collect();
            let message = format!("the example has two formats: {}", formats.join(" and "));
            (message, "keep the members of one".to_owned())
        }
    };
    walk.error(Pointer::Root, Code::UnknownFormat, message, help);
}
