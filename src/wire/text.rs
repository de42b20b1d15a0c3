//! Short texts without memory of their own.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// A text that does not change, of which 30 bytes need no memory of their own: times,
/// and words that a document does not name, of which a list of jobs has several in each
/// job and in each event.
///
/// ```
/// use unitune::wire::Text;
///
/// let word = Text::from("JOB_PENDING");
/// assert_eq!(&*word, "JOB_PENDING");
/// assert!(word.starts_with("JOB"));
/// assert_eq!(String::from(word), "JOB_PENDING");
/// ```
#[derive(Clone)]
pub struct Text(Form);

#[derive(Clone)]
enum Form {
    Short(Short),
    Long(Box<str>),
}

#[derive(Clone, Copy)]
struct Short {
    length: u8,
    /// The text, and zeros.
    bytes: [u8; 30],
}

impl Short {
    fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; 30];
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).ok()?;
        Some(Self { length, bytes })
    }

    fn as_bytes(&self) -> &[u8] {
        let text = self.bytes.get(..usize::from(self.length));
        text.unwrap_or_default()
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl Text {
    /// Returns the bytes of the text, which takes no check that they are one.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Form::Short(text) => text.as_bytes(),
            Form::Long(text) => text.as_bytes(),
        }
    }

    /// Returns true for `""`.
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Form::Short(text) => text.as_str(),
            Form::Long(text) => text,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(match Short::new(text) {
            Some(short) => Form::Short(short),
            None => Form::Long(text.into()),
        })
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(match Short::new(&text) {
            Some(short) => Form::Short(short),
            None => Form::Long(text.into()),
        })
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        match text.0 {
            Form::Short(text) => text.as_str().to_owned(),
            Form::Long(text) => text.into(),
        }
    }
}

impl From<Text> for serde_json::Value {
    fn from(text: Text) -> Self {
        Self::String(text.into())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_all_lengths_are_what_they_were() {
        for length in 0..70 {
            // Characters of two bytes, so that some end in the middle of the 30.
            for text in ["a".repeat(length), "é".repeat(length)] {
                let short = Text::from(text.as_str());
                assert_eq!(&*short, text);
                assert_eq!(Text::from(text.clone()), short);
                assert_eq!(short.to_string(), text);
                assert_eq!(format!("{short:?}"), format!("{text:?}"));
                assert_eq!(String::from(short), text);
            }
        }
        assert!(Text::from("b") > Text::from("a".repeat(40)));
    }
}
