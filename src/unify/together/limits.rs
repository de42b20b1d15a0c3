//! Together's limits of models.

use crate::together::types;
use crate::unify::{Context, MappingError, ModelLimits, TrainingLimits, Unify};

impl Unify for types::ModelLimits {
    type Output = ModelLimits;

    fn unify(self, _: &Context) -> Result<ModelLimits, MappingError> {
        let mut limits = ModelLimits::new(
            self.model_name,
            self.max_num_epochs,
            self.max_num_evals,
            self.min_learning_rate,
            self.max_learning_rate,
        );
        limits.full = self.full_training.map(|full| {
            TrainingLimits::new(
                full.min_batch_size,
                full.max_batch_size,
                full.max_batch_size_dpo,
            )
        });
        if let Some(lora) = self.lora_training {
            limits.lora = Some(TrainingLimits::new(
                lora.min_batch_size,
                lora.max_batch_size,
                lora.max_batch_size_dpo,
            ));
            limits.max_lora_rank = Some(lora.max_rank);
            limits.lora_modules = lora.target_modules;
        }
        Ok(limits)
    }
}
