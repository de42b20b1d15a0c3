//! libFuzzer, for the target that `FUZZ_TARGET` names. `fuzz/run` starts it.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use unitune_fuzz::{Target, chosen, mutate};

static TARGET: OnceLock<Target> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    (TARGET.get_or_init(chosen).run)(bytes);
});

// libFuzzer changes bytes, after which little is JSON: every other time one value
// becomes another one.
fuzz_mutator!(|bytes: &mut [u8], length: usize, limit: usize, seed: u32| {
    match mutate::value(&bytes[..length], limit, seed) {
        Some(changed) => {
            bytes[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => fuzzer_mutate(bytes, length, limit),
    }
});
