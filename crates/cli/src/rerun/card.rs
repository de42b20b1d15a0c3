//! A plan as text for the terminal.

use unitune_datasets::models::{Proposal, Reason};

use super::plan::{FilePlan, Line, Outcome, Plan};
use crate::output::{Terminal, card, plain};

impl Plan {
    /// Returns what the move does, as a card, with what it costs.
    pub fn card(&self, price: &str, terminal: &Terminal) -> String {
        let mut lines = vec![
            (
                "Job",
                format!(
                    "{} of {}, which trained {}",
                    self.job, self.source.account, self.was
                ),
            ),
            ("Moves to", self.target.account.clone()),
            ("Method", self.method.to_string()),
            (
                "Model",
                self.model
                    .clone()
                    .unwrap_or_else(|| "none is chosen".to_owned()),
            ),
        ];
        if self.model.is_none() {
            lines.push(("Proposals", self.proposal_lines().join("\n")));
        }
        for (title, outcome) in [
            ("Set by you", Outcome::Set),
            ("Carried", Outcome::Exact),
            ("Translated", Outcome::Translated),
            ("Dropped", Outcome::Dropped),
        ] {
            let of_outcome = self.settings.iter().filter(|line| line.outcome == outcome);
            let shown: Vec<String> = of_outcome.map(setting).collect();
            lines.push((title, shown.join("\n")));
        }
        lines.push(("Defaults there", self.defaults.join("\n")));
        for file in &self.files {
            let title = match file.role {
                "training" => "Training file",
                _ => "Validation file",
            };
            lines.push((title, examples(file)));
        }
        lines.push(("Note", self.cautions.join("\n")));
        lines.push((
            "Data goes to",
            format!("{}; its terms: {}", self.goes_to, self.terms),
        ));
        lines.push(("Price", price.to_owned()));
        let problems: Vec<String> = self
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.message, problem.help))
            .collect();
        lines.push(("Impossible", problems.join("\n")));
        let lines = lines.into_iter().map(|(title, text)| {
            let text: Vec<String> = text.lines().map(plain).collect();
            (title, text.join("\n"))
        });
        card(lines, terminal)
    }

    /// Returns a line for each proposed model.
    pub fn proposal_lines(&self) -> Vec<String> {
        self.proposals.iter().map(proposal).collect()
    }
}

fn proposal(proposal: &Proposal) -> String {
    let why = match proposal.reason {
        Reason::SameModel => "the same model",
        Reason::Successor => "can take its place",
        _ => "of the same size",
    };
    let partial = match proposal.model.partial {
        true => ", its full name is in the vendor's list",
        false => "",
    };
    format!(
        "{} ({why}{partial}; {})",
        proposal.model.id, proposal.source
    )
}

fn setting(line: &Line) -> String {
    if line.outcome == Outcome::Set {
        return line.becomes.clone();
    }
    let value = match line.value.is_empty() {
        true => line.name.clone(),
        false => format!("{}={}", line.name, line.value),
    };
    let becomes = match line.becomes.is_empty() || line.becomes == value {
        true => String::new(),
        false => format!(" becomes {}", line.becomes),
    };
    let rule = match line.rule.is_empty() {
        true => String::new(),
        false => format!(": {}", line.rule),
    };
    format!("{value}{becomes}{rule}")
}

fn examples(file: &FilePlan) -> String {
    let Some(examples) = file.examples else {
        return format!("{}: not read yet", file.id);
    };
    let tokens = file
        .tokens
        .map_or_else(String::new, |n| format!(", about {n} tokens"));
    let mut lines = vec![format!("{}: {examples} examples{tokens}", file.id)];
    for alteration in &file.alterations {
        let sort = if alteration.changes_training {
            "lost"
        } else {
            "rewritten"
        };
        let first = alteration.lines.first().copied().unwrap_or_default();
        let (count, what) = (alteration.examples, alteration.description);
        lines.push(format!(
            "{sort} in {count} examples, from line {first}: {what}"
        ));
    }
    if file.alterations.is_empty() {
        lines.push("carried as it is".to_owned());
    }
    if file.warnings > 0 {
        lines.push(format!(
            "{} warnings: see unitune files check",
            file.warnings
        ));
    }
    lines.join("\n")
}
