//! A workspace of its own for each test, with a made-up vendor.
#![allow(clippy::unwrap_used)] // A test that cannot go on stops.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A document of a made-up vendor.
pub const DOCUMENT: &str = r##"openapi: 3.1.0
info: {title: Acme, version: 1.4.0}
servers: [{url: https://api.acme.example/v1}]
paths:
  /jobs:
    get:
      operationId: allJobs
      summary: Every job there is.
      parameters:
        - {name: limit, in: query, schema: {type: integer, exclusiveMinimum: 0}}
      responses:
        '200':
          description: The jobs.
          content:
            application/json:
              schema:
                type: object
                required: [data]
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Job'}}
  /jobs/{id}:
    get:
      operationId: oneJob
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: The job.
          content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}
  /other:
    get:
      operationId: other
      responses: {'200': {description: Other., content: {application/json: {schema: {$ref: '#/components/schemas/Other'}}}}}
components:
  schemas:
    Job:
      type: object
      description: A job, as Acme says it.
      required: [id, status]
      properties:
        id: {type: string}
        status: {type: string, enum: [running, done], description: How far it is.}
        error: {anyOf: [{type: string}, {type: 'null'}]}
    Other: {type: object, properties: {x: {type: string}}}
"##;

/// What is selected of it, with comments that must survive.
pub const SOURCE: &str = r#"# Where it comes from.
vendor = "acme"
title = "Acme jobs"

[[document]]
file = "acme/openapi.yaml" # the whole of it

[operations]
"GET /jobs" = "listJobs"
"GET /jobs/{id}" = "retrieveJob"

[components]
ListJobsResponse = "JobList" # instead of the automatic name
"#;

/// Our corrections and words.
pub const OVERLAY: &str = r#"overlay: 1.0.0
info: {title: Acme, version: 1.0.0}
actions:
  - target: $.components.schemas.JobStatus
    update: {enum: [waiting], description: The state of a job.}
  - target: $.components.schemas.Job
    update:
      description: One job.
      properties:
        id: {description: Its identifier.}
        status: {description: Its state.}
        error: {description: Why it failed.}
  - target: $.components.schemas.JobList
    update: {description: A list of jobs., properties: {data: {description: The jobs in it.}}}
  - target: $.paths['/jobs'].get
    update: {description: Lists all jobs.}
  - target: $.paths['/jobs'].get.parameters[?@.name=='limit']
    update: {description: How many at most.}
  - target: $.paths['/jobs/{id}'].get
    update: {description: Retrieves a job.}
  - target: $.paths['/jobs/{id}'].get.parameters[?@.name=='id']
    update: {description: Which job.}
"#;

/// A workspace in a temporary folder.
pub struct Workspace {
    pub folder: tempfile::TempDir,
}

impl Workspace {
    /// One vendor, acme, with its upstream document; nothing generated yet.
    pub fn new() -> Self {
        let this = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        this.put("specs/acme/source.toml", SOURCE);
        this.put("specs/acme/overlay.yaml", OVERLAY);
        this.put("upstream/acme/openapi.yaml", DOCUMENT);
        this
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn put(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn get(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    /// Replaces text in a file that must hold it.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.get(file);
        assert!(text.contains(from), "{from:?} is not in {file}");
        self.put(file, &text.replacen(from, to, 1));
    }

    pub fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, &self.path("upstream"))
    }

    pub fn run_with(&self, args: &[&str], upstream: &Path) -> Run {
        self.run_under(args, upstream, &[])
    }

    /// The same, with more of an environment.
    pub fn run_under(&self, args: &[&str], upstream: &Path, env: &[(&str, &Path)]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(args)
            .arg("--workspace")
            .arg(self.folder.path())
            .env("UNITUNE_UPSTREAM", upstream)
            .envs(env.iter().copied())
            .output()
            .unwrap();
        Run::new(output)
    }

    /// Everything under specs/, by path.
    pub fn specs(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        let mut todo = vec![self.path("specs")];
        while let Some(folder) = todo.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    todo.push(path);
                } else {
                    files.insert(path.clone(), std::fs::read_to_string(path).unwrap());
                }
            }
        }
        files
    }
}

/// What a run did.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asserts success.
    pub fn passes(self) -> Self {
        assert_eq!(self.code, 0, "{self:#?}");
        self
    }

    /// Asserts exit code 1 and what stderr says.
    pub fn fails(self, words: &[&str]) -> Self {
        assert_eq!(self.code, 1, "{self:#?}");
        for word in words {
            assert!(
                self.stderr.contains(word),
                "{word:?} is not said: {self:#?}"
            );
        }
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }
}
