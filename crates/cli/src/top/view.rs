//! Draws what `unitune top` shows.

mod job;
mod list;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};
use unitune::unify::Status;

use super::state::{Id, KEYS, Mode, State};
use crate::full_screen::{one_line, pane};
use crate::output::{cut, wrap};

/// Below this height, a screen has no line to spare.
const LOW: u16 = 16;

/// Draws a frame, at this time in Unix seconds.
pub fn draw(frame: &mut Frame<'_>, state: &mut State, now: i64) {
    state.arrange();
    let message = message_line(state, frame.area().width);
    // A low screen has no line for a message where there is none.
    let has_message = frame.area().height >= LOW || message.width() > 0;
    let areas: [Rect; 4] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(has_message.into()),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let [counts, line, body, keys] = areas;
    frame.render_widget(counts_line(state, counts.width), counts);
    frame.render_widget(message, line);
    match state.opened {
        Some(_) => job::draw(frame, state, body, now),
        None => list::draw(frame, state, body, now),
    }
    if let Some(message) = &state.message {
        draw_message(frame, message, body);
    }
    match &state.mode {
        Mode::Confirm(id) => confirm(frame, state, id, body),
        Mode::Help => help(frame, state, body),
        Mode::List | Mode::Filter => {}
    }
    frame.render_widget(keys_line(state, keys.width), keys);
}

/// How many jobs there are, in which state; as many of these as there is space for.
fn counts_line(state: &State, width: u16) -> Line<'static> {
    let mut spans = vec![Span::styled("top", state.paints.strong())];
    let total = state.entries().len();
    // At the front, where a narrow screen does not cut it off.
    let listing = if state.is_listing {
        ", listing …"
    } else {
        ""
    };
    spans.push(Span::raw(format!("  {total} jobs{listing}")));
    for status in Status::ALL {
        let count = state
            .entries()
            .iter()
            .filter(|entry| entry.job.status == status);
        let count = count.count();
        if count > 0 {
            let text = format!("{count} {status}");
            let taken: usize = spans.iter().map(Span::width).sum();
            if taken + 2 + text.len() > usize::from(width) {
                spans.push(Span::raw(" …"));
                break;
            }
            spans.push(Span::raw("  "));
            spans.push(Span::styled(text, state.paints.status(status)));
        }
    }
    Line::from(spans)
}

/// What was done last, which jobs are shown, or what went wrong.
fn message_line(state: &State, width: u16) -> Line<'static> {
    let width = usize::from(width);
    if let Mode::Filter = state.mode {
        return Line::from(format!("filter: {}▏", one_line(&state.filter)));
    }
    if let Some(message) = &state.message {
        return Line::from(cut(&one_line(message), width));
    }
    let mut parts = Vec::new();
    if !state.filter.is_empty() {
        parts.push(format!("filter: {}", one_line(&state.filter)));
    }
    if state.only_unfinished {
        parts.push("only jobs that have not ended".to_owned());
    }
    if !parts.is_empty() {
        parts.push(format!("{} shown", state.rows()));
    }
    if let Some(warning) = state.warnings.last() {
        let others = match state.warnings.len() - 1 {
            0 => String::new(),
            others => format!(" (and {others} more)"),
        };
        let text = format!("warning{others}: {}", one_line(warning));
        parts.push(text);
        return Line::styled(cut(&parts.join("  "), width), state.paints.warning());
    }
    Line::styled(cut(&parts.join("  "), width), state.paints.muted())
}

/// The most important keys, as many as there is space for.
fn keys_line(state: &State, width: u16) -> Line<'static> {
    let keys: &[(&str, &str)] = match (&state.mode, &state.opened) {
        (Mode::Filter, _) => &[("Enter", "keep"), ("Esc", "drop the filter")],
        (Mode::Confirm(_), _) => &[("y", "yes, cancel it"), ("any other key", "no")],
        (Mode::Help, _) if state.help.is_longer() => {
            &[("any other key", "go back"), ("↑↓", "scroll")]
        }
        (Mode::Help, _) => &[("any key", "go back")],
        (Mode::List, Some(_)) => &[
            ("Esc", "back"),
            ("Tab", "enlarge"),
            ("↑↓", "scroll"),
            ("c", "cancel"),
            ("?", "keys"),
        ],
        (Mode::List, None) => &[
            ("↑↓", "choose"),
            ("Enter", "open"),
            ("/", "filter"),
            ("s", "sort"),
            ("a", "unfinished"),
            ("c", "cancel"),
            ("?", "keys"),
            ("q", "quit"),
        ],
    };
    let mut keys = keys.to_vec();
    let line = |keys: &[(&str, &str)]| {
        let spans = keys.iter().enumerate().flat_map(|(n, (key, what))| {
            let gap = if n == 0 { "" } else { "  " };
            [
                Span::raw(gap),
                Span::styled((*key).to_owned(), state.paints.strong()),
                Span::raw(format!(" {what}")),
            ]
        });
        Line::from(spans.collect::<Vec<_>>())
    };
    // The last ones are left out, but for the one that shows all.
    while line(&keys).width() > usize::from(width)
        && let Some(last) = keys.iter().rposition(|(key, _)| *key != "?")
    {
        keys.remove(last);
    }
    line(&keys)
}

fn confirm(frame: &mut Frame<'_>, state: &State, id: &Id, body: Rect) {
    let entry = state.entry(id);
    let model = entry
        .map(|entry| one_line(&entry.job.model))
        .unwrap_or_default();
    let what = [
        one_line(&id.1),
        format!("{}, {model}", one_line(&id.0)),
        String::new(),
        "What it has cost until now may be charged.".to_owned(),
    ];
    let width = inner_width(body);
    let answers = ["y: yes, cancel it", "any other key: no"];
    let on_one_line = answers.join("     ");
    let answers = match on_one_line.len() <= width {
        true => vec![on_one_line],
        false => answers.map(str::to_owned).to_vec(),
    };
    // On a low screen, the answers count for more than what is asked about.
    let rows = usize::from(body.height).saturating_sub(2 + answers.len());
    let mut what: Vec<String> = what.iter().flat_map(|line| wrap(line, width)).collect();
    if what.len() > rows {
        what.retain(|line| !line.is_empty());
    }
    what.truncate(rows);
    let lines = what.into_iter().chain(answers).map(Line::from);
    over(frame, body, "Cancel this job?", lines.collect());
}

/// Draws a message that is too long for its line.
fn draw_message(frame: &mut Frame<'_>, message: &str, body: Rect) {
    let message = one_line(message);
    if Line::from(message.as_str()).width() <= usize::from(body.width) {
        return;
    }
    let lines = wrap(&message, inner_width(body));
    let lines = lines.into_iter().map(Line::from);
    over(frame, body, "Message", lines.collect());
}

/// Draws all keys; on a screen that is too low for them, a part.
fn help(frame: &mut Frame<'_>, state: &mut State, body: Rect) {
    let width = inner_width(body);
    let on_one_line = |(key, what): &(&str, &str)| format!("{key:<19} {what}");
    let fits = KEYS.iter().all(|key| {
        let line = Line::from(on_one_line(key));
        line.width() <= width
    });
    let lines: Vec<String> = match fits {
        true => KEYS.iter().map(on_one_line).collect(),
        false => {
            let texts = KEYS.iter().map(|(key, what)| format!("{key}: {what}"));
            texts.flat_map(|text| wrap(&text, width)).collect()
        }
    };
    let rows = usize::from(body.height).saturating_sub(2);
    let shown = state.help.fit(lines.len(), rows);
    let title = state.help.shown("Keys:");
    let lines = lines.iter().skip(shown.start).take(shown.len());
    let lines = lines.map(|line| Line::from(line.as_str())).collect();
    over(frame, body, title.as_deref().unwrap_or("Keys"), lines);
}

/// Returns the width of the lines in a frame over the screen.
fn inner_width(body: Rect) -> usize {
    usize::from(body.width.saturating_sub(4))
}

/// Draws lines in a frame over the middle of the screen.
fn over(frame: &mut Frame<'_>, body: Rect, title: &str, lines: Vec<Line<'_>>) {
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let width = (widest as u16).saturating_add(4).min(body.width);
    let height = (lines.len() as u16).saturating_add(2).min(body.height);
    let area = Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    };
    frame.render_widget(Clear, area);
    let padding = ratatui::widgets::Padding::horizontal(1);
    frame.render_widget(
        Paragraph::new(lines).block(pane(title).padding(padding)),
        area,
    );
}
