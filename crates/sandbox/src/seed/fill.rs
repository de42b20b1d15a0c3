//! From the tables to a sandbox's first jobs.

use super::{corpus, openai, together, truefoundry};
use crate::SeededJob;
use crate::awkward::Awkward;
use crate::builder::Builder;
use crate::state::clock::{DAY, START};
use crate::state::dataset::examine;
use crate::state::files::{Files, StoredFile};
use crate::state::{Clock, Random, World};
use crate::vendor::Vendor;
use bytes::Bytes;

/// A file that seeded jobs were trained on.
#[derive(Clone, Debug)]
pub(super) struct SeedFile {
    pub(super) id: String,
    pub(super) lines: u64,
    pub(super) size: u64,
    pub(super) tokens: u64,
}

/// A row of one of the three tables.
enum Row {
    OpenAi(openai::Row),
    Together(together::Row),
    TrueFoundry(truefoundry::Row),
}

/// A world as it is when a sandbox with these settings starts, and the jobs in it.
pub(crate) fn build(settings: &Builder) -> (World, Vec<SeededJob>) {
    let mut world = World {
        clock: Clock::new(settings.speed),
        openai: crate::openai::Store::new(settings.seed),
        together: crate::together::Store::new(settings.seed),
        truefoundry: crate::truefoundry::Store::new(settings.seed),
    };
    let seeded = fill(&mut world, settings);
    (world, seeded)
}

fn fill(world: &mut World, settings: &Builder) -> Vec<SeededJob> {
    let openai_files = files(
        &mut world.openai.files,
        |random| random.id("file-", 22),
        &mut world.openai.random,
    );
    let together_files = files(
        &mut world.together.files,
        |random| random.uuid("file-"),
        &mut world.together.random,
    );
    let gateway_files = files(
        &mut world.truefoundry.files,
        |random| random.id("file-", 22),
        &mut world.truefoundry.random,
    );
    for row in rows(settings) {
        match row {
            Row::OpenAi(row) => {
                let job = row.job(&mut world.openai, &openai_files);
                world.openai.jobs.push(job);
            }
            Row::Together(row) => {
                let job = row.job(&mut world.together, &together_files);
                world.together.jobs.extend(together::successor(&job));
                world.together.jobs.push(job);
            }
            Row::TrueFoundry(row) => {
                let job = row.job(&mut world.truefoundry, &gateway_files);
                world.truefoundry.jobs.push(job);
            }
        }
    }
    world.openai.jobs.sort_by_key(|job| job.run.created());
    world.together.jobs.sort_by_key(|job| job.run.created());
    world.truefoundry.jobs.sort_by_key(|job| job.run.created());
    seeded(world)
}

fn rows(settings: &Builder) -> Vec<Row> {
    let on =
        |awkward: Option<Awkward>| awkward.is_none_or(|switch| settings.awkward.contains(&switch));
    let openai: Vec<_> = openai::ROWS.iter().filter(|row| on(row.awkward)).collect();
    let together: Vec<_> = together::ROWS
        .iter()
        .filter(|row| on(row.awkward))
        .collect();
    let gateway: Vec<_> = truefoundry::ROWS.iter().collect();

    let longest = openai.len().max(together.len()).max(gateway.len());
    let mut rows: Vec<Row> = Vec::new();
    for at in 0..longest {
        rows.extend(openai.get(at).map(|row| Row::OpenAi(**row)));
        rows.extend(together.get(at).map(|row| Row::Together(**row)));
        rows.extend(gateway.get(at).map(|row| Row::TrueFoundry(**row)));
    }
    let wanted = settings.jobs.unwrap_or(rows.len());
    let mut random = Random::new(settings.seed, "fillers");
    while rows.len() < wanted {
        let hours = 24 * 10 + random.below(24 * 300) as i64;
        rows.push(match rows.len() % 3 {
            0 => Row::OpenAi(openai::Row::filler(hours)),
            1 => Row::Together(together::Row::filler(hours)),
            _ => Row::TrueFoundry(truefoundry::Row::filler(hours)),
        });
    }
    rows.truncate(wanted);
    rows
}

fn files(files: &mut Files, id: fn(&mut Random) -> String, random: &mut Random) -> Vec<SeedFile> {
    let contents: [(&str, Bytes); 3] = [
        ("support-chats.jsonl", corpus::chat(240)),
        ("preferences.jsonl", corpus::preferences(120)),
        ("support-chats-held-out.jsonl", corpus::chat(40)),
    ];
    let mut added = Vec::new();
    for (at, (name, content)) in contents.into_iter().enumerate() {
        let id = id(random);
        let dataset = examine(&content);
        added.push(SeedFile {
            id: id.clone(),
            lines: dataset.examples,
            size: content.len() as u64,
            tokens: dataset.tokens,
        });
        let file = StoredFile {
            id,
            name: name.into(),
            purpose: "fine-tune".into(),
            kind: "jsonl",
            created: START.plus(-400 * DAY + at as i64 * 60_000),
            expires: None,
            content,
        };
        // Three small files fit into an empty store.
        let _ = files.add(file);
    }
    added
}

fn seeded(world: &World) -> Vec<SeededJob> {
    let openai = world.openai.jobs.iter().map(|job| SeededJob {
        vendor: Vendor::OpenAi,
        id: job.id.clone(),
        status: job.status(START),
        awkward: job.awkward,
    });
    let together = world.together.jobs.iter().map(|job| SeededJob {
        vendor: Vendor::Together,
        id: job.id.clone(),
        status: job.status(START),
        awkward: job.awkward,
    });
    let gateway = world.truefoundry.jobs.iter().map(|job| SeededJob {
        vendor: Vendor::TrueFoundry,
        id: job.id.clone(),
        status: job.status(START),
        awkward: None,
    });
    openai.chain(together).chain(gateway).collect()
}
