//! Throughput and peak memory with a file of a gigabyte:
//! `cargo bench -p unitune-datasets`. Each measurement is a process of its own,
//! because a process's peak never falls.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use unitune_datasets::{Check, Convert, Method};

const SIZE: u64 = 1 << 30;
const WORDS: [&str; 16] = [
    "the",
    "model",
    "answers",
    "with",
    "a",
    "careful",
    "sentence",
    "about",
    "refunds,",
    "orders",
    "and",
    "2026",
    "naïve",
    "customers:",
    "\"quoted\"",
    "again.",
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, what, path, ..] = arguments.as_slice()
        && what != "--bench"
    {
        return measure(what, Path::new(path));
    }
    let folder = tempfile::tempdir().expect("a folder for the file can be made");
    let path = folder.path().join("gigabyte.jsonl");
    let lines = write(&path).expect("the file can be written");
    println!("{lines} examples, {SIZE} bytes");
    println!("| what | threads | seconds | MB/s | peak memory, MB |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let program = std::env::current_exe().expect("a running program has a path");
    for what in ["lines-1", "lines-2", "tokens-1", "tokens-2", "convert-2"] {
        let status = Command::new(&program).arg(what).arg(&path).status();
        assert!(status.is_ok_and(|status| status.success()), "{what}");
    }
}

fn measure(what: &str, path: &Path) {
    let (work, threads) = what.split_once('-').unwrap_or((what, "1"));
    let threads: usize = threads.parse().unwrap_or(1);
    let start = Instant::now();
    let bytes = match work {
        "convert" => {
            let convert = Convert::new("together", Method::Supervised)
                .expect("the vendor is known")
                .with_check(|check| check.threads(threads));
            let target = path.with_extension("converted");
            let report = convert
                .file(path, &target)
                .expect("the file can be converted");
            assert!(report.is_written, "{:?}", report.target.errors.listed);
            std::fs::remove_file(&target).expect("the target is there");
            report.target.bytes
        }
        _ => {
            let check = Check::new("openai", Method::Supervised).expect("the vendor is known");
            let check = check.count_tokens(work == "tokens").threads(threads);
            let report = check.file(path).expect("the file can be read");
            assert!(report.is_good(), "{:?}", report.errors.listed);
            report.bytes
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let rate = bytes as f64 / 1e6 / seconds;
    println!(
        "| {work} | {threads} | {seconds:.1} | {rate:.0} | {} |",
        peak()
    );
}

/// The most memory that this process had, in MB; 0 where nothing tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// Writes different examples of half a kilobyte to two.
fn write(path: &Path) -> std::io::Result<u64> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let (mut bytes, mut lines, mut state) = (0, 0, 1_u64);
    while bytes < SIZE {
        let mut text = |words: u64| {
            let mut text = String::new();
            for _ in 0..words {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let word = WORDS[(state >> 60) as usize];
                text.push_str(&word.replace('"', "\\\""));
                text.push(' ');
            }
            text
        };
        let (question, answer) = (text(30 + lines % 50), text(50 + lines % 200));
        let line = format!(
            "{{\"messages\":[{{\"role\":\"system\",\"content\":\"You answer letters of customers, \
             in one paragraph.\"}},{{\"role\":\"user\",\"content\":\"{lines}: {question}\"}},\
             {{\"role\":\"assistant\",\"content\":\"{answer}\"}}],\"parallel_tool_calls\":true}}\n"
        );
        file.write_all(line.as_bytes())?;
        bytes += line.len() as u64;
        lines += 1;
    }
    file.flush()?;
    Ok(lines)
}
