//! What is wrong in a file, and where.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::json::escape;

/// What sort of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// The file has no example.
    Empty,
    /// The file is larger than the vendor takes.
    FileTooLarge,
    /// The file's size is to be taken into account.
    LargeFile,
    /// There are fewer examples than the vendor takes.
    TooFewExamples,
    /// There are more examples than the vendor takes.
    TooManyExamples,
    /// The file starts with a byte order mark.
    ByteOrderMark,
    /// The file is not JSON Lines.
    NotJsonLines,
    /// The vendor does not take this format for this method.
    WrongFormat,
    /// The job needs a validation file.
    ValidationMissing,
    /// The line is longer than is read.
    LineTooLong,
    /// The line is not UTF-8.
    NotUtf8,
    /// The line is blank.
    BlankLine,
    /// The line is not JSON.
    NotJson,
    /// Arrays and objects are too deep inside each other.
    TooDeep,
    /// A member stands twice in an object.
    DuplicateKey,
    /// The example has the form of no known format, or of two.
    UnknownFormat,
    /// The example's format is not that of the file.
    MixedFormats,
    /// A member that is needed is not there.
    MissingKey,
    /// A member that the vendor does not know.
    UnknownKey,
    /// A value of the wrong JSON type.
    WrongType,
    /// A value that is empty and should not be.
    EmptyValue,
    /// A role that the vendor does not take.
    Role,
    /// Messages in an order that the vendor does not take.
    MessageOrder,
    /// No message that could be learnt from.
    NoAssistant,
    /// A weight that the vendor does not take.
    Weight,
    /// The definition of a tool is not right.
    Tool,
    /// A call of a tool is not right.
    ToolCall,
    /// A tool's answer does not belong to a call.
    ToolAnswer,
    /// `functions` and `function_call`, which tools have replaced.
    Functions,
    /// `parallel_tool_calls` where the vendor does not take it.
    ParallelToolCalls,
    /// A part of a message's content is not right.
    ContentPart,
    /// A picture that the vendor does not take.
    Image,
    /// Reasoning that the vendor does not take or use.
    Reasoning,
    /// The outputs of a pair are not right.
    Pair,
    /// More tokens than the model takes.
    TooManyTokens,
    /// The same example again.
    Duplicate,
    /// The same example in the training and in the validation file.
    Overlap,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Something that is wrong, or worth to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The line, from one; none when it is about the file.
    pub line: Option<u64>,
    /// The JSON pointer of the value; empty when it is about the whole line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// What sort of thing it is.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What to do; empty where the message says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
}

impl fmt::Display for Finding {
    /// `line 7, /messages/0/role: what is wrong; what to do`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}")?;
            if !self.pointer.is_empty() {
                write!(f, ", {}", self.pointer)?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)?;
        if !self.help.is_empty() {
            write!(f, "; {}", self.help)?;
        }
        Ok(())
    }
}

/// How many findings are listed; all are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListLimits {
    /// The most findings in the list.
    pub total: usize,
    /// The most findings with the same code, so that one that is everywhere
    /// does not hide the others.
    pub per_code: usize,
}

impl ListLimits {
    /// Creates limits of a list.
    pub fn new(total: usize, per_code: usize) -> Self {
        Self { total, per_code }
    }
}

impl Default for ListLimits {
    fn default() -> Self {
        Self::new(200, 20)
    }
}

/// Findings of one level: the first ones, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Findings {
    /// How many there are.
    pub count: u64,
    /// How many there are of each sort.
    pub by_code: BTreeMap<Code, u64>,
    /// The first ones, in the file's order.
    pub listed: Vec<Finding>,
    #[serde(skip)]
    limits: ListLimits,
}

impl Findings {
    pub(crate) fn new(limits: ListLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Returns true when nothing was found.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns true when there is one of this sort.
    pub fn has(&self, code: Code) -> bool {
        self.by_code.contains_key(&code)
    }

    /// Returns how many are counted but not listed.
    pub fn unlisted(&self) -> u64 {
        self.count - self.listed.len() as u64
    }

    pub(crate) fn add(&mut self, code: Code, finding: impl FnOnce() -> Finding) {
        if self.count_one(code) {
            self.listed.push(finding());
        }
    }

    fn count_one(&mut self, code: Code) -> bool {
        self.count += 1;
        let of_code = self.by_code.entry(code).or_default();
        *of_code += 1;
        // What came before of the same code is listed, unless the list was full.
        *of_code <= self.limits.per_code as u64 && self.listed.len() < self.limits.total
    }

    /// Adds what was found further on in the file.
    pub(crate) fn append(&mut self, later: Self) {
        for finding in later.listed {
            let of_code = self.listed.iter().filter(|f| f.code == finding.code);
            if of_code.count() < self.limits.per_code && self.listed.len() < self.limits.total {
                self.listed.push(finding);
            }
        }
        self.count += later.count;
        for (code, count) in later.by_code {
            *self.by_code.entry(code).or_default() += count;
        }
    }
}

/// Where a value is in its line.
#[derive(Clone, Copy)]
pub(crate) enum Pointer<'a> {
    Root,
    Member(&'a Pointer<'a>, &'a str),
    Index(&'a Pointer<'a>, usize),
}

impl<'a> Pointer<'a> {
    pub(crate) fn member(&'a self, name: &'a str) -> Pointer<'a> {
        Pointer::Member(self, name)
    }

    pub(crate) fn index(&'a self, n: usize) -> Pointer<'a> {
        Pointer::Index(self, n)
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(parent, name) => write!(f, "{parent}/{}", escape(name)),
            Self::Index(parent, n) => write!(f, "{parent}/{n}"),
        }
    }
}
