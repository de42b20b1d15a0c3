//! Files of training examples: checks in the background, with a progress bar.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::builder::PossibleValuesParser;
use unitune_datasets::{Check, CheckReport, Convert, ConvertReport, Error, Method, Progress, Stop};
use unitune_datasets::{TokenBasis, vendors as rules};

use crate::exit::{Exit, Failure};
use crate::output::{plain, progress_bar};

/// The vendors whose files are known.
pub fn vendors() -> PossibleValuesParser {
    let names = rules::ALL.iter().map(|rules| rules.name);
    names.collect::<Vec<_>>().into()
}

/// Returns the method of this name.
pub fn method(name: &str) -> Option<Method> {
    Method::ALL
        .into_iter()
        .find(|method| method.as_str() == name)
}

/// Returns the check for a vendor and a method; none where it is not known what
/// the vendor takes.
///
/// # Errors
///
/// The vendor does not have the method.
pub fn check_for(vendor: &str, word: &str) -> Result<Option<Check>, Failure> {
    match (rules::find(vendor), method(word)) {
        (Ok(_), Some(method)) => Ok(Some(Check::new(vendor, method)?)),
        _ => Ok(None),
    }
}

/// Checks a file.
///
/// # Errors
///
/// It cannot be read.
pub async fn run(check: Check, path: &Path) -> Result<CheckReport, Failure> {
    let title = format!("checking {}", name_of(path));
    let total = size(path);
    let owned = path.to_owned();
    in_background(&title, total, move |progress| {
        check.file_with(owned, progress)
    })
    .await
}

/// Converts a file, or says what that would do.
///
/// # Errors
///
/// A file cannot be read or written.
pub async fn convert(
    convert: Convert,
    from: &Path,
    to: Option<&Path>,
) -> Result<ConvertReport, Failure> {
    let title = format!("converting {}", name_of(from));
    let total = size(from);
    let (from, to) = (from.to_owned(), to.map(Path::to_owned));
    in_background(&title, total, move |progress| match to {
        Some(to) => convert.file_with(from, to, progress),
        None => convert.preview(from, progress),
    })
    .await
}

/// Returns a file's name without its folders.
pub fn name_of(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
}

fn size(path: &Path) -> Option<u64> {
    let facts = std::fs::metadata(path).ok()?;
    facts.is_file().then_some(facts.len())
}

/// Runs what reads a file in a thread of its own, and stops it where this
/// future is dropped.
async fn in_background<T: Send + 'static>(
    title: &str,
    total: Option<u64>,
    work: impl FnOnce(unitune_datasets::OnProgress<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Failure> {
    struct StopWhenDropped(Arc<AtomicBool>);
    impl Drop for StopWhenDropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let (_bar, report) = progress_bar(&plain(title), total);
    let stop = StopWhenDropped(Arc::default());
    let is_stopped = Arc::clone(&stop.0);
    let done = tokio::task::spawn_blocking(move || {
        work(&mut |progress: &Progress| {
            report(progress.bytes, progress.total_bytes);
            match is_stopped.load(Ordering::Relaxed) {
                true => Err(Stop),
                false => Ok(()),
            }
        })
    });
    Ok(done.await.map_err(std::io::Error::other)??)
}

/// Returns an error for a file that the vendor would reject.
///
/// # Errors
///
/// Something is wrong in it; the error says the first, and what to do.
pub fn ensure_valid(path: &Path, report: &CheckReport, otherwise: &str) -> Result<(), Failure> {
    let Some(first) = report.errors.listed.first() else {
        return Ok(());
    };
    let more = match report.errors.count {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    let path = path.display();
    let message = format!(
        "{path}: {first}{more}\nNothing was uploaded. All of it: unitune files check {path} --for \
         {} --method {}; {otherwise}",
        report.vendor,
        report.method.as_str()
    );
    Err(Failure::new(Exit::Failure, message))
}

/// Returns how many tokens a file has, and what the number is worth.
pub fn tokens(report: &CheckReport) -> Option<String> {
    let total = report.statistics.tokens.total();
    match report.token_basis {
        TokenBasis::Tokenizer { .. } => Some(format!("{total}")),
        TokenBasis::Estimate { .. } => Some(format!("about {total}")),
        _ => None,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error {
            Error::UnknownName(_) | Error::NoMethod { .. } => Exit::Usage,
            _ => Exit::Failure,
        };
        Self::new(exit, error.to_string())
    }
}
