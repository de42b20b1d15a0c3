//! `unitune jobs costs`: what jobs cost, added up; what is not known is counted
//! apart

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;
use serde_json::{Value, json};
use unitune::providers::ListQuery;
use unitune::unify::{Job, Status, Usd};

use crate::accounts::Accounts;
use crate::args::metrics_compare_costs::{CostGroup, CostsArguments};
use crate::args::statuses;
use crate::exit::{Exit, Failure};
use crate::output::{self, Column, Kind, ListContext, Output, Row, Step, Table, Values};

/// In place of a month, where a job has no time.
const NO_MONTH: &str = "unknown";

/// What a group of jobs costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Costs {
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    jobs: usize,
    /// What jobs cost that have ended, as far as it is known.
    cost: Option<Usd>,
    /// How much of that are estimates of vendors that do not say what they charged.
    estimated: Option<Usd>,
    /// Jobs that have ended, of which it is not known.
    unknown: usize,
    /// Jobs that have not ended.
    unfinished: usize,
    /// What vendors state for these until now; it can change.
    pending: Option<Usd>,
    trained_tokens: Option<i64>,
}

impl Row for Costs {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("month", "MONTH", Kind::Text, |row| json!(row.month)),
            Column::new("account", "ACCOUNT", Kind::Text, |row| json!(row.account)),
            Column::new("model", "MODEL", Kind::Model, |row| json!(row.model)),
            Column::new("status", "STATUS", Kind::Status, |row| json!(row.status)),
            Column::new("jobs", "JOBS", Kind::Number, |row| json!(row.jobs)),
            Column::new("cost", "COST (USD)", Kind::Number, |row: &Self| {
                json!(row.cost)
            })
            .text(|row| match row.cost {
                Some(cost) => super::table::dollars(cost, row.estimated.is_some()),
                None if row.unknown > 0 => "unknown".to_owned(),
                None => String::new(),
            }),
            Column::new("unknown", "UNKNOWN", Kind::Number, |row: &Self| {
                json!(row.unknown)
            })
            .text(|row| count(row.unknown)),
            Column::new("unfinished", "NOT ENDED", Kind::Number, |row: &Self| {
                json!(row.unfinished)
            })
            .text(|row| count(row.unfinished)),
            Column::new("pending", "PENDING (USD)", Kind::Number, |row| {
                json!(row.pending)
            }),
            Column::new("trained_tokens", "TOKENS", Kind::Number, |row| {
                json!(row.trained_tokens)
            }),
            Column::new("estimated", "ESTIMATED (USD)", Kind::Number, |row| {
                json!(row.estimated)
            }),
        ],
        shown: &[
            "month",
            "account",
            "model",
            "status",
            "jobs",
            "cost",
            "unknown",
            "unfinished",
            "pending",
        ],
        steps: STEPS,
        empty: "No jobs.",
        colour: |row| row.status.and_then(super::table::colour),
    };
}

const STEPS: &[Step<'static>] = &[
    Step::Shorten("model", 16),
    Step::Drop("pending"),
    Step::Drop("unfinished"),
    Step::Shorten("model", 12),
    Step::Drop("unknown"),
];

/// What follows the columns of the groups.
const SUMS: [&str; 5] = ["jobs", "cost", "unknown", "unfinished", "pending"];

fn count(n: usize) -> String {
    match n {
        0 => String::new(),
        n => n.to_string(),
    }
}

/// A column of a group, and what is in it.
fn group(by: CostGroup) -> (&'static str, fn(&mut Costs, &Job)) {
    match by {
        CostGroup::Month => ("month", |row, job| row.month = Some(month(job))),
        CostGroup::Account => ("account", |row, job| {
            row.account = Some(job.provider.account.clone());
        }),
        CostGroup::Model => ("model", |row, job| row.model = Some(job.model.clone())),
        CostGroup::Status => ("status", |row, job| row.status = Some(job.status)),
    }
}

fn month(job: &Job) -> String {
    let month = job.created_at.and_then(output::month);
    month.unwrap_or_else(|| NO_MONTH.to_owned())
}

pub async fn run(arguments: CostsArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Costs>()?;
    let statuses = statuses(&arguments.status)?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let mut query = ListQuery::new().notes(false);
    query.created_after = arguments.since.map(|since| since.start(accounts.now()));
    query.statuses = statuses;
    query.model = arguments.model;
    let mut list = accounts.providers().list(&query).await?;
    if let Some(errors) = list.all_failed() {
        errors.iter().for_each(|error| output::error(error));
        return Ok(Exit::Partial);
    }
    let repeated = once_each(&mut list.jobs);
    let rows = added_up(&list.jobs, &arguments.by);
    let mut usual: Vec<&str> = Vec::new();
    for by in &arguments.by {
        let (name, _) = group(*by);
        if !usual.contains(&name) {
            usual.push(name);
        }
    }
    usual.extend(SUMS);
    if !output.is_table() {
        usual.extend(["trained_tokens", "estimated"]);
    }
    let steps: Vec<Step<'_>> = STEPS
        .iter()
        .filter(|step| usual.contains(&step.column()))
        .copied()
        .collect();
    let around = ListContext {
        has_more: None,
        warnings: Some(json!(list.warnings)),
    };
    output.list_with_values(rows, &usual, Values::NONE, &steps, around)?;
    if output.is_table() && !list.jobs.is_empty() {
        output::note(&summary(&list.jobs));
    }
    if repeated > 0 {
        output::note(&format!(
            "note: counted once, at the first account that has it: {repeated} jobs that several \
             accounts have (keys of one organisation)"
        ));
    }
    output::warnings(&list.warnings);
    let is_partial = list.warnings.iter().any(|w| w.account_failed);
    Ok(if is_partial {
        Exit::Partial
    } else {
        Exit::Done
    })
}

/// Removes jobs that are there under another account, and returns how many. A vendor whose
/// users choose the ids can have two jobs of one id, but not of one second.
fn once_each(jobs: &mut Vec<Job>) -> usize {
    let before = jobs.len();
    let mut seen = HashSet::new();
    jobs.retain(|job| {
        let vendor = job.provider.vendor.as_str().to_owned();
        seen.insert((vendor, job.id.clone(), job.created_at))
    });
    before - jobs.len()
}

/// Returns the sums of each group; the newest month first.
fn added_up(jobs: &[Job], by: &[CostGroup]) -> Vec<Costs> {
    let mut groups: BTreeMap<String, Costs> = BTreeMap::new();
    for job in jobs {
        let mut row = Costs::default();
        for by in by {
            group(*by).1(&mut row, job);
        }
        let row = groups.entry(key(&row)).or_insert(row);
        add(row, job);
    }
    let mut rows: Vec<Costs> = groups.into_values().collect();
    // Texts of months in the order of time; unknown ones come last.
    rows.sort_by_key(|row| {
        let month = row.month.clone().filter(|month| month != NO_MONTH);
        std::cmp::Reverse(month)
    });
    rows
}

fn key(row: &Costs) -> String {
    let parts: [Value; 4] = [
        json!(row.month),
        json!(row.account),
        json!(row.model),
        json!(row.status),
    ];
    json!(parts).to_string()
}

fn add(row: &mut Costs, job: &Job) {
    row.jobs += 1;
    if let Some(tokens) = job.trained_tokens {
        row.trained_tokens = Some(row.trained_tokens.unwrap_or(0).saturating_add(tokens));
    }
    match (job.status.is_terminal(), job.provider.cost) {
        (true, Some(cost)) => {
            row.cost = Some(sum(row.cost, cost));
            if job.provider.cost_is_estimate() {
                row.estimated = Some(sum(row.estimated, cost));
            }
        }
        (true, None) => row.unknown += 1,
        (false, cost) => {
            row.unfinished += 1;
            if let Some(cost) = cost {
                row.pending = Some(sum(row.pending, cost));
            }
        }
    }
}

fn sum(before: Option<Usd>, more: Usd) -> Usd {
    let before = before.unwrap_or_default().nanos();
    Usd::from_nanos(before.saturating_add(more.nanos()))
}

/// Returns the sum of all jobs, and what it does not hold.
fn summary(jobs: &[Job]) -> String {
    let mut all = Costs::default();
    jobs.iter().for_each(|job| add(&mut all, job));
    let known = jobs.len() - all.unknown - all.unfinished;
    let mut lines = vec![match known {
        0 => format!("The cost of none of {} is known.", counted(jobs.len())),
        _ => format!(
            "{} USD in all, for {known} of {}.",
            super::table::dollars(all.cost.unwrap_or_default(), all.estimated.is_some()),
            counted(jobs.len())
        ),
    }];
    if let Some(estimated) = all.estimated {
        let are_estimated =
            |job: &&Job| job.status.is_terminal() && job.provider.cost_is_estimate();
        let estimates = jobs.iter().filter(are_estimated);
        lines.push(format!(
            "~ has estimates in it, because the vendor does not say what it charged: {estimated} \
             USD for {}, at {}.",
            counted(estimates.clone().count()),
            accounts_of(estimates)
        ));
    }
    if all.unfinished > 0 {
        let pending = all
            .pending
            .map(|cost| format!("; the vendors state {cost} USD for them until now"));
        lines.push(format!(
            "Not ended, and not in it: {}{}.",
            counted(all.unfinished),
            pending.unwrap_or_default()
        ));
    }
    if all.unknown > 0 {
        let without = jobs
            .iter()
            .filter(|job| job.status.is_terminal() && job.provider.cost.is_none());
        lines.push(format!(
            "Not known, because the vendor gives no cost: {}, at {}.",
            counted(all.unknown),
            accounts_of(without)
        ));
    }
    lines.join("\n")
}

fn accounts_of<'j>(jobs: impl Iterator<Item = &'j Job>) -> String {
    let accounts = jobs.map(|job| job.provider.account.as_str());
    let accounts: BTreeSet<&str> = accounts.collect();
    accounts.into_iter().collect::<Vec<_>>().join(", ")
}

fn counted(jobs: usize) -> String {
    format!("{jobs} {}", if jobs == 1 { "job" } else { "jobs" })
}

#[cfg(test)]
mod tests {
    use unitune::unify::{Provider, Vendor};

    use super::*;

    fn job(account: &str, status: Status, created: Option<i64>, cost: Option<&str>) -> Job {
        let mut provider = Provider::new(account, Vendor::from_static("v"), "x");
        provider.cost = cost.map(|cost| cost.parse().unwrap());
        let mut job = Job::new("ft-1", "m", status, provider);
        job.created_at = created;
        job
    }

    const JANUARY: Option<i64> = Some(1_768_478_400);
    const MARCH: Option<i64> = Some(1_772_500_000);

    #[test]
    fn costs_are_exact_and_what_is_unknown_is_counted_apart() {
        let jobs = [
            job("a", Status::Succeeded, JANUARY, Some("0.1")),
            job("a", Status::Succeeded, JANUARY, Some("0.2")),
            job("a", Status::Failed, JANUARY, None),
            job("a", Status::Running, MARCH, Some("7")),
            job("b", Status::Queued, Some(i64::MAX), None),
        ];
        let rows = added_up(&jobs, &[CostGroup::Month]);
        let months: Vec<_> = rows.iter().map(|row| row.month.clone().unwrap()).collect();
        assert_eq!(months, ["2026-03", "2026-01", "unknown"]);
        assert_eq!(rows[1].cost, Some("0.3".parse().unwrap()));
        assert_eq!(
            (rows[1].jobs, rows[1].unknown, rows[1].unfinished),
            (3, 1, 0)
        );
        assert_eq!(
            (rows[0].cost, rows[0].pending),
            (None, Some("7".parse().unwrap()))
        );
        assert_eq!(
            summary(&jobs),
            "0.3 USD in all, for 2 of 5 jobs.\n\
             Not ended, and not in it: 2 jobs; the vendors state 7 USD for them until now.\n\
             Not known, because the vendor gives no cost: 1 job, at a."
        );
        let rows = added_up(&jobs, &[CostGroup::Account, CostGroup::Status]);
        assert_eq!(rows.len(), 4);
        let json = serde_json::to_value(&rows[0]).unwrap();
        assert!(json.get("month").is_none() && json["account"] == "a");
    }

    #[test]
    fn estimates_in_a_sum_are_marked() {
        let mut jobs = [
            job("a", Status::Succeeded, JANUARY, Some("0.1")),
            job("f", Status::Succeeded, JANUARY, Some("12.34")),
            job("f", Status::Running, JANUARY, Some("5")),
        ];
        for job in &mut jobs[1..] {
            job.provider.vendor = Vendor::from_static("fireworks");
        }
        let rows = added_up(&jobs, &[CostGroup::Account]);
        let columns = Costs::TABLE.columns;
        let cost = columns.iter().find(|column| column.name == "cost");
        let shown = |row: &Costs| cost.and_then(|cost| cost.text).map(|text| text(row));
        let shown: Vec<_> = rows.iter().filter_map(shown).collect();
        assert_eq!(shown, ["0.1", "~12.34"]);
        assert_eq!(rows[1].estimated, "12.34".parse().ok());
        assert_eq!(
            summary(&jobs).lines().take(2).collect::<Vec<_>>(),
            [
                "~12.44 USD in all, for 2 of 3 jobs.",
                "~ has estimates in it, because the vendor does not say what it charged: 12.34 \
                 USD for 1 job, at f.",
            ]
        );
    }
}
