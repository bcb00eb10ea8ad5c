//! A run that the ledger knows of: that it began, that it is at work, and how it ended.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::{Instrument as _, Span};

use super::hook::{self, HookError};
use super::letter::Letter;
use super::lineage::EndedRun;
use super::publication::load_templates;
use super::run::run;
use super::stop::unless_stopped;
use super::{AppError, Context, RunOptions, RunOutcome, spans};
use crate::exit;
use crate::ledger::{Begun, Ended, Ledger, LedgerError, RunKey, RunNote, RunResult, SIGN_OF_LIFE_EVERY};
use crate::release::published::PublishedRecord;
use crate::render::RenderError;
use crate::render::html::render_letter;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::clock::Clock;
use crate::vocabulary::returns::Outstanding;

/// A run as it stands in the ledger.
pub(super) struct Record<'r> {
    pub(super) options: &'r RunOptions,
    pub(super) ledger: &'r Ledger,
    pub(super) clock: &'r Arc<dyn Clock>,
    pub(super) key: RunKey,
    pub(super) attempt: u32,
    pub(super) begun_at: DateTime<Utc>,
}

impl Record<'_> {
    /// Begins the attempt. False where another program has begun it.
    pub(super) async fn begin(&self, due_at: Option<DateTime<Utc>>) -> Result<bool, AppError> {
        let begun = Begun {
            at: self.begun_at,
            due_at,
            public: self.options.public,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            process: std::process::id().to_string(),
        };
        Ok(self.ledger.begin(&self.key, self.attempt, &begun).await?)
    }

    /// Runs, and says meanwhile that it is at work.
    pub(super) async fn run(&self, context: &Context) -> Result<RunOutcome, AppError> {
        tracing::info!("the run begins");
        let signs = tokio::spawn(give_signs_of_life(
            self.ledger.clone(),
            self.key.clone(),
            self.attempt,
            Arc::clone(self.clock),
        ));
        let outcome = unless_stopped(&context.stop, Box::pin(run(context, self.options))).await;
        signs.abort();
        outcome
    }

    /// Writes down how it ended, and tells the operators. `again_at` is when the schedule tries again by itself. The run stands
    /// as it is whatever becomes of this; the answer is everything that went wrong.
    pub(super) async fn end(
        &self,
        context: &Context,
        outcome: &Result<RunOutcome, AppError>,
        again_at: Option<DateTime<Utc>>,
    ) -> Vec<AfterRunError> {
        let ended = match outcome {
            Ok(outcome) => self.ended_well(outcome),
            Err(error) => Ended { again_at, ..self.ended_badly(error) },
        };
        let (result, release) = (ended.result.as_str(), ended.release.as_deref());
        tracing::info!(result, release, exit_code = ended.exit_code, refused = ended.refused, "the run has ended");
        let letter = Letter::of(&self.key, &ended, outcome);
        let written = self.ledger.end(&self.key, self.attempt, &ended).await.map_err(AfterRunError::from);
        let kept = self.keep_letter(context, &letter).await;
        let lineage = self.keep_lineage(&ended, outcome.as_ref().ok()).await;
        let mut troubles: Vec<AfterRunError> =
            written.err().into_iter().chain(kept.err()).chain(lineage.err()).collect();
        // A letter that cannot be written down could not be kept either, for the same reason.
        if let Ok(json) = json_of(&letter) {
            troubles.extend(send_letter(context, &json).await);
        }
        troubles
    }

    /// Puts what catalogues of data are told of a run beside its events.
    async fn keep_lineage(&self, ended: &Ended, outcome: Option<&RunOutcome>) -> Result<(), AfterRunError> {
        // A record that cannot be read is told where the release is read.
        let record = outcome.and_then(|outcome| PublishedRecord::of(&outcome.release).ok());
        let RunOptions { source, out, .. } = self.options;
        let (key, attempt, begun_at) = (&self.key, self.attempt, self.begun_at);
        let run = EndedRun { key, attempt, begun_at, ended, source, out, record };
        let text = serde_json::to_vec_pretty(&run.events()).map_err(AfterRunError::Lineage)?;
        Ok(self.ledger.put_note(key, attempt, RunNote::Lineage, text).await?)
    }

    /// Puts a letter beside the events of its run, in each of its forms.
    async fn keep_letter(&self, context: &Context, letter: &Letter) -> Result<(), AfterRunError> {
        let (key, attempt) = (&self.key, self.attempt);
        self.ledger.put_note(key, attempt, RunNote::LetterText, letter.text().into_bytes()).await?;
        self.ledger.put_note(key, attempt, RunNote::LetterData, json_of(letter)?).await?;
        let html = render_letter(&load_templates(&context.definitions)?, letter)?;
        Ok(self.ledger.put_note(key, attempt, RunNote::LetterPage, html.into_bytes()).await?)
    }

    fn ended_well(&self, outcome: &RunOutcome) -> Ended {
        let result = if outcome.published { RunResult::Published } else { RunResult::Unchanged };
        let exit_code = if outcome.has_gaps() { exit::GAPS } else { exit::OK };
        Ended {
            release: Some(format!("{}/{}", self.key.period, outcome.release.name().unwrap_or_default())),
            refused: outcome.refused,
            outstanding: codes_of(&outcome.outstanding),
            ..Ended::new(self.clock.now(), result, exit_code)
        }
    }

    fn ended_badly(&self, error: &AppError) -> Ended {
        let result = match error {
            AppError::ReturnsOutstanding { .. } => RunResult::Waiting,
            AppError::Stopped => RunResult::Stopped,
            _ => RunResult::Failed,
        };
        let outstanding = match error {
            AppError::ReturnsOutstanding { outstanding, .. } => codes_of(outstanding),
            _ => Vec::new(),
        };
        let message = Some(with_causes(error));
        Ended { message, outstanding, ..Ended::new(self.clock.now(), result, error.exit_code()) }
    }
}

/// Organisations from which something is outstanding.
fn codes_of(outstanding: &Outstanding) -> Vec<String> {
    outstanding.by_organisation.keys().map(ToString::to_string).collect()
}

fn json_of(letter: &Letter) -> Result<Vec<u8>, AfterRunError> {
    serde_json::to_vec_pretty(letter).map_err(AfterRunError::Letter)
}

/// Sends a letter in every way that the settings name. What goes wrong with one way takes nothing from the others.
async fn send_letter(context: &Context, json: &[u8]) -> Vec<AfterRunError> {
    let mut troubles = Vec::new();
    let (notify, letter) = (context.settings.notify.clone(), json.to_owned());
    // A call that was broken off was broken off with the program.
    let called = tokio::task::spawn_blocking(move || hook::call(&notify, &letter)).await;
    troubles.extend(called.unwrap_or(Ok(())).err().map(AfterRunError::from));
    #[cfg(feature = "webhook")]
    troubles.extend(super::webhook::send(&context.settings.notify, json).await.err().map(AfterRunError::from));
    troubles
}

/// What went wrong when a run was over. The run keeps its result and its exit code.
#[derive(Debug, thiserror::Error)]
pub enum AfterRunError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the letter to the operators could not be written down")]
    Letter(#[source] serde_json::Error),
    #[error("what catalogues of data are told could not be written down")]
    Lineage(#[source] serde_json::Error),
    #[error("the letter to the operators")]
    Page(#[from] RenderError),
    #[error(transparent)]
    Hook(#[from] HookError),
    #[cfg(feature = "webhook")]
    #[error(transparent)]
    Webhook(#[from] super::webhook::WebhookError),
}

/// What a person is told of a run.
pub struct RunByHand {
    pub outcome: Result<RunOutcome, AppError>,
    /// What went wrong when it was over.
    pub troubles: Vec<AfterRunError>,
    /// The run, for whoever says more of it.
    pub span: Span,
}

/// Runs for a person, who waits for the answer.
///
/// # Errors
/// Options that contradict each other, and those of the ledger.
pub async fn run_by_hand(
    context: &Context,
    options: &RunOptions,
    clock: &Arc<dyn Clock>,
) -> Result<RunByHand, AppError> {
    options.check()?;
    let ledger = Ledger::open(&options.out)?;
    let key = RunKey { schedule: None, period: options.period };
    let attempt = ledger.read().await?.next_attempt(&key);
    let mut record = Record { options, ledger: &ledger, clock, key, attempt, begun_at: clock.now() };
    // Somebody else may ask for the same period at the same time.
    while !record.begin(None).await? {
        record.attempt += 1;
    }
    let span = spans::of_run(&record.key, record.attempt);
    let outcome = record.run(context).instrument(span.clone()).await;
    let troubles = record.end(context, &outcome, None).instrument(span.clone()).await;
    Ok(RunByHand { outcome, troubles, span })
}

async fn give_signs_of_life(ledger: Ledger, key: RunKey, attempt: u32, clock: Arc<dyn Clock>) {
    let every = SIGN_OF_LIFE_EVERY.to_std().unwrap_or_default();
    loop {
        tokio::time::sleep(every).await;
        // A sign that cannot be given is no reason to break off; the next one may get through.
        let _ = ledger.give_sign_of_life(&key, attempt, clock.now()).await;
    }
}
