//! `unitune jobs metrics`: numbers of trainings, as a table or as a chart

#[cfg(feature = "charts")]
pub mod chart;
mod fetch;

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;
use serde_json::json;
use unitune::unify::MetricPoint;

use crate::accounts::Accounts;
use crate::args::Format;
use crate::args::metrics_compare_costs::MetricsArguments;
use crate::exit::{Exit, Failure};
use crate::output::{Column, Kind, ListContext, Output, Row, Step, Table};

pub use fetch::{JobMetrics, has_metrics, jobs_with_metrics, with_metrics};

/// The time among the numbers of a training.
const TIME: &str = "logged_at";

const STEP_COLUMN: &str = "step";

impl Row for MetricPoint {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new(STEP_COLUMN, "STEP", Kind::Number, |point| json!(point.step)),
            Column::new(TIME, "TIME", Kind::Stamp, |point| json!(point.logged_at)),
            Column::new("values", "VALUES", Kind::Text, |point: &Self| {
                json!(point.values)
            })
            .text(values),
        ],
        shown: &[STEP_COLUMN, TIME, "values"],
        steps: &[Step::Drop(TIME), Step::Shorten("values", 24)],
        empty: EMPTY,
        colour: |_| None,
    };
}

const EMPTY: &str = "No metrics yet.";

fn values(point: &MetricPoint) -> String {
    let shown = point.values.iter().map(|(name, v)| format!("{name}={v}"));
    shown.collect::<Vec<_>>().join(" ")
}

/// The metrics of one of several jobs.
#[derive(Serialize)]
struct JobPoint {
    account: String,
    job: String,
    #[serde(flatten)]
    point: MetricPoint,
}

impl Row for JobPoint {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("account", "ACCOUNT", Kind::Text, |row| json!(row.account)),
            Column::new("job", "JOB", Kind::Text, |row| json!(row.job)),
            Column::new(STEP_COLUMN, "STEP", Kind::Number, |row| {
                json!(row.point.step)
            }),
            Column::new(TIME, "TIME", Kind::Stamp, |row| json!(row.point.logged_at)),
            Column::new("values", "VALUES", Kind::Text, |row: &Self| {
                json!(row.point.values)
            })
            .text(|row| values(&row.point)),
        ],
        shown: &["account", "job", STEP_COLUMN, TIME, "values"],
        steps: &[
            Step::Drop(TIME),
            Step::Shorten("values", 24),
            Step::Shorten("job", 12),
            Step::Drop("account"),
        ],
        empty: EMPTY,
        colour: |_| None,
    };
}

pub async fn run(mut arguments: MetricsArguments) -> Result<Exit, Failure> {
    // A job that is named twice is shown once.
    let mut seen = HashSet::new();
    arguments.ids.retain(|id| seen.insert(id.clone()));
    let mut output = Output::new(&arguments.output);
    if arguments.csv {
        output.format = Format::Csv;
    }
    #[cfg(feature = "charts")]
    {
        let chart = &arguments.chart;
        chart::check(chart)?;
        if chart.chart || chart.plot.is_some() {
            return charted(&arguments, &output).await;
        }
    }
    let accounts = Accounts::open(&arguments.accounts).await?;
    if let [id] = arguments.ids.as_slice() {
        let points = accounts.providers().metrics(id).await?;
        print_points(&output, newest(points, arguments.limit))?;
        return Ok(Exit::Done);
    }
    let (jobs, exit) = jobs_with_metrics(accounts.providers(), &arguments.ids).await;
    print_jobs(&output, jobs, arguments.limit)?;
    Ok(exit)
}

/// Draws a chart; the numbers are printed too where their format is named.
#[cfg(feature = "charts")]
async fn charted(arguments: &MetricsArguments, output: &Output) -> Result<Exit, Failure> {
    let accounts = Accounts::open(&arguments.accounts).await?;
    let (mut jobs, exit) = jobs_with_metrics(accounts.providers(), &arguments.ids).await;
    for run in jobs.iter_mut().flat_map(|job| &mut job.runs) {
        *run = newest(std::mem::take(run), arguments.limit);
    }
    if jobs.is_empty() {
        return Ok(exit);
    }
    chart::draw(&arguments.chart, &jobs, output)?;
    if !output.is_table() {
        match jobs.len() {
            1 if arguments.ids.len() == 1 => {
                let points = jobs.into_iter().flat_map(|job| job.runs).flatten();
                print_points(output, points.collect())?;
            }
            _ => print_jobs(output, jobs, None)?,
        }
    }
    Ok(exit)
}

/// Returns the newest of these points, each with its time.
fn newest(mut points: Vec<MetricPoint>, limit: Option<u32>) -> Vec<MetricPoint> {
    if let Some(limit) = limit {
        let skipped = points.len().saturating_sub(limit as usize);
        points.drain(..skipped);
    }
    for point in &mut points {
        // Some vendors count the time among the numbers.
        let time = point.values.get(TIME);
        point.logged_at = point.logged_at.or(time.map(|time| *time as i64));
    }
    points
}

fn print_points(output: &Output, points: Vec<MetricPoint>) -> Result<(), Failure> {
    let names = names(points.iter());
    let steps = steps(&names, &[]);
    let (usual, around) = ([STEP_COLUMN, TIME], ListContext::default());
    output.list_with_values(points, &usual, &names, Kind::Number, &steps, around)
}

fn print_jobs(output: &Output, jobs: Vec<JobMetrics>, limit: Option<u32>) -> Result<(), Failure> {
    let rows = jobs.into_iter().flat_map(|metrics| {
        let (account, job) = (metrics.job.provider.account, metrics.job.id);
        let points = metrics.runs.into_iter().flatten().collect();
        let points = newest(points, limit).into_iter();
        points.map(move |point| JobPoint {
            account: account.clone(),
            job: job.clone(),
            point,
        })
    });
    let rows: Vec<JobPoint> = rows.collect();
    let names = names(rows.iter().map(|row| &row.point));
    let steps = steps(&names, &[Step::Shorten("job", 12), Step::Drop("account")]);
    let usual = ["account", "job", STEP_COLUMN, TIME];
    let around = ListContext::default();
    output.list_with_values(rows, &usual, &names, Kind::Number, &steps, around)
}

/// The time is left out first, and then the last numbers.
fn steps<'n>(names: &'n [String], then: &[Step<'n>]) -> Vec<Step<'n>> {
    let last = names.iter().skip(1).rev().map(String::as_str);
    let dropped = std::iter::once(TIME).chain(last).map(Step::Drop);
    dropped.chain(then.iter().copied()).collect()
}

/// The names of all numbers, but for the step and the time.
fn names<'p>(points: impl Iterator<Item = &'p MetricPoint>) -> Vec<String> {
    let is_shown = |name: &&String| {
        let last = name.rsplit('/').next().unwrap_or(name);
        !matches!(last, "step" | "global_step" | TIME)
    };
    let names = points.flat_map(|point| point.values.keys());
    let names: BTreeSet<&String> = names.filter(is_shown).collect();
    names.into_iter().cloned().collect()
}
