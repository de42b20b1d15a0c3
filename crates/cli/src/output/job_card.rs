//! One job, as a card.

use serde_json::{Map, Value};
use unitune::unify::{Job, LazyObject, NoteKind};

use super::text_width::cut;
use super::time::{View, duration};
use super::{card, plain};
use crate::jobs::table::status;

/// A title, and what stands beside it.
type Line = (&'static str, fn(&Job, &View) -> String);

const LINES: [Line; 21] = [
    ("Job", |job, _| plain(&job.id)),
    ("Status", |job, _| plain(&status(job))),
    ("Error", |job, _| error(job)),
    ("Model", |job, _| model(job)),
    ("Account", |job, _| account(job)),
    ("Organisation", |job, _| plain(&job.organization_id)),
    ("Created", |job, view| match job.created_at {
        Some(time) => view.time_with_zone(time),
        None => "–".to_owned(),
    }),
    ("Finished", finished),
    ("Expected end", |job, view| {
        job.estimated_finish
            .map_or_else(String::new, |time| view.time_with_zone(time))
    }),
    ("Method", |job, _| method(job)),
    ("Hyperparameters", |job, _| {
        object(job.hyperparameters.as_ref())
    }),
    ("Seed", |job, _| number(job.seed)),
    ("Training file", |job, _| plain(&job.training_file)),
    ("Validation file", |job, _| {
        optional(job.validation_file.as_deref())
    }),
    ("Result files", |job, _| plain(&job.result_files.join(", "))),
    ("Trained tokens", |job, _| number(job.trained_tokens)),
    ("Cost", |job, _| {
        let Some(cost) = job.provider.cost else {
            return String::new();
        };
        match job.provider.cost_is_estimate() {
            true => format!("~{cost} USD (the vendor's estimate)"),
            false => format!("{cost} USD"),
        }
    }),
    ("Integrations", |job, _| integrations(job)),
    ("Metadata", |job, _| metadata(job)),
    ("Continued by", |job, _| {
        optional(job.provider.successor.as_deref())
    }),
    ("Also", |job, _| beyond(job)),
];

/// The longest value among those that have no line of their own, in columns.
const BEYOND_LIMIT: usize = 30;

/// Returns what is known of a job, line by line; what is not known has no line.
/// With `notes`, every note on how a value came about follows; without, only
/// those that are warnings.
pub fn job_card(job: &Job, notes: bool, view: &View) -> String {
    let lines = LINES.iter().map(|(title, text)| (*title, text(job, view)));
    card(lines.chain(remarks(job, notes)), &view.terminal)
}

fn remarks(job: &Job, all: bool) -> impl Iterator<Item = (&'static str, String)> {
    job.provider.notes.iter().filter_map(move |note| {
        let is_warning = matches!(note.kind, NoteKind::Defaulted | NoteKind::Withheld);
        let title = if is_warning { "Warning" } else { "Note" };
        let text = match all {
            true => format!("{} ({}): {}", note.field, note.kind.as_str(), note.message),
            false => format!("{}: {}", note.field, note.message),
        };
        (all || is_warning).then(|| (title, plain(&text)))
    })
}

fn error(job: &Job) -> String {
    let Some(error) = &job.error else {
        return String::new();
    };
    let parts = [error.code.as_deref(), error.message.as_deref()];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
    match &error.param {
        Some(param) => plain(&format!("{text} (parameter {param})")),
        None => plain(&text),
    }
}

fn model(job: &Job) -> String {
    match &job.fine_tuned_model {
        Some(fine_tuned) => plain(&format!("{} → {fine_tuned}", job.model)),
        None => plain(&job.model),
    }
}

fn account(job: &Job) -> String {
    let (account, vendor) = (&job.provider.account, job.provider.vendor.to_string());
    match *account == vendor {
        true => plain(account),
        false => plain(&format!("{account} ({vendor})")),
    }
}

fn finished(job: &Job, view: &View) -> String {
    let Some(end) = job.finished_at else {
        return String::new();
    };
    let shown = view.time_with_zone(end);
    let took = job.created_at.and_then(|start| end.checked_sub(start));
    match took.filter(|seconds| *seconds >= 0) {
        Some(seconds) => format!("{shown}, after {}", duration(seconds)),
        None => shown,
    }
}

/// Returns the method's name and its settings, but for the hyperparameters that
/// have a line of their own.
fn method(job: &Job) -> String {
    let Some(method) = &job.method else {
        return String::new();
    };
    let mut members = method.to_map();
    let Some(Value::String(name)) = members.remove("type") else {
        return object(Some(method));
    };
    let mut parts = vec![plain(&name)];
    if let Some(Value::Object(mut settings)) = members.remove(&name) {
        let shown = job.hyperparameters.as_ref().map(LazyObject::to_map);
        let own = settings.get("hyperparameters").and_then(Value::as_object);
        if own == shown.as_ref() {
            settings.remove("hyperparameters");
        }
        parts.extend(pairs("", &settings));
    }
    parts.extend(pairs("", &members));
    parts.join(", ")
}

fn integrations(job: &Job) -> String {
    let integrations = job.integrations.iter().flatten();
    let shown: Vec<String> = integrations
        .map(|integration| {
            let mut members = integration.to_map();
            let Some(Value::String(name)) = members.remove("type") else {
                return object(Some(integration));
            };
            let settings = match members.remove(&name) {
                Some(Value::Object(settings)) => pairs("", &settings),
                _ => Vec::new(),
            };
            let all = [vec![plain(&name)], settings, pairs("", &members)].concat();
            all.join(" ")
        })
        .collect();
    shown.join("; ")
}

fn metadata(job: &Job) -> String {
    let metadata = job.metadata.iter().flatten();
    let pairs: Vec<String> = metadata
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    plain(&pairs.join(", "))
}

/// Returns what the vendor gives beyond the lines above, in short.
fn beyond(job: &Job) -> String {
    let short = |(name, value): (&String, &Value)| {
        let text = match value {
            Value::Null => return None,
            Value::Object(members) if members.is_empty() => return None,
            Value::Array(items) if items.is_empty() => return None,
            Value::String(text) if text.is_empty() || *text == job.id => return None,
            Value::Object(_) => "{…}".to_owned(),
            Value::Array(items) => format!("[{}]", items.len()),
            value => cut(&scalar(value), BEYOND_LIMIT),
        };
        Some(format!("{}={text}", plain(name)))
    };
    let extra = job.provider.extra.to_map();
    extra
        .iter()
        .filter_map(short)
        .collect::<Vec<_>>()
        .join(", ")
}

fn object(object: Option<&LazyObject>) -> String {
    object.map_or_else(String::new, |object| pairs("", &object.to_map()).join(", "))
}

/// Returns an object's members as `name=value`, those of nested ones as
/// `outer.name=value`; without nulls.
fn pairs(prefix: &str, members: &Map<String, Value>) -> Vec<String> {
    let mut all = Vec::new();
    for (name, value) in members {
        let name = format!("{prefix}{}", plain(name));
        match value {
            Value::Null => {}
            Value::Object(inner) => all.extend(pairs(&format!("{name}."), inner)),
            value => all.push(format!("{name}={}", scalar(value))),
        }
    }
    all
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => plain(text),
        value => plain(&value.to_string()),
    }
}

fn optional(text: Option<&str>) -> String {
    plain(text.unwrap_or_default())
}

fn number(number: Option<i64>) -> String {
    number.map(|n| n.to_string()).unwrap_or_default()
}
