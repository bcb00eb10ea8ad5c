//! Sends a letter to the address of the settings. Whatever becomes of it, the run stands. No error names more of the address than
//! its host.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use tokio::time::{sleep, timeout};

use crate::settings::{NotifySection, WebhookAddress};
use crate::vocabulary::causes::with_causes;

/// So often a letter is sent, where the address may take it later. With the pauses between them they take a quarter of a minute.
const MOST_TRIES: u32 = 6;

/// The pause after the first try. Each one after it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Sends a letter to the address of the settings, if there is one, and says what went wrong.
pub(super) async fn send(notify: &NotifySection, letter: &[u8]) -> Result<(), WebhookError> {
    let address = &notify.webhook;
    if !address.is_given() {
        return Ok(());
    }
    let seconds = notify.timeout_seconds;
    let mut last = None;
    match timeout(Duration::from_secs(seconds.into()), send_until_taken(address, letter, &mut last)).await {
        Ok(sent) => sent,
        // What the address said before the time was over says more.
        Err(_) => Err(last.unwrap_or_else(|| WebhookError::TooLong { place: address.place().to_owned(), seconds })),
    }
}

/// Sends again what may be taken later. `last` is what went wrong with the last try.
async fn send_until_taken(
    address: &WebhookAddress,
    letter: &[u8],
    last: &mut Option<WebhookError>,
) -> Result<(), WebhookError> {
    let client = client_for(address)?;
    let mut pause = FIRST_PAUSE;
    for _ in 1..MOST_TRIES {
        match post(&client, address, letter).await {
            Err(error) if error.may_pass() => {
                let milliseconds = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                tracing::warn!(pause_milliseconds = milliseconds, "{}; it is sent again", with_causes(&error));
                *last = Some(error);
            }
            done => return done,
        }
        sleep(pause).await;
        pause *= 2;
    }
    post(&client, address, letter).await
}

/// A letter goes where the settings say and nowhere else: an answer that leads elsewhere is not followed, and what is for this
/// computer does not leave it by a proxy.
fn client_for(address: &WebhookAddress) -> Result<Client, WebhookError> {
    let version = concat!("leds-metrics/", env!("CARGO_PKG_VERSION"));
    let builder = Client::builder().user_agent(version).redirect(Policy::none());
    let builder = if address.is_own_computer() { builder.no_proxy() } else { builder };
    let wrong =
        |error: reqwest::Error| WebhookError::Client { place: address.place().to_owned(), source: error.without_url() };
    builder.build().map_err(wrong)
}

async fn post(client: &Client, address: &WebhookAddress, letter: &[u8]) -> Result<(), WebhookError> {
    let request = client.post(address.secret()).header(CONTENT_TYPE, "application/json").body(letter.to_owned());
    let place = || address.place().to_owned();
    let wrong = |error: reqwest::Error| WebhookError::Sending { place: place(), source: error.without_url() };
    let status = request.send().await.map_err(wrong)?.status();
    if status.is_success() { Ok(()) } else { Err(WebhookError::Refused { place: place(), status }) }
}

/// What went wrong with the address. Nothing of the run is lost.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("notify.webhook: nothing can be sent to {place}")]
    Client {
        place: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("notify.webhook: the letter could not be sent to {place}")]
    Sending {
        place: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("notify.webhook: {place} answered {status}")]
    Refused { place: String, status: StatusCode },
    #[error("notify.webhook: {place} did not answer within {seconds} seconds")]
    TooLong { place: String, seconds: u32 },
}

impl WebhookError {
    /// Whether the same letter may be taken a moment later.
    fn may_pass(&self) -> bool {
        match self {
            Self::Sending { source, .. } => source.is_connect(),
            Self::Refused { status, .. } => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            Self::Client { .. } | Self::TooLong { .. } => false,
        }
    }
}
