//! `docs/sandbox-faults.md` matches the fault tables. A stale file is rewritten, and the test fails once.

#[test]
fn the_document_of_faults_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sandbox-faults.md");
    let expected = unitune_sandbox::faults_markdown();
    if std::fs::read_to_string(path).is_ok_and(|text| text == expected) {
        return;
    }
    std::fs::write(path, expected).expect("docs/ can be written to");
    panic!("docs/sandbox-faults.md was stale and is written anew: commit it");
}
