//! Reads and writes `specs/<vendor>/source.toml`: the origin of a document and
//! the selection from it.

use crate::located_error::{Fault, Faults, Result};
use crate::selected_operation::Selected;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One document of a vendor.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its path under the folder of upstream documents.
    pub file: String,
    /// Where the vendor publishes it.
    pub url: Option<String>,
    /// `info.version` of what was read last.
    pub version: Option<String>,
    /// SHA-256 of what was read last.
    pub sha256: Option<String>,
}

/// A rendered page whose fields must be in the slice.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its path under the folder of upstream documents.
    pub file: String,
    /// The operationId that it describes.
    pub operation: String,
}

/// The whole file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// The vendor's name: that of the folder.
    pub vendor: String,
    /// Our title.
    pub title: String,
    /// The documents, merged in order.
    #[serde(default, rename = "document")]
    pub documents: Vec<Document>,
    /// Rendered pages to check against.
    #[serde(default, rename = "check")]
    pub checks: Vec<Check>,
    /// `METHOD /path` → operationId, for what the documents describe.
    #[serde(default)]
    pub operations: BTreeMap<String, String>,
    /// The same, for what comes wholly from the overlay.
    #[serde(default)]
    pub handwritten: BTreeMap<String, String>,
    /// Automatic name of a component → its name.
    #[serde(default)]
    pub components: BTreeMap<String, String>,
}

/// The folder of one vendor.
#[derive(Clone, Debug)]
pub struct Folder {
    /// `specs/<vendor>`.
    pub path: PathBuf,
    /// The text of `source.toml`.
    pub text: String,
    /// The parsed file.
    pub source: SourceFile,
}

impl Folder {
    /// Reads `source.toml` of a vendor.
    pub fn read(specs: &Path, vendor: &str) -> Result<Self> {
        let path = specs.join(vendor);
        let file = path.join("source.toml");
        let name = file.display().to_string();
        let text = std::fs::read_to_string(&file).map_err(|e| Fault::file(&name, e.to_string()))?;
        let source: SourceFile = toml_edit::de::from_str(&text).map_err(|e| {
            let line = e
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.matches('\n').count() + 1);
            Fault::line(&name, line, e.message().to_owned())
        })?;
        if source.vendor != vendor {
            let message = format!(
                "vendor is {:?}, but the folder is {vendor:?}",
                source.vendor
            );
            return Err(Fault::file(name, message).into());
        }
        let folder = Self { path, text, source };
        folder.selected()?;
        Ok(folder)
    }

    /// Returns the path of a file in the folder.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Returns the name of `source.toml` in messages.
    #[must_use]
    pub fn name(&self) -> String {
        self.file("source.toml").display().to_string()
    }

    /// Returns the operations that the documents describe, and the handwritten
    /// ones.
    pub fn selected(&self) -> Result<(Vec<Selected>, Vec<Selected>)> {
        let mut faults = Faults::default();
        let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
        let mut lists = (Vec::new(), Vec::new());
        let all = self.source.operations.iter().map(|entry| (true, entry));
        let all = all.chain(self.source.handwritten.iter().map(|entry| (false, entry)));
        for (documented, (place, id)) in all {
            if let Some(other) = ids.insert(id, place) {
                let message = format!("{id:?} names two operations: {other} and {place}");
                faults.0.push(Fault::file(self.name(), message));
            }
            if !documented && self.source.operations.contains_key(place) {
                let message = format!("{place} is under [operations] and [handwritten]");
                faults.0.push(Fault::file(self.name(), message));
            }
            match parse_place(place) {
                Some((method, path)) => {
                    let list = if documented {
                        &mut lists.0
                    } else {
                        &mut lists.1
                    };
                    list.push(Selected {
                        method,
                        path,
                        id: id.clone(),
                    });
                }
                None => faults.0.push(Fault::file(
                    self.name(),
                    format!("{place:?} is not of the form \"METHOD /path\""),
                )),
            }
        }
        faults.into_result()?;
        Ok(lists)
    }

    /// Returns the text of `source.toml` with what was read recorded in it;
    /// everything else, comments too, stays as it is.
    pub fn recorded(&self, read: &[Recorded]) -> Result<String> {
        let mut document: toml_edit::DocumentMut = self
            .text
            .parse()
            .map_err(|e: toml_edit::TomlError| Fault::file(self.name(), e.to_string()))?;
        let tables = document
            .get_mut("document")
            .and_then(toml_edit::Item::as_array_of_tables_mut);
        if let Some(tables) = tables {
            for record in read {
                let Some(table) = tables.get_mut(record.index) else {
                    continue;
                };
                let fields = [
                    ("url", record.url.as_deref()),
                    ("version", record.version.as_deref()),
                    ("sha256", Some(record.sha256.as_str())),
                ];
                for (field, value) in fields {
                    let Some(value) = value else { continue };
                    let same = table.get(field).and_then(toml_edit::Item::as_str) == Some(value);
                    if !same {
                        table[field] = toml_edit::value(value);
                    }
                }
            }
        }
        Ok(document.to_string())
    }
}

/// What was read for one `[[document]]`.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Which `[[document]]`.
    pub index: usize,
    /// The URL, if it was fetched.
    pub url: Option<String>,
    /// `info.version`.
    pub version: Option<String>,
    /// SHA-256 of the bytes.
    pub sha256: String,
}

fn parse_place(place: &str) -> Option<(String, String)> {
    let (method, path) = place.split_once(' ')?;
    let method = method.to_lowercase();
    let known = unitune_diff::keywords::METHODS.contains(&method.as_str());
    (known && path.starts_with('/')).then(|| (method, path.to_owned()))
}
