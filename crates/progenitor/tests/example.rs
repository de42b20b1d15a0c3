//! The example, run as its reader would run it.

use std::process::Command;

use unitune_sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn the_example_lists_the_jobs_of_a_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    // Cargo builds examples beside the folder of the tests.
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    let output = Command::new(folder.join("list_jobs"))
        .env("OPENAI_BASE_URL", sandbox.openai_base_url())
        .env("OPENAI_API_KEY", sandbox.openai_key())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{:?}", output.stderr);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    for line in lines {
        assert!(line.starts_with("ftjob-"), "{line}");
    }
}
