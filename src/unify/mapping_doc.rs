//! `docs/mapping.md`, written from the tables that the conversions run on.

use std::fmt::Write;

use super::from_together::log;
use super::request::rules as request;
use super::rules;
use super::status::{self, Meaning, UNKNOWN};
use super::{Operation, Rule, Support, Vendor};
use crate::{openai, together, truefoundry};

/// The text of `docs/mapping.md`.
pub fn mapping_markdown() -> String {
    let mut page = Page(String::new());
    page.text(
        "# How a vendor's words become the gateway's\n\n\
         Written from the tables in `src/unify/` by `unitune::unify::mapping_markdown`; a test \
         keeps it fresh. Do not edit it here.",
    );
    statuses(&mut page);
    fields(&mut page);
    log_words(&mut page);
    requests(&mut page);
    operations(&mut page);
    page.0
}

fn statuses(page: &mut Page) {
    page.text(
        "## Statuses\n\nThe vendor's own word is kept in `provider.status`. No status is an end \
         unless the vendor's is.",
    );
    let words = openai::types::FineTuningJobStatus::KNOWN;
    let rows = words
        .iter()
        .map(|word| row(word.as_str(), status::openai(word)));
    page.status_table(Vendor::OpenAi, rows);
    let words = together::types::FinetuneJobStatus::KNOWN;
    let rows = words
        .iter()
        .map(|word| row(word.as_str(), status::together(word)));
    page.status_table(Vendor::Together, rows);
    let words = truefoundry::types::FineTuningJobStatus::KNOWN;
    let rows = words
        .iter()
        .map(|word| row(word.as_str(), status::truefoundry(word)));
    page.status_table(Vendor::TrueFoundry, rows);
}

fn row(word: &str, (status, why): Meaning) -> [String; 3] {
    [code(word), code(status.as_str()), why.to_owned()]
}

fn fields(page: &mut Page) {
    page.text(
        "## Fields of a job\n\n\
         Each way in which a field comes about, as its note says it. *exact*: the vendor says \
         just this; *derived*: it follows from something else; *defaulted*: the gateway wants a \
         value, and this is a stand-in; *unavailable*: the vendor does not say it, or not yet. \
         What strict mode refuses is marked.\n\n\
         Whatever has no slot stays in `provider.extra` under the vendor's name, and its note says \
         *unmapped*. What looks like a key is kept nowhere (*withheld*). Prices become \
         `provider.cost`, exactly; a job that goes on under another id names it in \
         `provider.successor`.",
    );
    page.rule_table("Every vendor", rules::common::TABLE);
    page.rule_table(Vendor::Together.title(), rules::together::TABLE);
    page.rule_table(Vendor::OpenAi.title(), rules::openai::TABLE);
    page.rule_table(Vendor::TrueFoundry.title(), rules::truefoundry::TABLE);
}

fn log_words(page: &mut Page) {
    page.text(
        "## Together's event log\n\n\
         Types and levels are read in any case. An event becomes one of OpenAI's shape: the type \
         in the document's spelling stands in `data.type`, the vendor's own words in \
         `provider.extra`.",
    );
    let rows = together::types::FinetuneEventType::KNOWN
        .iter()
        .map(|kind| [code(kind.as_str()), log::turn(kind).to_string()]);
    page.table(["type", "the job"], rows);
}

fn requests(page: &mut Page) {
    page.text(
        "## Requests\n\n\
         `model`, `training_file`, `validation_file`, `suffix` and `seed` go to every vendor \
         (`seed` is Together's `random_seed`). `metadata` goes to OpenAI; Together keeps no \
         labels. Settings stand below `hyperparameters`, or below the method's. At Together \
         `\"auto\"` means: leave it out. A request with anything else is refused before it is \
         sent, unless the caller allows the setting to be lost.",
    );
    page.accepted("OpenAI takes", request::OPENAI);
    page.refused("OpenAI has no place for", request::OPENAI_REFUSED);
    page.accepted("Together takes", request::TOGETHER);
    page.refused("Together has no place for", request::TOGETHER_REFUSED);
    page.text("### Together takes beside the gateway's fields");
    let rows = request::TOGETHER_EXTRA.iter();
    page.table(
        ["member", "value"],
        rows.map(|(name, takes)| [code(name), takes.to_string()]),
    );
    page.text("### Weights & Biases");
    let rows = request::TOGETHER_WANDB.iter().map(|(name, becomes)| {
        let openai = request::OPENAI_WANDB.contains(name);
        [
            code(name),
            code(becomes),
            if openai { code(name) } else { "–".to_owned() },
        ]
    });
    page.table(["member of the integration", "Together", "OpenAI"], rows);
}

fn operations(page: &mut Page) {
    page.text(
        "## Operations\n\nWhat a vendor cannot do is refused, never turned into something else.",
    );
    let rows = Operation::ALL.into_iter().map(|operation| {
        let at = |vendor| match operation.at(vendor) {
            Support::Native => "yes".to_owned(),
            Support::Derived(from) => format!("from {from}"),
            Support::Unsupported(instead) => format!("no: {instead}"),
        };
        [
            operation.to_string(),
            at(Vendor::OpenAi),
            at(Vendor::Together),
            at(Vendor::TrueFoundry),
        ]
    });
    page.table(["operation", "OpenAI", "Together", "TrueFoundry"], rows);
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
        self.line("");
        self.line(&format!("| {} |", head.join(" | ")));
        self.line(&format!("| {} |", head.map(|_| "---").join(" | ")));
        for row in rows {
            let cells = row.map(|cell| cell.replace('|', "\\|"));
            self.line(&format!("| {} |", cells.join(" | ")));
        }
    }

    fn status_table(&mut self, vendor: Vendor, rows: impl Iterator<Item = [String; 3]>) {
        self.text(&format!("### {}", vendor.title()));
        let (status, why) = UNKNOWN;
        let other = [
            "anything else".to_owned(),
            code(status.as_str()),
            why.to_owned(),
        ];
        self.table(["word", "gateway", "why"], rows.chain([other]));
    }

    fn rule_table(&mut self, title: &str, table: &[&Rule]) {
        self.text(&format!("### {title}"));
        let rows = table.iter().map(|rule| {
            let strict = if rule.guess { "refused" } else { "" };
            [
                code(rule.field),
                rule.kind.as_str().to_owned(),
                rule.says.to_owned(),
                strict.to_owned(),
            ]
        });
        self.table(["field", "kind", "from", "strict mode"], rows);
    }

    fn accepted(&mut self, title: &str, table: &[request::Accepted]) {
        self.text(&format!("### {title}"));
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

    fn refused(&mut self, title: &str, table: &[request::Refused]) {
        self.text(&format!("### {title}"));
        let rows = table
            .iter()
            .map(|rule| [code(rule.key), rule.why.to_owned(), rule.instead.to_owned()]);
        self.table(["setting", "why", "instead"], rows);
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
