//! An opened job: its details, the curves of its training, its log.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};
use unitune::unify::EventLevel;

use crate::full_screen::{self, one_line, pane};
use crate::jobs::metrics::chart::losses;
use crate::output::{Terminal, View, clock, job_card};
use crate::top::state::{Opened, Pane, State};

/// What has less space than this shows the details without the log, or without the chart.
const LOW: u16 = 14;
const NARROW: u16 = 60;

pub fn draw(frame: &mut Frame<'_>, state: &State, area: Rect, now: i64) {
    let Some(opened) = &state.opened else { return };
    match opened.pane {
        Pane::Details => details(frame, state, opened, area, now),
        Pane::Chart => chart(frame, state, opened, area),
        Pane::Events => events(frame, state, opened, area),
        Pane::All => {
            let (log, curves) = (area.height >= LOW, area.width >= NARROW);
            let share = |is_shown, share| Constraint::Fill(if is_shown { share } else { 0 });
            let [above, below] = Layout::vertical([Constraint::Fill(3), share(log, 2)]).areas(area);
            let [left, right] =
                Layout::horizontal([Constraint::Fill(1), share(curves, 1)]).areas(above);
            details(frame, state, opened, left, now);
            if curves {
                chart(frame, state, opened, right);
            }
            if log {
                events(frame, state, opened, below);
            }
        }
    }
}

fn details(frame: &mut Frame<'_>, state: &State, opened: &Opened, area: Rect, now: i64) {
    let Some(entry) = state.entry(&opened.id) else {
        return;
    };
    let block = pane("Details");
    let inner = block.inner(area);
    let terminal = Terminal {
        width: Some(usize::from(inner.width)),
        ..Terminal::FULL_SCREEN
    };
    let card = job_card(&entry.job, false, &View::relative_to(terminal, Some(now)));
    let progress = entry.share().filter(|_| !entry.job.status.is_terminal());
    let progress = progress.map(|share| {
        let steps = match (entry.progress.step, entry.progress.total_steps) {
            (Some(step), Some(total)) => format!(", step {step} of {total}"),
            _ => String::new(),
        };
        Line::from(format!("{:.0}% done{steps}", share * 100.0))
    });
    let lines = card.lines().map(|line| Line::from(line.to_owned()));
    let lines: Vec<Line<'_>> = progress.into_iter().chain(lines).collect();
    let scroll = match opened.pane {
        Pane::Details => {
            let most = lines.len().saturating_sub(usize::from(inner.height));
            opened.scroll.min(most as u16)
        }
        _ => 0,
    };
    frame.render_widget(Paragraph::new(lines).scroll((scroll, 0)).block(block), area);
}

fn chart(frame: &mut Frame<'_>, state: &State, opened: &Opened, area: Rect) {
    let block = pane("Loss");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let runs = match opened.details.as_ref().map(|details| &details.runs) {
        None => return draw_text(frame, inner, "Asking for the metrics …"),
        Some(Err(error)) => return draw_text(frame, inner, error),
        Some(Ok(runs)) => runs,
    };
    let chart = losses(&[(&opened.id.1, runs)]);
    if chart.is_empty() {
        return draw_text(frame, inner, "No metrics yet.");
    }
    frame.render_widget(full_screen::chart(&chart, inner, state.paints), inner);
}

fn events(frame: &mut Frame<'_>, state: &State, opened: &Opened, area: Rect) {
    let block = pane("Log");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let events = match opened.details.as_ref().map(|details| &details.events) {
        None => return draw_text(frame, inner, "Asking for the log …"),
        Some(Err(error)) => return draw_text(frame, inner, error),
        Some(Ok(events)) if events.is_empty() => {
            return draw_text(frame, inner, "The log is empty.");
        }
        Some(Ok(events)) => events,
    };
    let rows = usize::from(inner.height);
    let scroll = usize::from(opened.scroll).min(events.len().saturating_sub(rows));
    let end = events.len() - scroll;
    let lines = events[end.saturating_sub(rows)..end].iter().map(|event| {
        let text = format!("{}  {}", clock(event.created_at), one_line(&event.message));
        match event.level {
            EventLevel::Info => Line::from(text),
            EventLevel::Warn | EventLevel::Error => Line::styled(text, state.paints.warning()),
        }
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
}

fn draw_text(frame: &mut Frame<'_>, area: Rect, text: &str) {
    let text = Paragraph::new(one_line(text)).wrap(Wrap { trim: true });
    frame.render_widget(text, area);
}
