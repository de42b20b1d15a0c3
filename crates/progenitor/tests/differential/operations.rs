//! The operations that both clients have: one row each, by the name of its
//! function. A row names the required parameters, which are texts but for one with
//! a type, and the JSON body, in the order of unitune's arguments, then the optional parameters with their types.

use std::num::NonZeroU64;

use unitune_sandbox::{Sandbox, Vendor};

use super::input::Input;
use super::outcome::{Outcome, bytes, json};

/// The two clients of one vendor.
#[allow(async_fn_in_trait)]
pub trait Pair {
    /// The folder of the document.
    const VENDOR: &'static str;
    /// The functions of the operations.
    const FUNCTIONS: &'static [&'static str];

    /// Sets the two up with one key, each with its own base URL.
    fn new(ours: &str, theirs: &str, key: &str) -> Self;

    /// The base URL and the key of the vendor in a sandbox.
    fn place(sandbox: &Sandbox) -> (String, &'static str);

    /// Calls a function of unitune's client.
    async fn ours(&self, function: &str, input: &Input) -> Outcome;

    /// Calls the same function of progenitor's client.
    async fn theirs(&self, function: &str, input: &Input) -> Outcome;
}

macro_rules! pair {
    ($name:ident, $vendor:ident; $($function:ident(
        $($required:ident),* $(; typed $typed:ident: $type:ident)? $(; body $body:ident)? $(; options $options:ident $($optional:ident: $kind:ident)*)?
    ) -> $answer:ident)*) => {
        pub struct $name {
            ours: unitune::$vendor::Client,
            theirs: unitune_progenitor::$vendor::Client,
        }

        impl Pair for $name {
            const VENDOR: &'static str = stringify!($vendor);
            const FUNCTIONS: &'static [&'static str] = &[$(stringify!($function)),*];

            fn new(ours: &str, theirs: &str, key: &str) -> Self {
                let client = unitune::$vendor::Client::builder();
                let http = unitune_progenitor::http_client(key).unwrap();
                Self {
                    // As a bearer token, which every vendor takes.
                    ours: client.bearer_token(key).base_url(ours).retries(0).build().unwrap(),
                    theirs: unitune_progenitor::$vendor::Client::new_with_client(theirs, http),
                }
            }

            fn place(sandbox: &Sandbox) -> (String, &'static str) {
                let vendor = Vendor::$name;
                (sandbox.base_url(vendor), vendor.key())
            }

            async fn ours(&self, function: &str, input: &Input) -> Outcome {
                match function {
                    $(stringify!($function) => $answer::ours(self.ours.$function(
                        $(&input.required(stringify!($required)),)*
                        $(&input.typed::<unitune::$vendor::types::$type>(stringify!($typed)),)?
                        $(&input.body::<unitune::$vendor::types::$body>(),)?
                        $({
                            let mut options = unitune::$vendor::$options::new();
                            $(options.$optional = input.optional(stringify!($optional));)*
                            options
                        },)?
                    ).await).await,)*
                    other => panic!("{other} is not in the table"),
                }
            }

            async fn theirs(&self, function: &str, input: &Input) -> Outcome {
                match function {
                    $(stringify!($function) => {
                        let request = self.theirs.$function();
                        $(let request = request.$required(input.required(stringify!($required)));)*
                        $(let request = request.$typed(
                            input.typed::<unitune_progenitor::$vendor::types::$type>(stringify!($typed))
                        );)?
                        $(let request = request.body(
                            input.body::<unitune_progenitor::$vendor::types::$body>()
                        );)?
                        $($(let request = match input.optional::<$kind>(stringify!($optional)) {
                            Some(value) => request.$optional(value),
                            None => request,
                        };)*)?
                        $answer::theirs(request.send().await).await
                    })*
                    other => panic!("{other} is not in the table"),
                }
            }
        }
    };
}

pair! { OpenAi, openai;
    list_files(; options ListFilesOptions after: String limit: i64 order: String purpose: String) -> json
    retrieve_file(file_id) -> json
    delete_file(file_id) -> json
    download_file(file_id) -> bytes
    run_grader(; body RunGraderRequest) -> json
    validate_grader(; body ValidateGraderRequest) -> json
    list_checkpoint_permissions(
        fine_tuned_model_checkpoint;
        options ListCheckpointPermissionsOptions after: String limit: i64 order: String project_id: String
    ) -> json
    create_checkpoint_permissions(
        fine_tuned_model_checkpoint; body CreateCheckpointPermissionsRequest
    ) -> json
    delete_checkpoint_permission(fine_tuned_model_checkpoint, permission_id) -> json
    list_jobs(; options ListJobsOptions after: String limit: i64) -> json
    create_job(; body CreateFineTuningJobRequest) -> json
    retrieve_job(fine_tuning_job_id) -> json
    cancel_job(fine_tuning_job_id) -> json
    pause_job(fine_tuning_job_id) -> json
    resume_job(fine_tuning_job_id) -> json
    list_job_events(
        fine_tuning_job_id; options ListJobEventsOptions after: String limit: i64
    ) -> json
    list_job_checkpoints(
        fine_tuning_job_id; options ListJobCheckpointsOptions after: String limit: i64
    ) -> json
    list_models() -> json
}

pair! { Together, together;
    list_files() -> json
    retrieve_file(id) -> json
    delete_file(id) -> json
    download_file(id) -> bytes
    list_jobs() -> json
    create_job(; body CreateFinetuneRequest) -> json
    estimate_price(; body EstimatePriceRequest) -> json
    retrieve_model_limits(model_name) -> json
    list_supported_models() -> json
    retrieve_job(id) -> json
    delete_job(id; options DeleteJobOptions force: bool) -> json
    cancel_job(id) -> json
    list_job_events(id) -> json
    list_job_checkpoints(id) -> json
    list_job_metrics(
        id; options ListJobMetricsOptions global_step_from: i64 global_step_to: i64
        logged_at_from: String logged_at_to: String resolution: i64
    ) -> json
    preview_job(; body PreviewRequest) -> json
    retrieve_tokenized_dataset(id) -> json
    download_model(
        ft_id; options DownloadModelOptions checkpoint: String checkpoint_step: i64
    ) -> bytes
}

pair! { TrueFoundry, truefoundry;
    list_files(; options ListFilesOptions
        x_tfy_file_purpose: String x_tfy_metadata: String x_tfy_provider_model: String
        x_tfy_provider_name: String x_tfy_vertex_storage_bucket_name: String
    ) -> json
    retrieve_file(file_id; options RetrieveFileOptions
        x_tfy_file_purpose: String x_tfy_metadata: String x_tfy_provider_model: String
        x_tfy_provider_name: String x_tfy_vertex_storage_bucket_name: String
    ) -> json
    delete_file(file_id; options DeleteFileOptions
        x_tfy_file_purpose: String x_tfy_metadata: String x_tfy_provider_model: String
        x_tfy_provider_name: String x_tfy_vertex_storage_bucket_name: String
    ) -> json
    download_file(file_id; options DownloadFileOptions
        x_tfy_file_purpose: String x_tfy_metadata: String x_tfy_provider_model: String
        x_tfy_provider_name: String x_tfy_vertex_storage_bucket_name: String
    ) -> bytes
    list_jobs(; options ListJobsOptions after: String limit: NonZeroU64
        x_tfy_file_purpose: String x_tfy_metadata: String x_tfy_provider_model: String
        x_tfy_provider_name: String x_tfy_vertex_storage_bucket_name: String
    ) -> json
    create_job(; body CreateFineTuningJobRequest; options CreateJobOptions
        x_tfy_file_purpose: String x_tfy_metadata: String x_tfy_provider_model: String
        x_tfy_provider_name: String x_tfy_vertex_storage_bucket_name: String
    ) -> json
    retrieve_job(fine_tuning_job_id; options RetrieveJobOptions
        x_tfy_file_purpose: String x_tfy_metadata: String x_tfy_provider_model: String
        x_tfy_provider_name: String x_tfy_vertex_storage_bucket_name: String
    ) -> json
}

pair! { Fireworks, fireworks;
    list_accounts(; options ListAccountsOptions filter: String order_by: String page_size: i64 page_token: String read_mask: String) -> json
    list_datasets(account_id; options ListDatasetsOptions filter: String order_by: String page_size: i64 page_token: String read_mask: String) -> json
    create_dataset(account_id; body CreateDatasetRequest) -> json
    delete_dataset(account_id, dataset_id) -> json
    retrieve_dataset(account_id, dataset_id; options RetrieveDatasetOptions read_mask: String) -> json
    locate_dataset_download(account_id, dataset_id; options LocateDatasetDownloadOptions download_lineage: bool read_mask: String) -> json
    locate_dataset_upload(account_id, dataset_id; body DatasetUploadRequest) -> json
    validate_dataset_upload(account_id, dataset_id; body Empty) -> json
    list_dpo_jobs(account_id; options ListDpoJobsOptions filter: String order_by: String page_size: i64 page_token: String read_mask: String) -> json
    create_dpo_job(account_id; body DpoJob; options CreateDpoJobOptions dpo_job_id: String) -> json
    delete_dpo_job(account_id, dpo_job_id) -> json
    retrieve_dpo_job(account_id, dpo_job_id; options RetrieveDpoJobOptions read_mask: String) -> json
    cancel_dpo_job(account_id, dpo_job_id; body Empty) -> json
    locate_dpo_job_metrics(account_id, dpo_job_id) -> json
    resume_dpo_job(account_id, dpo_job_id; body Empty) -> json
    retrieve_model(account_id, model_id; options RetrieveModelOptions read_mask: String) -> json
    list_reinforcement_jobs(account_id; options ListReinforcementJobsOptions filter: String order_by: String page_size: i64 page_token: String read_mask: String) -> json
    create_reinforcement_job(account_id; body ReinforcementJob; options CreateReinforcementJobOptions reinforcement_fine_tuning_job_id: String) -> json
    delete_reinforcement_job(account_id, reinforcement_fine_tuning_job_id) -> json
    retrieve_reinforcement_job(account_id, reinforcement_fine_tuning_job_id; options RetrieveReinforcementJobOptions read_mask: String) -> json
    cancel_reinforcement_job(account_id, reinforcement_fine_tuning_job_id; body Empty) -> json
    locate_reinforcement_job_metrics(account_id, reinforcement_fine_tuning_job_id) -> json
    resume_reinforcement_job(account_id, reinforcement_fine_tuning_job_id; body Empty) -> json
    list_supervised_jobs(account_id; options ListSupervisedJobsOptions filter: String order_by: String page_size: i64 page_token: String read_mask: String) -> json
    create_supervised_job(account_id; body SupervisedJob; options CreateSupervisedJobOptions supervised_fine_tuning_job_id: String) -> json
    delete_supervised_job(account_id, supervised_fine_tuning_job_id) -> json
    retrieve_supervised_job(account_id, supervised_fine_tuning_job_id; options RetrieveSupervisedJobOptions read_mask: String) -> json
    cancel_supervised_job(account_id, supervised_fine_tuning_job_id; body Empty) -> json
    resume_supervised_job(account_id, supervised_fine_tuning_job_id; body Empty) -> json
    estimate_supervised_job_cost(account_id; body SupervisedJob) -> json
}

pair! { Azure, azure;
    list_files(; options ListFilesOptions purpose: String) -> json
    import_file(; body ImportFileRequest) -> json
    retrieve_file(file_id) -> json
    delete_file(file_id) -> json
    download_file(file_id) -> bytes
    run_grader(; body RunGraderRequest) -> json
    validate_grader(; body ValidateGraderRequest) -> json
    list_jobs(; options ListJobsOptions after: String limit: i64) -> json
    create_job(; body CreateFineTuningJobRequest) -> json
    retrieve_job(fine_tuning_job_id) -> json
    cancel_job(fine_tuning_job_id) -> json
    pause_job(fine_tuning_job_id) -> json
    resume_job(fine_tuning_job_id) -> json
    list_job_events(
        fine_tuning_job_id; options ListJobEventsOptions after: String limit: i64
    ) -> json
    list_job_checkpoints(
        fine_tuning_job_id; options ListJobCheckpointsOptions after: String limit: i64
    ) -> json
    list_checkpoint_copies(
        fine_tuning_job_id, fine_tuning_checkpoint_id;
        typed aoai_copy_ft_checkpoints: CheckpointCopyPreview
    ) -> json
    copy_checkpoint(
        fine_tuning_job_id, fine_tuning_checkpoint_id;
        typed aoai_copy_ft_checkpoints: CheckpointCopyPreview; body CopyCheckpointRequest
    ) -> json
    list_models() -> json
    retrieve_model(model) -> json
}
