//! Reads JSON text: strings, numbers, and the ends of values that are skipped.
//! `json_deserializer` makes types of it.
//!
//! serde_json takes half as long again for vendors' types, and with it each union and
//! each list that keeps its items had to be read twice. What is not JSON is an error
//! of serde_json.

mod number;

use std::borrow::Cow;
use std::fmt::Display;

use serde::Deserialize;
use serde::de::{Error as _, Expected, Unexpected};
use serde_json::{Error, Value};

pub(super) use self::number::Number;
use super::json_position::end_of_string;

/// How deep objects and lists may stand in each other, as in serde_json.
const MAX_DEPTH: usize = 127;

/// How deep unions may. In each, [`MAX_DEPTH`] begins again.
const MAX_UNIONS: usize = 32;

/// The error of what stands deeper, in serde_json's words.
const TOO_DEEP: &str = "recursion limit exceeded";

/// Decodes JSON text.
///
/// # Errors
///
/// As [`serde_json::from_str`].
pub(super) fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    let mut reader = Reader::new(text);
    let outcome = T::deserialize(&mut reader);
    let outcome = outcome.and_then(|value| {
        reader.forget_fault();
        reader.end().map(|()| value)
    });
    outcome.map_err(|error| reader.report(&error))
}

/// A place in a text.
pub(super) struct Reader<'de> {
    text: &'de str,
    /// The index of the next byte.
    at: usize,
    /// How many more objects and lists may begin in each other.
    depth: usize,
    /// How many more unions may.
    unions: usize,
    /// Where the last error was found.
    fault: Option<Fault>,
}

/// The place of an error, as an index.
#[derive(Clone, Copy)]
struct Fault {
    at: usize,
    /// The text is not JSON there, or nested too deeply.
    is_malformed: bool,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            text,
            at: 0,
            depth: MAX_DEPTH,
            unions: MAX_UNIONS,
            fault: None,
        }
    }

    /// Returns the first byte of the next token, which stays the next; 0 at the end.
    #[inline]
    pub(super) fn peek(&mut self) -> u8 {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => *byte,
            _ => self.peek_past_spaces(),
        }
    }

    /// As [`Reader::peek`], for what vendors seldom send: apart from it, the code of each
    /// member is smaller.
    #[inline(never)]
    fn peek_past_spaces(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                Some(byte) => return *byte,
                None => return 0,
            }
        }
    }

    /// Steps over a byte that was peeked.
    #[inline]
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Steps over a byte.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Error> {
        match self.peek() == byte {
            true => {
                self.at += 1;
                Ok(())
            }
            false => Err(self.malformed()),
        }
    }

    /// Returns the index of the next byte, to which [`Reader::go_back`] leads.
    #[inline]
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// Returns to a place, as if nothing had been read since.
    pub(super) fn go_back(&mut self, place: usize) {
        self.at = place;
        self.fault = None;
    }

    /// Returns true where the last error is that of a text that is not JSON.
    pub(super) fn is_malformed(&self) -> bool {
        self.fault.is_some_and(|fault| fault.is_malformed)
    }

    /// Goes on after an error that a visitor took for none.
    #[inline]
    pub(super) fn forget_fault(&mut self) {
        self.fault = None;
    }

    /// Returns the text from the next token on.
    pub(super) fn rest(&mut self) -> &'de str {
        self.peek();
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Begins an object or a list, whose bracket was peeked.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Error> {
        if self.depth == 0 {
            return Err(self.unreadable(TOO_DEEP));
        }
        self.depth -= 1;
        self.at += 1;
        Ok(())
    }

    /// Ends an object or a list, read or not.
    #[inline]
    pub(super) fn leave(&mut self) {
        self.depth += 1;
    }

    /// Begins a union, and returns what [`Reader::leave_union`] needs.
    pub(super) fn enter_union(&mut self) -> Result<usize, Error> {
        if self.unions == 0 {
            return Err(self.unreadable(TOO_DEEP));
        }
        self.unions -= 1;
        Ok(std::mem::replace(&mut self.depth, MAX_DEPTH))
    }

    /// Ends a union, read or not.
    pub(super) fn leave_union(&mut self, depth: usize) {
        self.unions += 1;
        self.depth = depth;
    }

    /// Reads a string, whose quotation mark was peeked.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Cow<'de, str>, Error> {
        let start = self.at + 1;
        let end = end_of_plain(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) == Some(&b'"')
            && let Some(text) = self.text.get(start..end)
        {
            self.at = end + 1;
            return Ok(Cow::Borrowed(text));
        }
        self.escaped_string().map(Cow::Owned)
    }

    #[cold]
    fn escaped_string(&mut self) -> Result<String, Error> {
        let end = end_of_string(self.text.as_bytes(), self.at);
        let read = self.text.get(self.at..end).map(serde_json::from_str);
        match read {
            Some(Ok(text)) => {
                self.at = end;
                Ok(text)
            }
            _ => Err(self.malformed()),
        }
    }

    /// Reads `null`, `true` or `false`.
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> Result<(), Error> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        match rest.starts_with(word.as_bytes()) {
            true => {
                self.at += word.len();
                Ok(())
            }
            false => Err(self.malformed()),
        }
    }

    /// Steps over a string, without asking whether its surrogates have their halves.
    fn skip_string(&mut self) -> Result<(), Error> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            at = end_of_plain(bytes, at);
            let escape = match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(());
                }
                Some(b'\\') => bytes.get(at + 1),
                _ => None,
            };
            let length = match escape {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                Some(b'u') if is_hex(bytes.get(at + 2..at + 6)) => 6,
                _ => return Err(self.malformed()),
            };
            at += length;
        }
    }

    /// Steps over a value, however deep it is, and returns its text.
    pub(super) fn skip(&mut self) -> Result<&'de str, Error> {
        self.peek();
        let start = self.at;
        let mut open = Vec::new();
        loop {
            match self.peek() {
                b'"' => self.skip_string()?,
                b'{' => {
                    self.at += 1;
                    if self.peek() != b'}' {
                        open.push(b'}');
                        self.skip_name()?;
                        continue;
                    }
                    self.at += 1;
                }
                b'[' => {
                    self.at += 1;
                    if self.peek() != b']' {
                        open.push(b']');
                        continue;
                    }
                    self.at += 1;
                }
                b'n' => self.word("null")?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                _ => self.skip_number()?,
            }
            while let Some(end) = open.last() {
                match self.peek() {
                    b',' => {
                        self.at += 1;
                        if *end == b'}' {
                            self.skip_name()?;
                        }
                        break;
                    }
                    byte if byte == *end => {
                        self.at += 1;
                        open.pop();
                    }
                    _ => return Err(self.malformed()),
                }
            }
            if open.is_empty() {
                return Ok(self.text.get(start..self.at).unwrap_or_default());
            }
        }
    }

    /// Steps over the name of a member.
    fn skip_name(&mut self) -> Result<(), Error> {
        match self.peek() {
            b'"' => self.skip_string()?,
            _ => return Err(self.malformed()),
        }
        self.expect(b':')
    }

    /// Checks that only spaces follow.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        match self.peek() {
            0 if self.at == self.text.len() => Ok(()),
            _ => Err(self.malformed()),
        }
    }

    /// Creates the error of a text that is not JSON. Its reason is found where it is
    /// reported: most errors are not, and to find it takes reading the text again.
    #[cold]
    pub(super) fn malformed(&mut self) -> Error {
        self.unreadable("not JSON")
    }

    fn unreadable(&mut self, reason: &str) -> Error {
        self.fault.get_or_insert(Fault {
            at: self.at,
            is_malformed: true,
        });
        Error::custom(reason)
    }

    /// Creates the error of a value of another type.
    #[cold]
    pub(super) fn invalid_type(&mut self, expected: &dyn Expected) -> Error {
        let error = match self.unexpected(expected) {
            Ok(error) | Err(error) => error,
        };
        self.placed(error)
    }

    fn unexpected(&mut self, expected: &dyn Expected) -> Result<Error, Error> {
        let invalid = |found: Unexpected<'_>| Error::invalid_type(found, expected);
        Ok(match self.peek() {
            b'"' => invalid(Unexpected::Str(&self.string()?)),
            b'{' => invalid(Unexpected::Map),
            b'[' => invalid(Unexpected::Seq),
            b'n' => {
                self.word("null")?;
                invalid(Unexpected::Unit)
            }
            b't' => {
                self.word("true")?;
                invalid(Unexpected::Bool(true))
            }
            b'f' => {
                self.word("false")?;
                invalid(Unexpected::Bool(false))
            }
            _ => match self.number()? {
                Number::Positive(value) => invalid(Unexpected::Unsigned(value)),
                Number::Negative(value) => invalid(Unexpected::Signed(value)),
                Number::Float(value) => invalid(Unexpected::Float(value)),
            },
        })
    }

    /// Notes the place of an error that has none.
    #[cold]
    pub(super) fn placed(&mut self, error: Error) -> Error {
        self.note_place();
        error
    }

    /// Notes where an error was found, unless one has been found before.
    #[cold]
    pub(super) fn note_place(&mut self) {
        self.fault.get_or_insert(Fault {
            at: self.at,
            is_malformed: false,
        });
    }

    /// Creates the error for the caller, with its line and column.
    #[cold]
    fn report(&self, error: &Error) -> Error {
        let fault = self.fault.unwrap_or(Fault {
            at: self.at,
            is_malformed: false,
        });
        if fault.is_malformed
            && let Err(reason) = serde_json::from_str::<Value>(self.text)
        {
            return reason;
        }
        self.with_place(error, fault.at)
    }

    fn with_place(&self, error: &dyn Display, at: usize) -> Error {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let column = at - start;
        // serde_json takes the place out of the message.
        Error::custom(format_args!("{error} at line {line} column {column}"))
    }
}

/// Returns the message of an error without its place, which is one in a part of a text.
pub(super) fn reason(error: &Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// Returns true for four hexadecimal digits.
fn is_hex(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Returns the index of the first quotation mark, backslash or control character; of
/// the end where there is none. Most strings are short, so that eight bytes are looked
/// at together, and no more.
#[inline]
fn end_of_plain(bytes: &[u8], start: usize) -> usize {
    /// A one, and a sign, in each byte.
    const ONES: u64 = u64::MAX / 255;
    const SIGNS: u64 = ONES << 7;
    let mut at = start;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*eight);
        // With its second bit turned, a quotation mark follows the control characters.
        let controls = (word ^ (ONES * 2)).wrapping_sub(ONES * (u64::from(b'"') - 1));
        let backslashes = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
        // Subtracting gives a sign to the lowest byte that is searched for; those above
        // it may be wrong, and only the lowest is taken.
        let found = (controls | backslashes) & !word & SIGNS;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    end_of_last(bytes, at)
}

/// As [`end_of_plain`], where less than eight bytes are left.
#[cold]
fn end_of_last(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let end = rest.iter().position(is_end).unwrap_or(rest.len());
    bytes.len() - rest.len() + end
}
