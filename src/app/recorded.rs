//! A run that the ledger knows of: that it began, that it is at work, and how it ended.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::hook::{self, HookError};
use super::letter::Letter;
use super::publication::load_templates;
use super::run::run;
use super::stop::unless_stopped;
use super::{AppError, Context, RunOptions, RunOutcome};
use crate::exit;
use crate::ledger::{Begun, Ended, Ledger, RunKey, RunResult, SIGN_OF_LIFE_EVERY};
use crate::render::html::render_letter;
use crate::vocabulary::causes::with_causes;
use crate::vocabulary::clock::Clock;

/// A run as it stands in the ledger.
pub(super) struct Record<'r> {
    pub(super) ledger: &'r Ledger,
    pub(super) clock: &'r Arc<dyn Clock>,
    pub(super) key: RunKey,
    pub(super) attempt: u32,
}

impl Record<'_> {
    /// Begins the attempt. False where another program has begun it.
    pub(super) async fn begin(&self, options: &RunOptions, due_at: Option<DateTime<Utc>>) -> Result<bool, AppError> {
        let begun = Begun {
            at: self.clock.now(),
            due_at,
            public: options.public,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            process: std::process::id().to_string(),
        };
        Ok(self.ledger.begin(&self.key, self.attempt, &begun).await?)
    }

    /// Runs, and says meanwhile that it is at work.
    pub(super) async fn run(&self, context: &Context, options: &RunOptions) -> Result<RunOutcome, AppError> {
        let signs = tokio::spawn(give_signs_of_life(
            self.ledger.clone(),
            self.key.clone(),
            self.attempt,
            Arc::clone(self.clock),
        ));
        let outcome = unless_stopped(&context.stop, Box::pin(run(context, options))).await;
        signs.abort();
        outcome
    }

    /// Writes down how it ended. `again_at` is when the schedule tries again by itself.
    pub(super) async fn end(
        &self,
        context: &Context,
        outcome: &Result<RunOutcome, AppError>,
        again_at: Option<DateTime<Utc>>,
    ) -> Result<Option<HookError>, AppError> {
        let ended = match outcome {
            Ok(outcome) => self.ended_well(outcome),
            Err(error) => Ended { again_at, ..self.ended_badly(error) },
        };
        self.ledger.end(&self.key, self.attempt, &ended).await?;
        self.write_letter(context, &Letter::of(&self.key, &ended, outcome)).await
    }

    /// Writes a letter to the operators beside the events, and calls the command that takes it to them. The answer is what went
    /// wrong with the command.
    async fn write_letter(&self, context: &Context, letter: &Letter) -> Result<Option<HookError>, AppError> {
        let html = render_letter(&load_templates(&context.definitions)?, letter)?;
        let json = serde_json::to_vec_pretty(letter).map_err(AppError::Letter)?;
        for (form, bytes) in [("txt", letter.text().into_bytes()), ("html", html.into_bytes()), ("json", json.clone())]
        {
            self.ledger.put_letter(&self.key, self.attempt, form, bytes).await?;
        }
        let notify = context.settings.notify.clone();
        let called = tokio::task::spawn_blocking(move || hook::call(&notify, &json)).await;
        Ok(called.ok().and_then(Result::err))
    }

    fn ended_well(&self, outcome: &RunOutcome) -> Ended {
        let has_gaps = outcome.has_gaps();
        Ended {
            at: self.clock.now(),
            result: if outcome.published { RunResult::Published } else { RunResult::Unchanged },
            exit_code: if has_gaps { exit::GAPS } else { exit::OK },
            release: Some(format!("{}/r{}", self.key.period, outcome.revision)),
            message: None,
            again_at: None,
            refused: outcome.refused,
            outstanding: outcome.outstanding.by_organisation.keys().map(ToString::to_string).collect(),
        }
    }

    fn ended_badly(&self, error: &AppError) -> Ended {
        let waiting = match error {
            AppError::ReturnsOutstanding { outstanding, .. } => Some(outstanding),
            _ => None,
        };
        let codes = waiting.into_iter().flat_map(|outstanding| outstanding.by_organisation.keys());
        Ended {
            at: self.clock.now(),
            result: if waiting.is_some() { RunResult::Waiting } else { RunResult::Failed },
            exit_code: error.exit_code(),
            release: None,
            message: Some(with_causes(error)),
            again_at: None,
            refused: 0,
            outstanding: codes.map(ToString::to_string).collect(),
        }
    }
}

/// What a person is told of a run.
pub struct RunByHand {
    pub outcome: Result<RunOutcome, AppError>,
    /// What went wrong with the command that is called after it.
    pub hook: Option<HookError>,
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
    let mut record = Record { ledger: &ledger, clock, key, attempt };
    // Somebody else may ask for the same period at the same time.
    while !record.begin(options, None).await? {
        record.attempt += 1;
    }
    let outcome = record.run(context, options).await;
    let hook = record.end(context, &outcome, None).await?;
    Ok(RunByHand { outcome, hook })
}

async fn give_signs_of_life(ledger: Ledger, key: RunKey, attempt: u32, clock: Arc<dyn Clock>) {
    let every = SIGN_OF_LIFE_EVERY.to_std().unwrap_or_default();
    loop {
        tokio::time::sleep(every).await;
        // A sign that cannot be given is no reason to break off; the next one may get through.
        let _ = ledger.give_sign_of_life(&key, attempt, clock.now()).await;
    }
}
