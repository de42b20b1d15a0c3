//! Every operation of every vendor, called in a way that succeeds.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use unitune::transport::Upload;
use unitune::{Error, azure, fireworks, openai, together, truefoundry};
use unitune_sandbox::{Sandbox, Vendor};

/// What a repeated arrival does, and what comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Answers with a document, and changes nothing.
    Read,
    /// A `POST` or `DELETE` that does no harm when it arrives twice.
    Change,
    /// Makes something, or spends something.
    Create,
    /// Answers with a stream of bytes.
    Download,
}

impl Class {
    pub const ALL: [Self; 4] = [Self::Read, Self::Change, Self::Create, Self::Download];

    pub fn of(operation: &str) -> Self {
        match operation {
            "createJob"
            | "uploadFile"
            | "importFile"
            | "copyCheckpoint"
            | "runGrader"
            | "createCheckpointPermissions"
            | "createDataset"
            | "createSupervisedJob"
            | "createDpoJob"
            | "createReinforcementJob" => Self::Create,
            "downloadFile" | "downloadModel" => Self::Download,
            "cancelJob"
            | "pauseJob"
            | "resumeJob"
            | "deleteFile"
            | "deleteJob"
            | "deleteCheckpointPermission"
            | "deleteDataset"
            | "uploadDataset"
            | "validateDatasetUpload" => Self::Change,
            kind if kind.ends_with("Job")
                && ["cancel", "resume", "delete"]
                    .iter()
                    .any(|w| kind.starts_with(w)) =>
            {
                Self::Change
            }
            _ => Self::Read,
        }
    }
}

pub type Call = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// The clients of one sandbox.
#[derive(Clone)]
pub struct Clients {
    pub openai: openai::Client,
    pub together: together::Client,
    pub truefoundry: truefoundry::Client,
    pub fireworks: fireworks::Client,
    pub azure: azure::Client,
    pub ids: Ids,
    pub azure_ids: super::azure::Ids,
}

/// Ids that are the same after each reset.
#[derive(Clone, Debug)]
pub struct Ids {
    pub openai_running: String,
    pub openai_done: String,
    pub openai_file: String,
    pub openai_checkpoint: String,
    pub together_running: String,
    pub together_done: String,
    pub together_file: String,
    pub together_model: String,
    pub truefoundry_job: String,
    pub truefoundry_file: String,
    pub fireworks_dataset: String,
    pub fireworks_evaluator: String,
}

pub fn seeded(sandbox: &Sandbox, vendor: Vendor, status: &str) -> String {
    let mut jobs = sandbox.seeded_jobs().iter();
    let job = jobs.find(|j| j.vendor == vendor && j.status == status && j.deviation.is_none());
    job.unwrap_or_else(|| panic!("{vendor:?} {status}"))
        .id
        .clone()
}

impl Ids {
    pub async fn find(
        sandbox: &Sandbox,
        openai: &openai::Client,
        together: &together::Client,
        truefoundry: &truefoundry::Client,
        fireworks: &fireworks::Client,
    ) -> Self {
        let options = fireworks::RetrieveSupervisedJobOptions::new();
        let supervised = fireworks.retrieve_supervised_job(ACCOUNT, "support-v2", options);
        let options = fireworks::RetrieveReinforcementJobOptions::new();
        let reinforcement = fireworks.retrieve_reinforcement_job(ACCOUNT, "solver-v1", options);
        let openai_done = seeded(sandbox, Vendor::OpenAi, "succeeded");
        let job = openai.retrieve_job(&openai_done).await.unwrap();
        let options = openai::ListJobCheckpointsOptions::new();
        let checkpoints = openai
            .list_job_checkpoints(&openai_done, options)
            .await
            .unwrap();
        let checkpoint = checkpoints.data.ok().next().unwrap();
        let together_done = seeded(sandbox, Vendor::Together, "completed");
        let trained = together.retrieve_job(&together_done).await.unwrap();
        let files = truefoundry
            .list_files(truefoundry::ListFilesOptions::new())
            .await
            .unwrap();
        let file = files.data.ok().find(|file| file.purpose == "fine-tune");
        Self {
            openai_running: seeded(sandbox, Vendor::OpenAi, "running"),
            openai_file: job.training_file.clone(),
            openai_checkpoint: checkpoint.fine_tuned_model_checkpoint.clone(),
            openai_done,
            together_running: seeded(sandbox, Vendor::Together, "running"),
            together_file: trained.training_file.clone().unwrap_or_default(),
            together_model: together.list_supported_models().await.unwrap().models[0].clone(),
            together_done,
            truefoundry_job: seeded(sandbox, Vendor::TrueFoundry, "running"),
            truefoundry_file: file.unwrap().id.clone(),
            fireworks_dataset: supervised.await.unwrap().into_inner().dataset,
            fireworks_evaluator: reinforcement.await.unwrap().into_inner().evaluator,
        }
    }
}

pub fn examples() -> Upload {
    let line = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
    Upload::from_bytes("train.jsonl", format!("{line}\n").repeat(12))
}

fn grader() -> openai::types::Grader {
    let operation = openai::types::GraderStringCheckOperation::Eq;
    openai::types::GraderStringCheck::new("{{sample.output_text}}", "same", operation, "yes").into()
}

macro_rules! done {
    ($call:expr) => {
        Box::pin(async move { $call.await.map(|_| ()) })
    };
}

macro_rules! downloaded {
    ($call:expr) => {
        Box::pin(async move { $call.await?.bytes(1 << 20).await.map(|_| ()) })
    };
}

pub(crate) use {done, downloaded};

impl Clients {
    /// What has to be there before the call; its id.
    pub async fn prepare(&self, vendor: Vendor, operation: &str) -> String {
        if vendor == Vendor::Fireworks {
            return self.prepare_fireworks(operation).await;
        }
        if vendor == Vendor::Azure {
            return self.prepare_azure(operation).await;
        }
        if vendor != Vendor::OpenAi {
            return String::new();
        }
        match operation {
            "resumeJob" => {
                self.openai
                    .pause_job(&self.ids.openai_running)
                    .await
                    .unwrap();
                String::new()
            }
            "deleteCheckpointPermission" => {
                let projects = vec!["proj-2".to_owned()];
                let body = openai::types::CreateCheckpointPermissionsRequest::new(projects);
                let model = &self.ids.openai_checkpoint;
                let made = self
                    .openai
                    .create_checkpoint_permissions(model, &body)
                    .await;
                made.unwrap().data.ok().next().unwrap().id.clone()
            }
            _ => String::new(),
        }
    }

    pub fn call(&self, vendor: Vendor, operation: &str, prepared: String) -> Call {
        match vendor.name() {
            "openai" => self.at_openai(operation, prepared),
            "together" => self.at_together(operation),
            "truefoundry" => self.at_truefoundry(operation),
            "fireworks" => self.at_fireworks(operation, prepared),
            "azure" => self.at_azure(operation),
            other => panic!("{other} has no client here"),
        }
    }

    fn at_openai(&self, operation: &str, prepared: String) -> Call {
        use openai::types::*;
        let (c, i) = (self.openai.clone(), self.ids.clone());
        match operation {
            "listJobs" => done!(c.list_jobs(openai::ListJobsOptions::new())),
            "retrieveJob" => done!(c.retrieve_job(&i.openai_done)),
            "createJob" => done!(c.create_job(&CreateFineTuningJobRequest::new(
                "gpt-4o-mini-2024-07-18",
                i.openai_file.clone()
            ))),
            "cancelJob" => done!(c.cancel_job(&i.openai_running)),
            "pauseJob" => done!(c.pause_job(&i.openai_running)),
            "resumeJob" => done!(c.resume_job(&i.openai_running)),
            "listJobEvents" => {
                done!(c.list_job_events(&i.openai_done, openai::ListJobEventsOptions::new()))
            }
            "listJobCheckpoints" => done!(
                c.list_job_checkpoints(&i.openai_done, openai::ListJobCheckpointsOptions::new())
            ),
            "listCheckpointPermissions" => done!(c.list_checkpoint_permissions(
                &i.openai_checkpoint,
                openai::ListCheckpointPermissionsOptions::new()
            )),
            "createCheckpointPermissions" => done!(c.create_checkpoint_permissions(
                &i.openai_checkpoint,
                &CreateCheckpointPermissionsRequest::new(vec!["proj-2".to_owned()])
            )),
            "deleteCheckpointPermission" => {
                done!(c.delete_checkpoint_permission(&i.openai_checkpoint, &prepared))
            }
            "runGrader" => done!(c.run_grader(&RunGraderRequest::new(grader(), "yes"))),
            "validateGrader" => done!(c.validate_grader(&ValidateGraderRequest::new(grader()))),
            "listModels" => done!(c.list_models()),
            "listFiles" => done!(c.list_files(openai::ListFilesOptions::new())),
            "uploadFile" => done!(c.upload_file(examples(), UploadPurpose::FineTune, None)),
            "retrieveFile" => done!(c.retrieve_file(&i.openai_file)),
            "deleteFile" => done!(c.delete_file(&i.openai_file)),
            "downloadFile" => downloaded!(c.download_file(&i.openai_file)),
            other => panic!("no call of {other}"),
        }
    }

    fn at_together(&self, operation: &str) -> Call {
        use together::types::*;
        let (c, i) = (self.together.clone(), self.ids.clone());
        match operation {
            "listJobs" => done!(c.list_jobs()),
            "retrieveJob" => done!(c.retrieve_job(&i.together_done)),
            "createJob" => done!(c.create_job(&CreateFinetuneRequest::new(
                i.together_model.clone(),
                i.together_file.clone()
            ))),
            "deleteJob" => {
                done!(c.delete_job(
                    &i.together_done,
                    together::DeleteJobOptions::new().force(true)
                ))
            }
            "cancelJob" => done!(c.cancel_job(&i.together_running)),
            "listJobEvents" => done!(c.list_job_events(&i.together_done)),
            "listJobCheckpoints" => done!(c.list_job_checkpoints(&i.together_done)),
            "listJobMetrics" => {
                done!(c.list_job_metrics(&i.together_done, Default::default()))
            }
            "estimatePrice" => {
                let mut body = EstimatePriceRequest::new(i.together_file.clone());
                body.model = Some(i.together_model.clone());
                done!(c.estimate_price(&body))
            }
            "previewJob" => {
                let body = PreviewRequest::new(i.together_model.clone(), i.together_file.clone());
                done!(c.preview_job(&body))
            }
            "retrieveTokenizedDataset" => done!(c.retrieve_tokenized_dataset(&i.together_done)),
            "listSupportedModels" => done!(c.list_supported_models()),
            "retrieveModelLimits" => done!(c.retrieve_model_limits(&i.together_model)),
            "downloadModel" => downloaded!(
                c.download_model(&i.together_done, together::DownloadModelOptions::new())
            ),
            "listFiles" => done!(c.list_files()),
            "uploadFile" => done!(c.upload_file(examples(), FilePurpose::FineTune, None)),
            "retrieveFile" => done!(c.retrieve_file(&i.together_file)),
            "deleteFile" => done!(c.delete_file(&i.together_file)),
            "downloadFile" => downloaded!(c.download_file(&i.together_file)),
            other => panic!("no call of {other}"),
        }
    }

    fn at_truefoundry(&self, operation: &str) -> Call {
        use truefoundry::types::*;
        let (c, i) = (self.truefoundry.clone(), self.ids.clone());
        match operation {
            "listJobs" => done!(c.list_jobs(truefoundry::ListJobsOptions::new())),
            "retrieveJob" => {
                done!(c.retrieve_job(&i.truefoundry_job, truefoundry::RetrieveJobOptions::new()))
            }
            "createJob" => done!(c.create_job(
                &CreateFineTuningJobRequest::new(
                    "gpt-4o-mini-2024-07-18",
                    i.truefoundry_file.clone()
                ),
                truefoundry::CreateJobOptions::new().x_tfy_provider_name("openai-main")
            )),
            "listFiles" => done!(c.list_files(truefoundry::ListFilesOptions::new())),
            "uploadFile" => done!(c.upload_file(
                examples(),
                "fine-tune",
                truefoundry::UploadFileOptions::default()
            )),
            "retrieveFile" => {
                done!(c.retrieve_file(&i.truefoundry_file, truefoundry::RetrieveFileOptions::new()))
            }
            "deleteFile" => {
                done!(c.delete_file(&i.truefoundry_file, truefoundry::DeleteFileOptions::new()))
            }
            "downloadFile" => downloaded!(
                c.download_file(&i.truefoundry_file, truefoundry::DownloadFileOptions::new())
            ),
            other => panic!("no call of {other}"),
        }
    }
}

/// The account of the sandbox at Fireworks.
const ACCOUNT: &str = "sandbox";
const FIREWORKS_MODEL: &str = "accounts/fireworks/models/llama-v3p1-8b-instruct";

impl Clients {
    /// A job of the kind that an operation is about, or a dataset; its id.
    async fn prepare_fireworks(&self, operation: &str) -> String {
        use fireworks::types::{CreateDatasetRequest, Dataset, Empty, Int64};
        let c = &self.fireworks;
        if operation.contains("Dataset") && operation != "createDataset" {
            let mut dataset = Dataset::default();
            dataset.example_count = Some(Int64::Text("12".to_owned()));
            dataset.user_uploaded = Some(Empty::default());
            let request = CreateDatasetRequest::new(dataset, "matrix");
            c.create_dataset(ACCOUNT, &request).await.unwrap();
            if operation == "validateDatasetUpload" {
                let file = examples();
                let size = file.length().unwrap().to_string();
                let sizes = BTreeMap::from([("train.jsonl".to_owned(), size)]);
                let request = fireworks::types::DatasetUploadRequest::new(sizes);
                let urls = c.locate_dataset_upload(ACCOUNT, "matrix", &request).await;
                let urls = urls.unwrap().into_inner().filename_to_signed_urls.unwrap();
                c.send_to_signed_url(&urls["train.jsonl"], &file)
                    .await
                    .unwrap();
            } else if operation != "uploadDataset" && operation != "locateDatasetUpload" {
                c.upload_dataset(ACCOUNT, "matrix", examples())
                    .await
                    .unwrap();
            }
            return "matrix".to_owned();
        }
        if operation.starts_with("resume") {
            let none = Empty::default();
            let id = "matrix";
            if operation.contains("Supervised") {
                self.new_supervised(Some(id)).await.unwrap();
                c.cancel_supervised_job(ACCOUNT, id, &none).await.unwrap();
            } else if operation.contains("Dpo") {
                self.new_dpo(Some(id)).await.unwrap();
                c.cancel_dpo_job(ACCOUNT, id, &none).await.unwrap();
            } else {
                self.new_reinforcement(Some(id)).await.unwrap();
                c.cancel_reinforcement_job(ACCOUNT, id, &none)
                    .await
                    .unwrap();
            }
            return id.to_owned();
        }
        String::new()
    }

    async fn new_supervised(&self, id: Option<&str>) -> Result<(), Error> {
        let mut job = fireworks::types::SupervisedJob::new(self.ids.fireworks_dataset.clone());
        job.base_model = Some(FIREWORKS_MODEL.to_owned());
        let mut options = fireworks::CreateSupervisedJobOptions::new();
        options.supervised_fine_tuning_job_id = id.map(str::to_owned);
        let answer = self
            .fireworks
            .create_supervised_job(ACCOUNT, &job, options)
            .await;
        answer.map(|_| ())
    }

    async fn new_dpo(&self, id: Option<&str>) -> Result<(), Error> {
        let mut job = fireworks::types::DpoJob::new(self.ids.fireworks_dataset.clone());
        job.training_config = Some(training_config());
        let mut options = fireworks::CreateDpoJobOptions::new();
        options.dpo_job_id = id.map(str::to_owned);
        let answer = self.fireworks.create_dpo_job(ACCOUNT, &job, options).await;
        answer.map(|_| ())
    }

    async fn new_reinforcement(&self, id: Option<&str>) -> Result<(), Error> {
        let data = self.ids.fireworks_dataset.clone();
        let mut job =
            fireworks::types::ReinforcementJob::new(data, self.ids.fireworks_evaluator.clone());
        job.training_config = Some(training_config());
        let mut options = fireworks::CreateReinforcementJobOptions::new();
        options.reinforcement_fine_tuning_job_id = id.map(str::to_owned);
        let answer = self
            .fireworks
            .create_reinforcement_job(ACCOUNT, &job, options)
            .await;
        answer.map(|_| ())
    }

    fn at_fireworks(&self, operation: &str, prepared: String) -> Call {
        use fireworks::types::{CreateDatasetRequest, Dataset, DatasetUploadRequest, Empty, Int64};
        use fireworks::*;
        let (c, i, all) = (self.fireworks.clone(), self.ids.clone(), self.clone());
        let a = ACCOUNT;
        match operation {
            "listAccounts" => done!(c.list_accounts(ListAccountsOptions::new())),
            "listSupervisedJobs" => {
                done!(c.list_supervised_jobs(a, ListSupervisedJobsOptions::new()))
            }
            "listDpoJobs" => done!(c.list_dpo_jobs(a, ListDpoJobsOptions::new())),
            "listReinforcementJobs" => {
                done!(c.list_reinforcement_jobs(a, ListReinforcementJobsOptions::new()))
            }
            "retrieveSupervisedJob" => done!(c.retrieve_supervised_job(
                a,
                "support-v2",
                RetrieveSupervisedJobOptions::new()
            )),
            "retrieveDpoJob" => done!(c.retrieve_dpo_job(a, "trial", RetrieveDpoJobOptions::new())),
            "retrieveReinforcementJob" => done!(c.retrieve_reinforcement_job(
                a,
                "solver-v1",
                RetrieveReinforcementJobOptions::new()
            )),
            "createSupervisedJob" => Box::pin(async move { all.new_supervised(None).await }),
            "createDpoJob" => Box::pin(async move { all.new_dpo(None).await }),
            "createReinforcementJob" => Box::pin(async move { all.new_reinforcement(None).await }),
            "cancelSupervisedJob" => {
                done!(c.cancel_supervised_job(a, "support-v3", &Empty::default()))
            }
            "cancelDpoJob" => done!(c.cancel_dpo_job(a, "tone-v2", &Empty::default())),
            "cancelReinforcementJob" => {
                done!(c.cancel_reinforcement_job(a, "solver-v2", &Empty::default()))
            }
            "resumeSupervisedJob" => {
                done!(c.resume_supervised_job(a, &prepared, &Empty::default()))
            }
            "resumeDpoJob" => done!(c.resume_dpo_job(a, &prepared, &Empty::default())),
            "resumeReinforcementJob" => {
                done!(c.resume_reinforcement_job(a, &prepared, &Empty::default()))
            }
            "deleteSupervisedJob" => done!(c.delete_supervised_job(a, "support-v2")),
            "deleteDpoJob" => done!(c.delete_dpo_job(a, "trial")),
            "deleteReinforcementJob" => done!(c.delete_reinforcement_job(a, "solver-v1")),
            "estimateSupervisedJobCost" => {
                let mut job = types::SupervisedJob::new(i.fireworks_dataset.clone());
                job.base_model = Some(FIREWORKS_MODEL.to_owned());
                done!(c.estimate_supervised_job_cost(a, &job))
            }
            "locateDpoJobMetrics" => done!(c.locate_dpo_job_metrics(a, "trial")),
            "locateReinforcementJobMetrics" => {
                done!(c.locate_reinforcement_job_metrics(a, "solver-v1"))
            }
            "retrieveModel" => done!(c.retrieve_model(
                "fireworks",
                "llama-v3p1-8b-instruct",
                RetrieveModelOptions::new()
            )),
            "listDatasets" => done!(c.list_datasets(a, ListDatasetsOptions::new())),
            "createDataset" => {
                let mut dataset = Dataset::default();
                dataset.example_count = Some(Int64::Text("12".to_owned()));
                dataset.user_uploaded = Some(Empty::default());
                let request = CreateDatasetRequest::new(dataset, "matrix");
                done!(c.create_dataset(a, &request))
            }
            "retrieveDataset" => {
                done!(c.retrieve_dataset(a, &prepared, RetrieveDatasetOptions::new()))
            }
            "deleteDataset" => done!(c.delete_dataset(a, &prepared)),
            "uploadDataset" => done!(c.upload_dataset(a, &prepared, examples())),
            "locateDatasetUpload" => {
                let sizes = BTreeMap::from([("train.jsonl".to_owned(), "7".to_owned())]);
                let request = DatasetUploadRequest::new(sizes);
                done!(c.locate_dataset_upload(a, &prepared, &request))
            }
            "validateDatasetUpload" => {
                done!(c.validate_dataset_upload(a, &prepared, &Empty::default()))
            }
            "locateDatasetDownload" => {
                done!(c.locate_dataset_download(a, &prepared, LocateDatasetDownloadOptions::new()))
            }
            other => panic!("no call of {other}"),
        }
    }
}

fn training_config() -> fireworks::types::TrainingConfig {
    let mut config = fireworks::types::TrainingConfig::default();
    config.base_model = Some(FIREWORKS_MODEL.to_owned());
    config
}
