//! What the tables of models and settings, and the vendor's own limits of a model, say
//! against a request. Tables can be out of date, so that it is for the vendor to reject
//! the job.

use std::fmt;

use serde_json::Value;
use unitune::unify::{CreateRequest, ModelLimits};
use unitune_datasets::models::{Catalogue, settings};

/// Returns what the vendor will reject, as far as it is known: a model that it trains no
/// more, and settings beyond the table's limits or beyond the vendor's own; and settings
/// that make no sense at any vendor.
pub fn table_warnings(
    vendor: &str,
    request: &CreateRequest,
    catalogue: &Catalogue,
    today: Option<&str>,
    own: Option<&ModelLimits>,
) -> Vec<String> {
    let members = request.settings();
    let given = |key: &str| {
        let mut parts = key.split('.');
        let first = members.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    };
    let mut warnings = Vec::new();
    let mut warned = Vec::new();
    if let Some(known) = settings(vendor) {
        let title = &known.title;
        let model = catalogue.find(vendor, &request.model);
        if let Some((model, ends)) = model.and_then(|model| Some((model, model.ended(today?)?))) {
            warnings.push(format!(
                "{title} trains {} no more, since {ends} ({})",
                request.model, model.source
            ));
        }
        if let (Some(seed), Some(max)) = (request.seed, known.max_seed)
            && !(0..=max).contains(&seed)
        {
            warnings.push(format!("seed={seed}: {title} takes 0 to {max}"));
        }
        let own = own.map(|limits| {
            let adapter = known.settings.get("adapter").map(|setting| &*setting.key);
            let is_full = adapter.and_then(given) == Some(&Value::from("Full"));
            let method = request
                .method
                .as_ref()
                .and_then(|method| method.get("type"));
            own_ranges(limits, is_full, method == Some(&Value::from("dpo")))
        });
        for (name, setting) in &known.settings {
            let Some(value) = given(&setting.key).and_then(Value::as_f64) else {
                continue;
            };
            let own = own.iter().flatten().find(|(own, _)| own == name);
            let own = own.map_or(Range::ANY, |(_, range)| *range);
            let range = Range {
                above: setting.above,
                min: own.min.or(setting.min),
                max: own.max.or(setting.max),
            };
            if !range.contains(value) {
                let (key, value) = (&*setting.key, number(value));
                warnings.push(format!("{key}={value}: {title} takes {range}"));
                warned.push(key);
            }
        }
    }
    for (key, range) in PLAUSIBLE.iter().filter(|(key, _)| !warned.contains(key)) {
        if let Some(value) = given(key).and_then(Value::as_f64)
            && !range.contains(value)
        {
            let value = number(value);
            warnings.push(format!("{key}={value}: {range} is expected"));
        }
    }
    warnings
}

/// What makes sense at any vendor, where none documents less: counts that are not negative,
/// shares of a whole, and rates that are not so large that no training survives them.
const PLAUSIBLE: [(&str, Range); 25] = [
    ("n_epochs", Range::at_least(1.0)),
    ("batch_size", Range::at_least(1.0)),
    ("batch_size_tokens", Range::at_least(1.0)),
    ("learning_rate", Range::above(0.0, 1.0)),
    ("learning_rate_multiplier", Range::above(0.0, 1_000.0)),
    ("learning_rate_warmup_steps", Range::at_least(0.0)),
    ("warmup_ratio", Range::SHARE),
    ("weight_decay", Range::at_least(0.0)),
    ("optimizer_weight_decay", Range::at_least(0.0)),
    ("max_grad_norm", Range::at_least(0.0)),
    ("max_seq_length", Range::at_least(1.0)),
    ("max_context_length", Range::at_least(1.0)),
    ("n_checkpoints", Range::at_least(0.0)),
    ("n_evals", Range::at_least(0.0)),
    ("gradient_accumulation_steps", Range::at_least(0.0)),
    ("lora_rank", Range::at_least(0.0)),
    ("lora_alpha", Range::at_least(0.0)),
    ("training_type.lora_alpha", Range::at_least(0.0)),
    ("lora_dropout", Range::SHARE),
    ("training_type.lora_dropout", Range::SHARE),
    ("beta", Range::at_least(0.0)),
    ("rpo_alpha", Range::at_least(0.0)),
    ("compute_multiplier", Range::above(0.0, 1_000.0)),
    ("eval_interval", Range::at_least(1.0)),
    ("eval_samples", Range::at_least(1.0)),
];

/// The values that a setting can have.
#[derive(Clone, Copy)]
struct Range {
    /// A number that is less than every value, and none itself.
    above: Option<f64>,
    /// The smallest value.
    min: Option<f64>,
    /// The largest value.
    max: Option<f64>,
}

impl Range {
    const ANY: Self = Self::new(None, None);
    const SHARE: Self = Self::new(Some(0.0), Some(1.0));

    const fn new(min: Option<f64>, max: Option<f64>) -> Self {
        let above = None;
        Self { above, min, max }
    }

    const fn at_least(min: f64) -> Self {
        Self::new(Some(min), None)
    }

    const fn above(above: f64, max: f64) -> Self {
        Self {
            above: Some(above),
            min: None,
            max: Some(max),
        }
    }

    fn contains(&self, value: f64) -> bool {
        self.above.is_none_or(|above| value > above)
            && self.min.is_none_or(|min| value >= min)
            && self.max.is_none_or(|max| value <= max)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let min = self.min.map(number);
        let above = self.above.filter(|_| min.is_none());
        let above = above.map(|above| format!("more than {}", number(above)));
        match (min, above, self.max.map(number)) {
            (Some(min), _, Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), _, None) => write!(f, "{min} or more"),
            (None, Some(above), Some(max)) => write!(f, "{above} and up to {max}"),
            (None, Some(above), None) => f.write_str(&above),
            (None, None, Some(max)) => write!(f, "{max} or less"),
            (None, None, None) => f.write_str("any number"),
        }
    }
}

/// Returns the vendor's own limits, under the names of the table of settings.
#[allow(clippy::cast_precision_loss)] // The limits are small numbers.
fn own_ranges(limits: &ModelLimits, is_full: bool, is_dpo: bool) -> Vec<(&'static str, Range)> {
    let up_to = |max: Option<i64>| Range::new(None, max.map(|max| max as f64));
    let batches = if is_full { &limits.full } else { &limits.lora };
    let batches = batches.as_ref().map(|batches| match is_dpo {
        true => (batches.min_batch_size, batches.max_batch_size_dpo),
        false => (batches.min_batch_size, batches.max_batch_size),
    });
    let batches = batches.map_or(Range::ANY, |(min, max)| {
        Range::new(Some(min as f64), Some(max as f64))
    });
    let longest = match is_dpo {
        true => limits.max_sequence_length_dpo,
        false => limits.max_sequence_length,
    };
    let shortest = limits.min_sequence_length.map(|min| min as f64);
    let rates = (limits.min_learning_rate, limits.max_learning_rate);
    vec![
        ("epochs", up_to(Some(limits.max_epochs))),
        ("evals", up_to(Some(limits.max_evaluations))),
        ("checkpoints", up_to(limits.max_checkpoints)),
        ("rank", up_to(limits.max_lora_rank)),
        ("context", Range::new(shortest, up_to(longest).max)),
        ("batch_size", batches),
        ("learning_rate", Range::new(Some(rates.0), Some(rates.1))),
    ]
}

/// Rates are easier to read as powers of ten, and large numbers without their zeros.
fn number(value: f64) -> String {
    match value != 0.0 && !(1e-3..1e7).contains(&value.abs()) {
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
            warnings("truefoundry", model, json!(1), "2030-01-01"),
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

    #[test]
    fn what_makes_no_sense_anywhere_is_said_where_no_vendor_documents_a_limit() {
        let said = |vendor: &str, settings: Value| {
            let mut request = CreateRequest::new("m", "file-1");
            request.hyperparameters = settings.as_object().cloned();
            table_warnings(vendor, &request, catalogue(), None, None)
        };
        let multiplier = "learning_rate_multiplier";
        for (vendor, settings, expected) in [
            (
                "openai",
                json!({multiplier: -5}),
                "learning_rate_multiplier=-5: OpenAI takes more than 0",
            ),
            (
                "openai",
                json!({multiplier: 1e9}),
                "learning_rate_multiplier=1e9: more than 0 and up to 1000 is expected",
            ),
            ("azure", json!({multiplier: f64::MIN_POSITIVE}), ""),
            (
                "openai",
                json!({"compute_multiplier": 11}),
                "compute_multiplier=11: OpenAI takes more than 1e-5 and up to 10",
            ),
            (
                "together",
                json!({"warmup_ratio": 7}),
                "warmup_ratio=7: 0 to 1 is expected",
            ),
            (
                "together",
                json!({"n_evals": -3}),
                "n_evals=-3: 0 or more is expected",
            ),
            (
                "azure",
                json!({"eval_samples": 0}),
                "eval_samples=0: 1 or more is expected",
            ),
            (
                "fireworks",
                json!({"learning_rate": 1e9}),
                "learning_rate=1e9: more than 0 and up to 1 is expected",
            ),
            (
                "truefoundry",
                json!({"n_epochs": 0}),
                "n_epochs=0: 1 or more is expected",
            ),
        ] {
            assert_eq!(said(vendor, settings).concat(), expected);
        }
        let mut request = CreateRequest::new("m", "file-1");
        for (vendor, seed, expected) in [
            ("openai", -1, "seed=-1: OpenAI takes 0 to 2147483647"),
            (
                "azure",
                1 << 31,
                "seed=2147483648: Azure OpenAI takes 0 to 2147483647",
            ),
            ("openai", 0, ""),
            ("together", -1, ""),
        ] {
            request.seed = Some(seed);
            let said = table_warnings(vendor, &request, catalogue(), None, None);
            assert_eq!(said.concat(), expected);
        }
    }
}
