//! The terminal in full-screen mode: set on opening, and restored on closing, also
//! after an error, a signal or a panic.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event};
use ratatui::{DefaultTerminal, Frame};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::exit::{Exit, Failure};

/// How long the thread that reads keys waits before it looks whether it is still
/// needed.
const KEY_WAIT: Duration = Duration::from_millis(100);

/// A terminal that is used as a full screen as long as this lives.
pub struct Screen {
    terminal: DefaultTerminal,
    events: UnboundedReceiver<Event>,
    is_closed: Arc<AtomicBool>,
    signals: Signals,
}

/// Returns true where a full screen can be shown and keys can be read.
pub fn can_open() -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !is_dumb
}

/// What happens to a full screen.
pub enum Input {
    /// A key, or another size.
    Event(Event),
    /// The program is to end, or its terminal is gone.
    End,
}

impl Screen {
    /// Takes the terminal. From here on a panic gives it back before it is
    /// reported.
    ///
    /// # Errors
    ///
    /// The terminal cannot be used.
    pub fn open() -> Result<Self, Failure> {
        let signals = Signals::new().map_err(|e| failed(&e))?;
        let terminal = ratatui::try_init().map_err(|e| {
            // A part of it may be done.
            ratatui::restore();
            failed(&e)
        })?;
        let (send, events) = unbounded_channel();
        let is_closed = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&is_closed);
        std::thread::spawn(move || {
            while !closed.load(Ordering::Relaxed) {
                let event = match event::poll(KEY_WAIT) {
                    Ok(true) => event::read(),
                    Ok(false) => continue,
                    Err(error) => Err(error),
                };
                // A terminal that is gone ends the view: the channel closes.
                let Ok(event) = event else { return };
                if send.send(event).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            terminal,
            events,
            is_closed,
            signals,
        })
    }

    /// Draws a frame.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> Result<(), Failure> {
        self.terminal.draw(draw).map_err(|e| failed(&e))?;
        Ok(())
    }

    /// Waits for a key, another size, or a signal.
    pub async fn input(&mut self) -> Input {
        tokio::select! {
            event = self.events.recv() => event.map_or(Input::End, Input::Event),
            () = self.signals.next() => Input::End,
        }
    }

    /// Returns a key that is there already.
    pub fn waiting_input(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::Relaxed);
        ratatui::restore();
        // Some terminals show a hidden cursor only then.
        let _ = std::io::stdout().flush();
    }
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Failure,
        format!("cannot use the terminal as a full screen: {error}"),
    )
}

/// Signals that ask the program to end, and would leave the terminal as it is.
struct Signals {
    #[cfg(unix)]
    all: [tokio::signal::unix::Signal; 4],
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        #[cfg(unix)]
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            #[cfg(unix)]
            all: [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
                signal(SignalKind::quit())?,
            ],
        })
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate, hangup, quit] = &mut self.all;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
                _ = quit.recv() => {}
            }
        }
        #[cfg(not(unix))]
        std::future::pending::<()>().await;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    const INNER: &str = "full_screen::screen::tests::panics_on_a_full_screen";

    #[tokio::test]
    #[ignore = "run on a terminal by a_panic_gives_the_terminal_back"]
    async fn panics_on_a_full_screen() {
        if !can_open() {
            return;
        }
        let mut screen = Screen::open().unwrap();
        screen
            .draw(|frame| frame.render_widget("on the full screen", frame.area()))
            .unwrap();
        panic!("this is the test's");
    }

    #[test]
    fn a_panic_gives_the_terminal_back() {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let before = format!("{:?}", pair.master.get_termios().unwrap().local_flags);
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", INNER, "--nocapture"]);
        command.env("TERM", "xterm-256color");
        // A backtrace would push the message off the screen.
        command.env("RUST_BACKTRACE", "0");
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        // At the end there is an error, or nothing.
        while let Ok(length @ 1..) = reader.read(&mut piece) {
            bytes.extend_from_slice(&piece[..length]);
        }
        assert!(!child.wait().unwrap().success());
        let mut parser = vt100::Parser::default();
        parser.process(&bytes);
        let shown = parser.screen().contents();
        assert!(!parser.screen().alternate_screen() && !parser.screen().hide_cursor());
        assert!(shown.contains("this is the test's"), "{shown}");
        let seen = String::from_utf8_lossy(&bytes);
        let entered = seen.find("\u{1b}[?1049h");
        assert!(
            entered.is_some() && entered < seen.find("this is the test's"),
            "{seen}"
        );
        let after = format!("{:?}", pair.master.get_termios().unwrap().local_flags);
        assert_eq!(after, before);
    }
}
