//! Each force among all forces in the report's period: plain limits of chance, and limits that allow for the usual spread.
//! One engine gives the limits of every size, so that the line drawn at a force's size is the line that labels it.

use super::differences::counts_of;
use super::findings::{Findings, Told};
use super::headlines::Headlines;
use super::multiplicity::Tally;
use super::signals::{Signal, SignalKind, event_between};
use crate::stats::benchmark::Strength;
use crate::stats::counts::Counts;
use crate::stats::draws::Random;
use crate::stats::funnel::{
    Boundary, BoundaryMethod, Centre, FunnelLabel, FunnelLimits, count_ratio_funnel, proportion_funnel, rate_funnel,
    ratio_funnel,
};
use crate::stats::overdispersion::{
    Dispersion, SizedCount, SpreadModel, Spreading, Trimming, by_chance, dispersion, quantile,
};
use crate::stats::real;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Interval, Shape};

/// A metric's funnel: what it rests on, where the forces stand in it, and the engine of its limits.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelSummary {
    pub metric_id: MetricId,
    /// What the forces are held against, and how many it rests on.
    pub centre: Centre,
    /// How much more forces differ than chance explains; `None` with fewer than ten forces.
    pub dispersion: Option<Dispersion>,
    /// How far the forces differ; forces too few for an estimate differ by no more than chance.
    pub spreading: Spreading,
    /// By code.
    pub forces: Vec<FunnelForce>,
    shape: Shape,
    multiplier: f64,
    model: SpreadModel,
}

/// A force in the funnel.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelForce {
    pub metric_id: MetricId,
    pub org_code: BodyId,
    pub period: Period,
    pub counts: Counts,
    /// The denominator of a proportion; of a rate the number of events to expect; of a ratio of two counts both together.
    pub size: f64,
    pub value: f64,
    /// The pooled figure of all forces.
    pub centre: f64,
    /// By chance alone.
    pub plain: SizeLimits,
    pub plain_label: FunnelLabel,
    /// Allowing for the usual spread, where that is more than chance.
    pub adjusted: Option<(SizeLimits, FunnelLabel)>,
    pub spread: Option<ForceSpread>,
    /// Forces that the centre rests on.
    pub forces: usize,
}

/// A quarter of the forces lies at or below the lower one, a quarter at or above the upper one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    pub lower: f64,
    pub upper: f64,
}

/// How much the forces of a funnel differ, as each of its rows says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForceSpread {
    pub phi: f64,
    /// What φ does not exceed in 95 of 100 draws by chance.
    pub phi_by_chance: Option<f64>,
    pub tau2: f64,
}

impl FunnelForce {
    /// The label that counts: the adjusted one where there is one.
    pub fn label(&self) -> FunnelLabel {
        self.adjusted.map_or(self.plain_label, |(_, label)| label)
    }

    /// The limits behind that label.
    pub fn limits(&self) -> SizeLimits {
        self.adjusted.map_or(self.plain, |(limits, _)| limits)
    }
}

/// Limits at one size, on the scale of the values. An open side is one on which no force of the size can fall outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizeLimits {
    pub size: f64,
    pub look: Interval,
    pub act: Interval,
    pub rule: BoundaryMethod,
}

impl FunnelSummary {
    /// The headline label of a force: the adjusted one where there is one.
    pub fn label_of(&self, code: &BodyId) -> Option<FunnelLabel> {
        self.forces.iter().find(|force| force.org_code == *code).map(FunnelForce::label)
    }

    /// The spread, where it is more than chance and limits allow for it: then the adjusted limits and labels count.
    pub fn beyond_chance(&self) -> Option<&Dispersion> {
        self.dispersion.as_ref().filter(|_| self.spreading == Spreading::BeyondChance)
    }

    /// Whether forces differ so much that no limits say anything: no force is said to be inside or outside.
    pub fn is_too_wide(&self) -> bool {
        self.spreading == Spreading::TooMuch
    }

    /// The spread in words, where it is more than chance.
    pub fn words(&self) -> Option<String> {
        self.beyond_chance().map(|found| self.model.spread(found).words())
    }

    /// Codes of forces that φ and τ² leave out, because the scale cannot hold a count of 0.
    pub fn left_out(&self) -> impl Iterator<Item = &BodyId> {
        let rows = self.dispersion.iter().flat_map(|found| &found.left_out);
        rows.filter_map(|row| self.forces.get(*row)).map(|force| &force.org_code)
    }

    /// The quartiles of the forces' values, linear between the ranks; `None` without forces.
    pub fn quartiles(&self) -> Option<Quartiles> {
        let mut values: Vec<f64> = self.forces.iter().map(|force| force.value).collect();
        values.sort_by(f64::total_cmp);
        Some(Quartiles { lower: quantile(&values, 0.25)?, upper: quantile(&values, 0.75)? })
    }

    /// Keeps some of the forces; centre, spread and limits still rest on all.
    pub(super) fn show_only(&mut self, keep: impl Fn(&FunnelForce) -> bool) {
        let kept: Vec<usize> = (0..self.forces.len()).filter(|&row| self.forces.get(row).is_some_and(&keep)).collect();
        if let Some(found) = &mut self.dispersion {
            let rows = found.left_out.iter();
            found.left_out = rows.filter_map(|row| kept.iter().position(|kept| kept == row)).collect();
        }
        self.forces.retain(|force| keep(force));
    }

    /// The pooled figure of all forces.
    pub fn centre_value(&self) -> f64 {
        self.multiplier * self.centre.counts.rate()
    }

    /// The limits that label a force of a size, whether or not there is one; a proportion's size is taken as a whole number.
    /// `None` where the spread is too wide for limits.
    pub fn limits_at(&self, size: f64) -> Option<SizeLimits> {
        if self.is_too_wide() {
            return None;
        }
        let plain = match self.shape {
            Shape::Proportion => proportion_funnel(self.centre, whole(size)).ok()?,
            Shape::CountRatio => count_ratio_funnel(self.centre, whole(size)).ok()?,
            _ => ratio_funnel(size).ok()?,
        };
        let is_whole = matches!(self.shape, Shape::Proportion | Shape::CountRatio);
        let size = if is_whole { size.round() } else { size };
        let adjusted = self.beyond_chance().map(|found| self.adjust(plain, size, found));
        Some(self.drawn(adjusted.unwrap_or(plain), size))
    }

    fn adjust(&self, plain: FunnelLimits, size: f64, found: &Dispersion) -> FunnelLimits {
        match self.shape {
            Shape::CountRatio => self.model.adjust_count_ratio(plain, size, found),
            _ => self.model.adjust(plain, size, found),
        }
    }

    /// Boundary counts as limits of the value.
    fn drawn(&self, limits: FunnelLimits, size: f64) -> SizeLimits {
        let drawn = |boundary: Boundary| match self.shape {
            Shape::Proportion => boundary.drawn(self.multiplier, size),
            Shape::CountRatio => {
                // A limit of nothing below the line is none: the ratio is beyond every number.
                let ratio = |above: f64| (above < size).then(|| self.multiplier * above / (size - above));
                Interval { lower: boundary.lower.and_then(ratio), upper: boundary.upper.and_then(ratio) }
            }
            _ => boundary.drawn(self.multiplier * self.centre.counts.rate(), size),
        };
        SizeLimits { size, look: drawn(limits.look), act: drawn(limits.act), rule: limits.rule }
    }

    /// A force with its limits and labels.
    fn place(&self, period: Period, entry: &UnplacedForce) -> Option<FunnelForce> {
        let limits = match self.shape {
            Shape::Proportion => proportion_funnel(self.centre, entry.counts.denominator).ok()?,
            Shape::CountRatio => {
                count_ratio_funnel(self.centre, entry.counts.numerator.checked_add(entry.counts.denominator)?).ok()?
            }
            _ => rate_funnel(self.centre, entry.counts.denominator).ok()?,
        };
        let size = size(self.shape, self.centre, entry.counts);
        let adjusted = self.beyond_chance().map(|found| {
            let wide = self.adjust(limits, size, found);
            (self.drawn(wide, size), wide.label(entry.counts.numerator))
        });
        let open = Interval { lower: None, upper: None };
        let (plain, plain_label) = if self.is_too_wide() {
            (SizeLimits { size, look: open, act: open, rule: limits.rule }, FunnelLabel::SpreadTooWide)
        } else {
            (self.drawn(limits, size), limits.label(entry.counts.numerator))
        };
        let spread =
            |found: &Dispersion| ForceSpread { phi: found.phi, phi_by_chance: found.by_chance, tau2: found.tau2 };
        Some(FunnelForce {
            metric_id: self.metric_id.clone(),
            org_code: entry.code.clone(),
            period,
            counts: entry.counts,
            size,
            value: entry.value,
            centre: self.centre_value(),
            plain,
            plain_label,
            adjusted,
            spread: self.dispersion.as_ref().map(spread),
            forces: self.centre.forces,
        })
    }
}

/// A force's figure before it is placed.
struct UnplacedForce {
    code: BodyId,
    counts: Counts,
    value: f64,
}

/// The funnel of a proportion or a rate over at least five forces. A force outside its headline limits is a signal.
pub(super) fn of_metric(headlines: &Headlines<'_>) -> Told<Option<FunnelSummary>> {
    let Some(summary) = summary(headlines) else { return Told::default() };
    let findings = Findings {
        tally: Tally { funnels: summary.forces.iter().map(|force| force.plain_label).collect(), ..Tally::default() },
        signals: summary.forces.iter().filter_map(|force| signal(headlines, force)).collect(),
        ..Findings::default()
    };
    Told { found: Some(summary), findings }
}

fn summary(headlines: &Headlines<'_>) -> Option<FunnelSummary> {
    let metric = headlines.metric;
    if !matches!(metric.shape, Shape::Proportion | Shape::Rate | Shape::CountRatio) {
        return None;
    }
    let (at, period) = (headlines.last(), *headlines.input.trend.last()?);
    let entry = |code: &BodyId| {
        let figure = headlines.figure(code, at)?;
        let counts = counts_of(figure).filter(|counts| counts.denominator > 0)?;
        Some(UnplacedForce { code: figure.org_code.clone(), counts, value: figure.value? })
    };
    let entries: Vec<UnplacedForce> =
        headlines.organisations().filter(|code| headlines.is_force(code)).filter_map(entry).collect();
    let centre = Centre::of_forces(entries.iter().map(|entry| Some(entry.counts))).ok()?;
    let mut random = Random::of_words(&["spread by chance", &metric.id, &period.to_string()]);
    let FunnelSpread { model, dispersion, spreading } = spread(metric.shape, centre, &entries, &mut random)?;
    let mut summary = FunnelSummary {
        metric_id: metric.id.clone(),
        centre,
        dispersion,
        spreading,
        forces: Vec::new(),
        shape: metric.shape,
        multiplier: f64::from(metric.unit.multiplier()),
        model,
    };
    summary.forces = entries.iter().filter_map(|entry| summary.place(period, entry)).collect();
    Some(summary)
}

/// The scale on which forces spread, and how far.
struct FunnelSpread {
    model: SpreadModel,
    dispersion: Option<Dispersion>,
    spreading: Spreading,
}

/// `None` where the centre does not vary. What chance alone would give is drawn from `random`.
fn spread(shape: Shape, centre: Centre, entries: &[UnplacedForce], random: &mut Random) -> Option<FunnelSpread> {
    let model = match shape {
        Shape::Proportion => SpreadModel::proportion(centre.counts.rate())?,
        Shape::CountRatio => SpreadModel::count_ratio(centre.counts.rate())?,
        _ if centre.counts.numerator == 0 => return None,
        _ => SpreadModel::log_ratio(),
    };
    let observed = |entry: &UnplacedForce| SizedCount {
        observed: entry.counts.numerator,
        // The spread of a ratio of two counts is that of each about the other.
        size: match shape {
            Shape::CountRatio => real(entry.counts.denominator),
            _ => size(shape, centre, entry.counts),
        },
    };
    let observed: Vec<SizedCount> = entries.iter().map(observed).collect();
    let trimming = Trimming::default();
    let dispersion = dispersion(model, &observed, trimming).ok().map(|found| Dispersion {
        by_chance: by_chance::upper(by_chance::phi_by_chance(model, &observed, trimming, random)),
        ..found
    });
    let greatest = observed.iter().map(|force| force.size).fold(0.0, f64::max);
    let spreading = dispersion.as_ref().map_or(Spreading::Chance, |found| model.spreading(found, greatest));
    Some(FunnelSpread { model, dispersion, spreading })
}

/// The denominator of a proportion; of a rate the number of events to expect; of a ratio of two counts both together.
fn size(shape: Shape, centre: Centre, counts: Counts) -> f64 {
    match shape {
        Shape::Proportion => real(counts.denominator),
        Shape::CountRatio => real(counts.numerator) + real(counts.denominator),
        _ => real(counts.denominator) * centre.counts.rate(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a size is far below 2^53; a larger one would saturate")]
fn whole(size: f64) -> i64 {
    size.round() as i64
}

fn signal(headlines: &Headlines<'_>, force: &FunnelForce) -> Option<Signal> {
    let label = force.label();
    let severity = match label {
        FunnelLabel::AboveAct | FunnelLabel::BelowAct => Strength::Act,
        FunnelLabel::AboveLook | FunnelLabel::BelowLook => Strength::Look,
        FunnelLabel::Within | FunnelLabel::CannotTell | FunnelLabel::SpreadTooWide => return None,
    };
    let period = force.period;
    Some(Signal {
        metric_id: headlines.metric.id.clone(),
        org_code: force.org_code.clone(),
        period,
        kind: SignalKind::Funnel,
        rule: format!("{}_{}", label.as_str(), if force.adjusted.is_some() { "adjusted" } else { "plain" }),
        points: 1,
        severity,
        p_value: None,
        discovery: None,
        event: event_between(headlines.input.events, &force.org_code, (period.start(), period.end())),
    })
}
