//! Parts of full screens.

use anstyle::AnsiColor;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Block;
use unitune::unify::Status;
use unitune_charts::{Chart, Paint, Size};

use crate::jobs::metrics::chart::CURVES;
use crate::jobs::table;
use crate::output::plain;

/// Colours, where they may be used.
#[derive(Clone, Copy, Debug)]
pub struct Paints {
    pub colour: bool,
}

impl Paints {
    /// Returns the style of what is less important.
    pub fn muted(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Returns the style of titles.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Returns the style of what is chosen.
    pub fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Returns the style of a status.
    pub fn status(self, status: Status) -> Style {
        self.of(table::colour(status))
    }

    /// Returns the style of what went wrong.
    pub fn warning(self) -> Style {
        self.of(Some(AnsiColor::Yellow))
    }

    fn of(self, colour: Option<AnsiColor>) -> Style {
        match colour.filter(|_| self.colour) {
            Some(colour) => Style::new().fg(color(colour)),
            None => Style::new(),
        }
    }
}

fn color(colour: AnsiColor) -> Color {
    match colour {
        AnsiColor::Red => Color::Red,
        AnsiColor::Green => Color::Green,
        AnsiColor::Yellow => Color::Yellow,
        AnsiColor::Blue => Color::Blue,
        AnsiColor::Magenta => Color::Magenta,
        AnsiColor::Cyan => Color::Cyan,
        _ => Color::Reset,
    }
}

/// Returns a frame with a title around a part of the screen.
pub fn pane(title: &str) -> Block<'_> {
    Block::bordered().title(format!(" {title} "))
}

/// Returns a chart that fills an area.
pub fn chart(chart: &Chart, area: Rect, paints: Paints) -> Text<'static> {
    let size = Size::new(area.width.into(), area.height.into());
    let lines = chart.text(size).lines.into_iter().map(|line| {
        let spans = line.into_iter().map(|span| {
            let style = match span.paint {
                Paint::Text => Style::new(),
                Paint::Muted => paints.muted(),
                Paint::Series(n) => paints.of(Some(CURVES[n % CURVES.len()])),
            };
            Span::styled(span.text, style)
        });
        Line::from(spans.collect::<Vec<_>>())
    });
    Text::from(lines.collect::<Vec<_>>())
}

/// Returns a text of a vendor's on one line.
pub fn one_line(text: &str) -> String {
    plain(&text.replace(['\n', '\r', '\t'], " "))
}
