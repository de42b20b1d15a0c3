//! How a body is compressed, by the header `content-encoding`.

use std::fmt;

use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};

use super::super::{Error, ErrorKind};

/// What requests say that they accept.
pub(in crate::transport) const ACCEPTED: HeaderValue = HeaderValue::from_static(
    match (
        cfg!(feature = "compression"),
        cfg!(feature = "brotli"),
        cfg!(feature = "zstd"),
    ) {
        (_, true, true) => "gzip, deflate, br, zstd",
        (_, true, false) => "gzip, deflate, br",
        (_, false, true) => "gzip, deflate, zstd",
        (true, false, false) => "gzip, deflate",
        (false, false, false) => "identity",
    },
);

/// The most encodings of one body: one on top of another could be a mistake of
/// a proxy's, more are none.
const MAX_ENCODINGS: usize = 3;
/// The most of an unknown name that is shown, in characters.
const SHOWN: usize = 40;

/// A way to compress a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Their names, with the old ones.
const NAMES: &[(&str, Encoding)] = &[
    ("gzip", Encoding::Gzip),
    ("x-gzip", Encoding::Gzip),
    ("deflate", Encoding::Deflate),
    ("br", Encoding::Brotli),
    ("zstd", Encoding::Zstd),
];

impl Encoding {
    /// Reads the encodings of a body, in the order in which they were applied.
    ///
    /// # Errors
    ///
    /// One is not known or not compiled in, or there are too many.
    pub(super) fn of(headers: &HeaderMap) -> Result<Vec<Self>, Error> {
        let mut encodings = Vec::new();
        for value in headers.get_all(CONTENT_ENCODING) {
            let text = String::from_utf8_lossy(value.as_bytes());
            for name in text.split(',').map(str::trim) {
                if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                    continue;
                }
                let known = NAMES.iter().find(|row| row.0.eq_ignore_ascii_case(name));
                let (_, encoding) = known.ok_or_else(|| unknown(name))?;
                encodings.push(*encoding);
            }
        }
        if encodings.len() > MAX_ENCODINGS {
            let message = format!(
                "the answer is compressed {} times over; at most {MAX_ENCODINGS} times are undone",
                encodings.len()
            );
            return Err(Error::new(ErrorKind::Decode, message));
        }
        match encodings.iter().find_map(|encoding| encoding.missing()) {
            Some(feature) => Err(not_compiled_in(&encodings, feature)),
            None => Ok(encodings),
        }
    }

    /// Returns the feature that reads it, where that is off.
    fn missing(self) -> Option<&'static str> {
        let (feature, is_on) = match self {
            Self::Gzip | Self::Deflate => ("compression", cfg!(feature = "compression")),
            Self::Brotli => ("brotli", cfg!(feature = "brotli")),
            Self::Zstd => ("zstd", cfg!(feature = "zstd")),
        };
        (!is_on).then_some(feature)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = NAMES.iter().find(|row| row.1 == *self);
        f.write_str(row.map_or("", |row| row.0))
    }
}

fn unknown(name: &str) -> Error {
    let shown: String = name.chars().take(SHOWN).collect();
    let message = format!(
        "the answer is compressed as {shown:?} (content-encoding), which is not one of gzip, \
         deflate, br and zstd; requests did not ask for it, so look at the proxy or server at \
         the base URL"
    );
    Error::new(ErrorKind::Decode, message)
}

/// An answer that is compressed as requests do not ask for.
fn not_compiled_in(encodings: &[Encoding], feature: &str) -> Error {
    let names: Vec<String> = encodings.iter().map(ToString::to_string).collect();
    let message = format!(
        "the answer is compressed ({}), which the request did not ask for; build unitune with its \
         feature `{feature}` to read it",
        names.join(", ")
    );
    Error::new(ErrorKind::Decode, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> Result<Vec<Encoding>, String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        Encoding::of(&headers).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_unknown_or_too_much_is_named() {
        assert_eq!(of(&[]), Ok(vec![]));
        assert_eq!(of(&["identity", ""]), Ok(vec![]));
        let error = of(&["gzip, compress"]).unwrap_err();
        assert!(error.contains("\"compress\""), "{error}");
        let error = of(&["br,br", "br, br"]).unwrap_err();
        assert!(error.contains("4 times"), "{error}");
    }

    #[cfg(feature = "compression")]
    #[test]
    fn encodings_are_read_in_their_order() {
        use Encoding::{Brotli, Deflate, Gzip, Zstd};
        assert_eq!(of(&["GZip"]), Ok(vec![Gzip]));
        assert_eq!(of(&["deflate, x-gzip"]), Ok(vec![Deflate, Gzip]));
        assert_eq!(of(&["deflate,identity"]), Ok(vec![Deflate]));
        for (name, encoding, is_on) in [
            ("br", Brotli, cfg!(feature = "brotli")),
            ("zstd", Zstd, cfg!(feature = "zstd")),
        ] {
            let read = of(&[name, "x-gzip"]);
            match is_on {
                true => assert_eq!(read, Ok(vec![encoding, Gzip])),
                false => assert!(read.unwrap_err().contains(&format!("({name}, gzip)"))),
            }
        }
    }
}
