//! Scales: the positions of values on an axis, and where its ticks are.

use crate::chart::Scale;

/// How far apart ticks stand, at the least, for their number.
const MAX_TICKS: usize = 12;

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub value: f64,
    pub label: String,
}

/// An axis from its lowest to its highest value.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    pub min: f64,
    pub max: f64,
    scale: Scale,
}

impl Range {
    /// Spans values, with a margin at both ends. Without values it spans
    /// 0 to 1 (of a logarithmic scale: 0.1 to 1).
    pub fn around(values: impl Iterator<Item = f64>, scale: Scale) -> Self {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            min = min.min(value);
            max = max.max(value);
        }
        let is_log = scale == Scale::Log;
        if min > max {
            (min, max) = if is_log { (0.1, 1.0) } else { (0.0, 1.0) };
        }
        if is_log {
            let ratio = (max / min).powf(0.06).clamp(1.05, 10.0);
            (min, max) = (
                (min / ratio).max(f64::MIN_POSITIVE),
                (max * ratio).min(f64::MAX),
            );
        } else {
            let is_flat = max - min < f64::EPSILON * max.abs().max(1.0);
            let margin = match is_flat {
                true => (max.abs() * 0.1).max(0.5),
                // Halves, because the whole may be beyond the largest number.
                false => (max / 2.0 - min / 2.0) * 0.12,
            };
            let low = min - margin;
            // What is never negative does not look as if it could be, and
            // what is close to zero starts there.
            let starts_at_zero = min >= 0.0 && (low < 0.0 || min < 0.15 * max);
            min = if starts_at_zero { 0.0 } else { low };
            max += margin;
        }
        Self { min, max, scale }
    }

    /// Spans values exactly, but for a single one, which stands in the middle.
    pub fn exact(values: impl Iterator<Item = f64>) -> Self {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            min = min.min(value);
            max = max.max(value);
        }
        if min > max {
            (min, max) = (0.0, 1.0);
        }
        if min == max {
            (min, max) = (min - 0.5, max + 0.5);
        }
        Self {
            min,
            max,
            scale: Scale::Linear,
        }
    }

    /// Returns where a value stands, from 0 to 1.
    pub fn position(&self, value: f64) -> f64 {
        let (value, min, max) = match self.scale {
            Scale::Linear => (value, self.min, self.max),
            Scale::Log => (value.ln(), self.min.ln(), self.max.ln()),
        };
        // Halves, because the whole may be beyond the largest number.
        let place = (value / 2.0 - min / 2.0) / (max / 2.0 - min / 2.0);
        if place.is_finite() {
            place.clamp(0.0, 1.0)
        } else {
            0.5
        }
    }

    /// Returns about so many ticks, and two at the least where round values allow
    /// it.
    pub fn ticks(&self, about: usize) -> Vec<Tick> {
        let values_of = |about| match self.scale {
            Scale::Log => self.log_ticks(about),
            Scale::Linear => self.linear_ticks(about),
        };
        let about = about.clamp(2, MAX_TICKS);
        let mut values = values_of(about);
        for more in about + 1..=MAX_TICKS {
            if values.len() >= 2 {
                break;
            }
            values = values_of(more);
        }
        let step = match values.as_slice() {
            [first, second, ..] if self.scale == Scale::Linear => second - first,
            _ => 0.0,
        };
        values
            .into_iter()
            .map(|value| Tick {
                label: label(value, step),
                value,
            })
            .collect()
    }

    fn linear_ticks(&self, about: usize) -> Vec<f64> {
        let rough = (self.max / 2.0 - self.min / 2.0) / about as f64 * 2.0;
        let power = 10f64.powf(rough.log10().floor());
        let nice = [1.0, 2.0, 5.0, 10.0];
        let step = nice.iter().map(|n| n * power).find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        if !step.is_normal() {
            return vec![self.min, self.max];
        }
        let (first, last) = ((self.min / step).ceil(), (self.max / step).floor());
        (0..=(last - first).clamp(0.0, 2.0 * MAX_TICKS as f64) as u32)
            // Whole multiples, so that 0.3 is not 0.30000000000000004.
            .map(|n| (first + f64::from(n)) * step)
            .collect()
    }

    fn log_ticks(&self, about: usize) -> Vec<f64> {
        let decades = |mantissas: &'static [f64], every: i32| -> Vec<f64> {
            let first = self.min.log10().floor() as i32;
            let last = self.max.log10().ceil() as i32;
            let powers = (first..=last).filter(move |power| power.rem_euclid(every) == 0);
            let values =
                powers.flat_map(|power| mantissas.iter().map(move |m| m * 10f64.powi(power)));
            values
                .filter(|value| (self.min..=self.max).contains(value))
                .collect()
        };
        let choices: [(&'static [f64], i32); 8] = [
            (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 1),
            (&[1.0, 2.0, 3.0, 5.0], 1),
            (&[1.0, 2.0, 5.0], 1),
            (&[1.0], 1),
            (&[1.0], 2),
            (&[1.0], 5),
            (&[1.0], 20),
            (&[1.0], 100),
        ];
        let all = choices.map(|(mantissas, every)| decades(mantissas, every));
        let found = all.iter().find(|ticks| ticks.len() <= about);
        match found.filter(|ticks| ticks.len() >= 2) {
            Some(ticks) => ticks.clone(),
            // Less than the distance of two such ticks: as on a linear scale.
            None => self
                .linear_ticks(about)
                .into_iter()
                .filter(|value| *value > 0.0)
                .collect(),
        }
    }
}

/// Returns a tick's value with as many decimals as tell it from its neighbours.
fn label(value: f64, step: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e6).contains(&size) {
        return short_exponent(value);
    }
    let decimals = match step > 0.0 {
        true => (-step.log10().floor()).clamp(0.0, 6.0) as usize,
        false => return number(value),
    };
    grouped(&format!("{value:.decimals$}"))
}

/// Returns a number for people, with four digits that count.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e9).contains(&size) {
        return short_exponent(value);
    }
    if value.fract() == 0.0 {
        return grouped(&format!("{value:.0}"));
    }
    let decimals = (3.0 - size.log10().floor()).clamp(0.0, 7.0) as usize;
    let text = format!("{value:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    grouped(text)
}

fn short_exponent(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}e{exponent}")
}

/// Puts commas between thousands, from 10,000 on.
fn grouped(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, rest) = match digits.find('.') {
        Some(dot) => digits.split_at(dot),
        None => (digits, ""),
    };
    if whole.len() < 5 {
        return text.to_owned();
    }
    let mut out = String::from(sign);
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// The units of time, the largest first, from when on they are used.
const UNITS: [(&str, f64); 4] = [("d", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0)];

/// Returns the unit for a length of time of so many seconds, and its seconds.
pub fn unit_of_time(seconds: f64) -> (&'static str, f64) {
    let fits = UNITS.iter().find(|(_, unit)| seconds >= 2.0 * unit);
    *fits.unwrap_or(&UNITS[3])
}

/// Returns a length of time for people: `1.5 h`.
pub fn span(seconds: f64) -> String {
    let (unit, length) = unit_of_time(seconds);
    let count = (seconds / length * 10.0).round() / 10.0;
    format!("{} {unit}", number(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(range: &Range, about: usize) -> Vec<String> {
        range.ticks(about).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn ticks_are_round_and_as_exact_as_needed() {
        let range = |values: &[f64]| Range::around(values.iter().copied(), Scale::Linear);
        assert_eq!(
            labels(&range(&[0.0, 2.5]), 6),
            ["0", "0.5", "1.0", "1.5", "2.0", "2.5"]
        );
        assert_eq!(labels(&range(&[0.31, 0.33]), 4), ["0.31", "0.32", "0.33"]);
        assert_eq!(
            labels(&Range::exact([0.0, 20_000.0].into_iter()), 4),
            ["0", "5000", "10,000", "15,000", "20,000"]
        );
        assert_eq!(labels(&range(&[1e-6, 2e-5]), 4), ["0", "1e-5", "2e-5"]);
    }

    #[test]
    fn ticks_of_a_logarithmic_scale_are_powers_where_there_are_many() {
        let range = |values: &[f64]| Range::around(values.iter().copied(), Scale::Log);
        assert_eq!(
            labels(&range(&[0.001, 100.0]), 7),
            ["0.001", "0.01", "0.1", "1", "10", "100"]
        );
        let few = labels(&range(&[0.2, 3.0]), 6);
        assert_eq!(few, ["0.2", "0.3", "0.5", "1", "2", "3"]);
        assert!(labels(&range(&[0.50, 0.52]), 6).len() >= 2);
        assert!(labels(&range(&[1e-300, 1e300]), 6).len() >= 2);
    }

    #[test]
    fn odd_values_have_an_axis_too() {
        for values in [
            &[][..],
            &[0.0],
            &[-3.0, -3.0],
            &[f64::MIN, f64::MAX],
            &[1e-320, 2e-320],
            &[1e16, 1e16 + 2.0],
        ] {
            for scale in [Scale::Linear, Scale::Log] {
                let usable = values
                    .iter()
                    .copied()
                    .filter(|v| scale == Scale::Linear || *v > 0.0);
                let range = Range::around(usable.clone(), scale);
                let ticks = range.ticks(6);
                assert!(ticks.len() < 30, "{values:?} {scale:?}");
                for value in usable {
                    let place = range.position(value);
                    assert!((0.0..=1.0).contains(&place), "{values:?} {scale:?} {value}");
                }
            }
        }
    }

    #[test]
    fn numbers_for_people() {
        let shown = [
            0.0,
            1.0,
            0.48351,
            12345.678,
            -0.00001234,
            1e12,
            1234.5,
            0.1 + 0.2,
        ]
        .map(number);
        assert_eq!(
            shown,
            [
                "0", "1", "0.4835", "12,346", "-1.23e-5", "1e12", "1234", "0.3"
            ]
            .map(str::to_owned)
        );
        assert_eq!(
            [span(90.0), span(5_400.0), span(9_000.0)],
            ["90 s", "90 min", "2.5 h"]
        );
    }
}
