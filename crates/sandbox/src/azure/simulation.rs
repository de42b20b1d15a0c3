//! Azure's state behind the trait of all simulations.

use super::operations::OPERATIONS;
use super::store::Store;
use super::{address, errors, render, seed};
use crate::clock::START;
use crate::deviation::Deviation;
use crate::http::{Answer, Call, ErrorResponse, Reply};
use crate::openai::dialect::Id;
use crate::simulation::{Seed, SeedContent, SeedFile, SeedJob, Simulation};

impl Simulation for Store {
    fn answer(&mut self, operation: usize, call: &Call) -> Reply {
        let Some(operation) = OPERATIONS.get(operation) else {
            return Err(ErrorResponse::not_found(
                "not found: there is no such operation",
            ));
        };
        self.requests += 1;
        let request = format!("00000000-0000-4000-8000-{:012x}", self.requests);
        let reply = address::check(call).and_then(|()| operation.run(self, call));
        let answer = reply.unwrap_or_else(|error_response| {
            let body = match address::is_dated(call) {
                true => errors::dated_body(&error_response),
                false => errors::body(&error_response),
            };
            let mut answer = Answer::status(error_response.status, body);
            answer.headers = error_response.headers;
            answer
        });
        Ok(answer.header("apim-request-id", request))
    }

    fn seed_rows(&self) -> Vec<Option<Deviation>> {
        seed::ROWS.iter().map(|row| row.deviation).collect()
    }

    fn seed_file(&mut self, file: &SeedContent) -> String {
        let id = self.shared.draw(Id::File);
        self.shared
            .files
            .seed(id.clone(), file.name, file.bytes.clone());
        id
    }

    fn seed_job(&mut self, seed: Seed, files: &[SeedFile]) {
        let row = match seed {
            Seed::Row(at) => seed::ROWS[at],
            Seed::Filler(hours) => seed::Row::filler(hours),
        };
        row.add(self, files);
    }

    fn seeded_jobs(&mut self) -> Vec<SeedJob> {
        self.shared.jobs.sort_by_key(|job| job.run.created());
        let jobs = self.shared.jobs.iter().map(|job| SeedJob {
            id: job.id.clone(),
            status: render::status(job, START),
            deviation: job.deviation,
        });
        jobs.collect()
    }
}
