//! The program behind `cargo xtask`.

use std::process::ExitCode;

// Documents are read into, and source is made of, very many small pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    xtask::cli::main()
}
