//! The text of a configuration file: positions in it, and paths relative to it.

use std::fmt::Display;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::similar_name::similar_name;
use crate::{Error, ErrorKind};

/// A text and the file that it comes from.
pub(super) struct SourceText<'a> {
    path: Option<&'a Path>,
    text: &'a str,
}

impl<'a> SourceText<'a> {
    pub(super) fn new(path: Option<&'a Path>, text: &'a str) -> Self {
        Self { path, text }
    }

    /// Returns line and column of a byte, from 1.
    pub(super) fn line_and_column(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }

    /// Returns a position in the form `unitune.toml:3:8`.
    pub(super) fn at(&self, span: Option<Range<usize>>) -> String {
        let name = self.path.map_or_else(
            || "the configuration".to_owned(),
            |path| path.display().to_string(),
        );
        match span.map(|span| self.line_and_column(span.start)) {
            Some((line, column)) => format!("{name}:{line}:{column}"),
            None => name,
        }
    }

    pub(super) fn error(&self, span: Option<Range<usize>>, what: impl Display) -> Error {
        Error::new(ErrorKind::Config, format!("{}: {what}", self.at(span)))
    }

    /// Converts the parser's error, without the values that it quotes: they
    /// could be keys.
    pub(super) fn unreadable(&self, error: &toml::de::Error) -> Error {
        let what = error.message().lines().next().unwrap_or_default();
        match crate::wire::wrong_type(what) {
            Some(what) => self.error(error.span(), what),
            None => self.unknown(error.span(), what),
        }
    }

    /// Creates an error whose text may be that of an unknown field, with the name that
    /// was meant: ``unknown field `a`, expected one of `b`, `c` ``.
    pub(super) fn unknown(&self, span: Option<Range<usize>>, what: &str) -> Error {
        let is_unknown = what.starts_with("unknown field");
        let mut names = what.split('`').skip(1).step_by(2).filter(|_| is_unknown);
        let name = names.next().unwrap_or_default();
        match similar_name(name, names) {
            Some(meant) => self.error(span, format!("{what}; did you mean `{meant}`?")),
            None => self.error(span, what),
        }
    }

    /// Returns a path that the file names, which is relative to the file.
    pub(super) fn resolve(&self, path: &Path) -> PathBuf {
        match self.path.and_then(Path::parent) {
            Some(folder) => folder.join(path),
            None => path.to_owned(),
        }
    }

    /// Reads a file that the file names.
    pub(super) fn read(&self, path: &Spanned<PathBuf>) -> Result<Vec<u8>, Error> {
        let resolved = self.resolve(path.get_ref());
        std::fs::read(&resolved).map_err(|e| {
            let what = format!("{}: {e}", resolved.display());
            self.error(Some(path.span()), what).because(e)
        })
    }

    pub(super) fn is_readable_by_others(&self) -> bool {
        self.path.is_some_and(others_can_read)
    }
}

/// Returns true if users other than the file's owner can read it.
#[cfg(unix)]
pub(super) fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o044 != 0)
}

/// Returns false: elsewhere, permissions do not have this form.
#[cfg(not(unix))]
pub(super) fn others_can_read(_: &Path) -> bool {
    false
}
