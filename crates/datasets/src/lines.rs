//! Lines of a file, in batches: what is read at once is bounded, whatever the
//! file is.

use std::io::{self, BufRead};
use std::ops::Range;

/// The mark that some programs put at the start of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Some lines that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) bytes: Vec<u8>,
    pub(crate) lines: Vec<Line>,
}

/// A line of a batch.
#[derive(Debug, PartialEq)]
pub(crate) struct Line {
    /// From one.
    pub(crate) number: u64,
    /// Where it is in the batch, without its end; none for one that is longer
    /// than allowed.
    pub(crate) place: Option<Range<usize>>,
    /// Its bytes in the file, with its end.
    pub(crate) length: u64,
}

impl Batch {
    pub(crate) fn text(&self, line: &Line) -> Option<&[u8]> {
        line.place.clone().and_then(|place| self.bytes.get(place))
    }
}

/// Reads lines of any text.
pub(crate) struct Lines<R> {
    reader: R,
    number: u64,
    max_line: usize,
    batch: usize,
    pub(crate) has_bom: bool,
    /// Bytes read.
    pub(crate) bytes: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, max_line: usize, batch: usize) -> Self {
        Self {
            reader,
            number: 0,
            max_line,
            batch,
            has_bom: false,
            bytes: 0,
        }
    }

    /// Reads the next lines; none at the end.
    pub(crate) fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        let mut batch = Batch::default();
        while batch.bytes.len() < self.batch && batch.lines.len() < 1 << 16 {
            let Some(line) = self.line(&mut batch.bytes)? else {
                break;
            };
            batch.lines.push(line);
        }
        Ok((!batch.lines.is_empty()).then_some(batch))
    }

    fn line(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<Line>> {
        let start = bytes.len();
        let (mut length, mut is_too_long) = (0, false);
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if available.is_empty() {
                break;
            }
            let end = memchr::memchr(b'\n', available);
            let used = end.map_or(available.len(), |n| n + 1);
            is_too_long |= bytes.len() - start + used > self.max_line;
            if is_too_long {
                bytes.truncate(start);
            } else {
                bytes.extend_from_slice(&available[..used]);
            }
            self.reader.consume(used);
            length += used as u64;
            if end.is_some() {
                break;
            }
        }
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.bytes += length;
        let mut place = start..bytes.len();
        if self.number == 1 && bytes[place.clone()].starts_with(BOM) {
            self.has_bom = true;
            place.start += BOM.len();
        }
        while place.end > place.start && matches!(bytes[place.end - 1], b'\n' | b'\r') {
            place.end -= 1;
        }
        Ok(Some(Line {
            number: self.number,
            place: (!is_too_long).then_some(place),
            length,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], max_line: usize, batch: usize) -> Vec<(u64, Option<String>)> {
        let reader = io::BufReader::with_capacity(3, text);
        let mut lines = Lines::new(reader, max_line, batch);
        let mut found = Vec::new();
        while let Some(batch) = lines.next_batch().unwrap() {
            assert!(batch.bytes.len() <= max_line.max(8) + 16);
            for line in &batch.lines {
                let text = batch.text(line);
                let text = text.map(|text| String::from_utf8_lossy(text).into_owned());
                found.push((line.number, text));
            }
        }
        assert_eq!(lines.bytes, text.len() as u64);
        found
    }

    #[test]
    fn ends_of_lines_and_a_mark_are_taken_off() {
        let some = |text: &str| Some(text.to_owned());
        for batch in [1, 100] {
            let found = lines(b"\xef\xbb\xbfab\r\n\n  \nlast", 100, batch);
            let expected = [
                (1, some("ab")),
                (2, some("")),
                (3, some("  ")),
                (4, some("last")),
            ];
            assert_eq!(found, expected);
        }
        assert_eq!(lines(b"", 100, 1), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_not_kept() {
        let text = [b"ok\n".as_slice(), &[b'x'; 5000], b"\nafter\n"].concat();
        let found = lines(&text, 10, 8);
        assert_eq!(found[1], (2, None));
        assert_eq!(found[2], (3, Some("after".to_owned())));
    }
}
