//! Smooths curves.

use crate::series::{Point, Series};

/// Returns the curve of trailing means over `count` points, each piece for
/// itself. The first points of a piece are means of those that there are.
pub fn trailing_mean(series: &Series, count: usize) -> Series {
    let smooth = |piece: &Vec<Point>| -> Vec<Point> {
        let mean = |(n, point): (usize, &Point)| {
            let window = &piece[(n + 1).saturating_sub(count.max(1))..=n];
            let sum: f64 = window.iter().map(|point| point.y).sum();
            Point {
                x: point.x,
                y: sum / window.len() as f64,
            }
        };
        piece.iter().enumerate().map(mean).collect()
    };
    let pieces: Vec<Vec<Point>> = series.pieces.iter().map(smooth).collect();
    // What is beside the curve moves with it.
    let moved = |point: &Point, is_end: bool| {
        let ends = series.pieces.iter().zip(&pieces);
        let found = ends.into_iter().find_map(|(before, after)| {
            let (old, new) = match is_end {
                true => (before.last()?, after.last()?),
                false => (before.first()?, after.first()?),
            };
            (old == point).then_some(*new)
        });
        found.unwrap_or(*point)
    };
    Series {
        name: format!("{} (mean of {count} points)", series.name),
        gaps: series
            .gaps
            .iter()
            .map(|(before, after)| (moved(before, true), moved(after, false)))
            .collect(),
        restarts: series.restarts.iter().map(|p| moved(p, false)).collect(),
        pieces,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_does_not_reach_over_a_gap() {
        let points = [1.0, 2.0, 3.0, 4.0, 50.0, 51.0].map(|x| Point { x, y: x });
        let series = Series::of_points("a", &points);
        assert_eq!(series.pieces.len(), 2);
        let smooth = trailing_mean(&series, 3);
        let values: Vec<f64> = smooth.points().map(|point| point.y).collect();
        assert_eq!(values, [1.0, 1.5, 2.0, 3.0, 50.0, 50.5]);
        assert_eq!(smooth.name, "a (mean of 3 points)");
        assert_eq!(smooth.gaps[0].0.y, 3.0);
    }
}
