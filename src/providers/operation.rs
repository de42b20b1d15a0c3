//! The operations on jobs and files, and whether a vendor supports them.

use std::fmt;

/// An operation on jobs or files, in unified terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// Create a job.
    Create,
    /// List jobs.
    List,
    /// Retrieve a job.
    Retrieve,
    /// Cancel a job.
    Cancel,
    /// Pause a job.
    Pause,
    /// Resume a paused job.
    Resume,
    /// Delete a job.
    Delete,
    /// List a job's events.
    Events,
    /// List a job's checkpoints.
    Checkpoints,
    /// Fetch the metrics of a training.
    Metrics,
    /// Estimate the price of a job before it is created.
    EstimatePrice,
    /// Show the first examples of a training file as tokens, before a job is
    /// created.
    Preview,
    /// Download the model that a job produced.
    Download,
    /// Download the training file of a job as tokens.
    DownloadTokenizedDataset,
    /// Fetch the limits of a model's training settings.
    ModelLimits,
    /// List the models that can be trained.
    ListModels,
    /// List files.
    ListFiles,
    /// Retrieve a file.
    RetrieveFile,
    /// Upload a file.
    UploadFile,
    /// Download a file's content.
    DownloadFile,
    /// Delete a file.
    DeleteFile,
}

/// Whether a vendor supports an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Support {
    /// The vendor has the operation.
    Native,
    /// The result is derived from another operation.
    Derived(&'static str),
    /// The vendor does not support it; the text tells what to do instead.
    Unsupported(&'static str),
}

impl Support {
    /// Returns true unless the operation is unsupported.
    pub fn is_supported(self) -> bool {
        !matches!(self, Self::Unsupported(_))
    }
}

/// Each operation: (itself, its name in messages, its name in metrics and in
/// the gateway's document).
const NAMES: [(Operation, &str, &str); 21] = [
    (Operation::Create, "create", "createJob"),
    (Operation::List, "list", "listJobs"),
    (Operation::Retrieve, "retrieve", "retrieveJob"),
    (Operation::Cancel, "cancel", "cancelJob"),
    (Operation::Pause, "pause", "pauseJob"),
    (Operation::Resume, "resume", "resumeJob"),
    (Operation::Delete, "delete", "deleteJob"),
    (Operation::Events, "events", "listJobEvents"),
    (Operation::Checkpoints, "checkpoints", "listJobCheckpoints"),
    (Operation::Metrics, "metrics", "listJobMetrics"),
    (Operation::EstimatePrice, "price estimate", "estimatePrice"),
    (
        Operation::Preview,
        "preview of a training file",
        "previewDataset",
    ),
    (Operation::Download, "download", "downloadModel"),
    (
        Operation::DownloadTokenizedDataset,
        "download of the tokenised data set",
        "downloadTokenizedDataset",
    ),
    (
        Operation::ModelLimits,
        "model limits",
        "retrieveModelLimits",
    ),
    (Operation::ListModels, "list of models", "listModels"),
    (Operation::ListFiles, "list of files", "listFiles"),
    (
        Operation::RetrieveFile,
        "retrieval of files",
        "retrieveFile",
    ),
    (Operation::UploadFile, "upload of files", "uploadFile"),
    (Operation::DownloadFile, "download of files", "downloadFile"),
    (Operation::DeleteFile, "deletion of files", "deleteFile"),
];

impl Operation {
    /// All operations.
    pub const ALL: [Self; NAMES.len()] = {
        let mut all = [Self::Create; NAMES.len()];
        let mut n = 0;
        while n < NAMES.len() {
            all[n] = NAMES[n].0;
            n += 1;
        }
        all
    };

    /// Returns the operation's name in messages.
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    /// Returns its name in metrics and in the gateway's document: `listJobs`.
    pub fn id(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        let row = NAMES.iter().find(|(operation, ..)| *operation == self);
        row.map_or(("", ""), |(_, words, id)| (words, id))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_row() {
        for (n, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(operation as usize, n, "{operation:?} stands in another row");
            assert!(!operation.as_str().is_empty() && !operation.id().is_empty());
        }
        // The last variant of the enumeration is the last row.
        assert_eq!(Operation::ALL.len(), Operation::DeleteFile as usize + 1);
    }
}
