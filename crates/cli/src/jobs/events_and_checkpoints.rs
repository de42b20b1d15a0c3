//! `unitune jobs events` and `checkpoints`

use anstyle::AnsiColor;
use serde_json::json;
use unitune::providers::{Listing, PageQuery};
use unitune::unify::{Checkpoint, Event, EventLevel};

use crate::accounts::Accounts;
use crate::args::jobs::LogArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Column, Kind, ListContext, Output, Row, Step, Table};

impl Row for Event {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("created", "TIME", Kind::Stamp, |event| {
                json!(event.created_at)
            }),
            Column::new("level", "LEVEL", Kind::Status, |event| json!(event.level)),
            Column::new("type", "TYPE", Kind::Text, |event| json!(event.kind)),
            Column::new("message", "MESSAGE", Kind::Text, |event| {
                json!(event.message)
            }),
            Column::new("id", "ID", Kind::Text, |event| json!(event.id)),
            Column::new("account", "ACCOUNT", Kind::Text, |event| {
                json!(event.provider.account)
            }),
        ],
        shown: &["created", "level", "message"],
        steps: &[Step::Shorten("message", 24), Step::Drop("level")],
        empty: "The log is empty.",
        colour: |event| match event.level {
            EventLevel::Info => None,
            EventLevel::Warn => Some(AnsiColor::Yellow),
            EventLevel::Error => Some(AnsiColor::Red),
        },
    };
}

impl Row for Checkpoint {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("step", "STEP", Kind::Number, |c| json!(c.step_number)),
            Column::new("created", "CREATED", Kind::Time, |c| json!(c.created_at)),
            Column::new("model", "MODEL", Kind::Model, |c| {
                json!(c.fine_tuned_model_checkpoint)
            }),
            Column::new("metrics", "METRICS", Kind::Text, |c: &Self| {
                json!(c.metrics)
            })
            .text(|c| {
                let shown = c.metrics.iter().filter(|(_, value)| value.is_number());
                let shown: Vec<String> = shown.map(|(name, v)| format!("{name}={v}")).collect();
                shown.join(" ")
            }),
            Column::new("id", "ID", Kind::Text, |c| json!(c.id)),
            Column::new("account", "ACCOUNT", Kind::Text, |c| {
                json!(c.provider.account)
            }),
        ],
        shown: &["step", "created", "id", "model", "metrics"],
        steps: &[
            Step::Shorten("metrics", 16),
            Step::Shorten("model", 16),
            Step::Drop("metrics"),
            Step::Drop("model"),
            Step::Drop("created"),
        ],
        empty: "No checkpoints.",
        colour: |_| None,
    };
}

pub async fn events(arguments: LogArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Event>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let mut log = accounts
        .providers()
        .events(&arguments.id, &query(&arguments))
        .await?;
    // People read downwards.
    log.data.reverse();
    print(&output, log)
}

pub async fn checkpoints(arguments: LogArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Checkpoint>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let query = query(&arguments);
    let list = accounts
        .providers()
        .checkpoints(&arguments.id, &query)
        .await?;
    print(&output, list)
}

fn query(arguments: &LogArguments) -> PageQuery {
    match arguments.limit {
        Some(limit) => PageQuery::new().limit(limit as usize),
        None => PageQuery::new(),
    }
}

fn print<R: Row>(output: &Output, list: Listing<R>) -> Result<Exit, Failure> {
    let around = ListContext {
        has_more: Some(list.has_more),
        warnings: Some(json!(list.warnings)),
    };
    output.list(list.data, around)?;
    output::warnings(&list.warnings);
    if list.has_more && !output.has_context() {
        output::note("note: there is more; --limit shows it");
    }
    Ok(Exit::Done)
}
