//! Seeded randomness: ids and noise that are the same on every run and on every machine.

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A SplitMix64 stream.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream that belongs to a seed and a purpose, so that no purpose depends on another.
    pub(crate) fn new(seed: u64, purpose: &str) -> Random {
        Random(seed ^ hash(purpose))
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number in `0..below` (0 when `below` is 0).
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        if below == 0 { 0 } else { self.next() % below }
    }

    /// A number in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One entry of a table that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, table: &'a [T]) -> &'a T {
        &table[self.below(table.len() as u64) as usize]
    }

    /// `prefix` and `length` letters and digits: `ftjob-Zc7…`.
    pub(crate) fn id(&mut self, prefix: &str, length: usize) -> String {
        let mut id = String::from(prefix);
        id.extend((0..length).map(|_| char::from(*self.pick(LETTERS))));
        id
    }

    /// `prefix` and a UUID (version 4): `ft-8bc4cb28-…`.
    pub(crate) fn uuid(&mut self, prefix: &str) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{prefix}{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFF,
            0x8000 | ((low >> 48) & 0x3FFF),
            low & 0xFFFF_FFFF_FFFF,
        )
    }
}

/// A stable 64-bit hash of a text (FNV-1a, mixed).
pub(crate) fn hash(text: &str) -> u64 {
    let folded = text.bytes().fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    mix(folded)
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_and_purpose_give_the_same_ids() {
        let id = |seed| Random::new(seed, "jobs").id("ftjob-", 24);
        assert_eq!(id(1), id(1));
        assert_ne!(id(1), id(2));
        assert_eq!(id(1).len(), 30);
        assert_eq!(Random::new(1, "x").uuid("ft-").len(), 39);
    }
}
