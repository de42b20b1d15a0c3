//! The text of `docs/mapping.md`, from the tables that the conversions use.

use std::fmt::Write;

use super::mapping::{EventTypes, Mapping, RequestTables};
use super::mapping_rules::{self, Rule};
use super::request::setting_rules as request;
use super::status::{Meaning, UNKNOWN};
use crate::providers::{Operation, Support};
use crate::vendors::{self, mappings};

/// Returns the text of `docs/mapping.md`, about the vendors that are compiled in.
pub(super) fn mapping_page() -> String {
    let mut page = Page(String::new());
    page.text(
        "# Mapping: how a vendor's job becomes the gateway's\n\n\
         Written from the tables in `src/unify/` by the test `generated_files_are_fresh`. Do not \
         edit it here.",
    );
    statuses(&mut page);
    fields(&mut page);
    for mapping in mappings() {
        if let Some(events) = &mapping.events {
            event_types(&mut page, mapping, events);
        }
    }
    requests(&mut page);
    operations(&mut page);
    page.0
}

fn statuses(page: &mut Page) {
    page.text(
        "## Statuses\n\nThe vendor's own status is kept in `provider.status`. A job has ended only \
         if the vendor's status is final.",
    );
    for mapping in mappings() {
        page.text(&format!("### {}", mapping.title));
        let known = (mapping.statuses)().into_iter();
        let known = known.map(|(status, meaning)| status_row(code(status), meaning));
        let unknown = status_row("anything else".to_owned(), UNKNOWN);
        page.table(["vendor status", "status", "why"], known.chain([unknown]));
    }
}

fn status_row(vendor_status: String, (status, why): Meaning) -> [String; 3] {
    [vendor_status, code(status.as_str()), why.to_owned()]
}

fn fields(page: &mut Page) {
    page.text(
        "## Fields of a job\n\n\
         Each rule by which a field gets its value, with the kind and the text of its note. \
         *exact*: the vendor's own value; *derived*: a value that follows from others; \
         *defaulted*: a stand-in for a value that the gateway requires; *unavailable*: the vendor \
         gives no value, or not yet. Rules that strict mode rejects are marked.\n\n\
         A field whose value is null or absent at the vendor is *unavailable*. So is one whose \
         value has another type than the document states: the note has the place and both types, \
         and the value is kept in `provider.extra`. A job is left out of a list only when it is \
         not an object or has no id.\n\n\
         Values without a slot are kept in `provider.extra` under the vendor's name, with an \
         *unmapped* note. Values that look like keys are not kept (*withheld*). Prices become \
         `provider.cost`, exactly; a job that continues under another id names it in \
         `provider.successor`.",
    );
    page.rule_table("Every vendor", mapping_rules::common::TABLE);
    for mapping in mappings() {
        page.rule_table(mapping.title, mapping.rules);
    }
}

fn event_types(page: &mut Page, mapping: &Mapping, events: &EventTypes) {
    page.text(&format!(
        "## {}'s event log\n\n{}",
        mapping.title, events.text
    ));
    let rows = (events.types)().into_iter();
    page.table(
        ["type", "the job"],
        rows.map(|(kind, effect)| [code(kind), effect]),
    );
}

fn requests(page: &mut Page) {
    page.text(
        "## Requests\n\n\
         `model`, `training_file`, `validation_file`, `suffix` and `seed` go to every vendor, \
         except where a vendor's text below names one. \
         Settings are members of `hyperparameters`, or of the method's. A request with settings \
         that the vendor does not support is rejected before it is sent, unless the caller allows \
         them to be dropped.",
    );
    let tables: Vec<(&str, &RequestTables)> = mappings()
        .filter_map(|mapping| Some((mapping.title, mapping.request.as_ref()?)))
        .collect();
    for (title, tables) in &tables {
        page.text(&format!(
            "### Settings that {title} accepts\n\n{}",
            tables.text
        ));
        page.accepted(tables.accepted);
        page.text(&format!("### Settings that {title} does not support"));
        page.unsupported(tables.unsupported);
        if !tables.extra.is_empty() {
            page.text(&format!("### Further members that {title} accepts"));
            let rows = tables.extra.iter();
            page.table(
                ["member", "value"],
                rows.map(|(name, takes)| [code(name), takes.to_string()]),
            );
        }
        page.text(&format!("### Weights & Biases at {title}"));
        let rows = tables.wandb.iter();
        page.table(
            ["member of the integration", "becomes"],
            rows.map(|(name, becomes)| [code(name), code(becomes)]),
        );
    }
}

fn operations(page: &mut Page) {
    page.text("## Operations\n\nAn operation that a vendor does not support is rejected.");
    let vendors = || {
        vendors::all()
            .iter()
            .filter(|vendor| vendor.is_compiled_in())
    };
    let head = vendors().map(|vendor| vendor.title().to_owned());
    let head = ["operation".to_owned()].into_iter().chain(head).collect();
    let rows = Operation::ALL.into_iter().map(|operation| {
        let support = vendors().map(|vendor| match vendor.support(operation) {
            Support::Native => "yes".to_owned(),
            Support::Derived(from) => format!("from {from}"),
            Support::Unsupported(instead) => format!("no: {instead}"),
        });
        [operation.to_string()].into_iter().chain(support).collect()
    });
    page.rows(head, rows);
}

struct Page(String);

impl Page {
    fn text(&mut self, text: &str) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        self.line(&format!("{gap}{text}"));
    }

    fn line(&mut self, line: &str) {
        writeln!(self.0, "{line}").expect("a String takes any text");
    }

    fn table<const N: usize>(
        &mut self,
        head: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) {
        let head = head.map(str::to_owned).to_vec();
        self.rows(head, rows.into_iter().map(|row| row.to_vec()));
    }

    fn rows(&mut self, head: Vec<String>, rows: impl IntoIterator<Item = Vec<String>>) {
        self.line("");
        self.line(&format!("| {} |", head.join(" | ")));
        self.line(&format!("| {} |", vec!["---"; head.len()].join(" | ")));
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            self.line(&format!("| {} |", cells.join(" | ")));
        }
    }

    fn rule_table(&mut self, title: &str, table: &[&Rule]) {
        self.text(&format!("### {title}"));
        let rows = table.iter().map(|rule| {
            let strict = if rule.guess { "rejected" } else { "" };
            [
                code(rule.field),
                rule.kind.as_str().to_owned(),
                rule.message.to_owned(),
                strict.to_owned(),
            ]
        });
        self.table(["field", "kind", "rule", "strict mode"], rows);
    }

    fn accepted(&mut self, table: &[request::Accepted]) {
        let rows = table.iter().map(|rule| {
            let methods = match rule.methods {
                [] => "any".to_owned(),
                some => some.join(", "),
            };
            [
                code(rule.key),
                methods,
                rule.takes.to_string(),
                code(rule.becomes),
            ]
        });
        self.table(["setting", "method", "value", "becomes"], rows);
    }

    fn unsupported(&mut self, table: &[request::Unsupported]) {
        let rows = table
            .iter()
            .map(|rule| [code(rule.key), rule.why.to_owned(), rule.instead.to_owned()]);
        self.table(["setting", "why", "instead"], rows);
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
