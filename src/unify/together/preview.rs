//! Together's previews of training files.

use crate::together::types;
use crate::unify::{Context, DatasetPreview, MappingError, PreviewExample, Unify};

impl Unify for types::Preview {
    type Output = DatasetPreview;

    fn unify(self, _: &Context) -> Result<DatasetPreview, MappingError> {
        let examples = self.rows.into_iter().map(example).collect();
        let mut preview = DatasetPreview::new(self.model, examples);
        preview.format = Some(self.dataset_format.into_str().into());
        preview.max_sequence_length = Some(self.max_seq_length);
        preview.trains_on_inputs = Some(self.train_on_inputs);
        Ok(preview)
    }
}

fn example(row: types::PreviewRow) -> PreviewExample {
    let spans = row.trained_spans.into_iter();
    // What is no pair of indices names no tokens.
    let spans = spans.filter_map(|span| match span.as_slice() {
        [start, end] => Some(usize::try_from(*start).ok()?..usize::try_from(*end).ok()?),
        _ => None,
    });
    let mut example = PreviewExample::new(row.tokens, spans);
    example.token_ids = row.input_ids;
    example.is_truncated = row.truncated;
    example
}

/// Returns the question for a preview of a request's training file; none for
/// methods of which the vendor has no previews.
pub(crate) fn preview_request(
    create: &types::CreateFinetuneRequest,
    examples: Option<usize>,
) -> Option<types::PreviewRequest> {
    let mut request = types::PreviewRequest::new(&create.model, &create.training_file);
    request.top_k = examples.and_then(|count| i64::try_from(count).ok());
    match &create.training_method {
        None => {}
        Some(types::TrainingMethod::Sft(sft)) => {
            request.training_method = Some(sft.method.clone());
            if let Some(types::TrainOnInputs::Boolean(value)) = &sft.train_on_inputs {
                request.train_on_inputs = Some(*value);
            }
        }
        Some(types::TrainingMethod::Dpo(_) | types::TrainingMethod::Unknown(_)) => return None,
    }
    Some(request)
}
