//! Columns of figures over time: signals, control charts, run charts, trends and steps.

use std::borrow::Cow;

use super::{BODY, MEASURES, PERIOD, YES_NO, columns, identity};
use crate::assessment::{ControlPoint, ProposedStep, SeriesRunChart, SeriesTrend, Signal, TrendWindow};
use crate::release::tables::catalogue::{ANY, at_least, between, matching, one_of};
use crate::release::tables::column::RowColumn;
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::millionths as scaled;

pub(in crate::release::tables) fn signals() -> Vec<RowColumn<Signal>> {
    let mut columns = identity(BODY, PERIOD);
    columns.extend(columns! { Signal:
        /// What speaks: a rule of the control chart, a shift about the median of a series without one (run_chart), the
        /// trend, a step that the series seems to have taken and nobody has confirmed (change_point), the funnel of
        /// all forces, or the comparison with peers. The last two are of the report's period alone.
        Text "kind" one_of(&["control_chart", "run_chart", "trend", "change_point", "funnel", "peers"])
            => |s| Cow::Borrowed(s.kind.as_str());
        /// The rule and its direction, such as run_of_seven_low, step_up, below_95_adjusted (limits that allow for the
        /// usual spread; _plain: limits of chance alone) or worse_99_8.
        Text "rule" matching("^[a-z0-9_]+$") => |s| Cow::Borrowed(&s.rule);
        /// Periods that the pattern takes up so far; 1 for a single figure.
        Whole "points" at_least(1) => |s| i64::try_from(s.points).ok();
        /// act: beyond a limit of the chart, or at 99.8 %. look: everything else.
        Text "severity" one_of(&["look", "act"]) => |s| Cow::Borrowed(s.severity_str());
        /// The p-value that the label's own interval implies, where it has one; 0 is below 0.0000005.
        Decimal "p_value" between(0, 1).or_empty() => |s| s.p_value.map(scaled);
        /// For comparisons with peers: whether it is on the list of the release that holds false discoveries to 5 %
        /// (Benjamini and Hochberg).
        Text "false_discovery_list" one_of(&["listed", "not_listed"]).or_empty()
            => |s| Cow::Borrowed(s.discovery.map_or("", listed_words));
        /// Day of the recorded event of the organisation or the nation in the signal's window. Null: no recorded
        /// cause.
        Date "event_on" ANY.or_empty() => |s| s.event.as_ref().map(|event| event.happened_on);
        /// Kind of that event, as the events dataset has it.
        Text "event_kind" ANY.or_empty() => |s| Cow::Borrowed(s.event.as_ref().map_or("", |event| &event.kind));
    });
    columns
}

pub(in crate::release::tables) fn control_limits() -> Vec<RowColumn<ControlPoint>> {
    let mut columns = identity(BODY, PERIOD);
    columns.extend(columns! { ControlPoint:
        /// The control chart that suits the series: p' of proportions, u' of rates, XmR of other figures and of
        /// proportions with small and even denominators, u' of the rarer outcome (turned back to the metric's scale)
        /// where fewer than five of it are expected in a period.
        Text "chart" one_of(&["p_prime", "u_prime", "xmr", "u_prime_of_failures"])
            => |p| Cow::Borrowed(p.kind.as_str());
        /// Stretch of the series with limits of its own, from 1.
        Whole "segment" at_least(1) => |p| i64::try_from(p.segment).ok();
        /// Why the stretch begins where it does.
        Text "segment_start" one_of(&["first_period", "new_definition", "recorded_event", "decision"])
            => |p| Cow::Borrowed(p.start);
        /// Mean of the stretch (p' and u': sum by sum), on the scale of the unit.
        Decimal "mean" ANY => |p| Some(scaled(p.mean));
        /// Lower limit of usual variation, three standard deviations from the mean. Not cut at the end of the scale:
        /// it may lie below 0.
        Decimal "lower_limit" ANY => |p| Some(scaled(p.lower));
        /// Upper limit of usual variation. Not cut at the end of the scale.
        Decimal "upper_limit" ANY => |p| Some(scaled(p.upper));
        /// p' and u' only: 1 where the series varies as chance alone would have it, more where it varies more. Null
        /// for XmR charts and where nothing varies.
        Decimal "sigma_z" at_least(0).or_empty() => |p| p.sigma_z.map(scaled);
        /// What the figure of the period is labelled, as the column variation of observations; cannot_tell also where
        /// there is no figure.
        Text "point_type" one_of(&[
            "common_cause", "special_cause_improvement", "special_cause_concern", "special_cause_neutral_high",
            "special_cause_neutral_low", "no_variation", "cannot_tell"
        ]) => |p| Cow::Borrowed(p.label.as_str());
        /// trial where they rest on fewer than 13 figures.
        Text "limits" one_of(&["trial", "full"]) => |p| Cow::Borrowed(if p.trial { "trial" } else { "full" });
    });
    columns
}

pub(in crate::release::tables) fn run_charts() -> Vec<RowColumn<SeriesRunChart>> {
    let mut columns = identity(BODY, "Last period with a final figure.");
    columns.extend(columns! { SeriesRunChart:
        /// First period of the stretch with a final figure: limits and medians start afresh at recorded events, new
        /// definitions and decisions.
        Text "first_period" ANY => |c| Cow::Owned(c.first.to_string());
        /// Final figures of the stretch.
        Whole "points" at_least(3) => |c| i64::try_from(c.points).ok();
        /// Their median, in the metric's unit; of the first ones where a baseline was decided.
        Decimal "median" ANY => |c| Some(scaled(c.centre));
        /// Of these, figures that equal the median.
        Whole "points_on_median" at_least(0) => |c| i64::try_from(c.on_median()).ok();
        /// Figures that are not on the median.
        Whole "useful_points" at_least(0) => |c| i64::try_from(c.runs.useful).ok();
        /// Most of them in a row on one side.
        Whole "longest_run" at_least(0) => |c| i64::try_from(c.runs.longest).ok();
        /// A longer run is a signal.
        Whole "longest_run_limit" at_least(0).or_empty() => |c| i64::try_from(c.runs.longest_limit?).ok();
        /// How often the series crosses the median.
        Whole "crossings" at_least(0) => |c| i64::try_from(c.runs.crossings).ok();
        /// Fewer crossings are a signal.
        Whole "crossings_limit" at_least(0).or_empty() => |c| i64::try_from(c.runs.crossings_limit?).ok();
        /// shift: a limit is broken; no_evidence: none is; too_few_points: fewer than ten useful points (Anhøj and
        /// Olesen 2014); end_of_scale: the median is the least or greatest value that there can be; one_side: all
        /// useful points lie on one side of the median, because most figures equal it. The last two are not tested.
        Text "signal" one_of(&["shift", "no_evidence", "too_few_points", "end_of_scale", "one_side"])
            => |c| Cow::Borrowed(c.signal.as_str());
    });
    columns
}

pub(in crate::release::tables) fn trends() -> Vec<RowColumn<SeriesTrend>> {
    let mut columns = identity(BODY, "Last period of the test's window: the last final one with a figure.");
    columns.extend(columns! { SeriesTrend:
        /// First period with a figure. Null where no trend can be told.
        Text "first_period" ANY.or_empty()
            => |t| window(t).map_or(Cow::Borrowed(""), |w| Cow::Owned(w.first.to_string()));
        /// Periods with a figure. Where no trend can be told, given only if their number is the reason.
        Whole "periods" at_least(0).or_empty() => |t| i64::try_from(t.periods()?).ok();
        /// up and down hold at 95 % and keep their direction whichever one period is left out;
        /// no_evidence_rests_on_one_period: it does not.
        Text "outcome" one_of(&["up", "down", "no_evidence", "no_evidence_rests_on_one_period", "cannot_tell"])
            => |t| Cow::Borrowed(t.outcome_str());
        /// Why no trend can be told; null where one can. too_few_periods: under 24 months, 8 quarters or 5 years with
        /// a figure; too_many_absent: more than one period in five without one; break: another version of the metric
        /// holds from inside the window.
        Text "reason" one_of(&[
            "overlapping_periods", "periods_out_of_order", "unequal_periods", "break", "suppressed",
            "too_few_periods", "too_many_absent", "all_zero", "all_complete", "faulty_counts", "not_a_number",
            "missing_limits", "zero_width_limits", "no_fit"
        ]).or_empty() => |t| Cow::Borrowed(t.reason_str());
        /// Fitted last figure less fitted first, in the metric's unit; percentages: percentage points. Seasons of
        /// months and quarters are allowed for.
        Decimal "change" ANY.or_empty() => |t| Some(scaled(window(t)?.change.value));
        /// Lower 95 % limit of the change.
        Decimal "change_lower_95" ANY.or_empty() => |t| window(t)?.change.look.lower.map(scaled);
        /// Upper 95 % limit of the change.
        Decimal "change_upper_95" ANY.or_empty() => |t| window(t)?.change.look.upper.map(scaled);
        /// Lower 99.8 % limit of the change.
        Decimal "change_lower_998" ANY.or_empty() => |t| window(t)?.change.act.lower.map(scaled);
        /// Upper 99.8 % limit of the change.
        Decimal "change_upper_998" ANY.or_empty() => |t| window(t)?.change.act.upper.map(scaled);
        /// Two-sided, of no change over the window; below 0.05 and 0.002 the levels are reached.
        Decimal "p_value" between(0, 1).or_empty() => |t| Some(scaled(window(t)?.p_value));
        /// Chi-square over its degrees of freedom: 1 where figures vary about the line as chance alone would have it
        /// (for delays: as their limits would have it); limits and p-value allow for more. Null where no trend can be
        /// told.
        Decimal "dispersion" at_least(0).or_empty() => |t| Some(scaled(window(t)?.dispersion));
        /// fitted: the test allows for months or quarters of the year; left_out: it does not, because one of them has
        /// no event or nothing but events in any year; none: years have no seasons. Null where no trend can be told.
        Text "seasons" one_of(&["fitted", "left_out", "none"]).or_empty()
            => |t| Cow::Borrowed(window(t).map_or("", |w| w.seasons.as_str()));
        /// Whether the series was searched for steps (results/change_points): searched; too_few_points where no
        /// stretch between two versions of the metric has 12 final figures; gaps where one has, but more than one
        /// period in five between them has none.
        Text "step_search" one_of(&["searched", "too_few_points", "gaps"]) => |t| Cow::Borrowed(t.steps.as_str());
    });
    columns
}

pub(in crate::release::tables) fn change_points() -> Vec<RowColumn<ProposedStep>> {
    let mut columns = identity(BODY, "First period of the new level.");
    columns.extend(columns! { ProposedStep:
        /// Lower end of the 95 % interval of that period (Bai 1997). Null where it leaves the stretch of one version
        /// of the metric that was searched, and without an interval.
        Text "earliest_period" ANY.or_empty() => |s| period_text(s.earliest);
        /// Upper end of the interval.
        Text "latest_period" ANY.or_empty() => |s| period_text(s.latest);
        /// closed: both ends lie in that stretch; open: one does not; none: a level that does not vary gives no scale
        /// for one.
        Text "date_interval" one_of(&["closed", "open", "none"]) => |s| Cow::Borrowed(date_interval(s));
        /// Periods with a final figure before, back to the step before it or the start of the stretch.
        Whole "periods_before" at_least(6) => |s| i64::try_from(s.periods.0).ok();
        /// Periods with a final figure from there on, up to the next step or the end of the stretch.
        Whole "periods_after" at_least(6) => |s| i64::try_from(s.periods.1).ok();
        /// Mean of those figures before, in the metric's unit.
        Decimal "mean_before" ANY => |s| Some(scaled(s.means.0));
        /// Mean of those after.
        Decimal "mean_after" ANY => |s| Some(scaled(s.means.1));
        /// Whether seasons were taken out of the figures: where they explain more than they cost by BIC.
        Text "seasonally_adjusted" one_of(YES_NO) => |s| Cow::Borrowed(if s.adjusted { "yes" } else { "no" });
        /// difference: of the pooled shares (Newcombe), in percentage points; ratio: of the pooled rates or of counts
        /// per period (exact). Null for figures without counts of their own, such as delays.
        Text "measure" one_of(MEASURES).or_empty()
            => |s| Cow::Borrowed(s.size.map_or("", |size| if size.is_ratio { "ratio" } else { "difference" }));
        /// After less before, or after over before; a ratio over nothing is null.
        Decimal "estimate" ANY.or_empty() => step_estimate;
        /// Lower 95 % limit of the estimate.
        Decimal "lower_95" ANY.or_empty() => |s| s.size?.limits.lower.map(scaled);
        /// Upper 95 % limit; a ratio's may be open.
        Decimal "upper_95" ANY.or_empty() => |s| s.size?.limits.upper.map(scaled);
        /// Other organisations with a step of the same metric whose interval meets this one.
        Whole "shared_by" at_least(0) => |s| i64::try_from(s.shared_by).ok();
        /// Day of the recorded event of the organisation or the nation within the interval, whose open side reaches to
        /// the end of the stretch. Null: no recorded cause.
        Date "event_on" ANY.or_empty() => |s| s.event.as_ref().map(|event| event.happened_on);
        /// Kind of that event, as the events dataset has it.
        Text "event_kind" ANY.or_empty() => |s| Cow::Borrowed(s.event.as_ref().map_or("", |event| &event.kind));
        /// accepted: a named person decided in the settings that limits begin anew there; refused: that they go on;
        /// recorded: they begin anew with a recorded event (system_migration, counting_rule_change); open: neither.
        /// Where limits begin anew on a day within the intervals of several steps, the nearest is meant.
        Text "decision" one_of(&["open", "accepted", "recorded", "refused"]) => |s| Cow::Borrowed(s.decision.as_str());
    });
    columns
}

fn step_estimate(step: &ProposedStep) -> Option<i128> {
    let size = step.size?;
    let exact = size.difference.map(|difference| difference.millionths(step.unit));
    exact.or_else(|| size.estimate.map(scaled))
}

fn period_text(period: Option<Period>) -> Cow<'static, str> {
    period.map_or(Cow::Borrowed(""), |period| Cow::Owned(period.to_string()))
}

fn date_interval(step: &ProposedStep) -> &'static str {
    match (step.has_interval, step.earliest, step.latest) {
        (false, ..) => "none",
        (true, Some(_), Some(_)) => "closed",
        (true, ..) => "open",
    }
}

fn window(trend: &SeriesTrend) -> Option<&TrendWindow> {
    trend.found.as_ref().ok()
}

fn listed_words(listed: bool) -> &'static str {
    if listed { "listed" } else { "not_listed" }
}
