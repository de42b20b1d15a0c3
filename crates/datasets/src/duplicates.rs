//! Finds examples that occur more than once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use serde::Serialize;

/// How many pairs of lines are listed.
const LISTED: usize = 20;

/// Examples of a file that stand in it again. White space, the order of members
/// and the way in which characters are escaped make no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Duplicates {
    /// How many examples are the same as an earlier one.
    pub count: u64,
    /// The first ones.
    pub listed: Vec<SameLines>,
    /// False when the file has more examples than are remembered: there can be
    /// more duplicates among the rest.
    pub complete: bool,
}

/// Two lines with the same example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SameLines {
    /// The line.
    pub line: u64,
    /// The earlier line; of an overlap, the other file's.
    pub other: u64,
}

/// Examples that are in two files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Overlap {
    /// How many different examples are in both.
    pub count: u64,
    /// The first ones.
    pub listed: Vec<SameLines>,
    /// False when one of the files has more examples than are remembered.
    pub complete: bool,
}

impl Duplicates {
    pub(crate) fn add(&mut self, line: u64, other: u64) {
        self.count += 1;
        if self.listed.len() < LISTED {
            self.listed.push(SameLines { line, other });
        }
    }

    pub(crate) fn set_complete(&mut self, complete: bool) {
        self.complete = complete;
    }
}

/// Hashes of examples, with the line where each was first. Two different
/// examples have the same one with a chance of one in a million where there are
/// six million of them.
#[derive(Clone, Debug)]
pub(crate) struct Fingerprints {
    lines: HashMap<u64, u64, BuildHasherDefault<AsItIs>>,
    max: usize,
    is_complete: bool,
}

/// Fingerprints are hashes already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Fingerprints {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            lines: HashMap::default(),
            max,
            is_complete: true,
        }
    }

    /// Adds an example; returns the line where it was before.
    pub(crate) fn add(&mut self, fingerprint: u64, line: u64) -> Option<u64> {
        let is_full = self.lines.len() >= self.max;
        match self.lines.entry(fingerprint) {
            Entry::Occupied(there) => return Some(*there.get()),
            Entry::Vacant(_) if is_full => self.is_complete = false,
            Entry::Vacant(place) => {
                place.insert(line);
            }
        }
        None
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    pub(crate) fn overlap(&self, other: &Self) -> Overlap {
        let in_other = |(hash, line): (&u64, &u64)| {
            let other = *other.lines.get(hash)?;
            Some(SameLines { line: *line, other })
        };
        let mut listed: Vec<SameLines> = self.lines.iter().filter_map(in_other).collect();
        listed.sort_unstable_by_key(|same| same.line);
        let count = listed.len() as u64;
        listed.truncate(LISTED);
        Overlap {
            count,
            listed,
            complete: self.is_complete && other.is_complete,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded_and_said() {
        let mut few = Fingerprints::new(2);
        assert_eq!(few.add(7, 1), None);
        assert_eq!(few.add(7, 2), Some(1));
        assert_eq!(few.add(8, 3), None);
        assert!(few.is_complete());
        assert_eq!(few.add(9, 4), None);
        assert!(!few.is_complete());
        assert_eq!(few.add(9, 5), None);
        let mut others = Fingerprints::new(10);
        others.add(8, 40);
        let overlap = others.overlap(&few);
        assert_eq!((overlap.count, overlap.complete), (1, false));
        assert_eq!(overlap.listed, [SameLines { line: 40, other: 3 }]);
    }
}
