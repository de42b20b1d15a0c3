//! Checks a file as a whole: its size, its number of examples, its start and end.

use super::walk::Sink;
use super::{Check, CheckReport, FileRole};
use crate::detect;
use crate::findings::{Code, Finding, Findings, Pointer};
use crate::rules::{Format, Level};

/// What a file is, by its first bytes.
pub(super) enum Sort {
    Lines,
    Parquet,
    Other {
        what: &'static str,
        help: &'static str,
    },
}

pub(super) fn sort(start: &[u8]) -> Sort {
    if detect::is_parquet(start) {
        return Sort::Parquet;
    }
    match detect::not_json_lines(start) {
        Some((what, help)) => Sort::Other { what, help },
        None => Sort::Lines,
    }
}

fn add(findings: &mut Findings, code: Code, message: String, help: impl Into<String>) {
    findings.add(code, || Finding {
        line: None,
        pointer: String::new(),
        code,
        message,
        help: help.into(),
    });
}

impl Check {
    /// A file that is not read line by line.
    pub(super) fn other_file(&self, sort: &Sort, report: &mut CheckReport) {
        match sort {
            Sort::Lines => {}
            Sort::Other { what, help } => {
                add(
                    &mut report.errors,
                    Code::NotJsonLines,
                    (*what).to_owned(),
                    *help,
                );
            }
            Sort::Parquet => {
                report.format = Some(Format::Parquet);
                let title = self.vendor.title;
                if self.rules.formats.contains(&Format::Parquet) {
                    let message = "Parquet files are not looked into".to_owned();
                    let help = format!("{title} checks it after the upload");
                    add(&mut report.warnings, Code::NotJsonLines, message, help);
                } else {
                    self.wrong_format(report);
                }
            }
        }
    }

    fn wrong_format(&self, report: &mut CheckReport) {
        let Some(format) = report.format else {
            return;
        };
        if self.rules.formats.contains(&format) {
            return;
        }
        let takes = self.rules.formats.iter().map(ToString::to_string);
        let takes: Vec<String> = takes.collect();
        let (title, method) = (self.vendor.title, self.rules.method);
        let message = format!("{title} does not take {format} for {method}");
        let mut help = format!("it takes {}", takes.join(", "));
        let mut others = self.vendor.methods.iter();
        if let Some(other) = others.find(|rules| rules.formats.contains(&format)) {
            help = format!("{help}; the file is for the method {}", other.method);
        }
        add(&mut report.errors, Code::WrongFormat, message, help);
    }

    /// What can be said when every line is known.
    pub(super) fn whole_file(&self, report: &mut CheckReport) {
        let vendor = self.vendor;
        let title = vendor.title;
        if report.format != Some(Format::Parquet) {
            self.wrong_format(report);
        }
        let is_lines = !report.errors.by_code.contains_key(&Code::NotJsonLines)
            && report.format != Some(Format::Parquet);
        if is_lines && report.examples == 0 && report.errors.is_empty() {
            let message = "the file has no example".to_owned();
            add(
                &mut report.errors,
                Code::Empty,
                message,
                "write one JSON object on each line",
            );
        }
        if let Some(most) = vendor.max_bytes
            && report.bytes > most
        {
            let message = format!("{} bytes; {title} takes {most} at most", report.bytes);
            add(
                &mut report.errors,
                Code::FileTooLarge,
                message,
                "leave examples out",
            );
        } else if let Some((size, what)) = vendor.large
            && report.bytes > size
        {
            let message = format!("the file has {} bytes", report.bytes);
            add(&mut report.warnings, Code::LargeFile, message, what);
        }
        if is_lines && report.examples > 0 {
            self.number_of_examples(report);
        }
        if report.blank_lines > 0 {
            let message = format!("{} blank lines", report.blank_lines);
            let help = "delete them: not every vendor skips them";
            add(&mut report.warnings, Code::BlankLine, message, help);
        }
    }

    fn number_of_examples(&self, report: &mut CheckReport) {
        let (title, rules) = (self.vendor.title, self.rules);
        let least = match self.role {
            FileRole::Training => rules.min_examples,
            FileRole::Validation => 1,
        };
        let most = match self.role {
            FileRole::Training => rules.max_examples,
            FileRole::Validation => rules.max_validation_examples,
        };
        let examples = report.examples;
        if examples < least {
            let message = format!("{examples} examples; {title} requires at least {least}");
            let help = "add examples";
            add(&mut report.errors, Code::TooFewExamples, message, help);
        }
        if let Some(most) = most
            && examples > most
        {
            let message = format!("{examples} examples; {title} takes {most} at most");
            let help = "leave examples out";
            add(&mut report.errors, Code::TooManyExamples, message, help);
        }
        if let Some(images) = &rules.chat.images
            && let Some(most) = images.max_examples
            && report.statistics.with_images > most
        {
            let with = report.statistics.with_images;
            let message = format!("{with} examples with pictures; {title} takes {most} at most");
            let help = "leave examples out";
            add(&mut report.errors, Code::TooManyExamples, message, help);
        }
    }

    /// A byte order mark at the start.
    pub(super) fn byte_order_mark(&self, sink: &mut Sink) {
        let Some(level) = self.vendor.byte_order_mark else {
            return;
        };
        let title = self.vendor.title;
        let message = match level {
            Level::Error => {
                format!("the file starts with a byte order mark, which {title} rejects")
            }
            Level::Warning => "the file starts with a byte order mark".to_owned(),
        };
        let help = "save it as UTF-8 without the mark";
        sink.add(
            level,
            Some(1),
            Pointer::Root,
            Code::ByteOrderMark,
            message,
            help,
        );
    }
}
