//! What the shell knows of the program: completions, and a manual with a page for each command. Both follow from the command line
//! itself.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Cli;
use super::output::{print, print_line};
use crate::app::AppError;
use crate::files::write_atomically;

/// Prints what a shell completes commands and options by.
pub(super) fn print_completions(shell: Shell) -> Result<(), AppError> {
    let mut script = Vec::new();
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(format_args!("{}", String::from_utf8_lossy(&script)))
}

/// Writes a manual page for the program and for each command, and prints their paths.
pub(super) fn write_manual(folder: &Path) -> Result<(), AppError> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    write_pages(&command, folder)
}

fn write_pages(command: &Command, folder: &Path) -> Result<(), AppError> {
    let version = format!("leds-metrics {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(version).manual("leds-metrics");
    let path = folder.join(man.get_filename());
    let wrong = |path: &PathBuf, source| AppError::Write { path: path.as_path().into(), source };
    let mut page = Vec::new();
    man.render(&mut page).and_then(|()| write_atomically(&path, &page)).map_err(|source| wrong(&path, source))?;
    print_line(format_args!("{}", path.display()))?;
    command.get_subcommands().try_for_each(|inner| write_pages(inner, folder))
}
