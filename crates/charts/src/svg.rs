//! Writes a layout as an SVG document.

use std::fmt::Write as _;

#[cfg(feature = "png")]
use crate::font::{self, Weight};
use crate::layout::{Key, LEGEND_LINE, Layout, PixelPoint, PlacedSeries, TEXT_SIZE, TITLE_SIZE};
use crate::theme::{Colours, Marker, Theme, dashes, marker};

/// The fonts of a text: the one that PNG pictures have, and those that are as
/// wide.
const FONTS: &str = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif";
const MARK: f64 = 4.5;

/// How the document says what stands in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// As text, which can be searched and read out.
    Text,
    /// As paths, for a renderer that has no fonts.
    #[cfg(feature = "png")]
    Paths,
}

/// A line of text in its place.
struct Line<'a> {
    at: PixelPoint,
    anchor: Anchor,
    size: f64,
    colour: &'a str,
    text: &'a str,
    is_bold: bool,
    /// Whether it is read from the bottom to the top.
    is_upright: bool,
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    /// Returns the name of it, and which share of the text stands before its place.
    fn name_and_share(self) -> (&'static str, f64) {
        match self {
            Self::Start => ("start", 0.0),
            Self::Middle => ("middle", 0.5),
            Self::End => ("end", 1.0),
        }
    }
}

/// Returns the document; its description is `description`.
pub fn document(layout: &Layout, theme: Theme, letters: Letters, description: &str) -> String {
    let mut svg = Svg {
        text: String::new(),
        theme,
        letters,
        colours: theme.colours(),
    };
    svg.open(layout, description);
    svg.frame(layout);
    for series in &layout.series {
        svg.series(layout, series);
    }
    svg.legend(layout);
    if let Some(remark) = &layout.remark {
        let is_empty = layout.series.iter().all(|series| series.lines.is_empty());
        let (x, y) = match is_empty {
            true => (
                (layout.left + layout.right) / 2.0,
                (layout.top + layout.bottom) / 2.0,
            ),
            false => (
                (layout.left + layout.right) / 2.0,
                f64::from(layout.size.height) - 12.0,
            ),
        };
        let colour = svg.colours.muted;
        svg.label(PixelPoint { x, y }, Anchor::Middle, colour, remark);
    }
    svg.text.push_str("</svg>\n");
    svg.text
}

struct Svg {
    text: String,
    theme: Theme,
    letters: Letters,
    colours: Colours,
}

impl Svg {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a text does not fail.
        let _ = self.text.write_fmt(line);
        self.text.push('\n');
    }

    fn open(&mut self, layout: &Layout, description: &str) {
        let (width, height) = (layout.size.width, layout.size.height);
        self.line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" font-family="{FONTS}">"#
        ));
        self.line(format_args!("<title>{}</title>", escaped(&layout.title)));
        self.line(format_args!("<desc>{}</desc>", escaped(description)));
        let background = self.colours.background;
        self.line(format_args!(
            r#"<rect width="{width}" height="{height}" fill="{background}"/>"#
        ));
        let title = Line {
            at: PixelPoint { x: 24.0, y: 34.0 },
            anchor: Anchor::Start,
            size: TITLE_SIZE,
            colour: self.colours.text,
            text: &layout.title,
            is_bold: true,
            is_upright: false,
        };
        self.words(&title);
    }

    fn label(&mut self, at: PixelPoint, anchor: Anchor, colour: &str, text: &str) {
        self.words(&Line {
            at,
            anchor,
            size: TEXT_SIZE,
            colour,
            text,
            is_bold: false,
            is_upright: false,
        });
    }

    fn words(&mut self, line: &Line<'_>) {
        match self.letters {
            Letters::Text => self.words_as_text(line),
            #[cfg(feature = "png")]
            Letters::Paths => self.words_as_path(line),
        }
    }

    fn words_as_text(&mut self, line: &Line<'_>) {
        let (PixelPoint { x, y }, size, colour) = (line.at, line.size, line.colour);
        let (anchor, _) = line.anchor.name_and_share();
        let place = match line.is_upright {
            true => format!(r#"transform="translate({x} {y:.1}) rotate(-90)""#),
            false => format!(r#"x="{x:.1}" y="{y:.1}""#),
        };
        if line.is_bold {
            self.text.push_str("<g font-weight=\"bold\">");
        }
        self.line(format_args!(
            r#"<text {place} font-size="{size}" text-anchor="{anchor}" fill="{colour}">{}</text>"#,
            escaped(line.text)
        ));
        if line.is_bold {
            self.text.push_str("</g>\n");
        }
    }

    #[cfg(feature = "png")]
    fn words_as_path(&mut self, line: &Line<'_>) {
        let (PixelPoint { x, y }, colour) = (line.at, line.colour);
        let weight = match line.is_bold {
            true => Weight::Bold,
            false => Weight::Regular,
        };
        let text: String = line.text.chars().map(printable).collect();
        let outline = font::outline(&text, weight);
        let (_, share) = line.anchor.name_and_share();
        let start = -share * outline.width;
        let turned = if line.is_upright { " rotate(-90)" } else { "" };
        let scale = line.size / font::UNITS;
        self.line(format_args!(
            r#"<path transform="translate({x:.1} {y:.1}){turned} scale({scale} -{scale}) translate({start} 0)" d="{}" fill="{colour}"/>"#,
            outline.path
        ));
    }

    fn stroke(&mut self, from: PixelPoint, to: PixelPoint, style: &str) {
        self.line(format_args!(
            r#"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" {style}/>"#,
            from.x, from.y, to.x, to.y
        ));
    }

    fn frame(&mut self, layout: &Layout) {
        let Colours {
            text, muted, grid, ..
        } = self.colours;
        let (left, right, top, bottom) = (layout.left, layout.right, layout.top, layout.bottom);
        let at = |x, y| PixelPoint { x, y };
        for tick in &layout.y_ticks {
            let style = format!(r#"stroke="{grid}""#);
            self.stroke(at(left, tick.at), at(right, tick.at), &style);
            let place = at(left - 8.0, tick.at + TEXT_SIZE * 0.36);
            self.label(place, Anchor::End, muted, &tick.label);
        }
        for tick in &layout.x_ticks {
            let style = format!(r#"stroke="{muted}""#);
            self.stroke(at(tick.at, bottom), at(tick.at, bottom + 5.0), &style);
            let place = at(tick.at, bottom + 21.0);
            self.label(place, Anchor::Middle, muted, &tick.label);
        }
        let style = format!(r#"stroke="{muted}""#);
        self.stroke(at(left, bottom), at(right, bottom), &style);
        self.stroke(at(left, top), at(left, bottom), &style);
        let middle = at((left + right) / 2.0, bottom + 44.0);
        self.label(middle, Anchor::Middle, text, &layout.x_title);
        self.words(&Line {
            at: at(24.0, (top + bottom) / 2.0),
            anchor: Anchor::Middle,
            size: TEXT_SIZE,
            colour: text,
            text: &layout.y_title,
            is_bold: false,
            is_upright: true,
        });
    }

    fn series(&mut self, layout: &Layout, series: &PlacedSeries) {
        let colour = self.theme.curve(series.number);
        for line in &series.behind {
            self.curve(
                line,
                &format!(r#"stroke="{colour}" stroke-width="1" stroke-opacity="0.35""#),
            );
        }
        for (before, after) in &series.gaps {
            self.stroke(*before, *after, &gap(colour));
        }
        for restart in &series.restarts {
            let (top, bottom) = (layout.top, layout.bottom);
            let style = restarted(colour);
            let x = restart.x;
            self.stroke(
                PixelPoint { x, y: top },
                PixelPoint { x, y: bottom },
                &style,
            );
        }
        for line in &series.lines {
            self.curve(line, &curve_style(colour, series.number));
        }
        for mark in &series.marks {
            self.mark(*mark, series.number);
        }
    }

    fn curve(&mut self, line: &[PixelPoint], style: &str) {
        if line.len() < 2 {
            return;
        }
        let mut points = String::new();
        for place in line {
            let _ = write!(points, "{:.1},{:.1} ", place.x, place.y);
        }
        self.line(format_args!(
            r#"<polyline points="{}" fill="none" stroke-linejoin="round" stroke-linecap="round" {style}/>"#,
            points.trim_end()
        ));
    }

    fn mark(&mut self, at: PixelPoint, number: usize) {
        let (colour, background) = (self.theme.curve(number), self.colours.background);
        let PixelPoint { x, y } = at;
        let r = MARK;
        let style = format!(r#"fill="{background}" stroke="{colour}" stroke-width="1.8""#);
        match marker(number) {
            Marker::Circle => self.line(format_args!(
                r#"<circle cx="{x:.1}" cy="{y:.1}" r="{:.1}" {style}/>"#,
                r - 0.5
            )),
            Marker::Square => self.line(format_args!(
                r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" {style}/>"#,
                x - r + 0.7,
                y - r + 0.7,
                2.0 * r - 1.4,
                2.0 * r - 1.4
            )),
            Marker::Triangle => self.line(format_args!(
                r#"<path d="M{x:.1} {:.1}L{:.1} {:.1}H{:.1}Z" {style}/>"#,
                y - r,
                x + r,
                y + r * 0.8,
                x - r
            )),
            Marker::Diamond => self.line(format_args!(
                r#"<path d="M{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}L{:.1} {y:.1}Z" {style}/>"#,
                y - r - 0.5,
                x + r + 0.5,
                y + r + 0.5,
                x - r - 0.5
            )),
            Marker::Cross => self.line(format_args!(
                r#"<path d="M{:.1} {:.1}L{:.1} {:.1}M{:.1} {:.1}L{:.1} {:.1}" {style}/>"#,
                x - r + 0.7,
                y - r + 0.7,
                x + r - 0.7,
                y + r - 0.7,
                x - r + 0.7,
                y + r - 0.7,
                x + r - 0.7,
                y - r + 0.7
            )),
        }
    }

    fn legend(&mut self, layout: &Layout) {
        let Colours { text, muted, .. } = self.colours;
        for entry in &layout.legend {
            let PixelPoint { x, y } = entry.at;
            let middle = y - TEXT_SIZE * 0.36;
            let at = |x: f64, y: f64| PixelPoint { x, y };
            match entry.key {
                Key::Series(n) => {
                    let style = curve_style(self.theme.curve(n), n);
                    self.stroke(at(x, middle), at(x + LEGEND_LINE, middle), &style);
                    self.mark(at(x + LEGEND_LINE / 2.0, middle), n);
                }
                Key::Gap => {
                    self.stroke(at(x, middle), at(x + LEGEND_LINE, middle), &gap(muted));
                }
                Key::Restart => {
                    let x = x + LEGEND_LINE / 2.0;
                    self.stroke(at(x, y - 14.0), at(x, y + 4.0), &restarted(muted));
                }
            }
            let place = at(x + LEGEND_LINE + 8.0, y);
            self.label(place, Anchor::Start, text, &entry.text);
        }
    }
}

fn curve_style(colour: &str, number: usize) -> String {
    match dashes(number) {
        "" => format!(r#"stroke="{colour}" stroke-width="2.2""#),
        dashes => format!(r#"stroke="{colour}" stroke-width="2.2" stroke-dasharray="{dashes}""#),
    }
}

fn gap(colour: &str) -> String {
    format!(r#"stroke="{colour}" stroke-width="1.2" stroke-dasharray="1 5" stroke-linecap="round""#)
}

fn restarted(colour: &str) -> String {
    format!(r#"stroke="{colour}" stroke-width="1.4" stroke-dasharray="5 4""#)
}

/// Returns a text as it may stand in XML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(printable(c)),
        }
    }
    out
}

/// Replaces a character that may not stand in XML at all.
fn printable(c: char) -> char {
    match c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') {
        true => '\u{fffd}',
        false => c,
    }
}
