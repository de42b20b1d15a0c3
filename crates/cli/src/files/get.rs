//! `unitune files get`

use unitune::unify::File;

use crate::accounts::Accounts;
use crate::args::files::GetArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, ListContext, Output, View, bytes, card, plain};

pub async fn run(arguments: GetArguments) -> Result<Exit, Failure> {
    let output = Output::new(&arguments.output);
    output.check::<File>()?;
    let accounts = Accounts::open(&arguments.accounts).await?;
    let output = output.at(accounts.now());
    let mut files = Vec::new();
    let mut exit = Exit::Done;
    for id in &arguments.ids {
        match accounts.providers().file(id).await {
            Ok(file) => files.push(file),
            Err(error) => exit = exit.report(error),
        }
    }
    if arguments.ids.len() == 1 {
        for file in files {
            output.record(file, |file| file_card(file, &output.view))?;
        }
    } else if output.shows_cards() {
        let cards: Vec<String> = files
            .iter()
            .map(|file| file_card(file, &output.view))
            .collect();
        output::text(&cards.join("\n"))?;
    } else {
        output.list(files, ListContext::default())?;
    }
    Ok(exit)
}

/// Returns what is known of a file, line by line.
pub fn file_card(file: &File, view: &View) -> String {
    let size = u64::try_from(file.bytes).map(bytes).unwrap_or_default();
    let exact = match file.bytes >= 1000 {
        true => format!("{size} ({} bytes)", file.bytes),
        false => size,
    };
    let extra = file.provider.extra.iter();
    let extra =
        extra.filter(|(_, value)| value.is_number() || value.is_string() || value.is_boolean());
    let extra: Vec<String> = extra
        .map(|(name, value)| match value.as_str() {
            Some(text) => format!("{name}={text}"),
            None => format!("{name}={value}"),
        })
        .collect();
    let lines = [
        ("File", plain(&file.id)),
        ("Name", plain(file.filename.as_deref().unwrap_or_default())),
        ("Status", plain(&file.status)),
        ("Size", exact),
        ("Purpose", plain(&file.purpose)),
        ("Account", plain(&file.provider.account)),
        ("Created", view.time_with_zone(file.created_at)),
        (
            "Expires",
            file.expires_at
                .map_or_else(String::new, |time| view.time_with_zone(time)),
        ),
        ("Also", plain(&extra.join(", "))),
    ];
    card(lines, &view.terminal)
}
