//! The positions of everything in a picture, in pixels. Pure: colours come later.

use unicode_width::UnicodeWidthStr;

use crate::chart::{Chart, Position, Size};
use crate::scale::{Range, unit_of_time};
use crate::series::{Point, Series};
use crate::summary::left_out;

pub const TITLE_SIZE: f64 = 20.0;
pub const TEXT_SIZE: f64 = 14.0;
/// The width of a legend's line.
pub const LEGEND_LINE: f64 = 40.0;
const LEGEND_GAP: f64 = 24.0;
const LEGEND_ROW: f64 = 22.0;
const MARGIN: f64 = 20.0;
/// Up to so many points each has a mark; of more points, so many have one.
const MARKED: usize = 30;
const MARKS: usize = 9;

/// A position in a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelPoint {
    pub x: f64,
    pub y: f64,
}

/// A tick with its label.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedTick {
    pub at: f64,
    pub label: String,
}

/// A curve in a picture.
#[derive(Clone, Debug)]
pub struct PlacedSeries {
    pub number: usize,
    pub lines: Vec<Vec<PixelPoint>>,
    /// The curve without smoothing.
    pub behind: Vec<Vec<PixelPoint>>,
    pub gaps: Vec<(PixelPoint, PixelPoint)>,
    pub restarts: Vec<PixelPoint>,
    pub marks: Vec<PixelPoint>,
}

/// What a line of the legend stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Series(usize),
    Gap,
    Restart,
}

/// A part of the legend.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Key,
    pub at: PixelPoint,
    pub text: String,
}

/// A picture before it has colours.
#[derive(Clone, Debug)]
pub struct Layout {
    pub size: Size,
    pub title: String,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub x_title: String,
    pub y_title: String,
    pub x_ticks: Vec<PlacedTick>,
    pub y_ticks: Vec<PlacedTick>,
    pub series: Vec<PlacedSeries>,
    pub legend: Vec<Entry>,
    /// What stands in an empty picture, or what is not in it.
    pub remark: Option<String>,
}

impl Layout {
    pub fn new(chart: &Chart, size: Size) -> Self {
        let (width, height) = (
            f64::from(size.width.max(320)),
            f64::from(size.height.max(240)),
        );
        let drawn = chart.drawn();
        let behind = match chart.smoothing {
            Some(_) => chart.on_scale(),
            None => Vec::new(),
        };
        let axes = Axes::new(chart, &drawn, &behind);
        let legend = legend(chart, &drawn, width);
        let rows = legend
            .last()
            .map_or(0.0, |entry| entry.at.y + LEGEND_ROW / 2.0 + 6.0);
        let remark = match chart.is_empty() {
            true => Some("no data".to_owned()),
            false => left_out(chart),
        };
        let top = rows.max(MARGIN + TITLE_SIZE + 18.0);
        let below = if remark.is_some() && !chart.is_empty() {
            20.0
        } else {
            0.0
        };
        let bottom = (height - 62.0 - below).max(top + 40.0);
        let y_ticks = axes.y.ticks(((bottom - top) / 48.0) as usize);
        let widest = y_ticks
            .iter()
            .map(|tick| text_width(&tick.label, TEXT_SIZE));
        let left = MARGIN + TEXT_SIZE + 18.0 + widest.fold(20.0, f64::max);
        let right = width - 28.0;
        let mut layout = Self {
            size: Size::new(width as u32, height as u32),
            title: fitted(&chart.title, width - 2.0 * MARGIN, TITLE_SIZE),
            left,
            right,
            top,
            bottom,
            x_title: axes.x_title.clone(),
            y_title: chart.axis_title(),
            x_ticks: Vec::new(),
            y_ticks: Vec::new(),
            series: Vec::new(),
            legend,
            remark,
        };
        layout.y_ticks = y_ticks
            .into_iter()
            .map(|tick| PlacedTick {
                at: layout.y(&axes, tick.value),
                label: tick.label,
            })
            .collect();
        let x_ticks = axes.x.ticks(((right - left) / 90.0) as usize).into_iter();
        layout.x_ticks = x_ticks
            .map(|tick| PlacedTick {
                at: layout.left + axes.x.position(tick.value) * (right - left),
                label: tick.label,
            })
            .collect();
        layout.series = drawn
            .iter()
            .enumerate()
            .map(|(n, series)| layout.placed(n, series, behind.get(n), &axes))
            .collect();
        layout
    }

    fn y(&self, axes: &Axes, value: f64) -> f64 {
        self.bottom - axes.y.position(value) * (self.bottom - self.top)
    }

    fn position(&self, axes: &Axes, point: &Point) -> PixelPoint {
        PixelPoint {
            x: self.left + axes.x.position(point.x / axes.unit) * (self.right - self.left),
            y: self.y(axes, point.y),
        }
    }

    fn placed(
        &self,
        number: usize,
        series: &Series,
        behind: Option<&Series>,
        axes: &Axes,
    ) -> PlacedSeries {
        let line = |piece: &Vec<Point>| {
            let positions: Vec<PixelPoint> = piece.iter().map(|p| self.position(axes, p)).collect();
            thinned(positions)
        };
        let all: Vec<PixelPoint> = series.points().map(|p| self.position(axes, &p)).collect();
        PlacedSeries {
            number,
            lines: series.pieces.iter().map(line).collect(),
            behind: behind
                .map(|series| series.pieces.iter().map(line).collect())
                .unwrap_or_default(),
            gaps: series
                .gaps
                .iter()
                .map(|(a, b)| (self.position(axes, a), self.position(axes, b)))
                .collect(),
            restarts: series
                .restarts
                .iter()
                .map(|p| self.position(axes, p))
                .collect(),
            marks: self.marks(number, series, &all, axes),
        }
    }

    /// Returns where marks stand: on each of few points, or at even distances
    /// that differ from curve to curve; and on points that stand alone.
    fn marks(
        &self,
        number: usize,
        series: &Series,
        all: &[PixelPoint],
        axes: &Axes,
    ) -> Vec<PixelPoint> {
        if all.len() <= MARKED {
            return all.to_vec();
        }
        let alone = series.pieces.iter().filter(|piece| piece.len() == 1);
        let mut marks: Vec<PixelPoint> = alone.flatten().map(|p| self.position(axes, p)).collect();
        let distance = (self.right - self.left) / MARKS as f64;
        let mut next = self.left + distance * (0.25 + 0.37 * number as f64).fract();
        let mut before = f64::INFINITY;
        for place in all {
            if place.x < before {
                // The steps start over.
                next = place
                    .x
                    .max(next.min(self.right))
                    .min(place.x + distance / 2.0);
            }
            before = place.x;
            if place.x >= next {
                marks.push(*place);
                next = place.x + distance;
            }
        }
        marks
    }
}

/// Both axes of a chart.
pub struct Axes {
    pub x: Range,
    pub y: Range,
    pub x_title: String,
    /// The seconds of the horizontal axis' unit; 1 for steps.
    pub unit: f64,
}

impl Axes {
    pub fn new(chart: &Chart, drawn: &[Series], behind: &[Series]) -> Self {
        let points = || drawn.iter().chain(behind).flat_map(Series::points);
        let longest = points().map(|point| point.x).fold(0.0, f64::max);
        let (x_title, unit) = match chart.position {
            Position::Step => ("step".to_owned(), 1.0),
            Position::Time => {
                let (name, unit) = unit_of_time(longest);
                (format!("time since the start ({name})"), unit)
            }
        };
        Self {
            x: Range::exact(points().map(|point| point.x / unit)),
            y: Range::around(points().map(|point| point.y), chart.scale),
            x_title,
            unit,
        }
    }
}

fn legend(chart: &Chart, drawn: &[Series], width: f64) -> Vec<Entry> {
    let curves = drawn.iter().enumerate();
    let curves = curves.map(|(n, series)| (Key::Series(n), series.name.clone()));
    let has = |what: fn(&Series) -> bool| drawn.iter().any(what);
    let mut keys: Vec<(Key, String)> = curves.collect();
    if has(|series| !series.gaps.is_empty()) {
        keys.push((Key::Gap, "no metrics".to_owned()));
    }
    if has(|series| !series.restarts.is_empty()) {
        keys.push((Key::Restart, "restart".to_owned()));
    }
    let start = if chart.title.is_empty() {
        MARGIN
    } else {
        MARGIN + TITLE_SIZE + 22.0
    };
    let mut at = PixelPoint {
        x: MARGIN + 4.0,
        y: start,
    };
    let mut entries = Vec::new();
    for (key, text) in keys {
        let text = fitted(&text, width - 2.0 * MARGIN - LEGEND_LINE - 12.0, TEXT_SIZE);
        let wide = LEGEND_LINE + 8.0 + text_width(&text, TEXT_SIZE);
        if at.x + wide > width - MARGIN && at.x > MARGIN + 4.0 {
            at = PixelPoint {
                x: MARGIN + 4.0,
                y: at.y + LEGEND_ROW,
            };
        }
        entries.push(Entry { key, at, text });
        at.x += wide + LEGEND_GAP;
    }
    entries
}

/// Returns about how wide a text is: fonts differ, and the widest of the usual
/// ones decides.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.width() as f64 * size * 0.57
}

/// Cuts a text to a width; an ellipsis stands for the rest.
fn fitted(text: &str, width: f64, size: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, size) + size > width {
            kept.pop();
            break;
        }
    }
    kept + "…"
}

/// Returns a line with at most four places for each pixel: the first, the
/// lowest, the highest and the last. More cannot be seen.
fn thinned(line: Vec<PixelPoint>) -> Vec<PixelPoint> {
    let mut thin: Vec<PixelPoint> = Vec::new();
    for column in line.chunk_by(|a, b| a.x.floor() == b.x.floor()) {
        if column.len() <= 4 {
            thin.extend(column);
            continue;
        }
        let extreme = |order: fn(&f64, &f64) -> std::cmp::Ordering| {
            let all = column.iter().enumerate();
            all.min_by(|(_, a), (_, b)| order(&a.y, &b.y))
                .map_or(0, |(n, _)| n)
        };
        let lowest = extreme(f64::total_cmp);
        let highest = extreme(|a, b| b.total_cmp(a));
        let mut kept = [
            0,
            lowest.min(highest),
            lowest.max(highest),
            column.len() - 1,
        ]
        .to_vec();
        kept.dedup();
        thin.extend(kept.into_iter().map(|n| column[n]));
    }
    thin
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Axis;

    fn chart(count: u32) -> Chart {
        let points = (0..count).map(|n| Point {
            x: f64::from(n),
            y: f64::from(n % 7),
        });
        let points: Vec<Point> = points.collect();
        let series =
            (0..6).map(|n| Series::of_points(format!("a-rather-long-name-of-a-job-{n}"), &points));
        Chart::new(
            "t",
            Position::Step,
            Axis::new("loss", None),
            series.collect(),
        )
    }

    #[test]
    fn everything_stands_within_the_picture() {
        for size in [
            Size::new(0, 0),
            Size::new(400, 300),
            Size::PICTURE,
            Size::new(3000, 500),
        ] {
            let layout = Layout::new(&chart(500), size);
            let (width, height) = (f64::from(layout.size.width), f64::from(layout.size.height));
            assert!(layout.top < layout.bottom && layout.left < layout.right);
            for place in layout
                .series
                .iter()
                .flat_map(|s| s.lines.iter().flatten().chain(&s.marks))
            {
                assert!((layout.left..=layout.right).contains(&place.x));
                assert!((layout.top..=layout.bottom).contains(&place.y));
            }
            for entry in &layout.legend {
                let end = entry.at.x + LEGEND_LINE + 8.0 + text_width(&entry.text, TEXT_SIZE);
                assert!(end <= width && entry.at.y < height, "{entry:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_seen_is_not_drawn() {
        let layout = Layout::new(&chart(200_000), Size::PICTURE);
        let count: usize = layout.series[0].lines.iter().map(Vec::len).sum();
        assert!((900..4_000).contains(&count), "{count}");
    }
}
