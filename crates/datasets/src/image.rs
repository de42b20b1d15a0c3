//! Pictures in examples: an address, or the picture itself in a data URL.

/// Where a picture is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ImageSource<'a> {
    /// At this address.
    Url(&'a str),
    /// In the file.
    Data(ImageData<'a>),
}

/// A picture that is in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ImageData<'a> {
    pub(crate) media_type: &'a str,
    /// The picture's size when it is decoded.
    pub(crate) bytes: u64,
}

/// Returns where a picture is.
pub(crate) fn source(url: &str) -> Result<ImageSource<'_>, String> {
    let Some(data) = url.strip_prefix("data:") else {
        return match url.split_once("://") {
            Some(("http" | "https", rest)) if !rest.is_empty() => Ok(ImageSource::Url(url)),
            _ => Err("neither an address nor a data URL".to_owned()),
        };
    };
    let (head, data) = data.split_once(',').ok_or("a data URL without data")?;
    let media_type = head
        .strip_suffix(";base64")
        .ok_or("a data URL that is not in base64")?;
    let length = data.len();
    let digits = data.trim_end_matches('=').len();
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    if let Some(place) = data.as_bytes()[..digits].iter().position(|b| !is_digit(*b)) {
        return Err(format!(
            "the picture's base64 is broken at its byte {}",
            place + 1
        ));
    }
    if digits == 0 || length - digits > 2 || !length.is_multiple_of(4) {
        return Err("the picture's base64 is cut off".to_owned());
    }
    let bytes = digits as u64 * 3 / 4;
    Ok(ImageSource::Data(ImageData { media_type, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_picture_is() {
        let url = "https://example.com/a.png";
        assert_eq!(source(url), Ok(ImageSource::Url(url)));
        let data = |media_type, bytes| Ok(ImageSource::Data(ImageData { media_type, bytes }));
        assert_eq!(source("data:image/png;base64,AAAA"), data("image/png", 3));
        assert_eq!(source("data:image/webp;base64,AAA="), data("image/webp", 2));
        assert_eq!(source("data:image/webp;base64,AA=="), data("image/webp", 1));
        for bad in [
            "",
            "a.png",
            "file:///a.png",
            "https://",
            "data:image/png;base64",
            "data:image/png,x",
            "data:image/png;base64,",
            "data:image/png;base64,A===",
            "data:image/png;base64,AAAAA",
            "data:image/png;base64,AA A",
        ] {
            assert!(source(bad).is_err(), "{bad}");
        }
    }
}
