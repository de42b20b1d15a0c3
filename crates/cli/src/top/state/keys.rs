//! Handles keys: what each key changes.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use unitune::providers::JobRef;

use crate::full_screen::{Scroll, moved_by};

use super::{Id, Mode, Opened, Pane, State};

/// What is to be done besides showing something else.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    None,
    Quit,
    /// End as other commands do after Ctrl-C.
    Interrupt,
    /// List all jobs again.
    Reload,
    /// Fetch the metrics and the log of this job.
    Fetch(Id),
    Cancel(JobRef),
}

/// The keys and what they do, for the help.
pub const KEYS: [(&str, &str); 13] = [
    ("↑ ↓  j k", "choose a job; scroll in an opened one"),
    ("PgUp PgDn Home End", "go further"),
    ("Enter", "open the job: details, chart, log"),
    ("Tab", "in an opened job: one part alone, the next, all"),
    ("Esc", "go back; drop the filter"),
    ("/", "filter by words: account, id, model, status, labels"),
    ("a", "only jobs that have not ended, or all"),
    ("s", "sort by the next column"),
    ("r", "reverse the order"),
    ("c", "cancel the job, after a question"),
    ("u", "list all jobs again"),
    ("q", "quit; in an opened job: go back"),
    ("Ctrl-C", "quit, with exit code 130"),
];

impl State {
    /// Takes in a key.
    pub fn key(&mut self, key: KeyEvent) -> Action {
        if key.kind == KeyEventKind::Release {
            return Action::None;
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Action::Interrupt,
                KeyCode::Char('d') => Action::Quit,
                _ => Action::None,
            };
        }
        match std::mem::replace(&mut self.mode, Mode::List) {
            Mode::Help => self.scroll_help(key.code),
            Mode::Confirm(id) => self.answer(id, key.code),
            Mode::Filter => self.type_filter(key.code),
            Mode::List => self.command(key.code),
        }
    }

    /// Keys that move go through a help that is longer than the screen; others end it.
    fn scroll_help(&mut self, key: KeyCode) -> Action {
        if self.help.is_longer() && self.help.key(key) {
            self.mode = Mode::Help;
        }
        Action::None
    }

    fn answer(&mut self, id: Id, key: KeyCode) -> Action {
        // Whatever is not yes is no: it cannot be undone.
        if !matches!(key, KeyCode::Char('y' | 'Y')) {
            self.message = Some("Nothing was changed.".to_owned());
            return Action::None;
        }
        self.message = Some(format!("Cancelling {} …", id.1));
        Action::Cancel(JobRef::at(id.0, id.1))
    }

    fn type_filter(&mut self, key: KeyCode) -> Action {
        match key {
            KeyCode::Enter => return Action::None,
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Backspace => {
                self.filter.pop();
            }
            KeyCode::Char(c) => self.filter.push(c),
            _ => {}
        }
        if key != KeyCode::Esc {
            self.mode = Mode::Filter;
        }
        self.changed();
        Action::None
    }

    fn command(&mut self, key: KeyCode) -> Action {
        self.message = None;
        match key {
            KeyCode::Char('?' | 'h') => {
                self.help = Scroll::default();
                self.mode = Mode::Help;
            }
            KeyCode::Char('c') => self.ask_to_cancel(),
            KeyCode::Char('u') => return Action::Reload,
            _ if self.opened.is_some() => return self.command_of_job(key),
            KeyCode::Char('q') => return Action::Quit,
            KeyCode::Enter | KeyCode::Right => return self.open(),
            KeyCode::Char('/') => self.mode = Mode::Filter,
            KeyCode::Esc => {
                self.filter.clear();
                self.changed();
            }
            KeyCode::Char('a') => {
                self.only_unfinished = !self.only_unfinished;
                self.changed();
            }
            KeyCode::Char('s') => {
                self.sort = self.sort.next();
                self.descending = self.sort.is_descending();
                self.changed();
            }
            KeyCode::Char('r') => {
                self.descending = !self.descending;
                self.changed();
            }
            key => {
                if let Some(by) = moved_by(key, self.page) {
                    self.choose(by);
                }
            }
        }
        Action::None
    }

    fn command_of_job(&mut self, key: KeyCode) -> Action {
        let Some(opened) = &mut self.opened else {
            return Action::None;
        };
        match key {
            KeyCode::Esc | KeyCode::Left | KeyCode::Backspace | KeyCode::Char('q') => {
                self.opened = None;
            }
            KeyCode::Tab => {
                opened.pane = match opened.pane {
                    Pane::All => Pane::Details,
                    Pane::Details => Pane::Chart,
                    Pane::Chart => Pane::Events,
                    Pane::Events => Pane::All,
                };
                opened.scroll = 0;
            }
            KeyCode::Up | KeyCode::Char('k') => scroll(opened, -1),
            KeyCode::Down | KeyCode::Char('j') => scroll(opened, 1),
            KeyCode::PageUp => scroll(opened, -10),
            KeyCode::PageDown | KeyCode::Char(' ') => scroll(opened, 10),
            KeyCode::Home => opened.scroll = 0,
            _ => {}
        }
        Action::None
    }

    fn choose(&mut self, by: isize) {
        let last = self.rows().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(by).min(last);
    }

    fn open(&mut self) -> Action {
        let Some(id) = self.row(self.chosen).map(super::Entry::id) else {
            return Action::None;
        };
        self.opened = Some(Opened {
            id: id.clone(),
            pane: Pane::All,
            scroll: 0,
            details: None,
        });
        Action::Fetch(id)
    }

    fn ask_to_cancel(&mut self) {
        let Some(entry) = self.current() else { return };
        if entry.job.status.is_terminal() {
            let message = format!("{} has ended: {}", entry.job.id, entry.job.status);
            self.message = Some(message);
            return;
        }
        self.mode = Mode::Confirm(entry.id());
    }

    /// What is shown may be other rows now.
    fn changed(&mut self) {
        self.is_stale = true;
    }
}

/// Scrolls towards the end of the details, or the start of the log.
fn scroll(opened: &mut Opened, by: i16) {
    let by = match opened.pane {
        Pane::Events | Pane::All => -by,
        Pane::Details | Pane::Chart => by,
    };
    opened.scroll = opened.scroll.saturating_add_signed(by).min(2_000);
}
