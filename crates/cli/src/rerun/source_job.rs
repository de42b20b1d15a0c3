//! What a plan needs to know of the job to move: its method, settings and files.

use serde_json::{Map, Value};
use unitune_datasets::Method;
use unitune_datasets::models::settings as settings_of;

use super::plan::Input;

/// What a job says of itself, in whichever place.
pub struct SourceJob {
    pub method: Method,
    pub settings: Map<String, Value>,
    pub suffix: Option<String>,
    /// The fine-tuned model that it went on with.
    pub fine_tuned: Option<String>,
    /// The base of that, where its name tells.
    pub base: Option<String>,
}

impl SourceJob {
    pub fn of(input: &Input<'_>) -> Self {
        let job = input.job;
        let of_job = |lazy: &Option<unitune::unify::LazyObject>| {
            let value = lazy
                .as_ref()
                .and_then(|lazy| serde_json::to_value(lazy).ok());
            match value {
                Some(Value::Object(members)) => members,
                _ => Map::new(),
            }
        };
        let method = of_job(&job.method);
        let word = method
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or("supervised");
        let inner = method
            .get(word)
            .and_then(|inner| inner.get("hyperparameters"));
        // What stands in both places is the same; the method's is the newer place.
        let mut settings = of_job(&job.hyperparameters);
        if let Some(Value::Object(inner)) = inner {
            settings.extend(inner.clone());
        }
        settings.retain(|_, value| !value.is_null());
        let extra = match serde_json::to_value(&job.provider.extra) {
            Ok(Value::Object(extra)) => extra,
            _ => Map::new(),
        };
        let given = |name: &String| {
            let text = extra.get(name).and_then(Value::as_str);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let vendor = settings_of(&input.source.vendor);
        let marks = vendor
            .map(|vendor| vendor.fine_tuned.as_slice())
            .unwrap_or_default();
        let is_marked = marks.iter().any(|mark| job.model.contains(mark.as_str()));
        let continued = vendor
            .map(|vendor| vendor.continued_in.as_slice())
            .unwrap_or_default();
        let continued = continued.iter().find_map(given);
        let fine_tuned = is_marked.then(|| job.model.clone()).or(continued);
        let known = input.catalogue.find(&input.source.vendor, &job.model);
        Self {
            method: word.parse().unwrap_or(Method::Supervised),
            settings,
            suffix: vendor
                .and_then(|vendor| vendor.suffix_in.as_ref())
                .and_then(given),
            base: known.map(|model| model.id.clone()),
            fine_tuned,
        }
    }
}
