//! Every file of tests belongs to a program: cargo finds none by itself
//! (`autotests = false`), and what no program names would never run.

use std::fs;
use std::path::{Path, PathBuf};

/// The packages that have tests.
fn packages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).unwrap();
    let crates = crates.map(|entry| entry.unwrap().path());
    let mut packages: Vec<_> = [root.to_owned(), root.join("xtask")]
        .into_iter()
        .chain(crates)
        .filter(|package| package.join("tests/main.rs").is_file())
        .collect();
    packages.sort();
    packages
}

/// The tests of a package that no program names.
fn forgotten(package: &Path) -> Vec<String> {
    let read = |file: &str| fs::read_to_string(package.join(file)).unwrap();
    let (manifest, main) = (read("Cargo.toml"), read("tests/main.rs"));
    assert!(
        manifest.contains("autotests = false"),
        "{}",
        package.display()
    );
    let entries = fs::read_dir(package.join("tests")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|e| e == "rs") || file.join("mod.rs").exists())
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| {
            let is_module = main.lines().any(|line| line == format!("mod {name};"));
            let is_program = manifest.contains(&format!("[[test]]\nname = \"{name}\"\n"));
            name != "main" && !is_module && !is_program
        })
        .map(|name| format!("{}/tests/{name}", package.display()))
        .collect()
}

#[test]
fn no_file_of_tests_is_forgotten() {
    let packages = packages();
    assert!(packages.len() >= 10, "{packages:?}");
    let forgotten: Vec<_> = packages.iter().flat_map(|p| forgotten(p)).collect();
    assert!(forgotten.is_empty(), "no program has {forgotten:?}");
}

#[test]
fn a_forgotten_file_is_found() {
    let package = tempfile::tempdir().unwrap();
    let tests = package.path().join("tests");
    fs::create_dir_all(tests.join("folder")).unwrap();
    let manifest = "[package]\nautotests = false\n\n[[test]]\nname = \"alone\"\n";
    for (file, text) in [
        ("Cargo.toml", manifest),
        ("tests/main.rs", "mod known;\n"),
        ("tests/known.rs", ""),
        ("tests/alone.rs", ""),
        ("tests/lost.rs", ""),
        ("tests/folder/mod.rs", ""),
    ] {
        fs::write(package.path().join(file), text).unwrap();
    }
    let mut names: Vec<_> = forgotten(package.path());
    names.sort();
    let ends = ["/tests/folder", "/tests/lost"];
    assert_eq!(names.len(), ends.len(), "{names:?}");
    for (name, end) in names.iter().zip(ends) {
        assert!(name.ends_with(end), "{names:?}");
    }
}
