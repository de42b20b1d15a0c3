//! Changes that leave most of a text as it was: one value becomes another one.

/// Pieces that turn one kind of value into another.
const PIECES: [&str; 30] = [
    "null",
    "\"\"",
    "0",
    "-1",
    "1e309",
    "9223372036854775807",
    "18446744073709551616",
    "true",
    "[]",
    "{}",
    "[null]",
    "{\"\":0}",
    "\"auto\"",
    "\"max\"",
    "\"2025-03-04T05:06:07Z\"",
    "\"-009999-01-01T00:00:00Z\"",
    "\"completed\"",
    "\"user_error\"",
    "\"\\ud83d\\ude00\"",
    "1.5",
    "\"Info\"",
    "\"JOB_COMPLETE\"",
    "253402300799",
    "-377705116800",
    "\"assistant\"",
    "\"tool\"",
    "\"object\"",
    "{\"$ref\":\"#/components/schemas/Job\"}",
    "%2e%2e",
    "\u{1b}[2J",
];

/// xorshift64*: the same seed makes the same change.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16;
        usize::try_from(number % limit.max(1) as u64).unwrap_or(0)
    }
}

/// Returns the bytes with one value replaced; none every other time, and where
/// there is no value or no room.
pub fn value(bytes: &[u8], limit: usize, seed: u32) -> Option<Vec<u8>> {
    let mut random = Random(u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    if random.below(2) == 0 {
        return None;
    }
    let is_before_value = |byte: &u8| matches!(byte, b':' | b'=' | b'[');
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| is_before_value(&bytes[*at]))
        .collect();
    let start = *places.get(random.below(places.len()))? + 1;
    let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b'&' | b'\r' | b'\n');
    let length = bytes[start..].iter().position(is_end);
    let end = length.map_or(bytes.len(), |length| start + length);
    let piece = PIECES[random.below(PIECES.len())].as_bytes();
    let changed = [&bytes[..start], piece, &bytes[end..]].concat();
    (changed.len() <= limit).then_some(changed)
}
