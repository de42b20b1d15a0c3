//! `unitune files check`

use std::path::Path;

use serde_json::json;
use unitune_datasets::{Check, vendors as rules};
use unitune_datasets::{CheckReport, FileRole, Findings, Overlap, SameLines, TokenBasis};

use crate::accounts::Accounts;
use crate::args::files::CheckArguments;
use crate::exit::{Exit, Failure};
use crate::output::{Output, bytes, card, plain};
use crate::training_files;

/// How many pairs of lines are named.
const SHOWN_PAIRS: usize = 3;

pub async fn run(arguments: CheckArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.without_columns()?;
    let vendor = match (&arguments.vendor, &arguments.on) {
        (Some(vendor), _) => vendor.clone(),
        (None, on) => {
            let accounts = Accounts::of(&arguments.source).await?;
            let account = accounts.providers().named_or_default(on.as_deref());
            let account = account.map_err(|error| Failure::unclear(error, "--on ACCOUNT"))?;
            account.vendor().to_string()
        }
    };
    let training = arguments
        .files
        .iter()
        .map(|path| (path, FileRole::Training));
    let validation = arguments
        .validation
        .iter()
        .map(|path| (path, FileRole::Validation));
    let mut reports: Vec<(&Path, CheckReport)> = Vec::new();
    for (path, role) in training.chain(validation) {
        let report = training_files::run(check(&arguments, &vendor, role)?, path).await?;
        reports.push((path, report));
    }
    let overlaps = overlaps(&reports);
    let is_good = reports.iter().all(|(_, report)| report.is_good());
    let documents: Vec<_> = reports
        .iter()
        .map(|(path, report)| {
            let mut document = json!(report);
            document["file"] = json!(path);
            document["is_good"] = report.is_good().into();
            document
        })
        .collect();
    let overlapping: Vec<_> = overlaps
        .iter()
        .map(|(path, overlap)| json!({"training": path, "overlap": overlap}))
        .collect();
    let document = json!({"files": documents, "overlaps": overlapping});
    output.value(&document, || {
        let cards = reports.iter().map(|(path, report)| {
            let overlap = overlaps.iter().find(|(training, _)| training == path);
            let overlap = overlap.map(|(_, overlap)| overlap);
            shown(path, report, overlap, &output)
        });
        cards.collect::<Vec<_>>().join("\n")
    })?;
    Ok(if is_good { Exit::Done } else { Exit::Failure })
}

fn check(arguments: &CheckArguments, vendor: &str, role: FileRole) -> Result<Check, Failure> {
    let mut check = Check::new(vendor, arguments.method.into())?
        .role(role)
        .count_tokens(!arguments.no_tokens);
    if let Some(model) = &arguments.model {
        check = check.model(model);
    }
    if let Some(tokens) = arguments.max_tokens {
        check = check.max_tokens(tokens);
    }
    Ok(check)
}

/// Compares each training file with the validation file.
fn overlaps<'p>(reports: &[(&'p Path, CheckReport)]) -> Vec<(&'p Path, Overlap)> {
    let is_training = |report: &CheckReport| report.role == FileRole::Training;
    let validation = reports.iter().find(|(_, report)| !is_training(report));
    let Some((_, validation)) = validation else {
        return Vec::new();
    };
    let training = reports.iter().filter(|(_, report)| is_training(report));
    training
        .map(|(path, report)| (*path, validation.overlap(report)))
        .collect()
}

fn shown(path: &Path, report: &CheckReport, overlap: Option<&Overlap>, output: &Output) -> String {
    let title = rules::find(report.vendor).map_or(report.vendor, |rules| rules.title);
    let role = match report.role {
        FileRole::Training => "",
        FileRole::Validation => ", as validation",
    };
    let model = report
        .model
        .as_ref()
        .map(|model| format!(", {model}"))
        .unwrap_or_default();
    let tokens = &report.statistics.tokens;
    let basis = match report.token_basis {
        TokenBasis::Tokenizer { encoding } => format!("as {encoding} counts them"),
        TokenBasis::Estimate { encoding } => {
            format!("an estimate: the model's own tokenizer is not {encoding}")
        }
        _ => String::new(),
    };
    let tokens = match report.token_basis.is_counted() && tokens.count() > 0 {
        true => format!(
            "{} in all; an example has {} to {}, half of them up to {}; {basis}",
            tokens.total(),
            tokens.min(),
            tokens.max(),
            tokens.median()
        ),
        false => String::new(),
    };
    let limit = report
        .max_tokens
        .map(|limit| format!("{limit} tokens an example"));
    let duplicates = &report.duplicates;
    let lines = [
        ("File", plain(&path.display().to_string())),
        (
            "For",
            format!("{title}, {}{role}{}", report.method.as_str(), plain(&model)),
        ),
        (
            "Format",
            report
                .format
                .map_or_else(String::new, |format| format.to_string()),
        ),
        (
            "Content",
            format!("{} examples, {}", report.examples, bytes(report.bytes)),
        ),
        ("Tokens", tokens),
        ("Limit", limit.unwrap_or_default()),
        (
            "Duplicates",
            pairs(duplicates.count, &duplicates.listed, ""),
        ),
        (
            "Overlap",
            overlap.map_or_else(String::new, |overlap| {
                pairs(overlap.count, &overlap.listed, "of the training file ")
            }),
        ),
        ("Errors", report.errors.count.to_string()),
        ("Warnings", report.warnings.count.to_string()),
    ];
    let mut text = card(lines, &output.view.terminal);
    for (word, findings) in [("error", &report.errors), ("warning", &report.warnings)] {
        text.push_str(&list(word, findings));
    }
    text
}

fn pairs(count: u64, listed: &[SameLines], of: &str) -> String {
    if count == 0 {
        return String::new();
    }
    let named = listed.iter().take(SHOWN_PAIRS);
    let named: Vec<String> = named
        .map(|pair| {
            format!("line {} is line {} {of}", pair.line, pair.other)
                .trim_end()
                .to_owned()
        })
        .collect();
    let more = if count > named.len() as u64 {
        ", …"
    } else {
        ""
    };
    format!("{count} ({}{more})", named.join(", "))
}

/// What was found, a line each.
pub fn list(word: &str, findings: &Findings) -> String {
    let lines = findings.listed.iter();
    let mut text: String = lines
        .map(|finding| format!("{word}: {}\n", plain(&finding.to_string())))
        .collect();
    if findings.unlisted() > 0 {
        text.push_str(&format!("and {} more {word}s\n", findings.unlisted()));
    }
    text
}
