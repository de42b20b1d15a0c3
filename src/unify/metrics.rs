//! Metrics of a training, step by step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The metrics of one step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MetricPoint {
    /// The step, where the vendor gives it.
    pub step: Option<i64>,
    /// When the numbers were logged, in Unix seconds.
    pub logged_at: Option<i64>,
    /// The numbers under the vendor's names.
    pub values: BTreeMap<String, f64>,
}

/// Names of the same metric at different vendors, after the name that stands for
/// all of them.
const SAME: [(&str, &[&str]); 2] = [
    (
        "train_loss",
        &["train_loss", "train/loss", "training_loss", "loss"],
    ),
    (
        "valid_loss",
        &[
            "valid_loss",
            "eval/loss",
            "eval_loss",
            "validation_loss",
            "full_valid_loss",
        ],
    ),
];

/// Names of the step.
const STEP: [&str; 3] = ["step", "global_step", "train/global_step"];

impl MetricPoint {
    /// Creates a point of named numbers. The step is the number that is named
    /// so, where there is one.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use unitune::unify::MetricPoint;
    ///
    /// let values = BTreeMap::from([("global_step".to_owned(), 10.0)]);
    /// assert_eq!(MetricPoint::new(values).step, Some(10));
    /// ```
    pub fn new(values: BTreeMap<String, f64>) -> Self {
        let step = STEP
            .iter()
            .find_map(|name| values.get(*name))
            // Steps are whole numbers far below 2^53.
            .map(|step| *step as i64);
        Self {
            step,
            logged_at: None,
            values,
        }
    }

    /// Returns the number of a metric. `train_loss` and `valid_loss` are found
    /// under every name that vendors give them, any other metric under its own.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use unitune::unify::MetricPoint;
    ///
    /// let point = MetricPoint::new(BTreeMap::from([("train/loss".to_owned(), 0.5)]));
    /// assert_eq!(point.metric("train_loss"), Some(0.5));
    /// assert_eq!(point.metric("train/loss"), Some(0.5));
    /// assert_eq!(point.metric("valid_loss"), None);
    /// ```
    pub fn metric(&self, name: &str) -> Option<f64> {
        let same = SAME.iter().find(|(known, _)| *known == name);
        let names = same.map_or(&[][..], |(_, names)| *names);
        let found = names.iter().find_map(|name| self.values.get(*name));
        found.or_else(|| self.values.get(name)).copied()
    }

    /// Returns the point that an event of kind
    /// [`Metrics`](super::EventKind::Metrics) holds.
    pub fn from_event(event: &super::Event) -> Option<Self> {
        if event.kind != super::EventKind::Metrics {
            return None;
        }
        let values = numbers(event.data.as_ref()?);
        (!values.is_empty()).then(|| Self {
            logged_at: Some(event.created_at),
            ..Self::new(values)
        })
    }

    /// Returns the point that a checkpoint holds.
    pub fn from_checkpoint(checkpoint: &super::Checkpoint) -> Self {
        Self {
            step: Some(checkpoint.step_number),
            logged_at: Some(checkpoint.created_at),
            ..Self::new(numbers(&checkpoint.metrics))
        }
    }
}

/// Returns the members that are numbers.
fn numbers(members: &Map<String, Value>) -> BTreeMap<String, f64> {
    let numbers = members.iter();
    numbers
        .filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)))
        .collect()
}
