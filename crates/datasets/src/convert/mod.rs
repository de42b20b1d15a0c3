//! Converts files between vendors: line by line, with a list of what is changed.

mod alterations;
mod functions;
mod rewrite;

use std::fmt;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

pub use alterations::{Alteration, AlterationKind};

pub(crate) use alterations::Alterations;
pub(crate) use rewrite::Rewrite;

use crate::check::{Check, CheckReport, FileRole};
use crate::error::Error;
use crate::findings::{Code, ListLimits};
use crate::progress::OnProgress;
use crate::rules::Method;

/// Fetches a picture, for vendors that do not do so themselves. It is called by
/// several threads, and may well block.
pub type FetchImage = Arc<dyn Fn(&str) -> Result<FetchedImage, String> + Send + Sync>;

/// A picture that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedImage {
    /// Its media type, such as `image/png`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A conversion of files to what a vendor takes.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use unitune_datasets::{Convert, AlterationKind, Method};
///
/// # let folder = tempfile::tempdir()?;
/// # let (source, target) = (folder.path().join("a.jsonl"), folder.path().join("b.jsonl"));
/// std::fs::write(&source, r#"{"messages": [
///     {"role": "developer", "content": "Be short."},
///     {"role": "user", "content": "Hello"},
///     {"role": "assistant", "content": "Hi"}]}"#.replace('\n', ""))?;
/// let report = Convert::new("together", Method::Supervised)?.file(&source, &target)?;
/// assert!(report.is_written);
/// assert_eq!(report.alterations[0].kind, AlterationKind::DeveloperToSystem);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Convert {
    check: Check,
    fetch: Option<FetchImage>,
    on_unsupported: OnUnsupported,
    byte_order_mark: bool,
    overwrite: bool,
}

impl fmt::Debug for Convert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Convert")
            .field("check", &self.check)
            .field("fetches_images", &self.fetch.is_some())
            .field("on_unsupported", &self.on_unsupported)
            .finish_non_exhaustive()
    }
}

/// What happens where an example cannot be converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnsupported {
    /// Nothing is written.
    #[default]
    Fail,
    /// The example is left out.
    Skip,
}

/// What a conversion did.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ConvertReport {
    /// Whether the target was written.
    pub is_written: bool,
    /// How many examples were written, or would have been.
    pub written: u64,
    /// How many examples cannot be converted; `target.errors` says why.
    pub unsupported: u64,
    /// The target's size.
    pub bytes_written: u64,
    /// What is not the same in the target.
    pub alterations: Vec<Alteration>,
    /// The check of the target, with the line numbers of the source.
    pub target: CheckReport,
}

impl ConvertReport {
    /// Returns true where everything can be converted and nothing is lost.
    pub fn is_lossless(&self) -> bool {
        self.is_possible() && self.alterations.is_empty()
    }

    /// Returns true where every example can be converted.
    pub fn is_possible(&self) -> bool {
        self.target.errors.is_empty()
    }
}

impl Convert {
    /// Creates a conversion to what a vendor, by its name, takes for a method.
    /// The source can be any vendor's.
    ///
    /// # Errors
    ///
    /// The vendor's files are not known, or it has no such method.
    pub fn new(vendor: &str, method: Method) -> Result<Self, Error> {
        Ok(Self {
            // Tokens are for a check of the target.
            check: Check::new(vendor, method)?.count_tokens(false),
            fetch: None,
            on_unsupported: OnUnsupported::Fail,
            byte_order_mark: false,
            overwrite: false,
        })
    }

    /// Sets what the target is checked for: its model, its limits, whether
    /// tokens are counted.
    #[must_use]
    pub fn with_check(mut self, change: impl FnOnce(Check) -> Check) -> Self {
        self.check = change(self.check);
        self
    }

    /// Sets what the file is for.
    #[must_use]
    pub fn role(self, role: FileRole) -> Self {
        self.with_check(|check| check.role(role))
    }

    /// Sets how many findings are listed.
    #[must_use]
    pub fn list(self, limits: ListLimits) -> Self {
        self.with_check(|check| check.list(limits))
    }

    /// Sets what fetches pictures where the vendor does not. Without it, an
    /// example with the address of a picture is rejected there.
    #[must_use]
    pub fn fetch_images(mut self, fetch: FetchImage) -> Self {
        self.fetch = Some(fetch);
        self
    }

    /// Sets what happens where an example cannot be converted.
    #[must_use]
    pub fn on_unsupported(mut self, on_unsupported: OnUnsupported) -> Self {
        self.on_unsupported = on_unsupported;
        self
    }

    /// Sets whether the target starts with a byte order mark. One document of
    /// Azure asks for it.
    #[must_use]
    pub fn byte_order_mark(mut self, write: bool) -> Self {
        self.byte_order_mark = write;
        self
    }

    /// Sets whether a target that exists is replaced.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Converts a file. The target appears whole or not at all: it is written
    /// under another name beside it and then renamed.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written, the target exists, or the source is not
    /// of lines of JSON. Where examples cannot be converted there is no error:
    /// the report says so, and nothing is written.
    pub fn file(
        &self,
        source: impl AsRef<Path>,
        target: impl AsRef<Path>,
    ) -> Result<ConvertReport, Error> {
        self.file_with(source, target, &mut |_| Ok(()))
    }

    /// Converts a file, and says how far it is.
    ///
    /// # Errors
    ///
    /// As [`Self::file`], or `progress` stopped it.
    pub fn file_with(
        &self,
        source: impl AsRef<Path>,
        target: impl AsRef<Path>,
        progress: OnProgress<'_>,
    ) -> Result<ConvertReport, Error> {
        let (source, target) = (source.as_ref(), target.as_ref());
        if !self.overwrite && target.exists() {
            return Err(Error::io(target, std::io::ErrorKind::AlreadyExists.into()));
        }
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let at_target = |e: std::io::Error| Error::io(target, e);
        let mut temporary = temporary_file(folder).map_err(at_target)?;
        let mut report = self.pass(source, temporary.as_file_mut(), false, progress)?;
        if report.target.has_mixed_weights() {
            temporary = temporary_file(folder).map_err(at_target)?;
            report = self.pass(source, temporary.as_file_mut(), true, progress)?;
        }
        if !self.is_worth_writing(&report) {
            return Ok(report);
        }
        temporary.as_file().sync_all().map_err(at_target)?;
        let persisted = match self.overwrite {
            true => temporary.persist(target),
            false => temporary.persist_noclobber(target),
        };
        persisted.map_err(|e| at_target(e.error))?;
        report.is_written = true;
        Ok(report)
    }

    /// Does all of a conversion but the writing: what would be lost, and what
    /// cannot be converted.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or `progress` stopped it.
    pub fn preview(
        &self,
        source: impl AsRef<Path>,
        progress: OnProgress<'_>,
    ) -> Result<ConvertReport, Error> {
        let source = source.as_ref();
        let mut nowhere = std::io::sink();
        let report = self.pass(source, &mut nowhere, false, progress)?;
        match report.target.has_mixed_weights() {
            true => self.pass(source, &mut nowhere, true, progress),
            false => Ok(report),
        }
    }

    fn is_worth_writing(&self, report: &ConvertReport) -> bool {
        match self.on_unsupported {
            OnUnsupported::Fail => report.is_possible(),
            // What is wrong with the file as a whole is not mended by leaving out.
            OnUnsupported::Skip => {
                let errors = &report.target.errors;
                let of_file = errors
                    .listed
                    .iter()
                    .filter(|finding| finding.line.is_none());
                of_file.count() == 0
                    && report.written > 0
                    && !errors.by_code.contains_key(&Code::MixedFormats)
            }
        }
    }

    /// Reads the source once. Where weights have to be on every line or on none,
    /// only the end shows whether they have to be added.
    fn pass(
        &self,
        source: &Path,
        target: &mut dyn Write,
        add_weights: bool,
        progress: OnProgress<'_>,
    ) -> Result<ConvertReport, Error> {
        let file = File::open(source).map_err(|e| Error::io(source, e))?;
        let metadata = file.metadata().map_err(|e| Error::io(source, e))?;
        let total = metadata.is_file().then_some(metadata.len());
        let mut output = Output {
            rewrite: Rewrite {
                rules: self.check.rules(),
                fetch: self.fetch.as_ref(),
                add_weights,
            },
            target: BufWriter::with_capacity(1 << 18, target),
            alterations: Alterations::default(),
            examples: 0,
            unsupported: 0,
            bytes: 0,
            skips: self.on_unsupported == OnUnsupported::Skip,
        };
        if self.byte_order_mark {
            output.write("\u{feff}".as_bytes())?;
        }
        let reader = BufReader::with_capacity(1 << 18, file);
        let run = self.check.run(reader, total, progress, Some(&mut output));
        let report = run.map_err(|e| e.at(source))?;
        output.target.flush().map_err(Error::writing)?;
        if report.format == Some(crate::Format::Parquet) || report.errors.has(Code::NotJsonLines) {
            let what = "only lines of JSON can be converted";
            let why = report
                .errors
                .listed
                .iter()
                .chain(&report.warnings.listed)
                .next();
            let why = why.map_or_else(String::new, |finding| format!(": {finding}"));
            return Err(Error::NotConvertible(format!(
                "{}: {what}{why}",
                source.display()
            )));
        }
        Ok(ConvertReport {
            is_written: false,
            written: output.examples,
            unsupported: output.unsupported,
            bytes_written: output.bytes,
            alterations: output.alterations.into_list(),
            target: report,
        })
    }
}

/// Where converted examples go.
pub(crate) struct Output<'c> {
    pub(crate) rewrite: Rewrite<'c>,
    target: BufWriter<&'c mut dyn Write>,
    alterations: Alterations,
    examples: u64,
    unsupported: u64,
    bytes: u64,
    skips: bool,
}

/// Some examples that were converted.
#[derive(Default)]
pub(crate) struct Converted {
    pub(crate) lines: Vec<u8>,
    pub(crate) examples: u64,
    pub(crate) unsupported: u64,
    pub(crate) alterations: Alterations,
}

impl Output<'_> {
    pub(crate) fn add(&mut self, converted: Converted) -> Result<(), Error> {
        self.examples += converted.examples;
        self.unsupported += converted.unsupported;
        self.alterations.append(converted.alterations);
        self.write(&converted.lines)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        self.target.write_all(bytes).map_err(Error::writing)
    }

    /// How many examples the target has, and how large it is. Those that are
    /// unsupported ones count unless they are left out.
    pub(crate) fn size(&self) -> (u64, u64) {
        let unsupported = if self.skips { 0 } else { self.unsupported };
        (self.examples + unsupported, self.bytes)
    }
}

/// A file beside the target, which is deleted unless it is renamed.
fn temporary_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unitune-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the user's umask leaves of it, as for any new file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
