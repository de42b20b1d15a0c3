//! Checkpoints, which are listed once a job is over or paused, and their copies in other accounts.

use super::store::{Copy, Store};
use crate::clock::MINUTE;
use crate::http::{Answer, Call, ErrorResponse, Fields, Reply};
use crate::openai::job::Job;
use crate::openai::{checkpoints, jobs};
use crate::state::limits;
use crate::state::run::Stage;
use serde_json::{Value, json};

/// How long a copy takes.
const COPYING: i64 = MINUTE;

/// `GET /fine_tuning/jobs/{fine_tuning_job_id}/checkpoints`
pub(crate) fn list(store: &mut Store, call: &Call) -> Reply {
    let job = jobs::find(&store.shared, call)?;
    let stage = job.at(call.now).stage;
    if !stage.is_over() && stage != Stage::Paused {
        return Ok(Answer::json(json!({
            "object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false,
        })));
    }
    checkpoints::list(&mut store.shared, call)
}

/// `POST /fine_tuning/jobs/{fine_tuning_job_id}/checkpoints/{fine_tuning_checkpoint_id}/copy`
pub(crate) fn copy(store: &mut Store, call: &Call) -> Reply {
    let (job, checkpoint, model) = find(store, call)?;
    let body = call.object()?;
    let fields = Fields::of(&body, "")?;
    fields.only(&["destinationResourceId", "region"])?;
    let copy = Copy {
        destination: fields.required_text("destinationResourceId")?.to_owned(),
        region: fields.required_text("region")?.to_owned(),
        began: call.now,
        job,
        checkpoint,
    };
    if store.copies.len() >= limits::PERMISSIONS {
        let message = format!("The sandbox keeps at most {} copies.", limits::PERMISSIONS);
        return Err(ErrorResponse::new(429, message));
    }
    store.copies.push(copy.clone());
    Ok(render(&copy.job, &model, &[&copy], call))
}

/// `GET /fine_tuning/jobs/{fine_tuning_job_id}/checkpoints/{fine_tuning_checkpoint_id}/copy`
pub(crate) fn copies(store: &mut Store, call: &Call) -> Reply {
    let (job, checkpoint, model) = find(store, call)?;
    let copies = store.copies.iter();
    let copies: Vec<&Copy> = copies
        .filter(|copy| copy.job == job && copy.checkpoint == checkpoint)
        .collect();
    Ok(render(&job, &model, &copies, call))
}

/// The job and the checkpoint that the path names, and the checkpoint's model. The preview must be asked for.
fn find(store: &Store, call: &Call) -> Result<(String, String, String), ErrorResponse> {
    if call.header("aoai-copy-ft-checkpoints") != Some("preview") {
        let message = "Copies are a preview: send 'aoai-copy-ft-checkpoints: preview'.";
        return Err(ErrorResponse::field("aoai-copy-ft-checkpoints", message));
    }
    let job: &Job = jobs::find(&store.shared, call)?;
    let wanted = call.path("fine_tuning_checkpoint_id");
    let made = checkpoints::made(job, call.now).into_iter();
    let mut made = made.filter(|checkpoint| checkpoint.0 == wanted);
    let (id, step, _) = made.next().ok_or_else(|| {
        ErrorResponse::not_found(format!("The job has no checkpoint '{wanted}'."))
    })?;
    Ok((job.id.clone(), id, checkpoints::name(job, step)))
}

fn render(job: &str, model: &str, copies: &[&Copy], call: &Call) -> Answer {
    let details = copies.iter().map(|copy| {
        let over = call.now.since(copy.began) >= COPYING;
        json!({
            "destinationResourceId": copy.destination,
            "region": copy.region,
            "status": if over { "Completed" } else { "InProgress" },
        })
    });
    Answer::json(json!({
        "checkpointedModelName": model,
        "fineTuningJobId": job,
        "copiedAccountDetails": details.collect::<Vec<Value>>(),
    }))
}
