//! The control endpoint, `/_sandbox`: the clock, faults and recordings of a running sandbox, for programs that cannot
//! call the library.

use crate::faults::Fault;
use crate::http::{Answer, ErrorResponse, Fields, Reply};
use crate::shared::Shared;
use crate::state::limits;
use crate::vendor::Vendor;
use ::http::Method;
use bytes::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

/// The path of the control endpoint.
pub(crate) const PATH: &str = "/_sandbox";

type Run = fn(&Shared, &Fields<'_>) -> Reply;

/// Its operations: method, path below [`PATH`], effect.
static OPERATIONS: &[(Method, &str, Run)] = &[
    (Method::GET, "", about),
    (Method::POST, "/advance", advance),
    (Method::POST, "/speed", speed),
    (Method::POST, "/reset", reset),
    (Method::GET, "/faults", list_faults),
    (Method::POST, "/faults", add_fault),
    (Method::DELETE, "/faults", clear_faults),
    (Method::GET, "/requests", list_requests),
    (Method::DELETE, "/requests", clear_requests),
];

/// Answers a request to the control endpoint. `path` is the rest after [`PATH`].
pub(crate) fn answer(shared: &Shared, method: &Method, path: &str, body: &Bytes) -> Reply {
    let path = path.strip_suffix('/').unwrap_or(path);
    let found = OPERATIONS
        .iter()
        .find(|row| row.0 == *method && row.1 == path);
    let (_, _, run) = found.ok_or_else(|| {
        let known: Vec<String> = OPERATIONS
            .iter()
            .map(|row| format!("{} {PATH}{}", row.0, row.1))
            .collect();
        ErrorResponse::not_found(format!(
            "not found: the control endpoint has {}.",
            known.join(", ")
        ))
    })?;
    let body: Value = match body.is_empty() {
        true => json!({}),
        false => serde_json::from_slice(body).map_err(|error| {
            ErrorResponse::new(
                400,
                format!("The request body is not valid JSON ({error})."),
            )
        })?,
    };
    run(shared, &Fields::of(&body, "")?)
}

fn about(shared: &Shared, _: &Fields<'_>) -> Reply {
    let vendors = Vendor::all().map(|vendor| {
        json!({
            "vendor": vendor.name(),
            "base_url": shared.base_url(vendor),
            "key": vendor.key(),
            "account": vendor.account(),
            "operations": vendor.operations().collect::<Vec<_>>(),
        })
    });
    Ok(Answer::json(json!({
        "vendors": vendors.collect::<Vec<_>>(),
        "seed": shared.settings.seed,
        "now": shared.sandbox_state().clock.now().seconds(),
    })))
}

fn advance(shared: &Shared, body: &Fields<'_>) -> Reply {
    let seconds = body.number("seconds", 0.0, 1e9)?;
    let seconds = seconds.ok_or_else(|| body.missing("seconds"))?;
    let mut sandbox_state = shared.sandbox_state();
    sandbox_state
        .clock
        .advance(Duration::from_secs_f64(seconds));
    Ok(Answer::json(
        json!({ "now": sandbox_state.clock.now().seconds() }),
    ))
}

fn speed(shared: &Shared, body: &Fields<'_>) -> Reply {
    let speed = body.number("speed", 0.0, 1e9)?;
    let speed = speed.ok_or_else(|| body.missing("speed"))?;
    shared.sandbox_state().clock.set_speed(speed);
    Ok(Answer::json(json!({ "speed": speed })))
}

fn reset(shared: &Shared, _: &Fields<'_>) -> Reply {
    shared.reset();
    Ok(Answer::json(json!({ "reset": true })))
}

fn list_faults(shared: &Shared, _: &Fields<'_>) -> Reply {
    let faults: Vec<String> = shared.faults().all().map(Fault::to_string).collect();
    Ok(Answer::json(json!({ "faults": faults })))
}

fn add_fault(shared: &Shared, body: &Fields<'_>) -> Reply {
    let spec = body.required_text("fault")?;
    let fault = spec
        .parse::<Fault>()
        .map_err(|error| body.error_response("fault", error.to_string()))?;
    if shared.faults().all().count() >= limits::FAULTS {
        return Err(body.error_response(
            "fault",
            format!(
                "There are {} faults already. Delete them first.",
                limits::FAULTS
            ),
        ));
    }
    shared.faults().add(fault);
    list_faults(shared, body)
}

fn clear_faults(shared: &Shared, body: &Fields<'_>) -> Reply {
    shared.faults().clear();
    list_faults(shared, body)
}

fn list_requests(shared: &Shared, _: &Fields<'_>) -> Reply {
    let requests = shared.records().all();
    let requests: Vec<Value> = requests
        .iter()
        .map(crate::record::RecordedRequest::render)
        .collect();
    Ok(Answer::json(json!({ "requests": requests })))
}

fn clear_requests(shared: &Shared, _: &Fields<'_>) -> Reply {
    shared.records().clear();
    Ok(Answer::json(json!({ "requests": [] })))
}
