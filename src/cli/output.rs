//! Text on the standard output and messages on stderr. A reader that goes away, as `head` does, misses the rest of it; the
//! exit code still tells what was done.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write as _};

use serde::Serialize;

use super::log::MESSAGES;
use crate::app::AppError;
use crate::vocabulary::causes::with_causes;

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

/// What a message is to whoever reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageKind {
    /// What was done, or will be.
    Report,
    /// What the reader may want to know.
    Note,
    /// How to go on after an error.
    Hint,
    /// Something went wrong, and takes nothing from what was done.
    Warning,
    Error,
}

impl MessageKind {
    /// What a person sees before the message.
    const fn word(self) -> &'static str {
        match self {
            Self::Report => "",
            Self::Note => "note",
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Tells people, and whoever reads the log, what was done.
pub(super) fn tell(message: Arguments<'_>) {
    tell_as(MessageKind::Report, message);
}

/// Tells a message of some kind.
pub(super) fn tell_as(kind: MessageKind, message: Arguments<'_>) {
    tell_about(None, kind, message);
}

/// Tells a message about one of several runs. People see its name before the message; the log has it in each line of the run.
pub(super) fn tell_about(about: Option<&str>, kind: MessageKind, message: Arguments<'_>) {
    let word = kind.word();
    match kind {
        MessageKind::Report | MessageKind::Note | MessageKind::Hint => {
            tracing::info!(target: MESSAGES, about, kind = word, "{message}");
        }
        MessageKind::Warning => tracing::warn!(target: MESSAGES, about, kind = word, "{message}"),
        MessageKind::Error => tracing::error!(target: MESSAGES, about, kind = word, "{message}"),
    }
}

/// Tells why a command failed and how to go on, and gives its exit code.
pub(super) fn tell_failure(error: &AppError) -> u8 {
    tell_as(MessageKind::Error, format_args!("{}", with_causes(error)));
    if let Some(hint) = error.hint() {
        tell_as(MessageKind::Hint, format_args!("{hint}"));
    }
    error.exit_code()
}
