//! What serde_json reads is read, and what it rejects is rejected at the same place.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};

use proptest::prelude::*;
use serde::de::{DeserializeOwned, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::from_slice;
use crate::wire::json_reader::from_str;
use crate::wire::raw_text::RawText;

/// Everything that serde has data for.
#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Everything {
    small: Option<i8>,
    unsigned: Option<u64>,
    signed: Option<i64>,
    float: Option<f64>,
    flag: Option<bool>,
    letter: Option<char>,
    text: Option<String>,
    unit: Option<Unit>,
    word: Option<Word>,
    words: Vec<Word>,
    pair: Option<(u8, String)>,
    wrapped: Option<Wrapped>,
    numbers: BTreeMap<i16, Option<bool>>,
    by_word: BTreeMap<Plain, u8>,
    inner: Option<Box<Everything>>,
    either: Option<Either>,
    any: Value,
    raw: Option<RawIsText>,
}

/// Text that can be compared.
#[derive(Debug, Deserialize)]
struct RawIsText(Box<RawValue>);

impl PartialEq for RawIsText {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Unit;

#[derive(Debug, Deserialize, PartialEq)]
struct Wrapped(u32);

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Plain {
    On,
    Off,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Word {
    On,
    One(i64),
    Two(i64, String),
    Named { size: f32 },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Either {
    Number(f64),
    List(Vec<u8>),
    Object { id: String },
}

const BODY: &str = r#" {"small": -7, "unsigned": 18446744073709551615, "signed":-9223372036854775808,
    "float" : 1.5e-3, "flag":true,"letter": "\u00e9", "text": "a \"b\" \\ \n é \ud83d\ude00 / long enough",
    "unit": null, "word": "on", "words": ["on", {"one": 3}, {"two": [1, "x"]}, {"named": {"size": 0.5}}],
    "pair": [1, "y"], "wrapped": 7, "numbers": {"-3": true, "12": null}, "by_word": {"on": 1, "off": 2},
    "inner": {"text": "", "either": [1, 2], "any": [[], {}, [{}], {"a": []}]}, "either": {"id": "z"},
    "any": {"k": [0, -0, -0.0, 1e308, 123456789012345678901, 0.1, false, "", "\t"]}, "more": [{"x": 1e999}],
    "raw": {"a" : [1e999, "\ud800"]}} "#;

/// Compares with serde_json: the value, or the error. Returns both errors, with their
/// places.
fn compare<T: DeserializeOwned + PartialEq + Debug>(text: &str) -> Option<(String, String)> {
    let theirs = serde_json::from_str::<T>(text);
    match (from_str::<T>(text), theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs, "{text}");
            None
        }
        (Err(ours), Err(theirs)) if theirs.is_data() => {
            assert!(ours.is_data(), "{ours} of {text}");
            let errors = (ours.to_string(), theirs.to_string());
            let reason = |error: &str| error.split(" at line ").next().map(str::to_owned);
            // serde_json reads a number at the start of a name before it sees that the name goes on.
            let is_of_a_name = errors.0.contains("expected key to be a number in quotes");
            if !is_of_a_name {
                assert_eq!(reason(&errors.0), reason(&errors.1), "{text}");
            }
            Some(errors)
        }
        // Which error of several comes first is not the same.
        (Err(_), Err(_)) => None,
        (ours, theirs) => panic!("{ours:?} and {theirs:?} of {text}"),
    }
}

fn compare_all(text: &str) {
    compare::<Everything>(text);
    compare::<Value>(text);
    let skipped = from_str::<RawText<'_>>(text);
    let theirs = serde_json::from_str::<IgnoredAny>(text);
    assert_eq!(skipped.is_ok(), theirs.is_ok(), "{text}");
    if let Ok(skipped) = skipped {
        assert_eq!(skipped.as_str(), text.trim_matches([' ', '\n', '\t', '\r']));
    }
}

#[test]
fn it_reads_what_serde_json_reads() {
    compare_all(BODY);
    assert!(from_str::<Everything>(BODY).is_ok());
    for text in [
        "",
        " ",
        "nul",
        "nullx",
        "null null",
        "01",
        "-",
        "-0",
        "-01",
        "1.",
        "1.e3",
        ".5",
        "1e",
        "1e+",
        "1E-2",
        "0",
        "-9223372036854775809",
        "18446744073709551616",
        "1e400",
        "-1e400",
        "\"",
        "\"\\",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\x\"",
        "\"\u{1}\"",
        "\"tab\t\"",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "{,}",
        "[]]",
        "{}}",
        "\u{feff}{}",
        "true",
        "falsx",
        "\0",
        "1\0",
        "[1]\0",
    ] {
        compare_all(text);
    }
}

#[test]
fn an_error_is_that_of_serde_json() {
    let mut compared = 0;
    for text in [
        "5",
        "[1]",
        r#"{"small": 300}"#,
        r#"{"small": 1.5}"#,
        r#"{"small": "a"}"#,
        r#"{"small": []}"#,
        r#"{"unsigned": -1}"#,
        r#"{"flag": 1}"#,
        r#"{"flag": {}}"#,
        r#"{"letter": "ab"}"#,
        r#"{"text": 5}"#,
        r#"{"unit": 1}"#,
        r#"{"word": "off"}"#,
        r#"{"word": {"one": "a"}}"#,
        r#"{"word": {"on": 1}}"#,
        r#"{"words": "on"}"#,
        "{\n \"words\":\n [\"on\",\n null]}",
        r#"{"pair": [1]}"#,
        r#"{"pair": ["a", 1]}"#,
        r#"{"numbers": {"a": true}}"#,
        r#"{"numbers": {"5": 1}}"#,
        r#"{"by_word": {"on": 1, "up": 2}}"#,
        r#"{"inner": {"inner": {"inner": {"text": null, "signed": "x"}}}}"#,
        r#"{"word": {}}"#,
    ] {
        if let Some((ours, theirs)) = compare::<Everything>(text) {
            assert_eq!(ours, theirs, "{text}");
            compared += 1;
        }
    }
    assert_eq!(compared, 20, "errors of types");
}

#[test]
fn what_is_deep_is_skipped_and_not_read() {
    for depth in [100, 127, 128, 129, 5_000] {
        let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        compare_all(&text);
        compare_all(&format!(r#"{{"more": {text}}}"#));
        compare_all(&format!(r#"{{"any": {text}}}"#));
    }
}

/// The numbers of a list, without what is none.
#[derive(Debug, PartialEq)]
struct Numbers(Vec<i64>);

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Numbers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Numbers, A::Error> {
                let mut numbers = Vec::new();
                for _ in 0..100 {
                    match items.next_element() {
                        Ok(Some(number)) => numbers.push(number),
                        Ok(None) => return Ok(Numbers(numbers)),
                        Err(_) => {}
                    }
                }
                Err(A::Error::custom("no end"))
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

#[test]
fn a_visitor_may_go_on_after_an_error() {
    for text in ["[1, \"x\", 3]", "[300, null, 4.5, 7, true]", "[1, {}, 2]"] {
        compare::<Numbers>(text);
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Lenient {
    #[serde(deserialize_with = "number_or_nothing")]
    a: Option<i64>,
    b: Option<i64>,
}

fn number_or_nothing<'de, D: Deserializer<'de>>(value: D) -> Result<Option<i64>, D::Error> {
    Ok(i64::deserialize(value).ok())
}

#[test]
fn an_error_that_was_taken_for_none_has_no_place() {
    let errors = compare::<Lenient>(r#"{"a": "x", "b": "y"}"#).unwrap();
    assert_eq!(errors.0, errors.1);
    for text in [
        r#"{"a": "x", "b": 1,}"#,
        r#"{"a": "x", "b" 1}"#,
        r#"{"a": "x"} x"#,
    ] {
        let ours = from_str::<Lenient>(text).unwrap_err();
        let theirs = serde_json::from_str::<Lenient>(text).unwrap_err();
        assert_eq!(ours.to_string(), theirs.to_string());
        assert!(ours.is_syntax(), "{ours}");
    }
    // What is mended in a text that is not JSON is mended here, too.
    let read: Lenient = from_slice(br#"{"a": "x", "b": NaN}"#).unwrap();
    assert_eq!(read, Lenient { a: None, b: None });
}

#[derive(Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Bytes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_owned()))
            }
        }
        deserializer.deserialize_bytes(Any)
    }
}

#[test]
fn large_integers_small_floats_and_bytes_are_those_of_serde_json() {
    let numbers = [
        "0",
        "-0",
        "-1",
        "1.5",
        "1e40",
        "-1e39",
        "3.4028236e38",
        "1e400",
        "null",
        "01",
        "340282366920938463463374607431768211455",
        "340282366920938463463374607431768211456",
        "-170141183460469231731687303715884105728",
        "18446744073709551616",
        // Between two numbers of 32 bits, and nearer to the upper than 64 bits can tell.
        "1.00000005960464477539062500000001",
    ];
    for number in numbers {
        let theirs = serde_json::from_str::<f32>(number).ok().map(f32::to_bits);
        assert_eq!(
            from_str::<f32>(number).ok().map(f32::to_bits),
            theirs,
            "{number}"
        );
        for text in [number.to_owned(), format!("{{\"{number}\": 1}}")] {
            macro_rules! same {
                ($($type:ty)*) => {$(
                    let theirs = serde_json::from_str::<$type>(&text).ok();
                    assert_eq!(from_str::<$type>(&text).ok(), theirs, "{text}");
                )*};
            }
            same!(i128 u128 BTreeMap<i128, u8> BTreeMap<u128, u8>);
        }
    }
    for text in [
        r#""a""#,
        r#" "\ud800\n\u00e9é" "#,
        "\"\u{1}\"",
        r#""a"#,
        "[1]",
        "5",
        r#"["a"#,
    ] {
        let theirs = serde_json::from_str::<Bytes>(text).ok();
        assert_eq!(from_str::<Bytes>(text).ok(), theirs, "{text}");
    }
}

#[test]
fn a_name_that_is_no_number_is_not_called_malformed() {
    compare::<BTreeMap<i16, u8>>(r#"{"-0 ": 1}"#).unwrap();
    let too_large = "12345678901234567890\\u0061";
    for name in ["a", "", " 1", "1 ", "1x", "\\u0031", too_large] {
        let error = from_str::<BTreeMap<i16, u8>>(&format!("{{\"{name}\": 1}}")).unwrap_err();
        let reason = "expected key to be a number in quotes at line 1";
        assert!(error.to_string().contains(reason), "{error}");
    }
}

proptest! {
    #[test]
    fn a_changed_text_is_read_as_serde_json_reads_it(
        changes in prop::collection::vec((0..BODY.len(), any::<prop::sample::Index>(), 0..3_usize), 1..4),
    ) {
        const PARTS: [&str; 30] = [
            "", " ", "\n", "{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", "1.5", "e", "9",
            "null", "true", "\"a\"", "{}", "[]", "\"small\":", "\u{7f}", "é", "\u{1}", "1e999", "\\u0061",
            "\\ud800", "12345678901234567890", "\"on\"",
        ];
        let mut text = BODY.to_owned();
        for (at, part, length) in changes {
            let boundary = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let start = boundary(at.min(text.len()));
            let end = boundary((start + length).min(text.len()));
            text.replace_range(start..end.max(start), PARTS[part.index(PARTS.len())]);
        }
        compare_all(&text);
    }

    #[test]
    fn a_number_is_the_same_to_the_last_bit(
        text in "-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?",
    ) {
        let bits = |number: f64| number.to_bits();
        let theirs = serde_json::from_str::<f64>(&text).ok().map(bits);
        prop_assert_eq!(from_str::<f64>(&text).ok().map(bits), theirs);
        compare_all(&text);
    }

    #[test]
    fn a_string_of_any_length_ends_where_it_ends(
        parts in prop::collection::vec("[ -~]|é|\u{7f}|\u{80}|\\\\[\"\\\\nu]|\u{1}|\u{10ffff}|[a-z]{1,9}", 0..12),
    ) {
        let text = format!("\"{}\"", parts.concat());
        compare::<String>(&text);
        compare_all(&text);
    }
}
