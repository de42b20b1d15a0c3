//! Fireworks' metrics: a file of JSON objects, one in a line.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::unify::{Context, MappingError, MetricPoint, Unify};
use crate::wire::Timestamp;

/// Names of the time of a step.
const TIMES: [&str; 5] = ["timestamp", "_timestamp", "time", "createTime", "logged_at"];
/// Members whose own members are metrics, too.
const GROUPS: [&str; 2] = ["metrics", "values"];

/// The text of a metrics file. Lines that are no JSON objects are left out: the
/// last one may be half written while a job runs.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsOfFile<'t>(pub &'t str);

impl Unify for MetricsOfFile<'_> {
    type Output = Vec<MetricPoint>;

    fn unify(self, _: &Context) -> Result<Vec<MetricPoint>, MappingError> {
        let lines = self.0.lines();
        let objects = lines.filter_map(|line| serde_json::from_str(line.trim()).ok());
        let points = objects.map(|object: Map<String, Value>| point(&object));
        Ok(points.filter(|point| !point.values.is_empty()).collect())
    }
}

fn point(object: &Map<String, Value>) -> MetricPoint {
    let mut values = BTreeMap::new();
    let groups = GROUPS
        .iter()
        .filter_map(|name| object.get(*name)?.as_object());
    for members in groups.chain([object]) {
        let numbers = members
            .iter()
            .filter(|(name, _)| !TIMES.contains(&name.as_str()));
        values.extend(numbers.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))));
    }
    let time = TIMES.iter().find_map(|name| object.get(*name));
    MetricPoint {
        logged_at: time.and_then(seconds),
        ..MetricPoint::new(values)
    }
}

fn seconds(time: &Value) -> Option<i64> {
    match time {
        Value::String(text) => Timestamp::from(text.as_str()).unix_seconds(),
        // Seconds with a fraction, far below 2^53.
        time => time.as_f64().map(|seconds| seconds.floor() as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_points() {
        let text = "{\"step\": 1, \"loss\": 2.5, \"timestamp\": 1760000000.5, \"note\": \"x\"}\n\
                    \n\
                    {\"metrics\": {\"loss\": 2.25, \"step\": 2}, \"time\": \"2025-10-09T08:53:20Z\"}\n\
                    {\"step\": 3, \"lo";
        let points = MetricsOfFile(text).unify(&Context::default()).unwrap();
        let found: Vec<_> = points
            .iter()
            .map(|p| (p.step, p.logged_at, p.values["loss"]))
            .collect();
        assert_eq!(
            found,
            [
                (Some(1), Some(1_760_000_000), 2.5),
                (Some(2), Some(1_760_000_000), 2.25)
            ]
        );
        assert!(!points[0].values.contains_key("timestamp"));
    }
}
