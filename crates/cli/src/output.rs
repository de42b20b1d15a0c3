//! Output: tables and cards for people, documents for programs; warnings on
//! stderr, never mixed with either.

mod card;
mod column;
mod csv_and_yaml;
mod job_card;
mod layout;
mod list_writer;
mod progress;
mod prompt;
mod table;
mod terminal;
mod text_width;
mod time;
mod write_file;

use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value, json};
use unitune::providers::Warning;

use crate::args::{Format, OutputArguments};
use crate::exit::{Exit, Failure};

pub use card::card;
pub use column::{Cell, Column, Kind, Row, Step, Table, Values};
pub use job_card::job_card;
pub use list_writer::ListWriter;
pub use progress::{bytes, progress_bar};
pub use prompt::{Answer, ask, can_ask, choose, confirm, secret};
pub use terminal::Terminal;
pub use text_width::cut;
#[cfg(feature = "top")]
pub use text_width::wrap;
pub use time::{Since, View, clock, day, duration, iso, month, since};
pub use write_file::{
    Access, Mode, behind_links, cannot_write, check_is_no_device, to_replace, write_file,
    write_new_file,
};

use column::compare;

/// How a command's results are written.
pub struct Output {
    pub format: Format,
    pub view: View,
    columns: Vec<String>,
    sort: Option<String>,
}

/// What is printed with the items of a list.
#[derive(Default)]
pub struct ListContext {
    /// True where there are more items than are shown.
    pub has_more: Option<bool>,
    /// What is missing, and why.
    pub warnings: Option<Value>,
}

impl ListContext {
    /// The members of a document with a list, without the list.
    fn members(self) -> Map<String, Value> {
        let has_more = self.has_more.map(|has_more| ("has_more", has_more.into()));
        let warnings = self.warnings.map(|warnings| ("warnings", warnings));
        let object = Some(("object", "list".into()));
        let members = [object, has_more, warnings].into_iter().flatten();
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// What a document has of a row: the row as it is, because a `Value` takes longer to make
/// than to write; or the columns that were asked for.
#[derive(Serialize)]
#[serde(untagged)]
enum Item<'r, R> {
    Whole(&'r R),
    Columns(Value),
}

/// A document with a list.
#[derive(Serialize)]
struct List<'r, R> {
    data: Vec<Item<'r, R>>,
    #[serde(flatten)]
    around: Map<String, Value>,
}

impl Output {
    pub fn new(arguments: &OutputArguments) -> Self {
        let format = match arguments.json {
            true => Format::Json,
            false => arguments.output.unwrap_or(Format::Table),
        };
        Self {
            format,
            view: View::new(Terminal::of_stdout(), arguments.utc),
            // As in `--status 'a, b'`, spaces do no harm.
            columns: Vec::from_iter(arguments.columns.iter().map(|name| name.trim().to_owned())),
            sort: arguments.sort.clone(),
        }
    }

    /// Shows relative times by this one, in Unix seconds: simulated vendors have their own.
    pub fn at(mut self, now: i64) -> Self {
        self.view = self.view.at(now);
        self
    }

    /// Returns true where people read the results.
    pub fn is_table(&self) -> bool {
        self.format == Format::Table
    }

    /// Returns true where lists are documents, with [`ListContext`] around the items.
    pub fn has_context(&self) -> bool {
        matches!(self.format, Format::Json | Format::Yaml)
    }

    /// Returns true where one thing is shown as a card.
    pub fn shows_cards(&self) -> bool {
        self.is_table() && self.columns.is_empty()
    }

    /// Finds the columns that are asked for; before anything is sent.
    ///
    /// # Errors
    ///
    /// A column is not known; the error lists those that are.
    pub fn check<R: Row>(&self) -> Result<(), Failure> {
        self.cells::<R>()?;
        self.sorted::<R>(&mut [], Values::NONE)
    }

    /// Finds the columns of each row.
    ///
    /// # Errors
    ///
    /// As [`Self::check`].
    pub fn cells<R: Row>(&self) -> Result<Vec<Cell<R>>, Failure> {
        self.cells_with_values(Values::NONE)
    }

    fn cells_with_values<R: Row>(&self, values: Values<'_>) -> Result<Vec<Cell<R>>, Failure> {
        let names: Vec<&str> = match self.columns.as_slice() {
            // Programs that read CSV get everything.
            [] if self.format == Format::Csv => R::TABLE.names().collect(),
            [] => R::TABLE.shown.to_vec(),
            names => names.iter().map(String::as_str).collect(),
        };
        let names = names.into_iter();
        names.map(|name| Cell::named(name, values)).collect()
    }

    fn sorted<R: Row>(&self, rows: &mut [R], values: Values<'_>) -> Result<(), Failure> {
        let Some(sort) = &self.sort else {
            return Ok(());
        };
        let (name, descending) = match sort.strip_prefix('-') {
            Some(name) => (name, true),
            None => (sort.as_str(), false),
        };
        let cell = Cell::<R>::named(name, values)?;
        rows.sort_by_cached_key(|row| compare::Key::of(cell.kind(), cell.value(row)));
        if descending {
            rows.reverse();
        }
        Ok(())
    }

    /// Prints a list.
    ///
    /// # Errors
    ///
    /// A column is not known, or the output cannot be written.
    pub fn list<R: Row>(&self, mut rows: Vec<R>, around: ListContext) -> Result<(), Failure> {
        self.sorted(&mut rows, Values::NONE)?;
        let cells = self.cells::<R>()?;
        let steps = match self.columns.is_empty() {
            true => R::TABLE.steps,
            false => &[],
        };
        self.rows(&rows, &cells, steps, around)
    }

    /// Prints rows with values whose names are not known beforehand: for people
    /// and in CSV, each in a column of its own, after the usual ones.
    ///
    /// # Errors
    ///
    /// As [`Self::list`].
    pub fn list_with_values<R: Row>(
        &self,
        mut rows: Vec<R>,
        usual: &[&str],
        values: Values<'_>,
        steps: &[Step<'_>],
        around: ListContext,
    ) -> Result<(), Failure> {
        self.sorted(&mut rows, values)?;
        let is_wide = matches!(self.format, Format::Table | Format::Csv);
        if !is_wide || !self.columns.is_empty() {
            let cells = self.cells_with_values(values)?;
            return self.rows(&rows, &cells, &[], around);
        }
        let usual = usual.iter().map(|name| Cell::named(name, values));
        let shown = values.shown.iter();
        let shown = shown.map(|name| Ok(Cell::Value(name.clone(), values.kind)));
        let cells = usual.chain(shown).collect::<Result<Vec<_>, Failure>>()?;
        self.rows(&rows, &cells, steps, around)
    }

    fn rows<R: Row>(
        &self,
        rows: &[R],
        cells: &[Cell<R>],
        steps: &[Step<'_>],
        around: ListContext,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Table => text(&table::table(rows, cells, steps, &self.view))?,
            Format::Csv | Format::Jsonl | Format::Json => {
                let mut writer = ListWriter::new(self, cells);
                for row in rows {
                    writer.push(row)?;
                }
                writer.finish(around)?;
            }
            Format::Yaml => {
                let rows = rows.iter().map(|row| self.item(cells, row));
                self.document(&List {
                    data: rows.collect(),
                    around: around.members(),
                })?;
            }
        }
        Ok(())
    }

    /// Returns true where rows can be written one by one, as they come.
    pub fn is_streamed(&self) -> bool {
        let is_format = matches!(self.format, Format::Json | Format::Jsonl | Format::Csv);
        is_format && self.sort.is_none()
    }

    /// What a document has of a row.
    fn item<'r, R: Row>(&self, cells: &[Cell<R>], row: &'r R) -> Item<'r, R> {
        match self.columns.is_empty() {
            true => Item::Whole(row),
            false => Item::Columns(csv_and_yaml::object(cells, row)),
        }
    }

    /// Prints one thing: for people, what `card` makes of it.
    ///
    /// # Errors
    ///
    /// As [`Self::list`].
    pub fn record<R: Row>(&self, row: R, card: impl FnOnce(&R) -> String) -> Result<(), Failure> {
        match self.format {
            Format::Table if self.columns.is_empty() => text(&card(&row))?,
            Format::Table | Format::Csv | Format::Jsonl => {
                self.list(vec![row], ListContext::default())?
            }
            Format::Json | Format::Yaml if self.columns.is_empty() => self.document(&row)?,
            Format::Json | Format::Yaml => {
                self.document(&csv_and_yaml::object(&self.cells::<R>()?, &row))?;
            }
        }
        Ok(())
    }

    /// Rejects CSV of what has no columns, before anything is done.
    ///
    /// # Errors
    ///
    /// CSV is asked for.
    pub fn without_columns(&self) -> Result<(), Failure> {
        match self.format {
            Format::Csv => Err(Failure::new(
                Exit::Usage,
                "this has no columns: --output json, jsonl or yaml",
            )),
            _ => Ok(()),
        }
    }

    /// Prints what has no columns: for people, a text.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn value(
        &self,
        value: &impl Serialize,
        shown: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Table => Ok(text(&shown())?),
            Format::Csv => self.without_columns(),
            Format::Jsonl => Ok(print(&format!("{}\n", json!(value)))?),
            Format::Json | Format::Yaml => self.document(value),
        }
    }

    fn document(&self, document: &impl Serialize) -> Result<(), Failure> {
        match self.format {
            Format::Yaml => {
                let json = serde_json::to_string(document).map_err(std::io::Error::from)?;
                print(&csv_and_yaml::yaml(&json)?)?;
            }
            _ => json(document)?,
        }
        Ok(())
    }
}

/// Prints one JSON document on stdout.
pub fn json(document: &impl Serialize) -> std::io::Result<()> {
    text(&serde_json::to_string_pretty(document)?)
}

/// Prints text on stdout; no text, no line.
pub fn text(text: &str) -> std::io::Result<()> {
    let text = text.trim_end_matches('\n');
    if text.is_empty() {
        return Ok(());
    }
    print(&format!("{text}\n"))
}

/// Prints text on stdout as it is.
pub fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints lines on stderr as they are. Where they cannot be written, what the program does goes
/// on.
pub fn on_stderr(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints a line on stderr that the results do not need: what was done, or
/// what could be done next.
pub fn note(text: &str) {
    for line in text.lines() {
        on_stderr(&plain(line));
    }
}

/// Prints warnings on stderr.
pub fn warnings<'w>(warnings: impl IntoIterator<Item = &'w Warning>) {
    for warning in warnings {
        self::warning(&warning.to_string());
    }
}

/// Prints a warning on stderr.
pub fn warning(text: &str) {
    titled("warning: ", text);
}

/// Prints an error on stderr.
pub fn error(error: &dyn std::fmt::Display) {
    titled("error: ", &error.to_string());
}

fn titled(title: &str, text: &str) {
    for (n, line) in text.lines().enumerate() {
        let title = if n == 0 { title } else { "" };
        on_stderr(&format!("{title}{}", plain(line)));
    }
}

/// Returns a vendor's text without what would control a terminal.
pub fn plain(text: &str) -> String {
    let controls =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| if controls(c) { '\u{fffd}' } else { c })
        .collect()
}
