//! Finds the lines of JSON text by pointer.

use crate::pointer;
use std::collections::HashMap;

/// Returns where every member and element starts.
pub(super) fn lines(text: &str) -> HashMap<String, usize> {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
        line: 1,
        lines: HashMap::new(),
    };
    scan.value("");
    scan.lines
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    line: usize,
    lines: HashMap<String, usize>,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                other => return Some(*other),
            }
            self.at += 1;
        }
        None
    }

    /// Reads a string that starts here.
    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        let end = self.at.min(self.bytes.len());
        let raw = self.bytes.get(start..end).unwrap_or_default();
        serde_json::from_slice(raw).unwrap_or_default()
    }

    fn value(&mut self, pointer: &str) {
        let first = self.peek();
        self.lines.insert(pointer.to_owned(), self.line);
        match first {
            Some(b'{') => {
                self.at += 1;
                while let Some(byte) = self.peek() {
                    match byte {
                        b'"' => {
                            let line = self.line;
                            let place = pointer::join(pointer, &self.string());
                            if self.peek() == Some(b':') {
                                self.at += 1;
                            }
                            self.value(&place);
                            self.lines.insert(place, line);
                        }
                        b'}' => {
                            self.at += 1;
                            break;
                        }
                        _ => self.at += 1,
                    }
                }
            }
            Some(b'[') => {
                self.at += 1;
                let mut n = 0;
                while let Some(byte) = self.peek() {
                    match byte {
                        b']' => {
                            self.at += 1;
                            break;
                        }
                        b',' => self.at += 1,
                        _ => {
                            self.value(&pointer::index(pointer, n));
                            n += 1;
                        }
                    }
                }
            }
            Some(b'"') => {
                self.string();
            }
            Some(_) => {
                let start = self.at;
                while let Some(byte) = self.bytes.get(self.at) {
                    if matches!(byte, b',' | b'}' | b']' | b'\n' | b' ' | b'\r' | b'\t') {
                        break;
                    }
                    self.at += 1;
                }
                // Whatever it is, it is passed.
                self.at += usize::from(self.at == start);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn every_member_and_element_has_its_line() {
        let lines = lines(
            "{\n  \"a\": {\n    \"b/c\": [\n      1,\n      {\"d\": \"x\\\"y\"}\n    ]\n  },\n  \"e\": 2\n}\n",
        );
        assert_eq!(lines[""], 1);
        assert_eq!(lines["/a"], 2);
        assert_eq!(lines["/a/b~1c"], 3);
        assert_eq!(lines["/a/b~1c/0"], 4);
        assert_eq!(lines["/a/b~1c/1/d"], 5);
        assert_eq!(lines["/e"], 8);
    }
}
