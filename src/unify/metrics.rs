//! Metrics of a training, step by step.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The numbers under the vendor's names; [`MetricPoint::common_names`] has those
    /// that are the same at every vendor.
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
        self.entry(name).map(|(_, value)| value)
    }

    /// Returns the vendor's name of a metric, as [`Self::metric`] finds it.
    pub fn vendor_name(&self, name: &str) -> Option<&str> {
        self.entry(name).map(|(name, _)| name)
    }

    fn entry(&self, name: &str) -> Option<(&str, f64)> {
        let same = SAME.iter().find(|(known, _)| *known == name);
        let names = same.map_or(&[][..], |(_, names)| *names);
        let found = names
            .iter()
            .find_map(|name| self.values.get_key_value(*name));
        let found = found.or_else(|| self.values.get_key_value(name));
        found.map(|(name, value)| (name.as_str(), *value))
    }

    /// Returns the common names of a job's metrics, by the vendor's names: those
    /// of metrics that [`Self::metric`] finds at every vendor. Where a point has
    /// a metric under two names, only the first has the common one, in all points.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use unitune::unify::MetricPoint;
    ///
    /// let numbers = [("train/loss", 0.5), ("train/grad_norm", 1.5)];
    /// let numbers = numbers.map(|(name, number)| (name.to_owned(), number));
    /// let points = [MetricPoint::new(BTreeMap::from(numbers))];
    /// let names = MetricPoint::common_names(&points);
    /// assert_eq!(names.get("train/loss"), Some(&"train_loss"));
    /// assert_eq!(names.get("train/grad_norm"), None);
    /// ```
    pub fn common_names(points: &[Self]) -> BTreeMap<String, &'static str> {
        let mut common = BTreeMap::new();
        let mut others = BTreeSet::new();
        for point in points {
            for (known, names) in SAME {
                let mut there = names
                    .iter()
                    .filter(|name| point.values.contains_key(**name));
                if let Some(first) = there.next() {
                    common.insert((*first).to_owned(), known);
                }
                others.extend(there.copied());
            }
        }
        common.retain(|name, _| !others.contains(name.as_str()));
        common
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

#[cfg(test)]
mod tests {
    use super::*;

    fn point(names: &[&str]) -> MetricPoint {
        let values = names.iter().map(|name| ((*name).to_owned(), 1.0));
        MetricPoint::new(values.collect())
    }

    #[test]
    fn a_metric_beside_another_of_the_same_sort_keeps_its_name() {
        let alone = [point(&["full_valid_loss"]), point(&["eval/loss"])];
        let names = MetricPoint::common_names(&alone);
        assert_eq!(names.get("full_valid_loss"), Some(&"valid_loss"));
        assert_eq!(names.get("eval/loss"), Some(&"valid_loss"));
        let both = [
            point(&["full_valid_loss"]),
            point(&["valid_loss", "full_valid_loss"]),
        ];
        let names = MetricPoint::common_names(&both);
        assert_eq!(names.get("full_valid_loss"), None);
        assert_eq!(names.get("valid_loss"), Some(&"valid_loss"));
        assert_eq!(both[0].vendor_name("valid_loss"), Some("full_valid_loss"));
    }
}
