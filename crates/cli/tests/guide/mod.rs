//! The guide in docs/guide: every command in it is run, its files are used, and a
//! block that nothing runs is an error.
//!
//! `UPDATE_GUIDE=1 cargo test -p unitune-cli --test integration guide::` writes what the
//! commands print into the pages; what changes from run to run is then to be replaced by
//! `[..]`, and lines by `...`.
#![cfg(unix)]

mod page;
#[cfg(feature = "top")]
mod pictures;
mod shell;
use crate::support;

use std::path::{Path, PathBuf};

use page::{Block, Command, Page};
use shell::Shell;
use snapbox::IntoData;
use support::{User, stderr};

/// The folder of the book's pages.
fn source() -> PathBuf {
    root().join("docs/guide/src")
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap()
}

/// Whether pages and pictures are to be written.
fn is_update() -> bool {
    std::env::var_os("UPDATE_GUIDE").is_some()
}

/// The pages that are written by hand.
fn pages() -> Vec<Page> {
    let entries = std::fs::read_dir(source()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|name| name == "md"))
        .collect();
    paths.sort();
    assert!(paths.len() > 10, "{paths:?}");
    paths.iter().map(|path| Page::read(path)).collect()
}

/// Who runs or compiles a block, by its language.
fn runner(page: &Page, block: &Block) -> Result<(), String> {
    let attributes: Vec<&str> = block.info.split(',').skip(1).collect();
    let root = root();
    let has = |file: &str, text: &str| {
        let content = std::fs::read_to_string(root.join(file)).unwrap();
        let found = content.contains(text);
        found
            .then_some(())
            .ok_or(format!("{file} does not have {text:?}"))
    };
    if block.language() != "rust" && !attributes.is_empty() {
        return Err(format!("attributes are for Rust: {attributes:?}"));
    }
    match block.language() {
        // By `the_commands_of_the_guide_do_what_it_says`, or the maintenance tool's test.
        "console" if page.name() == "maintaining.md" => {
            has("xtask/tests/guide.rs", "maintaining.md")
        }
        "console" | "sh" => Ok(()),
        // By rustdoc.
        "rust" if attributes.iter().any(|name| *name != "no_run") => {
            Err(format!("Rust is compiled: {attributes:?}"))
        }
        "rust" => has("docs/guide/lib.rs", &format!("\"src/{}\"", page.name())),
        // By CI, with OpenAI's SDK.
        "python" => has(".ci/run", "docs/guide/python_blocks.py"),
        // By a command that reads the file.
        "toml" => {
            let name = block.file().ok_or("its first line is not `# FILE`")?;
            let later = page.blocks.iter().filter(|other| other.start > block.start);
            let mut later = later.filter(|other| ["console", "sh"].contains(&other.language()));
            let is_used = name == "Cargo.toml" || later.any(|other| other.text().contains(name));
            is_used
                .then_some(())
                .ok_or(format!("no command reads {name}"))
        }
        other => Err(format!("nothing runs {other:?}")),
    }
}

#[test]
fn every_block_is_run_by_something() {
    let mut faults = Vec::new();
    for page in pages() {
        for block in &page.blocks {
            if let Err(fault) = runner(&page, block) {
                faults.push(format!("{}:{}: {fault}", page.name(), block.start));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_commands_of_the_guide_do_what_it_says() {
    let only = std::env::var("GUIDE_PAGE").ok();
    let is_run = |page: &Page| {
        let is_wanted = only.as_ref().is_none_or(|name| *name == page.name());
        is_wanted && page.name() != "maintaining.md"
    };
    let pages: Vec<Page> = pages().into_iter().filter(is_run).collect();
    let mut faults = Vec::new();
    // Each page has vendors and a home of its own, and waits most of the time.
    for several in pages.chunks(8) {
        std::thread::scope(|scope| {
            let started: Vec<_> = several
                .iter()
                .map(|page| scope.spawn(|| run(page)))
                .collect();
            for (page, thread) in several.iter().zip(started) {
                let (found, lines) = thread.join().unwrap();
                if is_update() && lines != page.lines {
                    std::fs::write(&page.path, lines.join("\n") + "\n").unwrap();
                }
                faults.extend(found);
            }
        });
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// The tools of these commands that this machine does not have. CI has all of them.
fn is_missing(command: &str) -> bool {
    let missing = |tool: &&str| {
        let found = std::process::Command::new(tool).arg("--version").output();
        found.is_err()
    };
    let mut words = command.split(|letter: char| !letter.is_alphanumeric());
    let tools = ["curl", "jq"].iter();
    let tools: Vec<&&str> = tools
        .filter(|tool| words.any(|word| word == **tool))
        .collect();
    let found = tools.into_iter().find(|tool| missing(tool));
    if let Some(tool) = found {
        assert!(std::env::var_os("CI").is_none(), "{tool} is not installed");
        eprintln!("skipped, without {tool}: {command}");
    }
    found.is_some()
}

/// Runs a page from top to bottom: what is not as it says, and the page as it would be.
fn run(page: &Page) -> (Vec<String>, Vec<String>) {
    let user = User::with(|builder| builder.speed(0.0));
    user.chats("train.jsonl", 12);
    let mut shell = Shell::start(&user);
    let mut faults = Vec::new();
    let mut lines = page.lines.clone();
    for block in &page.blocks {
        let place = format!("{}:{}", page.name(), block.start);
        match block.language() {
            "sh" => {
                let (output, code) = shell.run(&block.text());
                if code != 0 {
                    faults.push(format!("{place}: exit code {code}\n{output}"));
                }
            }
            "console" => {
                let mut written = Vec::new();
                for mut command in block.commands() {
                    if let Some(fault) = try_command(&mut shell, &mut command) {
                        faults.push(format!("{place}: {}\n{fault}", command.text));
                    }
                    written.extend(command.written());
                }
                let start = block.start + lines.len() - page.lines.len();
                lines.splice(start..start + block.lines.len(), written);
            }
            _ => {
                if let Some(name) = block.file() {
                    user.write(name, shell.here(&block.text()));
                }
            }
        }
    }
    (faults, lines)
}

/// Runs a command; where it does something else, says so and takes it over.
fn try_command(shell: &mut Shell, command: &mut Command) -> Option<String> {
    if is_missing(&command.text) {
        return None;
    }
    let (output, code) = shell.run(&command.text);
    let output = format!("{}\n", output.trim_end());
    let expected = format!("{}\n", command.output.trim_end());
    let compared = snapbox::Assert::new().normalize_paths(false).try_eq(
        None,
        output.clone().into_data(),
        expected.into_data(),
    );
    if code == command.code && compared.is_ok() {
        return None;
    }
    let fault = match compared {
        Ok(()) => format!("exit code {code}, not {}", command.code),
        Err(difference) => format!("exit code {code}: {difference}"),
    };
    command.code = code;
    // Lines that still hold, with what may vary in them, stay as they are.
    let old: Vec<&str> = command.output.lines().collect();
    let line = |new: &str| {
        let same = old
            .iter()
            .find(|old| old.contains("[..]") && is_equal(new, old));
        format!("{}\n", same.unwrap_or(&new))
    };
    let output = output.trim_start_matches('\n');
    command.output = output.lines().map(line).collect();
    Some(fault)
}

fn is_equal(actual: &str, expected: &str) -> bool {
    let (actual, expected) = (actual.into_data(), expected.into_data());
    let assert = snapbox::Assert::new().normalize_paths(false);
    assert.try_eq(None, actual, expected).is_ok()
}

/// Options in the text: each is one of some command.
#[test]
fn options_in_the_text_are_known_to_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = support::unitune(&["man", "--folder", path])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let pages = support::files_in(folder.path());
    let read = |name: &String| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let manual = pages.iter().map(read).collect::<String>().replace('\\', "");
    let mut count = 0;
    for page in self::pages() {
        // There it is `cargo xtask`.
        if page.name() == "maintaining.md" {
            continue;
        }
        let text = page.prose().collect::<Vec<_>>().join("\n");
        for code in text.split('`').skip(1).step_by(2) {
            let Some(option) = code.strip_prefix("--") else {
                continue;
            };
            let option = option.split([' ', '=', '\n']).next().unwrap();
            assert!(
                manual.contains(&format!("--{option}")),
                "{}: {code}",
                page.name()
            );
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

/// Commands in the text and in its tables: each is one that the program knows.
#[test]
fn commands_in_the_text_are_known_to_the_program() {
    let mut count = 0;
    for page in pages() {
        let text = page.prose().collect::<Vec<_>>().join("\n");
        for code in text.split('`').skip(1).step_by(2) {
            let code = code.replace('\n', " ");
            let Some(command) = code.strip_prefix("unitune ") else {
                continue;
            };
            let words = shlex::split(command).unwrap_or_else(|| panic!("{code:?}"));
            let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
            arguments.push("--help");
            let output = support::unitune(&arguments).output().unwrap();
            assert!(
                output.status.success(),
                "{}: {code}\n{}",
                page.name(),
                stderr(&output)
            );
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

/// Dependencies as the guide writes them: this version, and features that there are.
#[test]
fn dependencies_are_those_of_this_version() {
    let read =
        |path: &Path| -> toml::Table { std::fs::read_to_string(path).unwrap().parse().unwrap() };
    let workspace = read(&root().join("Cargo.toml"));
    let known = workspace["workspace"]["dependencies"].as_table().unwrap();
    let version = workspace["workspace"]["package"]["version"]
        .as_str()
        .unwrap();
    let mut count = 0;
    for page in pages() {
        for block in page
            .blocks
            .iter()
            .filter(|block| block.file() == Some("Cargo.toml"))
        {
            let manifest: toml::Table = block.text().parse().unwrap();
            let tables = ["dependencies", "dev-dependencies"].iter();
            let tables = tables.filter_map(|name| manifest.get(*name)?.as_table());
            for (name, wanted) in tables.flatten() {
                let Some(folder) = known[name].get("path") else {
                    continue;
                };
                let wanted_version = wanted.get("version").unwrap_or(wanted).as_str().unwrap();
                assert!(
                    version.starts_with(wanted_version),
                    "{name} {wanted_version}"
                );
                let folder = root().join(folder.as_str().unwrap());
                let features = read(&folder.join("Cargo.toml"));
                let list = wanted.get("features").and_then(toml::Value::as_array);
                for feature in list.into_iter().flatten() {
                    let feature = feature.as_str().unwrap();
                    let known = features["features"].get(feature);
                    assert!(known.is_some(), "{name} has no feature {feature}");
                }
                count += 1;
            }
        }
    }
    assert!(count > 2, "{count}");
}

/// Pictures are made by tests (`pictures.rs`, and `docs/guide/tests/diagrams.rs`), and
/// pages show them all.
#[test]
fn every_picture_is_made_and_shown() {
    let text: String = pages().iter().map(|page| page.lines.join("\n")).collect();
    for name in support::files_in(&source().join("images")) {
        let made = ["diagram-", "chart-", "terminal-"];
        assert!(made.iter().any(|start| name.starts_with(start)), "{name}");
        assert!(
            text.contains(&format!("](images/{name})")),
            "no page shows {name}"
        );
    }
}
