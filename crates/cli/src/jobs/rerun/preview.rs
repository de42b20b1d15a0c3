//! What a table of moves would do: which jobs can be moved, and for how much.

use std::path::Path;

use super::entry::{self, Entry};
use super::move_many::{Candidate, candidate_of, planned, spent, within};
use super::move_one::Mover;
use super::planned_move::PlannedMove;
use crate::args::jobs::RerunArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, ListContext, Output};
use crate::rerun::price::{Price, dollars};

/// Shows what the rows with a model would do. Files are fetched and read, and nothing is
/// sent.
pub async fn run(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    path: &Path,
    output: &Output,
) -> Result<Exit, Failure> {
    let entries = entry::read(path)?;
    let spent = spent(mover, &entries)?;
    let limit = arguments.consent.max_cost.map(dollars);
    let mut left = limit.map(|limit| limit - spent);
    let mut moves = Vec::new();
    for entry in &entries {
        let row = of_entry(mover, arguments, entry, &mut left).await;
        if let Some(problem) = &row.problem {
            let (job, account) = (&entry.job, &entry.account);
            output::warning(&format!("{job} of {account}: {problem}"));
        }
        moves.push(row);
    }
    let said = summary(&moves);
    let stays = moves.iter().any(|row| row.problem.is_some());
    output.list(moves, ListContext::default())?;
    if output.is_table() {
        output::note(&said);
    }
    Ok(match stays {
        true => Exit::Partial,
        false => Exit::Done,
    })
}

async fn of_entry(
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    entry: &Entry,
    left: &mut Option<f64>,
) -> PlannedMove {
    let mut row = PlannedMove::of(entry);
    if let Err(failure) = fill_in(&mut row, mover, arguments, entry, left).await {
        row.problem = Some(failure.to_string());
    }
    row
}

async fn fill_in(
    row: &mut PlannedMove,
    mover: &Mover<'_>,
    arguments: &RerunArguments,
    entry: &Entry,
    left: &mut Option<f64>,
) -> Result<(), Failure> {
    let prepared = match candidate_of(mover, arguments, entry).await? {
        Candidate::MovedBefore { id, cost } => {
            row.moved_before = Some(id);
            row.price_high = cost;
            return Ok(());
        }
        Candidate::New { journal, prepared } => {
            // Examples of a whole account are not kept until it is carried out.
            journal.remove_files();
            prepared?
        }
    };
    if let Price::Range { low, high, .. } = prepared.plan.price {
        (row.price_low, row.price_high) = (Some(low), Some(high));
    }
    row.dropped = prepared.plan.dropped().map(str::to_owned).collect();
    let (plan, _) = planned(*prepared)?;
    if let Some(before) = *left {
        let high = within(mover, &plan.price, before.max(0.0))?;
        *left = Some(before - high.unwrap_or(0.0));
    }
    Ok(())
}

fn summary(moves: &[PlannedMove]) -> String {
    let of = |outcome: &str| moves.iter().filter(|row| row.outcome() == outcome).count();
    let moving = || moves.iter().filter(|row| row.outcome() == "moves");
    let sum = |price: fn(&PlannedMove) -> Option<f64>| moving().filter_map(price).sum::<f64>();
    let unknown = moving().filter(|row| row.price_high.is_none()).count();
    let mut text = format!("{} of {} jobs would be moved", of("moves"), moves.len());
    if unknown < of("moves") {
        let (low, high) = (sum(|row| row.price_low), sum(|row| row.price_high));
        text.push_str(&format!(", for {low:.2} to {high:.2} USD"));
    }
    text.push_str(match (unknown, unknown < of("moves")) {
        (0, _) => "",
        (_, true) => " without those whose price is not known before the upload",
        (_, false) => "; the price is not known before the upload",
    });
    text.push('.');
    for (outcome, what) in [("was moved", "were moved before"), ("stays", "would stay")] {
        match of(outcome) {
            0 => {}
            n => text.push_str(&format!(" {n} {what}.")),
        }
    }
    text.push_str(" Nothing was sent.");
    text
}
