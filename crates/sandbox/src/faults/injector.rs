//! Which faults strike at a request.

use super::{Effect, Fault, When};
use crate::state::Random;
use crate::vendor::Vendor;

/// The faults of one sandbox, with how often each was asked.
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

    /// Adds a fault behind those that are there.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push((fault, 0));
    }

    /// Forgets all faults.
    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }

    /// The faults that are there.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().map(|row| &row.0)
    }

    /// What goes wrong with a request: every delay, and the first of the other effects.
    pub(crate) fn strike(&mut self, vendor: Vendor, operation: &str) -> Vec<Effect> {
        let mut effects: Vec<Effect> = Vec::new();
        for (fault, asked) in &mut self.faults {
            if !fault.is_for(vendor, operation) {
                continue;
            }
            *asked += 1;
            let strikes = match fault.when {
                When::Always => true,
                When::Times(times) => *asked <= times,
                When::Every(every) => asked.is_multiple_of(every),
                When::Chance(probability) => self.random.unit() < probability,
            };
            let is_delay = |effect: &Effect| matches!(effect, Effect::Delay(_));
            if strikes && (is_delay(&fault.effect) || effects.iter().all(is_delay)) {
                effects.push(fault.effect.clone());
            }
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strikes(when: &str, requests: usize) -> Vec<bool> {
        let fault = format!("*:503{when}").parse().unwrap();
        let mut injector = Injector::new(1, vec![fault]);
        let mut ask = || !injector.strike(Vendor::OpenAi, "listJobs").is_empty();
        (0..requests).map(|_| ask()).collect()
    }

    #[test]
    fn strikes_when_it_is_told_to() {
        assert_eq!(strikes("", 2), [true, true]);
        assert_eq!(strikes("@once", 3), [true, false, false]);
        assert_eq!(strikes("@every=2", 4), [false, true, false, true]);
        assert_eq!(strikes("@chance=0.5", 50), strikes("@chance=0.5", 50));
        let struck = strikes("@chance=0.5", 1000)
            .iter()
            .filter(|struck| **struck)
            .count();
        assert!((400..600).contains(&struck));
    }
}
