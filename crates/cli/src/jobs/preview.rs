//! `unitune jobs preview`

use serde_json::json;
use unitune::providers::Operation;
use unitune::unify::{DatasetPreview, PreviewExample};

use super::create::{Files, PlannedJob, Source};
use crate::accounts::Accounts;
use crate::args::jobs::PreviewArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Output, card, cut, plain};

/// How much of an example is shown to people, in columns.
const SHOWN: usize = 600;

pub async fn run(arguments: PreviewArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    let source = Source::read(arguments.request.as_deref())?;
    let accounts = Accounts::of(&arguments.source).await?;
    let output = output.at(accounts.now());
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
    planned_job
        .have_files(providers, Operation::Preview, &files)
        .await?;
    let examples = arguments.examples.map(|count| count as usize);
    let preview = providers.preview(&planned_job.draft(), examples).await?;
    let mut document = json!(preview);
    document["account"] = json!(planned_job.account);
    document["training_file"] = json!(planned_job.training_id());
    output.value(&document, || {
        let is_cut = preview
            .examples
            .iter()
            .any(|e| text(e).chars().count() > SHOWN);
        let card = card(lines(&planned_job.account, &preview), &output.view.terminal);
        match is_cut {
            true => format!("{card}\nLong examples are cut here; --json has all of them"),
            false => card,
        }
    })?;
    if !planned_job.uploads.is_empty() && output.is_table() {
        output::note(&format!("Nothing was started{}", planned_job.stays()));
    }
    Ok(Exit::Done)
}

fn lines(account: &str, preview: &DatasetPreview) -> Vec<(String, String)> {
    let longest = preview.max_sequence_length;
    let trained = preview.trains_on_inputs.map(|inputs| match inputs {
        true => "prompts and answers",
        false => "answers",
    });
    let facts = [
        ("Model", plain(&preview.model)),
        ("Account", plain(account)),
        (
            "Format",
            plain(preview.format.as_deref().unwrap_or_default()),
        ),
        ("Trains on", trained.unwrap_or_default().to_owned()),
        (
            "Longest",
            longest.map_or_else(String::new, |tokens| format!("{tokens} tokens")),
        ),
    ];
    let facts = facts
        .into_iter()
        .map(|(title, text)| (title.to_owned(), text));
    let examples = preview.examples.iter().enumerate().map(|(n, example)| {
        let is_truncated = match example.is_truncated {
            true => ", its end is cut off",
            false => "",
        };
        let count = example.tokens.len();
        let trained = example.trained_count();
        let text = cut(&text(example), SHOWN);
        (
            format!("Example {}", n + 1),
            format!("{count} tokens, {trained} trained on{is_truncated}\n{text}"),
        )
    });
    facts.chain(examples).collect()
}

/// Returns the tokens with a dot between them, and what is trained on in brackets.
fn text(example: &PreviewExample) -> String {
    let mut text = String::new();
    let is_trained = |index: usize| example.trained.iter().any(|range| range.contains(&index));
    for (index, token) in example.tokens.iter().enumerate() {
        let (before, now) = (index > 0 && is_trained(index - 1), is_trained(index));
        match (before, now) {
            (true, false) => text.push_str("] "),
            (false, true) if index > 0 => text.push_str(" ["),
            (false, true) => text.push('['),
            _ if index > 0 => text.push('·'),
            _ => {}
        }
        text.push_str(&plain(&token.replace('\n', "\\n").replace('\t', "\\t")));
    }
    if !example.tokens.is_empty() && is_trained(example.tokens.len() - 1) {
        text.push(']');
    }
    text
}

/// Returns a line about the first examples.
pub fn summary(preview: &DatasetPreview) -> String {
    let examples = &preview.examples;
    let span = |count: &dyn Fn(&PreviewExample) -> usize| {
        let (least, most) = (
            examples.iter().map(count).min().unwrap_or(0),
            examples.iter().map(count).max().unwrap_or(0),
        );
        match least == most {
            true => format!("{least}"),
            false => format!("{least} to {most}"),
        }
    };
    let tokens = span(&|example| example.tokens.len());
    let trained = span(&PreviewExample::trained_count);
    let cut = examples.iter().filter(|e| e.is_truncated).count();
    let cut = match cut {
        0 => String::new(),
        cut => format!("; {cut} of them too long, and cut off"),
    };
    let first = match examples.len() {
        1 => "the first example has".to_owned(),
        count => format!("each of the first {count} examples has"),
    };
    format!("{first} {tokens} tokens, {trained} of them trained on{cut}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(tokens: &[&str], trained: std::ops::Range<usize>) -> PreviewExample {
        let tokens = tokens.iter().map(|token| (*token).to_owned()).collect();
        PreviewExample::new(tokens, Some(trained))
    }

    #[test]
    fn what_is_trained_on_is_in_brackets() {
        for (tokens, trained, expected) in [
            (&["a", "b", "c"][..], 1..2, "a [b] c"),
            (&["a", "b", "c"], 0..3, "[a·b·c]"),
            (&["a", "b"], 1..9, "a [b]"),
            (&["a\n", "\u{1b}[1m"], 0..0, "a\\n·\u{fffd}[1m"),
            (&[], 0..1, ""),
        ] {
            assert_eq!(text(&example(tokens, trained)), expected);
        }
    }

    #[test]
    fn a_line_about_all_examples() {
        let mut long = example(&["a", "b", "c"], 1..3);
        long.is_truncated = true;
        let short = example(&["a", "b"], 1..2);
        let preview = DatasetPreview::new("m", vec![short.clone(), long]);
        assert_eq!(
            summary(&preview),
            "each of the first 2 examples has 2 to 3 tokens, 1 to 2 of them trained on; 1 of them too \
             long, and cut off"
        );
        assert_eq!(
            summary(&DatasetPreview::new("m", vec![short])),
            "the first example has 2 tokens, 1 of them trained on"
        );
    }
}
