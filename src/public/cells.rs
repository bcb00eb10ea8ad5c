//! The cells of one unit: what was or will be published of them, and where they stand.

use std::collections::BTreeMap;

use super::WithholdingRule;
use super::book::{BookRow, RowPlace};
use super::counts::Measure;
use crate::definitions::model::{BreakdownKind, Metric};
use crate::disclosure::system::{CellPosition, CountCell, History};
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;

/// Where a cell stands, in words for messages and data files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellPlace {
    pub(super) metric: MetricId,
    pub(super) category: String,
    /// Which count, or what it is the difference of.
    pub(super) measure: String,
    pub(super) code: BodyId,
    pub(super) period: Period,
    /// The earlier edition that alone has it; empty for the present one.
    pub(super) edition: String,
}

impl CellPlace {
    pub(super) fn of(metric: &Metric, row: &BookRow<'_>, measure: Measure, edition: &str) -> Self {
        let RowPlace { category, code, period, .. } = row.place;
        Self {
            metric: metric.id.clone(),
            category: category.unwrap_or_default().to_owned(),
            measure: measure.as_str().to_owned(),
            code: code.to_owned(),
            period,
            edition: edition.to_owned(),
        }
    }

    /// The metric, with its category.
    pub(super) fn figure(&self) -> String {
        if self.category.is_empty() { self.metric.to_string() } else { format!("{}[{}]", self.metric, self.category) }
    }
}

/// A cell under construction: several figures may contain it.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) value: i64,
    pub(super) kind: CellPosition,
    pub(super) threshold: i64,
    /// Readers know it from an earlier edition or from a metric that withholds nothing.
    pub(super) published: bool,
    /// Hidden whatever else is.
    pub(super) withheld: bool,
    /// The cell would be hidden as 0 too.
    pub(super) unseen: bool,
    /// `None` for a sum or difference of several figures that nothing need be said of.
    pub(super) place: Option<CellPlace>,
}

impl Draft {
    /// The difference of counts, which no figure shows: also as 0 it would not be seen.
    pub(super) fn unseen(value: i64, threshold: i64, place: Option<CellPlace>) -> Self {
        Self { value, kind: CellPosition::Interior, threshold, published: false, withheld: true, unseen: true, place }
    }

    fn history(&self) -> History {
        match (self.published, self.unseen, self.withheld) {
            (true, _, _) => History::Published,
            (false, true, _) => History::Unseen,
            (false, false, true) => History::Withheld,
            (false, false, false) => History::New,
        }
    }

    fn is_primary(&self) -> bool {
        (1..self.threshold).contains(&self.value)
    }
}

/// The cells by label.
#[derive(Debug, Default)]
pub(super) struct Cells(pub(super) BTreeMap<String, Draft>);

impl Cells {
    /// Adds a count of a row, or what the row says of a cell that is there already. A zero is never held back for its
    /// history: it is no cover.
    pub(super) fn add(&mut self, label: String, row: &BookRow<'_>, mut draft: Draft) {
        let kept_back = (row.past.withheld || row.contradicted || !row.is_current()) && draft.value > 0;
        // A figure that an earlier edition withheld with its level would have been withheld as 0 too.
        if row.piece || (!row.is_current() && row.past.withheld && !row.past.shown) {
            (draft.unseen, draft.withheld) = (true, true);
        }
        let (unseen, published, threshold) = (draft.unseen, draft.published || row.past.shown, draft.threshold);
        let cell = self.0.entry(label).or_insert(draft);
        cell.published |= published;
        cell.threshold = cell.threshold.max(threshold);
        // One figure that shows it if it is 0 is enough.
        cell.unseen &= unseen;
        cell.withheld |= kept_back;
    }

    /// A count and the rest of its denominator go together: with the denominator known, one gives the other away.
    pub(super) fn tie(&mut self, one: &str, other: &str) {
        for (label, partner) in [(one, other), (other, one)] {
            if self.0.get(partner).is_some_and(|cell| cell.is_primary() && !cell.published)
                && let Some(cell) = self.0.get_mut(label).filter(|cell| cell.value > 0)
            {
                cell.withheld = true;
            }
        }
    }

    /// Hides a cell of which no figure is shown: it would not be seen as 0 either.
    pub(super) fn hold(&mut self, label: &str) {
        if let Some(cell) = self.0.get_mut(label) {
            (cell.withheld, cell.unseen) = (true, true);
        }
    }

    /// Readers know a count that an earlier edition showed and that has not changed since.
    pub(super) fn know(&mut self, label: &str) {
        if let Some(cell) = self.0.get_mut(label) {
            cell.published = true;
        }
    }

    /// Whether readers know all of these.
    pub(super) fn are_published<'l>(&self, mut labels: impl Iterator<Item = &'l String>) -> bool {
        labels.all(|label| self.0.get(label).is_some_and(|cell| cell.published))
    }

    /// The cells as `disclosure` takes them.
    pub(super) fn finished(&self) -> Vec<CountCell> {
        let cell = |(label, draft): (&String, &Draft)| CountCell {
            label: label.clone(),
            value: draft.value,
            kind: draft.kind,
            threshold: draft.threshold,
            history: draft.history(),
        };
        self.0.iter().map(cell).collect()
    }
}

/// A cell for one count of a row.
pub(super) fn draft(
    metrics: &[Metric],
    row: &BookRow<'_>,
    value: i64,
    rule: WithholdingRule,
    place: CellPlace,
) -> Draft {
    let RowPlace { metric, category, code, .. } = row.place;
    let breakdown = metrics.get(metric).and_then(|metric| metric.breakdown.as_ref());
    let is_sum = breakdown.is_some_and(|breakdown| breakdown.kind == BreakdownKind::Parts);
    let kind = match (code.body(), category) {
        (Body::Nation, _) => CellPosition::GrandTotal,
        (Body::Region(_) | Body::PeersOf(_), _) => CellPosition::RowTotal,
        (_, None) if is_sum => CellPosition::ColumnTotal,
        _ => CellPosition::Interior,
    };
    Draft {
        value,
        kind,
        threshold: rule.threshold,
        published: false,
        withheld: false,
        unseen: false,
        place: Some(place),
    }
}
