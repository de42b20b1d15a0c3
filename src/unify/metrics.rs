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
