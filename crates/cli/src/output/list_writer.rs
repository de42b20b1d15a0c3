//! Lists for programs, written row by row as the rows come.

use std::io::{self, StdoutLock, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Serializer, Value};

use super::column::{Cell, Row};
use super::{ListContext, Output, csv_and_yaml};
use crate::args::Format;
use crate::exit::Failure;

/// How much is gathered before it is written, in bytes.
const BUFFER: usize = 64 << 10;

/// Writes a list on stdout: JSON, JSON lines or CSV. A document is complete when
/// it was finished; what is missing in it is in its warnings.
pub struct ListWriter<'o, R: 'static> {
    output: &'o Output,
    cells: &'o [Cell<R>],
    out: StdoutLock<'static>,
    /// What is gathered. Rows are serialised into a `Vec`, as documents are: a type is then
    /// compiled for one kind of output.
    buffer: Vec<u8>,
    rows: usize,
}

impl<'o, R: Row> ListWriter<'o, R> {
    /// Begins a list. Nothing is written before the first row.
    pub fn new(output: &'o Output, cells: &'o [Cell<R>]) -> Self {
        Self {
            output,
            cells,
            out: io::stdout().lock(),
            buffer: Vec::with_capacity(BUFFER),
            rows: 0,
        }
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn push(&mut self, row: &R) -> Result<(), Failure> {
        self.start(self.rows == 0)?;
        self.rows += 1;
        match self.output.format {
            Format::Csv => self.record(self.cells.iter().map(|cell| cell.field(row)).collect())?,
            Format::Jsonl => {
                self.item(row, CompactFormatter)?;
                self.buffer.push(b'\n');
            }
            _ => self.item(row, indented()?)?,
        }
        match self.buffer.len() >= BUFFER {
            true => Ok(self.write_out()?),
            false => Ok(()),
        }
    }

    /// Writes what stands around the rows.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(mut self, around: ListContext) -> Result<(), Failure> {
        match self.output.format {
            Format::Csv if self.rows == 0 => self.start(true)?,
            Format::Csv | Format::Jsonl => {}
            _ => {
                let start = match self.rows {
                    0 => "{\n  \"data\": []",
                    _ => "\n  ]",
                };
                // The other members, without the bracket before them.
                let rest = format!("{:#}", Value::from(around.members()));
                writeln!(self.buffer, "{start},{}", &rest[1..])?;
            }
        }
        self.write_out()?;
        Ok(self.out.flush()?)
    }

    fn write_out(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&self.buffer);
        self.buffer.clear();
        written
    }

    /// Writes a row as JSON.
    fn item(&mut self, row: &R, formatter: impl Formatter) -> Result<(), Failure> {
        let item = self.output.item(self.cells, row);
        let mut serializer = Serializer::with_formatter(&mut self.buffer, formatter);
        Ok(item.serialize(&mut serializer).map_err(io::Error::from)?)
    }

    /// Writes what stands before a row.
    fn start(&mut self, is_first: bool) -> Result<(), Failure> {
        match (self.output.format, is_first) {
            (Format::Csv, true) => {
                let names = self.cells.iter().map(|cell| cell.name().to_owned());
                self.record(names.collect())?;
            }
            (Format::Json, true) => self.buffer.extend(b"{\n  \"data\": [\n    "),
            (Format::Json, false) => self.buffer.extend(b",\n    "),
            _ => {}
        }
        Ok(())
    }

    fn record(&mut self, fields: Vec<String>) -> Result<(), Failure> {
        self.buffer.extend(csv_and_yaml::record(&fields)?);
        Ok(())
    }
}

/// Where a list is broken off, the rows that came are written.
impl<R> Drop for ListWriter<'_, R> {
    fn drop(&mut self) {
        let _ = self
            .out
            .write_all(&self.buffer)
            .and_then(|()| self.out.flush());
    }
}

/// Returns what writes an item of the list in a document as deep as it stands there.
fn indented() -> io::Result<PrettyFormatter<'static>> {
    let mut formatter = PrettyFormatter::new();
    formatter.begin_object(&mut io::sink())?;
    formatter.begin_array(&mut io::sink())?;
    Ok(formatter)
}
