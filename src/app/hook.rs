//! The command that is called after each run. Whatever becomes of it, the run stands.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::settings::NotifySection;

/// How often a command is looked at that has not ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Calls the command of the settings with a letter on its standard input, and says what went wrong.
pub(super) fn call(notify: &NotifySection, letter: &[u8]) -> Result<(), HookError> {
    let Some((program, arguments)) = notify.command.split_first() else { return Ok(()) };
    let wrong = |source| HookError::Start { program: program.clone(), source };
    let mut command = Command::new(program);
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(wrong)?;
    if let Some(mut input) = child.stdin.take() {
        let letter = letter.to_owned();
        // A command that does not read must not hold up the run.
        std::thread::spawn(move || input.write_all(&letter));
    }
    wait(&mut child, program, Duration::from_secs(notify.timeout_seconds.into()))
}

fn wait(child: &mut Child, program: &str, most: Duration) -> Result<(), HookError> {
    let begun = Instant::now();
    loop {
        let ended = child.try_wait().map_err(|source| HookError::Start { program: program.to_owned(), source })?;
        match ended {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(HookError::Failed { program: program.to_owned(), status: status.to_string() }),
            None if begun.elapsed() > most => {
                // A command that has ended meanwhile needs no end.
                let _ = child.kill();
                let _ = child.wait();
                return Err(HookError::TooLong { program: program.to_owned(), seconds: most.as_secs() });
            }
            None => sleep(LOOK_EVERY),
        }
    }
}

/// What went wrong with the command. Nothing of the run is lost.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    #[error("notify.command: {program} could not be started")]
    Start {
        program: String,
        #[source]
        source: std::io::Error,
    },
    #[error("notify.command: {program} ended with {status}")]
    Failed { program: String, status: String },
    #[error("notify.command: {program} took longer than {seconds} seconds and was ended")]
    TooLong { program: String, seconds: u64 },
}
