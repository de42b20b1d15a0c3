//! `unitune files convert`

use unitune_datasets::{Convert, FileRole, Level, OnUnsupported, vendors};

use super::check::list;
use crate::args::files::ConvertArguments;
use crate::exit::{Exit, Failure};
use crate::output::{self, Output, bytes};
use crate::training_files;

pub async fn run(arguments: ConvertArguments) -> Result<Exit, Failure> {
    let printed = Output::new(&arguments.output);
    printed.without_columns()?;
    let method = arguments.method.into();
    let to = &arguments.to;
    if to.exists() && !arguments.force && !arguments.dry_run {
        let what = format!("{} is there already: replace it with --force", to.display());
        return Err(Failure::new(Exit::Usage, what));
    }
    // Which vendors there are, is said below.
    if let Ok(rules) = vendors::find(&arguments.vendor)
        && arguments.byte_order_mark
        && rules.byte_order_mark == Some(Level::Error)
    {
        let what = format!(
            "{} takes no byte order mark: leave out --byte-order-mark",
            rules.title
        );
        return Err(Failure::new(Exit::Usage, what));
    }
    let convert = Convert::new(&arguments.vendor, method)?
        .role(match arguments.validation {
            true => FileRole::Validation,
            false => FileRole::Training,
        })
        .on_unsupported(match arguments.skip_unsupported {
            true => OnUnsupported::Skip,
            false => OnUnsupported::Fail,
        })
        .byte_order_mark(arguments.byte_order_mark)
        .overwrite(arguments.force);
    let target = match arguments.dry_run {
        true => None,
        false => Some(output::to_replace(to)?),
    };
    let mode = target.as_deref().map(output::Mode::of);
    let report = training_files::convert(convert, &arguments.from, target.as_deref()).await?;
    if let (true, Some(path), Some(mode)) = (report.is_written, &target, mode) {
        mode.give_to(path)?;
    }
    printed.value(&report, || {
        let mut text = String::new();
        for alteration in &report.alterations {
            let lines: Vec<String> = alteration.lines.iter().map(u64::to_string).collect();
            let more = if alteration.examples > lines.len() as u64 {
                ", …"
            } else {
                ""
            };
            text.push_str(&format!(
                "changed: {} ({} examples, lines {}{more})\n",
                alteration.description,
                alteration.examples,
                lines.join(", ")
            ));
        }
        text.push_str(&list("unsupported", &report.target.errors));
        let (count, size) = (report.written, bytes(report.bytes_written));
        let to = to.display();
        text.push_str(&match (report.is_written, arguments.dry_run) {
            (true, _) => format!("{to}: {count} examples, {size}"),
            (false, true) => format!("{to} would have {count} examples; nothing was written"),
            (false, false) => "Nothing was written.".to_owned(),
        });
        if report.is_lossless() {
            text.push_str("; nothing is lost");
        }
        text
    })?;
    let is_done = match arguments.dry_run {
        true => report.is_possible() || arguments.skip_unsupported,
        false => report.is_written,
    };
    Ok(if is_done { Exit::Done } else { Exit::Failure })
}
