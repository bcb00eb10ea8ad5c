//! Ending before the work is done, because somebody asked for it.

use std::time::Duration;

use super::AppError;
use crate::vocabulary::stop::Stop;

/// A wish to end is noticed after that time at the latest.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Works until it is done, or somebody asks to end. What is dropped then cleans up behind itself: staging folders and the rows
/// that the engine has spilled.
///
/// # Errors
/// Those of the work, and [`AppError::Stopped`].
pub async fn unless_stopped<T>(stop: &Stop, work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    let done = tokio::select! {
        done = work => done,
        () = asked(stop) => Err(AppError::Stopped),
    };
    // Whatever the work met when it was asked to end is no trouble of its own.
    if stop.is_asked() && done.is_err() { Err(AppError::Stopped) } else { done }
}

/// Comes back once somebody has asked to end.
pub(super) async fn asked(stop: &Stop) {
    while !stop.is_asked() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
