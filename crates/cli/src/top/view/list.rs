//! The list of jobs.

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Cell, Paragraph, Row, Table};
use unitune::unify::Job;

use crate::full_screen::one_line;
use crate::jobs::table::took;
use crate::output::{Terminal, View, cut, duration};
use crate::top::state::{Entry, SortBy, State};

/// A column: its title, what it is sorted by, its width on a narrow screen and on
/// a wide one, and its text. A narrow width of none leaves it out there; a width of 0
/// is what the others leave.
struct Column {
    title: &'static str,
    sort: Option<SortBy>,
    narrow: Option<u16>,
    wide: u16,
    is_number: bool,
    text: fn(&Entry, &View) -> String,
}

/// From this width on a screen is wide.
const WIDE: u16 = 120;

/// What the column of width 0 takes at the least.
const LEAST: u16 = 8;

/// The columns that are left out of a screen that is too narrow for all, one after the
/// other.
const LEFT_OUT: [&str; 5] = ["USD", "CREATED", "ACCOUNT", "DONE", "MODEL"];

const COLUMNS: [Column; 8] = [
    Column {
        title: "ACCOUNT",
        sort: Some(SortBy::Account),
        narrow: Some(11),
        wide: 14,
        is_number: false,
        text: |entry, _| one_line(&entry.job.provider.account),
    },
    Column {
        title: "ID",
        sort: None,
        narrow: Some(15),
        wide: 40,
        is_number: false,
        text: |entry, _| one_line(&entry.job.id),
    },
    Column {
        title: "MODEL",
        sort: Some(SortBy::Model),
        narrow: Some(0),
        wide: 0,
        is_number: false,
        text: |entry, _| {
            let model = &entry.job.model;
            one_line(model.rsplit('/').next().unwrap_or(model))
        },
    },
    Column {
        title: "STATUS",
        sort: Some(SortBy::Status),
        narrow: Some(9),
        wide: 9,
        is_number: false,
        text: |entry, _| match entry.is_paused {
            true => "paused".to_owned(),
            false => entry.job.status.to_string(),
        },
    },
    Column {
        title: "DONE",
        sort: None,
        narrow: Some(4),
        wide: 4,
        is_number: true,
        text: |entry, _| match entry.share() {
            Some(share) => format!("{:.0}%", share * 100.0),
            None => String::new(),
        },
    },
    Column {
        title: "CREATED",
        sort: Some(SortBy::Created),
        narrow: Some(12),
        wide: 12,
        is_number: false,
        text: |entry, view| match entry.job.created_at {
            Some(time) => view.time(time),
            None => "–".to_owned(),
        },
    },
    Column {
        title: "TOOK",
        sort: Some(SortBy::Duration),
        narrow: None,
        wide: 12,
        is_number: true,
        text: |entry, _| took(&entry.job).map(duration).unwrap_or_default(),
    },
    Column {
        title: "USD",
        sort: Some(SortBy::Cost),
        narrow: Some(8),
        wide: 12,
        is_number: true,
        text: |entry, _| cost(&entry.job),
    },
];

fn cost(job: &Job) -> String {
    let Some(cost) = job.provider.cost else {
        return String::new();
    };
    // To the cent; of little, what there is.
    let dollars = cost.nanos() as f64 / 1e9;
    let mark = if job.provider.cost_is_estimate() {
        "~"
    } else {
        ""
    };
    match dollars.abs() < 0.1 {
        true => format!("{mark}{dollars:.4}"),
        false => format!("{mark}{dollars:.2}"),
    }
}

pub fn draw(frame: &mut Frame<'_>, state: &mut State, area: Rect, now: i64) {
    // One line is the head.
    state.scroll_to_chosen(usize::from(area.height.saturating_sub(1)));
    if state.rows() == 0 {
        let text = match (state.is_listing, state.entries().is_empty()) {
            (true, true) => "Asking the accounts …",
            (false, true) => "No jobs.",
            (_, false) => "No job matches the filter; Esc removes it, a shows all.",
        };
        frame.render_widget(Paragraph::new(text), area);
        return;
    }
    let is_wide = area.width >= WIDE;
    let mut columns: Vec<(&Column, u16)> = COLUMNS
        .iter()
        .filter_map(|column| match is_wide {
            true => Some((column, column.wide)),
            false => column.narrow.map(|width| (column, width)),
        })
        .collect();
    for title in LEFT_OUT {
        let least = columns.iter().map(|(_, width)| match width {
            0 => LEAST + 1,
            width => width + 1,
        });
        if least.sum::<u16>() <= area.width + 1 {
            break;
        }
        columns.retain(|(column, _)| column.title != title);
    }
    // The column without a width of its own takes what is left.
    let taken: u16 = columns.iter().map(|(_, width)| width + 1).sum();
    let left = area.width.saturating_sub(taken);
    let columns: Vec<(&Column, u16)> = columns
        .into_iter()
        .map(|(column, width)| (column, if width == 0 { left } else { width }))
        .collect();
    let view = View::relative_to(Terminal::FULL_SCREEN, Some(now));
    let sort = (state.sort, state.descending);
    let head = columns.iter().map(|(column, width)| {
        let title = match (column.sort == Some(sort.0), sort.1) {
            (true, true) => format!("{}▼", column.title),
            (true, false) => format!("{}▲", column.title),
            (false, _) => column.title.to_owned(),
        };
        aligned(Span::styled(title, state.paints.strong()), column, *width)
    });
    let head = Row::new(head.collect::<Vec<_>>());
    let rows = (state.first..state.first + state.page).filter_map(|n| {
        let entry = state.row(n)?;
        let cells = columns.iter().map(|(column, width)| {
            let text = (column.text)(entry, &view);
            let style = match column.sort {
                Some(SortBy::Status) => state.paints.status(entry.job.status),
                _ => ratatui::style::Style::new(),
            };
            aligned(Span::styled(text, style), column, *width)
        });
        let row = Row::new(cells.collect::<Vec<_>>());
        Some(match n == state.chosen {
            true => row.style(state.paints.chosen()),
            false => row,
        })
    });
    let widths = columns.iter().map(|(_, width)| Constraint::Length(*width));
    let table = Table::new(rows.collect::<Vec<_>>(), widths).header(head);
    frame.render_widget(table, area);
}

fn aligned<'s>(span: Span<'s>, column: &Column, width: u16) -> Cell<'s> {
    let text = cut(&span.content, usize::from(width));
    let line = Line::from(Span::styled(text, span.style));
    let line = match column.is_number {
        true => line.alignment(Alignment::Right),
        false => line,
    };
    Cell::from(Text::from(line))
}
