//! Conversions between vendors: what is changed, what is rejected, and that there
//! and back is the same but for what was named.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use unitune_datasets::{
    AlterationKind, Check, Code, Convert, ConvertReport, Error, FetchedImage, Method,
    OnUnsupported, Stop,
};

use Method::{Dpo, Reinforcement, Supervised};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = names
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn lines(examples: &[Value]) -> String {
    examples
        .iter()
        .map(|example| format!("{example}\n"))
        .collect()
}

/// Converts examples; the report, and what was written.
fn convert_with(
    change: impl FnOnce(Convert) -> Convert,
    to: &str,
    method: Method,
    examples: &[Value],
) -> (ConvertReport, Vec<Value>) {
    let folder = Folder::new();
    let (source, target) = (folder.path("source.jsonl"), folder.path("target.jsonl"));
    fs::write(&source, lines(examples)).unwrap();
    let convert = change(Convert::new(to, method).unwrap());
    let report = convert.file(&source, &target).unwrap();
    let written = match report.is_written {
        true => fs::read_to_string(&target).unwrap(),
        false => String::new(),
    };
    let expected: &[&str] = match report.is_written {
        true => &["source.jsonl", "target.jsonl"],
        false => &["source.jsonl"],
    };
    assert_eq!(folder.names(), expected);
    let written = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (report, written.collect())
}

fn convert(to: &str, method: Method, examples: &[Value]) -> (ConvertReport, Vec<Value>) {
    convert_with(|convert| convert, to, method, examples)
}

/// As many of an example as the vendor wants at least.
fn ten(example: &Value) -> Vec<Value> {
    vec![example.clone(); 10]
}

fn kinds(report: &ConvertReport) -> Vec<AlterationKind> {
    report
        .alterations
        .iter()
        .map(|alteration| alteration.kind)
        .collect()
}

fn chat(messages: Value) -> Value {
    json!({ "messages": messages })
}

fn user() -> Value {
    json!({"role": "user", "content": "q"})
}

fn assistant() -> Value {
    json!({"role": "assistant", "content": "a"})
}

#[test]
fn each_loss_is_named_and_what_is_written_is_right() {
    use AlterationKind::*;
    let image = |url: &str| json!({"role": "user", "content": [{"type": "image_url", "image_url": {"url": url, "detail": "low"}}]});
    let plain_image = |url: &str| json!({"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]});
    let png = "data:image/png;base64,AAAA";
    for (to, source, target, expected) in [
        (
            "together",
            json!({"messages": [user(), assistant()], "parallel_tool_calls": false}),
            chat(json!([user(), assistant()])),
            vec![ParallelToolCallsDropped],
        ),
        (
            "fireworks",
            chat(json!([{"role": "developer", "content": "s"}, user(), assistant()])),
            chat(json!([{"role": "system", "content": "s"}, user(), assistant()])),
            vec![DeveloperToSystem],
        ),
        (
            "together",
            chat(json!([image(png), assistant()])),
            chat(
                json!([plain_image(png), {"role": "assistant", "content": [{"type": "text", "text": "a"}]}]),
            ),
            vec![ImageDetailDropped, ContentsMadeLists],
        ),
        (
            "fireworks",
            chat(json!([image(png), assistant()])),
            chat(json!([plain_image(png), assistant()])),
            vec![ImageDetailDropped],
        ),
        (
            "azure",
            chat(json!([image(png), assistant()])),
            chat(json!([image(png), assistant()])),
            vec![],
        ),
        (
            "openai",
            json!({"messages": [user(), {"role": "assistant", "content": "a", "reasoning": "r"}], "weight": 2}),
            chat(json!([user(), assistant()])),
            vec![ReasoningDropped, ExampleWeightDropped],
        ),
        (
            "fireworks",
            chat(json!([user(), {"role": "assistant", "content": "a", "reasoning": "r"}])),
            chat(json!([user(), {"role": "assistant", "content": "a", "reasoning_content": "r"}])),
            vec![ReasoningRenamed],
        ),
        (
            "openai",
            chat(
                json!([{"role": "user", "content": "q", "weight": 0}, {"role": "assistant", "content": "a", "weight": 1}]),
            ),
            chat(json!([user(), {"role": "assistant", "content": "a", "weight": 1}])),
            vec![MessageWeightDropped],
        ),
        (
            "openai",
            json!({"prompt": "q", "completion": "a"}),
            chat(json!([user(), assistant()])),
            vec![PromptToChat],
        ),
        (
            "together",
            json!({"messages": [user(), assistant()], "source": "web"}),
            chat(json!([user(), assistant()])),
            vec![OtherKeysDropped],
        ),
        (
            "together",
            json!({"prompt": "q", "completion": "a", "weight": 0.5}),
            json!({"prompt": "q", "completion": "a", "weight": 0.5}),
            vec![],
        ),
    ] {
        let (report, written) = convert(to, Supervised, &ten(&source));
        assert_eq!(kinds(&report), expected, "{to}: {source}");
        assert!(report.is_written, "{:?}", report.target.errors);
        assert_eq!(written, ten(&target), "{to}: {source}");
        for alteration in &report.alterations {
            assert_eq!(
                (alteration.examples, alteration.lines.as_slice()),
                (10, &[1, 2, 3, 4, 5][..])
            );
        }
    }
}

#[test]
fn what_cannot_be_converted_is_rejected_with_its_line() {
    let good = chat(json!([user(), assistant()]));
    let by_url = chat(json!([
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
        {"role": "assistant", "content": [{"type": "text", "text": "a"}]}
    ]));
    let webp = chat(json!([
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/webp;base64,AAAA"}}]},
        assistant()
    ]));
    let negative = json!({"messages": [user(), assistant()], "weight": -1});
    for (to, bad, code) in [
        ("openai", json!({"text": "t"}), Code::UnknownFormat),
        ("together", by_url, Code::Image),
        ("fireworks", webp, Code::Image),
        ("together", negative, Code::Weight),
        ("openai", json!({"messages": 7}), Code::WrongType),
    ] {
        let mut examples = ten(&good);
        examples.insert(3, bad);
        let (report, _) = convert(to, Supervised, &examples);
        assert!(!report.is_written);
        assert_eq!((report.unsupported, report.written), (1, 10), "{to}");
        let finding = &report.target.errors.listed[0];
        assert_eq!(
            (finding.code, finding.line),
            (code, Some(4)),
            "{to}: {finding}"
        );
        let skip = |convert: Convert| convert.on_unsupported(OnUnsupported::Skip);
        let (report, written) = convert_with(skip, to, Supervised, &examples);
        assert_eq!((report.unsupported, written), (1, ten(&good)), "{to}");
    }
    let turns = json!({"input": {"messages": [user(), assistant(), user()]},
        "preferred_output": [assistant()], "non_preferred_output": [{"role": "assistant", "content": "b"}]});
    let (report, written) = convert("together", Dpo, &ten(&turns));
    assert_eq!((kinds(&report), written), (vec![], ten(&turns)));
    let (report, _) = convert("fireworks", Dpo, &ten(&turns));
    assert_eq!(report.target.errors.by_code[&Code::Pair], 10);
    let two = json!({"input": {"messages": [user()]}, "preferred_output": [assistant(), assistant()],
        "non_preferred_output": [assistant()]});
    let (report, written) = convert("azure", Dpo, &ten(&two));
    assert_eq!((report.unsupported, written), (0, ten(&two)));
    let (report, _) = convert("openai", Dpo, &ten(&two));
    assert_eq!(report.unsupported, 10);
    // Too few are not enough when those that cannot be converted are left out.
    let mut few = ten(&good);
    few[0] = json!({"text": "t"});
    let skip = |convert: Convert| convert.on_unsupported(OnUnsupported::Skip);
    let (report, _) = convert_with(skip, "openai", Supervised, &few);
    assert!(!report.is_written && report.target.errors.has(Code::TooFewExamples));
}

#[test]
fn items_of_reinforcement_keep_their_members() {
    let item = json!({"messages": [user()], "answer": [1, 2.50], "prompt": "for the grader"});
    for to in ["openai", "azure", "fireworks"] {
        let (report, written) = convert(to, Reinforcement, &ten(&item));
        assert_eq!((kinds(&report), written), (vec![], ten(&item)), "{to}");
    }
    let rejected = Convert::new("together", Reinforcement);
    assert!(matches!(rejected, Err(Error::NoMethod { .. })));
}

#[test]
fn weights_are_on_every_line_or_on_none() {
    let plain = chat(json!([user(), assistant()]));
    let mut weighted = plain.clone();
    weighted["weight"] = json!(0.5);
    let mut one = plain.clone();
    one["weight"] = json!(1);
    let source = [plain.clone(), weighted.clone(), plain.clone()];
    let (report, written) = convert("fireworks", Supervised, &source);
    assert_eq!(kinds(&report), [AlterationKind::ExampleWeightAdded]);
    assert_eq!(report.alterations[0].lines, [1, 3]);
    assert_eq!(written, [one.clone(), weighted, one]);
    let (report, written) = convert("fireworks", Supervised, &vec![plain.clone(); 3]);
    assert_eq!((kinds(&report), written), (vec![], vec![plain.clone(); 3]));
    let mut untrained = plain.clone();
    untrained["weight"] = json!(0);
    let mut source = ten(&plain);
    source.insert(0, untrained);
    let (report, written) = convert("openai", Supervised, &source);
    assert_eq!(kinds(&report), [AlterationKind::UntrainedExampleDropped]);
    assert_eq!(written, ten(&plain));
}

#[test]
fn pictures_are_fetched_where_something_fetches() {
    let source = chat(json!([
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
        {"role": "assistant", "content": [{"type": "text", "text": "a"}]}
    ]));
    let fetch = |convert: Convert| {
        convert.fetch_images(Arc::new(|url| {
            assert_eq!(url, "https://example.com/a.png");
            Ok(FetchedImage {
                media_type: "image/png".to_owned(),
                bytes: vec![1, 2, 3],
            })
        }))
    };
    let (report, written) =
        convert_with(fetch, "together", Supervised, std::slice::from_ref(&source));
    assert_eq!(kinds(&report), [AlterationKind::ImageEmbedded]);
    let url = &written[0]["messages"][0]["content"][0]["image_url"]["url"];
    assert_eq!(url, "data:image/png;base64,AQID");
    let fails = |convert: Convert| convert.fetch_images(Arc::new(|_| Err("404".to_owned())));
    let (report, _) = convert_with(fails, "together", Supervised, &[source]);
    assert!(!report.is_possible());
}

#[test]
fn nothing_is_half_written() {
    let folder = Folder::new();
    let (source, target) = (folder.path("source.jsonl"), folder.path("target.jsonl"));
    fs::write(&source, lines(&ten(&chat(json!([user(), assistant()]))))).unwrap();
    fs::write(&target, "there already").unwrap();
    let convert = Convert::new("openai", Supervised).unwrap();
    let error = convert.file(&source, &target).unwrap_err();
    assert!(
        matches!(&error, Error::Io { path: Some(path), .. } if *path == target),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&target).unwrap(), "there already");
    let convert = convert.overwrite(true);
    let stopped = convert.file_with(&source, &target, &mut |_| Err(Stop));
    assert!(matches!(stopped, Err(Error::Cancelled)));
    assert_eq!(fs::read_to_string(&target).unwrap(), "there already");
    assert_eq!(folder.names(), ["source.jsonl", "target.jsonl"]);
    assert!(convert.file(&source, &target).unwrap().is_written);
    assert_eq!(fs::read(&target).unwrap(), fs::read(&source).unwrap());
    let marked = convert
        .clone()
        .byte_order_mark(true)
        .file(&source, &source)
        .unwrap();
    assert!(marked.is_written);
    assert!(fs::read(&source).unwrap().starts_with(b"\xef\xbb\xbf{"));
    assert_eq!(marked.bytes_written, fs::metadata(&source).unwrap().len());
    // The mark goes again, and so do blank lines.
    let text = fs::read_to_string(&source)
        .unwrap()
        .replace('\n', "\r\n\r\n");
    fs::write(&source, text).unwrap();
    assert!(convert.file(&source, &source).unwrap().is_lossless());
    assert_eq!(fs::read(&target).unwrap(), fs::read(&source).unwrap());
    fs::write(&source, b"PAR1").unwrap();
    let error = convert.file(&source, &target).unwrap_err();
    assert!(matches!(error, Error::NotConvertible(_)), "{error}");
    assert_eq!(folder.names(), ["source.jsonl", "target.jsonl"]);
    let preview = convert.preview(&target, &mut |_| Ok(())).unwrap();
    assert!(!preview.is_written && preview.written == 10);
}

// There and back ---------------------------------------------------------------

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just("x".to_owned()), "[a-z \"\\\\\n\u{e9}\u{1F600}]{1,12}"]
}

fn message(role: &'static str) -> impl Strategy<Value = Value> {
    (text(), proptest::option::of(0..=1)).prop_map(move |(content, weight)| {
        let mut message = json!({"role": role, "content": content});
        if let (Some(weight), "assistant") = (weight, role) {
            message["weight"] = json!(weight);
        }
        message
    })
}

fn turns() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec((message("user"), message("assistant")), 1..4)
        .prop_map(|turns| turns.into_iter().flat_map(|(q, a)| [q, a]).collect())
}

/// Conversations that OpenAI and Azure take.
fn conversation() -> impl Strategy<Value = Value> {
    let first = proptest::option::of(prop_oneof![message("system"), message("developer")]);
    let tools = proptest::option::of(text().prop_map(
        |about| json!([{"type": "function", "function": {"name": "f", "description": about}}]),
    ));
    let call = proptest::option::of((text(), text()));
    let parallel = proptest::option::of(any::<bool>());
    (first, turns(), tools, call, parallel).prop_map(|(first, turns, tools, call, parallel)| {
        let mut messages: Vec<Value> = first.into_iter().chain(turns).collect();
        if let Some((argument, answer)) = call {
            let arguments = json!({ "a": argument }).to_string();
            messages.extend([
                user(),
                json!({"role": "assistant", "content": null, "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}]}),
                json!({"role": "tool", "tool_call_id": "c1", "content": answer}),
                assistant(),
            ]);
        }
        let mut example = chat(json!(messages));
        if let Some(tools) = tools {
            example["tools"] = tools;
        }
        if let Some(parallel) = parallel {
            example["parallel_tool_calls"] = json!(parallel);
        }
        example
    })
}

/// Conversations that Together and Fireworks take: weights and reasoning.
fn traced() -> impl Strategy<Value = Value> {
    let reasoning = proptest::option::of(text());
    (turns(), reasoning, 0..=1, 1..5).prop_map(|(mut messages, reasoning, weight, of_all)| {
        messages[0]["weight"] = json!(weight);
        if let (Some(reasoning), Some(last)) = (reasoning, messages.last_mut()) {
            last["reasoning_content"] = json!(reasoning);
        }
        json!({"messages": messages, "weight": of_all})
    })
}

fn pair() -> impl Strategy<Value = Value> {
    (message("user"), text(), text()).prop_map(|(question, good, bad)| {
        let output = |text: String| json!([{"role": "assistant", "content": text}]);
        json!({"input": {"messages": [question]}, "preferred_output": output(good),
            "non_preferred_output": output(bad)})
    })
}

/// Undoes what the alterations name, as far as it can be undone.
fn without_alterations(
    mut examples: Vec<Value>,
    alterations: &BTreeSet<AlterationKind>,
) -> Vec<Value> {
    for example in &mut examples {
        let object = example.as_object_mut().unwrap();
        if alterations.contains(&AlterationKind::ParallelToolCallsDropped) {
            object.remove("parallel_tool_calls");
        }
        if alterations.contains(&AlterationKind::ExampleWeightDropped) {
            object.remove("weight");
        }
        let messages = object.get_mut("messages").and_then(Value::as_array_mut);
        for message in messages.into_iter().flatten() {
            if alterations.contains(&AlterationKind::DeveloperToSystem)
                && message["role"] == "developer"
            {
                message["role"] = json!("system");
            }
            let is_assistant = message["role"] == "assistant";
            let message = message.as_object_mut().unwrap();
            if alterations.contains(&AlterationKind::MessageWeightDropped) && !is_assistant {
                message.remove("weight");
            }
            if alterations.contains(&AlterationKind::ReasoningDropped) {
                message.remove("reasoning_content");
            }
        }
    }
    examples
}

fn there_and_back(from: &str, to: &str, method: Method, examples: &[Value]) {
    let (there, converted) = convert(to, method, examples);
    assert!(
        there.is_written,
        "{from} to {to}: {:?}",
        there.target.errors.listed
    );
    // What was written is what the vendor takes.
    let check = Check::new(to, method).unwrap().count_tokens(false);
    let report = check.read(lines(&converted).as_bytes()).unwrap();
    assert!(report.is_good(), "{:?}", report.errors.listed);
    let (back, again) = convert(from, method, &converted);
    assert!(back.is_written);
    let alterations: BTreeSet<AlterationKind> =
        kinds(&there).into_iter().chain(kinds(&back)).collect();
    let allowed = [
        AlterationKind::ParallelToolCallsDropped,
        AlterationKind::DeveloperToSystem,
        AlterationKind::ExampleWeightDropped,
        AlterationKind::MessageWeightDropped,
        AlterationKind::ReasoningDropped,
    ];
    assert!(
        alterations.iter().all(|kind| allowed.contains(kind)),
        "{alterations:?}"
    );
    assert_eq!(
        again,
        without_alterations(examples.to_vec(), &alterations),
        "{from} to {to}"
    );
    if there.is_lossless() {
        assert_eq!(converted, examples);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn there_and_back_is_the_same_but_for_what_was_named(
        chats in proptest::collection::vec(conversation(), 10..14),
        pairs in proptest::collection::vec(pair(), 10..14),
        traces in proptest::collection::vec(traced(), 10..14),
    ) {
        // Most of the time goes on files that reach the disk: they wait for it together.
        std::thread::scope(|scope| {
            for (from, examples) in [
                ("openai", &chats),
                ("azure", &chats),
                ("together", &traces),
                ("fireworks", &traces),
            ] {
                for (method, examples) in [(Supervised, examples), (Dpo, &pairs)] {
                    scope.spawn(move || {
                        for to in ["openai", "azure", "together", "fireworks"] {
                            there_and_back(from, to, method, examples);
                        }
                    });
                }
            }
        });
    }

    /// Anything at all: no panic, and what is written passes the check.
    #[test]
    fn anything_is_checked_and_converted_without_a_panic(
        bytes in proptest::collection::vec(
            prop_oneof![
                any::<u8>(),
                proptest::sample::select(b"{}[]\",:\n\\u0dtrue".to_vec()),
            ],
            0..300,
        ),
        cut in any::<proptest::sample::Index>(),
        example in conversation(),
    ) {
        let folder = Folder::new();
        let (source, target) = (folder.path("source.jsonl"), folder.path("target.jsonl"));
        let line = format!("{example}\n");
        let cut = cut.index(line.len());
        // Random bytes inside a good example reach further than random bytes alone.
        let text = [&line.as_bytes()[..cut], &bytes, &line.as_bytes()[cut..], line.as_bytes()];
        fs::write(&source, text.concat()).unwrap();
        for vendor in ["openai", "azure", "together", "fireworks"] {
            for method in Method::ALL {
                let Ok(check) = Check::new(vendor, method) else { continue };
                let check = check.count_tokens(false).max_line(400);
                check.file(&source).unwrap();
                let convert = Convert::new(vendor, method).unwrap().overwrite(true);
                let convert = convert.on_unsupported(OnUnsupported::Skip);
                match convert.file(&source, &target) {
                    Ok(report) if report.is_written => {
                        let again = Check::new(vendor, method).unwrap().file(&target).unwrap();
                        prop_assert!(again.is_good(), "{:?}", again.errors.listed);
                    }
                    Ok(_) | Err(Error::NotConvertible(_)) => {}
                    Err(error) => return Err(TestCaseError::fail(error.to_string())),
                }
            }
        }
    }
}
