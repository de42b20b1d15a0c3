//! The pictures of the guide, from what the program shows and draws.

use std::fmt::Write;

use super::{is_update, root, source};
use crate::support::User;
use crate::support::terminal::Session;

/// Jobs of the sandbox's first seed.
const OPENAI: &str = "ftjob-pRAnmioZd4z4wA0B13dj7KWl";
const TOGETHER: &str = "ft-8c4e8998-f412-4b9d-98fb-c84f1b7245ff";

/// The width and the height of a character, and the edge around the terminal.
const CELL: (f64, f64) = (8.4, 18.0);
const EDGE: f64 = 14.0;
/// The bar above it, with the command.
const BAR: f64 = 30.0;
const BACKGROUND: &str = "#14181f";
const TEXT: &str = "#d5dbe3";
/// The terminal's sixteen colours.
const COLOURS: [&str; 16] = [
    "#5b6472", "#f0716f", "#7cc47f", "#e0b45c", "#6ca9f0", "#c68be0", "#5cc3c6", "#d5dbe3",
    "#8791a0", "#ff8f8c", "#97dd9a", "#f2cb7c", "#8dc0ff", "#dba8f2", "#7fdde0", "#ffffff",
];

/// How a character is drawn.
#[derive(Clone, PartialEq)]
struct Style {
    text: String,
    background: Option<String>,
    is_bold: bool,
    is_dim: bool,
}

fn colour(colour: vt100::Color) -> Option<String> {
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Idx(at) => {
            let found = COLOURS.get(usize::from(at));
            Some(
                found
                    .unwrap_or_else(|| panic!("a colour for {at}"))
                    .to_string(),
            )
        }
        vt100::Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
    }
}

fn style(cell: &vt100::Cell) -> Style {
    let (mut text, mut background) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    if cell.inverse() {
        (text, background) = (
            Some(background.unwrap_or_else(|| BACKGROUND.to_owned())),
            Some(text.unwrap_or_else(|| TEXT.to_owned())),
        );
    }
    Style {
        text: text.unwrap_or_else(|| TEXT.to_owned()),
        background,
        is_bold: cell.bold(),
        is_dim: cell.dim(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What stands on a terminal, as an SVG document. Each run of characters has the
/// width of its columns, so that every font is in line.
fn picture(command: &str, screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let lines: Vec<String> = screen.rows(0, columns).collect();
    let used = lines.iter().rposition(|line| !line.trim().is_empty());
    let used = rows.min(used.map_or(0, |at| at as u16 + 1));
    let width = f64::from(columns) * CELL.0 + 2.0 * EDGE;
    let height = f64::from(used) * CELL.1 + BAR + 2.0 * EDGE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" \
         font-size=\"14\">\n<title>{0}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n\
         <rect width=\"100%\" height=\"{BAR}\" rx=\"8\" fill=\"#232a35\"/>\n\
         <text x=\"{EDGE}\" y=\"20\" fill=\"#97a3b4\">$ {0}</text>\n",
        escape(command)
    );
    for row in 0..used {
        let mut at = 0;
        while at < columns {
            let start = at;
            let first = style(screen.cell(row, at).unwrap());
            let mut text = String::new();
            while let Some(cell) = screen.cell(row, at).filter(|cell| style(cell) == first) {
                text.push_str(if cell.has_contents() {
                    cell.contents()
                } else {
                    " "
                });
                at += 1;
            }
            run(&mut svg, (row, start), (at - start, &text), &first);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn run(svg: &mut String, (row, column): (u16, u16), (length, text): (u16, &str), style: &Style) {
    let x = EDGE + f64::from(column) * CELL.0;
    let y = BAR + EDGE + f64::from(row) * CELL.1;
    if let Some(background) = &style.background {
        writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{}\" fill=\"{background}\"/>",
            f64::from(length) * CELL.0,
            CELL.1
        )
        .unwrap();
    }
    let shown = text.trim_end();
    let skipped = shown.chars().take_while(|letter| *letter == ' ').count();
    let shown = shown.trim_start();
    if shown.is_empty() {
        return;
    }
    let weight = if style.is_bold {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let opacity = if style.is_dim {
        " opacity=\"0.65\""
    } else {
        ""
    };
    writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         xml:space=\"preserve\" fill=\"{}\"{weight}{opacity}>{}</text>",
        x + skipped as f64 * CELL.0,
        y + 13.5,
        shown.chars().count() as f64 * CELL.0,
        style.text,
        escape(shown)
    )
    .unwrap();
}

/// Compares a picture with the committed one, or writes it.
fn compare(name: &str, drawn: &str) -> Option<String> {
    let path = source().join("images").join(name);
    if std::fs::read_to_string(&path).is_ok_and(|committed| committed == drawn) {
        return None;
    }
    if is_update() {
        std::fs::write(&path, drawn).unwrap();
        return None;
    }
    // What was drawn is beside the build, to look at.
    let other = root().join("target").join(name);
    let _ = std::fs::write(&other, drawn);
    Some(format!(
        "{name} shows something else than {}",
        other.display()
    ))
}

/// A page's picture: its name, the command, the size, and when it is as wanted.
type Shot = (
    &'static str,
    &'static [&'static str],
    (u16, u16),
    &'static [(&'static str, &'static str)],
);

/// What is typed, after which the text beside it is waited for; the first is waited
/// for without typing.
const SHOTS: [Shot; 5] = [
    (
        "terminal-list.svg",
        &[
            "jobs",
            "list",
            "--limit",
            "24",
            "--columns",
            "account,id,model,status",
        ],
        (118, 40),
        &[("", "there are more jobs")],
    ),
    (
        "terminal-job.svg",
        &["jobs", "get", OPENAI, "--utc"],
        (90, 44),
        &[("", "Training file")],
    ),
    (
        "terminal-chart.svg",
        &["jobs", "metrics", OPENAI, TOGETHER, "--chart"],
        (90, 34),
        &[("", "step")],
    ),
    (
        "terminal-top.svg",
        &[
            "top",
            "-a",
            "openai",
            "-a",
            "together",
            "--interval",
            "200ms",
        ],
        (100, 26),
        &[("", "50%")],
    ),
    (
        "terminal-top-job.svg",
        &[
            "top",
            "-a",
            "openai",
            "-a",
            "together",
            "--interval",
            "200ms",
        ],
        (100, 30),
        &[
            ("", "50%"),
            ("/together running\r", " shown"),
            ("j\r", "Training begins"),
        ],
    ),
];

#[test]
fn pictures_show_what_the_program_does() {
    let user = User::with(|builder| builder.speed(0.0));
    let mut faults = Vec::new();
    for (name, arguments, size, steps) in SHOTS {
        let mut session = Session::start(arguments, size, &user.environment());
        for (typed, wanted) in steps {
            session.send(typed);
            session.frame(|frame| frame.contains(wanted) && !frame.contains("listing"));
        }
        let parser = session.screen();
        let shown = arguments
            .iter()
            .filter(|word| !["--interval", "200ms"].contains(word));
        let command = format!("unitune {}", shown.copied().collect::<Vec<_>>().join(" "));
        faults.extend(compare(name, &picture(&command, parser.screen())));
        if arguments[0] == "top" {
            session.send("\u{3}");
        }
        session.end();
    }
    let file = "chart-loss.svg";
    user.expect(0, &["jobs", "metrics", OPENAI, TOGETHER, "--plot", file]);
    let drawn = std::fs::read_to_string(user.path(file)).unwrap();
    faults.extend(compare(file, &drawn));
    assert!(
        faults.is_empty(),
        "{}\nUPDATE_GUIDE=1 takes them over: look at them first",
        faults.join("\n")
    );
}
