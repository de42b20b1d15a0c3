//! How fast `unitune top` is with 1,000 jobs, as a whole process on a terminal:
//! `cargo bench -p unitune-cli --bench top`
#![cfg(unix)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use support::User;
use support::terminal::Session;

const JOBS: usize = 1_000;
/// How often each key is pressed.
const PRESSES: usize = 200;

fn main() {
    // `cargo test --benches` only asks whether it runs.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let user = User::with(|builder| builder.jobs(JOBS).speed(0.0));
    let arguments = ["top", "--interval", "60s"];
    let start = Instant::now();
    let mut session = Session::start(&arguments, (80, 24), &user.environment());
    session.wait_for("\u{1b}[?1049h");
    println!(
        "{:<40} {:>9.1} ms",
        "first frame",
        milliseconds(start.elapsed())
    );
    let head = loop {
        session.wait_for_output();
        let text = session.screen().screen().contents();
        if text.contains(" jobs") && !text.contains("listing") {
            break text.lines().next().unwrap_or_default().to_owned();
        }
    };
    println!(
        "{:<40} {:>9.1} ms",
        "all jobs are listed",
        milliseconds(start.elapsed())
    );
    println!("{head}");
    // The first watch of each job is not what is measured.
    std::thread::sleep(Duration::from_secs(5));
    for (title, keys) in [
        ("choose the next job (j)", "j"),
        ("a page further and back", " \u{1b}[5~"),
        ("sort by another column (s)", "s"),
        ("reverse the order (r)", "r"),
        ("open a job, and go back", "\r\u{1b}"),
    ] {
        let mut times: Vec<Duration> = (0..PRESSES).map(|_| press(&mut session, keys)).collect();
        times.sort();
        println!(
            "{title:<40} {:>9.2} ms, 99 of 100 within {:>6.2} ms",
            milliseconds(times[PRESSES / 2]),
            milliseconds(times[PRESSES * 99 / 100])
        );
    }
    session.send("q");
    assert_eq!(session.end().1, 0);
}

/// Presses keys, and returns how long it takes until the screen changes.
fn press(session: &mut Session, keys: &str) -> Duration {
    // What the second before has brought is not this key's.
    std::thread::sleep(Duration::from_millis(2));
    session.catch_up();
    session.send(keys);
    session.wait_for_output()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
