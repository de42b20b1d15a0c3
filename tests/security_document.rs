//! SECURITY.md names the test of each mitigation: these tests are there.

use std::fs;
use std::path::Path;

/// Adds the text of every source below a folder.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && !name.to_string_lossy().starts_with('.') {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn each_mitigation_has_the_test_that_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let (_, table) = document.split_once("## Threats").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let mut code = String::new();
    for folder in ["src", "tests", "crates"] {
        sources(&root.join(folder), &mut code);
    }
    let (mut tests, mut targets) = (0, 0);
    let rows = table.lines().filter(|line| line.starts_with("| "));
    for row in rows.skip(2) {
        let proof = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let (named, fuzzed) = proof.split_once("fuzz target").unwrap_or((proof, ""));
        let names = |text: &str| -> Vec<String> {
            let quoted = text.split('`').skip(1).step_by(2);
            quoted.map(str::to_owned).collect()
        };
        for name in names(named) {
            let files = [root.join(&name), root.join("crates").join(&name)];
            let is_there = match name.ends_with(".rs") {
                true => files.iter().any(|path| path.is_file()),
                false => code.contains(&format!("fn {name}(")),
            };
            assert!(is_there, "no test {name}: {row}");
            tests += 1;
        }
        for name in names(fuzzed) {
            assert!(
                root.join("fuzz/corpus").join(&name).is_dir(),
                "no target {name}: {row}"
            );
            targets += 1;
        }
        assert!(proof.contains('`'), "no test proves this: {row}");
    }
    assert!(
        tests > 20 && targets > 8,
        "{tests} tests, {targets} targets"
    );
}
