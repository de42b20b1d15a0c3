//! Goes through a request member by member, and writes down what cannot be
//! sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::rules::{Accepted, Refused, Takes, UNKNOWN};
use super::{CreateRequest, Loss, Refusal, Translated, Unsupported};
use crate::unify::Vendor;

/// The longest suffix that the gateway takes.
const SUFFIX: usize = 64;

pub(super) struct Clerk {
    vendor: Vendor,
    loss: Loss,
    refused: Vec<Unsupported>,
    dropped: Vec<Unsupported>,
}

/// A setting and where it stood in the request.
pub(super) struct Setting {
    pub(super) path: String,
    pub(super) value: Value,
    /// It stood below the request's own `hyperparameters`.
    pub(super) at_top: bool,
    /// It stood below the method's.
    pub(super) below: bool,
}

/// What a request says about the method: its word and the body of that name.
#[derive(Default)]
pub(super) struct Method {
    pub(super) word: Option<String>,
    pub(super) body: Map<String, Value>,
}

impl Clerk {
    pub(super) fn new(vendor: Vendor, loss: Loss) -> Self {
        Self {
            vendor,
            loss,
            refused: Vec::new(),
            dropped: Vec::new(),
        }
    }

    /// The vendor has no place for it: it can be left out.
    pub(super) fn unsupported(
        &mut self,
        field: impl Into<String>,
        reason: impl Into<String>,
        instead: impl Into<String>,
    ) {
        let field = Unsupported {
            field: field.into(),
            reason: reason.into(),
            instead: instead.into(),
        };
        match self.loss {
            Loss::Refuse => self.refused.push(field),
            Loss::Allow => self.dropped.push(field),
        }
    }

    /// It makes no sense, or without it the job would be another one.
    pub(super) fn invalid(
        &mut self,
        field: impl Into<String>,
        reason: impl Into<String>,
        instead: impl Into<String>,
    ) {
        self.refused.push(Unsupported {
            field: field.into(),
            reason: reason.into(),
            instead: instead.into(),
        });
    }

    pub(super) fn finish<T>(self, request: T) -> Result<Translated<T>, Refusal> {
        if self.refused.is_empty() {
            return Ok(Translated {
                request,
                dropped: self.dropped,
            });
        }
        Err(Refusal {
            vendor: self.vendor,
            fields: self.refused,
        })
    }

    /// What every vendor needs.
    pub(super) fn basics(&mut self, request: &CreateRequest) {
        for (field, text) in [
            ("model", &request.model),
            ("training_file", &request.training_file),
        ] {
            if text.is_empty() {
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

    /// The method, of which `known` are the words that the vendor has.
    pub(super) fn method(
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
            word: Some(word.to_owned()),
            body,
        }
    }

    /// The hyperparameters of the request and of its method, which must not
    /// contradict each other. `null` says nothing.
    pub(super) fn settings(
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
                at_top: true,
                below: false,
            };
            settings.insert(key.clone(), setting);
        }
        let word = method.word.as_deref().unwrap_or_default();
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
                Some(other) if other.value == value => other.below = true,
                Some(other) => {
                    let reason = format!("it contradicts {}", other.path);
                    self.invalid(path, reason, "say it once");
                }
                None => {
                    let setting = Setting {
                        path,
                        value,
                        at_top: false,
                        below: true,
                    };
                    settings.insert(key, setting);
                }
            }
        }
        settings
    }

    /// True when a vendor takes a setting; writes down why when it does not.
    pub(super) fn takes(
        &mut self,
        key: &str,
        setting: &Setting,
        method: &Method,
        accepted: &[Accepted],
        refused: &[Refused],
    ) -> bool {
        let rule = self.rule(key, setting, method, accepted, refused);
        rule.is_some_and(|rule| self.fits(&setting.path, &setting.value, rule.takes))
    }

    /// For a vendor to whom silence says `"auto"`: true when the setting says
    /// something else. What is `"auto"` is left out, if it is a setting at all;
    /// that of another vendor asks for nothing then.
    pub(super) fn says_more_than_auto(
        &mut self,
        key: &str,
        setting: &Setting,
        method: &Method,
        accepted: &[Accepted],
        refused: &[Refused],
    ) -> bool {
        if setting.value.as_str() != Some("auto") {
            return true;
        }
        if !refused.iter().any(|rule| rule.key == key) {
            self.rule(key, setting, method, accepted, refused);
        }
        false
    }

    /// The rule by which a vendor takes a setting with this method; writes down
    /// why where there is none.
    fn rule<'r>(
        &mut self,
        key: &str,
        setting: &Setting,
        method: &Method,
        accepted: &'r [Accepted],
        refused: &[Refused],
    ) -> Option<&'r Accepted> {
        let Some(rule) = accepted.iter().find(|rule| rule.key == key) else {
            let rule = refused.iter().find(|rule| rule.key == key);
            let (why, instead) = rule.map_or((UNKNOWN, ""), |rule| (rule.why, rule.instead));
            self.unsupported(&setting.path, why, instead);
            return None;
        };
        // A request without a method is supervised.
        let word = method.word.as_deref().unwrap_or("supervised");
        if !rule.methods.is_empty() && !rule.methods.contains(&word) {
            let reason = format!("it goes with method {}", rule.methods.join(" or "));
            self.unsupported(&setting.path, reason, "");
            return None;
        }
        Some(rule)
    }

    /// True when a value has the form that a rule wants.
    pub(super) fn fits(&mut self, path: &str, value: &Value, takes: Takes) -> bool {
        let is_word = |word: &str| value.as_str() == Some(word);
        let fits = match takes {
            Takes::Integer => value.is_i64(),
            Takes::IntegerOr(word) => value.is_i64() || is_word(word),
            Takes::Number => value.is_number(),
            Takes::NumberOr(word) => value.is_number() || is_word(word),
            Takes::Boolean => value.is_boolean(),
            Takes::BooleanOr(word) => value.is_boolean() || is_word(word),
            Takes::Text => value.is_string(),
            Takes::Object(_) => value.is_object(),
        };
        if !fits {
            self.invalid(path, "its value has another form", takes.to_string());
        }
        fits
    }

    /// The members of the one Weights & Biases integration that a vendor takes.
    pub(super) fn wandb(
        &mut self,
        integrations: &[Map<String, Value>],
        known: &[&str],
    ) -> Option<Map<String, Value>> {
        let mut found = None;
        for (index, integration) in integrations.iter().enumerate() {
            let path = format!("integrations.{index}");
            if integration.get("type").and_then(Value::as_str) != Some("wandb") {
                self.unsupported(path, "the vendor reports to Weights & Biases only", "");
                continue;
            }
            if found.is_some() {
                self.unsupported(path, "the vendor reports to one place", "");
                continue;
            }
            let mut members = Map::new();
            let body = integration.get("wandb").unwrap_or(&Value::Null);
            let said = body
                .as_object()
                .filter(|body| !body.values().all(Value::is_null));
            if said.is_none() {
                let reason = match body {
                    Value::Null | Value::Object(_) => "it is missing",
                    _ => "it is no object",
                };
                let instead = format!("an object with some of {}", known.join(", "));
                self.invalid(format!("{path}.wandb"), reason, instead);
            }
            for (name, value) in said.into_iter().flatten() {
                let path = format!("{path}.wandb.{name}");
                let list = name == "tags" && value.is_array();
                match value {
                    Value::Null => {}
                    _ if !known.contains(&name.as_str()) => {
                        self.unsupported(path, UNKNOWN, known.join(", "));
                    }
                    Value::String(_) => {
                        members.insert(name.clone(), value.clone());
                    }
                    _ if list => {
                        members.insert(name.clone(), value.clone());
                    }
                    _ => self.invalid(path, "its value has another form", "a text"),
                }
            }
            for name in integration
                .keys()
                .filter(|n| !matches!(n.as_str(), "type" | "wandb"))
            {
                self.unsupported(format!("{path}.{name}"), UNKNOWN, "");
            }
            found = Some(members);
        }
        found
    }
}
