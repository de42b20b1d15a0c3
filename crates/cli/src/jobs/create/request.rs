//! The request that a file and options describe.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};
use unitune::unify::CreateRequest;
use unitune::vendors::{self, VendorInfo};
use unitune::wire::duplicate_member;

use crate::args::jobs::SettingArguments;
use crate::exit::{Exit, Failure};

/// How many bytes a request may have.
const MAX_REQUEST: u64 = 16 << 20;

/// The gateway's members of a request.
const MEMBERS: [&str; 9] = [
    "model",
    "training_file",
    "validation_file",
    "hyperparameters",
    "integrations",
    "metadata",
    "method",
    "seed",
    "suffix",
];

/// A request as it is written, with the parts that are only for one vendor.
pub struct Source {
    name: String,
    members: Map<String, Value>,
    sections: Map<String, Value>,
}

impl Source {
    /// Reads a file, or stdin; without either, there is nothing in it.
    ///
    /// # Errors
    ///
    /// It cannot be read, or has another form.
    pub fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Self::of(Map::new(), "the request");
        };
        let name = path.display().to_string();
        let wrong = |what: String| Failure::new(Exit::Usage, format!("{name}: {what}"));
        let text = match path == Path::new("-") {
            true => std::io::read_to_string(std::io::stdin().take(MAX_REQUEST + 1)),
            false => std::fs::File::open(path)
                .and_then(|file| std::io::read_to_string(file.take(MAX_REQUEST + 1))),
        };
        let text = text.map_err(|e| wrong(e.to_string()))?;
        if text.len() as u64 > MAX_REQUEST {
            let what = format!("a request has at most {MAX_REQUEST} bytes, and it has more");
            return Err(wrong(what));
        }
        let suffix = path.extension().and_then(|suffix| suffix.to_str());
        let members = match suffix {
            Some("toml") => members_of_toml(&text).map_err(wrong),
            Some("yaml" | "yml") => members_of_yaml(&text).map_err(wrong),
            Some("json") => members_of_json(&text).map_err(wrong),
            _ if path == Path::new("-") => members_of_json(&text).map_err(wrong),
            _ => Err(wrong(
                "a request is a file of TOML, YAML or JSON, whose name ends in .toml, .yaml or \
                 .json; a file of examples is given with --training-file"
                    .to_owned(),
            )),
        }?;
        Self::of(members, &name)
    }

    /// A request that is in memory; its name is for errors.
    ///
    /// # Errors
    ///
    /// A vendor's part is no table.
    pub fn of(mut members: Map<String, Value>, name: &str) -> Result<Self, Failure> {
        let mut sections = Map::new();
        for vendor in vendors::all() {
            let Some(section) = members.remove(vendor.name()) else {
                continue;
            };
            if !section.is_object() {
                let what = format!(
                    "{name}: `{}` holds what is only for that vendor, as a table",
                    vendor.name()
                );
                return Err(Failure::new(Exit::Usage, what));
            }
            sections.insert(vendor.name().to_owned(), section);
        }
        Ok(Self {
            name: name.to_owned(),
            members,
            sections,
        })
    }

    /// Returns the request for a vendor. Options come before the vendor's part,
    /// and that before the rest.
    ///
    /// # Errors
    ///
    /// Something is missing, or has another form.
    pub fn request(
        &self,
        settings: &SettingArguments,
        vendor: &str,
    ) -> Result<CreateRequest, Failure> {
        let mut members = self.members.clone();
        if let Some(Value::Object(section)) = self.sections.get(vendor) {
            merge(&mut members, section.clone());
        }
        set(&mut members, settings, vendors::get(vendor))?;
        for (name, how) in [
            ("model", "--model NAME"),
            ("training_file", "--training-file FILE"),
        ] {
            if members.get(name).is_none_or(Value::is_null) {
                let what = format!("{}: `{name}` is missing; give it with {how}", self.name);
                return Err(Failure::new(Exit::Usage, what));
            }
        }
        let request = serde_path_to_error::deserialize(Value::Object(members));
        request.map_err(|error| {
            let what = format!("{}: {}: {}", self.name, error.path(), error.inner());
            Failure::new(Exit::Usage, what)
        })
    }
}

/// Reads the members of a JSON object. TOML's and YAML's readers reject a doubled member
/// themselves; serde_json takes the last.
fn members_of_json(text: &str) -> Result<Map<String, Value>, String> {
    let members = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match duplicate_member(text.as_bytes()) {
        None => Ok(members),
        Some(path) => Err(format!("{path} is given more than once")),
    }
}

/// Reads the members of a YAML mapping.
fn members_of_yaml(text: &str) -> Result<Map<String, Value>, String> {
    let message = |error: serde_saphyr::Error| {
        // The usual text is for programmers, and names a file `<input>`.
        let error = error.without_snippet();
        error.render_with_formatter(&serde_saphyr::UserMessageFormatter)
    };
    serde_saphyr::from_str(text).map_err(message)
}

/// Reads the members of a TOML table. JSON has no NaN and no infinity: they would be null,
/// which leaves a setting to the vendor.
fn members_of_toml(text: &str) -> Result<Map<String, Value>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    if let Some(path) = not_finite(&toml::Value::Table(table)) {
        return Err(format!("{path} is no finite number"));
    }
    toml::from_str(text).map_err(|error| error.to_string())
}

/// Returns the path, with dots, to the first number that is not finite.
fn not_finite(value: &toml::Value) -> Option<String> {
    let inside = |(step, inner): (String, &toml::Value)| {
        let path = not_finite(inner)?;
        Some(match path.is_empty() {
            true => step,
            false => format!("{step}.{path}"),
        })
    };
    match value {
        toml::Value::Float(number) => (!number.is_finite()).then(String::new),
        toml::Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| inside((index.to_string(), item)))
        }
        toml::Value::Table(members) => {
            let mut members = members.iter();
            members.find_map(|(name, member)| inside((name.clone(), member)))
        }
        _ => None,
    }
}

/// Puts members over others; tables are merged, and null removes.
fn merge(members: &mut Map<String, Value>, over: Map<String, Value>) {
    for (name, value) in over {
        match (members.get_mut(&name), value) {
            (_, Value::Null) => {
                members.remove(&name);
            }
            (Some(Value::Object(inner)), Value::Object(value)) => merge(inner, value),
            (_, value) => {
                members.insert(name, value);
            }
        }
    }
}

/// Puts what the options say into the members.
fn set(
    members: &mut Map<String, Value>,
    settings: &SettingArguments,
    vendor: Option<&VendorInfo>,
) -> Result<(), Failure> {
    let texts = [
        ("model", &settings.model),
        ("training_file", &settings.training_file),
        ("validation_file", &settings.validation_file),
        ("suffix", &settings.suffix),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            members.insert(name.to_owned(), value.as_str().into());
        }
    }
    let numbers = [
        (&["seed"][..], settings.seed.map(Value::from)),
        (
            &["hyperparameters", "n_epochs"],
            settings.epochs.map(Value::from),
        ),
        (
            &["hyperparameters", "batch_size"],
            settings.batch_size.map(Value::from),
        ),
        (
            &["hyperparameters", "learning_rate"],
            settings.learning_rate.map(Value::from),
        ),
    ];
    for (path, value) in numbers {
        if let Some(value) = value {
            put(members, path, value)?;
        }
    }
    for label in &settings.metadata {
        let value = label.value.as_str().into();
        put(members, &["metadata", &label.key], value)?;
    }
    if let Some(method) = settings.method {
        set_method(members, method.as_str());
    }
    for assignment in &settings.set {
        let text = assignment.value.as_str();
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        let key = assignment.key.as_str();
        if let Some(member) = duplicate_member(text.as_bytes()).filter(|_| !value.is_string()) {
            let what = format!("--set {key}: {member} is given more than once");
            return Err(Failure::new(Exit::Usage, what));
        }
        let path: Vec<&str> = key.split('.').collect();
        let is_member = MEMBERS.contains(&key)
            || vendor.is_some_and(|vendor| vendor.request_members().any(|name| name == key));
        match (path.as_slice(), &value) {
            (["method"], Value::String(word)) => set_method(members, word),
            // These are texts, whatever they look like.
            (["suffix"], _) => put(members, &path, text.into())?,
            (["metadata", _], _) => put(members, &path, text.into())?,
            ([_], _) if !is_member => put(members, &["hyperparameters", key], value)?,
            (path, _) => put(members, path, value)?,
        }
    }
    Ok(())
}

/// Sets the method; the settings of another one go.
fn set_method(members: &mut Map<String, Value>, word: &str) {
    let current = members.get("method").and_then(|method| method.get("type"));
    if current.and_then(Value::as_str) != Some(word) {
        members.insert("method".to_owned(), serde_json::json!({"type": word}));
    }
}

/// Puts a value at a place; null removes what is there.
fn put(members: &mut Map<String, Value>, path: &[&str], value: Value) -> Result<(), Failure> {
    let Some((last, parents)) = path.split_last() else {
        return Ok(());
    };
    let mut inner = members;
    for name in parents {
        let next = inner.entry((*name).to_owned());
        let next = next.or_insert_with(|| Value::Object(Map::new()));
        if next.is_null() {
            *next = Value::Object(Map::new());
        }
        let Value::Object(object) = next else {
            let what = format!("--set {}: `{name}` has no members", path.join("."));
            return Err(Failure::new(Exit::Usage, what));
        };
        inner = object;
    }
    match value {
        Value::Null => inner.remove(*last),
        value => inner.insert((*last).to_owned(), value),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;
    use crate::args::jobs::JobsCommand;
    use crate::args::{Arguments, Command};

    fn settings(options: &[&str]) -> SettingArguments {
        let words = [&["unitune", "jobs", "create"], options].concat();
        match Arguments::try_parse_from(words).unwrap().command {
            Command::Jobs(JobsCommand::Create(create)) => create.settings,
            _ => panic!("another command"),
        }
    }

    fn request(file: &Value, options: &[&str], vendor: &str) -> Result<Value, String> {
        let members = file.as_object().unwrap().clone();
        let source = Source::of(members, "r.json").map_err(|e| e.to_string())?;
        let request = source.request(&settings(options), vendor);
        request.map(|r| json!(r)).map_err(|e| e.to_string())
    }

    #[test]
    fn options_come_before_the_vendor_s_part_and_that_before_the_rest() {
        let file = json!({
            "model": "a", "training_file": "t.jsonl",
            "hyperparameters": {"n_epochs": 1, "batch_size": 2},
            "together": {"model": "b", "hyperparameters": {"batch_size": 4}},
            "openai": {"hyperparameters": {"batch_size": null}},
        });
        let options = [
            "--epochs",
            "3",
            "--set",
            "lr_scheduler={\"lr_scheduler_type\":\"linear\"}",
        ];
        assert_eq!(
            request(&file, &options, "together").unwrap(),
            json!({
                "model": "b", "training_file": "t.jsonl",
                "hyperparameters": {
                    "n_epochs": 3, "batch_size": 4,
                    "lr_scheduler": {"lr_scheduler_type": "linear"},
                },
            })
        );
        assert_eq!(
            request(&file, &[], "openai").unwrap()["hyperparameters"],
            json!({"n_epochs": 1})
        );
    }

    #[test]
    fn a_setting_without_a_place_is_a_hyperparameter_unless_the_request_has_it() {
        let file = json!({"model": "a", "training_file": "f"});
        let options = [
            "--set",
            "beta=0.2",
            "--set",
            "seed=7",
            "--set",
            "suffix=12",
            "--set",
            "from_checkpoint=ft-1",
            "--set",
            "method=dpo",
            "--set",
            "metadata.team=1",
        ];
        assert_eq!(
            request(&file, &options, "together").unwrap(),
            json!({
                "model": "a", "training_file": "f", "seed": 7, "suffix": "12",
                "hyperparameters": {"beta": 0.2}, "from_checkpoint": "ft-1",
                "method": {"type": "dpo"}, "metadata": {"team": "1"},
            })
        );
        // Another vendor has no such member: it will reject the setting by name.
        let other = request(&file, &options, "openai").unwrap();
        assert_eq!(other["hyperparameters"]["from_checkpoint"], "ft-1");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |file: Value, options: &[&str]| request(&file, options, "openai").unwrap_err();
        assert_eq!(
            wrong(json!({"training_file": "f"}), &[]),
            "r.json: `model` is missing; give it with --model NAME"
        );
        let text = wrong(
            json!({"model": "a", "training_file": "f", "seed": "x"}),
            &[],
        );
        assert!(text.starts_with("r.json: seed: invalid type"), "{text}");
        let file = json!({"model": "a", "training_file": "f"});
        let text = wrong(file.clone(), &["--set", "model.name=x"]);
        assert!(text.contains("`model` has no members"), "{text}");
        let text = wrong(json!({"openai": 1}), &[]);
        assert!(text.contains("as a table"), "{text}");
    }
}
