//! Weights & Biases: one integration in the gateway's terms.

use serde_json::{Map, Value};

use super::setting_rules::UNKNOWN;
use super::translator::RequestTranslator;

impl RequestTranslator {
    /// Reads the members of the one Weights & Biases integration that a vendor takes.
    pub(in crate::unify) fn wandb(
        &mut self,
        integrations: &[Map<String, Value>],
        known: &[(&str, &str)],
    ) -> Option<Map<String, Value>> {
        let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
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
            let settings = body
                .as_object()
                .filter(|body| !body.values().all(Value::is_null));
            if settings.is_none() {
                let reason = match body {
                    Value::Null | Value::Object(_) => "it is missing",
                    _ => "it is no object",
                };
                let instead = format!("an object with some of {}", known.join(", "));
                self.invalid(format!("{path}.wandb"), reason, instead);
            }
            for (name, value) in settings.into_iter().flatten() {
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

/// Returns the integration of these members, unless there are none.
pub(in crate::unify) fn integration(wandb: Map<String, Value>) -> Option<Vec<Map<String, Value>>> {
    (!wandb.is_empty()).then(|| {
        vec![Map::from_iter([
            ("type".to_owned(), Value::from("wandb")),
            ("wandb".to_owned(), wandb.into()),
        ])]
    })
}
