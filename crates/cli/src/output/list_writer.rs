//! Lists for programs, written row by row as the rows come.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Serializer, Value};

use super::column::{Cell, Row};
use super::{ListContext, Output};
use crate::args::Format;
use crate::exit::{Exit, Failure};

/// How much is gathered before it is written, in bytes.
const BUFFER: usize = 64 << 10;

/// Writes a list on stdout: JSON, JSON lines or CSV. A document is complete when
/// it was finished; what is missing in it is in its warnings.
pub struct ListWriter<'o, R: 'static> {
    output: &'o Output,
    cells: &'o [Cell<R>],
    out: BufWriter<io::StdoutLock<'static>>,
    rows: usize,
}

impl<'o, R: Row> ListWriter<'o, R> {
    /// Begins a list. Nothing is written before the first row.
    pub fn new(output: &'o Output, cells: &'o [Cell<R>]) -> Self {
        Self {
            output,
            cells,
            out: BufWriter::with_capacity(BUFFER, io::stdout().lock()),
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
            Format::Csv => self.record(self.cells.iter().map(|cell| cell.field(row))),
            Format::Jsonl => {
                self.item(row, CompactFormatter)?;
                Ok(self.out.write_all(b"\n")?)
            }
            _ => self.item(row, indented()?),
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
                writeln!(self.out, "{start},{}", &rest[1..])?;
            }
        }
        Ok(self.out.flush()?)
    }

    /// Writes a row as JSON.
    fn item(&mut self, row: &R, formatter: impl Formatter) -> Result<(), Failure> {
        let item = self.output.item(self.cells, row);
        let mut serializer = Serializer::with_formatter(&mut self.out, formatter);
        Ok(item.serialize(&mut serializer).map_err(io::Error::from)?)
    }

    /// Writes what stands before a row.
    fn start(&mut self, is_first: bool) -> Result<(), Failure> {
        match (self.output.format, is_first) {
            (Format::Csv, true) => self.record(self.cells.iter().map(Cell::name)),
            (Format::Json, true) => Ok(self.out.write_all(b"{\n  \"data\": [\n    ")?),
            (Format::Json, false) => Ok(self.out.write_all(b",\n    ")?),
            _ => Ok(()),
        }
    }

    fn record(&mut self, fields: impl Iterator<Item = impl AsRef<[u8]>>) -> Result<(), Failure> {
        let mut line = csv::Writer::from_writer(Vec::new());
        let failed = |e: csv::Error| Failure::new(Exit::Failure, format!("cannot write CSV: {e}"));
        line.write_record(fields).map_err(failed)?;
        let line = line.into_inner();
        let line = line.map_err(|e| failed(e.into_error().into()))?;
        Ok(self.out.write_all(&line)?)
    }
}

/// Returns what writes an item of the list in a document as deep as it stands there.
fn indented() -> io::Result<PrettyFormatter<'static>> {
    let mut formatter = PrettyFormatter::new();
    formatter.begin_object(&mut io::sink())?;
    formatter.begin_array(&mut io::sink())?;
    Ok(formatter)
}
