//! Names of resources, and ids that tell a job's kind: the vendor's own are
//! unique among the jobs of one kind only.

use std::fmt;

/// The three kinds of jobs, each of which the vendor keeps in a list of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// Supervised fine-tuning.
    Supervised,
    /// Fine-tuning with preferences.
    Dpo,
    /// Reinforcement fine-tuning.
    Reinforcement,
}

impl JobKind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Supervised, Self::Dpo, Self::Reinforcement];

    /// Returns the vendor's name of the list.
    pub fn collection(self) -> &'static str {
        match self {
            Self::Supervised => "supervisedFineTuningJobs",
            Self::Dpo => "dpoJobs",
            Self::Reinforcement => "reinforcementFineTuningJobs",
        }
    }

    /// Returns what an id of such a job starts with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Supervised => "sft",
            Self::Dpo => "dpo",
            Self::Reinforcement => "rft",
        }
    }

    /// Returns the gateway's name of the method.
    pub fn method(self) -> &'static str {
        match self {
            Self::Supervised => "supervised",
            Self::Dpo => "dpo",
            Self::Reinforcement => "reinforcement",
        }
    }

    fn find(word: &str, name: fn(Self) -> &'static str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| name(*kind) == word)
    }
}

/// A job's id: `sft:my-job`. The vendor's own name of the job is understood as
/// well, and so is its last part alone, which does not tell the kind.
///
/// ```
/// use unitune::unify::fireworks::{JobId, JobKind};
///
/// let id = JobId::parse("accounts/acme/dpoJobs/my-job");
/// assert_eq!(id.to_string(), "dpo:my-job");
/// assert_eq!(JobId::parse("dpo:my-job"), JobId { account: None, ..id });
/// assert_eq!(JobId::parse("my-job").kind, None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobId {
    /// The kind, where the id tells it.
    pub kind: Option<JobKind>,
    /// The account, where the id tells it.
    pub account: Option<String>,
    /// The vendor's id.
    pub name: String,
}

impl JobId {
    /// The id of a job of this kind.
    pub fn new(kind: JobKind, name: impl Into<String>) -> Self {
        Self {
            kind: Some(kind),
            account: None,
            name: name.into(),
        }
    }

    /// Reads an id in any of its forms.
    pub fn parse(id: &str) -> Self {
        if let Some((prefix, name)) = id.split_once(':')
            && let Some(kind) = JobKind::find(prefix, JobKind::prefix)
        {
            return Self::new(kind, name);
        }
        let parts: Vec<&str> = id.split('/').collect();
        let (account, rest) = match parts.as_slice() {
            ["accounts", account, rest @ ..] => (Some((*account).to_owned()), rest),
            rest => (None, rest),
        };
        if let [collection, name] = rest
            && let Some(kind) = JobKind::find(collection, JobKind::collection)
        {
            return Self {
                account,
                ..Self::new(kind, *name)
            };
        }
        Self {
            kind: None,
            account: None,
            name: id.to_owned(),
        }
    }

    /// Returns true for an id that can be of this vendor: its own are of small
    /// letters, digits and hyphens.
    pub fn is_possible(&self) -> bool {
        is_resource_id(&self.name)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "{}:{}", kind.prefix(), self.name),
            None => f.write_str(&self.name),
        }
    }
}

fn is_resource_id(id: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !id.is_empty() && !id.starts_with('-') && id.chars().all(is_sign)
}

/// Returns the account that a full name starts with.
pub(super) fn account_of(name: &str) -> Option<&str> {
    let (account, _) = name.strip_prefix("accounts/")?.split_once('/')?;
    Some(account).filter(|account| !account.is_empty())
}

/// Returns the full name of something of an account, if it is not one already.
pub fn resource(account: &str, collection: &str, id: &str) -> String {
    match id.contains('/') {
        true => id.to_owned(),
        false => format!("accounts/{account}/{collection}/{id}"),
    }
}

/// Returns the id of a dataset: the last part of the name of one that is the
/// account's own, and otherwise the full name.
pub fn dataset_id<'n>(account: Option<&str>, name: &'n str) -> &'n str {
    let own = name.strip_prefix("accounts/").and_then(|rest| {
        let (owner, rest) = rest.split_once('/')?;
        let id = rest.strip_prefix("datasets/")?;
        (Some(owner) == account && !id.contains('/')).then_some(id)
    });
    own.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_in_each_form() {
        for kind in JobKind::ALL {
            let id = JobId::new(kind, "my-job");
            assert_eq!(JobId::parse(&id.to_string()), id);
            let named = JobId::parse(&format!("{}/my-job", kind.collection()));
            assert_eq!(named, id);
            let full = JobId::parse(&format!("accounts/a/{}/my-job", kind.collection()));
            assert_eq!(full.account.as_deref(), Some("a"));
            assert_eq!((full.kind, full.name.as_str()), (Some(kind), "my-job"));
        }
        for other in [
            "my-job",
            "ft:gpt:x",
            "accounts/a/models/m",
            "dpoJobs/a/b",
            "",
        ] {
            let id = JobId::parse(other);
            assert_eq!((id.kind, id.name.as_str()), (None, other));
        }
    }

    #[test]
    fn ids_of_other_vendors_are_told_apart() {
        for own in ["a", "my-job-7", "0fab2a75-bcdb", "sft:x"] {
            assert!(JobId::parse(own).is_possible(), "{own}");
        }
        for other in ["", "-", "Job", "a_b", "a/b", "sft:", "ft:gpt:x"] {
            assert!(!JobId::parse(other).is_possible(), "{other}");
        }
    }

    #[test]
    fn datasets_of_the_account_are_short() {
        let full = "accounts/a/datasets/d";
        assert_eq!(dataset_id(Some("a"), full), "d");
        assert_eq!(dataset_id(Some("b"), full), full);
        assert_eq!(dataset_id(None, full), full);
        assert_eq!(resource("a", "datasets", "d"), full);
        assert_eq!(resource("b", "datasets", full), full);
        assert_eq!(account_of(full), Some("a"));
        assert_eq!(account_of("a/b"), None);
    }
}
