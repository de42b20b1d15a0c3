//! Metrics by one name, whichever vendor gives them.

use unitune::unify::MetricPoint;

use crate::Axis;

/// A metric, under whichever names vendors give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    name: String,
}

/// Units of metrics, by what their names end in. A loss has none that would be
/// the same for all methods of training.
const UNITS: [(&str, &str); 4] = [
    ("accuracy", "share of tokens"),
    ("tokens", "tokens"),
    ("epoch", "epochs"),
    ("seconds", "s"),
];

impl Metric {
    /// Names a metric: `train_loss`, or a vendor's own name such as
    /// `train/grad_norm`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the number of a point.
    pub fn of(&self, point: &MetricPoint) -> Option<f64> {
        point.metric(&self.name)
    }

    /// Returns the vertical axis of a chart of this metric.
    pub fn axis(&self) -> Axis {
        let unit = UNITS.iter().find(|(end, _)| self.name.ends_with(end));
        Axis::new(self.title(), unit.map(|(_, unit)| *unit))
    }

    /// Returns the name for people: `training loss`.
    pub fn title(&self) -> String {
        match self.name.as_str() {
            "train_loss" => "training loss".to_owned(),
            "valid_loss" => "validation loss".to_owned(),
            other => other.replace(['_', '/'], " "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_has_a_title_and_a_unit_where_one_is_known() {
        let axis = Metric::new("train_mean_token_accuracy").axis();
        assert_eq!(axis.title(), "train mean token accuracy (share of tokens)");
        assert_eq!(Metric::new("train_loss").axis().title(), "training loss");
        assert_eq!(Metric::new("train/reward").axis().title(), "train reward");
    }
}
