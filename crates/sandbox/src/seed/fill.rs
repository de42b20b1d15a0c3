//! Makes the first jobs of a sandbox from the tables of the vendors.

use super::corpus;
use crate::clock::Clock;
use crate::deviation::Deviation;
use crate::settings::Settings;
use crate::simulation::{Seed, SeedContent, SeedFile, Simulation};
use crate::state::{Random, SandboxState};
use crate::vendor::Vendor;
use std::sync::LazyLock;

/// A job that was there at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeededJob {
    /// The job's vendor.
    pub vendor: Vendor,
    /// Its id, also of a job whose bodies leave the id out.
    pub id: String,
    /// The vendor's status at the start.
    pub status: &'static str,
    /// In which way its bodies deviate from the vendor's document, if they do.
    pub deviation: Option<Deviation>,
}

/// Builds the state of a sandbox with these settings at its start. Returns it and the jobs in it.
pub(crate) fn build(settings: &Settings) -> (SandboxState, Vec<SeededJob>) {
    let simulation = |vendor: Vendor| (vendor.description().simulation)(settings.seed);
    let mut simulations: Vec<(Vendor, Box<dyn Simulation>)> = Vendor::all()
        .map(|vendor| (vendor, simulation(vendor)))
        .collect();
    let files: Vec<Vec<SeedFile>> = simulations
        .iter_mut()
        .map(|(_, simulation)| add_files(simulation.as_mut()))
        .collect();
    for (at, seed) in interleave(settings, &simulations) {
        simulations[at].1.seed_job(seed, &files[at]);
    }
    let seeded = simulations.iter_mut().flat_map(|(vendor, simulation)| {
        let jobs = simulation.seeded_jobs().into_iter();
        jobs.map(|job| SeededJob {
            vendor: *vendor,
            id: job.id,
            status: job.status,
            deviation: job.deviation,
        })
    });
    let seeded = seeded.collect();
    (
        SandboxState::new(Clock::new(settings.speed), simulations),
        seeded,
    )
}

/// Takes jobs from the vendors' tables in turn, so that a small sandbox has some of each. Returns the index of the
/// vendor with each job.
fn interleave(
    settings: &Settings,
    simulations: &[(Vendor, Box<dyn Simulation>)],
) -> Vec<(usize, Seed)> {
    let is_on = |deviation: Option<Deviation>| {
        deviation.is_none_or(|switch| settings.deviations.contains(&switch))
    };
    let tables: Vec<Vec<usize>> = simulations
        .iter()
        .map(|(_, simulation)| {
            let rows = simulation.seed_rows().into_iter().enumerate();
            rows.filter(|row| is_on(row.1)).map(|row| row.0).collect()
        })
        .collect();
    let longest = tables.iter().map(Vec::len).max().unwrap_or(0);
    let mut jobs: Vec<(usize, Seed)> = Vec::new();
    for row in 0..longest {
        for (at, table) in tables.iter().enumerate() {
            jobs.extend(table.get(row).map(|row| (at, Seed::Row(*row))));
        }
    }
    let wanted = settings.jobs.unwrap_or(jobs.len());
    let mut random = Random::new(settings.seed, "fillers");
    while jobs.len() < wanted {
        let hours = 24 * 10 + random.below(24 * 300) as i64;
        jobs.push((jobs.len() % tables.len(), Seed::Filler(hours)));
    }
    jobs.truncate(wanted);
    jobs
}

/// The files that all vendors have at the start. They depend on nothing, and a reset takes them again.
static CONTENTS: LazyLock<[SeedContent; 3]> = LazyLock::new(|| {
    let files = [
        ("support-chats.jsonl", corpus::chat(240)),
        ("preferences.jsonl", corpus::preferences(120)),
        ("support-chats-held-out.jsonl", corpus::chat(40)),
    ];
    files.map(|(name, corpus)| SeedContent {
        name,
        dataset: corpus.dataset,
        bytes: corpus.bytes,
    })
});

fn add_files(simulation: &mut dyn Simulation) -> Vec<SeedFile> {
    let added = CONTENTS.iter().map(|content| SeedFile {
        lines: content.dataset.examples,
        size: content.bytes.len() as u64,
        tokens: content.dataset.tokens,
        id: simulation.seed_file(content),
    });
    added.collect()
}
