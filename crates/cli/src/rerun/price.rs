//! What a moved job costs, as far as it is in a table of prices.

use serde::Serialize;
use serde_json::{Map, Value};
use unitune::unify::Usd;
use unitune_datasets::Method;
use unitune_datasets::models::{Catalogue, settings as settings_of};

use super::plan::Plan;

/// Tokens are another tokenizer's, and so this much less or more.
const LEAST: f64 = 0.75;
const MOST: f64 = 1.4;

/// What a job costs, in US dollars, and who says so.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Price {
    Range { low: f64, high: f64, source: String },
    Unknown { why: String },
}

impl Price {
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// Returns the upper end, where it is known.
    pub fn most(&self) -> Option<Usd> {
        match self {
            Self::Range { high, .. } => Usd::from_dollars(*high),
            Self::Unknown { .. } => None,
        }
    }

    /// Returns true where it is surely not more than a limit.
    pub fn is_within(&self, limit: f64) -> bool {
        matches!(self, Self::Range { high, .. } if *high <= limit)
    }
}

impl std::fmt::Display for Price {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Range { high, source, .. } if *high < 0.01 => {
                write!(f, "less than 0.01 USD, by {source}")
            }
            Self::Range { low, high, source } => {
                let (low, high) = (format!("{low:.2}"), format!("{high:.2}"));
                match low == high {
                    true => write!(f, "{high} USD, by {source}"),
                    false => write!(f, "{low} to {high} USD, by {source}"),
                }
            }
            Self::Unknown { why } => write!(f, "unknown: {why}"),
        }
    }
}

/// Returns an amount as a number.
#[allow(clippy::cast_precision_loss)] // Cents do not depend on it.
pub fn dollars(amount: Usd) -> f64 {
    amount.nanos() as f64 / 1e9
}

/// What a price depends on.
pub struct PriceInput<'a> {
    pub vendor: &'a str,
    pub model: &'a str,
    pub method: Method,
    /// The tokens of the training file, where they were counted.
    pub tokens: Option<u64>,
    /// The settings of the request.
    pub hyperparameters: Option<&'a Map<String, Value>>,
}

/// Estimates what a moved job costs.
pub fn estimate(plan: &Plan, catalogue: &Catalogue) -> Price {
    let Some(model) = &plan.model else {
        return Price::unknown("no model is chosen");
    };
    let mut files = plan.files.iter();
    let training = files.find(|file| file.role == "training");
    let question = PriceInput {
        vendor: &plan.target.vendor,
        model,
        method: plan.method,
        tokens: training.and_then(|file| file.tokens),
        hyperparameters: plan.hyperparameters(),
    };
    by_table(&question, catalogue)
}

/// Estimates what a job costs: tokens × epochs × the price of the table.
pub fn by_table(question: &PriceInput<'_>, catalogue: &Catalogue) -> Price {
    let (model, method) = (question.model, question.method);
    let row = catalogue.find(question.vendor, model);
    let Some(price) = row.and_then(|row| row.price.as_ref()) else {
        return Price::unknown(format!("there is no price for {model} in the table"));
    };
    let Some(rate) = price.for_method(method) else {
        return Price::unknown(format!(
            "there is no price for {model} with {method} in the table"
        ));
    };
    let Some(tokens) = question.tokens else {
        return Price::unknown("the examples were not counted");
    };
    let Some(epochs) = epochs(question) else {
        return Price::unknown(
            "the vendor chooses how often the examples are gone through (set it with --epochs)",
        );
    };
    if epochs <= 0.0 {
        return Price::unknown(format!("no job goes {epochs} times through the examples"));
    }
    #[allow(clippy::cast_precision_loss)] // Cents do not depend on it.
    let usual = tokens as f64 * epochs * rate / 1e6;
    let least = price.minimum.unwrap_or(0.0);
    let minimum = price.minimum.filter(|minimum| *minimum > 0.0);
    let minimum = minimum.map_or_else(String::new, |m| format!(", at least {m:.2} USD a job"));
    Price::Range {
        // Some models are exempt from the minimum.
        low: usual * LEAST,
        high: (usual * MOST).max(least),
        source: format!("{}: {rate} USD per million tokens{minimum}", price.source),
    }
}

fn epochs(question: &PriceInput<'_>) -> Option<f64> {
    let given = question
        .hyperparameters
        .and_then(|settings| settings.get("n_epochs"));
    let given = given.and_then(Value::as_f64);
    let default = || {
        let vendor = settings_of(question.vendor)?;
        vendor
            .settings
            .get("epochs")?
            .default
            .as_ref()?
            .parse()
            .ok()
    };
    given.or_else(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_one_amount_is_one_amount() {
        let shown = |low, high| {
            let source = "the table".to_owned();
            Price::Range { low, high, source }.to_string()
        };
        assert_eq!(shown(0.008, 0.014), "0.01 USD, by the table");
        assert_eq!(shown(0.006, 0.016), "0.01 to 0.02 USD, by the table");
        assert_eq!(shown(0.0, 0.009), "less than 0.01 USD, by the table");
    }
}
