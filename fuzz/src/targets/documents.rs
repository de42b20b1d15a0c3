//! What the maintenance tool reads: OpenAPI documents, overlays, pages.

use std::thread;

use serde_json::Value;
use unitune_diff::{Diff, Document, DocumentDiff, Format, Written, render};
use xtask::located_error::Faults;
use xtask::overlay::Overlay;
use xtask::{check_rendered_page, large_stack, read, replay_documents};

/// Deep documents take more stack than a thread has.
fn deep<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = large_stack::spawn(scope, run).expect("a thread can be started");
        match thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Faults say something, and none of them comes from a panic.
fn assert_orderly(faults: &Faults) {
    assert!(!faults.0.is_empty(), "a failure without a fault");
    for fault in &faults.0 {
        // The text of an input may be part of the message.
        let panicked = ["the generator panicked: ", "a step panicked: "];
        let is_panic = panicked.iter().any(|text| fault.message.contains(text));
        assert!(!fault.message.is_empty() && !is_panic, "{fault}");
    }
}

/// Both forms of a document go the whole way to Rust source.
pub fn openapi(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    deep(|| {
        let document = match read::parse("fuzz", text) {
            Ok(document) => document,
            Err(faults) => return assert_orderly(&faults),
        };
        match replay_documents::value("fuzz", &document) {
            Err(faults) => assert_orderly(&faults),
            Ok(replayed) => {
                assert!(replayed.source.contains("pub struct Client"), "no client");
                let again = replay_documents::value("fuzz", &document).map(|again| again.source);
                assert!(again.ok() == Some(replayed.source), "two runs differ");
            }
        }
    });
}

/// Two documents, with a line `---` between them. A document is as itself, and no
/// report has control characters.
pub fn diff(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (base, head) = text.split_once("\n---\n").unwrap_or((text, text));
    deep(|| {
        let document = |text: &str| {
            let value: Value = serde_json::from_str(text).ok().filter(Value::is_object)?;
            let text = text.to_owned();
            let file = "fuzz.json".to_owned();
            Some(Document::in_normal_form(Written { file, text, value }))
        };
        let (Some(base), Some(head)) = (document(base), document(head)) else {
            return;
        };
        // Not the texts, for equal texts are not compared.
        assert_eq!(
            unitune_diff::compare(&base, &base).len(),
            0,
            "a document is not as itself"
        );
        let forth = DocumentDiff::between("fuzz", Some(&base), Some(&head));
        let back = DocumentDiff::between("fuzz", Some(&head), Some(&base));
        if base.written.value != head.written.value {
            assert_eq!(
                forth.changes.is_empty(),
                back.changes.is_empty(),
                "one way only"
            );
        }
        let diff = Diff {
            documents: vec![forth],
        };
        for format in [Format::Text, Format::Markdown, Format::Json, Format::Github] {
            let report = render(&diff, format);
            let is_bad = |c: char| c.is_control() && c != '\n';
            assert!(
                !report.contains(is_bad),
                "{format:?} has control characters: {report:?}"
            );
        }
    });
}

/// An overlay, for a small document: it is applied as a whole, or there are faults.
pub fn overlay(bytes: &[u8]) {
    const DOCUMENT: &str = include_str!("../../corpus/openapi/small.json");
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    deep(|| {
        let overlay = match Overlay::parse("overlay.yaml", text) {
            Ok(overlay) => overlay,
            Err(faults) => return assert_orderly(&faults),
        };
        let mut document: Value = serde_json::from_str(DOCUMENT).expect("it is JSON");
        let before = document.clone();
        match overlay.apply(&mut document) {
            Err(faults) => assert_orderly(&faults),
            // An action that changes nothing is a fault, so a second time is one.
            Ok(()) if document != before => {
                let mut again = document.clone();
                if let Err(faults) = overlay.apply(&mut again) {
                    assert_orderly(&faults);
                }
                overlay
                    .reapply(&mut document)
                    .unwrap_or_else(|faults| assert_orderly(&faults));
            }
            Ok(()) => {}
        }
    });
}

/// Markdown pages with a document, and rendered pages.
pub fn pages(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    deep(|| {
        if let Err(faults) = read::parse("page.md", text) {
            assert_orderly(&faults);
        }
        let page = check_rendered_page::read(text);
        assert!(
            page.fields
                .iter()
                .all(|field| text.contains(field.as_str()))
        );
        assert!(page.example.is_none_or(|example| example.is_object()));
    });
}
