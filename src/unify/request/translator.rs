//! Translates a request member by member, and collects what cannot be sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::setting_rules::{Accepted, Takes, UNKNOWN, Unsupported};
use super::{CreateRequest, OnUnsupported, Translated, UnsupportedField, UnsupportedFields};
use crate::similar_name::similar_name;
use crate::unify::Mapping;

/// The longest suffix that the gateway takes.
const SUFFIX: usize = 64;

/// A request on its way to a vendor's form.
pub(crate) struct RequestTranslator {
    mapping: &'static Mapping,
    on_unsupported: OnUnsupported,
    rejected: Vec<UnsupportedField>,
    dropped: Vec<UnsupportedField>,
}

/// A setting, and its places in the request.
pub(in crate::unify) struct Setting {
    pub(in crate::unify) path: String,
    pub(in crate::unify) value: Value,
    /// It is among the request's own `hyperparameters`.
    pub(in crate::unify) in_request: bool,
    /// It is among the method's `hyperparameters`.
    pub(in crate::unify) in_method: bool,
}

/// The method of a request: its name, and the body under that name.
#[derive(Default)]
pub(in crate::unify) struct Method {
    pub(in crate::unify) name: Option<String>,
    pub(in crate::unify) body: Map<String, Value>,
}

impl RequestTranslator {
    pub(in crate::unify) fn new(mapping: &'static Mapping, on_unsupported: OnUnsupported) -> Self {
        Self {
            mapping,
            on_unsupported,
            rejected: Vec::new(),
            dropped: Vec::new(),
        }
    }

    /// Collects a field that the vendor has no place for: it can be left out.
    pub(in crate::unify) fn unsupported(
        &mut self,
        field: impl Into<String>,
        reason: impl Into<String>,
        instead: impl Into<String>,
    ) {
        let field = UnsupportedField::new(field, reason, instead);
        match self.on_unsupported {
            OnUnsupported::Reject => self.rejected.push(field),
            OnUnsupported::Drop => self.dropped.push(field),
        }
    }

    /// Collects a field that is invalid, or without which the job would be another
    /// one: it is always rejected.
    pub(in crate::unify) fn invalid(
        &mut self,
        field: impl Into<String>,
        reason: impl Into<String>,
        instead: impl Into<String>,
    ) {
        self.rejected
            .push(UnsupportedField::new(field, reason, instead));
    }

    /// Returns the vendor's request, unless a field was rejected.
    pub(in crate::unify) fn finish<T>(
        self,
        request: T,
    ) -> Result<Translated<T>, UnsupportedFields> {
        if self.rejected.is_empty() {
            return Ok(Translated::new(request, self.dropped));
        }
        let Mapping { vendor, title, .. } = self.mapping;
        Err(UnsupportedFields::new(
            vendor.clone(),
            *title,
            self.rejected,
        ))
    }

    /// Checks what every vendor requires.
    pub(in crate::unify) fn basics(&mut self, request: &CreateRequest) {
        for (field, text) in [
            ("model", &request.model),
            ("training_file", &request.training_file),
        ] {
            if text.trim().is_empty() {
                self.invalid(field, "it is empty", "");
            }
        }
        let length = request
            .suffix
            .as_deref()
            .map_or(0, |text| text.chars().count());
        if length > SUFFIX {
            let reason = format!("it has {length} characters");
            self.invalid("suffix", reason, format!("at most {SUFFIX} characters"));
        }
    }

    /// Reads the method, of which `known` are those that the vendor has.
    pub(in crate::unify) fn method(
        &mut self,
        method: Option<&Map<String, Value>>,
        known: &[&str],
        instead: &str,
    ) -> Method {
        let Some(members) = method else {
            return Method::default();
        };
        let Some(word) = members.get("type").and_then(Value::as_str) else {
            self.invalid("method.type", "it is missing", known.join(", "));
            return Method::default();
        };
        if !known.contains(&word) {
            let reason = format!("the vendor has no method {word:?}");
            self.invalid("method.type", reason, instead);
            return Method::default();
        }
        let mut body = Map::new();
        for (name, value) in members {
            let path = format!("method.{name}");
            match value {
                _ if name == "type" => {}
                Value::Null => {}
                Value::Object(members) if name == word => body = members.clone(),
                _ if name == word => self.invalid(path, "it is no object", ""),
                _ => self.unsupported(path, format!("the method is {word}"), ""),
            }
        }
        Method {
            name: Some(word.to_owned()),
            body,
        }
    }

    /// Reads the hyperparameters of the request and of its method, which must not
    /// contradict each other. Those that are `null` are absent.
    pub(in crate::unify) fn settings(
        &mut self,
        request: &CreateRequest,
        method: &Method,
    ) -> BTreeMap<String, Setting> {
        let mut settings: BTreeMap<String, Setting> = BTreeMap::new();
        let top = request.hyperparameters.iter().flatten();
        for (key, value) in top.filter(|(_, value)| !value.is_null()) {
            let setting = Setting {
                path: format!("hyperparameters.{key}"),
                value: value.clone(),
                in_request: true,
                in_method: false,
            };
            settings.insert(key.clone(), setting);
        }
        let word = method.name.as_deref().unwrap_or_default();
        let nested = match method.body.get("hyperparameters") {
            Some(Value::Object(members)) => members.clone(),
            None | Some(Value::Null) => Map::new(),
            Some(_) => {
                let path = format!("method.{word}.hyperparameters");
                self.invalid(path, "it is no object", "");
                Map::new()
            }
        };
        for (key, value) in nested.into_iter().filter(|(_, value)| !value.is_null()) {
            let path = format!("method.{word}.hyperparameters.{key}");
            match settings.get_mut(&key) {
                Some(other) if other.value == value => other.in_method = true,
                Some(other) => {
                    let reason = format!("it contradicts {}", other.path);
                    self.invalid(path, reason, "say it once");
                }
                None => {
                    let setting = Setting {
                        path,
                        value,
                        in_request: false,
                        in_method: true,
                    };
                    settings.insert(key, setting);
                }
            }
        }
        settings
    }

    /// Returns true if the vendor accepts a setting; otherwise collects it as
    /// unsupported.
    pub(in crate::unify) fn takes(
        &mut self,
        key: &str,
        setting: &Setting,
        method: &Method,
        accepted: &[Accepted],
        unsupported: &[Unsupported],
    ) -> bool {
        let rule = self.rule(key, setting, method, accepted, unsupported);
        rule.is_some_and(|rule| self.fits(&setting.path, &setting.value, rule.takes))
    }

    /// Returns true if a setting is not `"auto"`, for a vendor whose default is
    /// that. One that is `"auto"` is left out; it is collected if no table
    /// names it.
    pub(in crate::unify) fn is_not_auto(
        &mut self,
        key: &str,
        setting: &Setting,
        method: &Method,
        accepted: &[Accepted],
        unsupported: &[Unsupported],
    ) -> bool {
        if setting.value.as_str() != Some("auto") {
            return true;
        }
        if !unsupported.iter().any(|rule| rule.key == key) {
            self.rule(key, setting, method, accepted, unsupported);
        }
        false
    }

    /// Returns the rule by which the vendor takes a setting with this method;
    /// collects the setting where there is none.
    fn rule<'r>(
        &mut self,
        key: &str,
        setting: &Setting,
        method: &Method,
        accepted: &'r [Accepted],
        unsupported: &[Unsupported],
    ) -> Option<&'r Accepted> {
        let Some(rule) = accepted.iter().find(|rule| rule.key == key) else {
            let (why, instead) = match unsupported.iter().find(|rule| rule.key == key) {
                Some(rule) => (rule.why, rule.instead),
                None => {
                    let known = accepted.iter().map(|rule| rule.key);
                    (UNKNOWN, similar_name(key, known).unwrap_or_default())
                }
            };
            self.unsupported(&setting.path, why, instead);
            return None;
        };
        // A request without a method is supervised.
        let word = method.name.as_deref().unwrap_or("supervised");
        if !rule.methods.is_empty() && !rule.methods.contains(&word) {
            let reason = format!("it goes with method {}", rule.methods.join(" or "));
            self.unsupported(&setting.path, reason, "");
            return None;
        }
        Some(rule)
    }

    /// Returns true if a value has the type of a rule.
    pub(in crate::unify) fn fits(&mut self, path: &str, value: &Value, takes: Takes) -> bool {
        let is_word = |word: &str| value.as_str() == Some(word);
        let fits = match takes {
            Takes::Integer => value.is_i64(),
            Takes::IntegerOr(word) => value.is_i64() || is_word(word),
            Takes::Number => value.is_number(),
            Takes::NumberOr(word) => value.is_number() || is_word(word),
            Takes::Boolean => value.is_boolean(),
            Takes::BooleanOr(word) => value.is_boolean() || is_word(word),
            Takes::Text => value.is_string(),
            Takes::Texts => {
                let items = value.as_array();
                items.is_some_and(|items| items.iter().all(Value::is_string))
            }
            Takes::Object(_) => value.is_object(),
        };
        if !fits {
            self.invalid(path, "its value has another form", takes.to_string());
        }
        fits
    }
}
