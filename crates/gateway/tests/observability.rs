//! The tables of docs/observability.md are those of the code.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use support::Gateway;

/// The rows of the table after this mark, as cells.
fn table(mark: &str) -> Vec<Vec<String>> {
    let page = root().join("docs/observability.md");
    let page = fs::read_to_string(page).unwrap();
    let mark = format!("<!-- {mark} -->\n\n");
    let (_, after) = page.split_once(&mark).expect("the mark is there");
    let rows = after.lines().take_while(|line| line.starts_with('|'));
    rows.skip(2)
        .map(|row| {
            let cells = row.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

/// The names in backticks in a cell.
fn names(cell: &str) -> BTreeSet<String> {
    let names = cell.split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

fn name(cell: &str) -> String {
    let mut names = names(cell);
    assert_eq!(names.len(), 1, "{cell}");
    names.pop_first().unwrap()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_are_those_of_the_table() {
    let gateway = Gateway::start().await;
    gateway.get("/v1/fine_tuning/jobs").await.ok();
    let text = gateway.get("/metrics").await.body;
    let text = text.as_str().unwrap();
    let mut found = BTreeSet::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (family, kind) = line.split_once(' ').unwrap();
        let shown = match kind {
            "counter" => format!("{family}_total"),
            _ => family.to_owned(),
        };
        let samples = text.lines().filter(|sample| {
            let rest = sample.strip_prefix(family);
            rest.is_some_and(|rest| {
                let suffix = rest.split(['{', ' ']).next().unwrap();
                ["", "_total", "_bucket", "_sum", "_count"].contains(&suffix)
            })
        });
        let labels: BTreeSet<String> = samples
            .filter_map(|sample| Some(sample.split_once('{')?.1.split_once('}')?.0))
            .flat_map(|labels| labels.split(','))
            .map(|label| label.split('=').next().unwrap().to_owned())
            .filter(|label| label != "le")
            .collect();
        found.insert((shown, kind.to_owned(), labels));
    }
    let rows = table("metrics");
    let documented = rows
        .iter()
        .map(|row| (name(&row[0]), row[3].clone(), names(&row[4])));
    assert_eq!(documented.collect::<BTreeSet<_>>(), found);
    // What the other name is made from; otlp.rs has the real ones.
    for row in &rows {
        let unit = match row[2].as_str() {
            "1" => "",
            "s" => "_seconds",
            "By" => "_bytes",
            unit => panic!("{unit}"),
        };
        let name_of_otlp = name(&row[1]).replace('.', "_") + unit;
        assert_eq!(name(&row[0]).trim_end_matches("_total"), name_of_otlp);
    }
}

/// The calls of `tracing`'s macros in some sources: the macro, and its arguments.
fn macros(tokens: TokenStream, found: &mut Vec<(String, TokenStream)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let word = |at: usize| tokens.get(at).map(ToString::to_string).unwrap_or_default();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            macros(group.stream(), found);
            let is_path = at >= 5 && word(at - 1) == "!" && word(at - 5) == "tracing";
            if is_path && word(at - 4) == ":" {
                found.push((word(at - 2), group.stream()));
            }
        }
    }
}

/// The message of an event or the name of a span, and the names of the fields.
fn arguments(tokens: TokenStream) -> (String, BTreeSet<String>) {
    let (mut text, mut fields) = (String::new(), BTreeSet::new());
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
    for argument in tokens.split(is_comma) {
        let words = argument.iter().map(ToString::to_string);
        let field: String = words.take_while(|word| word != "=").collect();
        let field = field.trim_start_matches(['?', '%']);
        match field.strip_prefix('"') {
            Some(rest) => text = rest.trim_end_matches('"').to_owned(),
            None if field.is_empty() => {}
            None => assert!(fields.insert(field.to_owned()), "{field} is given twice"),
        }
    }
    (text, fields)
}

fn sources(folder: &Path, found: &mut Vec<(String, TokenStream)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            macros(text.parse().unwrap(), found);
        }
    }
}

#[test]
fn the_log_s_fields_are_those_of_the_tables() {
    let mut found = Vec::new();
    sources(&root().join("src"), &mut found);
    sources(&root().join("crates/gateway/src"), &mut found);
    let (mut events, mut spans) = (BTreeSet::new(), BTreeMap::new());
    for (level, tokens) in found {
        // Types such as `tracing::Span` are no macros; a subscriber is none of them.
        let (text, fields) = arguments(tokens);
        match level.as_str() {
            "info_span" => assert_eq!(spans.insert(text, fields), None),
            "error" | "warn" | "info" | "debug" => {
                events.insert((level, text, fields));
            }
            _ => panic!("{level} {text}"),
        }
    }
    let documented: BTreeSet<_> = table("events")
        .iter()
        .map(|row| (row[0].clone(), name(&row[1]), names(&row[2])))
        .collect();
    assert_eq!(documented, events);
    let mut documented: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in table("spans") {
        let fields = documented.entry(name(&row[0])).or_default();
        assert!(fields.insert(name(&row[1])), "{row:?}");
    }
    assert_eq!(documented, spans);
}
