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
    let mut intention = PlannedJob::new(
        providers,
        arguments.on.as_deref(),
        &source,
        &arguments.settings,
    )
    .await?;
    if !intention.has_estimates {
        return by_table(&intention, &output).await;
    }
    intention
        .have_files(providers, Operation::EstimatePrice, &files)
        .await?;
    let estimate = providers.estimate(&intention.draft()).await?;
    let document = json!({
        "account": intention.account,
        "model": intention.request.model,
        "estimate": estimate,
    });
    let tokens = estimate
        .training_tokens
        .map(|tokens| format!("{tokens:.0}"));
    let evaluation = estimate.evaluation_tokens.filter(|tokens| *tokens > 0.0);
    let lines = [
        ("Model", plain(&intention.request.model)),
        ("Account", plain(&intention.account)),
        ("Tokens to train on", tokens.unwrap_or_default()),
        (
            "To evaluate on",
            evaluation.map_or_else(String::new, |tokens| format!("{tokens:.0}")),
        ),
        ("Price", price(&Ok(Some(estimate)), &intention)),
    ];
    output.value(&document, || card(lines, &output.view.terminal))?;
    if !intention.uploads.is_empty() && output.is_table() {
        output::note(&format!("Nothing was started{}", intention.stays()));
    }
    Ok(Exit::Done)
}

/// Says what the table of prices knows, where the vendor estimates none.
async fn by_table(intention: &PlannedJob, output: &Output) -> Result<Exit, Failure> {
    let checks = intention.check_files().await?;
    let price = intention.price_by_table(&checks);
    let title = &intention.title;
    if let Price::Unknown { why } = &price {
        let what = format!("{title} estimates no price, and {why}");
        return Err(Failure::new(Exit::Failure, what));
    }
    let document = json!({
        "account": intention.account,
        "model": intention.request.model,
        "estimate": null,
        "price_by_table": price,
    });
    let lines = [
        ("Model", plain(&intention.request.model)),
        ("Account", plain(&intention.account)),
        ("Price", format!("{price} ({title} estimates none)")),
    ];
    output.value(&document, || card(lines, &output.view.terminal))?;
    Ok(Exit::Done)
}
