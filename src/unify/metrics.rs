//! The numbers of a training, step by step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The numbers of one step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MetricPoint {
    /// The step, where the vendor says it.
    pub step: Option<i64>,
    /// When the numbers were written down, in Unix seconds.
    pub logged_at: Option<i64>,
    /// The numbers under the vendor's names.
    pub values: BTreeMap<String, f64>,
}

/// Names under which vendors say the step.
const STEP: [&str; 3] = ["step", "global_step", "train/global_step"];

impl MetricPoint {
    fn new(logged_at: Option<i64>, values: BTreeMap<String, f64>) -> Self {
        let step = STEP
            .iter()
            .find_map(|name| values.get(*name))
            // Steps are whole numbers far below 2^53.
            .map(|step| *step as i64);
        Self {
            step,
            logged_at,
            values,
        }
    }

    /// The points that Together's metrics operation answers with.
    #[cfg(feature = "together")]
    pub fn from_together(metrics: &crate::together::types::JobMetrics) -> Vec<Self> {
        let points = metrics.metrics.iter().flatten();
        points
            .map(|values| Self::new(None, values.clone()))
            .collect()
    }

    /// The point that an event of kind [`Metrics`](super::EventKind::Metrics)
    /// holds: OpenAI has no operation for metrics but says them in its log.
    pub fn from_event(event: &super::Event) -> Option<Self> {
        if event.kind != super::EventKind::Metrics {
            return None;
        }
        let values: BTreeMap<String, f64> = event
            .data
            .iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)))
            .collect();
        (!values.is_empty()).then(|| Self::new(Some(event.created_at), values))
    }

    /// The point that a checkpoint holds.
    pub fn from_checkpoint(checkpoint: &super::Checkpoint) -> Self {
        let values = checkpoint
            .metrics
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)))
            .collect();
        Self {
            step: Some(checkpoint.step_number),
            ..Self::new(Some(checkpoint.created_at), values)
        }
    }
}
