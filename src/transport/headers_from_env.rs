//! Headers in an environment variable, a line `Name: value` for each: what
//! vendors' own SDKs add to all requests.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Reads the headers. A later line replaces an earlier one of the same name, and a
/// line without a colon is none, as in the SDKs. Values can be keys: they are
/// marked as sensitive.
///
/// # Errors
///
/// A line cannot be sent; the error has its number, and not its text.
pub(super) fn parse(text: &str) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (index, line) in text.split('\n').enumerate() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let wrong = |what: &str| format!("line {}: {what}", index + 1);
        let name: HeaderName = name
            .trim()
            .parse()
            .map_err(|_| wrong("expected `Name: value`, with the name of a header"))?;
        let value = HeaderValue::from_str(value.trim());
        let mut value =
            value.map_err(|_| wrong("the value has a control character, and cannot be sent"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_header() {
        let text = "X-Team: search\r\n\nno header\n x-team :  ads \nX-Url: https://a:1";
        let headers = parse(text).unwrap();
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["x-team"], "ads");
        assert_eq!(headers["x-url"], "https://a:1");
        assert!(headers.values().all(HeaderValue::is_sensitive));
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_sent_is_named_by_its_line() {
        let error = parse("a: b\nbad name: secret").unwrap_err();
        assert!(error.starts_with("line 2: expected"), "{error}");
        let error = parse("a: se\u{7f}cret").unwrap_err();
        assert!(error.starts_with("line 1: the value"), "{error}");
        assert!(!error.contains("cret,"), "{error}");
    }
}
