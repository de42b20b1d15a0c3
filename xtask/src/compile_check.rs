//! Compiling generated sources in a scratch crate that depends on `unitune`,
//! and on what `unitune` depends on, in the same versions.

use crate::located_error::{Fault, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

/// Compiles sources, each a module of one crate. False when they do not compile.
pub fn check(workspace: &Path, sources: &[(String, String)]) -> Result<bool> {
    let target = target(workspace);
    let crate_folder = target.join("replay-crate");
    let src = crate_folder.join("src");
    if src.exists() {
        std::fs::remove_dir_all(&src).map_err(|e| fault(&src, &e))?;
    }
    std::fs::create_dir_all(&src).map_err(|e| fault(&src, &e))?;
    let mut root = String::from("//! Replayed documents, compiled.\n#![allow(warnings)]\n");
    for (n, (name, source)) in sources.iter().enumerate() {
        let module = format!("document_{n}");
        root.push_str(&format!("\n/// {name}\npub mod {module};\n"));
        put(&src.join(format!("{module}.rs")), source)?;
        println!("compiling {name} as {module}");
    }
    put(&src.join("lib.rs"), &root)?;
    put(&crate_folder.join("Cargo.toml"), &manifest(workspace)?)?;
    // The same versions as the workspace has.
    let lock = workspace.join("Cargo.lock");
    if lock.is_file() {
        let to = crate_folder.join("Cargo.lock");
        std::fs::copy(&lock, &to).map_err(|e| fault(&to, &e))?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["check", "--quiet", "--manifest-path"])
        .arg(crate_folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target.join("replay"))
        .status()
        .map_err(|e| fault(Path::new("cargo"), &e))?;
    let count = sources.len();
    if status.success() {
        println!("{count} generated sources compile");
    } else {
        println!(
            "the generated sources do not compile: see {}",
            src.display()
        );
    }
    Ok(status.success())
}

fn target(workspace: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(path) if !path.is_empty() => PathBuf::from(path),
        _ => workspace.join("target"),
    }
}

fn fault(path: &Path, error: &std::io::Error) -> Fault {
    Fault::file(path.display().to_string(), error.to_string())
}

fn put(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|e| fault(path, &e).into())
}

fn table(item: Option<&Item>) -> Option<&dyn TableLike> {
    item.and_then(Item::as_table_like)
}

/// Returns the scratch crate's manifest: `unitune`, and its dependencies as the
/// workspace names them.
fn manifest(workspace: &Path) -> Result<String> {
    let workspace = std::path::absolute(workspace).map_err(|e| fault(workspace, &e))?;
    let path = workspace.join("Cargo.toml");
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|e| fault(&path, &e))?;
    let root: DocumentMut = text
        .parse()
        .map_err(|e: toml_edit::TomlError| Fault::file(&name, e.to_string()))?;
    let shared = table(root.get("workspace").and_then(|w| w.get("dependencies")));
    let mut dependencies = Table::new();
    let own = table(root.get("dependencies"));
    for (dependency, spec) in own.into_iter().flat_map(|own| own.iter()) {
        let inherited = spec.get("workspace").and_then(Item::as_bool) == Some(true);
        let spec = match shared.and_then(|shared| shared.get(dependency)) {
            Some(shared) if inherited => shared,
            _ => spec,
        };
        let mut spec = spec.clone();
        // The scratch crate is in another folder.
        if let Some(path) = spec.get("path").and_then(Item::as_str) {
            let path = workspace.join(path).display().to_string();
            spec["path"] = value(path);
        }
        dependencies[dependency] = spec;
    }
    let mut document = DocumentMut::new();
    document["package"]["name"] = value("replayed");
    document["package"]["version"] = value("0.0.0");
    document["package"]["edition"] = value("2024");
    document["workspace"] = Item::Table(Table::new());
    document["dependencies"] = Item::Table(dependencies);
    let mut unitune = toml_edit::InlineTable::new();
    unitune.insert("path", workspace.display().to_string().into());
    unitune.insert("default-features", false.into());
    document["dependencies"]["unitune"] = value(unitune);
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_scratch_crate_leads_to_a_crate() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let manifest: DocumentMut = manifest(&workspace).unwrap().parse().unwrap();
        let dependencies = table(manifest.get("dependencies")).unwrap();
        let mut count = 0;
        for (name, spec) in dependencies.iter() {
            let Some(path) = spec.get("path").and_then(Item::as_str) else {
                continue;
            };
            let path = Path::new(path);
            assert!(path.is_absolute(), "{name}: {path:?}");
            assert!(path.join("Cargo.toml").is_file(), "{name}: {path:?}");
            count += 1;
        }
        assert!(count > 1, "{manifest}");
    }
}
