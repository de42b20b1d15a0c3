//! `unitune man`

use std::io::Write;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::args::{Arguments, ManArguments};
use crate::exit::{Exit, Failure};
use crate::output;

pub fn run(arguments: &ManArguments) -> Result<Exit, Failure> {
    let mut command = Arguments::command();
    command.build();
    let Some(folder) = &arguments.folder else {
        let page = page(&command)?;
        std::io::stdout().lock().write_all(&page)?;
        return Ok(Exit::Done);
    };
    std::fs::create_dir_all(folder).map_err(|e| output::cannot_write(folder, &e))?;
    let mut count = 0;
    write(&command, folder, &mut count)?;
    output::note(&format!("{count} pages in {}", folder.display()));
    Ok(Exit::Done)
}

fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

/// Writes the page of a command, and those of the commands in it.
fn write(command: &Command, folder: &Path, count: &mut usize) -> Result<(), Failure> {
    // Built commands know their place: `unitune-jobs-list`.
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let path = folder.join(format!("{name}.1"));
    let page = page(command)?;
    output::write_file(&path, &page, output::Access::AsNew)?;
    *count += 1;
    let others = command.get_subcommands();
    for other in others.filter(|other| other.get_name() != "help") {
        write(other, folder, count)?;
    }
    Ok(())
}
