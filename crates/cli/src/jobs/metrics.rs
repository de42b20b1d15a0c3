//! `unitune jobs metrics`: numbers of trainings, as a table or as a chart

#[cfg(feature = "charts")]
pub mod chart;
mod fetch;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;
use serde_json::{Value, json};
use unitune::unify::MetricPoint;

use crate::accounts::Accounts;
use crate::args::Format;
use crate::args::metrics_compare_costs::MetricsArguments;
use crate::exit::{Exit, Failure};
use crate::output::{Column, Kind, ListContext, Output, Row, Step, Table, Values};

pub use fetch::{JobMetrics, has_metrics, jobs_with_metrics, with_metrics};

/// The time among the numbers of a training.
const TIME: &str = "logged_at";

const STEP_COLUMN: &str = "step";

/// What is shown of a point.
#[derive(Serialize)]
struct Point {
    /// In JSON, under the vendor's names.
    #[serde(flatten)]
    point: MetricPoint,
    /// In columns: under the common names, where there are some, or under those that
    /// are asked for.
    #[serde(skip)]
    named: BTreeMap<String, f64>,
}

impl Row for Point {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new(STEP_COLUMN, "STEP", Kind::Number, |row| {
                json!(row.point.step)
            }),
            Column::new(TIME, "TIME", Kind::Stamp, |row| json!(row.point.logged_at)),
            Column::new("values", "VALUES", Kind::Text, |row: &Self| {
                json!(row.point.values)
            })
            .text(|row| values(&row.point)),
        ],
        shown: &[STEP_COLUMN, TIME, "values"],
        steps: &[Step::Drop(TIME), Step::Shorten("values", 24)],
        empty: EMPTY,
        colour: |_| None,
    };

    /// The number of a common name, or of the vendor's own.
    fn value(&self, name: &str) -> Value {
        let number = self.named.get(name).copied();
        json!(number.or_else(|| self.point.metric(name)))
    }
}

const EMPTY: &str = "No metrics.";

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
    shown: Point,
}

impl Row for JobPoint {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("account", "ACCOUNT", Kind::Text, |row| json!(row.account)),
            Column::new("job", "JOB", Kind::Text, |row| json!(row.job)),
            Column::new(STEP_COLUMN, "STEP", Kind::Number, |row| {
                json!(row.shown.point.step)
            }),
            Column::new(TIME, "TIME", Kind::Stamp, |row| {
                json!(row.shown.point.logged_at)
            }),
            Column::new("values", "VALUES", Kind::Text, |row: &Self| {
                json!(row.shown.point.values)
            })
            .text(|row| values(&row.shown.point)),
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

    fn value(&self, name: &str) -> Value {
        self.shown.value(name)
    }
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
            return charted(&arguments, output).await;
        }
    }
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let (limit, asked) = (arguments.limit, &arguments.metric);
    if let [id] = arguments.ids.as_slice() {
        let points = accounts.providers().metrics(id).await?;
        check_names(asked, &[&points])?;
        print_points(&output, asked, prepared(points, asked, limit))?;
        return Ok(Exit::Done);
    }
    let (mut jobs, exit) = jobs_with_metrics(accounts.providers(), &arguments.ids).await;
    check_names(asked, &runs(&jobs))?;
    for job in &mut jobs {
        let points = std::mem::take(&mut job.runs).into_iter().flatten();
        job.runs = vec![prepared(points.collect(), asked, limit)];
    }
    print_jobs(&output, asked, jobs)?;
    Ok(exit)
}

/// Draws a chart; the numbers are printed too where their format is named.
#[cfg(feature = "charts")]
async fn charted(arguments: &MetricsArguments, output: Output) -> Result<Exit, Failure> {
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let (mut jobs, exit) = jobs_with_metrics(accounts.providers(), &arguments.ids).await;
    if jobs.is_empty() {
        return Ok(exit);
    }
    let (limit, asked) = (arguments.limit, &arguments.metric);
    check_names(asked, &runs(&jobs))?;
    for run in jobs.iter_mut().flat_map(|job| &mut job.runs) {
        *run = prepared(std::mem::take(run), asked, limit);
    }
    chart::draw(&arguments.chart, asked, &jobs, &output)?;
    if !output.is_table() {
        match jobs.len() {
            1 if arguments.ids.len() == 1 => {
                let points = jobs.into_iter().flat_map(|job| job.runs).flatten();
                print_points(&output, asked, points.collect())?;
            }
            _ => print_jobs(&output, asked, jobs)?,
        }
    }
    Ok(exit)
}

/// Returns the metrics of each run of these jobs.
fn runs(jobs: &[JobMetrics]) -> Vec<&[MetricPoint]> {
    let runs = jobs.iter().flat_map(|job| &job.runs);
    runs.map(Vec::as_slice).collect()
}

/// Rejects names of metrics that no run has, if any has metrics.
pub fn check_names(asked: &[String], runs: &[&[MetricPoint]]) -> Result<(), Failure> {
    let points = || runs.iter().copied().flatten();
    let is_there = |name: &&String| points().any(|point| point.metric(name).is_some());
    let Some(missing) = asked.iter().find(|name| !is_there(name)) else {
        return Ok(());
    };
    if points().next().is_none() {
        return Ok(());
    }
    let named = runs.iter().flat_map(|run| shown(run.to_vec(), &[]));
    let there = names(&named.collect::<Vec<_>>(), |point| point).join(", ");
    Err(Failure::new(
        Exit::Usage,
        format!(
            "none of the jobs has the metric {missing:?}: name others with --metric; there are: {there}"
        ),
    ))
}

/// Returns the newest of these points, each with its time; where metrics are asked
/// for, those that have one, and nothing else of them.
fn prepared(
    mut points: Vec<MetricPoint>,
    asked: &[String],
    limit: Option<u32>,
) -> Vec<MetricPoint> {
    for point in &mut points {
        // Some vendors count the time among the numbers.
        let time = point.values.get(TIME);
        point.logged_at = point.logged_at.or(time.map(|time| *time as i64));
    }
    if !asked.is_empty() {
        for point in &mut points {
            let found = asked.iter().filter_map(|name| point.vendor_name(name));
            let found: BTreeSet<String> = found.map(str::to_owned).collect();
            point.values.retain(|name, _| found.contains(name));
        }
        points.retain(|point| !point.values.is_empty());
    }
    if let Some(limit) = limit {
        let skipped = points.len().saturating_sub(limit as usize);
        points.drain(..skipped);
    }
    points
}

/// Returns what is shown of a job's points.
fn shown(points: Vec<MetricPoint>, asked: &[String]) -> Vec<Point> {
    let common = match asked.is_empty() {
        true => MetricPoint::common_names(&points),
        false => BTreeMap::new(),
    };
    let named = |point: &MetricPoint| -> BTreeMap<String, f64> {
        if asked.is_empty() {
            let values = point.values.iter().map(|(name, value)| {
                let common = common.get(name).copied();
                (common.unwrap_or(name).to_owned(), *value)
            });
            return values.collect();
        }
        let found = asked.iter();
        let found = found.filter_map(|name| Some((name.clone(), point.metric(name)?)));
        found.collect()
    };
    let points = points.into_iter();
    let points = points.map(|point| Point {
        named: named(&point),
        point,
    });
    points.collect()
}

fn print_points(
    output: &Output,
    asked: &[String],
    points: Vec<MetricPoint>,
) -> Result<(), Failure> {
    let rows = shown(points, asked);
    let numbers = match asked.is_empty() {
        true => Numbers::of(output, names(&rows, |row| row)),
        false => Numbers::asked(asked),
    };
    let numbers = numbers.with_all_names(rows.iter());
    let steps = steps(&numbers.shown, &[]);
    let (usual, around) = ([STEP_COLUMN, TIME], ListContext::default());
    output.list_with_values(rows, &usual, numbers.values(), &steps, around)
}

fn print_jobs(output: &Output, asked: &[String], jobs: Vec<JobMetrics>) -> Result<(), Failure> {
    let rows = jobs.into_iter().flat_map(|metrics| {
        let (account, job) = (metrics.job.provider.account, metrics.job.id);
        let points = metrics.runs.into_iter().flatten().collect();
        let points = shown(points, asked).into_iter();
        points.map(move |shown| JobPoint {
            account: account.clone(),
            job: job.clone(),
            shown,
        })
    });
    let rows: Vec<JobPoint> = rows.collect();
    let numbers = match asked.is_empty() {
        true => Numbers::of(output, names(&rows, |row| &row.shown)),
        false => Numbers::asked(asked),
    };
    let numbers = numbers.with_all_names(rows.iter().map(|row| &row.shown));
    let then = [Step::Shorten("job", 12), Step::Drop("account")];
    let steps = steps(&numbers.shown, &then);
    let usual = ["account", "job", STEP_COLUMN, TIME];
    let around = ListContext::default();
    output.list_with_values(rows, &usual, numbers.values(), &steps, around)
}

/// The columns of numbers.
struct Numbers {
    known: Vec<String>,
    shown: Vec<String>,
    /// Whether there are no points, which would tell the names.
    are_open: bool,
}

impl Numbers {
    /// Those of these names, and of those that every vendor has: CSV has these too where
    /// no point has them, so that it begins the same for each job.
    fn of(output: &Output, names: Vec<String>) -> Self {
        let common = COMMON.iter().map(|name| (*name).to_owned());
        let known: Vec<String> = common.chain(names.iter().cloned()).collect();
        let known = unique(&known);
        let shown = match output.format {
            Format::Csv => known.clone(),
            _ => names,
        };
        Self {
            known,
            shown,
            are_open: false,
        }
    }

    fn asked(names: &[String]) -> Self {
        let names = unique(names);
        Self {
            known: names.clone(),
            shown: names,
            are_open: false,
        }
    }

    /// With all names of the points' numbers: the common ones, and those in JSON. Where
    /// there are no points, the names that there will be are not known, and any is one.
    fn with_all_names<'p>(mut self, points: impl Iterator<Item = &'p Point> + Clone) -> Self {
        self.are_open = points.clone().next().is_none();
        let has = |name: &&&str| points.clone().any(|row| row.point.metric(name).is_some());
        let common = COMMON.iter().filter(has).map(|name| (*name).to_owned());
        self.known.extend(common);
        let names: BTreeSet<&String> = points.flat_map(|row| row.point.values.keys()).collect();
        // Some vendors count the step and the time, which have columns, among the numbers.
        let names = names
            .into_iter()
            .filter(|name| **name != STEP_COLUMN && **name != TIME);
        self.known.extend(names.cloned());
        self.known = unique(&self.known);
        self
    }

    fn values(&self) -> Values<'_> {
        Values {
            known: &self.known,
            shown: &self.shown,
            kind: Kind::Number,
            are_open: self.are_open,
        }
    }
}

/// The time is left out first, and then the last numbers.
fn steps<'n>(names: &'n [String], then: &[Step<'n>]) -> Vec<Step<'n>> {
    let last = names.iter().skip(1).rev().map(String::as_str);
    let dropped = std::iter::once(TIME).chain(last).map(Step::Drop);
    dropped.chain(then.iter().copied()).collect()
}

/// The names of losses that are known at every vendor.
const COMMON: [&str; 2] = ["train_loss", "valid_loss"];

/// What comes first among the columns of numbers; the others follow by their names.
/// Where a table is too narrow, the last ones are left out.
const ORDER: [fn(&str) -> bool; 5] = [
    |name| name == COMMON[0],
    |name| name == COMMON[1],
    |name| name.ends_with("loss"),
    |name| name.ends_with("learning_rate") || name == "lr" || name.ends_with("/lr"),
    |name| name.contains("accuracy"),
];

/// The names of all numbers, but for the step and the time.
fn names<R>(rows: &[R], shown: impl Fn(&R) -> &Point) -> Vec<String> {
    let is_shown = |name: &&String| {
        let last = name.rsplit('/').next().unwrap_or(name);
        !matches!(last, "step" | "global_step" | TIME)
    };
    let names = rows.iter().flat_map(|row| shown(row).named.keys());
    let names: BTreeSet<&String> = names.filter(is_shown).collect();
    let mut names: Vec<String> = names.into_iter().cloned().collect();
    let place = |name: &String| ORDER.iter().position(|is_it| is_it(name));
    names.sort_by_key(|name| place(name).unwrap_or(ORDER.len()));
    names
}

/// Returns the names without those that are there twice.
fn unique(names: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = names.iter().filter(|name| seen.insert(*name));
    names.cloned().collect()
}
