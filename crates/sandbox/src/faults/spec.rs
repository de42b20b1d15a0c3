//! Faults as text: `TARGET:EFFECT[@WHEN]`, from the command line and the control endpoint.
//!
//! `TARGET` is `*`, a vendor, or a vendor (or `*`) and an operation: `*.createJob`. `EFFECT` is a row of
//! [`super::effect::effects`]. `WHEN` is `always`, `once`, `times=N`, `every=N` or `chance=P`.

use super::effect::{Effect, Hint, NAMES, STATUSES, rejection};
use super::fault::{Fault, When};
use crate::error::Error;
use crate::vendor::Vendor;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

impl FromStr for Fault {
    type Err = Error;

    fn from_str(spec: &str) -> Result<Fault, Error> {
        let wrong = |reason: String| Error::Setting {
            name: "fault",
            reason: format!("'{spec}': {reason}"),
        };
        let (target, rest) = spec.split_once(':').ok_or_else(|| {
            wrong("expected TARGET:EFFECT[@WHEN], such as *.createJob:503@once".into())
        })?;
        let (effect, when) = match rest.split_once('@') {
            Some((effect, when)) => (effect, read_when(when).map_err(wrong)?),
            None => (rest, When::Always),
        };
        let mut fault = Fault::new(read_effect(effect).map_err(wrong)?);
        fault.when = when;
        let (vendor, operation) = match target.split_once('.') {
            Some((vendor, operation)) => (vendor, Some(operation)),
            None => (target, None),
        };
        if vendor != "*" {
            let known = Vendor::names();
            let named = Vendor::named(vendor);
            fault.vendor =
                Some(named.ok_or_else(|| {
                    wrong(format!("unknown vendor '{vendor}': expected *, {known}"))
                })?);
        }
        fault.operation = read_operation(operation, fault.vendor).map_err(wrong)?;
        Ok(fault)
    }
}

fn read_operation(name: Option<&str>, vendor: Option<Vendor>) -> Result<Option<String>, String> {
    let Some(name) = name.filter(|name| *name != "*") else {
        return Ok(None);
    };
    let vendors = Vendor::all().filter(|each| vendor.is_none_or(|wanted| wanted == *each));
    let mut known: Vec<&str> = vendors.flat_map(Vendor::all_operations).collect();
    known.sort_unstable();
    known.dedup();
    match known.contains(&name) {
        true => Ok(Some(name.to_owned())),
        false => Err(format!(
            "unknown operation '{name}': expected one of {}",
            known.join(", ")
        )),
    }
}

fn read_when(text: &str) -> Result<When, String> {
    let expected = || {
        format!(
            "invalid value '{text}' for the part after '@': expected always, once, times=N, every=N or chance=P"
        )
    };
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let count = || {
        value
            .parse::<u64>()
            .ok()
            .filter(|count| *count > 0)
            .ok_or_else(expected)
    };
    match name {
        "always" => Ok(When::Always),
        "once" => Ok(When::Times(1)),
        "times" => Ok(When::Times(count()?)),
        "every" => Ok(When::Every(count()?)),
        "chance" => {
            let probability = value.parse::<f64>().ok();
            let probability = probability.filter(|value| (0.0..=1.0).contains(value));
            Ok(When::Chance(probability.ok_or_else(expected)?))
        }
        _ => Err(expected()),
    }
}

fn read_effect(text: &str) -> Result<Effect, String> {
    if let Some(row) = NAMES.iter().find(|row| row.name == text) {
        return Ok(row.effect.clone());
    }
    if let Some(delay) = text.strip_prefix("delay=") {
        return Ok(Effect::Delay(read_duration(delay)?));
    }
    let (status, hint) = match text.split_once(';') {
        Some((status, hint)) => (status, Some(read_hint(hint)?)),
        None => (text, None),
    };
    let known = STATUSES.iter().find(|row| row.status.to_string() == status);
    known
        .filter(|row| rejection(row.status, hint).is_some())
        .map(|row| Effect::Status(row.status, hint))
        .ok_or_else(|| {
            let mut statuses: Vec<u16> = STATUSES.iter().map(|row| row.status).collect();
            statuses.dedup();
            let statuses = statuses.iter().map(ToString::to_string);
            let names = NAMES.iter().map(|row| row.name.to_owned());
            let all: Vec<String> = statuses.chain(["delay=…".into()]).chain(names).collect();
            format!(
                "unknown effect '{text}': expected one of {}",
                all.join(", ")
            )
        })
}

fn read_hint(text: &str) -> Result<Hint, String> {
    let expected = || {
        format!(
            "invalid hint '{text}': expected retry-after=S, retry-after-date=S, retry-after-ms=MS, x-should-retry=true or code=training_not_available"
        )
    };
    let (name, value) = text.split_once('=').ok_or_else(expected)?;
    let number = || value.parse::<u64>().map_err(|_| expected());
    match name {
        "retry-after" => Ok(Hint::RetryAfter(number()?)),
        "retry-after-date" => Ok(Hint::RetryAfterDate(number()?)),
        "retry-after-ms" => Ok(Hint::RetryAfterMs(number()?)),
        "code" => {
            let mut codes = STATUSES.iter().filter_map(|row| row.code);
            let known = codes.find(|code| *code == value);
            known.map(Hint::Code).ok_or_else(expected)
        }
        "x-should-retry" => Ok(Hint::ShouldRetry(value.parse().map_err(|_| expected())?)),
        _ => Err(expected()),
    }
}

fn read_duration(text: &str) -> Result<Duration, String> {
    let milliseconds = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => number.parse::<u64>().ok(),
        (None, Some(number)) => number
            .parse::<u64>()
            .ok()
            .and_then(|seconds| seconds.checked_mul(1000)),
        (None, None) => None,
    };
    let milliseconds = milliseconds
        .ok_or_else(|| format!("invalid duration '{text}': expected such as 250ms or 2s"))?;
    Ok(Duration::from_millis(milliseconds))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.vendor.map_or("*", Vendor::name))?;
        if let Some(operation) = &self.operation {
            write!(f, ".{operation}")?;
        }
        write!(f, ":{}{}", self.effect, self.when)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Always => Ok(()),
            When::Times(times) => write!(f, "@times={times}"),
            When::Every(every) => write!(f, "@every={every}"),
            When::Chance(probability) => write!(f, "@chance={probability}"),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Status(status, None) => write!(f, "{status}"),
            Effect::Status(status, Some(hint)) => write!(f, "{status};{hint}"),
            Effect::Delay(delay) => write!(f, "delay={}ms", delay.as_millis()),
            named => {
                let row = NAMES.iter().find(|row| row.effect == *named);
                f.write_str(row.map_or("", |row| row.name))
            }
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hint::RetryAfter(seconds) => write!(f, "retry-after={seconds}"),
            Hint::RetryAfterDate(seconds) => write!(f, "retry-after-date={seconds}"),
            Hint::RetryAfterMs(milliseconds) => write!(f, "retry-after-ms={milliseconds}"),
            Hint::ShouldRetry(yes) => write!(f, "x-should-retry={yes}"),
            Hint::Code(code) => write!(f, "code={code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_effect_can_be_written_and_read() {
        for (effect, _) in super::super::effects() {
            let vendor = Vendor::all().next().unwrap();
            let (whole, one) = (vendor.to_string(), format!("{vendor}.createJob"));
            for target in ["*", whole.as_str(), one.as_str(), "*.listJobs"] {
                for when in ["", "@times=3", "@every=2", "@chance=0.25"] {
                    let spec = format!("{target}:{effect}{when}");
                    let fault: Fault = spec.parse().unwrap();
                    assert_eq!(fault.to_string(), spec);
                }
            }
        }
    }

    #[test]
    fn errors_name_what_is_wrong() {
        let cases = [
            ("503", "expected TARGET:EFFECT"),
            ("nobody:503", "unknown vendor 'nobody'"),
            ("*.makeTea:503", "unknown operation 'makeTea'"),
            ("*:418", "unknown effect '418'"),
            ("*:503@sometimes", "invalid value 'sometimes'"),
            ("*:503@every=0", "invalid value 'every=0'"),
            ("*:503@chance=2", "invalid value 'chance=2'"),
            ("*:429;soon", "invalid hint 'soon'"),
            ("*:403;code=tea", "invalid hint 'code=tea'"),
            ("*:429;code=training_not_available", "unknown effect"),
            ("*:delay=long", "invalid duration 'long'"),
        ];
        for (spec, reason) in cases {
            let error = spec.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
