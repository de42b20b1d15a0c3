//! Curves as dots in cells of characters.

use crate::layout::Axes;
use crate::series::{Point, Series};
use crate::theme::letter;

use super::{Paint, Span};

/// What curves are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dots {
    /// Characters of two by four dots.
    Braille,
    /// A letter in each cell.
    Ascii,
}

impl Dots {
    /// Returns the dots of a cell, across and down.
    fn of_a_cell(self) -> (u32, u32) {
        match self {
            Self::Braille => (2, 4),
            Self::Ascii => (1, 1),
        }
    }
}

/// Bits of a braille character, by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Dots that are drawn and left out: without colours they tell curves apart.
const DASHES: [(u32, u32); 4] = [(1, 0), (5, 3), (1, 2), (9, 3)];

/// The distance of two letters on a curve, in cells.
const LETTER_CELLS: u32 = 18;

/// Returns the character of a restart.
pub fn restart(dots: Dots) -> char {
    match dots {
        Dots::Braille => '┊',
        Dots::Ascii => ':',
    }
}

#[derive(Clone, Copy, Default)]
struct Cell {
    bits: u8,
    letter: Option<char>,
    series: usize,
    restart: Option<usize>,
}

pub struct Canvas {
    columns: u32,
    rows: u32,
    dots: Dots,
    cells: Vec<Cell>,
}

impl Canvas {
    pub fn new(columns: u32, rows: u32, dots: Dots) -> Self {
        Self {
            columns,
            rows,
            dots,
            cells: vec![Cell::default(); (columns * rows) as usize],
        }
    }

    pub fn draw(&mut self, all: &[Series], axes: &Axes) {
        for (n, series) in all.iter().enumerate() {
            for restart in &series.restarts {
                let (x, _) = self.position(restart, axes);
                let column = x / self.dots.of_a_cell().0;
                for row in 0..self.rows {
                    let index = (row * self.columns + column) as usize;
                    self.cells[index].restart = Some(n);
                }
            }
            for piece in &series.pieces {
                self.piece(n, piece, axes);
            }
        }
        if all.len() > 1 {
            for (n, series) in all.iter().enumerate() {
                self.letters(n, series, axes, all.len());
            }
        }
    }

    /// Returns the dot of a point.
    fn position(&self, point: &Point, axes: &Axes) -> (u32, u32) {
        let (across, down) = self.dots.of_a_cell();
        let (width, height) = (self.columns * across, self.rows * down);
        let x = axes.x.position(point.x / axes.unit) * f64::from(width);
        let y = (1.0 - axes.y.position(point.y)) * f64::from(height);
        ((x as u32).min(width - 1), (y as u32).min(height - 1))
    }

    fn piece(&mut self, series: usize, piece: &[Point], axes: &Axes) {
        let mut drawn = 0;
        let mut before: Option<(u32, u32)> = None;
        for point in piece {
            let to = self.position(point, axes);
            let from = before.unwrap_or(to);
            self.stroke(series, from, to, &mut drawn);
            before = Some(to);
        }
    }

    /// Draws a line of dots; `drawn` counts them, for the dashes.
    fn stroke(&mut self, series: usize, from: (u32, u32), to: (u32, u32), drawn: &mut u32) {
        let (on, off) = match self.dots {
            Dots::Braille => DASHES[series % DASHES.len()],
            Dots::Ascii => (1, 0),
        };
        let across = f64::from(to.0) - f64::from(from.0);
        let down = f64::from(to.1) - f64::from(from.1);
        let count = across.abs().max(down.abs()).max(1.0) as u32;
        for n in 0..=count {
            let part = f64::from(n) / f64::from(count);
            let x = (f64::from(from.0) + across * part).round() as u32;
            let y = (f64::from(from.1) + down * part).round() as u32;
            if *drawn % (on + off) < on {
                self.dot(series, x, y);
            }
            if n > 0 {
                *drawn += 1;
            }
        }
    }

    fn dot(&mut self, series: usize, x: u32, y: u32) {
        let (across, down) = self.dots.of_a_cell();
        let cell = &mut self.cells[(y / down * self.columns + x / across) as usize];
        cell.bits |= BITS[(y % down) as usize][(x % across) as usize];
        cell.series = series;
    }

    /// Puts the letter of a curve on it, each curve's at other columns.
    fn letters(&mut self, series: usize, curve: &Series, axes: &Axes, count: usize) {
        let (across, down) = self.dots.of_a_cell();
        let positions: Vec<(u32, u32)> = curve.points().map(|p| self.position(&p, axes)).collect();
        let (Some(first), Some(last)) = (positions.first().copied(), positions.last().copied())
        else {
            return;
        };
        let shift = LETTER_CELLS * series as u32 / count as u32 + 3;
        let mut next = first.0 / across + shift.min(last.0.saturating_sub(first.0) / across);
        for (x, y) in positions {
            if x / across >= next {
                let index = (y / down * self.columns + x / across) as usize;
                self.cells[index].letter = Some(letter(series));
                self.cells[index].series = series;
                next = x / across + LETTER_CELLS;
            }
        }
    }

    /// Returns a row of cells, those of the same paint together.
    pub fn row(&self, row: u32) -> Vec<Span> {
        let start = (row * self.columns) as usize;
        let cells = &self.cells[start..start + self.columns as usize];
        let mut spans: Vec<Span> = Vec::new();
        for cell in cells {
            let (character, paint) = self.shown(cell);
            match spans.last_mut() {
                Some(span) if span.paint == paint => span.text.push(character),
                _ => spans.push(Span::new(character, paint)),
            }
        }
        spans
    }

    fn shown(&self, cell: &Cell) -> (char, Paint) {
        let paint = Paint::Series(cell.series);
        if let Some(letter) = cell.letter {
            return (letter, paint);
        }
        if cell.bits == 0 {
            return match cell.restart {
                Some(series) => (restart(self.dots), Paint::Series(series)),
                None => (' ', Paint::Text),
            };
        }
        match self.dots {
            // All of these are characters.
            Dots::Braille => (
                char::from_u32(0x2800 + u32::from(cell.bits)).unwrap_or(' '),
                paint,
            ),
            Dots::Ascii => ('*', paint),
        }
    }
}
