//! The journal of a move, in the user's state folder: a folder for each job and
//! target, with its files and a line of JSON for each step. A step is written
//! down, and on the disk, before the next one begins; what starts a job is
//! written down before it is sent, too. So an interruption anywhere is taken up
//! where it was, and a job is started once.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unitune::unify::Usd;
use unitune_datasets::models::is_version_of;

use crate::exit::{Exit, Failure};

/// A step of a move.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// What is moved, for people who read the file.
    Begun {
        source: String,
        job: String,
        target: String,
    },
    /// A file is at the target.
    Uploaded { role: String, file: String },
    /// The job is about to be started, at this time (Unix seconds).
    Creating {
        at: i64,
        #[serde(flatten)]
        request: Sent,
    },
    /// The vendor rejected the request: there is no job.
    NotCreated { why: String },
    /// The job was started.
    Created { job: String },
}

/// How far a move is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    pub uploaded: BTreeMap<String, String>,
    /// What was sent, where it is not known what became of it.
    pub in_doubt: Option<InDoubt>,
    /// The job that was started.
    pub created: Option<String>,
    /// What the job costs at most that was sent last, where that was known.
    pub cost: Option<Usd>,
}

/// A job that may have been started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InDoubt {
    pub at: i64,
    pub request: Sent,
}

/// By what a job is recognised that may have been started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub model: String,
    pub training_file: String,
    /// When the vendor got the file: no job with it is older.
    pub file_created_at: Option<i64>,
    /// The jobs with this file that were there before.
    pub others: Vec<String>,
    /// What it costs at most, where that was known: it counts against the limit of a table.
    #[serde(default)]
    pub cost: Option<Usd>,
}

impl Sent {
    /// Returns true where a job with this file and model can be what was sent.
    pub fn can_be(&self, training_file: &str, model: &str) -> bool {
        self.training_file == training_file && answers_to(model, &self.model)
    }

    /// Returns true where the jobs of two requests could not be told apart.
    fn is_like(&self, other: &Self) -> bool {
        self.can_be(&other.training_file, &other.model)
            || other.can_be(&self.training_file, &self.model)
    }
}

/// Returns true where a vendor's name of a model can be that of the model that was
/// sent: a job has the dated name for the name alone (OpenAI, Azure), and the full one
/// for its last part (Fireworks).
fn answers_to(name: &str, sent: &str) -> bool {
    let are_full = name.contains('/') && sent.contains('/');
    let [name, sent] = [name, sent].map(|name| match are_full {
        true => name,
        false => name.rsplit('/').next().unwrap_or(name),
    });
    is_version_of(name, sent)
}

/// The journal of one move. As long as it lives, no other program has it.
pub struct Journal {
    folder: PathBuf,
    file: File,
    steps: Vec<Step>,
}

impl Journal {
    /// Opens the journal of a move.
    ///
    /// # Errors
    ///
    /// It cannot be read or written, or another program is at it.
    pub fn open(state: &Path, source: &str, job: &str, target: &str) -> Result<Self, Failure> {
        let folder = state.join("moves").join(name(source, job, target));
        let wrong = |e: &dyn std::fmt::Display| {
            let what = format!("cannot use {}: {e}", folder.display());
            Failure::new(Exit::Failure, what)
        };
        make(&folder).map_err(|e| wrong(&e))?;
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options
            .open(folder.join("journal.jsonl"))
            .map_err(|e| wrong(&e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::new(
                    Exit::Failure,
                    format!("another program is moving {job} to {target}: wait until it is done"),
                ));
            }
            Err(TryLockError::Error(e)) => return Err(wrong(&e)),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|e| wrong(&e))?;
        let steps = steps(&text);
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").map_err(|e| wrong(&e))?;
        }
        let mut journal = Self {
            folder,
            file,
            steps,
        };
        if journal.steps.is_empty() {
            journal.record(Step::Begun {
                source: source.to_owned(),
                job: job.to_owned(),
                target: target.to_owned(),
            })?;
        }
        Ok(journal)
    }

    /// Writes a step down, and returns when it is on the disk.
    ///
    /// # Errors
    ///
    /// It cannot be written. The next step must not begin then.
    pub fn record(&mut self, step: Step) -> Result<(), Failure> {
        let written = (|| {
            let mut line = serde_json::to_string(&step)?;
            line.push('\n');
            self.file.seek(SeekFrom::End(0))?;
            self.file.write_all(line.as_bytes())?;
            self.file.sync_data()
        })();
        written.map_err(|e: std::io::Error| {
            let what = format!(
                "cannot write {}: {e}",
                self.folder.join("journal.jsonl").display()
            );
            Failure::new(Exit::Failure, what)
        })?;
        self.steps.push(step);
        Ok(())
    }

    /// Returns how far the move is.
    pub fn standing(&self) -> Progress {
        Progress::of(&self.steps)
    }

    /// Writes down that a job is about to be started. Only one at a time with the
    /// same file and model: two of them could not be told apart, if both were in
    /// doubt.
    ///
    /// # Errors
    ///
    /// Another move is at it, or nobody knows what became of it.
    pub fn begin_creating(&mut self, at: i64, request: Sent) -> Result<(), Failure> {
        let moves = self.folder.parent().unwrap_or(&self.folder).to_owned();
        let wrong = |e: std::io::Error| {
            let what = format!("cannot use {}: {e}", moves.display());
            Failure::new(Exit::Failure, what)
        };
        // Held until the step is written: the others then see it.
        let lock = OpenOptions::new()
            .create(true)
            .append(true)
            .open(moves.join("lock"))
            .map_err(wrong)?;
        lock.lock().map_err(wrong)?;
        for steps in self.other_moves() {
            let doubt = Progress::of(&steps).in_doubt.map(|doubt| doubt.request);
            if doubt.is_some_and(|other| other.is_like(&request)) {
                let name = steps.iter().find_map(|step| match step {
                    Step::Begun { job, .. } => Some(job.as_str()),
                    _ => None,
                });
                let what = format!(
                    "the move of {}, with the same file and model, is not finished: finish that \
                     one first",
                    name.unwrap_or("another job")
                );
                return Err(Failure::new(Exit::Failure, what));
            }
        }
        self.record(Step::Creating { at, request })
    }

    /// Returns the jobs that other moves have started: none of them is this one's.
    pub fn of_other_moves(&self) -> Vec<String> {
        let standings = self
            .other_moves()
            .into_iter()
            .map(|steps| Progress::of(&steps));
        standings.filter_map(|standing| standing.created).collect()
    }

    fn other_moves(&self) -> Vec<Vec<Step>> {
        let moves = self
            .folder
            .parent()
            .and_then(|moves| std::fs::read_dir(moves).ok());
        let folders = moves
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let others = folders.filter(|folder| *folder != self.folder);
        let texts = others.filter_map(|f| std::fs::read_to_string(f.join("journal.jsonl")).ok());
        texts.map(|text| steps(&text)).collect()
    }

    /// Returns the path of a copy of examples.
    ///
    /// # Errors
    ///
    /// The folder for them cannot be made.
    pub fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.folder.join("files");
        make(&folder).map_err(|e| {
            let what = format!("cannot make the folder {}: {e}", folder.display());
            Failure::new(Exit::Failure, what)
        })?;
        Ok(folder.join(name))
    }

    /// Removes the copies of examples; the steps stay.
    pub fn remove_files(&self) {
        // What cannot be removed is private, and is written over next time.
        let _ = std::fs::remove_dir_all(self.folder.join("files"));
    }
}

impl Progress {
    fn of(steps: &[Step]) -> Self {
        let mut standing = Self::default();
        for step in steps {
            match step {
                Step::Begun { .. } => {}
                Step::Uploaded { role, file } => {
                    standing.uploaded.insert(role.clone(), file.clone());
                }
                Step::Creating { at, request } => {
                    standing.created = None;
                    standing.cost = request.cost;
                    standing.in_doubt = Some(InDoubt {
                        at: *at,
                        request: request.clone(),
                    });
                }
                Step::NotCreated { .. } => {
                    standing.in_doubt = None;
                    standing.cost = None;
                }
                Step::Created { job } => {
                    standing.in_doubt = None;
                    standing.created = Some(job.clone());
                }
            }
        }
        standing
    }
}

/// The steps in a journal. A line that was cut off was not done.
fn steps(text: &str) -> Vec<Step> {
    let lines = text.lines();
    lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    // Examples can be anybody's data.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A folder's name for a move: readable, and different for every move.
fn name(source: &str, job: &str, target: &str) -> String {
    let mut hash = Sha256::new();
    for part in [source, job, target] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let digest: String = hash
        .finalize()
        .iter()
        .take(6)
        .map(|b| format!("{b:02x}"))
        .collect();
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let readable: String = job.chars().filter(is_plain).take(40).collect();
    format!("{readable}-{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> Result<Journal, Failure> {
        Journal::open(folder, "openai", "ftjob-1", "together")
    }

    fn creating(at: i64) -> Step {
        Step::Creating {
            at,
            request: Sent::default(),
        }
    }

    #[test]
    fn a_move_is_taken_up_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = open(folder.path()).unwrap();
        assert_eq!(journal.standing(), Progress::default());
        let uploaded = Step::Uploaded {
            role: "training".to_owned(),
            file: "file-1".to_owned(),
        };
        journal.record(uploaded).unwrap();
        journal.record(creating(7)).unwrap();
        let path = journal.folder.join("journal.jsonl");
        drop(journal);
        // The last line was cut off by a crash.
        let mut raw = OpenOptions::new().append(true).open(&path).unwrap();
        raw.write_all(b"{\"step\":\"created\",\"jo").unwrap();
        let mut journal = open(folder.path()).unwrap();
        let standing = journal.standing();
        assert_eq!(standing.uploaded["training"], "file-1");
        assert_eq!(standing.in_doubt.map(|d| d.at), Some(7));
        journal
            .record(Step::Created {
                job: "ft-1".to_owned(),
            })
            .unwrap();
        drop(journal);
        let standing = open(folder.path()).unwrap().standing();
        assert_eq!(
            (standing.created.as_deref(), standing.in_doubt),
            (Some("ft-1"), None)
        );
    }

    #[test]
    fn what_was_rejected_is_not_in_doubt() {
        let rejected = Step::NotCreated {
            why: "no".to_owned(),
        };
        assert_eq!(Progress::of(&[creating(1), rejected]).in_doubt, None);
        let again = [
            creating(1),
            Step::Created {
                job: "a".to_owned(),
            },
            creating(2),
        ];
        let standing = Progress::of(&again);
        assert_eq!(
            (standing.created, standing.in_doubt.map(|d| d.at)),
            (None, Some(2))
        );
    }

    #[test]
    fn a_job_is_recognised_under_the_name_that_a_vendor_answers_with() {
        let full = "accounts/fireworks/models/qwen3-8b";
        for (name, sent, expected) in [
            ("gpt-4.1-mini", "gpt-4.1-mini", true),
            ("gpt-4.1-mini-2025-04-14", "gpt-4.1-mini", true),
            ("gpt-3.5-turbo-0125", "gpt-3.5-turbo", true),
            ("qwen/qwen3-8b", "Qwen/Qwen3-8B", true),
            (full, "qwen3-8b", true),
            (full, full, true),
            ("gpt-4.1-mini-2025-04-14", "gpt-4.1", false),
            ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", false),
            ("Other/Qwen3-8B", "Qwen/Qwen3-8B", false),
        ] {
            assert_eq!(answers_to(name, sent), expected, "{name} to {sent}");
        }
    }

    #[test]
    fn jobs_that_could_not_be_told_apart_are_started_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let open = |job: &str| Journal::open(folder.path(), "openai", job, "together").unwrap();
        let sent = |model: &str| Sent {
            model: model.to_owned(),
            training_file: "file-1".to_owned(),
            ..Sent::default()
        };
        let (mut first, mut second) = (open("ftjob-1"), open("ftjob-2"));
        first.begin_creating(1, sent("m")).unwrap();
        let rejected = second.begin_creating(2, sent("m")).unwrap_err().to_string();
        assert!(rejected.contains("ftjob-1"), "{rejected}");
        assert_eq!(second.standing().in_doubt, None);
        // A vendor could answer to "m" with this name.
        let rejected = second.begin_creating(2, sent("M-2025-04-14")).unwrap_err();
        assert!(rejected.to_string().contains("ftjob-1"), "{rejected}");
        second.begin_creating(3, sent("another")).unwrap();
        first
            .record(Step::Created {
                job: "ft-1".to_owned(),
            })
            .unwrap();
        second.begin_creating(4, sent("m")).unwrap();
    }

    #[test]
    fn two_programs_do_not_move_the_same_job() {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path()).unwrap();
        let second = open(folder.path()).err().unwrap().to_string();
        assert!(second.contains("another program"), "{second}");
        let mut other = Journal::open(folder.path(), "openai", "ftjob-1", "fireworks").unwrap();
        other
            .record(Step::Created {
                job: "sft:1".to_owned(),
            })
            .unwrap();
        assert_eq!(journal.of_other_moves(), ["sft:1"]);
        assert!(other.of_other_moves().is_empty());
        let path = journal.path("training.jsonl").unwrap();
        std::fs::write(&path, "data").unwrap();
        journal.remove_files();
        assert!(!path.exists());
        drop(journal);
        assert!(open(folder.path()).is_ok());
    }
}
