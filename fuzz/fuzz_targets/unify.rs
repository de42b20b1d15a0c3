//! Guided by coverage: `cargo +nightly fuzz run unify --features libfuzzer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = unitune_fuzz::execute(bytes);
});
