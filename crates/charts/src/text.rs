//! Charts of characters, for terminals and pipes.

mod canvas;

use std::fmt;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::chart::{Chart, Size};
use crate::layout::Axes;
use crate::scale::Tick;
use crate::series::Series;
use crate::theme::letter;

use canvas::Canvas;
pub use canvas::Dots;

/// The columns between two ticks of the horizontal axis, at the least.
const TICK_COLUMNS: u32 = 14;

/// How a part of a line is painted, where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// As text.
    Text,
    /// As what is less important.
    Muted,
    /// In the colour of the curve with this number.
    Series(usize),
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The characters.
    pub text: String,
    /// How they are painted.
    pub paint: Paint,
}

impl Span {
    fn new(text: impl Into<String>, paint: Paint) -> Self {
        Self {
            text: text.into(),
            paint,
        }
    }
}

/// A chart as lines of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChart {
    /// The lines, from the top.
    pub lines: Vec<Vec<Span>>,
}

impl fmt::Display for TextChart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, line) in self.lines.iter().enumerate() {
            let text: String = line.iter().map(|span| span.text.as_str()).collect();
            let end = if n + 1 < self.lines.len() { "\n" } else { "" };
            write!(f, "{}{end}", text.trim_end())?;
        }
        Ok(())
    }
}

pub fn chart(chart: &Chart, size: Size, dots: Dots) -> TextChart {
    let (width, height) = (size.width.max(16), size.height.max(4));
    let drawn = chart.drawn();
    let axes = Axes::new(chart, &drawn, &[]);
    let mut lines = Vec::new();
    if !chart.title.is_empty() {
        lines.push(vec![Span::new(cut(&chart.title, width), Paint::Text)]);
    }
    let axis = chart.axis_title();
    if !axis.eq_ignore_ascii_case(&chart.title) {
        lines.push(vec![Span::new(cut(&axis, width), Paint::Muted)]);
    }
    let legend = legend(&drawn, width, dots);
    // Two lines for the horizontal axis.
    let taken = lines.len() + 2;
    let free = (height as usize).saturating_sub(taken);
    // The curves need more space than their names.
    let legend = match free >= legend.len() + 3 {
        true => legend,
        false => Vec::new(),
    };
    let rows = free.saturating_sub(legend.len()).max(1) as u32;
    let ticks = axes.y.ticks((rows / 3).max(2) as usize);
    let labels = ticks.iter().map(|tick| tick.label.width() as u32);
    let margin = labels.max().unwrap_or(0).min(width / 2);
    let columns = (width - margin).saturating_sub(1).max(4);
    let mut canvas = Canvas::new(columns, rows, dots);
    canvas.draw(&drawn, &axes);
    let row_of = |tick: &Tick| {
        let place = 1.0 - axes.y.position(tick.value);
        ((place * f64::from(rows)) as u32).min(rows - 1)
    };
    for row in 0..rows {
        let tick = ticks.iter().find(|tick| row_of(tick) == row);
        let label = tick.map_or("", |tick| tick.label.as_str());
        let axis = match (dots, tick.is_some()) {
            (Dots::Braille, true) => '┤',
            (Dots::Braille, false) => '│',
            (Dots::Ascii, true) => '+',
            (Dots::Ascii, false) => '|',
        };
        let gap = (margin as usize).saturating_sub(label.width());
        let start = format!("{}{label}{axis}", " ".repeat(gap));
        let mut line = vec![Span::new(start, Paint::Muted)];
        line.extend(canvas.row(row));
        lines.push(line);
    }
    lines.extend(horizontal_axis(&axes, margin, columns, dots));
    lines.extend(legend);
    if chart.is_empty() {
        let middle = lines.len().min(taken) / 2 + rows as usize / 2;
        if let Some(line) = lines.get_mut(middle) {
            line.truncate(1);
            line.push(Span::new("  no data", Paint::Muted));
        }
    }
    TextChart { lines }
}

fn horizontal_axis(axes: &Axes, margin: u32, columns: u32, dots: Dots) -> [Vec<Span>; 2] {
    let (corner, line, mark) = match dots {
        Dots::Braille => ('└', '─', '┬'),
        Dots::Ascii => ('+', '-', '+'),
    };
    let mut rule = vec![line; columns as usize];
    let mut labels = vec![' '; columns as usize + margin as usize + 1];
    let title = format!(" {}", axes.x_title);
    // The title of the axis stands at its end.
    let end = labels.len().saturating_sub(title.width());
    for tick in axes.x.ticks((columns / TICK_COLUMNS).max(2) as usize) {
        let column =
            ((axes.x.position(tick.value) * f64::from(columns)) as usize).min(rule.len() - 1);
        let start = (margin as usize + 1 + column).saturating_sub(tick.label.width() / 2);
        let place = start..start + tick.label.width();
        let is_free = |place: std::ops::Range<usize>| {
            place.end <= end
                && labels[place.start.saturating_sub(1)..place.end]
                    .iter()
                    .all(|c| *c == ' ')
        };
        if !is_free(place.clone()) {
            continue;
        }
        rule[column] = mark;
        for (n, c) in place.zip(tick.label.chars()) {
            labels[n] = c;
        }
    }
    let labels: String = labels[..end].iter().collect();
    let rule: String = rule.into_iter().collect();
    let start = format!("{}{corner}", " ".repeat(margin as usize));
    [
        vec![Span::new(start + &rule, Paint::Muted)],
        vec![Span::new(labels + &title, Paint::Muted)],
    ]
}

fn legend(drawn: &[Series], width: u32, dots: Dots) -> Vec<Vec<Span>> {
    let curves = drawn.iter().enumerate().map(|(n, series)| {
        let key = match (drawn.len(), dots) {
            (1, Dots::Braille) => "⠤⠤".to_owned(),
            (1, Dots::Ascii) => "**".to_owned(),
            _ => format!("{} ", letter(n)),
        };
        let name = cut(&format!(" {}", series.name), width.saturating_sub(3));
        vec![
            Span::new(key, Paint::Series(n)),
            Span::new(name, Paint::Text),
        ]
    });
    let mut lines: Vec<Vec<Span>> = curves.collect();
    if drawn.iter().any(|series| !series.restarts.is_empty()) {
        let key = format!("{}  restart", canvas::restart(dots));
        lines.push(vec![Span::new(key, Paint::Muted)]);
    }
    lines
}

/// Cuts a text to a number of columns; an ellipsis stands for the rest.
fn cut(text: &str, columns: u32) -> String {
    let columns = columns as usize;
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| match left.checked_sub(c.width().unwrap_or(0)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    let start: String = text.chars().take_while(fits).collect();
    start + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Axis, Point, Position};

    fn of_size(width: u32, height: u32, count: usize) -> TextChart {
        let points = (0..40).map(|n| Point {
            x: f64::from(n),
            y: 3.0 / f64::from(n + 1),
        });
        let points: Vec<Point> = points.collect();
        let series = (0..count).map(|n| Series::of_points(format!("curve {n}"), &points));
        let axis = Axis::new("training loss", None);
        Chart::new("Title", Position::Step, axis, series.collect()).text(Size::new(width, height))
    }

    #[test]
    fn it_fits_every_size() {
        for count in 0..4 {
            for width in 16..130 {
                for height in [5, 8, 12, 24, 60] {
                    let text = of_size(width, height, count);
                    assert!(
                        text.lines.len() <= height as usize,
                        "{width}x{height}\n{text}"
                    );
                    for line in text.to_string().lines() {
                        assert!(line.width() <= width as usize, "{width}x{height}\n{text}");
                    }
                }
            }
        }
    }
}
