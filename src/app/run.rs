//! `run`: from a folder of submissions to a published release for a review period.
//! The order of the steps; what each does is in its module.

use tracing::Instrument as _;

use super::helpers::helpers_of;
use super::identity::{Identity, incomplete_identity};
use super::publication::Publication;
use super::release_index::list_releases;
use super::run_outcome::RunOutcome;
use super::run_plan::RunPlan;
use super::timings::Timings;
use super::{AppError, Context, RunOptions, spans};
use crate::contract::CHANGED_RULE;
use crate::figures::{self, FiguresError};
use crate::history::EarlierReturns;
use crate::intake::{self, HelpRecord, Intake, RunBasis, SubmissionCheck, WorkFolder};
use crate::progress::StepBar;
use crate::release::record::RecordCounts;
use crate::release::store::{is_whole, mend_pointer};
use crate::release::{LastRelease, NamedBody};
use crate::settings::{UnfitError, check_target_organisations};
use crate::vocabulary::returns::Outstanding;

/// How often a run begins anew because files of the source change under it.
const ATTEMPTS: u32 = 3;

/// Runs everything and publishes. A source that changes meanwhile is listed and read again: what earlier attempts have read
/// of unchanged files is remembered.
pub async fn run(context: &Context, options: &RunOptions) -> Result<RunOutcome, AppError> {
    options.check()?;
    for pass in 1..ATTEMPTS {
        match attempt(context, options, Changed::EndTheAttempt).instrument(spans::of_pass(pass)).await {
            Err(error) if error.is_about_a_changed_file() => {
                tracing::warn!(pass, "a file changed while it was read; the source is listed and read again");
            }
            outcome => return outcome,
        }
    }
    attempt(context, options, Changed::AreLeftOut).instrument(spans::of_pass(ATTEMPTS)).await
}

/// What happens to submissions that were written to while they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changed {
    EndTheAttempt,
    AreLeftOut,
}

async fn attempt(context: &Context, options: &RunOptions, changed: Changed) -> Result<RunOutcome, AppError> {
    let mut timings = Timings::begin();
    let list = spans::of_stage("list");
    let plan = RunPlan::resolve(context, options, WorkFolder::open(&options.work)?).instrument(list).await?;
    timings.end_of("list");
    execute(&plan, changed, timings).await
}

async fn execute(plan: &RunPlan<'_>, changed: Changed, mut timings: Timings) -> Result<RunOutcome, AppError> {
    let RunPlan { context, options, .. } = *plan;
    let step = StepBar::new(options.quiet);
    let helpers = helpers_of(plan).await?;
    let check = SubmissionCheck { helpers: helpers.as_deref(), ..plan.submission_check(&step) };
    let intake = intake::admit(&check).instrument(spans::of_stage("check")).await?;
    timings.end_of("check");
    changed.check(&intake)?;
    check_target_organisations(&context.settings.figures.targets, &intake.organisations).map_err(UnfitError::from)?;
    let outstanding = Outstanding::of(&intake.grid.returns(options.period));
    options.check_enough_returned(&outstanding)?;
    options.check_something_left(&intake)?;
    let basis = RunBasis {
        check,
        settings: &context.settings,
        intake: &intake,
        period: options.period,
        periods: &plan.periods,
    };
    let earlier = EarlierReturns::find(&basis).await?;
    let helped = helpers.as_ref().map(|helpers| helpers.record());
    let lost = helped.as_ref().map(|helped| helped.lost.clone()).unwrap_or_default();
    let identity = Identity::new(&basis, &earlier, options).hash().map_err(AppError::Identity)?;
    let outcome = match already_published(plan, &identity, &intake)? {
        Some(outcome) => outcome,
        None => compute_and_publish(plan, basis, ReadReturns { earlier: &earlier, helped }, identity, timings).await?,
    };
    let outcome = RunOutcome { outstanding, lost, ..outcome };
    mend_pointer(&options.out, options.period)?;
    list_releases(context, &options.out, &NamedBody::all(&intake.organisations))?;
    step.finish();
    Ok(outcome)
}

/// What was read besides the returns that count today, and who helped to read.
struct ReadReturns<'a> {
    earlier: &'a EarlierReturns,
    helped: Option<HelpRecord>,
}

async fn compute_and_publish(
    plan: &RunPlan<'_>,
    basis: RunBasis<'_>,
    read: ReadReturns<'_>,
    identity: String,
    mut timings: Timings,
) -> Result<RunOutcome, AppError> {
    let ReadReturns { earlier, helped } = read;
    let (out, period) = (plan.options.out.clone(), plan.options.period);
    let last = tokio::task::spawn_blocking(move || LastRelease::read(&out, period));
    let figures = figures::compute(&basis, earlier).instrument(spans::of_stage("compute")).await?;
    timings.extend(&figures.milliseconds);
    let last = last.await.map_err(FiguresError::Stopped)?;
    let publication = Publication { plan, basis, earlier, helped, last, figures, identity, timings };
    spans::of_stage("publish").in_scope(|| publication.publish())
}

impl Changed {
    /// The attempt is over where a submission was written to and that ends it.
    fn check(self, intake: &Intake) -> Result<(), AppError> {
        let mut findings = intake.findings.iter().filter(|_| self == Self::EndTheAttempt);
        let finding = findings.find(|finding| finding.rule == CHANGED_RULE);
        finding.map_or(Ok(()), |finding| Err(AppError::SourceChanged(finding.to_string())))
    }
}

/// The last release, where it is whole and already says what this run would say.
fn already_published(plan: &RunPlan<'_>, identity: &str, intake: &Intake) -> Result<Option<RunOutcome>, AppError> {
    let options = plan.options;
    let incomplete = incomplete_identity(identity, &plan.context.settings.engine);
    let Some(latest) = plan.latest()?.filter(|_| !options.again) else { return Ok(None) };
    let says_the_same = latest.identity == identity || latest.identity == incomplete;
    Ok((says_the_same && is_whole(&options.out, &latest)).then(|| RunOutcome {
        release: options.out.join(&options.period.to_string()).join(&latest.path),
        first_page: plan.context.definitions.layouts.first_page(),
        revision: latest.revision,
        published: false,
        refused: intake.refused(),
        without_memory: latest.identity == incomplete,
        counts: RecordCounts::new(intake, None, &intake.findings),
        digest: None,
        outstanding: Outstanding::default(),
        lost: Vec::new(),
    }))
}
