//! `unitune jobs events`, `checkpoints` and `metrics`

use std::collections::BTreeSet;

use anstyle::AnsiColor;
use serde_json::json;
use unitune::providers::{Listing, PageQuery};
use unitune::unify::{Checkpoint, Event, EventLevel, MetricPoint};

use crate::accounts::Accounts;
use crate::args::jobs::LogArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Around, Column, Kind, Output, Row, Step, Table};

/// The time among the numbers of a training.
const TIME: &str = "logged_at";

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

impl Row for MetricPoint {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("step", "STEP", Kind::Number, |point| json!(point.step)),
            Column::new("logged_at", "TIME", Kind::Stamp, |point| {
                json!(point.logged_at)
            }),
            Column::new("values", "VALUES", Kind::Text, |point: &Self| {
                json!(point.values)
            })
            .text(|point| {
                let shown = point.values.iter().map(|(name, v)| format!("{name}={v}"));
                shown.collect::<Vec<_>>().join(" ")
            }),
        ],
        shown: &["step", "logged_at", "values"],
        steps: &[Step::Drop("logged_at"), Step::Shorten("values", 24)],
        empty: "No metrics yet.",
        colour: |_| None,
    };
}

pub async fn events(arguments: LogArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Event>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
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
    let query = query(&arguments);
    let list = accounts
        .providers()
        .checkpoints(&arguments.id, &query)
        .await?;
    print(&output, list)
}

pub async fn metrics(arguments: LogArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    let accounts = Accounts::open(&arguments.accounts).await?;
    let mut points = accounts.providers().metrics(&arguments.id).await?;
    if let Some(limit) = arguments.limit {
        let skipped = points.len().saturating_sub(limit as usize);
        points.drain(..skipped);
    }
    let names = names(&points);
    for point in &mut points {
        // Some vendors count the time among the numbers.
        let time = point.values.get(TIME);
        point.logged_at = point.logged_at.or(time.map(|time| *time as i64));
    }
    // The time is left out first, and then the last numbers.
    let names: Vec<String> = names.into_iter().collect();
    let last = names.iter().skip(1).rev().map(String::as_str);
    let steps: Vec<Step<'_>> = std::iter::once("logged_at")
        .chain(last)
        .map(Step::Drop)
        .collect();
    output.list_with_numbers(points, &["step", "logged_at"], &names, &steps)?;
    Ok(Exit::Done)
}

/// The names of all numbers, but for the step and the time.
fn names(points: &[MetricPoint]) -> Vec<String> {
    let is_shown = |name: &&String| {
        let last = name.rsplit('/').next().unwrap_or(name);
        !matches!(last, "step" | "global_step" | TIME)
    };
    let names = points.iter().flat_map(|point| point.values.keys());
    let names: BTreeSet<&String> = names.filter(is_shown).collect();
    names.into_iter().cloned().collect()
}

fn query(arguments: &LogArguments) -> PageQuery {
    match arguments.limit {
        Some(limit) => PageQuery::new().limit(limit as usize),
        None => PageQuery::new(),
    }
}

fn print<R: Row>(output: &Output, list: Listing<R>) -> Result<Exit, Failure> {
    let around = Around {
        has_more: Some(list.has_more),
        warnings: Some(json!(list.warnings)),
    };
    output.list(list.data, around)?;
    output::warnings(&list.warnings);
    if list.has_more && output.is_table() {
        output::note("note: there is more; --limit shows it");
    }
    Ok(Exit::Done)
}
