//! What the tables of models and settings, and the vendor's own limits of a model, say
//! against a request. Tables can be out of date, so that it is for the vendor to reject
//! the job.

use serde_json::Value;
use unitune::unify::{CreateRequest, ModelLimits};
use unitune_datasets::models::{Catalogue, settings};

/// Returns what the vendor will reject, as far as it is known: a model that it trains no
/// more, and settings beyond the table's limits or beyond the vendor's own.
pub fn table_warnings(
    vendor: &str,
    request: &CreateRequest,
    catalogue: &Catalogue,
    today: Option<&str>,
    own: Option<&ModelLimits>,
) -> Vec<String> {
    let Some(known) = settings(vendor) else {
        return Vec::new();
    };
    let title = &known.title;
    let mut warnings = Vec::new();
    let model = catalogue.find(vendor, &request.model);
    if let Some((model, ends)) = model.and_then(|model| Some((model, model.ended(today?)?))) {
        warnings.push(format!(
            "{title} trains {} no more, since {ends} ({})",
            request.model, model.source
        ));
    }
    let members = request.settings();
    let given = |key: &str| {
        let mut parts = key.split('.');
        let first = members.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    };
    let own = own.map(|limits| {
        let adapter = known.settings.get("adapter").map(|setting| &*setting.key);
        let is_full = adapter.and_then(given) == Some(&Value::from("Full"));
        let method = request
            .method
            .as_ref()
            .and_then(|method| method.get("type"));
        own_ranges(limits, is_full, method == Some(&Value::from("dpo")))
    });
    let limits = known.settings.iter().filter_map(|(name, setting)| {
        let value = given(&setting.key).and_then(Value::as_f64)?;
        let own = own.iter().flatten().find(|(own, _)| own == name);
        let (min, max) = own.map_or((None, None), |(_, range)| *range);
        let range = (min.or(setting.min), max.or(setting.max));
        is_beyond(value, range).then(|| {
            let (key, value) = (&setting.key, number(value));
            format!("{key}={value}: {title} takes {}", in_words(range))
        })
    });
    warnings.extend(limits);
    warnings
}

/// The smallest and the largest value.
type Range = (Option<f64>, Option<f64>);

/// Returns the vendor's own limits, under the names of the table of settings.
#[allow(clippy::cast_precision_loss)] // The limits are small numbers.
fn own_ranges(limits: &ModelLimits, is_full: bool, is_dpo: bool) -> Vec<(&'static str, Range)> {
    let up_to = |max: Option<i64>| (None, max.map(|max| max as f64));
    let batches = if is_full { &limits.full } else { &limits.lora };
    let batches = batches.as_ref().map(|batches| match is_dpo {
        true => (batches.min_batch_size, batches.max_batch_size_dpo),
        false => (batches.min_batch_size, batches.max_batch_size),
    });
    let batches = batches.map_or((None, None), |(min, max)| {
        (Some(min as f64), Some(max as f64))
    });
    let longest = match is_dpo {
        true => limits.max_sequence_length_dpo,
        false => limits.max_sequence_length,
    };
    let shortest = limits.min_sequence_length.map(|min| min as f64);
    vec![
        ("epochs", up_to(Some(limits.max_epochs))),
        ("evals", up_to(Some(limits.max_evaluations))),
        ("checkpoints", up_to(limits.max_checkpoints)),
        ("rank", up_to(limits.max_lora_rank)),
        ("context", (shortest, up_to(longest).1)),
        ("batch_size", batches),
        (
            "learning_rate",
            (
                Some(limits.min_learning_rate),
                Some(limits.max_learning_rate),
            ),
        ),
    ]
}

fn is_beyond(value: f64, (min, max): Range) -> bool {
    min.is_some_and(|min| value < min) || max.is_some_and(|max| value > max)
}

fn in_words(range: Range) -> String {
    let (min, max) = (range.0.map(number), range.1.map(number));
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("{min} or more"),
        (None, Some(max)) => format!("{max} or less"),
        (None, None) => "any number".to_owned(),
    }
}

/// Rates are easier to read as powers of ten.
fn number(value: f64) -> String {
    match value != 0.0 && value.abs() < 1e-3 {
        true => format!("{value:e}"),
        false => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use unitune_datasets::models::catalogue;

    use super::*;

    fn warnings(vendor: &str, model: &str, epochs: Value, today: &str) -> Vec<String> {
        let mut request = CreateRequest::new(model, "file-1");
        request.hyperparameters = json!({"n_epochs": epochs}).as_object().cloned();
        table_warnings(vendor, &request, catalogue(), Some(today), None)
    }

    #[test]
    fn a_model_that_has_ended_and_limits_are_said() {
        let (model, day) = ("gpt-4o-mini-2024-07-18", "2027-01-05");
        for epochs in [json!(1), json!(50), json!("auto")] {
            assert_eq!(warnings("openai", model, epochs, day), [""; 0]);
        }
        for epochs in [0, 51] {
            let said = warnings("openai", model, json!(epochs), day);
            assert_eq!(said, [format!("n_epochs={epochs}: OpenAI takes 1 to 50")]);
        }
        let said = warnings("openai", model, json!(1), "2027-01-06");
        assert!(
            said.len() == 1
                && said[0].contains("trains gpt-4o-mini-2024-07-18 no more, since 2027-01-06"),
            "{said:?}"
        );
        assert_eq!(
            warnings(
                "fireworks",
                "accounts/fireworks/models/qwen3-8b",
                json!(0),
                day
            ),
            ["n_epochs=0: Fireworks takes 1 or more"]
        );
        // In OpenAI's own place for them.
        let mut request = CreateRequest::new(model, "file-1");
        let method =
            json!({"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 99}}});
        request.method = method.as_object().cloned();
        assert_eq!(
            table_warnings("openai", &request, catalogue(), Some(day), None),
            ["n_epochs=99: OpenAI takes 1 to 50"]
        );
        assert_eq!(
            warnings("truefoundry", model, json!(0), "2030-01-01"),
            [""; 0]
        );
    }

    #[test]
    fn the_vendors_own_limits_count_with_those_of_the_table() {
        let mut limits = ModelLimits::new("m", 20, 100, 1e-8, 1e-2);
        let batches = |max| {
            json!({"min_batch_size": 8, "max_batch_size": max,
            "max_batch_size_dpo": 16})
        };
        limits.lora = serde_json::from_value(batches(32)).unwrap();
        limits.full = serde_json::from_value(batches(24)).unwrap();
        limits.max_lora_rank = Some(64);
        let said = |settings: Value, method: &str| {
            let mut request = CreateRequest::new("Qwen/Qwen3-8B", "file-1");
            request.hyperparameters = settings.as_object().cloned();
            request.method = json!({"type": method}).as_object().cloned();
            table_warnings("together", &request, catalogue(), None, Some(&limits))
        };
        let within = json!({"n_epochs": 20, "batch_size": 32, "learning_rate": 1e-4});
        assert_eq!(said(within.clone(), "supervised"), [""; 0]);
        assert_eq!(
            said(within, "dpo"),
            ["batch_size=32: Together takes 8 to 16"]
        );
        let beyond = json!({"n_epochs": 0, "batch_size": 28, "learning_rate": 1,
            "training_type": {"type": "Full"}, "n_evals": 101});
        assert_eq!(
            said(beyond, "supervised"),
            [
                "batch_size=28: Together takes 8 to 24",
                "n_epochs=0: Together takes 1 to 20",
                "n_evals=101: Together takes 100 or less",
                "learning_rate=1: Together takes 1e-8 to 0.01",
            ]
        );
        let rank = json!({"training_type": {"type": "Lora", "lora_r": 65}, "batch_size": "max"});
        assert_eq!(
            said(rank, "supervised"),
            ["training_type.lora_r=65: Together takes 1 to 64"]
        );
    }
}
