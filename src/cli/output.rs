//! Text on the standard output and messages on stderr. A reader that goes away, as `head` does, misses the rest of it; the
//! exit code still tells what was done.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write as _};

use serde::Serialize;

use crate::app::AppError;

/// Writes text to the standard output, at once.
pub(super) fn print(text: Arguments<'_>) -> Result<(), AppError> {
    let mut out = std::io::stdout().lock();
    match out.write_fmt(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(AppError::Output(error)),
        _ => Ok(()),
    }
}

/// Writes a line to the standard output.
pub(super) fn print_line(text: Arguments<'_>) -> Result<(), AppError> {
    print(format_args!("{text}\n"))
}

/// Writes a value as JSON to the standard output.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), AppError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| AppError::Output(error.into()))?;
    print_line(format_args!("{text}"))
}

/// Writes a message to stderr. Where nobody reads it any more there is nobody to be told.
pub(super) fn tell(message: Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{message}");
}
