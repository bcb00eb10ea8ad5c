//! What the service answers over HTTP, to programs of the same computer: whether it lives, whether it is ready, and its numbers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use super::metrics::{METRICS_TYPE, metrics_text};
use crate::app::due::DueRuns;
use crate::app::pulse::{LoopState, Pulse, SILENT_AFTER};
use crate::app::vitals::LedgerWatch;
use crate::app::{AppError, UsageError};

/// What answers are made of.
#[derive(Clone)]
struct Answers {
    pulse: Arc<Pulse>,
    ledger: Arc<LedgerWatch>,
}

/// An address of this computer alone.
pub(super) fn parse_own_address(text: &str) -> Result<SocketAddr, String> {
    let Ok(address) = text.parse::<SocketAddr>() else {
        return Err(format!("“{text}” is no address; write numbers and a port, such as 127.0.0.1:9464 or [::1]:9464"));
    };
    if address.ip().to_canonical().is_loopback() {
        return Ok(address);
    }
    Err(format!(
        "other computers can reach {}, and the service asks nobody who they are; name an address of this computer alone, \
         such as 127.0.0.1:9464, and let a web server that knows its users pass requests on",
        address.ip()
    ))
}

/// Answers at an address from now on, for as long as the program lives. Gives the address back: a port 0 stands for any that is
/// free.
///
/// # Errors
/// An address that another program has, or that this computer does not have.
pub(super) async fn answer_at(address: SocketAddr, runs: &DueRuns<'_>) -> Result<SocketAddr, AppError> {
    let wrong = |source| UsageError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(wrong)?;
    let address = listener.local_addr().map_err(wrong)?;
    let answers = Answers { pulse: Arc::clone(runs.pulse()), ledger: Arc::new(LedgerWatch::of(runs)) };
    let router = Router::new()
        .route("/live", get(|State(answers): State<Answers>| async move { answers.live() }))
        .route("/ready", get(|State(answers): State<Answers>| async move { answers.ready().await }))
        .route("/metrics", get(|State(answers): State<Answers>| async move { answers.metrics().await }))
        .with_state(answers);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

impl Answers {
    /// Whether the loop turns.
    fn live(&self) -> Response {
        match self.pulse.state(Instant::now()) {
            LoopState::Turns(since) => said(StatusCode::OK, &format!("looked at the clock {} ago", seconds(since))),
            LoopState::AtWork { run, duration } => {
                said(StatusCode::OK, &format!("at work on {run} for {}", seconds(duration)))
            }
            LoopState::Silent(since) => {
                let most = seconds(SILENT_AFTER);
                let words = format!("has not looked at the clock for {}; {most} are too long", seconds(since));
                said(StatusCode::SERVICE_UNAVAILABLE, &words)
            }
        }
    }

    /// Whether the ledger can be read, and whether the loop could do what was due.
    async fn ready(&self) -> Response {
        let trouble = match self.ledger.look().await {
            Ok(_) => self.pulse.trouble(),
            Err(error) => Some(error.to_string()),
        };
        match trouble {
            None => said(StatusCode::OK, "the ledger can be read"),
            Some(words) => said(StatusCode::SERVICE_UNAVAILABLE, &words),
        }
    }

    async fn metrics(&self) -> Response {
        let seen = self.ledger.look().await.ok();
        match metrics_text(seen.as_deref(), &self.pulse.state(Instant::now())) {
            Ok(text) => ([(CONTENT_TYPE, METRICS_TYPE)], text).into_response(),
            Err(_) => said(StatusCode::INTERNAL_SERVER_ERROR, "the numbers could not be written down"),
        }
    }
}

/// An answer in one line.
fn said(status: StatusCode, words: &str) -> Response {
    (status, format!("{words}\n")).into_response()
}

fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        1 => "1 second".to_owned(),
        more => format!("{more} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_computer_are_answered_at() {
        for own in ["127.0.0.1:9464", "127.8.0.1:0", "[::1]:9464", "[::ffff:127.0.0.1]:9464"] {
            assert!(parse_own_address(own).is_ok(), "{own}");
        }
        for other in ["0.0.0.0:9464", "192.168.1.4:9464", "[::]:9464", "[2001:db8::1]:9464"] {
            let message = parse_own_address(other).unwrap_err();
            assert!(message.starts_with("other computers can reach "), "{other}: {message}");
        }
        for wrong in ["9464", "localhost:9464", "127.0.0.1", ""] {
            assert!(parse_own_address(wrong).unwrap_err().contains("is no address"), "{wrong}");
        }
    }
}
