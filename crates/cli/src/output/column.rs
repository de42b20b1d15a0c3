//! The columns of a list: what they are called, and what is in them.

pub mod compare;

use anstyle::AnsiColor;
use serde::Serialize;
use serde_json::Value;

use super::plain;
use super::text_width::{cut, width};
use super::time::{View, iso, second};
use crate::exit::{Exit, Failure};

/// What is listed.
pub trait Row: Serialize + Sized + 'static {
    /// Its columns.
    const TABLE: Table<Self>;

    /// Returns one of the values whose names are not known beforehand.
    fn value(&self, name: &str) -> Value {
        let row = serde_json::to_value(self).unwrap_or_default();
        row["values"][name].clone()
    }
}

/// The columns of a list, and how they are fitted into a terminal.
pub struct Table<R: 'static> {
    pub columns: &'static [Column<R>],
    /// The columns that are shown where none are asked for.
    pub shown: &'static [&'static str],
    /// What is done to a table that is too wide, one after the other.
    pub steps: &'static [Step<'static>],
    /// What is printed in place of a table without rows.
    pub empty: &'static str,
    /// The colour of a row's status.
    pub colour: fn(&R) -> Option<AnsiColor>,
}

impl<R> Table<R> {
    /// Returns the names of all columns.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<R> {
        self.columns.iter().map(|column| column.name)
    }
}

/// A column.
pub struct Column<R> {
    /// Its name in `--columns`, in `--sort` and in CSV.
    pub name: &'static str,
    /// Its title in a table.
    pub title: &'static str,
    pub kind: Kind,
    pub value: fn(&R) -> Value,
    /// What a table shows where that is not the value itself; of times, what
    /// it shows where there is none.
    pub text: Option<fn(&R) -> String>,
    /// What a table shows where there is little space.
    pub brief: Option<fn(&R) -> String>,
}

impl<R> Column<R> {
    pub const fn new(
        name: &'static str,
        title: &'static str,
        kind: Kind,
        value: fn(&R) -> Value,
    ) -> Self {
        Self {
            name,
            title,
            kind,
            value,
            text: None,
            brief: None,
        }
    }

    pub const fn text(mut self, text: fn(&R) -> String) -> Self {
        self.text = Some(text);
        self
    }

    pub const fn brief(mut self, brief: fn(&R) -> String) -> Self {
        self.brief = Some(brief);
        self
    }
}

/// What sort of values a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// The name of a model, of which the owner is cut first.
    Model,
    /// Unix seconds.
    Time,
    /// Unix seconds, to the second, of which the order matters.
    Stamp,
    /// Aligned to the right.
    Number,
    /// Coloured.
    Status,
}

impl Kind {
    fn is_in_utc(self, view: &View) -> bool {
        self == Self::Stamp || (self == Self::Time && !view.is_relative())
    }

    /// Cuts a text to a width.
    pub fn cut(self, text: &str, limit: usize) -> String {
        match (self, text.rsplit_once('/')) {
            (Self::Model, Some((_, model))) if width(text) > limit => cut(model, limit),
            _ => cut(text, limit),
        }
    }
}

/// What is done to a table that is too wide.
#[derive(Clone, Copy)]
pub enum Step<'n> {
    /// A column may be cut down to this width.
    Shorten(&'n str, usize),
    /// A column shows what is in brief.
    Brief(&'n str),
    /// A column is left out.
    Drop(&'n str),
}

impl<'n> Step<'n> {
    /// Returns the name of the column.
    pub fn column(&self) -> &'n str {
        match self {
            Self::Shorten(name, _) | Self::Brief(name) | Self::Drop(name) => name,
        }
    }
}

/// Columns that are not in a list's table, because only its rows tell what they have.
#[derive(Clone, Copy)]
pub struct Values<'v> {
    /// The [`Row::value`]s that can be asked for.
    pub known: &'v [String],
    /// Those of them that are shown where none are asked for.
    pub shown: &'v [String],
    pub kind: Kind,
    /// Whether any other name can be one of them: no row is there to tell.
    pub are_open: bool,
}

impl Values<'_> {
    pub const NONE: Values<'static> = Values {
        known: &[],
        shown: &[],
        kind: Kind::Text,
        are_open: false,
    };
}

/// A column that was asked for.
pub enum Cell<R: 'static> {
    Column(&'static Column<R>),
    /// A place in the JSON of a row: `hyperparameters.n_epochs`.
    Path(String),
    /// A [`Row::value`], under a name that can be anything.
    Value(String, Kind),
}

impl<R: Row> Cell<R> {
    /// Finds a column, of the table or of what the rows have.
    ///
    /// # Errors
    ///
    /// It is not known; the error lists those that are.
    pub fn named(name: &str, values: Values<'_>) -> Result<Self, Failure> {
        let known = R::TABLE.columns.iter();
        if let Some(column) = known.clone().find(|column| column.name == name) {
            return Ok(Self::Column(column));
        }
        if values.known.iter().any(|known| known == name) {
            return Ok(Self::Value(name.to_owned(), values.kind));
        }
        if name.contains('.') {
            return Ok(Self::Path(name.to_owned()));
        }
        if values.are_open && !name.is_empty() {
            return Ok(Self::Value(name.to_owned(), values.kind));
        }
        let mut names: Vec<&str> = R::TABLE.names().collect();
        names.extend(values.known.iter().map(String::as_str));
        Err(Failure::new(
            Exit::Usage,
            format!(
                "there is no column {name:?}; there are: {}; and places in the JSON, such as \
                 hyperparameters.n_epochs",
                names.join(", ")
            ),
        ))
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Column(column) => column.name,
            Self::Path(name) | Self::Value(name, _) => name,
        }
    }

    pub fn title(&self, view: &View) -> String {
        match self {
            Self::Column(column) if column.kind.is_in_utc(view) => {
                format!("{} (UTC)", column.title)
            }
            Self::Column(column) => column.title.to_owned(),
            Self::Path(name) | Self::Value(name, _) => name.clone(),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Column(column) => column.kind,
            Self::Path(_) => Kind::Text,
            Self::Value(_, kind) => *kind,
        }
    }

    pub fn value(&self, row: &R) -> Value {
        match self {
            Self::Column(column) => (column.value)(row),
            Self::Path(path) => {
                let row = serde_json::to_value(row).unwrap_or_default();
                let mut parts = path.split('.');
                let found = parts.try_fold(&row, |value, part| match value {
                    Value::Array(items) => items.get(part.parse::<usize>().ok()?),
                    value => value.get(part),
                });
                found.cloned().unwrap_or_default()
            }
            Self::Value(name, _) => row.value(name),
        }
    }

    /// What a table shows.
    pub fn text(&self, row: &R, view: &View) -> String {
        match self {
            Self::Column(column) => match (column.kind, column.text) {
                (Kind::Time, missing) => match ((column.value)(row).as_i64(), missing) {
                    (Some(time), _) => view.time(time),
                    (None, Some(missing)) => missing(row),
                    (None, None) => String::new(),
                },
                (Kind::Stamp, _) => (column.value)(row).as_i64().map(second).unwrap_or_default(),
                (_, Some(text)) => plain(&text(row)),
                (_, None) => in_a_cell(&(column.value)(row)),
            },
            Self::Path(_) | Self::Value(..) => in_a_cell(&self.value(row)),
        }
    }

    /// What a table shows where there is little space.
    pub fn brief(&self, row: &R) -> Option<String> {
        match self {
            Self::Column(column) => column.brief.map(|brief| plain(&brief(row))),
            Self::Path(_) | Self::Value(..) => None,
        }
    }

    /// What is in a CSV file: times in the form of ISO 8601.
    pub fn field(&self, row: &R) -> String {
        match (self.kind(), self.value(row)) {
            (Kind::Time | Kind::Stamp, Value::Number(time)) => {
                time.as_i64().map(iso).unwrap_or_default()
            }
            (_, Value::String(text)) => text,
            (_, Value::Null) => String::new(),
            (_, value) => value.to_string(),
        }
    }
}

fn in_a_cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => plain(text),
        value => plain(&value.to_string()),
    }
}
