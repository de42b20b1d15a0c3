//! The three vendors: names, paths, keys, and which table of operations is whose.

use crate::http::Operation;
use crate::{openai, together, truefoundry};
use std::fmt;

/// A vendor whose API the sandbox simulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vendor {
    /// OpenAI.
    OpenAi,
    /// Together AI.
    Together,
    /// TrueFoundry's gateway.
    TrueFoundry,
}

/// One vendor's constants.
struct Row {
    vendor: Vendor,
    name: &'static str,
    /// The base path that is told.
    base: &'static str,
    /// Every base path that is served, the most specific first.
    bases: &'static [&'static str],
    key: &'static str,
    operations: &'static [Operation],
    /// What each answer's head holds besides what all vendors send.
    headers: &'static [(&'static str, &'static str)],
}

static ROWS: [Row; 3] = [
    Row {
        vendor: Vendor::OpenAi,
        name: "openai",
        base: "/openai/v1",
        bases: &["/openai/v1"],
        key: "sandbox-openai-key",
        operations: openai::OPERATIONS,
        headers: &[
            ("openai-version", "2020-10-01"),
            ("openai-organization", openai::ORGANIZATION),
        ],
    },
    Row {
        vendor: Vendor::Together,
        name: "together",
        base: "/together/v1",
        // Whether `/v1` belongs to the base URL or to the paths is not agreed: Together's document says the former, its
        // SDK (default `https://api.together.ai`) the latter. Either base URL works with either kind of client.
        bases: &["/together/v1/v1", "/together/v1", "/together"],
        key: "sandbox-together-key",
        operations: together::OPERATIONS,
        headers: &[],
    },
    Row {
        vendor: Vendor::TrueFoundry,
        name: "truefoundry",
        base: "/truefoundry",
        bases: &["/truefoundry/api/llm", "/truefoundry"],
        key: "sandbox-truefoundry-key",
        operations: truefoundry::OPERATIONS,
        headers: &[],
    },
];

impl Vendor {
    /// All three.
    pub const ALL: [Vendor; 3] = [Vendor::OpenAi, Vendor::Together, Vendor::TrueFoundry];

    /// `openai`, `together`, `truefoundry`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The vendor of this name.
    pub fn named(name: &str) -> Option<Vendor> {
        Vendor::ALL.into_iter().find(|vendor| vendor.name() == name)
    }

    /// The key that the sandbox accepts for this vendor. It is fixed, and opens nothing elsewhere.
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// The names of this vendor's operations, as faults and recordings call them.
    pub fn operations(self) -> impl Iterator<Item = &'static str> {
        let documented = self.row().operations.iter().filter(|row| row.documented);
        documented.map(|operation| operation.name)
    }

    /// The same, with what only the vendor's SDK knows.
    pub(crate) fn all_operations(self) -> impl Iterator<Item = &'static str> {
        self.row().operations.iter().map(|operation| operation.name)
    }

    pub(crate) fn base(self) -> &'static str {
        self.row().base
    }

    pub(crate) fn headers(self) -> &'static [(&'static str, &'static str)] {
        self.row().headers
    }

    pub(crate) fn table(self) -> &'static [Operation] {
        self.row().operations
    }

    /// The vendor that a path leads to, the base path, and what is left of the path.
    pub(crate) fn of_path(path: &str) -> Option<(Vendor, &'static str, &str)> {
        ROWS.iter().find_map(|row| {
            row.bases.iter().find_map(|base| {
                let rest = path.strip_prefix(base)?;
                let whole = rest.is_empty() || rest.starts_with('/');
                whole.then_some((row.vendor, *base, rest))
            })
        })
    }

    fn row(self) -> &'static Row {
        match self {
            Vendor::OpenAi => &ROWS[0],
            Vendor::Together => &ROWS[1],
            Vendor::TrueFoundry => &ROWS[2],
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
