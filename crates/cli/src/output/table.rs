//! A table that fits the terminal: columns are cut or left out, and a line below
//! says which. Where not even that is enough, each row is a paragraph.

use anstyle::{AnsiColor, Style};

use super::column::{Cell, Kind, Row, Step};
use super::layout::{GAP, Layout, Texts};
use super::text_width::{cut, width, wrap};
use super::time::View;

/// Returns rows as a table.
pub fn table<R: Row>(rows: &[R], cells: &[Cell<R>], steps: &[Step<'_>], view: &View) -> String {
    if rows.is_empty() {
        return R::TABLE.empty.to_owned();
    }
    let columns = cells.iter().map(|cell| Texts {
        name: cell.name().to_owned(),
        title: cell.title(view),
        kind: cell.kind(),
        full: rows.iter().map(|row| cell.text(row, view)).collect(),
        brief: rows.iter().map(|row| cell.brief(row)).collect(),
    });
    let colours: Vec<Option<AnsiColor>> = rows.iter().map(R::TABLE.colour).collect();
    of_texts(columns.collect(), &colours, steps, view)
}

/// Returns the texts of rows as a table, with the colour of each row's status. It knows nothing
/// of the type of the rows, so that it is compiled once.
fn of_texts(
    columns: Vec<Texts>,
    colours: &[Option<AnsiColor>],
    steps: &[Step<'_>],
    view: &View,
) -> String {
    let full = Layout::full(columns);
    let Some(limit) = view.terminal.width else {
        return grid(&full, colours, view.terminal.colour);
    };
    match full.clone().fit(steps, limit) {
        Some(layout) => {
            let table = grid(&layout, colours, view.terminal.colour);
            match footer(&layout.dropped, &layout.shortened, limit) {
                Some(footer) => format!("{table}\n{footer}"),
                None => table,
            }
        }
        None => paragraphs(&full, colours.len(), limit),
    }
}

fn grid(layout: &Layout, colours: &[Option<AnsiColor>], colour_allowed: bool) -> String {
    let style = |style: Style| if colour_allowed { style } else { Style::new() };
    let line = |cells: Vec<(String, Style)>| {
        let cells = cells.into_iter().zip(&layout.columns);
        line(cells.map(|((text, style), placed)| {
            let free = placed.width.saturating_sub(width(&text));
            let before = if placed.kind == Kind::Number { free } else { 0 };
            (text, before, placed.width, style)
        }))
    };
    let titles = layout.columns.iter();
    let titles = titles.map(|placed| (placed.title(), style(Style::new().bold())));
    let mut lines = vec![line(titles.collect())];
    for (n, colour) in colours.iter().enumerate() {
        let of_status = Style::new().fg_color(colour.map(Into::into));
        let cells = layout.columns.iter().map(|placed| {
            let is_status = placed.kind == Kind::Status;
            let cell_style = if is_status { of_status } else { Style::new() };
            (placed.text(n), style(cell_style))
        });
        lines.push(line(cells.collect()));
    }
    lines.join("\n")
}

/// Returns one line of texts with the spaces before them, their columns' widths
/// and their styles. The spaces stand outside of the styles, and none stands at
/// the end.
fn line(cells: impl Iterator<Item = (String, usize, usize, Style)>) -> String {
    let mut line = String::new();
    let mut column = 0;
    let mut start = 0;
    for (text, before, limit, style) in cells {
        if !text.is_empty() {
            line.push_str(&" ".repeat(start + before - column));
            line.push_str(&format!("{style}{text}{style:#}"));
            column = start + before + width(&text);
        }
        start += limit + GAP;
    }
    line
}

/// Says which columns are left out or say less than they could.
fn footer(dropped: &[String], shortened: &[String], limit: usize) -> Option<String> {
    let titles = |what: &str, titles: &[String]| {
        let titles = titles.iter().map(|title| title.trim_end_matches(" (UTC)"));
        let titles = titles.collect::<Vec<_>>().join(", ");
        (!titles.is_empty()).then(|| format!("{what}: {titles}"))
    };
    let parts = [titles("left out", dropped), titles("shortened", shortened)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let what = parts.join("; ");
    let text = format!("At {limit} columns {what}; --json has everything");
    (!what.is_empty()).then(|| wrap(&text, limit).join("\n"))
}

/// Each row as a paragraph: its id, and the other columns below it, each with its title.
fn paragraphs(layout: &Layout, rows: usize, limit: usize) -> String {
    let columns = &layout.columns;
    let id = columns.iter().position(|placed| placed.name == "id");
    let id = id.unwrap_or(0);
    let paragraph = |row: usize| {
        let mut lines = vec![columns[id].whole_text(row).to_owned()];
        for (n, placed) in columns.iter().enumerate() {
            let text = placed.whole_text(row);
            if n == id || text.is_empty() {
                continue;
            }
            let titled = format!("  {}: {text}", placed.whole_title());
            match width(&titled) <= limit {
                true => lines.push(titled),
                false => {
                    lines.push(cut(&format!("  {}:", placed.whole_title()), limit));
                    lines.push(cut(&format!("    {text}"), limit));
                }
            }
        }
        lines.join("\n")
    };
    let paragraphs: Vec<String> = (0..rows).map(paragraph).collect();
    paragraphs.join("\n")
}

#[cfg(test)]
mod tests {
    use unitune::unify::Job;

    use super::*;
    use crate::output::{Terminal, Values};

    const LONG_ID: &str = "ft-8bc4cb28-44c6-4ce7-b47f-aaaaaaaaaaaa";

    fn job(id: &str, status: &str, word: &str, fine_tuned: &str) -> Job {
        serde_json::from_value(serde_json::json!({
            "object": "fine_tuning.job",
            "id": id,
            "model": "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
            "created_at": 1_768_478_400,
            "finished_at": null,
            "fine_tuned_model": fine_tuned,
            "organization_id": "",
            "result_files": [],
            "status": status,
            "validation_file": null,
            "training_file": "file-1",
            "error": null,
            "provider": {
                "account": "together",
                "vendor": "together",
                "status": word,
                "notes": [],
                "extra": {},
            },
        }))
        .unwrap()
    }

    fn jobs() -> Vec<Job> {
        vec![
            job(LONG_ID, "failed", "user_error", ""),
            job("ft-2", "succeeded", "succeeded", "ada/llama-\u{1b}[31mred"),
            job("ft-3", "running", "運行中", "模型"),
        ]
    }

    /// The table of jobs, with times in UTC.
    fn rendered(jobs: &[Job], terminal: Terminal) -> String {
        let cells = Job::TABLE.shown.iter();
        let cells: Vec<Cell<Job>> = cells
            .map(|name| Cell::named(name, Values::NONE).unwrap())
            .collect();
        table(
            jobs,
            &cells,
            Job::TABLE.steps,
            &View::relative_to(terminal, None),
        )
    }

    /// Jobs with something in every column.
    fn full_jobs() -> Vec<Job> {
        let mut jobs = jobs();
        jobs[0].finished_at = jobs[0].created_at;
        jobs
    }

    fn at(width: usize, colour: bool) -> String {
        let terminal = Terminal {
            is_terminal: true,
            width: Some(width),
            colour,
        };
        rendered(&jobs(), terminal)
    }

    /// A text as a terminal shows it.
    fn without_colour(text: &str) -> String {
        let mut shown = String::new();
        let mut parts = text.split("\u{1b}[");
        shown.push_str(parts.next().unwrap());
        for part in parts {
            shown.push_str(part.split_once('m').unwrap().1);
        }
        shown
    }

    #[test]
    fn in_a_pipe_nothing_is_cut_and_nothing_is_coloured() {
        insta::assert_snapshot!(rendered(&jobs(), Terminal::PLAIN));
    }

    #[test]
    fn at_common_widths() {
        for width in [40, 60, 80, 120, 200] {
            insta::assert_snapshot!(format!("at_{width}_columns"), at(width, false));
        }
    }

    #[test]
    fn it_fits_every_width_and_keeps_ids_whole() {
        for limit in 40..250 {
            let shown = at(limit, false);
            assert!(shown.contains(LONG_ID), "{limit}: {shown}");
            let longest = shown.lines().map(width).max();
            assert!(longest <= Some(limit), "{limit}: {longest:?}\n{shown}");
            assert!(shown.lines().all(|line| line == line.trim_end()), "{shown}");
            assert_eq!(without_colour(&at(limit, true)), shown);
        }
    }

    #[test]
    fn what_is_left_out_is_said() {
        let titles = [
            "ACCOUNT",
            "MODEL",
            "STATUS",
            "CREATED",
            "FINISHED",
            "FINE-TUNED MODEL",
        ];
        for limit in 51..250 {
            let terminal = Terminal {
                is_terminal: true,
                width: Some(limit),
                colour: false,
            };
            let shown = rendered(&full_jobs(), terminal);
            let (table, footer) = shown.split_once("\nAt ").unwrap_or((&shown, ""));
            let footer = footer.replace('\n', " ");
            let list = |what: &str| -> Vec<String> {
                let named = footer.split_once(&format!("{what}: "));
                let named = named.and_then(|(_, rest)| rest.split(';').next());
                named
                    .map(|named| named.split(", ").map(str::to_owned).collect())
                    .unwrap_or_default()
            };
            let header = table.lines().next().unwrap().replace(" (UTC)", "");
            let header: Vec<&str> = header.split("  ").map(str::trim).collect();
            for title in titles {
                let is_named = list("left out").iter().any(|named| named == title);
                assert_ne!(
                    header.contains(&title),
                    is_named,
                    "{limit} {title}: {shown}"
                );
            }
            for (title, whole) in [
                ("MODEL", "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"),
                ("STATUS", "failed (user_error)"),
                ("FINE-TUNED MODEL", "ada/llama-\u{fffd}[31mred"),
            ] {
                let is_cut = header.contains(&title) && !table.contains(whole);
                let is_named = list("shortened").iter().any(|named| named == title);
                assert_eq!(is_cut, is_named, "{limit} {title}: {shown}");
            }
        }
    }

    #[test]
    fn colour_is_used_where_it_may_be_and_never_on_spaces() {
        let shown = at(160, true);
        assert!(
            shown.contains("\u{1b}[31mfailed (user_error)\u{1b}[0m"),
            "{shown}"
        );
        assert!(!shown.contains(" \u{1b}[0m"), "{shown}");
        assert!(!rendered(&jobs(), Terminal::PLAIN).contains('\u{1b}'));
    }

    #[test]
    fn a_job_without_a_time_has_a_dash() {
        let mut jobs = jobs();
        assert!(!rendered(&jobs, Terminal::PLAIN).contains('–'));
        jobs[0].created_at = None;
        assert!(rendered(&jobs, Terminal::PLAIN).contains('–'));
    }

    #[test]
    fn no_jobs_are_said_to_be_none() {
        assert_eq!(rendered(&[], Terminal::PLAIN), "No jobs.");
    }
}
