//! Together's checkpoints.

use serde_json::{Map, Value};

use super::VENDOR;
use crate::together::types::FineTuneCheckpoint;
use crate::unify::extras::Extras;
use crate::unify::{Checkpoint, Context, MappingError, Origin, Unify};

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
            checkpoint_type,
            created_at,
            extra,
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
        extras.json("created_at", Some(&created_at));
        extras.undocumented(&extra);
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(Checkpoint {
            metrics: Map::from_iter([("step".to_owned(), Value::from(step))]),
            ..Checkpoint::new(id, job, path, time, step, origin)
        })
    }
}
