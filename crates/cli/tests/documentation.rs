//! The examples of docs/cli.md, run as they are written there.
#![cfg(unix)]

use std::path::Path;

#[test]
fn the_examples_of_the_documentation_work() {
    let home = tempfile::tempdir().unwrap();
    trycmd::TestCases::new()
        .register_bin("unitune", Path::new(env!("CARGO_BIN_EXE_unitune")))
        .env("HOME", home.path().to_str().unwrap())
        .env("XDG_STATE_HOME", home.path().to_str().unwrap())
        .case("../../docs/cli.md");
}
