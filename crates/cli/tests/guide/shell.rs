//! A shell that runs a page's commands one after the other, as its reader does.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::support::User;

/// The addresses that the guide writes, which may be taken on this machine.
const PORTS: [&str; 4] = [
    "127.0.0.1:8080",
    "127.0.0.1:8081",
    "127.0.0.1:9100",
    "127.0.0.1:9101",
];
/// What a server prints when it listens.
const READY: &str = "Ctrl-C stops ";

/// An address that nothing uses: below the ports that connections are given.
fn free_address() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + (std::process::id().wrapping_mul(37) % 10_000 + count) % 10_000;
        let address = format!("127.0.0.1:{port}");
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

pub struct Shell<'u> {
    user: &'u User,
    child: Child,
    typed: ChildStdin,
    codes: BufReader<ChildStdout>,
    /// An address of the guide, and the one that is used.
    addresses: Vec<(&'static str, String)>,
    count: usize,
}

impl<'u> Shell<'u> {
    pub fn start(user: &'u User) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_unitune"));
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", program.parent().unwrap().display());
        let mut child = Command::new("bash")
            .arg("--norc")
            .env_clear()
            .envs(user.environment())
            .env("PATH", path)
            .current_dir(user.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            user,
            typed: child.stdin.take().unwrap(),
            codes: BufReader::new(child.stdout.take().unwrap()),
            child,
            addresses: PORTS.map(|guide| (guide, free_address())).into(),
            count: 0,
        }
    }

    /// The guide's text with the addresses that are used here.
    pub fn here(&self, text: &str) -> String {
        let addresses = self.addresses.iter();
        addresses.fold(text.to_owned(), |text, (guide, here)| {
            text.replace(guide, here)
        })
    }

    fn there(&self, text: &str) -> String {
        let addresses = self.addresses.iter();
        addresses.fold(text.to_owned(), |text, (guide, here)| {
            text.replace(here.as_str(), guide)
        })
    }

    /// Runs a command: its output, stdout and stderr as they come, and its exit code.
    /// One that ends with `&` goes on, and has printed where it listens.
    pub fn run(&mut self, command: &str) -> (String, i32) {
        self.count += 1;
        let output = self.user.path(&format!(".output-{}", self.count));
        let command = self.here(command);
        let line = format!(
            "{{\n{command}\n}} > {} 2>&1 < /dev/null\necho \"$?\"\n",
            output.display()
        );
        self.typed.write_all(line.as_bytes()).unwrap();
        self.typed.flush().unwrap();
        let mut code = String::new();
        self.codes.read_line(&mut code).unwrap();
        let code = code.trim().parse();
        let code = code.unwrap_or_else(|_| panic!("the shell has ended at {command:?}"));
        let read = || std::fs::read_to_string(&output).unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        while command.trim_end().ends_with('&') && !read().contains(READY) {
            assert!(
                Instant::now() < end,
                "{command:?} does not listen:\n{}",
                read()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        // What a server says beside it comes at once.
        if command.trim_end().ends_with('&') {
            std::thread::sleep(Duration::from_millis(500));
        }
        (self.there(&read()), code)
    }
}

impl Drop for Shell<'_> {
    fn drop(&mut self) {
        // Its servers were started by it, and end with it.
        let _ = self.typed.write_all(b"kill $(jobs -p) 2>/dev/null\nexit\n");
        let _ = self.child.wait();
    }
}
