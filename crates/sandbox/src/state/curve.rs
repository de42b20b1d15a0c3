//! The metrics of a simulated training run: a falling, noisy loss, a rising accuracy, a learning-rate schedule.

use super::random::Random;

/// What a training run logs at one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) train_loss: f64,
    pub(crate) train_accuracy: f64,
    pub(crate) valid_loss: f64,
    pub(crate) valid_accuracy: f64,
    pub(crate) gradient_norm: f64,
}

/// The curve of one job, fixed by a seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Curve {
    seed: u64,
    steps: u64,
}

impl Curve {
    /// The curve of a run of so many steps.
    pub(crate) fn new(seed: u64, steps: u64) -> Curve {
        Curve {
            seed,
            steps: steps.max(1),
        }
    }

    /// What is logged at `step` (1-based).
    pub(crate) fn at(self, step: u64) -> Point {
        let mut shape = Random::new(self.seed, "curve");
        let start = 1.8 + shape.unit();
        let floor = 0.25 + 0.3 * shape.unit();
        let done = step as f64 / self.steps as f64;

        let mut noise = Random::new(self.seed.wrapping_add(step), "noise");
        let fall = (-4.0 * done).exp();
        let base = floor + (start - floor) * fall;
        let train_loss = base * (1.0 + 0.08 * (noise.unit() - 0.5));
        let valid_loss = (base + 0.06 + 0.05 * done) * (1.0 + 0.04 * (noise.unit() - 0.5));
        let accuracy = |loss: f64| (1.0 - 0.28 * loss).clamp(0.05, 0.99);
        Point {
            train_loss: round(train_loss, 4),
            train_accuracy: round(accuracy(train_loss), 5),
            valid_loss: round(valid_loss, 4),
            valid_accuracy: round(accuracy(valid_loss), 5),
            gradient_norm: round(0.4 + 1.6 * fall + 0.3 * noise.unit(), 4),
        }
    }
}

/// `value` with so many decimal places: answers must not depend on a platform's last bit.
pub(crate) fn round(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_falls_and_accuracy_rises() {
        let curve = Curve::new(7, 100);
        let (first, last) = (curve.at(1), curve.at(100));
        assert!(first.train_loss > 2.0 * last.train_loss);
        assert!(first.train_accuracy < last.train_accuracy);
        assert!((0.0..=1.0).contains(&last.valid_accuracy));
    }
}
