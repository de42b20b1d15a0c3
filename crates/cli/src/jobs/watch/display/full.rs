//! A watch on a full screen: how far the jobs are, the curves of their losses, and
//! what happens.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::crossterm::event::{Event as TerminalEvent, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use unitune::unify::{Event, MetricPoint};

use crate::full_screen::{self, Input, Paints, Screen, Scroll, can_open, pane};
use crate::jobs::metrics::chart::losses;
use crate::jobs::watch::progress_lines::line;
use crate::jobs::watch::watched_job::WatchedJob;
use crate::output::{self, Output, cut};

/// The smallest terminal on which the parts can be read.
const SMALLEST: (u16, u16) = (60, 16);
/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(50);
/// How many lines of the log are held.
const LOG: usize = 500;
/// How many jobs the chart has curves of.
const CURVES: usize = 6;

/// What is shown.
pub struct View {
    paints: Paints,
    /// A line for each job.
    jobs: BTreeMap<String, WatchedJob>,
    /// The metrics of each job, of each of its runs.
    runs: BTreeMap<String, Vec<Vec<MetricPoint>>>,
    log: VecDeque<String>,
    /// Which of the jobs are shown.
    scroll: Scroll,
}

pub struct FullScreen {
    /// Taken away at the end.
    screen: Option<Screen>,
    view: View,
    /// What is printed again when the screen is given back.
    kept: Vec<String>,
    drawn: Option<Instant>,
    /// The time of the vendors, in Unix seconds.
    now: i64,
}

impl FullScreen {
    /// Takes the terminal, where it is one, and large enough.
    pub fn open(output: &Output) -> Option<Self> {
        let (width, height) = ratatui::crossterm::terminal::size().ok()?;
        let is_large = width >= SMALLEST.0 && height >= SMALLEST.1;
        let screen = (can_open() && is_large).then(Screen::open)?.ok()?;
        Some(Self {
            screen: Some(screen),
            view: View::new(Paints {
                colour: output.view.terminal.colour,
            }),
            kept: Vec::new(),
            drawn: None,
            now: 0,
        })
    }

    pub fn print(&mut self, text: &str, is_kept: bool) {
        if is_kept {
            self.kept.push(text.to_owned());
        }
        self.view.print(text);
    }

    pub fn show<'j>(&mut self, jobs: impl Iterator<Item = &'j WatchedJob>, now: i64) {
        self.now = now;
        self.view.jobs = jobs.map(|job| (job.id.clone(), job.clone())).collect();
        if self.drawn.is_none_or(|at| at.elapsed() >= FRAME) {
            self.draw();
        }
    }

    pub fn event(&mut self, id: &str, event: &Event) {
        if let Some(point) = MetricPoint::from_event(event) {
            self.view.run(id).push(point);
        }
    }

    pub fn metrics(&mut self, id: &str, points: &[MetricPoint]) {
        *self.view.run(id) = points.to_vec();
    }

    pub fn renamed(&mut self, from: &str, to: &str) {
        let mut runs = self.view.runs.remove(from).unwrap_or_default();
        // The next ones are another run's.
        runs.push(Vec::new());
        self.view.runs.insert(to.to_owned(), runs);
    }

    /// Waits for the key that ends the watch.
    pub async fn quit(&mut self) {
        loop {
            let Some(screen) = &mut self.screen else {
                return std::future::pending().await;
            };
            match screen.input().await {
                Input::End => return,
                Input::Event(TerminalEvent::Key(key)) if key.kind != KeyEventKind::Release => {
                    let control = key.modifiers.contains(KeyModifiers::CONTROL);
                    match key.code {
                        KeyCode::Char('c' | 'd') if control => return,
                        KeyCode::Char('q') | KeyCode::Esc => return,
                        code => {
                            if self.view.scroll.key(code) {
                                self.draw();
                            }
                        }
                    }
                }
                // Another size, for example.
                Input::Event(_) => self.draw(),
            }
        }
    }

    fn draw(&mut self) {
        self.drawn = Some(Instant::now());
        let now = self.now;
        if let Some(screen) = &mut self.screen {
            // A terminal that is gone shows nothing; its keys end the watch.
            let _ = screen.draw(|frame| self.view.draw(frame, now));
        }
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        self.screen = None;
        for line in &self.kept {
            // Nobody reads it any more.
            let _ = output::print(&format!("{line}\n"));
        }
    }
}

impl View {
    pub fn new(paints: Paints) -> Self {
        Self {
            paints,
            jobs: BTreeMap::new(),
            runs: BTreeMap::new(),
            log: VecDeque::new(),
            scroll: Scroll::default(),
        }
    }

    fn print(&mut self, text: &str) {
        self.log.extend(text.lines().map(str::to_owned));
        let extra = self.log.len().saturating_sub(LOG);
        self.log.drain(..extra);
    }

    /// Returns the metrics of a job's present run.
    fn run(&mut self, id: &str) -> &mut Vec<MetricPoint> {
        let runs = self.runs.entry(id.to_owned()).or_default();
        if runs.is_empty() {
            runs.push(Vec::new());
        }
        let last = runs.len() - 1;
        &mut runs[last]
    }

    fn draw(&mut self, frame: &mut Frame<'_>, now: i64) {
        let [above, below, keys] = Layout::vertical([
            Constraint::Fill(3),
            Constraint::Fill(2),
            Constraint::Length(1),
        ])
        .areas(frame.area());
        let [left, right] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(above);
        self.progress(frame, left, now);
        self.chart(frame, right);
        let block = pane("Log");
        let inner = block.inner(below);
        let first = self.log.len().saturating_sub(usize::from(inner.height));
        let lines = self.log.iter().skip(first);
        let lines = lines.map(|line| Line::from(cut(line, usize::from(inner.width))));
        let log = Paragraph::new(lines.collect::<Vec<_>>()).block(block);
        frame.render_widget(log, below);
        let quit = "q  quit; the jobs go on";
        let help = match self.scroll.shown("jobs") {
            Some(shown) => format!("{shown}  ↑ ↓  scroll  {quit}"),
            None => quit.to_owned(),
        };
        frame.render_widget(Line::styled(help, self.paints.muted()), keys);
    }

    fn progress(&mut self, frame: &mut Frame<'_>, area: Rect, now: i64) {
        let title = match self.jobs.len() {
            1 => "1 job".to_owned(),
            jobs => format!("{jobs} jobs"),
        };
        let block = pane(&title);
        let inner = block.inner(area);
        let rows = usize::from(inner.height);
        // Those that have not ended first: others may not fit, and are reached by keys.
        let mut jobs: Vec<&WatchedJob> = self.jobs.values().collect();
        jobs.sort_by_key(|job| job.has_ended);
        let each = (rows / jobs.len().max(1)).clamp(1, 3);
        let shown = self.scroll.fit(jobs.len(), rows / each);
        let lines = jobs[shown].iter().flat_map(|job| {
            let style = self.paints.status(job.status);
            let mut lines = lines(job, now, inner.width, each).into_iter();
            let first = lines.next().unwrap_or_default();
            std::iter::once(Line::styled(first, style)).chain(lines.map(Line::from))
        });
        let lines: Vec<Line<'_>> = lines.collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn chart(&self, frame: &mut Frame<'_>, area: Rect) {
        let block = pane("Loss");
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let runs = self.runs.iter().take(CURVES);
        let runs: Vec<(&str, &[Vec<MetricPoint>])> = runs
            .map(|(id, runs)| (id.as_str(), runs.as_slice()))
            .collect();
        let chart = losses(&runs);
        if chart.is_empty() {
            frame.render_widget("No metrics yet.", inner);
            return;
        }
        frame.render_widget(full_screen::chart(&chart, inner, self.paints), inner);
    }
}

/// Returns what is known of a job, in at most so many lines: its id and status, how
/// far it is, its loss and the time that is left. What does not fit is cut.
fn lines(job: &WatchedJob, now: i64, width: u16, count: usize) -> Vec<String> {
    let whole = line(job, now, usize::MAX / 2);
    let parts: Vec<&str> = whole.split("  ").filter(|part| !part.is_empty()).collect();
    let (who, progress) = parts.split_at(parts.len().min(2));
    let (done, rest) = progress.split_at(progress.len().min(2));
    let parts = match count {
        1 => vec![[who, progress].concat()],
        2 => vec![who.to_vec(), progress.to_vec()],
        _ => vec![who.to_vec(), done.to_vec(), rest.to_vec()],
    };
    let lines = parts.into_iter().filter(|parts| !parts.is_empty());
    let lines = lines.enumerate().map(|(n, parts)| {
        let indent = if n == 0 { "" } else { "  " };
        cut(&format!("{indent}{}", parts.join("  ")), usize::from(width))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use unitune::unify::{Job, Provider, Status, Vendor};

    use super::*;

    fn followed(id: &str, step: i64) -> WatchedJob {
        let provider = Provider::new("together", Vendor::from_static("v"), "running");
        let mut job = WatchedJob::new(&Job::new(id, "m", Status::Running, provider));
        job.progress.step = Some(step);
        job.progress.total_steps = Some(120);
        job.progress.estimated_finish = Some(1_000_600);
        job.loss = Some(0.5);
        job
    }

    fn points(count: u32) -> Vec<MetricPoint> {
        let point = |step: u32| {
            let loss = 0.4 + 2.0 * (-f64::from(step) / 18.0).exp();
            MetricPoint::new(BTreeMap::from([
                ("step".to_owned(), f64::from(step)),
                ("train/loss".to_owned(), loss),
            ]))
        };
        (1..=count).map(point).collect()
    }

    fn frame(view: &mut View) -> String {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| view.draw(frame, 1_000_000)).unwrap();
        let text = terminal.backend().to_string();
        let lines = text.lines().map(|line| line.trim_matches('"').trim_end());
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn frames_of_one_job_and_of_several() {
        let mut view = View::new(Paints { colour: false });
        insta::assert_snapshot!("nothing_yet", frame(&mut view));
        let job = followed("ft-8bc4cb28-44c6-4ce7-b47f-aaaaaaaaaaaa", 60);
        *view.run(&job.id) = points(60);
        view.jobs.insert(job.id.clone(), job);
        (1..30).for_each(|n| view.print(&format!("11:58:{n:02}Z  ft-8bc4cb28-4…  Step {n}")));
        insta::assert_snapshot!("one_job", frame(&mut view));
        let other = followed("ftjob-W5b56X7SAaz0QjBXrq9MWaql", 30);
        *view.run(&other.id) = points(30);
        view.jobs.insert(other.id.clone(), other);
        insta::assert_snapshot!("two_jobs", frame(&mut view));
    }

    #[test]
    fn keys_reach_the_jobs_that_do_not_fit() {
        let mut view = View::new(Paints { colour: false });
        for n in 1..=43 {
            let job = followed(&format!("ft-{n:02}"), n);
            view.jobs.insert(job.id.clone(), job);
        }
        let text = frame(&mut view);
        let page = (1..=43)
            .filter(|n| text.contains(&format!("ft-{n:02}")))
            .count();
        assert!(text.contains("ft-01") && !text.contains("ft-43"), "{text}");
        let last_line = |text: &str| text.lines().last().unwrap_or_default().to_owned();
        assert!(
            last_line(&text).starts_with(&format!("jobs 1–{page} of 43  ")),
            "{text}"
        );
        for (key, first) in [
            (KeyCode::Down, 2),
            (KeyCode::PageDown, 2 + page),
            (KeyCode::End, 44 - page),
            (KeyCode::Down, 44 - page),
            (KeyCode::Up, 43 - page),
            (KeyCode::PageUp, 43 - 2 * page),
            (KeyCode::Home, 1),
            (KeyCode::Up, 1),
        ] {
            assert!(view.scroll.key(key));
            let text = frame(&mut view);
            let last = first + page - 1;
            assert!(
                last_line(&text).starts_with(&format!("jobs {first}–{last} of 43")),
                "{text}"
            );
            assert!(text.contains(&format!("ft-{first:02}")), "{text}");
            assert!(text.contains(&format!("ft-{last:02}")), "{text}");
        }
        // Fewer jobs are shown from the start.
        view.scroll.key(KeyCode::End);
        view.jobs.retain(|id, _| id.as_str() < "ft-03");
        assert!(frame(&mut view).contains("ft-01"));
    }
}
