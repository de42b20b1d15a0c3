//! The table of jobs.
//!
//! Ids stay whole, so that they can be copied. On a narrow terminal the names
//! of models are cut first, then columns leave, the least telling one first,
//! and where not even id and status fit side by side, each job is a paragraph.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table};
use unitune::unify::{Job, Status};

use super::{Terminal, created, details, minute, plain, status};

/// A column: its title, what stands in it, and how it gives way.
struct Column {
    title: &'static str,
    text: fn(&Job) -> String,
    /// It can be cut down to this many characters.
    min: Option<usize>,
    /// The columns with the highest number leave first; 0 stays.
    leaves: u8,
}

const COLUMNS: [Column; 7] = [
    Column {
        title: "PROVIDER",
        text: |job| plain(&job.provider.account),
        min: None,
        leaves: 0,
    },
    Column {
        title: "ID",
        text: |job| plain(&job.id),
        min: None,
        leaves: 0,
    },
    Column {
        title: "MODEL",
        text: |job| plain(&job.model),
        min: Some(16),
        leaves: 2,
    },
    Column {
        title: "STATUS",
        text: status,
        min: None,
        leaves: 0,
    },
    Column {
        title: "CREATED (UTC)",
        text: created,
        min: None,
        leaves: 1,
    },
    Column {
        title: "FINISHED (UTC)",
        text: |job| minute(job.finished_at),
        min: None,
        leaves: 3,
    },
    Column {
        title: "FINE-TUNED MODEL",
        text: |job| plain(job.fine_tuned_model.as_deref().unwrap_or_default()),
        min: Some(16),
        leaves: 4,
    },
];

const GAP: usize = 2;

/// Colour of each status.
fn colour(status: Status) -> Option<Color> {
    match status {
        Status::Queued => None,
        Status::Running => Some(Color::Cyan),
        Status::Succeeded => Some(Color::Green),
        Status::Failed => Some(Color::Red),
        Status::Cancelled => Some(Color::Yellow),
    }
}

/// The jobs as a table that fits the terminal.
pub fn table(jobs: &[Job], terminal: &Terminal) -> String {
    if jobs.is_empty() {
        return "No jobs.".to_owned();
    }
    let columns = match terminal.width {
        None => Some(widths(jobs)),
        Some(width) => fit(widths(jobs), width),
    };
    match columns {
        Some(columns) => grid(jobs, &columns, terminal),
        None => paragraphs(jobs),
    }
}

/// Each column with the width that its longest text needs.
fn widths(jobs: &[Job]) -> Vec<(&'static Column, usize)> {
    let longest = |column: &Column| {
        let texts = jobs.iter().map(|j| (column.text)(j).chars().count());
        texts.max().unwrap_or(0).max(column.title.len())
    };
    COLUMNS.iter().map(|c| (c, longest(c))).collect()
}

/// The columns and widths that fit, or none where not even the ones that
/// stay do.
fn fit(
    mut columns: Vec<(&'static Column, usize)>,
    width: usize,
) -> Option<Vec<(&'static Column, usize)>> {
    loop {
        let gaps = GAP * columns.len().saturating_sub(1);
        let total = columns.iter().map(|(_, w)| w).sum::<usize>() + gaps;
        let mut excess = total.saturating_sub(width);
        let room: usize = columns.iter().map(|(c, w)| slack(c, *w)).sum();
        if excess <= room {
            for (column, w) in columns.iter_mut().rev() {
                let cut = slack(column, *w).min(excess);
                *w -= cut;
                excess -= cut;
            }
            return Some(columns);
        }
        let next = columns.iter().map(|(c, _)| c.leaves).max()?;
        if next == 0 {
            return None;
        }
        columns.retain(|(c, _)| c.leaves != next);
    }
}

fn slack(column: &Column, width: usize) -> usize {
    column.min.map_or(0, |min| width.saturating_sub(min))
}

fn grid(jobs: &[Job], columns: &[(&'static Column, usize)], terminal: &Terminal) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    if terminal.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(columns.iter().map(|(c, _)| {
        let title = Cell::new(c.title);
        if terminal.colour {
            title.add_attribute(Attribute::Bold)
        } else {
            title
        }
    }));
    for job in jobs {
        table.add_row(columns.iter().map(|(column, width)| {
            let cell = Cell::new(cut(&(column.text)(job), *width));
            match colour(job.status).filter(|_| terminal.colour && column.title == "STATUS") {
                Some(colour) => cell.fg(colour),
                None => cell,
            }
        }));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, u16::try_from(GAP).unwrap_or(u16::MAX)));
    }
    table.trim_fmt()
}

fn paragraphs(jobs: &[Job]) -> String {
    let lines = COLUMNS.map(|c| (c.title, c.text));
    let all: Vec<String> = jobs.iter().map(|j| details::lines(j, &lines)).collect();
    all.join("\n")
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let start: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use super::*;

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
            job("ft-8bc4cb28-44c6-4ce7-b47f", "failed", "user_error", ""),
            job("ft-2", "succeeded", "succeeded", "ada/llama-\u{1b}[31mred"),
        ]
    }

    #[test]
    fn in_a_pipe_nothing_is_cut_and_nothing_is_coloured() {
        insta::assert_snapshot!(table(&jobs(), &Terminal::PLAIN));
    }

    #[test]
    fn it_fits_every_width_and_keeps_ids_whole() {
        for width in 20..200 {
            let terminal = Terminal {
                width: Some(width),
                colour: false,
            };
            let shown = table(&jobs(), &terminal);
            assert!(
                shown.contains("ft-8bc4cb28-44c6-4ce7-b47f"),
                "{width}: {shown}"
            );
            if width >= 65 {
                let longest = shown.lines().map(|l| l.chars().count()).max();
                assert!(longest <= Some(width), "{width}: {longest:?}\n{shown}");
            }
        }
    }

    #[test]
    fn colour_is_used_where_it_may_be() {
        let terminal = Terminal {
            width: Some(160),
            colour: true,
        };
        assert!(table(&jobs(), &terminal).contains("\u{1b}[38;5;9m"));
        assert!(!table(&jobs(), &Terminal::PLAIN).contains('\u{1b}'));
    }

    #[test]
    fn a_job_without_a_time_has_a_dash() {
        let mut jobs = jobs();
        assert!(!table(&jobs, &Terminal::PLAIN).contains('–'));
        jobs[0].created_at = None;
        assert!(table(&jobs, &Terminal::PLAIN).contains('–'));
    }

    #[test]
    fn no_jobs_are_said_to_be_none() {
        assert_eq!(table(&[], &Terminal::PLAIN), "No jobs.");
    }
}
