//! Every operation of Azure's, called in a way that succeeds.

use unitune::azure::types::*;
use unitune::azure::{
    Client, ListFilesOptions, ListJobCheckpointsOptions, ListJobEventsOptions, ListJobsOptions,
};
use unitune_sandbox::{Sandbox, Vendor};

use super::operations::{Call, Clients, done, downloaded, examples, seeded};

/// Ids that are the same after each reset.
#[derive(Clone, Debug)]
pub struct Ids {
    running: String,
    done: String,
    file: String,
    checkpoint: String,
}

impl Ids {
    pub async fn find(sandbox: &Sandbox, client: &Client) -> Self {
        let done = seeded(sandbox, Vendor::Azure, "succeeded");
        let job = client.retrieve_job(&done).await.unwrap();
        let options = ListJobCheckpointsOptions::new();
        let checkpoints = client.list_job_checkpoints(&done, options).await.unwrap();
        Self {
            running: seeded(sandbox, Vendor::Azure, "running"),
            file: job.training_file.clone(),
            checkpoint: checkpoints.data.ok().next().unwrap().id.clone(),
            done,
        }
    }
}

fn grader() -> Grader {
    let operation = GraderStringCheckOperation::Eq;
    GraderStringCheck::new("{{sample.output_text}}", "same", operation, "yes").into()
}

impl Clients {
    pub async fn prepare_azure(&self, operation: &str) -> String {
        if operation == "resumeJob" {
            let paused = self.azure.pause_job(&self.azure_ids.running).await;
            paused.unwrap();
        }
        String::new()
    }

    pub fn at_azure(&self, operation: &str) -> Call {
        let (c, i) = (self.azure.clone(), self.azure_ids.clone());
        let preview = CheckpointCopyPreview::Preview;
        match operation {
            "listJobs" => done!(c.list_jobs(ListJobsOptions::new())),
            "retrieveJob" => done!(c.retrieve_job(&i.done)),
            "createJob" => done!(c.create_job(&CreateFineTuningJobRequest::new(
                "gpt-4.1-mini-2025-04-14",
                i.file.clone()
            ))),
            "cancelJob" => done!(c.cancel_job(&i.running)),
            "pauseJob" => done!(c.pause_job(&i.running)),
            "resumeJob" => done!(c.resume_job(&i.running)),
            "listJobEvents" => done!(c.list_job_events(&i.done, ListJobEventsOptions::new())),
            "listJobCheckpoints" => {
                done!(c.list_job_checkpoints(&i.done, ListJobCheckpointsOptions::new()))
            }
            "copyCheckpoint" => {
                let request = CopyCheckpointRequest::new("/subscriptions/s", "swedencentral");
                done!(c.copy_checkpoint(&i.done, &i.checkpoint, &preview, &request))
            }
            "listCheckpointCopies" => {
                done!(c.list_checkpoint_copies(&i.done, &i.checkpoint, &preview))
            }
            "runGrader" => done!(c.run_grader(&RunGraderRequest::new(grader(), "yes"))),
            "validateGrader" => done!(c.validate_grader(&ValidateGraderRequest::new(grader()))),
            "listFiles" => done!(c.list_files(ListFilesOptions::new())),
            "uploadFile" => done!(c.upload_file(examples(), UploadPurpose::FineTune, None)),
            "importFile" => {
                let purpose = UploadPurpose::FineTune;
                let url = format!("https://a.example/files/{}/content", i.file);
                let request = ImportFileRequest::new(url, "train.jsonl", purpose);
                done!(c.import_file(&request))
            }
            "retrieveFile" => done!(c.retrieve_file(&i.file)),
            "deleteFile" => done!(c.delete_file(&i.file)),
            "downloadFile" => downloaded!(c.download_file(&i.file)),
            "listModels" => done!(c.list_models()),
            "retrieveModel" => done!(c.retrieve_model("gpt-4.1-mini-2025-04-14")),
            other => panic!("no call of {other}"),
        }
    }
}
