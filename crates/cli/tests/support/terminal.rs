//! The program on a terminal: what is shown, and what is typed.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long something is waited for that has to come.
const WAIT: Duration = Duration::from_secs(60);
/// How long nothing is written until a frame counts as whole.
const QUIET: Duration = Duration::from_millis(700);

/// A program that runs on a terminal of its own.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    typed: Box<dyn Write + Send>,
    pieces: Receiver<Vec<u8>>,
    seen: String,
    bytes: Vec<u8>,
    unread: Vec<u8>,
    size: (u16, u16),
    /// The terminal's settings before the program started.
    #[cfg(unix)]
    found: String,
    _terminal: Box<dyn MasterPty + Send>,
}

impl Session {
    pub fn start(
        arguments: &[&str],
        (columns, rows): (u16, u16),
        environment: &[(String, String)],
    ) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        #[cfg(unix)]
        let found = settings(&*pair.master);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_unitune"));
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, pieces) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            // At the end there is an error, or nothing.
            while let Ok(length @ 1..) = reader.read(&mut piece) {
                if send.send(piece[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            typed: pair.master.take_writer().unwrap(),
            pieces,
            seen: String::new(),
            bytes: Vec::new(),
            unread: Vec::new(),
            size: (columns, rows),
            #[cfg(unix)]
            found,
            _terminal: pair.master,
        }
    }

    /// Waits until the terminal no longer shows what is typed.
    #[cfg(unix)]
    pub fn wait_for_no_echo(&self) {
        /// `ECHO` of termios, on Linux and macOS.
        const ECHO: u64 = 0o10;
        let end = Instant::now() + WAIT;
        let shows = || {
            let settings = self._terminal.get_termios();
            settings.is_none_or(|all| u64::from(all.local_flags.bits()) & ECHO != 0)
        };
        while shows() {
            assert!(Instant::now() < end, "what is typed is still shown");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a text stands on the terminal.
    pub fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + WAIT;
        while !self.seen.contains(text) {
            let left = end.saturating_duration_since(Instant::now());
            match self.pieces.recv_timeout(left) {
                Ok(piece) => self.take(&piece),
                Err(_) => panic!("{text:?} did not come:\n{}", self.seen),
            }
        }
    }

    fn take(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        self.unread.extend_from_slice(piece);
        // A piece may end within a character.
        let whole = match std::str::from_utf8(&self.unread) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.unread.len(),
        };
        let text: Vec<u8> = self.unread.drain(..whole).collect();
        self.seen.push_str(&String::from_utf8_lossy(&text));
    }

    /// What stands on the terminal now.
    pub fn screen(&self) -> vt100::Parser {
        let (columns, rows) = self.size;
        let size = |n| std::num::NonZeroU16::new(n).unwrap();
        let mut parser = vt100::Parser::new(size(rows), size(columns), 0);
        parser.process(&self.bytes);
        parser
    }

    /// The lines that stand on the terminal, once they are as wanted and have not
    /// changed for a while.
    pub fn frame(&mut self, is_wanted: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + WAIT;
        loop {
            let text = self.screen().screen().contents();
            match self.pieces.recv_timeout(QUIET) {
                Ok(piece) => self.take(&piece),
                Err(_) if is_wanted(&text) => {
                    let lines = text.lines().map(str::trim_end);
                    return lines.collect::<Vec<_>>().join("\n");
                }
                Err(_) => assert!(Instant::now() < end, "this was not wanted:\n{text}"),
            }
        }
    }

    /// Waits until something is written, and returns how long it took.
    pub fn wait_for_output(&mut self) -> Duration {
        let start = Instant::now();
        let piece = self.pieces.recv_timeout(WAIT).expect("nothing was written");
        let took = start.elapsed();
        self.take(&piece);
        took
    }

    /// Takes what was written until now.
    pub fn catch_up(&mut self) {
        while let Ok(piece) = self.pieces.try_recv() {
            self.take(&piece);
        }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Ends it, and checks that the terminal is as a program finds it: no other
    /// screen, a cursor, and its settings. Returns what stands there,
    /// and the exit code.
    #[cfg(unix)]
    pub fn end_as_found(mut self) -> (String, u32) {
        let end = Instant::now() + WAIT;
        let status = self.child.wait().unwrap();
        let now = || settings(&*self._terminal);
        while now() != self.found {
            assert!(Instant::now() < end, "{} {}", now(), self.found);
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(QUIET);
        self.catch_up();
        let parser = self.screen();
        let screen = parser.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        (screen.contents(), status.exit_code())
    }

    /// Types a text; `\u{3}` is Ctrl-C.
    pub fn send(&mut self, text: &str) {
        self.typed.write_all(text.as_bytes()).unwrap();
        self.typed.flush().unwrap();
    }

    /// Waits for the end: everything that was shown, and the exit code.
    pub fn end(mut self) -> (String, u32) {
        let end = Instant::now() + WAIT;
        while let Ok(piece) = self
            .pieces
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.take(&piece);
        }
        let status = self.child.wait().unwrap();
        if let Some(signal) = status.signal() {
            self.seen
                .push_str(&format!("\nended by the signal: {signal}"));
        }
        (self.seen.replace("\r\n", "\n"), status.exit_code())
    }
}

/// How a terminal treats what is typed.
#[cfg(unix)]
fn settings(terminal: &dyn MasterPty) -> String {
    let all = terminal.get_termios().unwrap();
    format!("{:?}", (all.local_flags, all.input_flags, all.output_flags))
}
