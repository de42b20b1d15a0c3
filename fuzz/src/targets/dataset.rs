//! Files of training examples.

use std::fs;

use unitune::vendors;
use unitune_datasets::{Check, Convert, Method, OnUnsupported};

/// For which vendor and method: the first byte decides, the rest is the file.
fn rules(bytes: &[u8]) -> Option<(&'static str, Method, &[u8])> {
    const VENDORS: [&str; 4] = ["openai", "azure", "together", "fireworks"];
    let (first, file) = bytes.split_first()?;
    let number = usize::from(*first);
    let method = Method::ALL[(number / VENDORS.len()) % Method::ALL.len()];
    Some((VENDORS[number % VENDORS.len()], method, file))
}

/// A check finds the same however it is done, and counts what is there.
pub fn check(bytes: &[u8]) {
    let Some((vendor, method, file)) = rules(bytes) else {
        return;
    };
    let Ok(check) = Check::new(vendor, method) else {
        return;
    };
    let check = check.count_tokens(false).max_line(1 << 16);
    let report = |threads: usize| check.clone().threads(threads).read(file).ok();
    let one = report(1);
    let two = report(2);
    let written = |report: &Option<_>| serde_json::to_string(report).expect("a report is JSON");
    assert_eq!(written(&one), written(&two), "threads make a difference");
    let Some(report) = one else {
        return;
    };
    // What is no text is rejected before it is read.
    assert!(report.lines == 0 || report.bytes == file.len() as u64);
    assert!(report.blank_lines + report.examples <= report.lines);
    for finding in report.errors.listed.iter().chain(&report.warnings.listed) {
        let line = finding.line.unwrap_or(1);
        assert!(
            line >= 1 && line <= report.lines.max(1),
            "line {line} of {}",
            report.lines
        );
    }
    // The library's own short check before an upload.
    if let Some(vendor) = vendors::get(vendor) {
        let found = unitune::providers::Dataset::check_text(file, &vendor.dataset_rules());
        assert_eq!(found.is_good(), found.problem_count == 0);
    }
}

/// What is converted passes the target's check, and converts to itself.
pub fn convert(bytes: &[u8]) {
    let Some((vendor, method, file)) = rules(bytes) else {
        return;
    };
    let Ok(convert) = Convert::new(vendor, method) else {
        return;
    };
    let convert = convert
        .with_check(|check| check.count_tokens(false).threads(1).max_line(1 << 16))
        .on_unsupported(OnUnsupported::Skip);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("source.jsonl"), file).expect("a file can be written");
    let Ok(report) = convert.file(path("source.jsonl"), path("once.jsonl")) else {
        assert!(
            !path("once.jsonl").exists(),
            "a file of a conversion that failed"
        );
        return;
    };
    assert_eq!(report.is_written, path("once.jsonl").exists());
    if !report.is_written {
        return;
    }
    let once = fs::read(path("once.jsonl")).expect("it was written");
    assert_eq!(report.bytes_written, once.len() as u64);
    let check = Check::new(vendor, method).expect("it is there for conversions");
    let checked = check
        .count_tokens(false)
        .threads(1)
        .read(&once[..])
        .expect("it can be read");
    let at_lines = checked
        .errors
        .listed
        .iter()
        .filter(|finding| finding.line.is_some());
    let at_lines: Vec<String> = at_lines.map(ToString::to_string).collect();
    assert!(
        at_lines.is_empty(),
        "what was written is rejected: {at_lines:?}"
    );
    assert_eq!(checked.examples, report.written);
    let again = convert
        .file(path("once.jsonl"), path("twice.jsonl"))
        .expect("it converts again");
    let twice = fs::read(path("twice.jsonl")).unwrap_or_default();
    assert_eq!(
        again.alterations.len(),
        0,
        "a second conversion loses {:?}",
        again.alterations
    );
    assert!(once == twice, "a second conversion changes the file");
}
