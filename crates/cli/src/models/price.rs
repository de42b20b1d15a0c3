//! `unitune models price`

use serde_json::json;
use unitune::providers::Operation;

use crate::accounts::Accounts;
use crate::args::models::PriceArguments;
use crate::exit::{Exit, Failure};
use crate::jobs::create::{Files, PlannedJob, Source, price};
use crate::output::{self, Output, card, plain};
use crate::rerun::price::Price;

pub async fn run(arguments: PriceArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    let source = Source::read(arguments.request.as_deref())?;
    let accounts = Accounts::of(&arguments.source).await?;
    let providers = accounts.providers();
    let files = Files {
        are_simulated: accounts.are_simulated(),
        again: false,
        may_upload: arguments.upload,
        tells: output.is_table(),
    };
    let mut planned_job = PlannedJob::new(
        providers,
        arguments.on.as_deref(),
        &source,
        &arguments.settings,
    )
    .await?;
    if !planned_job.has_estimates {
        return by_table(&planned_job, &output).await;
    }
    planned_job
        .have_files(providers, Operation::EstimatePrice, &files)
        .await?;
    let estimate = providers.estimate(&planned_job.draft()).await?;
    let document = json!({
        "account": planned_job.account,
        "model": planned_job.request.model,
        "estimate": estimate,
    });
    let tokens = estimate
        .training_tokens
        .map(|tokens| format!("{tokens:.0}"));
    let evaluation = estimate.evaluation_tokens.filter(|tokens| *tokens > 0.0);
    let lines = [
        ("Model", plain(&planned_job.request.model)),
        ("Account", plain(&planned_job.account)),
        ("Tokens to train on", tokens.unwrap_or_default()),
        (
            "To evaluate on",
            evaluation.map_or_else(String::new, |tokens| format!("{tokens:.0}")),
        ),
        ("Price", price(&Ok(Some(estimate)), &planned_job)),
    ];
    output.value(&document, || card(lines, &output.view.terminal))?;
    if !planned_job.uploads.is_empty() && output.is_table() {
        output::note(&format!("Nothing was started{}", planned_job.stays()));
    }
    Ok(Exit::Done)
}

/// Says what the table of prices knows, where the vendor estimates none.
async fn by_table(planned_job: &PlannedJob, output: &Output) -> Result<Exit, Failure> {
    let checks = planned_job.check_files().await?;
    let price = planned_job.price_by_table(&checks);
    let title = &planned_job.title;
    if let Price::Unknown { why } = &price {
        let what = format!("{title} estimates no price, and {why}");
        return Err(Failure::new(Exit::Failure, what));
    }
    let document = json!({
        "account": planned_job.account,
        "model": planned_job.request.model,
        "estimate": null,
        "price_by_table": price,
    });
    let lines = [
        ("Model", plain(&planned_job.request.model)),
        ("Account", plain(&planned_job.account)),
        ("Price", format!("{price} ({title} estimates none)")),
    ];
    output.value(&document, || card(lines, &output.view.terminal))?;
    Ok(Exit::Done)
}
