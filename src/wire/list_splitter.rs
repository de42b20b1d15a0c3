//! Cuts the items out of a list that comes in pieces.

use memchr::memchr2;

/// Cuts `{"data": [...]}` into the texts of the items and the text around them,
/// piece by piece as it comes. It looks for the ends of items alone: whether they
/// are JSON is for the reader of each.
#[derive(Debug, Default)]
pub(crate) struct ListSplitter {
    state: State,
    /// The text around the items, with whatever is not allowed between them.
    outline: Vec<u8>,
    /// The beginning of an item that pieces before had.
    begun: Vec<u8>,
    /// How many brackets are open, in the outline or in the item.
    depth: usize,
    string: InString,
    /// Where the last string of the outline begins.
    name: usize,
    /// Whether the next value is that of the outermost member `data`.
    is_data: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Outline,
    /// Between items, before this.
    Between(Due),
    Item,
    /// Within a number or a word.
    Scalar,
}

/// What may come between items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    ItemOrEnd,
    Item,
    CommaOrEnd,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum InString {
    #[default]
    No,
    Yes,
    /// Behind a backslash.
    Escaped,
}

impl ListSplitter {
    /// Hands over each item that ends in this piece.
    ///
    /// # Errors
    ///
    /// That of `each`.
    pub(crate) fn push<E>(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut at = 0;
        while at < piece.len() {
            let start = at;
            let ended = match self.state {
                State::Outline => {
                    self.outline(piece[at]);
                    at += 1;
                    continue;
                }
                State::Between(due) => {
                    at += usize::from(self.between(due, piece[at]));
                    continue;
                }
                State::Item => self.end_of_item(&piece[at..]),
                State::Scalar => {
                    let is_end =
                        |b: &u8| b.is_ascii_whitespace() || matches!(b, b',' | b']' | b'}');
                    piece[at..].iter().position(is_end)
                }
            };
            let Some(length) = ended else {
                self.begun.extend_from_slice(&piece[start..]);
                return Ok(());
            };
            at += length;
            self.state = State::Between(Due::CommaOrEnd);
            // Most items are in one piece, and need no copy.
            if self.begun.is_empty() {
                each(&piece[start..at])?;
            } else {
                self.begun.extend_from_slice(&piece[start..at]);
                each(&self.begun)?;
                self.begun.clear();
            }
        }
        Ok(())
    }

    /// Returns how many bytes are held.
    pub(crate) fn held(&self) -> usize {
        self.outline.len() + self.begun.len()
    }

    /// Returns the text around the items, with an empty list in their place. It
    /// is JSON if what is between the items is as it has to be.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.outline.extend_from_slice(&self.begun);
        self.outline
    }

    /// Takes a byte of the text around the items.
    fn outline(&mut self, byte: u8) {
        self.outline.push(byte);
        match (self.string, byte) {
            (InString::Escaped, _) => self.string = InString::Yes,
            (InString::Yes, b'\\') => self.string = InString::Escaped,
            (InString::Yes, b'"') => self.string = InString::No,
            (InString::Yes, _) => {}
            (InString::No, b'"') => {
                self.string = InString::Yes;
                self.name = self.outline.len() - 1;
            }
            (InString::No, b':') if self.depth == 1 => {
                self.is_data = self.outline[self.name..].starts_with(b"\"data\"");
            }
            (InString::No, b',') if self.depth == 1 => self.is_data = false,
            (InString::No, b'[') if self.depth == 1 && self.is_data => {
                self.state = State::Between(Due::ItemOrEnd);
            }
            (InString::No, b'{' | b'[') => self.depth += 1,
            (InString::No, b'}' | b']') => self.depth = self.depth.saturating_sub(1),
            (InString::No, _) => {}
        }
    }

    /// Looks at a byte between items; returns false where it belongs to an item.
    fn between(&mut self, due: Due, byte: u8) -> bool {
        match (byte, due) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            (b',', Due::CommaOrEnd) => self.state = State::Between(Due::Item),
            (b']', Due::ItemOrEnd | Due::CommaOrEnd) => {
                self.outline.push(byte);
                (self.state, self.depth, self.is_data) = (State::Outline, 1, false);
            }
            // A comma behind the bracket makes the outline no JSON.
            (b',' | b']', _) | (_, Due::CommaOrEnd) => {
                self.outline.extend([b',', byte]);
                self.state = State::Outline;
            }
            (b'{' | b'[' | b'"', _) => {
                (self.state, self.depth, self.string) = (State::Item, 0, InString::No);
                return false;
            }
            _ => {
                self.state = State::Scalar;
                return false;
            }
        }
        true
    }

    /// Returns how many bytes of a text belong to the item, where it ends there.
    fn end_of_item(&mut self, text: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < text.len() {
            if self.string == InString::Escaped {
                self.string = InString::Yes;
                at += 1;
                continue;
            }
            if self.string == InString::Yes {
                at += memchr2(b'"', b'\\', &text[at..])?;
                self.string = match text[at] {
                    b'"' => InString::No,
                    _ => InString::Escaped,
                };
            } else {
                match text[at] {
                    b'"' => self.string = InString::Yes,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth -= 1,
                    _ => {}
                }
            }
            at += 1;
            if self.depth == 0 && self.string == InString::No {
                return Some(at);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The items and the outline of a text that comes in pieces of this size.
    fn split(text: &str, size: usize) -> (Vec<String>, String) {
        let (mut splitter, mut items) = (ListSplitter::default(), Vec::new());
        for piece in text.as_bytes().chunks(size) {
            let pushed = splitter.push(piece, |item| {
                items.push(String::from_utf8(item.to_vec()).unwrap());
                Ok::<(), ()>(())
            });
            pushed.unwrap();
        }
        (items, String::from_utf8(splitter.finish()).unwrap())
    }

    #[test]
    fn items_are_the_same_however_the_text_is_cut() {
        let text = r#" {"a": {"data": [7]}, "x\"data": [8], "data" : [ {"é": "}]\\\"", "b": [[{}]]},
            1.5e3 ,null,"a,]\"" ,[1, [2]], {}] , "more": ["data", {"data": [9]}], "end": "]"} "#;
        let items = [
            r#"{"é": "}]\\\"", "b": [[{}]]}"#,
            "1.5e3",
            "null",
            r#""a,]\"""#,
            "[1, [2]]",
            "{}",
        ];
        let outline = r#" {"a": {"data": [7]}, "x\"data": [8], "data" : [] , "more": ["data", {"data": [9]}], "end": "]"} "#;
        for size in 1..text.len() + 1 {
            let mut got = Vec::new();
            let mut splitter = ListSplitter::default();
            for piece in text.as_bytes().chunks(size) {
                let pushed = splitter.push(piece, |item| {
                    got.push(item.to_vec());
                    Ok::<(), ()>(())
                });
                pushed.unwrap();
            }
            let got: Vec<_> = got
                .into_iter()
                .map(|i| String::from_utf8(i).unwrap())
                .collect();
            assert_eq!(got, items, "{size}");
            let rest = String::from_utf8(splitter.finish()).unwrap();
            assert_eq!(rest, outline, "{size}");
        }
    }

    #[test]
    fn what_is_no_list_leaves_an_outline_that_is_no_json() {
        for broken in [
            r#"{"data": [1, 2"#,
            r#"{"data": [1, 2}"#,
            r#"{"data": [1 2]}"#,
            r#"{"data": [1, ]}"#,
            r#"{"data": [, 1]}"#,
            r#"{"data": [1,, 2]}"#,
            r#"{"data": [{]}"#,
            r#"{"data": [{}{}]}"#,
            r#"{"data": []"#,
            r#"{"data": [] x}"#,
            r#"{"data": []} x"#,
            r#"{"data": ["a]}"#,
            "{",
            "",
        ] {
            for size in [1, 3, 100] {
                let (_, outline) = split(broken, size);
                let read = serde_json::from_str::<serde_json::Value>(&outline);
                assert!(read.is_err(), "{broken}: {outline}");
            }
        }
        for (fine, outline) in [
            (r#"{"data": null}"#, r#"{"data": null}"#),
            ("[[1], 2]", "[[1], 2]"),
            (r#"{"data": [ ]}"#, r#"{"data": []}"#),
        ] {
            assert_eq!(split(fine, 2), (vec![], outline.to_owned()));
        }
    }
}
