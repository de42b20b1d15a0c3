//! `cargo run --bin run -- EXECUTIONS [SEED]`: mutated fixtures, on stable
//! Rust. Prints how many executions were made, and how far they came.

use std::path::Path;
use std::time::Instant;
use std::{env, fs};

use unitune_fuzz::execute;

/// xorshift64*: the same seed makes the same run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).expect("it is below a usize")
    }
}

/// Pieces that turn one kind of value into another.
const PIECES: [&str; 24] = [
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
];

fn mutate(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut Random) {
    for _ in 0..=random.below(4) {
        match random.below(8) {
            // A value becomes another one: most of these are still JSON.
            0..=4 => {
                let colons: Vec<usize> = bytes
                    .iter()
                    .enumerate()
                    .filter(|(_, b)| **b == b':')
                    .map(|(i, _)| i)
                    .collect();
                if let Some(colon) = colons.get(random.below(colons.len())) {
                    let start = colon + 1;
                    let end = bytes[start..]
                        .iter()
                        .position(|b| matches!(b, b',' | b'}' | b']'))
                        .map_or(bytes.len(), |length| start + length);
                    let piece = PIECES[random.below(PIECES.len())];
                    bytes.splice(start..end, piece.bytes());
                }
            }
            5 => {
                let at = random.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = random.next().to_le_bytes()[0];
                }
            }
            6 => {
                let (a, b) = (random.below(bytes.len()), random.below(bytes.len()));
                bytes.drain(a.min(b)..a.max(b).min(a.min(b) + 16));
            }
            _ => {
                let other = &corpus[random.below(corpus.len())];
                let (from, at) = (random.below(other.len()), random.below(bytes.len()));
                let to = (from + random.below(64)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
        }
    }
}

fn corpus(folder: &Path, into: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder)
        .expect("the fixtures are there")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            corpus(&path, into);
        } else if path.extension().is_some_and(|e| e == "json") {
            let bytes = fs::read(&path).expect("a fixture can be read");
            let value: serde_json::Value = serde_json::from_slice(&bytes).expect("it is JSON");
            into.push(value.to_string().into_bytes());
        }
    }
}

fn main() {
    let mut arguments = env::args().skip(1);
    let executions: u64 = arguments
        .next()
        .map_or(1_000_000, |n| n.parse().expect("a number"));
    let seed: u64 = arguments.next().map_or(1, |n| n.parse().expect("a number"));
    let mut inputs = Vec::new();
    corpus(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures"),
        &mut inputs,
    );
    inputs.sort();
    let mut random = Random(seed.max(1));
    let (mut decoded, mut jobs) = (0, 0);
    let start = Instant::now();
    for done in 0..executions {
        if done % 1_000_000 == 0 && done > 0 {
            println!(
                "{done} executions in {:.1} s",
                start.elapsed().as_secs_f64()
            );
        }
        let mut bytes = inputs[random.below(inputs.len())].clone();
        mutate(&mut bytes, &inputs, &mut random);
        let reached = execute(&bytes);
        decoded += reached.decoded;
        jobs += reached.jobs;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{executions} executions in {seconds:.1} s: decoded {decoded} times, {jobs} jobs, no panic"
    );
}
