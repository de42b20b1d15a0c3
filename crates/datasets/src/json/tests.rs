//! What is read, and how it is written again.

use super::*;

fn written(text: &str) -> String {
    let value = parse(text, &mut Vec::new()).unwrap();
    serde_json::to_string(&value).unwrap()
}

#[test]
fn what_is_read_is_written_again() {
    let text =
        r#"{"b":1.10,"a":[1e400,123456789012345678901234567890,-0,true,null],"c":{"é\n":"\"x\""}}"#;
    assert_eq!(written(text), text);
    assert_eq!(written(" { \"a\" : [ 1 , 2 ] } "), r#"{"a":[1,2]}"#);
}

#[test]
fn a_member_that_stands_twice_is_named() {
    let mut duplicates = Vec::new();
    let value = parse(r#"{"a":[{"x/y":1,"x/y":2}],"a2":0}"#, &mut duplicates).unwrap();
    assert_eq!(duplicates, ["/a/0/x~1y"]);
    let last = value
        .as_object()
        .unwrap()
        .get("a")
        .unwrap()
        .as_array()
        .unwrap()[0]
        .clone();
    assert_eq!(
        last.as_object().unwrap().get("x/y").unwrap().as_f64(),
        Some(2.0)
    );
}

#[test]
fn an_object_of_many_members_is_read_in_time_and_its_duplicates_are_bounded() {
    let members = |n: usize| -> String { (0..n).map(|n| format!("\"k{n}\":{n},")).collect() };
    let mut duplicates = Vec::new();
    let text = format!("{{{}\"k7\":1.5}}", members(100_000));
    let value = parse(&text, &mut duplicates).unwrap();
    assert_eq!(duplicates, ["/k7"]);
    assert_eq!(value.as_object().unwrap().0.len(), 100_000);
    assert_eq!(
        value.as_object().unwrap().get("k7").unwrap().as_f64(),
        Some(1.5)
    );
    duplicates.clear();
    parse(
        &format!("{{{}\"a\":0}}", "\"a\":1,".repeat(100_000)),
        &mut duplicates,
    )
    .unwrap();
    assert_eq!(duplicates.len(), MAX_DUPLICATES);
}

#[test]
fn both_ways_to_read_give_the_same() {
    let text = r#"{"a":[1,-2,{"b":"\u00e9\n","b":null}],"c":18446744073709551615,"d":true}"#;
    let mut duplicates = Vec::new();
    let read = parse(text, &mut duplicates).unwrap();
    let raw: &RawValue = serde_json::from_str(text).unwrap();
    let mut state = State::default();
    let again = Parser { text }.value(raw, 0, &mut state).unwrap();
    assert_eq!(read, again);
    assert_eq!(duplicates, state.duplicates);
    assert_eq!(duplicates, ["/a/2/b"]);
}

#[test]
fn depth_is_bounded() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(parse(&deep(MAX_DEPTH), &mut Vec::new()).is_ok());
    assert_eq!(
        parse(&deep(100_000), &mut Vec::new()),
        Err(ParseError::TooDeep)
    );
}

#[test]
fn errors_have_their_column() {
    let column = |text| match parse(text, &mut Vec::new()) {
        Err(ParseError::Syntax { column, .. }) => column,
        other => panic!("{other:?}"),
    };
    assert_eq!(column(r#"{"a": }"#), 7);
    // A lone surrogate is found only when the string is read.
    assert!(column(r#"{"a": "\ud800"}"#) > 6);
    assert!(column("{} {}") >= 4);
}

#[test]
fn fingerprints_are_of_the_meaning() {
    let of = |text| parse(text, &mut Vec::new()).unwrap().fingerprint();
    assert_eq!(of(r#"{"a":1,"b":"é"}"#), of(r#"{ "b":"\u00e9", "a":1 }"#));
    assert_ne!(of(r#"{"a":1,"b":2}"#), of(r#"{"a":2,"b":1}"#));
    assert_ne!(of("[1,2]"), of("[2,1]"));
}
