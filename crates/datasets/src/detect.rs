//! Which format an example, or a file, has.

use crate::json::Object;
use crate::rules::Format;

/// What a file is that is not lines of JSON, by its first bytes.
pub(crate) fn not_json_lines(start: &[u8]) -> Option<(&'static str, &'static str)> {
    const CONVERT: &str = "write one JSON object on each line, in UTF-8";
    let is = |mark: &[u8]| start.starts_with(mark);
    if is(b"\x1f\x8b") || is(b"\x28\xb5\x2f\xfd") || is(b"PK\x03\x04") || is(b"BZh") {
        return Some((
            "the file is compressed",
            "decompress it: no vendor takes it like this",
        ));
    }
    if is(b"\xff\xfe") || is(b"\xfe\xff") {
        return Some(("the file is UTF-16", CONVERT));
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = text.trim_ascii_start();
    if text.first() == Some(&b'[') {
        return Some(("the file is one JSON array", CONVERT));
    }
    // An object whose members are on lines of their own.
    if text.first() == Some(&b'{') {
        let line = text.split(|b| *b == b'\n').next().unwrap_or(text);
        if line.trim_ascii() == b"{" {
            return Some(("the file is JSON over several lines", CONVERT));
        }
    }
    None
}

/// Returns true for the first bytes of a Parquet file.
pub(crate) fn is_parquet(start: &[u8]) -> bool {
    start.starts_with(b"PAR1")
}

/// Formats that tools write and no vendor takes, by a member that tells them.
const FOREIGN: [(&str, &str); 4] = [
    (
        "conversations",
        "this looks like ShareGPT's format: write `messages` with `role` and `content`",
    ),
    (
        "instruction",
        "this looks like Alpaca's format: write `messages`, or `prompt` and `completion`",
    ),
    (
        "chosen",
        "this looks like pairs of TRL: write `input` with `messages`, `preferred_output` and \
         `non_preferred_output`",
    ),
    (
        "preferred_completion",
        "this is an older name: write `preferred_output` and `non_preferred_output`",
    ),
];

/// Why an example has no format.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoFormat {
    /// Members of none; with what it looks like, where that is known.
    None(&'static str),
    /// Members of several.
    Several(Vec<Format>),
}

/// Returns the format of an example, by its members. Of several, those that
/// are not taken do not count: their members are further ones.
pub(crate) fn format_of(example: &Object<'_>, taken: &[Format]) -> Result<Format, NoFormat> {
    let formats = [
        Format::Preference,
        Format::Chat,
        Format::Instruction,
        Format::Text,
    ];
    let marks = |format: Format| match format {
        // An item of a reinforcement file may have any other member: only the
        // outputs tell pairs for sure.
        Format::Preference => &format.keys()[1..],
        _ => &format.keys()[..1],
    };
    let has = |format: &Format| marks(*format).iter().any(|key| example.contains(key));
    let found: Vec<Format> = formats.into_iter().filter(has).collect();
    let of_taken: Vec<Format> = found
        .iter()
        .copied()
        .filter(|f| taken.contains(f))
        .collect();
    match (found.as_slice(), of_taken.as_slice()) {
        ([format], _) | (_, [format]) => Ok(*format),
        ([], _) => {
            let foreign = FOREIGN.iter().find(|(key, _)| example.contains(key));
            Err(NoFormat::None(foreign.map_or("", |(_, help)| help)))
        }
        _ => Err(NoFormat::Several(found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn of(text: &str) -> Result<Format, NoFormat> {
        let value = parse(text, &mut Vec::new()).unwrap();
        let all = [
            Format::Chat,
            Format::Instruction,
            Format::Text,
            Format::Preference,
        ];
        format_of(value.as_object().unwrap(), &all)
    }

    #[test]
    fn members_tell_the_format() {
        assert_eq!(of(r#"{"messages":[],"tools":[]}"#), Ok(Format::Chat));
        assert_eq!(
            of(r#"{"messages":[],"input":"for the grader"}"#),
            Ok(Format::Chat)
        );
        assert_eq!(
            of(r#"{"prompt":"","completion":""}"#),
            Ok(Format::Instruction)
        );
        assert_eq!(of(r#"{"text":""}"#), Ok(Format::Text));
        assert_eq!(
            of(r#"{"input":{},"preferred_output":[]}"#),
            Ok(Format::Preference)
        );
        let both = NoFormat::Several(vec![Format::Chat, Format::Text]);
        assert_eq!(of(r#"{"text":"","messages":[]}"#), Err(both));
        let value = parse(r#"{"text":"","messages":[]}"#, &mut Vec::new()).unwrap();
        let chat = format_of(value.as_object().unwrap(), &[Format::Chat]);
        assert_eq!(chat, Ok(Format::Chat));
        assert_eq!(of("{}"), Err(NoFormat::None("")));
        for (key, help) in FOREIGN {
            assert_eq!(of(&format!("{{\"{key}\":1}}")), Err(NoFormat::None(help)));
        }
    }

    #[test]
    fn files_that_are_no_lines() {
        for start in [
            b"\x1f\x8b\x08".as_slice(),
            b"\xff\xfe{\0",
            b" [\n{\"text\": 1}",
            b"{\r\n  \"text\"",
        ] {
            assert!(not_json_lines(start).is_some(), "{start:?}");
        }
        for start in [
            b"".as_slice(),
            b"{\"text\": 1}\n",
            b"\n\n{}",
            b"\xef\xbb\xbf{}",
        ] {
            assert!(not_json_lines(start).is_none(), "{start:?}");
        }
        assert!(is_parquet(b"PAR1\x15"));
    }
}
