//! A job's settings in another vendor's terms: carried, translated or dropped, by a
//! table of what each setting means.

use serde_json::{Map, Value};
use unitune_datasets::models::{Setting, VendorSettings};

use super::plan::{Line, Outcome};

/// The settings for the target, and what became of each of the source's.
pub fn translate(
    settings: &Map<String, Value>,
    method: &str,
    from: &VendorSettings,
    to: &VendorSettings,
    max_rank: Option<u64>,
) -> (Map<String, Value>, Vec<Line>) {
    let mut target = Map::new();
    let mut lines = Vec::new();
    let mut multiples = Vec::new();
    for (key, value) in flat(settings) {
        let line = match one(&key, &value, method, from, to, max_rank) {
            Ok((setting, value, outcome, rule)) => {
                for (beside, word) in &setting.with {
                    put(&mut target, beside, Value::from(word.as_str()));
                }
                put(&mut target, &setting.key, value.clone());
                let number = value.as_f64().unwrap_or_default();
                let own = setting.multiples.iter();
                multiples.extend(own.map(|(key, times)| (lines.len(), key, number * times)));
                let becomes = format!("{}={}", setting.key, text(&value));
                Line::new(
                    &key,
                    text(&value_of(settings, &key)),
                    outcome,
                    becomes,
                    rule,
                )
            }
            Err(why) => Line::dropped(&key, text(&value), why),
        };
        lines.push(line);
    }
    for (line, key, value) in multiples {
        if value_of(&target, key) != Value::Null {
            continue;
        }
        put(&mut target, key, whole(value));
        let line: &mut Line = &mut lines[line];
        let beside = format!("{key}={} has to stand beside it", whole(value));
        line.outcome = Outcome::Translated;
        line.rule = match line.rule.is_empty() {
            true => beside,
            false => format!("{}; {beside}", line.rule),
        };
    }
    (target, lines)
}

/// What the target's own defaults will be where the job says nothing.
pub fn defaults(target: &Map<String, Value>, method: &str, to: &VendorSettings) -> Vec<String> {
    let shown = ["epochs", "batch_size", "learning_rate", "rank", "beta"];
    let is_set = |setting: &Setting| flat(target).iter().any(|(key, _)| *key == setting.key);
    let of = |meaning: &&str| {
        let setting = to.settings.get(*meaning)?;
        let goes = goes_with(setting, method) && (*meaning != "beta" || method == "dpo");
        let default = setting
            .default
            .as_ref()
            .filter(|_| goes && !is_set(setting))?;
        Some(format!("{}: {default}", setting.key))
    };
    shown.iter().filter_map(of).collect()
}

type Carried<'t> = (&'t Setting, Value, Outcome, String);

fn one<'t>(
    key: &str,
    value: &Value,
    method: &str,
    from: &VendorSettings,
    to: &'t VendorSettings,
    max_rank: Option<u64>,
) -> Result<Carried<'t>, String> {
    let Some((meaning, ours)) = from.by_key(key) else {
        return Err(format!(
            "no rule is known for it; {}",
            set_it(&to.title, "NAME")
        ));
    };
    if value
        .as_str()
        .is_some_and(|word| ours.words.iter().any(|w| w == word))
    {
        let default = to
            .settings
            .get(meaning)
            .and_then(|theirs| theirs.default.as_ref());
        let default = default.map_or_else(String::new, |d| format!(": {d}"));
        return Err(format!(
            "{} chose it itself, and so does {}{default}",
            from.title, to.title
        ));
    }
    let Some(theirs) = to.settings.get(meaning).filter(|s| goes_with(s, method)) else {
        return match (meaning, value.as_str()) {
            ("adapter", Some("Lora")) => Err(format!("{} trains adapters anyway", to.title)),
            _ => Err(format!("{} has no such setting", to.title)),
        };
    };
    if ours.unit != theirs.unit {
        let default = theirs.default.as_deref().unwrap_or("its default");
        return Err(format!(
            "{} counts {}, {} counts {}: neither follows from the other; {} takes {default} \
             unless you say --set {}=…",
            from.title, ours.unit, to.title, theirs.unit, to.title, theirs.key
        ));
    }
    if meaning == "rank" && value.as_f64() == Some(0.0) {
        return Err("0 trains all weights there; this trains an adapter".to_owned());
    }
    let (value, limited) = within(
        value,
        theirs,
        if meaning == "rank" { max_rank } else { None },
    );
    let renamed = (ours.key != theirs.key).then(|| format!("it is called {} there", theirs.key));
    let rules = [limited, renamed, theirs.rough.clone()];
    let rules: Vec<String> = rules.into_iter().flatten().collect();
    let outcome = match rules.is_empty() {
        true => Outcome::Exact,
        false => Outcome::Translated,
    };
    Ok((theirs, value, outcome, rules.join("; ")))
}

fn set_it(title: &str, key: &str) -> String {
    format!("if {title} has it: --set {key}=…")
}

fn goes_with(setting: &Setting, method: &str) -> bool {
    setting.only.is_empty() || setting.only.iter().any(|only| only == method)
}

/// The value within the limits, and what was done to it.
fn within(value: &Value, setting: &Setting, most: Option<u64>) -> (Value, Option<String>) {
    let Some(number) = value.as_f64() else {
        return (value.clone(), None);
    };
    #[allow(clippy::cast_precision_loss)] // A rank is a small number.
    let most = most.map(|most| most as f64);
    let max = match (setting.max, most) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let mut kept = number;
    if let Some(min) = setting.min {
        kept = kept.max(min);
    }
    if let Some(max) = max {
        kept = kept.min(max);
    }
    if setting.powers_of_two && kept >= 1.0 {
        kept = 2_f64.powf(kept.log2().floor());
    }
    #[allow(clippy::float_cmp)] // Nothing was done to it, or it is another number.
    if kept == number {
        return (value.clone(), None);
    }
    let rule = format!("{number} is not possible there: {kept} is the nearest that is");
    (whole(kept), Some(rule))
}

/// A number, as an integer where it is one.
#[allow(clippy::cast_possible_truncation)] // It has no fraction and is small.
fn whole(number: f64) -> Value {
    match number.fract() == 0.0 && number.abs() < 1e15 {
        true => Value::from(number as i64),
        false => Value::from(number),
    }
}

/// Members with the way to them, in order.
fn flat(members: &Map<String, Value>) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (name, value) in members {
        match value {
            Value::Null => {}
            // A schedule is one thing; only what the table speaks of is taken apart.
            Value::Object(inner) if name == "training_type" => {
                let inner = flat(inner).into_iter();
                all.extend(inner.map(|(key, value)| (format!("{name}.{key}"), value)));
            }
            _ => all.push((name.clone(), value.clone())),
        }
    }
    all
}

fn value_of(members: &Map<String, Value>, key: &str) -> Value {
    let found = flat(members).into_iter().find(|(name, _)| name == key);
    found.map_or(Value::Null, |(_, value)| value)
}

fn put(members: &mut Map<String, Value>, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            members.insert(key.to_owned(), value);
        }
        Some((name, rest)) => {
            let inner = members
                .entry(name.to_owned())
                .or_insert_with(|| Map::new().into());
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use unitune_datasets::models::settings as of;

    use super::*;

    fn moved(from: &str, to: &str, method: &str, settings: Value) -> (Value, Vec<String>) {
        let (from, to) = (of(from).unwrap(), of(to).unwrap());
        let settings = settings.as_object().unwrap();
        let (target, lines) = translate(settings, method, from, to, None);
        let lines = lines
            .iter()
            .map(|line| format!("{:?} {}: {}", line.outcome, line.name, line.rule));
        (target.into(), lines.collect())
    }

    #[test]
    fn what_is_the_same_is_carried_and_what_has_another_unit_is_not() {
        let settings = json!({"n_epochs": 3, "batch_size": 8, "learning_rate_multiplier": 2});
        let (target, lines) = moved("openai", "together", "supervised", settings.clone());
        assert_eq!(target, json!({"n_epochs": 3}));
        assert!(
            lines[0]
                .starts_with("Dropped batch_size: OpenAI counts examples, Together counts packed")
        );
        assert!(lines[1].starts_with("Dropped learning_rate_multiplier: OpenAI counts multiples"));
        assert_eq!(lines[2], "Exact n_epochs: ");
        let (target, _) = moved("openai", "fireworks", "supervised", settings.clone());
        assert_eq!(target, json!({"n_epochs": 3, "batch_size": 8}));
        let (target, lines) = moved("openai", "azure", "supervised", settings.clone());
        assert_eq!(target, settings);
        assert!(lines.iter().all(|line| line.starts_with("Exact")));
    }

    #[test]
    fn words_leave_it_to_the_other_vendor_and_numbers_stay_within_limits() {
        let settings = json!({"n_epochs": "auto", "beta": 1.5});
        let (target, lines) = moved("openai", "together", "dpo", settings);
        assert_eq!(target, json!({"beta": 0.9}));
        assert_eq!(
            lines[0],
            "Translated beta: 1.5 is not possible there: 0.9 is the nearest that is"
        );
        assert_eq!(
            lines[1],
            "Dropped n_epochs: OpenAI chose it itself, and so does Together: 1"
        );
        let (target, _) = moved("openai", "together", "supervised", json!({"n_epochs": 40}));
        assert_eq!(target, json!({"n_epochs": 20}));
    }

    #[test]
    fn adapters_move_between_vendors() {
        let settings = json!({"training_type": {"type": "Lora", "lora_r": 48, "lora_alpha": 96},
            "weight_decay": 0.1, "warmup_ratio": 0.1, "learning_rate": 1e-5});
        let (target, lines) = moved("together", "fireworks", "supervised", settings);
        assert_eq!(
            target,
            json!({"learning_rate": 1e-5, "lora_rank": 32, "optimizer_weight_decay": 0.1})
        );
        assert!(
            lines
                .iter()
                .any(|l| l == "Dropped training_type.type: Fireworks trains adapters anyway"),
            "{lines:?}"
        );
        assert!(
            lines
                .iter()
                .any(|l| l.starts_with("Translated learning_rate: adapters"))
        );
        assert!(
            lines
                .iter()
                .any(|l| l.starts_with("Dropped warmup_ratio: Together counts share"))
        );
        let settings = json!({"lora_rank": 8, "something": 1});
        let (target, lines) = moved("fireworks", "together", "supervised", settings);
        assert_eq!(
            target,
            json!({"training_type": {"type": "Lora", "lora_r": 8, "lora_alpha": 16}})
        );
        assert!(
            lines[0].ends_with("training_type.lora_alpha=16 has to stand beside it"),
            "{lines:?}"
        );
        let settings = json!({"lora_rank": 8, "lora_alpha": 32});
        let (target, _) = moved("fireworks", "together", "dpo", settings);
        assert_eq!(target["training_type"]["lora_alpha"], 32);
        assert!(
            lines[1].starts_with("Dropped something: no rule is known"),
            "{lines:?}"
        );
        let (from, to) = (of("fireworks").unwrap(), of("together").unwrap());
        let settings = json!({"lora_rank": 32}).as_object().unwrap().clone();
        let (target, _) = translate(&settings, "supervised", from, to, Some(16));
        assert_eq!(target["training_type"]["lora_r"], 16);
    }

    #[test]
    fn defaults_are_said_where_nothing_is_set() {
        let target = json!({"n_epochs": 3}).as_object().unwrap().clone();
        let together = of("together").unwrap();
        let supervised = defaults(&target, "supervised", together);
        assert_eq!(
            supervised,
            [
                "batch_size: max",
                "learning_rate: 1e-5",
                "training_type.lora_r: the model's"
            ]
        );
        assert!(defaults(&target, "dpo", together).contains(&"beta: 0.1".to_owned()));
    }
}
