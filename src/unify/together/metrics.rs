//! Together's metrics.

use crate::together::types::JobMetrics;
use crate::unify::{Context, MappingError, MetricPoint, Unify};

impl Unify for JobMetrics {
    type Output = Vec<MetricPoint>;

    fn unify(self, _: &Context) -> Result<Vec<MetricPoint>, MappingError> {
        let points = self.metrics.into_iter().flatten();
        Ok(points.map(MetricPoint::new).collect())
    }
}
