//! `unitune jobs compare`: jobs side by side, in what they differ and what came
//! out

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use serde::Serialize;
use serde_json::{Map, Value, json};
use unitune::providers::Providers;
use unitune::unify::{Job, LazyObject, MetricPoint};

use super::metrics::{has_metrics, with_metrics};
use super::table::{dollars, took};
use crate::accounts::Accounts;
use crate::args::metrics_compare_costs::CompareArguments;
use crate::exit::{Exit, Failure};
use crate::output::{
    self, Column, Kind, ListContext, Output, Row, Step, Table, Values, View, duration, iso,
};

/// How many jobs are asked for at the same time.
const AT_ONCE: usize = 4;

/// A setting or a result, of each job.
#[derive(Serialize)]
struct Compared {
    name: String,
    /// `setting` or `result`.
    kind: &'static str,
    same: bool,
    values: BTreeMap<String, Value>,
}

impl Row for Compared {
    const TABLE: Table<Self> = Table {
        columns: &[
            Column::new("name", "", Kind::Text, |row| json!(row.name)),
            Column::new("kind", "KIND", Kind::Text, |row| json!(row.kind)),
            Column::new("same", "SAME", Kind::Text, |row| json!(row.same)),
            Column::new("values", "VALUES", Kind::Text, |row| json!(row.values)),
        ],
        shown: &["name", "values"],
        steps: &[],
        empty: "Nothing is known of these jobs.",
        colour: |_| None,
    };
}

/// A job with its metrics, where there are some.
struct ComparedJob {
    key: String,
    job: Job,
    points: Vec<MetricPoint>,
}

type NamedValue<T> = (&'static str, fn(&T) -> Value);

/// Settings that every job has; its hyperparameters, method and labels follow.
const SETTINGS: [NamedValue<Job>; 7] = [
    ("account", |job| json!(job.provider.account)),
    ("vendor", |job| json!(job.provider.vendor)),
    ("model", |job| json!(job.model)),
    ("method", |job| match &job.method {
        Some(method) => method.get("type").unwrap_or_default(),
        None => Value::Null,
    }),
    ("training_file", |job| json!(job.training_file)),
    ("validation_file", |job| json!(job.validation_file)),
    ("seed", |job| json!(job.seed)),
];

const RESULTS: [NamedValue<ComparedJob>; 11] = [
    ("status", |compared| json!(compared.job.status)),
    ("error", |compared| {
        let error = compared.job.error.as_ref();
        json!(error.and_then(|e| e.message.as_ref().or(e.code.as_ref())))
    }),
    (CREATED, |compared| json!(compared.job.created_at)),
    (DURATION, |compared| json!(took(&compared.job))),
    ("trained_tokens", |compared| {
        json!(compared.job.trained_tokens)
    }),
    (COST, |compared| json!(compared.job.provider.cost)),
    ("steps", |compared| {
        json!(compared.points.iter().filter_map(|point| point.step).max())
    }),
    ("training loss, last", |compared| {
        json!(losses(compared, "train_loss").last())
    }),
    ("validation loss, last", |compared| {
        json!(losses(compared, "valid_loss").last())
    }),
    ("validation loss, lowest", |compared| {
        json!(losses(compared, "valid_loss").min_by(f64::total_cmp))
    }),
    ("fine_tuned_model", |compared| {
        json!(compared.job.fine_tuned_model)
    }),
];

const CREATED: &str = "created";
const DURATION: &str = "duration";
const COST: &str = "cost (USD)";

fn losses<'s>(compared: &'s ComparedJob, name: &'s str) -> impl Iterator<Item = f64> + 's {
    compared.points.iter().filter_map(move |p| p.metric(name))
}

pub async fn run(arguments: CompareArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<Compared>()?;
    let mut ids = BTreeSet::new();
    let unique: Vec<&String> = arguments.ids.iter().filter(|id| ids.insert(*id)).collect();
    if unique.len() < 2 {
        return Err(one_job());
    }
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let providers = accounts.providers();
    let compared_jobs = stream::iter(unique).map(|id| compared_job(providers, id));
    let compared_jobs: Vec<_> = compared_jobs.buffered(AT_ONCE).collect().await;
    let mut found: Vec<ComparedJob> = Vec::new();
    let mut exit = Exit::Done;
    // Some vendors have several ids for a job.
    let mut jobs = BTreeSet::new();
    for compared in compared_jobs {
        match compared {
            Ok(compared) => {
                let (account, id) = (&compared.job.provider.account, &compared.job.id);
                if jobs.insert((account.clone(), id.clone())) {
                    found.push(compared);
                }
            }
            Err(error) => exit = exit.report(error),
        }
    }
    if found.len() < 2 && exit == Exit::Done {
        return Err(one_job());
    }
    if found.len() < 2 {
        return Err(Failure::new(exit, "there are no two jobs to compare"));
    }
    let view = output.is_table().then_some(&output.view);
    let rows = compared(&found, arguments.all, view);
    let keys: Vec<String> = found.iter().map(|compared| compared.key.clone()).collect();
    let steps = keys.iter().flat_map(|key| [Step::Shorten(key, 28)]);
    let closer = keys.iter().flat_map(|key| [Step::Shorten(key, 16)]);
    let steps: Vec<Step<'_>> = steps.chain(closer).collect();
    let usual: &[&str] = match output.is_table() {
        true => &["name"],
        false => &["name", "kind", "same"],
    };
    let around = ListContext::default();
    let values = Values {
        known: &keys,
        shown: &keys,
        kind: Kind::Text,
        are_open: false,
    };
    output.list_with_values(rows, usual, values, &steps, around)?;
    Ok(exit)
}

fn one_job() -> Failure {
    Failure::new(
        Exit::Usage,
        "this is one job: name another one to compare it with",
    )
}

async fn compared_job(providers: &Providers, id: &str) -> Result<ComparedJob, unitune::Error> {
    let job = providers.retrieve(id).await?;
    let mut compared = ComparedJob {
        key: id.to_owned(),
        points: Vec::new(),
        job,
    };
    if has_metrics(providers, &compared.job.provider.account) {
        match with_metrics(providers, compared.job.clone()).await {
            Ok(metrics) => compared.points = metrics.runs.into_iter().flatten().collect(),
            // The rest can be compared without.
            Err(error) => output::warning(&error.to_string()),
        }
    }
    Ok(compared)
}

/// Returns what is to be compared; for people, with a view of theirs, as texts.
fn compared(compared_jobs: &[ComparedJob], all: bool, view: Option<&View>) -> Vec<Compared> {
    let settings: Vec<Vec<(String, Value)>> = compared_jobs
        .iter()
        .map(|compared| settings(&compared.job))
        .collect();
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in settings.iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let of_setting = |name: &str| {
        let values = settings.iter().map(|settings| {
            let found = settings.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        });
        row(name, "setting", compared_jobs, values.collect())
    };
    let settings = names.into_iter().map(|name| of_setting(name));
    let settings = settings.filter(|row| all || !row.same);
    let results = RESULTS.iter().map(|(name, value)| {
        let mut values: Vec<Value> = compared_jobs.iter().map(value).collect();
        let same = are_same(&values);
        for (value, compared) in values.iter_mut().zip(compared_jobs) {
            *value = match (*name, compared.job.provider.cost, view) {
                (COST, Some(cost), Some(_)) => {
                    json!(dollars(cost, compared.job.provider.cost_is_estimate()))
                }
                _ => shown(name, value, view),
            };
        }
        let mut row = row(name, "result", compared_jobs, values);
        row.same = same;
        row
    });
    // What no job has a value for says nothing.
    let results = results.filter(|row| row.values.values().any(|value| !value.is_null()));
    settings.chain(results).collect()
}

fn row(
    name: &str,
    kind: &'static str,
    compared_jobs: &[ComparedJob],
    values: Vec<Value>,
) -> Compared {
    Compared {
        name: name.to_owned(),
        kind,
        same: are_same(&values),
        values: compared_jobs
            .iter()
            .map(|compared| compared.key.clone())
            .zip(values)
            .collect(),
    }
}

fn are_same(values: &[Value]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

/// Returns times and lengths of time as they are read: by people, with a view,
/// or by programs.
fn shown(name: &str, value: &Value, view: Option<&View>) -> Value {
    match (name, value.as_i64(), view) {
        (CREATED, Some(time), Some(view)) => json!(view.time_with_zone(time)),
        (CREATED, Some(time), None) => json!(iso(time)),
        (DURATION, Some(seconds), Some(_)) => json!(duration(seconds)),
        _ => value.clone(),
    }
}

/// Returns all settings of a job, those in objects as `outer.name`.
fn settings(job: &Job) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = SETTINGS
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value(job)))
        .collect();
    let hyperparameters = job.hyperparameters.as_ref().map(LazyObject::to_map);
    let hyperparameters = hyperparameters.unwrap_or_default();
    if let Some(mut method) = job.method.as_ref().map(LazyObject::to_map) {
        let name = method.remove("type").unwrap_or_default();
        let of_method = name.as_str().and_then(|name| method.remove(name));
        if let Some(Value::Object(mut settings)) = of_method {
            // These have lines of their own.
            if settings.get("hyperparameters").and_then(Value::as_object) == Some(&hyperparameters)
            {
                settings.remove("hyperparameters");
            }
            method.extend(settings);
        }
        flatten("", &method, &mut all);
    }
    flatten("", &hyperparameters, &mut all);
    for (name, value) in job.metadata.iter().flatten() {
        all.push((format!("metadata.{name}"), json!(value)));
    }
    all
}

fn flatten(prefix: &str, members: &Map<String, Value>, all: &mut Vec<(String, Value)>) {
    for (name, value) in members {
        let name = format!("{prefix}{name}");
        match value {
            Value::Null => {}
            Value::Object(inner) => flatten(&format!("{name}."), inner, all),
            value => all.push((name, value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use unitune::unify::{Provider, Status, Vendor};

    use super::*;

    fn compared_job(id: &str, epochs: u32, loss: f64) -> ComparedJob {
        let provider = Provider::new("a", Vendor::from_static("v"), "done");
        let mut job = Job::new(id, "m", Status::Succeeded, provider);
        job.created_at = Some(1_768_478_400);
        job.finished_at = Some(1_768_482_000);
        let members = json!({"n_epochs": epochs, "batch_size": 8});
        job.hyperparameters = members.as_object().cloned().map(LazyObject::from);
        let method = json!({"type": "supervised", "supervised": {"hyperparameters": members}});
        job.method = method.as_object().cloned().map(LazyObject::from);
        let values = BTreeMap::from([("eval/loss".to_owned(), loss)]);
        ComparedJob {
            key: id.to_owned(),
            points: vec![MetricPoint::new(values)],
            job,
        }
    }

    #[test]
    fn settings_that_differ_and_all_results() {
        let compared_jobs = [compared_job("ft-1", 3, 0.5), compared_job("ft-2", 4, 0.25)];
        let rows = compared(&compared_jobs, false, None);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "n_epochs",
                "status",
                "created",
                "duration",
                "validation loss, last",
                "validation loss, lowest"
            ]
        );
        assert_eq!(rows[3].values["ft-1"], 3_600);
        assert!(rows[3].same && !rows[4].same);
        let all = compared(&compared_jobs, true, None);
        let batch = all.iter().find(|row| row.name == "batch_size").unwrap();
        assert!(batch.same && batch.kind == "setting");
        let twice = all
            .iter()
            .filter(|row| row.name.contains("n_epochs"))
            .count();
        assert_eq!(twice, 1);
    }
}
