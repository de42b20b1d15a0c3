//! Decides which faults are injected into a request.

use super::effect::Effect;
use super::fault::{Fault, When};
use crate::state::Random;
use crate::vendor::Vendor;

/// The faults of one sandbox, each with the number of requests that it was for.
#[derive(Debug)]
pub(crate) struct Injector {
    faults: Vec<(Fault, u64)>,
    random: Random,
}

impl Injector {
    pub(crate) fn new(seed: u64, faults: Vec<Fault>) -> Injector {
        Injector {
            faults: faults.into_iter().map(|fault| (fault, 0)).collect(),
            random: Random::new(seed, "faults"),
        }
    }

    /// Adds a fault after the others.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push((fault, 0));
    }

    /// Removes all faults.
    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }

    /// All faults, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().map(|row| &row.0)
    }

    /// The effects on a request: every delay, and the first of the other effects.
    pub(crate) fn effects_on(&mut self, vendor: Vendor, operation: &str) -> Vec<Effect> {
        let mut effects: Vec<Effect> = Vec::new();
        for (fault, count) in &mut self.faults {
            if !fault.is_for(vendor, operation) {
                continue;
            }
            *count += 1;
            let is_injected = match fault.when {
                When::Always => true,
                When::Times(times) => *count <= times,
                When::Every(every) => count.is_multiple_of(every),
                When::Chance(probability) => self.random.unit() < probability,
            };
            let is_delay = |effect: &Effect| matches!(effect, Effect::Delay(_));
            if is_injected && (is_delay(&fault.effect) || effects.iter().all(is_delay)) {
                effects.push(fault.effect.clone());
            }
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn injected(when: &str, requests: usize) -> Vec<bool> {
        let fault = format!("*:503{when}").parse().unwrap();
        let mut injector = Injector::new(1, vec![fault]);
        let vendor = Vendor::all().next().unwrap();
        let mut is_injected = || !injector.effects_on(vendor, "listJobs").is_empty();
        (0..requests).map(|_| is_injected()).collect()
    }

    #[test]
    fn faults_are_injected_when_specified() {
        assert_eq!(injected("", 2), [true, true]);
        assert_eq!(injected("@once", 3), [true, false, false]);
        assert_eq!(injected("@every=2", 4), [false, true, false, true]);
        assert_eq!(injected("@chance=0.5", 50), injected("@chance=0.5", 50));
        let count = injected("@chance=0.5", 1000)
            .iter()
            .filter(|injected| **injected)
            .count();
        assert!((400..600).contains(&count));
    }
}
