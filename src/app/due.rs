//! `run --due` and `schedule`: what the schedules have to do now, once or for as long as the service lives.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::Instrument as _;

use super::folders::check_run_folders;
use super::pulse::Pulse;
use super::recorded::{AfterRunError, Record};
use super::{AppError, Context, RunOptions, RunOutcome, spans};
use crate::exit;
use crate::ledger::{Ended, Ledger, RunKey, RunResult};
use crate::place::Place;
use crate::schedule::{DueRun, Schedule, Todo, Wait};
use crate::vocabulary::clock::Clock;
use crate::vocabulary::period::london_date;

/// Where the schedules read and write.
#[derive(Debug, Clone)]
pub struct RunPlaces {
    pub source: Place,
    pub out: Place,
    pub work: PathBuf,
}

/// What was done about one release.
#[derive(Debug)]
pub struct Done {
    pub key: RunKey,
    pub what: WhatWasDone,
    /// What went wrong when the run was over.
    pub troubles: Vec<AfterRunError>,
}

impl Done {
    fn of(run: &DueRun, what: WhatWasDone) -> Self {
        Self { key: run.key.clone(), what, troubles: Vec::new() }
    }
}

/// What was done, and how it went.
#[derive(Debug)]
pub enum WhatWasDone {
    Ran(Box<RunOutcome>),
    /// It failed, or waits for returns.
    Failed {
        error: AppError,
        again_at: Option<DateTime<Utc>>,
    },
    /// Another program has begun it.
    BegunElsewhere,
    LeftOut,
}

/// Does what is due, once.
pub struct DueRuns<'d> {
    context: &'d Context,
    schedules: Vec<Schedule>,
    places: &'d RunPlaces,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    quiet: bool,
    pulse: Arc<Pulse>,
}

impl<'d> DueRuns<'d> {
    /// Understands the schedules of the settings.
    ///
    /// # Errors
    /// No schedule, one whose times cannot be used, folders inside each other, or a ledger that cannot be opened.
    pub fn new(
        context: &'d Context,
        places: &'d RunPlaces,
        clock: Arc<dyn Clock>,
        quiet: bool,
    ) -> Result<Self, AppError> {
        let schedules = schedules_of(context)?;
        check_run_folders(&places.source, &places.out, &places.work)?;
        let ledger = Ledger::open(&places.out)?;
        Ok(Self { context, schedules, places, ledger, clock, quiet, pulse: Arc::default() })
    }

    /// What shows whether somebody still looks at the clock.
    pub fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn schedules(&self) -> &[Schedule] {
        &self.schedules
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Makes every release that is due, one after the other, and tells of each as it is done. What fails keeps no other from
    /// being made.
    ///
    /// # Errors
    /// A ledger that cannot be read or written.
    pub async fn run(&self, tell: &mut dyn FnMut(&Done)) -> Result<(), AppError> {
        for schedule in &self.schedules {
            let todo = schedule.todo(&self.ledger.read().await?, self.clock.now());
            for one in todo {
                let (Todo::Run { run, .. } | Todo::LeaveOut(run)) = &one;
                let span = spans::of_run(&run.key, run.attempt);
                let done = self.settle(schedule, one).instrument(span.clone()).await?;
                span.in_scope(|| tell(&done));
                if self.context.stop.is_asked() {
                    return Err(AppError::Stopped);
                }
            }
        }
        Ok(())
    }

    /// When there may be something to do again.
    ///
    /// # Errors
    /// A ledger that cannot be read.
    pub async fn wake_at(&self) -> Result<Option<DateTime<Utc>>, AppError> {
        let (history, now) = (self.ledger.read().await?, self.clock.now());
        Ok(self.schedules.iter().filter_map(|schedule| schedule.wake_at(&history, now)).min())
    }

    async fn settle(&self, schedule: &Schedule, todo: Todo) -> Result<Done, AppError> {
        match todo {
            Todo::Run { run, wait } => Box::pin(self.make(schedule, &run, wait)).await,
            Todo::LeaveOut(run) => {
                self.leave_out(&run).await?;
                Ok(Done::of(&run, WhatWasDone::LeftOut))
            }
        }
    }

    async fn make(&self, schedule: &Schedule, run: &DueRun, wait: Wait) -> Result<Done, AppError> {
        let options = RunOptions {
            source: self.places.source.clone(),
            out: self.places.out.clone(),
            work: self.places.work.clone(),
            period: run.key.period,
            as_of: None,
            published_on: london_date(self.clock.now().naive_utc()),
            again: false,
            public: schedule.public,
            wait,
            quiet: self.quiet,
        };
        let record = Record {
            options: &options,
            ledger: &self.ledger,
            clock: &self.clock,
            key: run.key.clone(),
            attempt: run.attempt,
            begun_at: self.clock.now(),
        };
        let _at_work = self.pulse.at_work(&run.key);
        if !record.begin(Some(run.due_at)).await? {
            return Ok(Done::of(run, WhatWasDone::BegunElsewhere));
        }
        let outcome = record.run(self.context).await;
        let again_at = match &outcome {
            Err(error) => self.again_at(schedule, run, error).await?,
            Ok(_) => None,
        };
        let troubles = record.end(self.context, &outcome, again_at).await;
        let what = match outcome {
            Ok(outcome) => WhatWasDone::Ran(Box::new(outcome)),
            Err(error) => WhatWasDone::Failed { error, again_at },
        };
        Ok(Done { troubles, ..Done::of(run, what) })
    }

    /// When the schedule tries again; never where another attempt would fail in the same way.
    async fn again_at(
        &self,
        schedule: &Schedule,
        run: &DueRun,
        error: &AppError,
    ) -> Result<Option<DateTime<Utc>>, AppError> {
        let now = self.clock.now();
        Ok(match error {
            AppError::ReturnsOutstanding { .. } => schedule.again_after_waiting(now),
            // Whoever is started next may go on at once.
            AppError::Stopped => Some(now),
            error if error.may_pass() => schedule.again_after_failure(&self.ledger.read().await?, run, now),
            _ => None,
        })
    }

    async fn leave_out(&self, run: &DueRun) -> Result<(), AppError> {
        let ended = Ended::new(self.clock.now(), RunResult::LeftOut, exit::OK);
        self.ledger.end(&run.key, run.attempt, &ended).await?;
        Ok(())
    }
}

/// The schedules of the settings, understood.
pub(super) fn schedules_of(context: &Context) -> Result<Vec<Schedule>, AppError> {
    let sections = &context.settings.schedules;
    if sections.is_empty() {
        return Err(super::UsageError::NoSchedules.into());
    }
    Ok(sections.iter().map(Schedule::new).collect::<Result<Vec<Schedule>, _>>()?)
}
