//! OpenAI's checkpoints: identity.

use super::VENDOR;
use crate::openai::types::FineTuningJobCheckpoint;
use crate::unify::extras::{Extras, object};
use crate::unify::{Checkpoint, Context, MappingError, Origin, Unify};

impl Unify for FineTuningJobCheckpoint {
    type Output = Checkpoint;

    fn unify(self, context: &Context) -> Result<Checkpoint, MappingError> {
        let FineTuningJobCheckpoint {
            created_at,
            extra,
            fine_tuned_model_checkpoint: model,
            fine_tuning_job_id: job,
            id,
            metrics,
            object: _,
            step_number,
        } = self;
        let mut extras = Extras::new();
        extras.undocumented(&extra);
        let origin = Origin::with_extras(context, VENDOR, extras);
        Ok(Checkpoint {
            metrics: object(&metrics),
            ..Checkpoint::new(id, job, model, created_at, step_number, origin)
        })
    }
}
