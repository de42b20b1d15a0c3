//! What a check finds in files, for each vendor and method.

use unitune_datasets::{
    Check, CheckReport, Code, Error, FileRole, Format, ListLimits, Method, Progress, Stop,
    TokenBasis,
};

use Method::{Dpo, Reinforcement, Supervised};

fn check(vendor: &str, method: Method, text: impl AsRef<[u8]>) -> CheckReport {
    let check = Check::new(vendor, method).unwrap().count_tokens(false);
    check.read(text.as_ref()).unwrap()
}

/// Errors and warnings of one line, without those of the number of lines.
fn findings(vendor: &str, method: Method, line: &str) -> Vec<String> {
    let report = check(vendor, method, line);
    let of_level = |level: &str, findings: &unitune_datasets::Findings| {
        let listed = findings
            .listed
            .iter()
            .filter(|f| f.code != Code::TooFewExamples);
        let shown = listed.map(|f| format!("{level} {} {}", f.code, f.pointer));
        shown
            .map(|text| text.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    let mut all = of_level("error", &report.errors);
    all.extend(of_level("warning", &report.warnings));
    all
}

const USER: &str = r#"{"role":"user","content":"q"}"#;
const ASSISTANT: &str = r#"{"role":"assistant","content":"a"}"#;

fn chat(messages: &[&str]) -> String {
    format!(r#"{{"messages":[{}]}}"#, messages.join(","))
}

#[test]
fn good_examples_of_every_vendor_and_method() {
    let call = r#"{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]}"#;
    let answer = r#"{"role":"tool","tool_call_id":"c1","content":"42"}"#;
    let system = r#"{"role":"system","content":"s"}"#;
    let tools =
        r#""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]"#;
    let plain = chat(&[system, USER, ASSISTANT]);
    let with_tools = chat(&[USER, call, answer, ASSISTANT]);
    let with_tools = format!("{{{tools},{}", &with_tools[1..]);
    let pair = format!(
        r#"{{"input":{{"messages":[{USER}]}},"preferred_output":[{ASSISTANT}],"non_preferred_output":[{{"role":"assistant","content":"b"}}]}}"#
    );
    for vendor in ["openai", "azure", "together", "fireworks"] {
        for line in [&plain, &with_tools] {
            assert_eq!(
                findings(vendor, Supervised, line),
                [""; 0],
                "{vendor}: {line}"
            );
        }
        assert_eq!(findings(vendor, Dpo, &pair), [""; 0], "{vendor}");
    }
    let item = format!(r#"{{"messages":[{USER}],"answer":42,"text":"for the grader"}}"#);
    for vendor in ["openai", "azure", "fireworks"] {
        assert_eq!(findings(vendor, Reinforcement, &item), [""; 0], "{vendor}");
    }
    assert_eq!(
        findings("together", Supervised, r#"{"prompt":"p","completion":"c"}"#),
        [""; 0]
    );
    assert_eq!(
        findings("together", Supervised, r#"{"text":"t","weight":0.5}"#),
        [""; 0]
    );
}

#[test]
fn what_vendors_differ_in() {
    let developer = chat(&[r#"{"role":"developer","content":"s"}"#, USER, ASSISTANT]);
    let role = "error role /messages/0/role";
    assert_eq!(
        findings("openai", Supervised, &developer),
        ["warning role /messages/0/role"]
    );
    assert_eq!(findings("together", Supervised, &developer), [role]);
    assert_eq!(findings("fireworks", Supervised, &developer), [role]);

    let parallel = format!(r#"{{"messages":[{USER},{ASSISTANT}],"parallel_tool_calls":true}}"#);
    assert_eq!(findings("openai", Supervised, &parallel), [""; 0]);
    let pointer = "parallel-tool-calls /parallel_tool_calls";
    assert_eq!(
        findings("together", Supervised, &parallel),
        [format!("error {pointer}")]
    );
    assert_eq!(
        findings("fireworks", Supervised, &parallel),
        [format!("warning {pointer}")]
    );

    let weight = format!(r#"{{"messages":[{USER},{ASSISTANT}],"weight":-1}}"#);
    assert_eq!(
        findings("openai", Supervised, &weight),
        ["warning weight /weight"]
    );
    assert_eq!(
        findings("together", Supervised, &weight),
        ["error weight /weight"]
    );
    assert_eq!(findings("fireworks", Supervised, &weight), [""; 0]);

    let user_weight = chat(&[r#"{"role":"user","content":"q","weight":0}"#, ASSISTANT]);
    assert_eq!(
        findings("openai", Supervised, &user_weight),
        ["error weight /messages/0/weight"]
    );
    assert_eq!(findings("together", Supervised, &user_weight), [""; 0]);

    let reasoning = chat(&[
        USER,
        r#"{"role":"assistant","content":"a","reasoning":"r"}"#,
    ]);
    assert_eq!(findings("together", Supervised, &reasoning), [""; 0]);
    let pointer = "reasoning /messages/1/reasoning";
    assert_eq!(
        findings("fireworks", Supervised, &reasoning),
        [format!("warning {pointer}")]
    );
    assert_eq!(
        findings("openai", Supervised, &reasoning),
        [format!("warning {pointer}")]
    );

    let turns = [USER, ASSISTANT, USER].join(",");
    let pair = format!(
        r#"{{"input":{{"messages":[{turns}]}},"preferred_output":[{ASSISTANT}],"non_preferred_output":[{{"role":"assistant","content":"b"}}]}}"#
    );
    assert_eq!(findings("openai", Dpo, &pair), [""; 0]);
    assert_eq!(
        findings("fireworks", Dpo, &pair),
        ["error pair /input/messages"]
    );

    let text = r#"{"text":"t"}"#;
    assert_eq!(findings("openai", Supervised, text), ["error wrong-format"]);
    let ends_with_user = chat(&[USER, ASSISTANT, USER]);
    let order = "message-order /messages";
    assert_eq!(
        findings("azure", Supervised, &ends_with_user),
        [format!("error {order}")]
    );
    assert_eq!(
        findings("openai", Supervised, &ends_with_user),
        [format!("warning {order}")]
    );
    assert_eq!(
        findings("openai", Reinforcement, &chat(&[USER, ASSISTANT])),
        ["error message-order /messages"]
    );
}

#[test]
fn pictures() {
    let message = |url: &str| {
        format!(
            r#"{{"role":"user","content":[{{"type":"text","text":"what?"}},{{"type":"image_url","image_url":{{"url":"{url}"}}}}]}}"#
        )
    };
    let list = r#"{"role":"assistant","content":[{"type":"text","text":"a cat"}]}"#;
    let pointer = "/messages/0/content/1/image_url/url";
    let by_url = chat(&[&message("https://example.com/cat.png"), list]);
    assert_eq!(findings("openai", Supervised, &by_url), [""; 0]);
    for vendor in ["together", "fireworks"] {
        assert_eq!(
            findings(vendor, Supervised, &by_url),
            [format!("error image {pointer}")]
        );
    }
    let webp = chat(&[&message("data:image/webp;base64,AAAA"), list]);
    assert_eq!(findings("together", Supervised, &webp), [""; 0]);
    assert_eq!(
        findings("fireworks", Supervised, &webp),
        [format!("error image {pointer}")]
    );
    let png = message("data:image/png;base64,AAAA");
    let mixed = chat(&[&png, ASSISTANT]);
    assert_eq!(findings("fireworks", Supervised, &mixed), [""; 0]);
    assert_eq!(
        findings("together", Supervised, &mixed),
        ["error content-part /messages/1/content"]
    );
    let broken = chat(&[&message("data:image/png;base64,AA"), list]);
    assert_eq!(
        findings("openai", Supervised, &broken),
        [format!("error image {pointer}")]
    );
    let large = format!("data:image/png;base64,{}", "A".repeat(14 << 20));
    let large = chat(&[&message(&large), list]);
    assert_eq!(
        findings("openai", Supervised, &large),
        [format!("error image {pointer}")]
    );
    assert_eq!(findings("fireworks", Supervised, &large), [""; 0]);
    let many = [png.as_str(); 11].join(",");
    let many = chat(&[&many, list]);
    assert_eq!(
        findings("openai", Supervised, &many),
        ["error image /messages"]
    );
    assert_eq!(findings("azure", Supervised, &many), [""; 0]);
    let report = check("openai", Supervised, &many);
    assert_eq!(
        (report.statistics.images, report.statistics.with_images),
        (11, 1)
    );
    let of_assistant = png.replace("user", "assistant");
    assert_eq!(
        findings("openai", Supervised, &chat(&[USER, &of_assistant])),
        ["error image /messages/1/content/1"]
    );
    let pair = format!(
        r#"{{"input":{{"messages":[{png}]}},"preferred_output":[{ASSISTANT}],"non_preferred_output":[{list}]}}"#
    );
    assert_eq!(
        findings("openai", Dpo, &pair),
        ["error image /input/messages/0/content/1"]
    );
}

#[test]
fn every_way_to_get_a_line_wrong() {
    let calls = |call: &str| {
        chat(&[
            USER,
            &format!(r#"{{"role":"assistant","tool_calls":[{call}]}}"#),
        ])
    };
    let tool = |tool: &str| format!(r#"{{"tools":[{tool}],"messages":[{USER},{ASSISTANT}]}}"#);
    let call = r#"{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]}"#;
    for (line, expected) in [
        ("\"q\"", "error wrong-type"),
        ("7", "error wrong-type"),
        ("{\"messages\":", "error not-json"),
        ("{} {}", "error not-json"),
        (r#"{"question":"q"}"#, "error unknown-format"),
        (r#"{"conversations":[]}"#, "error unknown-format"),
        (r#"{"messages":"q"}"#, "error wrong-type /messages"),
        (r#"{"messages":[]}"#, "error empty-value /messages"),
        (r#"{"messages":["q"]}"#, "error wrong-type /messages/0"),
        (
            r#"{"messages":[{"content":"q"}]}"#,
            "error missing-key /messages/0",
        ),
        (
            r#"{"messages":[{"role":7}]}"#,
            "error wrong-type /messages/0/role",
        ),
        (&chat(&[USER]), "error no-assistant /messages"),
        (
            &chat(&[r#"{"role":"human","content":"q"}"#, ASSISTANT]),
            "error role /messages/0/role",
        ),
        (
            &chat(&[r#"{"role":"user"}"#, ASSISTANT]),
            "error missing-key /messages/0",
        ),
        (
            &chat(&[r#"{"role":"user","content":null}"#, ASSISTANT]),
            "error missing-key /messages/0",
        ),
        (
            &chat(&[r#"{"role":"user","content":7}"#, ASSISTANT]),
            "error wrong-type /messages/0/content",
        ),
        (
            &chat(&[r#"{"role":"user","content":[]}"#, ASSISTANT]),
            "error empty-value /messages/0/content",
        ),
        (
            &chat(&[r#"{"role":"user","content":["q"]}"#, ASSISTANT]),
            "error wrong-type /messages/0/content/0",
        ),
        (
            &chat(&[r#"{"role":"user","content":[{"type":"audio"}]}"#, ASSISTANT]),
            "error content-part /messages/0/content/0/type",
        ),
        (
            &chat(&[r#"{"role":"user","content":[{"type":"text"}]}"#, ASSISTANT]),
            "error missing-key /messages/0/content/0",
        ),
        (
            &chat(&[USER, r#"{"role":"assistant","content":""}"#]),
            "warning empty-value /messages/1/content",
        ),
        (
            &chat(&[USER, r#"{"role":"assistant","content":"a","weight":2}"#]),
            "error weight /messages/1/weight",
        ),
        (
            &chat(&[USER, r#"{"role":"assistant","content":"a","weight":"1"}"#]),
            "error wrong-type /messages/1/weight",
        ),
        (&calls("7"), "error wrong-type /messages/1/tool_calls/0"),
        (
            &calls(r#"{"type":"function","function":{"name":"f","arguments":"{}"}}"#),
            "error missing-key /messages/1/tool_calls/0",
        ),
        (
            &calls(r#"{"id":"c","function":{"name":"f","arguments":{}}}"#),
            "error tool-call /messages/1/tool_calls/0/function/arguments",
        ),
        (
            &calls(r#"{"id":"c","function":{"name":"f","arguments":"{"}}"#),
            "warning tool-call /messages/1/tool_calls/0/function/arguments",
        ),
        (
            &calls(r#"{"id":"c","function":{"arguments":"{}"}}"#),
            "error missing-key /messages/1/tool_calls/0/function",
        ),
        (
            &calls(r#"{"id":"c","type":"x","function":{"name":"f","arguments":"{}"}}"#),
            "error tool-call /messages/1/tool_calls/0/type",
        ),
        (
            &chat(&[USER, call, USER, ASSISTANT]),
            "error tool-answer /messages/2",
        ),
        (
            &chat(&[
                USER,
                r#"{"role":"tool","tool_call_id":"c9","content":"x"}"#,
                ASSISTANT,
            ]),
            "error tool-answer /messages/1/tool_call_id",
        ),
        (
            &chat(&[USER, r#"{"role":"tool","content":"x"}"#, ASSISTANT]),
            "error missing-key /messages/1",
        ),
        (&tool("7"), "error wrong-type /tools/0"),
        (
            &tool(r#"{"type":"search","function":{"name":"f"}}"#),
            "error tool /tools/0/type",
        ),
        (
            &tool(r#"{"type":"function"}"#),
            "error missing-key /tools/0",
        ),
        (
            &tool(r#"{"type":"function","function":{"name":"a b"}}"#),
            "error tool /tools/0/function/name",
        ),
        (
            &tool(r#"{"type":"function","function":{"name":"f","parameters":[]}}"#),
            "error wrong-type /tools/0/function/parameters",
        ),
        (
            &format!(r#"{{"messages":[{USER},{ASSISTANT}],"messages":[{USER},{ASSISTANT}]}}"#),
            "error duplicate-key /messages",
        ),
        (
            &format!(r#"{{"messages":[{USER},{ASSISTANT}],"source":"web"}}"#),
            "warning unknown-key /source",
        ),
        (
            &format!(r#"{{"messages":[{USER},{ASSISTANT}],"functions":[]}}"#),
            "warning functions /functions",
        ),
        (
            &format!("{{\"messages\":{}1{}}}", "[".repeat(200), "]".repeat(200)),
            "error too-deep",
        ),
    ] {
        assert_eq!(findings("openai", Supervised, line), [expected], "{line}");
    }
    for (line, expected) in [
        (
            r#"{"preferred_output":[],"non_preferred_output":[]}"#,
            vec![
                "error missing-key",
                "error empty-value /preferred_output",
                "error empty-value /non_preferred_output",
            ],
        ),
        (
            &format!(
                r#"{{"input":[],"preferred_output":[{ASSISTANT}],"non_preferred_output":[{ASSISTANT}]}}"#
            ),
            vec!["error wrong-type /input", "warning pair"],
        ),
        (
            &format!(
                r#"{{"input":{{"messages":[{USER}]}},"preferred_output":[{USER}],"non_preferred_output":[{ASSISTANT},{ASSISTANT}]}}"#
            ),
            vec![
                "error role /preferred_output/0/role",
                "error pair /non_preferred_output",
            ],
        ),
    ] {
        assert_eq!(findings("openai", Dpo, line), expected, "{line}");
    }
    let both = format!(r#"{{"text":"t","messages":[{USER},{ASSISTANT}]}}"#);
    assert_eq!(
        findings("together", Supervised, &both),
        ["error unknown-format"]
    );
    assert_eq!(
        findings("openai", Supervised, &both),
        ["warning unknown-key /text"]
    );
}

#[test]
fn files_that_are_no_json_lines() {
    for bytes in [
        b"\x1f\x8b\x08\0".as_slice(),
        b"\xff\xfe{\0}\0",
        b"[\n{\"text\":\"t\"}\n]",
        b"{\n  \"text\": \"t\"\n}\n",
    ] {
        let report = check("together", Supervised, bytes);
        assert_eq!(
            report.errors.by_code.keys().collect::<Vec<_>>(),
            [&Code::NotJsonLines]
        );
    }
    let parquet = check("together", Supervised, b"PAR1\x15\x04");
    assert!(parquet.is_good() && parquet.format == Some(Format::Parquet));
    assert_eq!(parquet.warnings.listed[0].code, Code::NotJsonLines);
    let parquet = check("together", Dpo, b"PAR1\x15\x04");
    assert_eq!(parquet.errors.listed[0].code, Code::WrongFormat);
    for empty in [b"".as_slice(), b"\n\n  \n"] {
        let report = check("together", Supervised, empty);
        assert_eq!(report.errors.listed[0].code, Code::Empty);
    }
    let missing = Check::new("together", Supervised)
        .unwrap()
        .file("no/such/file.jsonl");
    assert!(
        missing
            .unwrap_err()
            .to_string()
            .starts_with("no/such/file.jsonl: ")
    );
    let folder = Check::new("together", Supervised).unwrap().file(".");
    assert!(matches!(folder, Err(Error::Io { .. })));
}

#[test]
fn lines_are_numbered_and_every_end_of_a_line_is_taken() {
    let good = chat(&[USER, ASSISTANT]);
    let text = format!("\u{feff}{good}\r\n\r\n{good}\n   \nnot json\n{good}");
    let report = check("openai", Supervised, &text);
    assert_eq!(
        (report.lines, report.blank_lines, report.examples),
        (6, 2, 3)
    );
    assert_eq!(report.bytes, text.len() as u64);
    let not_json: Vec<_> = report
        .errors
        .listed
        .iter()
        .filter(|f| f.code == Code::NotJson)
        .collect();
    assert_eq!(not_json[0].line, Some(5));
    assert_eq!(report.warnings.by_code[&Code::ByteOrderMark], 1);
    assert_eq!(report.warnings.by_code[&Code::BlankLine], 1);
    let report = check("together", Supervised, &text);
    assert_eq!(report.errors.by_code[&Code::ByteOrderMark], 1);
    let report = check("azure", Supervised, &text);
    assert!(!report.warnings.by_code.contains_key(&Code::ByteOrderMark));
    let bad = [good.as_bytes(), b"\n{\"text\":\"\xff\"}\n"].concat();
    let report = check("openai", Supervised, bad);
    let not_utf8 = &report.errors.listed[0];
    assert_eq!((not_utf8.line, not_utf8.code), (Some(2), Code::NotUtf8));
    assert!(not_utf8.message.contains("byte 10"), "{not_utf8}");
}

#[test]
fn counts_are_true_where_lists_are_cut() {
    let text = "x\n".repeat(30_000) + &"[]\n".repeat(7);
    let check = Check::new("openai", Supervised).unwrap();
    let report = check
        .list(ListLimits::new(10, 6))
        .read(text.as_bytes())
        .unwrap();
    assert_eq!(report.errors.by_code[&Code::NotJson], 30_000);
    assert_eq!(report.errors.by_code[&Code::WrongType], 7);
    assert_eq!(report.errors.count, 30_007);
    assert_eq!(report.errors.listed.len(), 10);
    assert_eq!(report.errors.unlisted(), 29_997);
    assert_eq!(report.errors.listed[0].line, Some(1));
    assert_eq!(report.errors.listed[6].line, Some(30_001));
}

#[test]
fn duplicates_formats_and_weights_throughout() {
    let one = chat(&[USER, ASSISTANT]);
    let same = one.replace("\"content\":\"q\"", " \"content\" : \"\\u0071\"");
    let text = format!("{one}\n{{\"text\":\"t\",\"weight\":1}}\n{same}\n");
    let report = check("together", Supervised, &text);
    assert_eq!(report.duplicates.count, 1);
    assert_eq!(
        (
            report.duplicates.listed[0].line,
            report.duplicates.listed[0].other
        ),
        (3, 1)
    );
    assert!(report.duplicates.complete);
    assert_eq!(report.errors.by_code[&Code::MixedFormats], 1);
    assert_eq!(report.errors.listed[0].line, Some(2));
    let weighted = format!("{one}\n{}\n", one.replace("]}", "],\"weight\":2}"));
    let report = check("fireworks", Supervised, &weighted);
    assert_eq!(report.errors.by_code[&Code::Weight], 1);
    let check = Check::new("openai", Supervised)
        .unwrap()
        .max_fingerprints(1);
    let report = check.read(weighted.as_bytes()).unwrap();
    assert!(!report.duplicates.complete);
}

#[test]
fn overlap_of_two_files() {
    let line = |n: u32| format!("{{\"text\":\"{n}\"}}\n");
    let training: String = (0..100).map(line).collect();
    let validation: String = (97..110).map(line).collect();
    let training = check("together", Supervised, &training);
    let check = Check::new("together", Supervised)
        .unwrap()
        .role(FileRole::Validation);
    let validation = check.read(validation.as_bytes()).unwrap();
    let overlap = validation.overlap(&training);
    assert_eq!((overlap.count, overlap.complete), (3, true));
    assert_eq!((overlap.listed[0].line, overlap.listed[0].other), (1, 98));
}

#[test]
fn limits_are_of_the_role() {
    let nine = (chat(&[USER, ASSISTANT]) + "\n").repeat(9);
    let report = check("openai", Supervised, &nine);
    assert_eq!(report.errors.by_code[&Code::TooFewExamples], 1);
    assert!(report.errors.listed[0].message.starts_with("9 examples"));
    let validation = Check::new("openai", Supervised)
        .unwrap()
        .role(FileRole::Validation);
    assert!(validation.read(nine.as_bytes()).unwrap().is_good());
    let prompts: String = (0..1001)
        .map(|n| format!("{{\"messages\":[{{\"role\":\"user\",\"content\":\"{n}\"}}]}}\n"))
        .collect();
    let validation = Check::new("openai", Reinforcement)
        .unwrap()
        .role(FileRole::Validation);
    let report = validation.read(prompts.as_bytes()).unwrap();
    assert_eq!(report.errors.by_code[&Code::TooManyExamples], 1);
}

#[test]
fn names_that_are_unknown_say_what_there_is() {
    let error = Check::new("anthropic", Supervised).unwrap_err().to_string();
    assert!(
        error.contains("openai, azure, together, fireworks"),
        "{error}"
    );
    let error = Check::new("together", Reinforcement)
        .unwrap_err()
        .to_string();
    assert!(error.contains("supervised, dpo"), "{error}");
    assert!(
        "rlhf"
            .parse::<Method>()
            .unwrap_err()
            .to_string()
            .contains("reinforcement")
    );
    assert_eq!("SFT".parse::<Method>().unwrap(), Supervised);
}

#[test]
fn a_long_line_is_skipped_without_being_kept() {
    struct Endless(u64);
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(self.0 as usize);
            buffer[..length].fill(b'x');
            self.0 -= length as u64;
            Ok(length)
        }
    }
    let check = Check::new("openai", Supervised).unwrap().max_line(1 << 20);
    let report = check.read(Endless(40 << 20)).unwrap();
    assert_eq!(report.errors.by_code[&Code::LineTooLong], 1);
    assert_eq!((report.lines, report.bytes), (1, 40 << 20));
}

#[test]
fn progress_is_told_and_can_stop_it() {
    let long = USER.replace("\"q\"", &format!("\"{}\"", "q".repeat(1000)));
    let text = (chat(&[&long, ASSISTANT]) + "\n").repeat(4_000);
    for threads in [1, 3] {
        let check = Check::new("openai", Supervised)
            .unwrap()
            .count_tokens(false)
            .threads(threads);
        let mut seen: Vec<Progress> = Vec::new();
        let report = check.read_with(text.as_bytes(), &mut |p| {
            seen.push(*p);
            Ok(())
        });
        assert_eq!(report.unwrap().examples, 4_000);
        assert!(seen.len() > 2);
        assert!(seen.is_sorted_by_key(|p| p.bytes));
        assert_eq!(seen.last().unwrap().bytes, text.len() as u64);
        let stopped = check.read_with(text.as_bytes(), &mut |_| Err(Stop));
        assert!(matches!(stopped, Err(Error::Cancelled)));
    }
}

#[test]
fn threads_change_nothing() {
    let mut text = String::new();
    for n in 0..4_000 {
        text += &match n % 100 {
            3 => "broken\n".to_owned(),
            4 => "\n".to_owned(),
            5 => "{\"text\":\"t\"}\n".to_owned(),
            _ => {
                chat(&[
                    &format!(r#"{{"role":"user","content":"number {n:01000}"}}"#),
                    ASSISTANT,
                ]) + "\n"
            }
        };
    }
    let report = |threads| {
        let check = Check::new("together", Supervised)
            .unwrap()
            .count_tokens(false)
            .threads(threads);
        serde_json::to_string(&check.read(text.as_bytes()).unwrap()).unwrap()
    };
    assert_eq!(report(1), report(4));
}

#[cfg(feature = "tokenizer")]
#[test]
fn tokens_are_counted_and_limited() {
    let text = (chat(&[USER, ASSISTANT]) + "\n").repeat(10);
    let check = Check::new("openai", Supervised)
        .unwrap()
        .model("gpt-4o-mini");
    let report = check.read(text.as_bytes()).unwrap();
    assert_eq!(
        report.token_basis,
        TokenBasis::Tokenizer {
            encoding: "o200k_base"
        }
    );
    assert_eq!(report.max_tokens, Some(65_536));
    // Two messages of a role, one token and a frame of three, and three more.
    assert_eq!(report.statistics.tokens.max(), 2 * (1 + 1 + 3) + 3);
    assert_eq!(report.statistics.tokens.total(), 130);
    let long = text.replacen("\"q\"", &format!("\"{}\"", "long ".repeat(70_000)), 1);
    let report = check.read(long.as_bytes()).unwrap();
    assert_eq!(report.warnings.by_code[&Code::TooManyTokens], 1);
    let check = Check::new("together", Supervised).unwrap().max_tokens(5);
    let report = check.read(text.as_bytes()).unwrap();
    assert_eq!(
        report.token_basis,
        TokenBasis::Estimate {
            encoding: "o200k_base"
        }
    );
    assert_eq!(report.warnings.by_code[&Code::TooManyTokens], 10);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["token_basis"]["basis"], "estimate");
    assert_eq!(json["statistics"]["messages"]["median"], 2);
}
