//! OpenAI's state behind the trait of all simulations.

use super::dialect::Id;
use super::operations::OPERATIONS;
use super::seed;
use super::store::Store;
use crate::clock::START;
use crate::deviation::Deviation;
use crate::http::{Call, ErrorResponse, Reply};
use crate::simulation::{Seed, SeedContent, SeedFile, SeedJob, Simulation};

impl Simulation for Store {
    fn answer(&mut self, operation: usize, call: &Call) -> Reply {
        match OPERATIONS.get(operation) {
            Some(operation) => operation.run(self, call),
            None => Err(ErrorResponse::not_found(
                "not found: there is no such operation",
            )),
        }
    }

    fn seed_rows(&self) -> Vec<Option<Deviation>> {
        seed::ROWS.iter().map(|row| row.deviation).collect()
    }

    fn seed_file(&mut self, file: &SeedContent) -> String {
        let id = self.draw(Id::File);
        self.files.seed(id.clone(), file.name, file.bytes.clone());
        id
    }

    fn seed_job(&mut self, seed: Seed, files: &[SeedFile]) {
        let row = match seed {
            Seed::Row(at) => seed::ROWS[at],
            Seed::Filler(hours) => seed::Row::filler(hours),
        };
        let job = row.job(self, files);
        self.jobs.push(job);
    }

    fn seeded_jobs(&mut self) -> Vec<SeedJob> {
        self.jobs.sort_by_key(|job| job.run.created());
        let jobs = self.jobs.iter().map(|job| SeedJob {
            id: job.id.clone(),
            status: job.status(START),
            deviation: job.deviation,
        });
        jobs.collect()
    }
}
