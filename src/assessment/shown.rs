//! What may be said where figures are withheld from readers: nothing of a withheld figure, and of a series nothing that
//! rests on one. What is left was worked out on all figures and is the same as for those who see them all.

use std::collections::HashSet;

use super::{Assessment, SignalKind};
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Period;

/// The headline figures that readers do not see.
#[derive(Debug, Default)]
pub struct Hidden<'a> {
    figures: HashSet<(&'a str, &'a BodyId, Period)>,
    /// Metrics and codes with such a figure in some period.
    series: HashSet<(&'a str, &'a BodyId)>,
    /// Metrics and periods in which the assessment did not tell a withheld organisation from one that returned nothing.
    unknown: HashSet<(&'a str, Period)>,
}

impl<'a> Hidden<'a> {
    /// Adds a withheld figure. `assessed` says that the assessment rests on it nevertheless.
    pub fn add(&mut self, one: &'a Observation, assessed: bool) {
        if one.category.is_some() {
            return;
        }
        self.figures.insert((&one.metric_id, &one.org_code, one.period));
        self.series.insert((&one.metric_id, &one.org_code));
        if !assessed && one.org_code.is_organisation() {
            self.unknown.insert((&one.metric_id, one.period));
        }
    }

    /// Whether a figure of the series is withheld.
    pub fn has_gaps(&self, metric: &str, code: &BodyId) -> bool {
        self.series.contains(&(metric, code))
    }

    fn holds(&self, metric: &str, code: &BodyId, period: Period) -> bool {
        self.figures.contains(&(metric, code, period))
    }
}

impl Assessment {
    /// Takes out all that is said of withheld figures.
    pub fn leave_out(&mut self, hidden: &Hidden<'_>) {
        self.signals.retain(|one| match one.kind {
            SignalKind::Funnel => !hidden.holds(&one.metric_id, &one.org_code, one.period),
            _ => !hidden.has_gaps(&one.metric_id, &one.org_code),
        });
        self.comparisons.retain(|one| {
            let periods = [one.period, one.period.year_before()];
            !periods.into_iter().any(|period| hidden.holds(&one.metric_id, &one.org_code, period))
        });
        self.contributions.retain(|one| {
            let is_hidden = |period: Period| {
                hidden.unknown.contains(&(one.metric_id.as_str(), period))
                    || hidden.holds(&one.metric_id, &one.org_code, period)
            };
            !is_hidden(one.period) && !is_hidden(one.base_period)
        });
        self.matched.retain(|one| !hidden.has_gaps(&one.metric_id, &one.org_code));
        self.incomplete.retain(|one| !hidden.holds(&one.metric_id, &one.org_code, one.period));
        self.ranks.retain(|one| !hidden.holds(&one.metric_id, &one.org_code, one.period));
        for funnel in &mut self.funnels {
            funnel.show_only(|force| !hidden.holds(&force.metric_id, &force.org_code, force.period));
        }
        self.charts.retain(|one| !hidden.has_gaps(&one.metric_id, &one.org_code));
        self.run_charts.retain(|one| !hidden.has_gaps(&one.metric_id, &one.org_code));
        self.trends.retain(|one| !hidden.has_gaps(&one.metric_id, &one.org_code));
        self.judgements.leave_out(|figure| hidden.has_gaps(&figure.metric_id, &figure.org_code));
        self.steps.retain(|one| !hidden.has_gaps(&one.metric_id, &one.org_code));
    }
}
