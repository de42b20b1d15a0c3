//! Together's files.

use super::VENDOR;
use crate::together::types::{self, FileProcessingStatus, FilePurpose};
use crate::unify::extras::Extras;
use crate::unify::{Context, File, MappingError, Origin, Unify};

impl Unify for types::File {
    type Output = File;

    fn unify(self, context: &Context) -> Result<File, MappingError> {
        let types::File {
            bytes,
            created_at,
            extra,
            file_type,
            filename,
            id,
            object: _,
            processed,
            processing_status,
            purpose,
            validation_report,
        } = self;
        let status = status(processing_status.as_ref(), processed, &purpose);
        let mut extras = Extras::new();
        extras.put("Processed", processed);
        extras.put("FileType", Some(file_type.as_str()));
        let word = processing_status.map(|status| status.into_str());
        extras.put("processing_status", word);
        extras.json("validation_report", validation_report.as_ref());
        extras.undocumented(&extra);
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(File {
            filename: Some(filename).filter(|name| !name.is_empty()),
            ..File::new(id, bytes, created_at, purpose.as_str(), status, origin)
        })
    }
}

/// Returns whether a file can be used. Where the service has checked it, what it
/// found counts; it was not always so, and files for other purposes than
/// training are not checked.
fn status(
    checked: Option<&FileProcessingStatus>,
    processed: Option<bool>,
    purpose: &FilePurpose,
) -> &'static str {
    match (checked, processed) {
        (Some(FileProcessingStatus::Completed), _) => "processed",
        (Some(FileProcessingStatus::Failed | FileProcessingStatus::InvalidFormat), _) => "error",
        (
            Some(
                FileProcessingStatus::Pending
                | FileProcessingStatus::Queued
                | FileProcessingStatus::Running
                | FileProcessingStatus::Unknown(_),
            ),
            _,
        )
        | (None, Some(false)) => "uploaded",
        (None, Some(true)) => "processed",
        (None, None) if *purpose == FilePurpose::FineTune => "uploaded",
        (None, None) => "processed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_checked_is_ready() {
        let status = |checked: &str, processed, purpose: &str| {
            let checked = (!checked.is_empty()).then(|| FileProcessingStatus::from(checked));
            status(checked.as_ref(), processed, &FilePurpose::from(purpose))
        };
        for (checked, expected) in [
            ("PENDING", "uploaded"),
            ("QUEUED", "uploaded"),
            ("RUNNING", "uploaded"),
            ("COMPLETED", "processed"),
            ("FAILED", "error"),
            ("INVALID_FORMAT", "error"),
            ("PAUSED", "uploaded"),
        ] {
            // The older word is no longer kept up.
            assert_eq!(status(checked, Some(true), "fine-tune"), expected);
        }
        assert_eq!(status("", Some(true), "fine-tune"), "processed");
        assert_eq!(status("", Some(false), "fine-tune"), "uploaded");
        assert_eq!(status("", None, "fine-tune"), "uploaded");
        assert_eq!(status("", None, "eval"), "processed");
    }
}
