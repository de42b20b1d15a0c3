//! The table of jobs. On a terminal no line is wider than it is: columns are cut
//! or left out, and a line below the table says which. Where not even id and
//! status fit side by side, each job is a paragraph.

use anstyle::{AnsiColor, Style};
use unitune::unify::{Job, Status};

use super::columns::{GAP, Layout};
use super::text_width::{cut, width, wrap};
use super::{Terminal, plain, status};

/// Returns the colour of each status.
fn colour(status: Status) -> Option<AnsiColor> {
    match status {
        Status::Queued => None,
        Status::Running => Some(AnsiColor::Cyan),
        Status::Succeeded => Some(AnsiColor::Green),
        Status::Failed => Some(AnsiColor::Red),
        Status::Cancelled => Some(AnsiColor::Yellow),
    }
}

/// Returns the jobs as a table that fits the terminal.
pub fn table(jobs: &[Job], terminal: &Terminal) -> String {
    if jobs.is_empty() {
        return "No jobs.".to_owned();
    }
    let Some(limit) = terminal.width else {
        return grid(jobs, &Layout::full(jobs), terminal.colour);
    };
    match Layout::fit(jobs, limit) {
        Some(layout) => {
            let table = grid(jobs, &layout, terminal.colour);
            match footer(&layout.dropped, &layout.shortened, limit) {
                Some(footer) => format!("{table}\n{footer}"),
                None => table,
            }
        }
        None => paragraphs(jobs, limit),
    }
}

fn grid(jobs: &[Job], layout: &Layout, colour_allowed: bool) -> String {
    let style = |style: Style| if colour_allowed { style } else { Style::new() };
    let header = layout.columns.iter().map(|placed| {
        let title = placed.column.title.to_owned();
        (title, placed.width, style(Style::new().bold()))
    });
    let mut lines = vec![line(header)];
    for job in jobs {
        let of_status = Style::new().fg_color(colour(job.status).map(Into::into));
        lines.push(line(layout.columns.iter().map(|placed| {
            let is_status = placed.column.title == "STATUS";
            let cell_style = if is_status { of_status } else { Style::new() };
            (placed.text(job), placed.width, style(cell_style))
        })));
    }
    lines.join("\n")
}

/// Returns one line of texts with their widths and styles. The spaces stand
/// outside of the styles, and none stands at the end.
fn line(cells: impl Iterator<Item = (String, usize, Style)>) -> String {
    let mut line = String::new();
    let mut column = 0;
    let mut start = 0;
    for (text, limit, style) in cells {
        if !text.is_empty() {
            line.push_str(&" ".repeat(start - column));
            line.push_str(&format!("{style}{text}{style:#}"));
            column = start + width(&text);
        }
        start += limit + GAP;
    }
    line
}

/// Says which columns are left out or say less than they could.
fn footer(dropped: &[&str], shortened: &[&str], limit: usize) -> Option<String> {
    let titles = |what: &str, titles: &[&str]| {
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

fn paragraphs(jobs: &[Job], limit: usize) -> String {
    let paragraph = |job: &Job| {
        let facts = [status(job), plain(&job.provider.account), plain(&job.model)];
        let facts = facts.map(|fact| cut(&format!("  {fact}"), limit));
        format!("{}\n{}\n", plain(&job.id), facts.join("\n"))
    };
    let mut text: String = jobs.iter().map(paragraph).collect();
    let others = ["CREATED", "FINISHED", "FINE-TUNED MODEL"];
    text.extend(footer(&others, &[], limit));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn at(width: usize, colour: bool) -> String {
        let terminal = Terminal {
            width: Some(width),
            colour,
        };
        table(&jobs(), &terminal)
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
        insta::assert_snapshot!(table(&jobs(), &Terminal::PLAIN));
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
            "PROVIDER",
            "MODEL",
            "STATUS",
            "CREATED",
            "FINISHED",
            "FINE-TUNED MODEL",
        ];
        for limit in 51..250 {
            let shown = at(limit, false);
            let (table, footer) = shown.split_once("\nAt ").unwrap_or((&shown, ""));
            let footer = footer.replace('\n', " ");
            let list = |what: &str| -> Vec<String> {
                let said = footer.split_once(&format!("{what}: "));
                let said = said.and_then(|(_, rest)| rest.split(';').next());
                said.map(|said| said.split(", ").map(str::to_owned).collect())
                    .unwrap_or_default()
            };
            let header = table.lines().next().unwrap().replace(" (UTC)", "");
            let header: Vec<&str> = header.split("  ").map(str::trim).collect();
            for title in titles {
                let is_said = list("left out").iter().any(|said| said == title);
                assert_ne!(header.contains(&title), is_said, "{limit} {title}: {shown}");
            }
            for (title, whole) in [
                ("MODEL", "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"),
                ("STATUS", "failed (user_error)"),
                ("FINE-TUNED MODEL", "ada/llama-\u{fffd}[31mred"),
            ] {
                let is_cut = header.contains(&title) && !table.contains(whole);
                let is_said = list("shortened").iter().any(|said| said == title);
                assert_eq!(is_cut, is_said, "{limit} {title}: {shown}");
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
