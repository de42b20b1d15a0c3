//! What is tried with arbitrary bytes: one function for each parser of what
//! others send or write. README.md has the table of them.

pub mod mutate;
mod targets;

use std::path::{Path, PathBuf};

#[cfg(feature = "documents")]
use targets::documents;
use targets::{config, dataset, errors, gateway, redact, texts, transport, unify};

/// A parser, and what must hold of it whatever the bytes are.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder of seeds.
    pub name: &'static str,
    /// Tries bytes, and panics where a property does not hold.
    pub run: fn(&[u8]),
}

/// All targets.
pub static TARGETS: &[Target] = &[
    Target {
        name: "unify",
        run: unify::bodies,
    },
    Target {
        name: "request",
        run: unify::request,
    },
    Target {
        name: "texts",
        run: texts::texts,
    },
    Target {
        name: "errors",
        run: errors::errors,
    },
    Target {
        name: "redact",
        run: redact::redact,
    },
    Target {
        name: "compressed",
        run: transport::compressed,
    },
    Target {
        name: "streamed_list",
        run: transport::streamed_list,
    },
    Target {
        name: "gateway",
        run: gateway::request,
    },
    Target {
        name: "upload",
        run: gateway::upload,
    },
    Target {
        name: "config",
        run: config::config,
    },
    Target {
        name: "dataset_check",
        run: dataset::check,
    },
    Target {
        name: "dataset_convert",
        run: dataset::convert,
    },
    #[cfg(feature = "documents")]
    Target {
        name: "openapi",
        run: documents::openapi,
    },
    #[cfg(feature = "documents")]
    Target {
        name: "diff",
        run: documents::diff,
    },
    #[cfg(feature = "documents")]
    Target {
        name: "overlay",
        run: documents::overlay,
    },
    #[cfg(feature = "documents")]
    Target {
        name: "pages",
        run: documents::pages,
    },
];

/// Returns the target that the environment variable `FUZZ_TARGET` names.
///
/// # Panics
///
/// There is none of that name, or a target has no seeds or no row in the README.
pub fn chosen() -> Target {
    for target in TARGETS {
        assert!(
            seeds(target.name).is_dir(),
            "corpus/{} is missing: a target needs seeds",
            target.name
        );
        assert!(
            include_str!("../README.md").contains(&format!("| `{}` |", target.name)),
            "README.md has no row for {}",
            target.name
        );
    }
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|target| target.name == name);
    *found.unwrap_or_else(|| {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        panic!(
            "FUZZ_TARGET is {name:?}: expected one of {}",
            names.join(", ")
        )
    })
}

fn seeds(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name)
}
