//! A curve: its points, and where it is interrupted.

use unitune::unify::MetricPoint;

use crate::chart::Position;
use crate::metric::Metric;

/// How many times the usual distance between two points is a gap.
const GAP: f64 = 4.5;

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The position: a step, or seconds since the start.
    pub x: f64,
    /// The value.
    pub y: f64,
}

/// The metrics of one run of a job. A job that its vendor restarted has several.
#[derive(Clone, Copy, Debug)]
pub struct Run<'m> {
    points: &'m [MetricPoint],
}

impl<'m> Run<'m> {
    /// Creates a run from its metrics, oldest first.
    pub fn new(points: &'m [MetricPoint]) -> Self {
        Self { points }
    }
}

/// A curve: pieces without interruption, and what is between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// The pieces; none of them is empty.
    pub pieces: Vec<Vec<Point>>,
    /// The points before and after each gap: metrics are missing there.
    pub gaps: Vec<(Point, Point)>,
    /// The first points after each restart: the steps start over there, or
    /// another run continues.
    pub restarts: Vec<Point>,
}

/// Where a point is, and at which step.
struct Placed {
    step: Option<i64>,
    point: Point,
}

impl Series {
    /// Creates the curve of a metric over the runs of a job.
    pub fn new(
        name: impl Into<String>,
        runs: &[Run<'_>],
        metric: &Metric,
        position: Position,
    ) -> Self {
        let mut series = Self {
            name: name.into(),
            ..Self::default()
        };
        let all = || runs.iter().flat_map(|run| run.points);
        let start = all().filter_map(|point| point.logged_at).min();
        let has_steps = all().any(|point| point.step.is_some());
        let mut ordinal = 0;
        for run in runs {
            let mut placed = Vec::new();
            for point in run.points {
                let Some(y) = metric.of(point) else { continue };
                ordinal += 1;
                let x = match position {
                    // Numbered where the vendor gives no steps at all.
                    Position::Step if !has_steps => Some(f64::from(ordinal)),
                    Position::Step => point.step.map(|step| step as f64),
                    Position::Time => point
                        .logged_at
                        .zip(start)
                        .map(|(at, start)| at.saturating_sub(start) as f64),
                };
                let Some(x) = x else { continue };
                let (step, point) = (point.step, Point { x, y });
                placed.push(Placed { step, point });
            }
            series.add_run(&placed);
        }
        series
    }

    /// Creates a curve of points.
    pub fn of_points(name: impl Into<String>, points: &[Point]) -> Self {
        let placed: Vec<Placed> = points
            .iter()
            .map(|point| Placed {
                step: None,
                point: *point,
            })
            .collect();
        let mut series = Self {
            name: name.into(),
            ..Self::default()
        };
        series.add_run(&placed);
        series
    }

    fn add_run(&mut self, placed: &[Placed]) {
        let longest = usual_distance(placed).map_or(f64::INFINITY, |usual| usual * GAP);
        let mut before: Option<&Placed> = None;
        let mut piece: Vec<Point> = Vec::new();
        // Values that are no numbers leave a gap.
        let mut is_missing = false;
        for now in placed {
            if !now.point.y.is_finite() || !now.point.x.is_finite() {
                is_missing = true;
                continue;
            }
            match before {
                None if !self.pieces.is_empty() => self.restarts.push(now.point),
                Some(last) if starts_over(last, now) => {
                    self.pieces.push(std::mem::take(&mut piece));
                    self.restarts.push(now.point);
                }
                Some(last) if is_missing || now.point.x - last.point.x > longest => {
                    self.pieces.push(std::mem::take(&mut piece));
                    self.gaps.push((last.point, now.point));
                }
                // Logged twice, for example in the log and with a checkpoint.
                Some(last) if last.point.x == now.point.x => {
                    piece.pop();
                }
                _ => {}
            }
            piece.push(now.point);
            before = Some(now);
            is_missing = false;
        }
        if !piece.is_empty() {
            self.pieces.push(piece);
        }
    }

    /// Returns all points.
    pub fn points(&self) -> impl Iterator<Item = Point> + '_ {
        self.pieces.iter().flatten().copied()
    }

    /// Returns true where there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Returns the curve with the points that fulfil a condition; where others
    /// were, there is a gap.
    #[must_use]
    pub(crate) fn filtered(&self, keep: impl Fn(&Point) -> bool) -> Self {
        let mut series = Self {
            name: self.name.clone(),
            restarts: self.restarts.iter().copied().filter(&keep).collect(),
            gaps: Vec::new(),
            pieces: Vec::new(),
        };
        for (before, after) in &self.gaps {
            if keep(before) && keep(after) {
                series.gaps.push((*before, *after));
            }
        }
        for piece in &self.pieces {
            let kept = piece.split(|point| !keep(point));
            let kept: Vec<&[Point]> = kept.filter(|part| !part.is_empty()).collect();
            for pair in kept.windows(2) {
                if let ([.., before], [after, ..]) = (pair[0], pair[1]) {
                    series.gaps.push((*before, *after));
                }
            }
            series.pieces.extend(kept.into_iter().map(<[_]>::to_vec));
        }
        series
    }
}

/// Returns true where the steps of a job start over: it goes on from an earlier
/// checkpoint, or from the beginning.
fn starts_over(last: &Placed, now: &Placed) -> bool {
    match (last.step, now.step) {
        (Some(last), Some(now)) => now < last,
        _ => now.point.x < last.point.x,
    }
}

/// Returns the median distance between two points; none where there are too few
/// to tell.
fn usual_distance(placed: &[Placed]) -> Option<f64> {
    let pairs = placed.windows(2);
    let mut distances: Vec<f64> = pairs
        .map(|pair| pair[1].point.x - pair[0].point.x)
        .filter(|distance| *distance > 0.0)
        .collect();
    distances.sort_by(f64::total_cmp);
    (distances.len() >= 3).then(|| distances[distances.len() / 2])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn at(step: i64, loss: f64) -> MetricPoint {
        let values = BTreeMap::from([
            ("step".to_owned(), step as f64),
            ("train_loss".to_owned(), loss),
        ]);
        let mut point = MetricPoint::new(values);
        point.logged_at = Some(1_000 + 10 * step);
        point
    }

    fn series(points: &[MetricPoint]) -> Series {
        let metric = Metric::new("train_loss");
        Series::new("a", &[Run::new(points)], &metric, Position::Step)
    }

    fn lengths(series: &Series) -> Vec<usize> {
        series.pieces.iter().map(Vec::len).collect()
    }

    #[test]
    fn a_jump_is_a_gap_and_a_step_back_is_a_restart() {
        let steps = [1, 2, 3, 4, 20, 21, 22, 5, 6, 7];
        let points: Vec<MetricPoint> = steps.iter().map(|step| at(*step, 1.0)).collect();
        let series = series(&points);
        assert_eq!(lengths(&series), [4, 3, 3]);
        assert_eq!((series.gaps[0].0.x, series.gaps[0].1.x), (4.0, 20.0));
        assert_eq!(series.restarts, [Point { x: 5.0, y: 1.0 }]);
    }

    #[test]
    fn values_that_are_no_numbers_leave_a_gap() {
        let points = [
            at(1, 2.0),
            at(2, f64::NAN),
            at(3, f64::INFINITY),
            at(4, 1.0),
        ];
        let series = series(&points);
        assert_eq!(lengths(&series), [1, 1]);
        assert_eq!(series.gaps.len(), 1);
        assert!(series.restarts.is_empty());
    }

    #[test]
    fn steps_that_are_logged_twice_are_drawn_once() {
        let series = series(&[at(1, 2.0), at(2, 1.0), at(2, 0.9), at(3, 0.5)]);
        let values: Vec<f64> = series.points().map(|point| point.y).collect();
        assert_eq!(values, [2.0, 0.9, 0.5]);
    }

    #[test]
    fn another_run_is_a_restart_also_where_time_goes_on() {
        let (first, second) = ([at(1, 2.0), at(2, 1.5)], [at(3, 1.4), at(4, 1.3)]);
        let runs = [Run::new(&first), Run::new(&second)];
        let metric = Metric::new("train_loss");
        let series = Series::new("a", &runs, &metric, Position::Time);
        assert_eq!(series.restarts, [Point { x: 20.0, y: 1.4 }]);
        assert_eq!(series.pieces[0][0].x, 0.0);
    }

    #[test]
    fn points_without_steps_are_numbered() {
        let points: Vec<MetricPoint> = [3.0, 2.0, 1.0]
            .iter()
            .map(|loss| MetricPoint::new(BTreeMap::from([("loss".to_owned(), *loss)])))
            .collect();
        let positions: Vec<f64> = series(&points).points().map(|point| point.x).collect();
        assert_eq!(positions, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn nothing_is_an_empty_curve() {
        assert!(series(&[]).is_empty());
        assert!(series(&[at(1, f64::NAN)]).is_empty());
    }
}
