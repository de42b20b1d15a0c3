//! Statistics of a file: counts and sizes of what is in it.

use std::collections::BTreeMap;
use std::fmt;

use hdrhistogram::Histogram;
use serde::Serialize;
use serde::ser::SerializeStruct;

/// How a number is distributed over the examples. The minimum, the maximum and
/// the sum are exact; the percentiles are within a thousandth.
#[derive(Clone, Default)]
pub struct Distribution {
    // None until there is a value: an empty histogram is kilobytes.
    histogram: Option<Histogram<u64>>,
    min: u64,
    max: u64,
    total: u64,
}

impl Distribution {
    pub(crate) fn record(&mut self, value: u64) {
        self.min = if self.count() == 0 {
            value
        } else {
            self.min.min(value)
        };
        self.max = self.max.max(value);
        self.total = self.total.saturating_add(value);
        if self.histogram.is_none() {
            self.histogram = Histogram::new(3).ok();
        }
        if let Some(histogram) = &mut self.histogram {
            // It resizes itself, and only values near 2^64 are beyond it.
            let _ = histogram.record(value);
        }
    }

    pub(crate) fn append(&mut self, other: &Self) {
        let Some(theirs) = &other.histogram else {
            return;
        };
        self.min = if self.count() == 0 {
            other.min
        } else {
            self.min.min(other.min)
        };
        self.max = self.max.max(other.max);
        self.total = self.total.saturating_add(other.total);
        match &mut self.histogram {
            Some(ours) => {
                // Both resize themselves.
                let _ = ours.add(theirs);
            }
            None => self.histogram = Some(theirs.clone()),
        }
    }

    /// Returns how many values there are.
    pub fn count(&self) -> u64 {
        self.histogram.as_ref().map_or(0, Histogram::len)
    }

    /// Returns the smallest value; 0 where there is none.
    pub fn min(&self) -> u64 {
        self.min
    }

    /// Returns the largest value.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// Returns the sum.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the median.
    pub fn median(&self) -> u64 {
        self.quantile(0.5)
    }

    /// Returns the value that 95 of 100 are not above.
    pub fn p95(&self) -> u64 {
        self.quantile(0.95)
    }

    fn quantile(&self, quantile: f64) -> u64 {
        let histogram = self.histogram.as_ref();
        histogram.map_or(0, |h| {
            h.value_at_quantile(quantile).clamp(self.min, self.max)
        })
    }
}

impl fmt::Debug for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Distribution")
            .field("min", &self.min)
            .field("median", &self.median())
            .field("p95", &self.p95())
            .field("max", &self.max)
            .field("total", &self.total)
            .finish()
    }
}

impl Serialize for Distribution {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Distribution", 5)?;
        fields.serialize_field("min", &self.min)?;
        fields.serialize_field("median", &self.median())?;
        fields.serialize_field("p95", &self.p95())?;
        fields.serialize_field("max", &self.max)?;
        fields.serialize_field("total", &self.total)?;
        fields.end()
    }
}

/// What is in a file.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Statistics {
    /// Messages of an example; of a pair, those of the input and of both outputs.
    pub messages: Distribution,
    /// Tokens of an example, where they are counted.
    pub tokens: Distribution,
    /// How many messages have each role.
    pub roles: BTreeMap<String, u64>,
    /// Examples that define tools.
    pub with_tools: u64,
    /// Examples in which tools are called.
    pub with_tool_calls: u64,
    /// Examples with pictures.
    pub with_images: u64,
    /// Pictures.
    pub images: u64,
    /// Examples with reasoning.
    pub with_reasoning: u64,
    /// Examples with weights, of their own or of a message.
    pub with_weights: u64,
}

/// What is in one example.
#[derive(Debug, Default)]
pub(crate) struct ExampleFacts {
    pub(crate) messages: u64,
    pub(crate) tokens: u64,
    pub(crate) images: u64,
    pub(crate) has_tools: bool,
    pub(crate) has_tool_calls: bool,
    pub(crate) has_reasoning: bool,
    pub(crate) has_weights: bool,
}

impl Statistics {
    pub(crate) fn count_role(&mut self, role: &str) {
        if let Some(count) = self.roles.get_mut(role) {
            *count += 1;
            return;
        }
        // A file of anything could have as many "roles" as lines.
        let role = match self.roles.len() < 32 && role.len() <= 64 {
            true => role,
            false => "(others)",
        };
        *self.roles.entry(role.to_owned()).or_default() += 1;
    }

    pub(crate) fn record(&mut self, example: &ExampleFacts, counts_tokens: bool) {
        self.messages.record(example.messages);
        if counts_tokens {
            self.tokens.record(example.tokens);
        }
        self.images += example.images;
        self.with_images += u64::from(example.images > 0);
        self.with_tools += u64::from(example.has_tools);
        self.with_tool_calls += u64::from(example.has_tool_calls);
        self.with_reasoning += u64::from(example.has_reasoning);
        self.with_weights += u64::from(example.has_weights);
    }

    pub(crate) fn append(&mut self, later: &Self) {
        self.messages.append(&later.messages);
        self.tokens.append(&later.tokens);
        for (role, count) in &later.roles {
            let role = match self.roles.len() < 32 || self.roles.contains_key(role) {
                true => role,
                false => "(others)",
            };
            *self.roles.entry(role.to_owned()).or_default() += count;
        }
        self.with_tools += later.with_tools;
        self.with_tool_calls += later.with_tool_calls;
        self.with_images += later.with_images;
        self.images += later.images;
        self.with_reasoning += later.with_reasoning;
        self.with_weights += later.with_weights;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_small_numbers_are_exact() {
        let mut all = Distribution::default();
        let mut later = Distribution::default();
        for n in 1..=50 {
            all.record(n);
            later.record(n + 50);
        }
        all.append(&later);
        all.append(&Distribution::default());
        assert_eq!(
            (all.min(), all.median(), all.p95(), all.max()),
            (1, 50, 95, 100)
        );
        assert_eq!((all.total(), all.count()), (5050, 100));
    }

    #[test]
    fn roles_are_bounded() {
        let mut statistics = Statistics::default();
        for n in 0..1000 {
            statistics.count_role(&n.to_string());
        }
        assert_eq!(statistics.roles.len(), 33);
        assert_eq!(statistics.roles["(others)"], 968);
    }
}
