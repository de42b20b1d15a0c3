//! What a chart shows, in numbers and in sentences.

use crate::chart::{Chart, Position};
use crate::scale::{number, span};
use crate::series::{Point, Series};

/// A curve in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What the legend calls the curve.
    pub name: String,
    /// How many points it has.
    pub points: usize,
    /// The first point.
    pub first: Option<Point>,
    /// The last point.
    pub last: Option<Point>,
    /// The lowest point.
    pub lowest: Option<Point>,
    /// The highest point.
    pub highest: Option<Point>,
    /// How often points are missing.
    pub gaps: usize,
    /// How often it starts over.
    pub restarts: usize,
}

impl Summary {
    /// Measures a curve.
    pub fn new(series: &Series) -> Self {
        let points = || series.points();
        Self {
            name: series.name.clone(),
            points: points().count(),
            first: points().next(),
            last: points().last(),
            lowest: points().min_by(|a, b| a.y.total_cmp(&b.y)),
            highest: points().max_by(|a, b| a.y.total_cmp(&b.y)),
            gaps: series.gaps.len(),
            restarts: series.restarts.len(),
        }
    }
}

pub fn description(chart: &Chart) -> String {
    let place = |point: Point| {
        let at = match chart.position {
            Position::Step => format!("step {}", number(point.x)),
            Position::Time => span(point.x),
        };
        format!("{} at {at}", number(point.y))
    };
    let mut sentences = vec![format!(
        "A line chart of {} by {}.",
        chart.axis_title(),
        match chart.position {
            Position::Step => "step",
            Position::Time => "time since the start",
        }
    )];
    for summary in chart.summary() {
        let (Some(first), Some(last), Some(lowest)) = (summary.first, summary.last, summary.lowest)
        else {
            sentences.push(format!("{}: no points.", summary.name));
            continue;
        };
        let points = count(summary.points, "point", "points");
        let mut text = format!(
            "{}: {points}, from {} to {}, lowest {}",
            summary.name,
            place(first),
            place(last),
            place(lowest)
        );
        if summary.gaps > 0 {
            text.push_str(&format!(", {}", count(summary.gaps, "gap", "gaps")));
        }
        if summary.restarts > 0 {
            let restarts = count(summary.restarts, "restart", "restarts");
            text.push_str(&format!(", {restarts}"));
        }
        text.push('.');
        sentences.push(text);
    }
    if let Some(points) = chart.smoothing {
        sentences.push(format!(
            "The curves that are drawn are means of {points} points."
        ));
    }
    if let Some(sentence) = left_out(chart) {
        sentences.push(sentence);
    }
    sentences.join(" ")
}

/// Returns what a logarithmic scale has no place for, in a sentence.
pub fn left_out(chart: &Chart) -> Option<String> {
    let left_out = chart.left_out();
    let values = count(left_out, "value", "values");
    (left_out > 0).then(|| format!("{values} of zero or less not on the logarithmic scale."))
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Axis, Scale};

    #[test]
    fn the_description_says_what_the_curves_show() {
        let points = [(1.0, 2.5), (2.0, 0.75), (3.0, 0.0)].map(|(x, y)| Point { x, y });
        let series = vec![Series::of_points("a", &points), Series::of_points("b", &[])];
        let axis = Axis::new("loss", Some("nats"));
        let chart = Chart::new("t", Position::Step, axis, series);
        assert_eq!(
            chart.description(),
            "A line chart of loss (nats) by step. a: 3 points, from 2.5 at step 1 to 0 at step 3, \
             lowest 0 at step 3. b: no points."
        );
        let chart = chart.scale(Scale::Log).smoothing(5);
        let text = chart.description();
        assert!(
            text.contains("means of 5 points. 1 value of zero or less"),
            "{text}"
        );
    }
}
