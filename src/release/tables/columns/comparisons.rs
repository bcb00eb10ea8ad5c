//! Columns of figures beside other figures: peers, the year before, the nation, ranks, funnels, and the rules of others.

use std::borrow::Cow;

use super::{BODY, MEASURES, PERIOD, columns, identity};
use crate::assessment::{FigureComparison, FunnelForce, NationalContribution, OrganisationRank, ParityFigure};
use crate::release::tables::catalogue::{ANY, above, at_least, between, one_of};
use crate::release::tables::column::RowColumn;
use crate::stats::peers::AverageKind;
use crate::vocabulary::quantity::{Status, millionths as scaled};

pub(in crate::release::tables) fn comparisons() -> Vec<RowColumn<FigureComparison>> {
    let mut columns = identity(BODY, PERIOD);
    columns.extend(columns! { FigureComparison:
        /// What the figure is held against: the pooled figure of its peers, or its own of the same period a year
        /// before.
        Text "against" one_of(&["peers", "year_before"]) => |c| Cow::Borrowed(c.against.as_str());
        /// Where the peers come from, or the period of the other figure.
        Text "basis" ANY => |c| Cow::Borrowed(&c.basis);
        /// Numerator of the other figure; null where it has none.
        Whole "other_numerator" ANY.or_empty() => |c| Some(c.counts?.0);
        /// Denominator of the other figure; null where it has none.
        Whole "other_denominator" ANY.or_empty() => |c| Some(c.counts?.1);
        /// Value of the other figure, in the metric's unit.
        Decimal "other_value" ANY.or_empty() => |c| c.value.map(scaled);
        /// Whether the estimate is a difference, in the metric's unit (percentage points of a share), or a ratio.
        Text "measure" one_of(MEASURES) => |c| Cow::Borrowed(if c.is_ratio() { "ratio" } else { "difference" });
        /// The figure less the other one, or divided by it. Null where it cannot be told, and for a ratio to nothing.
        Decimal "estimate" ANY.or_empty() => estimate;
        /// Lower limit of the estimate's 95% confidence interval. Null without an estimate or a limit on this side.
        Decimal "lower_95" ANY.or_empty() => |c| c.look().lower.map(scaled);
        /// Upper limit of the estimate's 95% confidence interval. Null without an estimate or a limit on this side.
        Decimal "upper_95" ANY.or_empty() => |c| c.look().upper.map(scaled);
        /// Lower limit of the estimate's 99.8% confidence interval. Null without an estimate or a limit on this side.
        Decimal "lower_998" ANY.or_empty() => |c| c.act().lower.map(scaled);
        /// Upper limit of the estimate's 99.8% confidence interval. Null without an estimate or a limit on this side.
        Decimal "upper_998" ANY.or_empty() => |c| c.act().upper.map(scaled);
        /// The p-value that these intervals imply, where they have one; 0 is below 0.0000005.
        Decimal "p_value" between(0, 1).or_empty() => |c| c.found.as_ref().ok()?.p_value.map(scaled);
        /// By what the intervals are widened, because the cases hang together (each counts as 1/widened_by² of an
        /// independent one): sigma_z of the p′ or u′ chart of the series, where it rests on at least 13 figures and is
        /// above 1. Null where they are not widened.
        Decimal "widened_by" at_least(1).or_empty() => |c| c.widened_by.map(scaled);
        /// What follows, turned by the better direction. not_tested: of two full counts the difference is given, and
        /// chance is not tested.
        Text "label" one_of(&[
            "better_95", "better_99_8", "worse_95", "worse_99_8", "higher_95", "higher_99_8", "lower_95",
            "lower_99_8", "similar", "no_clear_difference", "not_tested", "cannot_tell"
        ]) => |c| Cow::Borrowed(c.label.as_str());
        /// Why it cannot be told; null where it can.
        Text "reason" ANY.or_empty() => |c| Cow::Borrowed(c.found.as_ref().err().map_or("", Status::reason));
        /// Peers that have a value; of a sum against a year before, organisations that have one in both periods, over
        /// which it is compared. Null of one organisation's own figure.
        Whole "organisations_used" at_least(0).or_empty() => |c| i64::try_from(c.resting?.used).ok();
        /// All peers; of a sum, organisations that have a value in either period.
        Whole "organisations" at_least(0).or_empty() => |c| i64::try_from(c.resting?.of).ok();
        /// Mean of the figures of the organisation and its peers. In the metric's unit; null for a delay, and where
        /// fewer than four peers or less than half of their usual denominator are there.
        Decimal "simple_including_self" ANY.or_empty() => |c| average(c, AverageKind::SimpleIncludingSelf);
        /// Mean of the peers' figures. In the metric's unit; null for a delay, and where fewer than four peers or less
        /// than half of their usual denominator are there.
        Decimal "simple_excluding_self" ANY.or_empty() => |c| average(c, AverageKind::SimpleExcludingSelf);
        /// Pooled figure of the organisation and its peers. In the metric's unit; null for a delay, and where fewer
        /// than four peers or less than half of their usual denominator are there.
        Decimal "weighted_including_self" ANY.or_empty() => |c| average(c, AverageKind::WeightedIncludingSelf);
        /// Pooled figure of the peers, with which the label is made. In the metric's unit; null for a delay, and where
        /// fewer than four peers or less than half of their usual denominator are there.
        Decimal "weighted_excluding_self" ANY.or_empty() => |c| average(c, AverageKind::WeightedExcludingSelf);
    });
    columns
}

pub(in crate::release::tables) fn contributions() -> Vec<RowColumn<NationalContribution>> {
    let mut columns = identity("Organisation of the organisations dataset, or UNATTRIBUTED.", PERIOD);
    columns.extend(columns! { NationalContribution:
        /// What the change is counted from.
        Text "baseline" one_of(&["period_before", "year_before"]) => |c| Cow::Borrowed(c.baseline.as_str());
        /// That period.
        Text "base_period" ANY => |c| Cow::Owned(c.base_period.to_string());
        /// The organisation's numerator in the earlier period; null where it has no figure.
        Whole "numerator_before" ANY.or_empty() => |c| Some(c.before?.0);
        /// The organisation's denominator in the earlier period; null where it has no figure.
        Whole "denominator_before" ANY.or_empty() => |c| Some(c.before?.1);
        /// The organisation's numerator in the later period; null where it has no figure.
        Whole "numerator_after" ANY.or_empty() => |c| Some(c.after?.0);
        /// The organisation's denominator in the later period; null where it has no figure.
        Whole "denominator_after" ANY.or_empty() => |c| Some(c.after?.1);
        /// Part of the national change that comes from the organisation's own rate, on the scale of the unit
        /// (Kitagawa).
        Decimal "rate_effect" ANY => |c| Some(scaled(c.rate_effect));
        /// Part that comes from its share of all cases, about the national rate.
        Decimal "mix_effect" ANY => |c| Some(scaled(c.mix_effect));
        /// The national change worked out again without the organisation; null where nothing is left.
        Decimal "change_without" ANY.or_empty() => |c| Some(c.change_without?.millionths(c.unit));
    });
    columns
}

pub(in crate::release::tables) fn ranks() -> Vec<RowColumn<OrganisationRank>> {
    let mut columns = identity("Organisation of the organisations dataset.", PERIOD);
    columns.extend(columns! { OrganisationRank:
        /// Place among the organisations with a value; 1 is the best, ties share it.
        Whole "rank" at_least(1) => |r| i64::try_from(r.rank.rank).ok();
        /// Best place that chance leaves open: 1 and the organisations that are wholly better, by intervals that hold
        /// together with probability 0.95.
        Whole "rank_at_least" at_least(1) => |r| i64::try_from(r.rank.at_least).ok();
        /// Worst place that chance leaves open.
        Whole "rank_at_most" at_least(1) => |r| i64::try_from(r.rank.at_most).ok();
        /// Organisations with a value.
        Whole "organisations" at_least(1) => |r| i64::try_from(r.rank.of).ok();
    });
    columns
}

pub(in crate::release::tables) fn funnels() -> Vec<RowColumn<FunnelForce>> {
    let mut columns = identity("Police force with a value in the report's period.", PERIOD);
    columns.extend(columns! { FunnelForce:
        /// Sum over the months of the period.
        Whole "numerator" at_least(0) => |f| Some(f.counts.numerator);
        /// Sum over the months of the period.
        Whole "denominator" at_least(1) => |f| Some(f.counts.denominator);
        /// What limits depend on: the denominator of a proportion; of a rate the number of events to expect at the
        /// pooled rate.
        Decimal "size" above(0) => |f| Some(scaled(f.size));
        /// The figure on the scale of its unit.
        Decimal "value" at_least(0) => |f| Some(scaled(f.value));
        /// The pooled figure of all forces of the funnel: sum of numerators by sum of denominators.
        Decimal "centre" at_least(0) => |f| Some(scaled(f.centre));
        /// Lower 95% limit by chance alone for this size (exact binomial; for rates exact Poisson), on the scale of
        /// the value. Null when no force of this size could lie below, and where the label is spread_too_wide.
        Decimal "lower_95" ANY.or_empty() => |f| f.plain.look.lower.map(scaled);
        /// Upper 95% limit by chance alone. Null when no force of this size could lie above.
        Decimal "upper_95" ANY.or_empty() => |f| f.plain.look.upper.map(scaled);
        /// Lower 99.8% limit by chance alone.
        Decimal "lower_998" ANY.or_empty() => |f| f.plain.act.lower.map(scaled);
        /// Upper 99.8% limit by chance alone.
        Decimal "upper_998" ANY.or_empty() => |f| f.plain.act.upper.map(scaled);
        /// The force against the limits of chance alone. cannot_tell: no force of this size could fall outside.
        /// spread_too_wide: forces differ so much that no limits say anything (phi above 10, or adjusted 99.8% limits
        /// from 0 to all at the largest size); no force has limits then.
        Text "label" one_of(&[
            "above_99_8", "above_95", "within", "below_95", "below_99_8", "cannot_tell", "spread_too_wide"
        ]) => |f| Cow::Borrowed(f.plain_label.as_str());
        /// Lower 95% limit that also allows for the usual spread of forces; never narrower than that of chance. Null
        /// where forces do not differ by more than chance, or the spread was not estimated.
        Decimal "adjusted_lower_95" ANY.or_empty() => |f| f.adjusted?.0.look.lower.map(scaled);
        /// Upper 95% limit that also allows for the usual spread.
        Decimal "adjusted_upper_95" ANY.or_empty() => |f| f.adjusted?.0.look.upper.map(scaled);
        /// Lower 99.8% limit that also allows for the usual spread.
        Decimal "adjusted_lower_998" ANY.or_empty() => |f| f.adjusted?.0.act.lower.map(scaled);
        /// Upper 99.8% limit that also allows for the usual spread.
        Decimal "adjusted_upper_998" ANY.or_empty() => |f| f.adjusted?.0.act.upper.map(scaled);
        /// The force against the adjusted limits. Where it is there, it is the label that counts.
        Text "adjusted_label" one_of(&[
            "above_99_8", "above_95", "within", "below_95", "below_99_8", "cannot_tell"
        ]).or_empty() => |f| Cow::Borrowed(f.adjusted.map_or("", |(_, label)| label.as_str()));
        /// Mean of the squared distances of forces from the centre, in standard deviations of chance, after trimming.
        /// What chance alone makes of it depends on the sizes: phi_by_chance. Null with fewer than ten forces.
        Decimal "phi" at_least(0).or_empty() => |f| Some(scaled(f.spread?.phi));
        /// What phi does not exceed in 95 of 100 draws of forces of these sizes that differ by chance alone (2,000
        /// draws at the pooled figure, trimmed in the same way). Forces are said to differ beyond chance only where
        /// phi is above it. Null with fewer than ten forces.
        Decimal "phi_by_chance" at_least(0).or_empty() => |f| f.spread?.phi_by_chance.map(scaled);
        /// Variance between forces beyond chance: of the angle asin(sqrt(p)) for proportions, of the logarithm of
        /// observed by expected for rates. Null with fewer than ten forces.
        Decimal "tau2" at_least(0).or_empty() => |f| Some(scaled(f.spread?.tau2));
        /// Forces that the centre rests on.
        Whole "forces" at_least(5) => |f| i64::try_from(f.forces).ok();
    });
    columns
}

pub(in crate::release::tables) fn parity() -> Vec<RowColumn<ParityFigure>> {
    let mut columns = identity(BODY, PERIOD);
    columns.extend(columns! { ParityFigure:
        /// Whose rules: as_phe, each force in the funnel of all (PHEindicatormethods 2.1.0); as_making_data_count,
        /// each period within its series (NHSRplotthedots 0.2.2).
        Text "mode" one_of(&["as_making_data_count", "as_phe"]) => |p| Cow::Borrowed(p.mode.as_str());
        /// The figure, in the metric's unit.
        Decimal "value" ANY => |p| Some(scaled(p.value));
        /// as_phe: the pooled figure of all forces. as_making_data_count: the mean of the series.
        Decimal "centre" ANY.or_empty() => |p| p.centre.map(scaled);
        /// as_phe: lower 95% limit of the figure. as_making_data_count: lower process limit, not cut at 0.
        Decimal "lower" ANY.or_empty() => |p| p.limits.lower.map(scaled);
        /// as_phe: upper 95% limit of the figure. as_making_data_count: upper process limit.
        Decimal "upper" ANY.or_empty() => |p| p.limits.upper.map(scaled);
        /// The package's word for the figure, or for the point.
        Text "label" ANY => |p| Cow::Borrowed(p.label);
        /// as_making_data_count, at the last point of a series: its variation icon.
        Text "variation" ANY.or_empty() => |p| Cow::Borrowed(p.variation.unwrap_or_default());
        /// as_making_data_count, at the last point of a series with a target: its assurance icon.
        Text "assurance" ANY.or_empty() => |p| Cow::Borrowed(p.assurance.unwrap_or_default());
    });
    columns
}

fn estimate(comparison: &FigureComparison) -> Option<i128> {
    let exact = comparison.exact_difference().map(|difference| difference.millionths(comparison.unit));
    exact.or_else(|| comparison.estimate().map(scaled))
}

fn average(comparison: &FigureComparison, wanted: AverageKind) -> Option<i128> {
    let mut averages = AverageKind::ALL.into_iter().zip(comparison.averages);
    averages.find(|(kind, _)| *kind == wanted)?.1.map(scaled)
}
