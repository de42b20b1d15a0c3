//! What it costs to decode a list of jobs and to unify it, against parsing the
//! same bytes to a `serde_json::Value`.
//!
//! `cargo bench -p unitune --bench unify` measures with criterion;
//! `cargo bench -p unitune --bench unify -- --ratios` prints the tables of
//! `benches/README.md`.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use allocation_counter::measure;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use unitune::unify::{Context, Job, Unify};
use unitune::wire::{Item, LenientList, from_slice};
use unitune::{openai, together, truefoundry};

const SIZES: [usize; 3] = [20, 1_000, 10_000];

/// A vendor's list of jobs.
trait List: DeserializeOwned + Clone {
    const VENDOR: &'static str;
    type Job: Unify<Output = Job>;
    fn jobs(self) -> LenientList<Self::Job>;
}

macro_rules! list {
    ($vendor:ident, $list:ident, $job:ident) => {
        impl List for $vendor::types::$list {
            const VENDOR: &'static str = stringify!($vendor);
            type Job = $vendor::types::$job;
            fn jobs(self) -> LenientList<Self::Job> {
                self.data
            }
        }
    };
}

list!(openai, FineTuningJobList, FineTuningJob);
list!(together, FinetuneTruncatedList, FinetuneResponseTruncated);
list!(truefoundry, FineTuningJobList, FineTuningJob);

/// A list of a size, from the fixtures of one vendor in turn.
fn body(vendor: &str, size: usize) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(vendor);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with("status_"))
        })
        .collect();
    paths.sort();
    let jobs: Vec<Value> = paths
        .iter()
        .map(|path| fs::read(path).expect("it can be read"))
        .map(|bytes| serde_json::from_slice(&bytes).expect("it is JSON"))
        .collect();
    let data: Vec<Value> = (0..size)
        .map(|index| {
            let mut job = jobs[index % jobs.len()].clone();
            job["id"] = format!("ftjob-{index:08}").into();
            job
        })
        .collect();
    json!({"object": "list", "has_more": false, "data": data})
        .to_string()
        .into_bytes()
}

fn parse(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("it is JSON")
}

fn decode<L: List>(bytes: &[u8]) -> L {
    from_slice(bytes).expect("it is a list")
}

fn unify<L: List>(list: L, context: &Context) -> Vec<Job> {
    list.jobs()
        .into_iter()
        .filter_map(|item| match item {
            Item::Ok(job) => job.unify(context).ok(),
            Item::Malformed(_) => None,
        })
        .collect()
}

fn criterion_of<L: List>(criterion: &mut Criterion) {
    let context = Context::new("bench");
    let mut group = criterion.benchmark_group(L::VENDOR);
    for size in SIZES {
        let bytes = body(L::VENDOR, size);
        group.throughput(Throughput::Elements(size as u64));
        group.bench_with_input(BenchmarkId::new("value", size), &bytes, |b, bytes| {
            b.iter(|| parse(black_box(bytes)));
        });
        group.bench_with_input(BenchmarkId::new("decode", size), &bytes, |b, bytes| {
            b.iter(|| decode::<L>(black_box(bytes)));
        });
        group.bench_with_input(
            BenchmarkId::new("decode+unify", size),
            &bytes,
            |b, bytes| {
                b.iter(|| unify(decode::<L>(black_box(bytes)), &context));
            },
        );
        let list: L = decode(&bytes);
        group.bench_with_input(BenchmarkId::new("unify", size), &list, |b, list| {
            b.iter_batched(
                || list.clone(),
                |list| unify(list, &context),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// The shortest time of one run of each: what the machine can do when left alone. They
/// take turns of some runs, so that all of them have the machine's good and bad moments,
/// and that few runs find the memory that another one left.
fn shortest<const N: usize>(runs: [&dyn Fn() -> Duration; N]) -> [Duration; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..20 {
        for (best, run) in best.iter_mut().zip(runs) {
            let (start, mut count) = (Instant::now(), 0);
            while count < 3 || start.elapsed() < Duration::from_millis(40) {
                *best = run().min(*best);
                count += 1;
            }
        }
    }
    best
}

/// The time of one run, without what it needs and leaves.
fn time<I, O>(input: I, run: impl Fn(I) -> O) -> Duration {
    let input = black_box(input);
    let began = Instant::now();
    let output = black_box(run(input));
    let elapsed = began.elapsed();
    drop(output);
    elapsed
}

fn ratios_of<L: List>() {
    let context = Context::new("bench");
    let noted = context.clone().with_notes();
    for size in SIZES {
        let bytes = body(L::VENDOR, size);
        let list: L = decode(&bytes);
        let [value, decoded, both, unified, with_notes] = shortest([
            &|| time(&bytes, |bytes| parse(bytes)),
            &|| time(&bytes, |bytes| decode::<L>(bytes)),
            &|| time(&bytes, |bytes| unify(decode::<L>(bytes), &context)),
            &|| time(list.clone(), |list| unify(list, &context)),
            &|| time(list.clone(), |list| unify(list, &noted)),
        ]);
        let count = |info: allocation_counter::AllocationInfo| info.count_total / size as u64;
        let parsed_allocations = count(measure(|| drop(black_box(parse(&bytes)))));
        let decoded_allocations = count(measure(|| drop(black_box(decode::<L>(&bytes)))));
        let input = list.clone();
        let unified_allocations = count(measure(|| drop(black_box(unify(input, &context)))));
        let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
        println!(
            "| {} | {size} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {} | {} | {} |",
            L::VENDOR,
            both.as_secs_f64() * 1e6 / size as f64,
            ratio(decoded, value),
            ratio(both, value),
            ratio(unified, decoded),
            ratio(with_notes, decoded),
            parsed_allocations,
            decoded_allocations,
            unified_allocations,
        );
    }
}

fn main() {
    if env::args().any(|argument| argument == "--ratios") {
        println!(
            "| vendor | jobs | µs per job | decode / Value | decode + unify / Value | unify / decode \
             | unify with notes / decode | allocations: Value | decode | unify |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        );
        ratios_of::<openai::types::FineTuningJobList>();
        ratios_of::<together::types::FinetuneTruncatedList>();
        ratios_of::<truefoundry::types::FineTuningJobList>();
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    criterion_of::<openai::types::FineTuningJobList>(&mut criterion);
    criterion_of::<together::types::FinetuneTruncatedList>(&mut criterion);
    criterion_of::<truefoundry::types::FineTuningJobList>(&mut criterion);
    criterion.final_summary();
}
