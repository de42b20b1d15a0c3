//! Every operation against the sandbox: one for each client, of the same seed,
//! so that the same calls have the same answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use unitune_sandbox::{RecordedRequest, Sandbox};

use super::cover::{Cover, Deviation};
use super::findings::{Call, Findings};
use super::input::{Input, Operation, document, fitted_operations, members};
use super::known::OF_THE_SANDBOX;
use super::operations::{Azure, Fireworks, OpenAi, Pair, Together, TrueFoundry};
use super::outcome::Outcome;
use super::recorder::Sent;

/// Inputs of one operation beside those with ids that the sandbox knows.
const INPUTS: usize = 25;
/// Ids of each kind that are used.
const IDS: usize = 12;
/// Models that the sandbox knows: vendor, name.
const MODELS: [(&str, &str); 5] = [
    ("azure", "gpt-4o-mini-2024-07-18"),
    ("openai", "gpt-4o-mini-2024-07-18"),
    (
        "together",
        "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
    ),
    ("truefoundry", "gpt-4o-mini-2024-07-18"),
    (
        "fireworks",
        "accounts/fireworks/models/llama-v3p1-8b-instruct",
    ),
];

/// A list whose items' ids are used: its function, the parameter that the ids
/// are for, and the members that hold the items and their ids.
type List = (&'static str, &'static str, &'static str, &'static str);

/// The lists of most vendors.
const LISTS: &[List] = &[
    ("list_jobs", "fine_tuning_job_id", "data", "id"),
    (
        "list_jobs",
        "fine_tuned_model_checkpoint",
        "data",
        "fine_tuned_model",
    ),
    ("list_files", "file_id", "data", "id"),
];

/// Those of a vendor whose items have names: `accounts/a/datasets/d`.
const NAMED_LISTS: &[List] = &[
    ("list_accounts", "account_id", "accounts", "name"),
    ("list_datasets", "dataset_id", "datasets", "name"),
    (
        "list_supervised_jobs",
        "supervised_fine_tuning_job_id",
        "supervisedFineTuningJobs",
        "name",
    ),
    ("list_dpo_jobs", "dpo_job_id", "dpoJobs", "name"),
    (
        "list_reinforcement_jobs",
        "reinforcement_fine_tuning_job_id",
        "reinforcementFineTuningJobs",
        "name",
    ),
];

#[test]
fn the_sandbox_gives_both_the_same() {
    let runtime = super::runtime();
    let mut findings = Findings::new(OF_THE_SANDBOX);
    // With the vendors' deviations, and as the documents have it.
    for deviations in [true, false] {
        let (succeeded, of_fireworks, of_azure) = runtime.block_on(async {
            let succeeded = compare::<OpenAi>(deviations, &mut findings).await
                + compare::<Together>(deviations, &mut findings).await
                + compare::<TrueFoundry>(deviations, &mut findings).await;
            (
                succeeded,
                compare::<Fireworks>(deviations, &mut findings).await,
                compare::<Azure>(deviations, &mut findings).await,
            )
        });
        assert_eq!(
            succeeded, 43,
            "operations that succeeded, deviations: {deviations}"
        );
        // The others are rejected alike: they want a job in a certain state, or a
        // dataset whose file has come.
        assert!(
            of_fireworks >= 19,
            "Fireworks' operations that succeeded, deviations: {deviations}: {of_fireworks}"
        );
        // The two of copies are rejected alike: they want a checkpoint of that job.
        assert_eq!(of_azure, 17, "Azure's operations, deviations: {deviations}");
    }
    findings.check();
}

/// Compares all operations of a vendor, and says how many of them succeeded.
async fn compare<P: Pair>(deviations: bool, findings: &mut Findings) -> usize {
    let start = || Sandbox::builder().all_deviations(deviations).start();
    let sandboxes = [start().await.unwrap(), start().await.unwrap()];
    let [ours, theirs] = sandboxes.each_ref().map(P::place);
    let document = document(P::VENDOR);
    let comparison = Comparison {
        members: members(&document),
        pair: P::new(&ours.0, &theirs.0, ours.1),
        sandboxes,
    };
    let cover = Cover {
        document: &document,
        deviating: false,
    };
    let mut operations = fitted_operations(&document);
    operations.sort_by_key(|o| order(&o.function));
    let mut ids = comparison.ids(findings).await;
    let mut succeeded = 0;
    for operation in &operations {
        let mut success = false;
        for input in inputs(P::VENDOR, &cover, operation, &ids) {
            let outcome = comparison.call(&operation.function, &input, findings).await;
            // A deviating answer may be lost by progenitor.
            success |= match &outcome {
                [Outcome::Read(_), Outcome::Read(_)] => true,
                [Outcome::Read(_), _] => deviations,
                _ => false,
            };
            if let Outcome::Read(answer) = &outcome[0] {
                match operation.function.as_str() {
                    "create_checkpoint_permissions" => ids.add("permission_id", answer),
                    "create_job" => ids.add("fine_tuning_job_id", &json!({"data": [answer]})),
                    _ => {}
                }
            }
        }
        if !success {
            eprintln!("{} {}: nothing succeeded", P::VENDOR, operation.function);
        }
        succeeded += usize::from(success);
    }
    succeeded
}

/// What ends a job comes after what needs one, and what deletes comes last.
fn order(function: &str) -> usize {
    let last = ["create_", "pause_", "resume_", "cancel_", "delete_"];
    let place = last.iter().position(|start| function.starts_with(start));
    match place {
        Some(0) => 0,
        None => 1,
        Some(place) => 1 + place,
    }
}

/// Some of the inputs that cover the operation, and some that can succeed.
fn inputs(vendor: &str, cover: &Cover<'_>, operation: &Operation, ids: &Ids) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    for case in cover.inputs(operation) {
        // What becomes of backslashes in a path is known.
        let backslash = case
            .value
            .parameters
            .values()
            .any(|v| v.to_string().contains('\\'));
        if case.deviation == Deviation::None && !backslash {
            inputs.push(case.value);
        }
    }
    let least = inputs[inputs.len() - 2].clone();
    let usual = inputs[inputs.len() - 1].clone();
    let step = inputs.len().div_ceil(INPUTS);
    let mut inputs: Vec<_> = inputs.into_iter().step_by(step).collect();
    let (_, model) = MODELS
        .iter()
        .find(|(of, _)| *of == vendor)
        .expect("a model");
    for input in [least, usual] {
        let mut input = ids.first(operation, input);
        for name in ["model_name", "model"] {
            if operation.requires(name) {
                input.parameters.insert(name.to_owned(), json!(model));
            }
        }
        for parameter in &operation.parameters {
            for id in ids.of(operation, &parameter.name) {
                let mut input = input.clone();
                input.parameters.insert(parameter.name.clone(), json!(id));
                inputs.push(input);
            }
        }
        inputs.push(input);
    }
    if matches!(
        operation.function.as_str(),
        "create_job" | "estimate_price" | "preview_job"
    ) {
        for file in ids.of(operation, "file_id") {
            inputs.push(Input {
                body: Some(json!({"model": model, "training_file": file})),
                ..Input::default()
            });
        }
    }
    let datasets = ids.of(operation, "dataset_id");
    for body in bodies(&operation.function, model, datasets) {
        let mut input = ids.first(operation, Input::default());
        // A dataset that has its file already takes no other.
        if operation.function.ends_with("_upload") {
            let id = json!("new-dataset");
            input.parameters.insert("dataset_id".to_owned(), id);
        }
        input.body = Some(body);
        inputs.push(input);
    }
    inputs
}

/// Bodies that can succeed, of operations whose bodies name things that are
/// there.
fn bodies(function: &str, model: &str, datasets: &[String]) -> Vec<Value> {
    let of_dataset = |body: fn(&str, &str) -> Value| {
        let datasets = datasets.iter();
        datasets.map(|id| body(id, model)).collect()
    };
    match function {
        "create_supervised_job" | "estimate_supervised_job_cost" => {
            of_dataset(|id, model| json!({"dataset": id, "baseModel": model}))
        }
        "create_dpo_job" => {
            of_dataset(|id, model| json!({"dataset": id, "trainingConfig": {"baseModel": model}}))
        }
        "create_reinforcement_job" => of_dataset(
            |id, model| json!({"dataset": id, "evaluator": "accuracy", "trainingConfig": {"baseModel": model}}),
        ),
        "create_dataset" => {
            let dataset = json!({"exampleCount": "1", "userUploaded": {}});
            vec![json!({"datasetId": "new-dataset", "dataset": dataset})]
        }
        "locate_dataset_upload" => vec![json!({"filenameToSize": {"a.jsonl": "1"}})],
        _ => Vec::new(),
    }
}

/// Ids that the sandbox knows, by the parameter that they are for.
#[derive(Default)]
struct Ids(BTreeMap<&'static str, Vec<String>>);

impl Ids {
    /// Adds the ids of a list's items.
    fn add(&mut self, parameter: &'static str, list: &Value) {
        self.add_member(parameter, list, "id");
    }

    fn add_member(&mut self, parameter: &'static str, list: &Value, member: &str) {
        let items = list["data"].as_array().expect("a list").iter();
        // The last part of a name is the id.
        let is_name = member == "name";
        let found = items.filter_map(|item| {
            let text = item[member].as_str()?;
            let id = text.rsplit('/').next().filter(|_| is_name);
            Some(id.unwrap_or(text).to_owned())
        });
        self.0.entry(parameter).or_default().extend(found.take(IDS));
    }

    /// Those for a parameter of an operation.
    fn of(&self, operation: &Operation, parameter: &str) -> &[String] {
        let parameter = match parameter {
            "id" if operation.function.contains("file") => "file_id",
            "id" | "ft_id" => "fine_tuning_job_id",
            other => other,
        };
        self.0.get(parameter).map(Vec::as_slice).unwrap_or_default()
    }

    /// The input with an id that the sandbox knows in each place for one.
    fn first(&self, operation: &Operation, mut input: Input) -> Input {
        for parameter in &operation.parameters {
            if let Some(id) = self.of(operation, &parameter.name).first() {
                input.parameters.insert(parameter.name.clone(), json!(id));
            }
        }
        input
    }
}

/// The clients of a vendor, each before a sandbox of its own.
struct Comparison<P> {
    members: BTreeSet<String>,
    pair: P,
    sandboxes: [Sandbox; 2],
}

impl<P: Pair> Comparison<P> {
    async fn ids(&self, findings: &mut Findings) -> Ids {
        let mut ids = Ids::default();
        let is_named = P::FUNCTIONS.contains(&"list_accounts");
        for (function, parameter, items, member) in if is_named { NAMED_LISTS } else { LISTS } {
            let mut input = Input::default();
            let account = ids.0.get("account_id").and_then(|ids| ids.first());
            let account = account.map(|id| ("account_id".to_owned(), json!(id)));
            input.parameters.extend(account);
            let [ours, _] = self.call(function, &input, findings).await;
            let Outcome::Read(list) = ours else {
                panic!("{}: {function}: {ours:?}", P::VENDOR)
            };
            ids.add_member(parameter, &json!({"data": list[*items]}), member);
        }
        if is_named {
            let models = vec!["llama-v3p1-8b-instruct".to_owned()];
            ids.0.insert("model_id", models);
        }
        ids
    }

    async fn call(&self, function: &str, input: &Input, findings: &mut Findings) -> [Outcome; 2] {
        let [ours, theirs] = &self.sandboxes;
        let outcome = [
            without_address(Box::pin(self.pair.ours(function, input)).await, ours),
            without_address(Box::pin(self.pair.theirs(function, input)).await, theirs),
        ];
        let call = Call {
            vendor: P::VENDOR,
            function,
            members: &self.members,
            deviation: Deviation::None,
            input,
            answer: None,
            sent: self.sandboxes.each_ref().map(|sandbox| {
                let sent = sandbox.requests().last().map(sent);
                sandbox.clear_requests();
                sent
            }),
            outcome,
        };
        findings.add(&call);
        call.outcome
    }
}

/// The same without the address of the sandbox that answered: signed URLs lead
/// back to it.
fn without_address(outcome: Outcome, sandbox: &Sandbox) -> Outcome {
    match outcome {
        Outcome::Read(answer) => {
            let text = answer.to_string();
            let text = text.replace(&sandbox.addr().to_string(), "sandbox");
            Outcome::Read(serde_json::from_str(&text).expect("it is JSON still"))
        }
        outcome => outcome,
    }
}

/// What the sandbox recorded; keys are left out of it.
fn sent(request: &RecordedRequest) -> Sent {
    let headers = request.headers.iter();
    Sent::new(
        &request.method,
        &request.path,
        &request.query,
        headers.map(|(name, value)| (name.as_str(), value.as_bytes())),
        &request.body,
    )
}
