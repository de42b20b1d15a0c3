//! Fireworks' seeded jobs.

use super::job::{Job, STOPPING, spans, steps};
use super::kinds::{KINDS, PREFERENCE, REINFORCEMENT, SUPERVISED};
use super::store::Store;
use super::{account, models};
use crate::clock::{SECOND, START};
use crate::deviation::Deviation;
use crate::seed::{InitialState, SeedFailure};
use crate::simulation::SeedFile;
use crate::state::run::Stage;
use serde_json::{Map, Value, json};

const LLAMA_8B: &str = "accounts/fireworks/models/llama-v3p1-8b-instruct";
const LLAMA_70B: &str = "accounts/fireworks/models/llama-v3p3-70b-instruct";
const QWEN: &str = "accounts/fireworks/models/qwen3-8b";

/// What was done to a seeded job besides.
#[derive(Clone, Copy, Debug, PartialEq)]
enum LaterChange {
    Nothing,
    /// It was resumed some seconds ago.
    Resumed,
    /// It was deleted some seconds ago.
    Deleted,
}

/// One seeded job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    kind: usize,
    /// The id; a random one where it is `""`.
    id: &'static str,
    model: &'static str,
    epochs: u64,
    rank: u64,
    evaluation: bool,
    wandb: Option<&'static str>,
    state: InitialState,
    /// The state at the end, where it is not the usual one.
    ending: Option<&'static str>,
    then: LaterChange,
    pub(super) deviation: Option<Deviation>,
}

/// The defaults of a row.
const PLAIN: Row = Row {
    kind: SUPERVISED,
    id: "",
    model: LLAMA_8B,
    epochs: 2,
    rank: 16,
    evaluation: false,
    wandb: None,
    state: InitialState::Succeeded(77),
    ending: None,
    then: LaterChange::Nothing,
    deviation: None,
};

const DPO: Row = Row {
    kind: PREFERENCE,
    ..PLAIN
};

const RFT: Row = Row {
    kind: REINFORCEMENT,
    model: QWEN,
    epochs: 1,
    ..PLAIN
};

const BAD_DATA: SeedFailure = SeedFailure {
    stage: Stage::Preparing,
    fraction: 0.5,
    code: "INVALID_ARGUMENT",
    message: "The dataset cannot be used: line 31 has no message of the assistant.",
    param: None,
    by_user: true,
};

const LOST_NODE: SeedFailure = SeedFailure {
    stage: Stage::Training,
    fraction: 0.4,
    code: "INTERNAL",
    message: "The trainer stopped: a node was lost.",
    param: None,
    by_user: false,
};

const TOO_LONG: SeedFailure = SeedFailure {
    stage: Stage::Queued,
    fraction: 0.9,
    code: "DEADLINE_EXCEEDED",
    message: "No machine was free in time.",
    param: None,
    by_user: false,
};

/// Every seeded job.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row { state: InitialState::In(Stage::Training, 0.5), id: "support-v3", wandb: Some("support-bot"), evaluation: true, ..PLAIN },
    Row { state: InitialState::Succeeded(34), id: "support-v2", wandb: Some("support-bot"), evaluation: true, ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.3), id: "tone-v2", ..DPO },
    Row { state: InitialState::Failed(47, BAD_DATA), ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.97), id: "solver-v2", ..RFT },
    Row { state: InitialState::In(Stage::Queued, 0.5), model: LLAMA_70B, ..PLAIN },
    Row { state: InitialState::Cancelled(52, Stage::Training, 0.3), id: "trial", ..PLAIN },
    // The same id as that of a supervised job: ids are unique in their collection only.
    Row { state: InitialState::Succeeded(91), id: "trial", ..DPO },
    Row { state: InitialState::Succeeded(120), id: "solver-v1", ..RFT },
    Row { state: InitialState::In(Stage::Preparing, 0.1), ..PLAIN },
    Row { state: InitialState::In(Stage::Preparing, 0.4), ..PLAIN },
    Row { state: InitialState::In(Stage::Preparing, 0.7), ..RFT },
    Row { state: InitialState::In(Stage::Uploading, 0.5), rank: 0, ..PLAIN },
    Row { state: InitialState::Paused(4, 0.5), id: "night-run", ..PLAIN },
    Row { state: InitialState::Paused(5, 0.2), then: LaterChange::Resumed, ..PLAIN },
    Row { state: InitialState::Cancelling, ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.2), then: LaterChange::Deleted, ..DPO },
    Row { state: InitialState::Succeeded(64), epochs: 8, evaluation: true, ending: Some("JOB_STATE_EARLY_STOPPED"), ..PLAIN },
    Row { state: InitialState::Failed(85, TOO_LONG), model: LLAMA_70B, ending: Some("JOB_STATE_EXPIRED"), ..PLAIN },
    Row { state: InitialState::Failed(58, LOST_NODE), ..DPO },
    Row { state: InitialState::Failed(63, LOST_NODE), ..RFT },
    Row { state: InitialState::Succeeded(800), deviation: Some(Deviation::BareStates), ..PLAIN },
    Row { state: InitialState::Succeeded(43), deviation: Some(Deviation::NumericLongs), model: LLAMA_70B, ..PLAIN },
    Row { state: InitialState::Succeeded(56), deviation: Some(Deviation::MissingCreateTime), ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.4), deviation: Some(Deviation::PolicyUpdate), ..RFT },
    Row { state: InitialState::Succeeded(900), deviation: Some(Deviation::Archived), ..PLAIN },
    Row { state: InitialState::In(Stage::Training, 0.1), deviation: Some(Deviation::UnknownJobState), ..PLAIN },
    Row { state: InitialState::Succeeded(82), deviation: Some(Deviation::UnsetLeftOut), ..PLAIN },
    Row { state: InitialState::Succeeded(24), deviation: Some(Deviation::NewerFields), ..PLAIN },
];

impl Row {
    /// A finished job like one of the table's, for sandboxes with more jobs than rows.
    pub(super) fn filler(hours: i64) -> Row {
        Row {
            // All three kinds.
            kind: hours.unsigned_abs() as usize % KINDS.len(),
            state: InitialState::Succeeded(hours),
            ..PLAIN
        }
    }

    /// The job of this row.
    pub(super) fn job(self, store: &mut Store, files: &[SeedFile]) -> Job {
        let file = &files[if self.kind == PREFERENCE { 1 } else { 0 }];
        let kind = &KINDS[self.kind];
        let drawn = store.random.uuid("");
        let id = match self.id {
            "" => drawn,
            id => id.to_owned(),
        };
        let mut values = self.values(&id, file, &files[2]);
        if let Some(settings) = kind.settings_mut(&mut values) {
            settings.extend(self.settings(&id));
        }
        let steps = steps(kind.settings(&values), file.lines);
        let mut run = self.state.run(spans(kind, steps), steps, STOPPING);
        if self.then == LaterChange::Resumed {
            run.resume(START.plus(-10 * SECOND));
        }
        Job {
            kind: self.kind,
            id,
            values,
            price: models::base(self.model).map_or(0, |it| it.price(file.tokens * self.epochs)),
            lines: file.lines,
            run,
            ending: self.ending,
            deleted: (self.then == LaterChange::Deleted).then(|| START.plus(-2 * SECOND)),
            deviation: self.deviation,
        }
    }

    fn values(self, id: &str, file: &SeedFile, held_out: &SeedFile) -> Map<String, Value> {
        let mut values = Map::new();
        let mut set = |name: &str, value: Value| values.insert(name.into(), value);
        set("dataset", json!(account::resource("datasets", &file.id)));
        if !self.id.is_empty() {
            set("displayName", json!(id.replace('-', " ")));
        }
        if self.evaluation {
            let name = account::resource("datasets", &held_out.id);
            set("evaluationDataset", json!(name));
        }
        if let Some(project) = self.wandb {
            set(
                "wandbConfig",
                json!({"enabled": true, "project": project, "entity": "sandbox"}),
            );
        }
        if self.ending == Some("JOB_STATE_EARLY_STOPPED") {
            set("earlyStop", json!(true));
        }
        match self.kind {
            PREFERENCE => {
                set("lossConfig", json!({"method": "DPO", "dpo": {"beta": 0.1}}));
            }
            REINFORCEMENT => {
                set(
                    "evaluator",
                    json!(account::resource("evaluators", "exact-match")),
                );
                set("lossConfig", json!({"method": "GRPO"}));
            }
            _ => {}
        }
        values
    }

    fn settings(self, id: &str) -> Map<String, Value> {
        let mut settings = Map::new();
        let mut set = |name: &str, value: Value| settings.insert(name.into(), value);
        set("baseModel", json!(self.model));
        set("outputModel", json!(account::resource("models", id)));
        set("epochs", json!(self.epochs));
        set("learningRate", json!(0.0001));
        set("loraRank", json!(self.rank));
        set("maxContextLength", json!(8192));
        set("batchSizeSamples", json!(8));
        settings
    }
}
