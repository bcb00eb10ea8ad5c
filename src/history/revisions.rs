//! What has moved: figures as they were known or published earlier beside what they are now, why they changed, and how
//! much figures have tended to change.

use chrono::NaiveDate;

use super::known::{KnownFigure, KnownMonth, KnownStep};
use crate::definitions::model::Metric;
use crate::metrics::ReturnChanges;
use crate::stats::revision::{RevisedFigure, RevisionScale, RevisionStatistics, revision_statistics};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::{Month, Period, PeriodType};
use crate::vocabulary::quantity::{Ratio, RatioDifference, Unit};

/// What is compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RevisionKind {
    /// An event month as it was known at two lags one after the other, by today's definitions.
    AsKnown,
    /// A figure as an earlier release published it, and as this one does.
    SinceLastRelease,
}

impl RevisionKind {
    /// The name in data files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsKnown => "as_known",
            Self::SinceLastRelease => "since_last_release",
        }
    }
}

/// Why a figure changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A return came in that was not there before.
    LateData,
    /// A return was replaced.
    Correction,
    LateDataAndCorrection,
    /// A return that had been used was replaced by one that a check refused.
    RefusedReturn,
    /// The same, and others came in or were replaced.
    RefusedReturnAndOthers,
    /// The metric has another version.
    Definition,
    /// No return changed that it rests on: settings, reference data or the program did; of figures about returns, the data
    /// date did.
    Settings,
}

impl Reason {
    /// The name in data files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LateData => "late_data",
            Self::Correction => "correction",
            Self::LateDataAndCorrection => "late_data_and_correction",
            Self::RefusedReturn => "refused_return",
            Self::RefusedReturnAndOthers => "refused_return_and_others",
            Self::Definition => "definition",
            Self::Settings => "settings",
        }
    }
}

/// What changed between two figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    pub definition: bool,
    pub returns: ReturnChanges,
}

/// The reason that is given. A new definition explains everything; without any change of returns it is the settings.
pub fn reason_of(changes: Changes) -> Reason {
    let ReturnChanges { arrived, corrected, refused } = changes.returns;
    match (arrived, corrected, refused) {
        _ if changes.definition => Reason::Definition,
        (false, false, true) => Reason::RefusedReturn,
        (_, _, true) => Reason::RefusedReturnAndOthers,
        (true, true, false) => Reason::LateDataAndCorrection,
        (true, false, false) => Reason::LateData,
        (false, true, false) => Reason::Correction,
        (false, false, false) => Reason::Settings,
    }
}

/// A figure at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionSide {
    /// The data date.
    pub as_of: NaiveDate,
    /// Whole months from the end of the period; `None` while it had not ended.
    pub lag: Option<u32>,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    /// On the scale of the metric's unit.
    pub value: Option<f64>,
    pub status: String,
}

impl RevisionSide {
    fn of(figure: &KnownFigure) -> Self {
        Self {
            as_of: figure.at.day,
            lag: Some(figure.at.lag),
            numerator: figure.numerator,
            denominator: figure.denominator,
            value: figure.value,
            status: figure.status.to_owned(),
        }
    }
}

/// One figure that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    pub metric_id: MetricId,
    pub unit: Unit,
    pub org_code: BodyId,
    pub period: Period,
    pub kind: RevisionKind,
    /// Period and revision of the earlier release, such as `2025-26Q1 r1`; empty for what was known.
    pub earlier_release: String,
    pub earlier: RevisionSide,
    pub later: RevisionSide,
    pub reason: Reason,
}

impl Revision {
    /// Later − earlier, in the metric's unit and worked out before rounding. `None` unless both are values.
    pub fn change(&self) -> Option<f64> {
        let (later, earlier) = (self.later.value?, self.earlier.value?);
        let exact = self.difference().map(|exact| exact.amount(self.unit));
        Some(exact.unwrap_or(later - earlier))
    }

    /// The same of two ratios, from their counts: an earlier release holds its values rounded. `None` of other figures.
    pub fn difference(&self) -> Option<RatioDifference> {
        let ratio = |side: &RevisionSide| {
            side.value?;
            Some(Ratio { numerator: side.numerator?, denominator: side.denominator? })
        };
        let (later, earlier) = ratio(&self.later).zip(ratio(&self.earlier)).filter(|_| self.unit.is_of_ratio())?;
        RatioDifference::of(later, earlier)
    }

    /// What the rows of the result file are sorted by.
    pub(super) fn key(&self) -> (&str, RevisionKind, &str, &BodyId, Period, NaiveDate) {
        (&self.metric_id, self.kind, &self.earlier_release, &self.org_code, self.period, self.earlier.as_of)
    }
}

/// What was known of event months, as revisions of a metric.
pub fn as_known(metric: &Metric, steps: &[KnownStep]) -> Vec<Revision> {
    let revision = |step: &KnownStep| Revision {
        metric_id: metric.id.clone(),
        unit: metric.unit,
        org_code: step.org_code.clone(),
        period: Period { kind: PeriodType::Month, first: step.month },
        kind: RevisionKind::AsKnown,
        earlier_release: String::new(),
        earlier: RevisionSide::of(&step.earlier),
        later: RevisionSide::of(&step.later),
        reason: reason_of(Changes { definition: false, returns: step.why }),
    };
    steps.iter().map(revision).collect()
}

/// How much national figures of event months have moved from when they were first known to one lag.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionSummary {
    pub metric_id: MetricId,
    pub lag: u32,
    pub scale: RevisionScale,
    pub statistics: RevisionStatistics,
}

impl RevisionSummary {
    /// What the rows of the result file are sorted by.
    pub(super) fn key(&self) -> (&str, u32, bool) {
        (&self.metric_id, self.lag, self.scale == RevisionScale::PerCent)
    }
}

/// For every lag from 1 on and both scales: the event months that were known before it, those that never moved included.
/// `months` and `steps` are the nation's. Nothing where no month ever moved.
pub fn summarise(metric_id: &MetricId, months: &[KnownMonth], steps: &[KnownStep]) -> Vec<RevisionSummary> {
    if !steps.iter().any(|step| step.org_code.is_nation()) {
        return Vec::new();
    }
    let longest = months.iter().map(|month| month.counts.len()).max().unwrap_or(0);
    let mut found = Vec::new();
    for lag in (1..longest).filter_map(|lag| u32::try_from(lag).ok()) {
        let sizes: Vec<RevisedFigure> = months.iter().filter_map(|month| moved(month, lag, steps)).collect();
        for scale in [RevisionScale::Units, RevisionScale::PerCent] {
            let statistics = revision_statistics(&sizes, scale);
            found.extend(statistics.map(|statistics| RevisionSummary {
                metric_id: metric_id.clone(),
                lag,
                scale,
                statistics,
            }));
        }
    }
    found
}

/// The value of a month when first known and at `lag`; `None` where the month was not known before `lag` or has not got so
/// far. A month that never moved counts as one whose two values are equal.
fn moved(month: &KnownMonth, lag: u32, steps: &[KnownStep]) -> Option<RevisedFigure> {
    let at = usize::try_from(lag).ok()?;
    let first = month.counts.iter().position(|counts| counts.returns > 0)?;
    if first >= at || at >= month.counts.len() {
        return None;
    }
    let own: Vec<&KnownStep> = steps.iter().filter(|step| is_national(step, month.month)).collect();
    match own.first() {
        None => {
            // Its value is not needed: nothing moved, in any unit.
            let unmoved = if month.now.numerator == 0 { 0.0 } else { 1.0 };
            Some(RevisedFigure { first: unmoved, revised: unmoved })
        }
        Some(step) => {
            let reached = own.iter().rev().find(|step| step.later.at.lag <= lag);
            let revised = reached.map_or(step.earlier.value, |reached| reached.later.value);
            Some(RevisedFigure { first: step.earlier.value?, revised: revised? })
        }
    }
}

fn is_national(step: &KnownStep, month: Month) -> bool {
    step.month == month && step.org_code.is_nation()
}
