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
        // Where it is not offered, its bounds may be there all the same, as zeros.
        let full = self.full_training.filter(|_| self.supports_full_training);
        limits.full = full.map(|full| {
            TrainingLimits::new(
                full.min_batch_size,
                full.max_batch_size,
                full.max_batch_size_dpo,
            )
        });
        let lora = self.lora_training;
        limits.lora = Some(TrainingLimits::new(
            lora.min_batch_size,
            lora.max_batch_size,
            lora.max_batch_size_dpo,
        ));
        limits.max_lora_rank = Some(lora.max_rank);
        limits.default_lora_rank = Some(lora.default_rank);
        limits.lora_modules = lora.target_modules;
        limits.max_checkpoints = Some(self.max_num_checkpoints);
        limits.min_sequence_length = Some(self.min_max_seq_length);
        limits.max_sequence_length = Some(self.max_seq_length_sft);
        limits.max_sequence_length_dpo = Some(self.max_seq_length_dpo);
        limits.default_gradient_accumulation_steps = Some(self.default_gradient_accumulation_steps);
        Ok(limits)
    }
}
