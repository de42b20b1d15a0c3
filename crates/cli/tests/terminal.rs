//! What the program prints on a terminal: lines that fit, and colours.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The program's output on a terminal of so many columns and rows.
fn on_terminal(arguments: &[&str], columns: u16, rows: u16, colour: bool) -> String {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let name = OsStr::from_bytes(name.to_bytes());
    let terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .open(name)
        .unwrap();
    let size = Winsize {
        ws_col: columns,
        ws_row: rows,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&terminal, size).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_unitune"));
    command.args(arguments).env_clear();
    if !colour {
        command.env("NO_COLOR", "1");
    }
    command
        .stdin(Stdio::null())
        .stdout(terminal)
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // It holds the terminal open.
    drop(command);
    let mut output = Vec::new();
    let mut chunk = [0; 4096];
    let mut controller = File::from(controller);
    // At the end there is an error, or nothing.
    while let Ok(length @ 1..) = controller.read(&mut chunk) {
        output.extend_from_slice(&chunk[..length]);
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(output).unwrap().replace("\r\n", "\n")
}

const LIST: [&str; 3] = ["jobs", "list", "--sandbox"];
const GET: [&str; 4] = [
    "jobs",
    "get",
    "ft-72c526e5-04bf-4e99-8dcb-fc4837f454da",
    "--sandbox",
];

#[test]
fn a_list_and_a_card_at_80_columns() {
    insta::assert_snapshot!("list_at_80_columns", on_terminal(&LIST, 80, 24, false));
    insta::assert_snapshot!("card_at_80_columns", on_terminal(&GET, 80, 24, false));
}

#[test]
fn no_line_of_a_list_is_wider_than_the_terminal() {
    for columns in [60, 80, 120, 200] {
        let shown = on_terminal(&LIST, columns, 24, false);
        assert!(shown.lines().count() > 20, "{shown}");
        assert!(!shown.contains("\n\n"), "{shown}");
        for line in shown.lines() {
            let width = line.chars().count();
            assert!(width <= usize::from(columns), "{columns}: {line}");
        }
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = on_terminal(&LIST, 80, 24, true);
    assert!(
        coloured.contains("\u{1b}[31mfailed\u{1b}[0m\n"),
        "{coloured}"
    );
    assert!(!coloured.contains(" \u{1b}[0m"), "{coloured}");
    let mut plain = String::new();
    for (n, part) in coloured.split("\u{1b}[").enumerate() {
        plain.push_str(if n == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        });
    }
    assert_eq!(plain, on_terminal(&LIST, 80, 24, false));
}
