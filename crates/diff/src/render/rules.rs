//! Renders the rules: one of them, or all as `docs/diff-rules.md`.

use crate::level::Level;
use crate::rule::{Mirror, Rule};
use crate::rules::GROUPS;
use std::fmt::Write as _;

fn level_name(level: Option<Level>) -> &'static str {
    level.map_or("–", Level::as_str)
}

/// Returns what a rule means and what to do.
#[must_use]
pub fn explain(rule: &Rule) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}\n", rule.id);
    let _ = writeln!(out, "sent:     {}", level_name(rule.sent));
    let _ = writeln!(out, "received: {}", level_name(rule.received));
    let _ = writeln!(out, "message:  {}\n", rule.sentence);
    let _ = writeln!(out, "{}\n", rule.means);
    let _ = writeln!(out, "What to do: {}\n", rule.act);
    match rule.mirror {
        Mirror::Swaps(id) => {
            let _ = writeln!(
                out,
                "The opposite change is {id}, with the levels exchanged."
            );
        }
        Mirror::Waived(id, why) => {
            let _ = writeln!(
                out,
                "The opposite change is {id}. The levels are not exchanged: {why}."
            );
        }
    }
    out
}

/// Returns all rules as Markdown.
#[must_use]
pub fn rules() -> String {
    let mut out = String::from(
        "# Rules of the schema diff\n\n\
         Written from the table in `crates/diff/src/rules/` by `cargo xtask diff --rules`; a test keeps it fresh.\n\n\
         *Sent* means requests, *received* responses. The mirror is the rule of the \
         change that undoes a change; if the levels of the two directions are not exchanged, the reason is beside it.\n",
    );
    for group in GROUPS {
        let _ = writeln!(out, "\n## {}\n", group.title);
        let _ = writeln!(
            out,
            "| rule | sent | received | what it means | what to do | mirror |"
        );
        let _ = writeln!(out, "| --- | --- | --- | --- | --- | --- |");
        for rule in group.rules {
            let mirror = match rule.mirror {
                Mirror::Swaps(id) => format!("`{id}`"),
                Mirror::Waived(id, why) => format!("`{id}`: {why}"),
            };
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} | {} | {mirror} |",
                rule.id,
                level_name(rule.sent),
                level_name(rule.received),
                rule.means,
                rule.act
            );
        }
    }
    out
}
