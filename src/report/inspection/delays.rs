//! How long the cases behind a figure took: a table of bands over periods, and a curve where there are enough cases.

use crate::definitions::model::{Delays, Metric};
use crate::report::charts::{Chart, CurvePoint, DelayChart, DelayCurve, DelayLimit, SeriesRole};
use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::page::cell::Cell;
use crate::report::page::download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Column, Row, Table};
use crate::report::words;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::delay::{DelayBand, DelayRange};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::count_text;
use crate::vocabulary::shorthand::Shorthand;

/// A curve of fewer cases would show steps of single ones; the table has them.
const LEAST_CASES: i64 = 10;

/// The cases of a metric and an organisation by how long they took.
#[derive(Debug, Clone, Copy)]
struct CaseDelays<'a> {
    metric: &'a Metric,
    delays: &'a Delays,
    body: &'a Organisation,
    /// By period and band.
    bands: &'a [DelayBand],
}

/// The delays of an organisation's cases in these periods; `None` where the metric has none, or no period has a figure.
pub fn delays(facts: &Facts<'_>, metric: &Metric, body: &Organisation, periods: &[Period]) -> Option<Block> {
    let bands = bands_of(facts, metric, &body.code);
    let own = CaseDelays { metric, delays: metric.delays.as_ref()?, body, bands };
    if periods.iter().all(|period| own.in_period(*period).is_empty()) {
        return None;
    }
    let table = own.table(periods);
    Some(match own.figure(facts, &table) {
        Some(figure) => Block::Figure(Box::new(figure)),
        None => Block::Table(table),
    })
}

/// The bands of a metric and an organisation, by period and band. They are sorted by metric and organisation.
fn bands_of<'a>(facts: &Facts<'a>, metric: &Metric, code: &BodyId) -> &'a [DelayBand] {
    let all = &facts.release.delays;
    let order = |one: &DelayBand| (&*one.metric_id, &one.org_code).cmp(&(metric.id.as_str(), code));
    let from = all.partition_point(|one| order(one).is_lt());
    let to = all.partition_point(|one| order(one).is_le());
    all.get(from..to).unwrap_or_default()
}

impl<'a> CaseDelays<'a> {
    fn in_period(&self, period: Period) -> Vec<&'a DelayBand> {
        self.bands.iter().filter(|one| one.period == period).collect()
    }

    fn table(&self, periods: &[Period]) -> Table {
        let columns: Vec<Vec<&DelayBand>> = periods.iter().map(|period| self.in_period(*period)).collect();
        let cell = |cases: Option<i64>| cases.map_or_else(|| Cell::absent(Shorthand::NotAvailable), Cell::count);
        let row = |(place, range): (usize, DelayRange)| {
            let cells = columns.iter().map(|bands| cell(bands.get(place).map(|band| band.cases)));
            Row::new(range_words(range, self.delays), cells.collect())
        };
        let mut rows: Vec<Row> = DelayRange::bands(&self.delays.bands).into_iter().enumerate().map(row).collect();
        let totals = columns.iter().map(|bands| cell((!bands.is_empty()).then(|| total(bands))));
        rows.push(Row::new("All", totals.collect()).emphasised(true));
        let mut headings = vec![Column::words("Delay")];
        headings.extend(periods.iter().map(|period| Column::numbers(period.words())));
        let caption = format!("{}: {}", self.body.short_name, self.delays.title);
        Table::new(format!("tab-{}-delays", self.metric.id), caption, headings, rows)
    }

    /// The curve of the report's period, beside that of a year before; `None` of few cases.
    fn figure(&self, facts: &Facts<'_>, table: &Table) -> Option<Figure> {
        let Self { metric, delays, body, .. } = *self;
        let period = facts.release.period;
        let now = self.in_period(period);
        let subject = curve(SeriesRole::Subject, period.words(), &now)?;
        let before = facts.year_before();
        let earlier = before.and_then(|before| curve(SeriesRole::AllForces, before.words(), &self.in_period(before)));
        let (unit, marked) = (delays.unit.words(), marked(delays, &now)?);
        let limit = delays.limit.map(|limit| DelayLimit {
            label: format!("Limit: {} {unit}", count_text(limit)),
            after: exact(limit),
            share: None,
        });
        Some(Figure {
            id: format!("fig-{}-delays", metric.id),
            label: String::new(),
            title: format!(
                "{}: {} of {} took {} {unit} or less",
                metric.id,
                count_text(marked.cases),
                count_text(total(&now)),
                count_text(marked.up_to)
            ),
            subtitle: format!("{}, {}, {}", delays.title, body.short_name, period.words()),
            icons: Vec::new(),
            room: Room::Small,
            drawing: Chart::Delay(DelayChart {
                axis_title: words::sentence_case(unit),
                curves: std::iter::once(subject).chain(earlier).collect(),
                limit,
                until: exact(*delays.bands.last()?),
            }),
            text: self.others_words(&now, marked),
            table: table.clone(),
            table_summary: String::new(),
            downloads: vec![download::delays(metric, &body.code)],
        })
    }

    /// What became of the cases that the title does not count.
    fn others_words(&self, now: &[&DelayBand], marked: CasesReached) -> String {
        let number = |cases: i64| match usize::try_from(cases) {
            Ok(0) => "none".to_owned(),
            Ok(cases) => words::number_words(cases),
            Err(_) => count_text(cases),
        };
        let still: i64 = now.iter().filter(|band| band.range == DelayRange::NotEnded).map(|band| band.cases).sum();
        format!(
            "{} took longer, and {} {} {}; the curve is exact at the ends of the bands of the table.",
            words::sentence_case(&number(total(now) - marked.cases - still)),
            number(still),
            if still == 1 { "was" } else { "were" },
            self.delays.not_ended
        )
    }
}

/// "Up to 24 hours", "Over 24 and up to 48 hours", "Over 720 hours", "Not reported".
fn range_words(range: DelayRange, delays: &Delays) -> String {
    let unit = delays.unit.words();
    match range {
        DelayRange::UpTo { after: None, up_to } => format!("Up to {} {unit}", count_text(up_to)),
        DelayRange::UpTo { after: Some(after), up_to } => {
            format!("Over {} and up to {} {unit}", count_text(after), count_text(up_to))
        }
        DelayRange::LongerThan(last) => format!("Over {} {unit}", count_text(last)),
        DelayRange::NotEnded => words::sentence_case(&delays.not_ended),
    }
}

fn total(bands: &[&DelayBand]) -> i64 {
    bands.iter().map(|band| band.cases).sum()
}

/// How many cases took no longer than the last delay of each band.
fn reached(bands: &[&DelayBand]) -> Vec<CasesReached> {
    let mut cases = 0;
    let mut all = Vec::new();
    for band in bands {
        if let DelayRange::UpTo { up_to, .. } = band.range {
            cases += band.cases;
            all.push(CasesReached { up_to, cases });
        }
    }
    all
}

/// Cases that took no longer than a delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CasesReached {
    up_to: i64,
    cases: i64,
}

/// The limit of the law, or the first delay by which half of the cases had ended; else the last.
fn marked(delays: &Delays, bands: &[&DelayBand]) -> Option<CasesReached> {
    let (reached, all) = (reached(bands), total(bands));
    let at_limit = reached.iter().find(|one| Some(one.up_to) == delays.limit);
    let half = reached.iter().find(|one| 2 * one.cases >= all);
    at_limit.or(half).or(reached.last()).copied()
}

fn curve(role: SeriesRole, label: String, bands: &[&DelayBand]) -> Option<DelayCurve> {
    let all = total(bands);
    let points = reached(bands).into_iter();
    let points = points.map(|one| CurvePoint { after: exact(one.up_to), share: 100.0 * exact(one.cases) / exact(all) });
    (all >= LEAST_CASES).then(|| DelayCurve { role, label, points: points.collect() })
}

/// Counts and delays are far below 2^53, where every whole number is exact.
#[expect(clippy::cast_precision_loss, reason = "counts of cases, and delays of at most a year in hours")]
fn exact(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::quantity::Unit;

    fn delays(limit: Option<i64>) -> Delays {
        Delays {
            rollup: "breach_notices".to_owned(),
            key: "hours".to_owned(),
            measure: "breaches".to_owned(),
            only: None,
            unit: Unit::Hours,
            bands: vec![24, 72, 720],
            limit,
            title: "Breaches by hours".to_owned(),
            not_ended: "not reported".to_owned(),
        }
    }

    /// Cases up to 24 hours, up to 72, up to 720, longer, and not ended.
    fn counted(cases: [i64; 5]) -> Vec<DelayBand> {
        let band = |((band, range), cases): ((u32, DelayRange), i64)| DelayBand {
            metric_id: "SEC-06".parse().unwrap(),
            org_code: "E01".into(),
            period: "2025-26Q1".parse().unwrap(),
            band,
            range,
            cases,
        };
        (1..).zip(DelayRange::bands(&[24, 72, 720])).zip(cases).map(band).collect()
    }

    #[test]
    fn a_curve_counts_what_had_not_ended_among_all() {
        let bands = counted([3, 4, 1, 0, 2]);
        let bands: Vec<&DelayBand> = bands.iter().collect();
        let curve = curve(SeriesRole::Subject, "now".to_owned(), &bands).unwrap();
        let points: Vec<(f64, f64)> = curve.points.iter().map(|point| (point.after, point.share)).collect();
        assert_eq!(points, [(24.0, 30.0), (72.0, 70.0), (720.0, 80.0)]);
        let few = counted([3, 4, 1, 0, 1]);
        assert!(super::curve(SeriesRole::Subject, "now".to_owned(), &few.iter().collect::<Vec<_>>()).is_none());
    }

    #[test]
    fn the_title_names_the_limit_or_where_half_had_ended() {
        let marked = |limit, cases| {
            let bands = counted(cases);
            let marked = super::marked(&delays(limit), &bands.iter().collect::<Vec<_>>()).unwrap();
            (marked.up_to, marked.cases)
        };
        assert_eq!(marked(Some(24), [3, 4, 1, 0, 2]), (24, 3));
        assert_eq!(marked(None, [3, 4, 1, 0, 2]), (72, 7), "half of ten are five");
        assert_eq!(marked(None, [1, 1, 1, 9, 9]), (720, 3), "half had not ended by the last");
    }

    #[test]
    fn bands_are_worded_once() {
        let words: Vec<String> =
            DelayRange::bands(&[24, 8_760]).into_iter().map(|range| range_words(range, &delays(None))).collect();
        let expected = ["Up to 24 hours", "Over 24 and up to 8,760 hours", "Over 8,760 hours", "Not reported"];
        assert_eq!(words, expected);
    }
}
