//! What the tables of models and settings say against a request. They can be out of
//! date, so that it is for the vendor to reject the job.

use serde_json::Value;
use unitune::unify::CreateRequest;
use unitune_datasets::models::{Catalogue, Setting, settings};

/// Returns what the vendor will reject, as far as the tables know it: a model that it
/// trains no more, and settings beyond its limits.
pub fn table_warnings(
    vendor: &str,
    request: &CreateRequest,
    catalogue: &Catalogue,
    today: Option<&str>,
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
    let limits = known.settings.values().filter_map(|setting| {
        let value = given(&setting.key).and_then(Value::as_f64)?;
        is_beyond(value, setting)
            .then(|| format!("{}={value}: {title} takes {}", setting.key, range(setting)))
    });
    warnings.extend(limits);
    warnings
}

fn is_beyond(value: f64, setting: &Setting) -> bool {
    setting.min.is_some_and(|min| value < min) || setting.max.is_some_and(|max| value > max)
}

fn range(setting: &Setting) -> String {
    match (setting.min, setting.max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("{min} or more"),
        (None, Some(max)) => format!("{max} or less"),
        (None, None) => "any number".to_owned(),
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
        table_warnings(vendor, &request, catalogue(), Some(today))
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
            table_warnings("openai", &request, catalogue(), Some(day)),
            ["n_epochs=99: OpenAI takes 1 to 50"]
        );
        assert_eq!(
            warnings("truefoundry", model, json!(0), "2030-01-01"),
            [""; 0]
        );
    }
}
