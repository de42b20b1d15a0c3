//! Values that cover a schema: every value of every enumeration, every branch of
//! every union, every optional member present and absent, every limit.

use serde_json::{Map, Value, json};

use super::input::{Input, Operation, ParameterLocation};

/// What of a value the document does not allow, or a client rejects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deviation {
    None,
    /// A part of the path that would change where the URL leads.
    DotSegment,
    /// A member that no document names.
    UnknownMember,
    /// A value that an enumeration does not list.
    UnknownValue,
    /// An item of another type in a list.
    BadItem,
    /// A time that is a number.
    NumberAsTime,
    /// `null` where the document does not allow it.
    Null,
}

/// A value, and what it is.
#[derive(Clone, Debug)]
pub struct Case<T> {
    pub value: T,
    pub deviation: Deviation,
}

impl<T> Case<T> {
    fn plain(value: T) -> Self {
        Self {
            value,
            deviation: Deviation::None,
        }
    }

    fn with<U>(&self, value: U) -> Case<U> {
        Case {
            value,
            deviation: self.deviation,
        }
    }
}

/// Strings that need escaping somewhere.
pub const TEXTS: [&str; 6] = [
    "plain-1",
    "",
    "a/b?c=d&e#f;g",
    "ä \u{1F600}",
    "100% \"x\" \\ {y} + '%2F'",
    "\n\t",
];
const IDS: [&str; 14] = [
    "ftjob-1",
    "ft:gpt:org::x",
    "a/b",
    "/a",
    "a?b#c",
    "100%",
    "%2F",
    "a b+c",
    "ä\u{1F600}",
    "..a",
    "a&b=c;d,e",
    "{x}|^`\\",
    "\"<>'@!$()*[]",
    "a\nb\tc",
];
const DOTS: [&str; 3] = ["", ".", ".."];
const HEADERS: [&str; 4] = ["plain", "{\"a\": \"b\"}", "a=b; c, d", "100% +"];

/// What covers a document's schemas.
pub struct Cover<'a> {
    pub document: &'a Value,
    /// Whether values are among it that deviate from the document.
    pub deviating: bool,
}

impl Cover<'_> {
    /// Inputs that cover an operation's parameters and body.
    pub fn inputs(&self, operation: &Operation) -> Vec<Case<Input>> {
        let mut cases = vec![];
        let parameters: Vec<_> = operation
            .parameters
            .iter()
            .map(|p| (p, self.parameter(p.location, &p.schema)))
            .collect();
        let bodies: Vec<_> = operation.body.iter().flat_map(|s| self.values(s)).collect();
        let all = parameters.iter();
        let all = all.map(|(p, values)| (p.name.clone(), values[0].value.clone()));
        let base = Input {
            parameters: all.collect(),
            body: bodies.first().map(|case| case.value.clone()),
        };
        let mut least = base.clone();
        for (parameter, values) in &parameters {
            let name = &parameter.name;
            for case in values.iter().skip(1) {
                let mut input = base.clone();
                input.parameters.insert(name.clone(), case.value.clone());
                cases.push(case.with(input));
            }
            if !parameter.required {
                let mut input = base.clone();
                input.parameters.remove(name);
                cases.push(Case::plain(input));
                least.parameters.remove(name);
            }
        }
        for case in bodies.into_iter().skip(1) {
            let mut input = base.clone();
            input.body = Some(case.value.clone());
            cases.push(case.with(input));
        }
        cases.extend([Case::plain(least), Case::plain(base)]);
        cases
    }

    fn parameter(&self, location: ParameterLocation, schema: &Value) -> Vec<Case<Value>> {
        let texts = |texts: &[&str]| texts.iter().map(|t| Case::plain(json!(t))).collect();
        match location {
            ParameterLocation::Path => {
                let mut cases: Vec<_> = texts(&IDS);
                cases.extend(DOTS.map(|dots| Case {
                    value: json!(dots),
                    deviation: Deviation::DotSegment,
                }));
                cases
            }
            ParameterLocation::Header if is_any_text(schema) => texts(&HEADERS),
            ParameterLocation::Header => self.values(schema),
            ParameterLocation::Query => self.values(schema),
        }
    }

    /// Values that cover a schema; the first is the usual one.
    pub fn values(&self, schema: &Value) -> Vec<Case<Value>> {
        self.within(schema, &mut Vec::new())
    }

    fn within(&self, schema: &Value, inside: &mut Vec<String>) -> Vec<Case<Value>> {
        let mut cases = match reference(schema) {
            Some(name) if inside.contains(&name.to_owned()) => {
                let least = self.least(schema, &mut Vec::new());
                vec![Case::plain(least.expect("a value that ends"))]
            }
            Some(name) => {
                inside.push(name.to_owned());
                let cases = self.within(self.component(name), inside);
                inside.pop();
                cases
            }
            None => self.direct(schema, inside),
        };
        let untyped = schema.as_object().is_none_or(Map::is_empty);
        if schema["nullable"] == true {
            cases.push(Case::plain(Value::Null));
        } else if self.deviating && !untyped && reference(schema).is_none() {
            cases.push(Case {
                value: Value::Null,
                deviation: Deviation::Null,
            });
        }
        cases
    }

    fn direct(&self, schema: &Value, inside: &mut Vec<String>) -> Vec<Case<Value>> {
        let plain = |values: Vec<Value>| values.into_iter().map(Case::plain).collect::<Vec<_>>();
        if let Some(branches) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let branches = branches.iter();
            return branches.flat_map(|b| self.within(b, inside)).collect();
        }
        if let Some(values) = schema["enum"].as_array() {
            let mut cases = plain(values.clone());
            if self.deviating {
                cases.push(Case {
                    value: json!("a-new-value"),
                    deviation: Deviation::UnknownValue,
                });
            }
            return cases;
        }
        match schema["type"].as_str() {
            Some("string") => {
                let mut cases = plain(strings(schema));
                if self.deviating && schema["format"] == "date-time" {
                    cases.push(Case {
                        value: json!(1_768_478_400),
                        deviation: Deviation::NumberAsTime,
                    });
                }
                cases
            }
            Some("integer") => plain(integers(schema)),
            Some("number") => plain(numbers(schema)),
            Some("boolean") => plain(vec![json!(true), json!(false)]),
            Some("array") => self.arrays(schema, inside),
            Some("object") => self.objects(schema, inside),
            None => plain(vec![json!({"any": [1, "a", null]}), json!("text")]),
            other => panic!("a schema of type {other:?}"),
        }
    }

    fn arrays(&self, schema: &Value, inside: &mut Vec<String>) -> Vec<Case<Value>> {
        let items = self.within(&schema["items"], inside);
        let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxItems"].as_u64().unwrap_or(3) as usize;
        let usual = &items[0].value;
        let filled = |first: Value, length: usize| {
            let rest = std::iter::repeat_n(usual.clone(), length.saturating_sub(1));
            Value::Array(std::iter::once(first).chain(rest).collect())
        };
        let one = least.max(1);
        let mut cases: Vec<_> = items
            .iter()
            .map(|item| item.with(filled(item.value.clone(), one)))
            .collect();
        cases.push(Case::plain(filled(usual.clone(), most)));
        if least == 0 {
            cases.push(Case::plain(json!([])));
        }
        if self.deviating && schema["x-unitune-lenient"] == true {
            cases.push(Case {
                value: json!([usual, 42]),
                deviation: Deviation::BadItem,
            });
        }
        cases
    }

    fn objects(&self, schema: &Value, inside: &mut Vec<String>) -> Vec<Case<Value>> {
        let Some(properties) = schema["properties"].as_object() else {
            let inner = &schema["additionalProperties"];
            let values = match inner.as_object().is_some_and(|s| !s.is_empty()) {
                true => self.within(inner, inside),
                false => vec![Case::plain(json!({"any": [1, null]}))],
            };
            let maps = values
                .iter()
                .map(|case| case.with(json!({"a key/": case.value})));
            return maps.chain([Case::plain(json!({}))]).collect();
        };
        let covered: Vec<_> = properties
            .iter()
            .map(|(name, schema)| (name, self.within(schema, inside)))
            .collect();
        let usual = covered.iter();
        let usual = usual.map(|(name, cases)| ((*name).clone(), cases[0].value.clone()));
        let base: Map<String, Value> = usual.collect();
        let mut least = base.clone();
        let mut cases = vec![Case::plain(Value::Object(base.clone()))];
        for (name, values) in &covered {
            for case in values.iter().skip(1) {
                let mut object = base.clone();
                object.insert((*name).clone(), case.value.clone());
                cases.push(case.with(Value::Object(object)));
            }
            if !is_required(schema, name) {
                let mut object = base.clone();
                object.remove(*name);
                cases.push(Case::plain(Value::Object(object)));
                least.remove(*name);
            }
        }
        cases.push(Case::plain(Value::Object(least)));
        if self.deviating {
            let mut object = base;
            object.insert("x_new".to_owned(), json!({"deep": [1, null]}));
            cases.push(Case {
                value: Value::Object(object),
                deviation: Deviation::UnknownMember,
            });
        }
        cases
    }

    /// The least value of a schema, if there is one that ends.
    pub fn least(&self, schema: &Value, inside: &mut Vec<String>) -> Option<Value> {
        if let Some(name) = reference(schema) {
            if inside.contains(&name.to_owned()) {
                return None;
            }
            inside.push(name.to_owned());
            let value = self.least(self.component(name), inside);
            inside.pop();
            return value;
        }
        if let Some(branches) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return branches.iter().find_map(|b| self.least(b, inside));
        }
        match schema["type"].as_str() {
            Some("array") => {
                let length = schema["minItems"].as_u64().unwrap_or(0);
                let items = (0..length).map(|_| self.least(&schema["items"], inside));
                Some(Value::Array(items.collect::<Option<_>>()?))
            }
            Some("object") => {
                let properties = schema["properties"].as_object().into_iter().flatten();
                let required = properties.filter(|(name, _)| is_required(schema, name));
                let members =
                    required.map(|(name, s)| Some((name.clone(), self.least(s, inside)?)));
                Some(Value::Object(members.collect::<Option<_>>()?))
            }
            _ => Some(self.direct(schema, inside).swap_remove(0).value),
        }
    }

    /// The schema of this name.
    pub fn component(&self, name: &str) -> &Value {
        &self.document["components"]["schemas"][name]
    }
}

/// The component that a schema stands for.
pub fn reference(schema: &Value) -> Option<&str> {
    let wrapped = &schema["allOf"][0];
    let target = schema["$ref"].as_str().or(wrapped["$ref"].as_str())?;
    target.strip_prefix("#/components/schemas/")
}

/// Whether an object has this member always.
pub fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema["required"].as_array();
    required.is_some_and(|names| names.iter().any(|n| n == name))
}

/// Strings as the schema allows them.
pub fn strings(schema: &Value) -> Vec<Value> {
    let least = schema["minLength"].as_u64().unwrap_or(0) as usize;
    let most = schema["maxLength"].as_u64().map(|n| n as usize);
    let limits = [Some(least), most].into_iter().flatten();
    let texts = TEXTS.into_iter().map(str::to_owned);
    let all: Vec<String> = match schema["format"].as_str() {
        Some("uri") => vec!["https://example.com/a?b=c%20d".to_owned()],
        Some("date-time") => [
            "2026-01-15T12:00:00Z",
            "2026-01-15 13:00:00.5+01:00",
            "soon",
        ]
        .map(str::to_owned)
        .to_vec(),
        _ => texts
            .chain(limits.map(|length| "é".repeat(length)))
            .collect(),
    };
    let fits = |text: &String| {
        let length = text.chars().count();
        length >= least && most.is_none_or(|most| length <= most)
    };
    all.into_iter().filter(fits).map(Value::String).collect()
}

/// Integers as the schema allows them, its limits among them.
pub fn integers(schema: &Value) -> Vec<Value> {
    let exclusive = |word: &str| i64::from(schema[word] == true);
    let least = schema["minimum"].as_i64();
    let least = least.map_or(i64::MIN, |n| n + exclusive("exclusiveMinimum"));
    let most = schema["maximum"].as_i64();
    let most = most.map_or(i64::MAX, |n| n - exclusive("exclusiveMaximum"));
    let all = [1, least, most, 0, -1, 42].into_iter();
    let all = all.filter(|n| (least..=most).contains(n));
    all.map(|n| json!(n)).collect()
}

/// Numbers as the schema allows them, its limits among them.
pub fn numbers(schema: &Value) -> Vec<Value> {
    let least = schema["minimum"].as_f64().unwrap_or(f64::MIN);
    let most = schema["maximum"].as_f64().unwrap_or(f64::MAX);
    let inside = |n: &f64| {
        let low = *n > least || (*n == least && schema["exclusiveMinimum"] != true);
        let high = *n < most || (*n == most && schema["exclusiveMaximum"] != true);
        low && high
    };
    let all = [
        0.1,
        least,
        most,
        0.0,
        1.0,
        1e-7,
        -2.5,
        5e-324,
        123_456_789.012_345_67,
    ];
    let mut values: Vec<_> = all.into_iter().filter(inside).map(|n| json!(n)).collect();
    if inside(&1.0) {
        values.push(json!(1));
    }
    values
}

/// Whether a schema is that of a text, whatever it says.
pub fn is_any_text(schema: &Value) -> bool {
    schema["type"] == "string" && schema.get("enum").is_none()
}
