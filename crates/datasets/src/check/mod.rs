//! Checks files: every line, for a vendor and a method.

mod batch;
mod chat;
mod content;
mod example;
mod file;
mod pair;
mod tools;
mod walk;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Serialize;

use crate::convert::Output;
use crate::duplicates::{Duplicates, Fingerprints, Overlap};
use crate::error::Error;
use crate::findings::{Findings, ListLimits};
use crate::progress::{OnProgress, Progress};
use crate::rules::{Format, Method, MethodRules, VendorRules};
use crate::statistics::Statistics;
use crate::tokens::TokenBasis;

/// What a file is checked for, and how.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use unitune_datasets::{Check, Method};
///
/// let line = br#"{"messages": [{"role": "user", "content": "Hello"}]}"#;
/// let report = Check::new("together", Method::Supervised)?.read(&line[..])?;
/// assert!(!report.is_good());
/// assert_eq!(
///     report.errors.listed[0].to_string(),
///     "line 1, /messages: no message of the assistant: there is nothing to learn; \
///      add the wanted answer"
/// );
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Check {
    vendor: &'static VendorRules,
    rules: &'static MethodRules,
    role: FileRole,
    model: Option<String>,
    max_tokens: Option<u64>,
    counts_tokens: bool,
    limits: ListLimits,
    max_line: usize,
    max_fingerprints: usize,
    threads: usize,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRole {
    /// The examples that are learnt from.
    #[default]
    Training,
    /// Examples that show how well it was learnt.
    Validation,
}

/// The largest line that is read, if nothing else is said: ten pictures of 10 MB
/// in base64, and some text.
const MAX_LINE: usize = 160 << 20;
/// How many examples are remembered to find them again.
const MAX_FINGERPRINTS: usize = 2_000_000;

impl Check {
    /// Creates a check for a vendor, by its name, and a method.
    ///
    /// # Errors
    ///
    /// The vendor's files are not known, or it has no such method; the error says
    /// what there is.
    pub fn new(vendor: &str, method: Method) -> Result<Self, Error> {
        let vendor = crate::vendors::find(vendor)?;
        let rules = vendor
            .method(method)
            .ok_or_else(|| Error::no_method(vendor, method))?;
        Ok(Self {
            vendor,
            rules,
            role: FileRole::Training,
            model: None,
            max_tokens: None,
            counts_tokens: true,
            limits: ListLimits::default(),
            max_line: MAX_LINE,
            max_fingerprints: MAX_FINGERPRINTS,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        })
    }

    /// Sets what the file is for: limits of validation files are others.
    #[must_use]
    pub fn role(mut self, role: FileRole) -> Self {
        self.role = role;
        self
    }

    /// Sets the base model. It decides how tokens are counted and how many an
    /// example may have, where that is known.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets how many tokens an example may have, in place of what is known of
    /// the model.
    #[must_use]
    pub fn max_tokens(mut self, tokens: u64) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// Sets whether tokens are counted. It is most of the work.
    #[must_use]
    pub fn count_tokens(mut self, count: bool) -> Self {
        self.counts_tokens = count;
        self
    }

    /// Sets how many findings are listed. All are counted.
    #[must_use]
    pub fn list(mut self, limits: ListLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the longest line that is read, in bytes. A longer one is an error,
    /// and is skipped without being kept.
    #[must_use]
    pub fn max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes.max(1);
        self
    }

    /// Sets how many examples are remembered to find duplicates, at 20 to 40
    /// bytes each. Of the others it is not known whether they come again.
    #[must_use]
    pub fn max_fingerprints(mut self, examples: usize) -> Self {
        self.max_fingerprints = examples;
        self
    }

    /// Sets how many threads look at lines; by default as many as the machine
    /// runs at once.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Returns the vendor's rules.
    pub fn vendor(&self) -> &'static VendorRules {
        self.vendor
    }

    /// Returns the rules of the method.
    pub fn rules(&self) -> &'static MethodRules {
        self.rules
    }

    /// Checks a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read. What is wrong in it is in the report.
    pub fn file(&self, path: impl AsRef<Path>) -> Result<CheckReport, Error> {
        self.file_with(path, &mut |_| Ok(()))
    }

    /// Checks a file, and says how far it is.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or `progress` stopped it.
    pub fn file_with(
        &self,
        path: impl AsRef<Path>,
        progress: OnProgress<'_>,
    ) -> Result<CheckReport, Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        let metadata = file.metadata().map_err(|e| Error::io(path, e))?;
        if metadata.is_dir() {
            let error = std::io::Error::from(std::io::ErrorKind::IsADirectory);
            return Err(Error::io(path, error));
        }
        let reader = BufReader::with_capacity(1 << 18, file);
        let total = metadata.is_file().then_some(metadata.len());
        self.run(reader, total, progress, None)
            .map_err(|e| e.at(path))
    }

    /// Checks what a reader gives.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn read(&self, reader: impl Read + Send) -> Result<CheckReport, Error> {
        self.read_with(reader, &mut |_| Ok(()))
    }

    /// Checks what a reader gives, and says how far it is.
    ///
    /// # Errors
    ///
    /// It cannot be read, or `progress` stopped it.
    pub fn read_with(
        &self,
        reader: impl Read + Send,
        progress: OnProgress<'_>,
    ) -> Result<CheckReport, Error> {
        let reader = BufReader::with_capacity(1 << 18, reader);
        self.run(reader, None, progress, None)
    }

    pub(crate) fn run(
        &self,
        mut reader: impl BufRead,
        total: Option<u64>,
        progress: OnProgress<'_>,
        mut output: Option<&mut Output<'_>>,
    ) -> Result<CheckReport, Error> {
        let start = reader.fill_buf().map_err(Error::reading)?;
        let sort = file::sort(start);
        let mut report = self.empty_report();
        if let file::Sort::Lines = sort {
            batch::run(
                self,
                reader,
                total,
                progress,
                &mut report,
                output.as_deref_mut(),
            )?;
        } else {
            report.bytes = total.unwrap_or_default();
            self.other_file(&sort, &mut report);
        }
        progress(&Progress {
            bytes: report.bytes,
            total_bytes: total,
            lines: report.lines,
            errors: report.errors.count,
        })
        .map_err(|_| Error::Cancelled)?;
        if let Some(output) = output {
            (report.examples, report.bytes) = output.size();
            report.blank_lines = 0;
        }
        self.whole_file(&mut report);
        Ok(report)
    }

    /// How many tokens an example may have; none where it is not known.
    fn token_limit(&self) -> Option<u64> {
        self.max_tokens.or_else(|| {
            let limits =
                crate::models::catalogue().context(self.vendor.name, self.model.as_deref()?);
            limits.and_then(|limits| limits.for_method(self.rules.method))
        })
    }

    fn token_basis(&self) -> TokenBasis {
        match self.counts_tokens {
            true => TokenBasis::of(self.vendor, self.model.as_deref()),
            false => TokenBasis::NotCounted,
        }
    }

    fn empty_report(&self) -> CheckReport {
        CheckReport {
            vendor: self.vendor.name,
            method: self.rules.method,
            role: self.role,
            model: self.model.clone(),
            format: None,
            bytes: 0,
            lines: 0,
            blank_lines: 0,
            examples: 0,
            token_basis: self.token_basis(),
            max_tokens: self.token_limit(),
            statistics: Statistics::default(),
            duplicates: Duplicates::default(),
            errors: Findings::new(self.limits),
            warnings: Findings::new(self.limits),
            fingerprints: Fingerprints::new(self.max_fingerprints),
            mixed_weights: false,
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// The vendor that the file was checked for.
    pub vendor: &'static str,
    /// The method that it was checked for.
    pub method: Method,
    /// What the file is for.
    pub role: FileRole,
    /// The base model, where it was said.
    pub model: Option<String>,
    /// The format; none where no line has one.
    pub format: Option<Format>,
    /// The file's size.
    pub bytes: u64,
    /// Lines, the blank ones too.
    pub lines: u64,
    /// Blank lines.
    pub blank_lines: u64,
    /// Lines that are JSON objects.
    pub examples: u64,
    /// How tokens were counted.
    pub token_basis: TokenBasis,
    /// How many tokens an example may have, where that is known.
    pub max_tokens: Option<u64>,
    /// What is in the examples.
    pub statistics: Statistics,
    /// Examples that come again.
    pub duplicates: Duplicates,
    /// What the vendor rejects.
    pub errors: Findings,
    /// What is worth to know.
    pub warnings: Findings,
    #[serde(skip)]
    fingerprints: Fingerprints,
    #[serde(skip)]
    mixed_weights: bool,
}

impl CheckReport {
    /// Returns true when there is no error.
    pub fn is_good(&self) -> bool {
        self.errors.is_empty()
    }

    /// True where some examples have a weight, and all have to or none.
    pub(crate) fn has_mixed_weights(&self) -> bool {
        self.mixed_weights
    }

    /// Returns which examples are in another file too: of a validation file,
    /// those that it shares with the training file.
    pub fn overlap(&self, other: &Self) -> Overlap {
        self.fingerprints.overlap(&other.fingerprints)
    }
}
