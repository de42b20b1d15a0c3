//! Together's checkpoints.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::VENDOR;
use crate::together::types::FineTuneCheckpoint;
use crate::unify::extras::Extras;
use crate::unify::{Checkpoint, Context, MappingError, Origin, Unify};

/// The word for a checkpoint that holds an adapter alone.
const ADAPTER: &str = "adapter";

/// A checkpoint of a job, which the vendor's checkpoint does not name.
#[derive(Clone, Debug, PartialEq)]
pub struct JobCheckpoint<'j> {
    /// The id of the job.
    pub job: &'j str,
    /// The checkpoint itself.
    pub checkpoint: FineTuneCheckpoint,
}

impl Unify for JobCheckpoint<'_> {
    type Output = Checkpoint;

    fn unify(self, context: &Context) -> Result<Checkpoint, MappingError> {
        let Self { job, checkpoint } = self;
        let FineTuneCheckpoint {
            checkpoint: content,
            checkpoint_type,
            created_at,
            extra,
            object_id,
            object_name,
            object_revision_id,
            path,
            step,
        } = checkpoint;
        let id = format!("{job}:{step}");
        let Some(time) = created_at.unix_seconds() else {
            let reason = format!("{:?} is no time", created_at.to_string());
            return Err(MappingError::new("created_at", reason).of_id(id));
        };
        let mut extras = Extras::new();
        extras.text("checkpoint_type", Some(checkpoint_type));
        extras.put("checkpoint", content.map(|content| content.into_str()));
        extras.text("object_id", object_id);
        extras.text("object_name", object_name);
        extras.text("object_revision_id", object_revision_id);
        extras.json("created_at", Some(&created_at));
        extras.undocumented(&extra);
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(Checkpoint {
            metrics: Map::from_iter([("step".to_owned(), Value::from(step))]),
            ..Checkpoint::new(id, job, path, time, step, origin)
        })
    }
}

/// Tells apart the checkpoints of a step at which both a model and an adapter
/// were kept: the adapter's id says so, and the model has the id that a job can
/// be started from.
pub(crate) fn tell_apart(checkpoints: &mut [Checkpoint]) {
    let is_adapter = |checkpoint: &Checkpoint| {
        checkpoint.provider.extra.get("checkpoint") == Some(&Value::from(ADAPTER))
    };
    let whole = checkpoints
        .iter()
        .filter(|checkpoint| !is_adapter(checkpoint));
    let whole: HashSet<String> = whole.map(|checkpoint| checkpoint.id.clone()).collect();
    for checkpoint in checkpoints {
        if is_adapter(checkpoint) && whole.contains(&checkpoint.id) {
            checkpoint.id = format!("{}:{ADAPTER}", checkpoint.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_and_an_adapter_of_one_step_have_ids_of_their_own() {
        let checkpoint = |step: i64, content: &str| {
            let checkpoint = serde_json::json!({"step": step, "checkpoint": content, "path": "p",
                "created_at": "2026-01-15T12:00:00Z", "checkpoint_type": "t"});
            let checkpoint = serde_json::from_value(checkpoint).unwrap();
            let checkpoint = JobCheckpoint {
                job: "ft-1",
                checkpoint,
            };
            checkpoint.unify(&Context::new("main")).unwrap()
        };
        let mut all = [
            checkpoint(20, "adapter"),
            checkpoint(20, "model"),
            checkpoint(10, "adapter"),
        ];
        tell_apart(&mut all);
        let ids = all.map(|checkpoint| checkpoint.id);
        assert_eq!(ids, ["ft-1:20:adapter", "ft-1:20", "ft-1:10"]);
    }
}
