//! What a change of the nation is made of: the rates of organisations, and their shares of all cases. The parts were worked
//! out before; here they are added up by region.

use std::collections::BTreeMap;

use crate::assessment::{NationalContribution, change_of};
use crate::definitions::model::Metric;
use crate::report::charts::{Chart, ContributionStep, MarkMeaning, NamedLevel, WaterfallChart};
use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::metric::contributions::{contribution_table, parts_of_change, signed};
use crate::report::national::all_metrics::rows;
use crate::report::page::block::Block;
use crate::report::page::download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::words::{self, Change};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::{Better, Ratio, Unit};

/// The organisations of a region, or those of none.
const NO_REGION: &str = "Organisations of no region";

/// A change taken apart, over the organisations that returned both periods.
pub struct DecomposedChange<'a> {
    pub metric: &'a Metric,
    parts: Vec<&'a NationalContribution>,
    /// The earlier period.
    pub base: Period,
    pub before: Ratio,
    pub now: Ratio,
    /// What own rates added.
    pub rate: f64,
    /// What shares of cases added.
    pub mix: f64,
}

impl<'a> DecomposedChange<'a> {
    /// The change of a national figure; `None` where it is not taken apart.
    pub fn of(facts: &Facts<'a>, metric: &'a Metric) -> Option<Self> {
        let parts = parts_of_change(facts, metric);
        let base = parts.first()?.base_period;
        let sum = |counts: fn(&NationalContribution) -> Option<(i64, i64)>| {
            let all = parts.iter().filter_map(|part| counts(part));
            all.fold(Ratio { numerator: 0, denominator: 0 }, |sum, (numerator, denominator)| Ratio {
                numerator: sum.numerator.saturating_add(numerator),
                denominator: sum.denominator.saturating_add(denominator),
            })
        };
        let (before, now) = (sum(|part| part.before), sum(|part| part.after));
        let (rate, mix) =
            (parts.iter().map(|part| part.rate_effect).sum(), parts.iter().map(|part| part.mix_effect).sum());
        (before.denominator > 0 && now.denominator > 0).then_some(Self { metric, parts, base, before, now, rate, mix })
    }

    fn value(&self, of: Ratio) -> f64 {
        crate::stats::real(of.numerator) / crate::stats::real(of.denominator) * f64::from(self.metric.unit.multiplier())
    }

    /// One of the two figures, without its unit.
    pub fn cell(&self, of: Ratio) -> Cell {
        let value = self.value(of);
        Cell::shown(words::rounded_text(value, Some(of), self.metric.unit), value, self.metric.unit)
    }

    fn say(&self, of: Ratio) -> String {
        words::ratio_in_sentence(self.value(of), Some(of), self.metric.unit)
    }

    /// The change.
    pub fn change(&self) -> Option<Change> {
        Some(Change::of_ratios(change_of(&self.parts)?, self.metric.unit))
    }

    /// Whether what the rates added is more than what the shares did.
    fn is_by_rates(&self) -> bool {
        self.rate.abs() >= self.mix.abs()
    }

    /// By region in the order of names, with the organisations of none last: what rates and shares added.
    fn regions(&self, facts: &Facts<'_>) -> Vec<(String, f64, f64)> {
        let mut by_region: BTreeMap<(bool, String), (f64, f64)> = BTreeMap::new();
        for part in &self.parts {
            let region = facts.organisation(&part.org_code).and_then(|body| body.region.clone());
            let key = (region.is_none(), region.unwrap_or_else(|| NO_REGION.to_owned()));
            let sum = by_region.entry(key).or_default();
            sum.0 += part.rate_effect;
            sum.1 += part.mix_effect;
        }
        by_region.into_iter().map(|((_, name), (rate, mix))| (name, rate, mix)).collect()
    }

    /// The organisation that added most, either way.
    pub fn largest(&self) -> Option<&'a NationalContribution> {
        let size = |part: &&NationalContribution| (part.rate_effect + part.mix_effect).abs();
        let mut all = self.parts.clone();
        all.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.org_code.cmp(&b.org_code)));
        all.first().copied().filter(|part| size(part) > 0.0)
    }
}

/// Every change of the nation that can be taken apart, by principle.
pub fn change_parts(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let mut blocks = vec![Block::Lead(message(facts).into())];
    let before = facts.year_before();
    let is_other = |found: &DecomposedChange<'_>| before != Some(found.base);
    let row = |metric: &Metric| {
        let metric = facts.release.metrics.iter().find(|one| one.id == metric.id)?;
        let found = DecomposedChange::of(facts, metric)?;
        let unit = metric.unit;
        let change =
            found.change().map_or_else(|| signed(found.rate + found.mix, unit), |change| Cell::change(&change));
        let largest = found.largest().map(|part| {
            let size = signed(part.rate_effect + part.mix_effect, unit);
            Cell::new(facts.name(&part.org_code)).with_detail(Some(size.text))
        });
        Some(vec![
            Cell::new(found.say(found.before)).with_detail(Some(found.base.words()).filter(|_| is_other(&found))),
            Cell::new(found.say(found.now)),
            change,
            signed(found.rate, unit),
            signed(found.mix, unit),
            largest.unwrap_or_else(|| Cell::new("None")),
        ])
    };
    let rows = rows(scope, row);
    if rows.is_empty() {
        return blocks;
    }
    let mut columns = vec![Column::words("Metric")];
    columns.push(Column::numbers(before.map_or_else(|| "Before".to_owned(), Period::words)));
    columns.extend(["Now", "Change", "By own rates", "By shares of cases"].map(Column::numbers));
    columns.push(Column::words("Largest part"));
    let caption = format!("What changed the national figures of {}", facts.release.period.words_with_short_name());
    let table = Table::new("tab-change-parts", caption, columns, rows).with_widths(Widths::Dense).explained(
        "Figures are over the organisations that returned both periods. Rates add where the figures of organisations rose or \
         fell; shares add where more or fewer of all cases were those of an organisation with a high or a low figure. Both \
         together are the change (Kitagawa). Shares change in percentage points. Counts, delays and grades are not taken \
         apart.",
    );
    blocks.extend([Block::Table(table), Block::Download(download::all_contributions())]);
    blocks
}

/// Of how many changes the rates made more than the shares.
pub fn message(facts: &Facts<'_>) -> String {
    let all: Vec<DecomposedChange<'_>> =
        facts.release.metrics.iter().filter_map(|metric| DecomposedChange::of(facts, metric)).collect();
    let by_rates = all.iter().filter(|one| one.is_by_rates()).count();
    match all.len() {
        0 => {
            "No change of a national figure can be taken apart: there is no earlier period to compare with.".to_owned()
        }
        count => format!(
            "{} of {} changes of national figures come more from the figures of organisations than from their shares of all \
             cases.",
            words::sentence_case(&words::number_words(by_rates)),
            words::number_words(count)
        ),
    }
}

/// One change of the nation by region and by organisation; nothing where it is not taken apart.
pub fn change_of_metric(facts: &Facts<'_>, metric: &Metric) -> Vec<Block> {
    let metric = facts.release.metrics.iter().find(|one| one.id == metric.id);
    let Some(found) = metric.and_then(|metric| DecomposedChange::of(facts, metric)) else { return Vec::new() };
    let mut blocks = vec![Block::Figure(Box::new(waterfall(facts, &found)))];
    blocks.extend(contribution_table(facts, found.metric).map(Block::Table));
    vec![Block::section("change", "What the change is made of", blocks)]
}

fn waterfall(facts: &Facts<'_>, found: &DecomposedChange<'_>) -> Figure {
    let (metric, unit) = (found.metric, found.metric.unit);
    let regions = found.regions(facts);
    let meaning = |change: f64| match metric.better {
        _ if change == 0.0 => MarkMeaning::NoDifference,
        Better::Neutral => MarkMeaning::Different,
        Better::Higher if change > 0.0 => MarkMeaning::Better,
        Better::Lower if change < 0.0 => MarkMeaning::Better,
        Better::Higher | Better::Lower => MarkMeaning::Worse,
    };
    let step = |(name, rate, mix): &(String, f64, f64)| ContributionStep {
        label: name.clone(),
        change: rate + mix,
        words: signed(rate + mix, unit).text,
        meaning: meaning(rate + mix),
    };
    let level =
        |of: Ratio, period: Period| NamedLevel { label: period.words(), value: found.value(of), words: found.say(of) };
    let row = |(name, rate, mix): &(String, f64, f64)| {
        Row::new(name.clone(), vec![signed(*rate, unit), signed(*mix, unit), signed(rate + mix, unit)])
    };
    let mut rows: Vec<Row> = regions.iter().map(row).collect();
    let in_all = found.change().map_or_else(|| signed(found.rate + found.mix, unit), |change| Cell::change(&change));
    let all = vec![signed(found.rate, unit), signed(found.mix, unit), in_all];
    rows.push(Row::new("In all", all).emphasised(true));
    let mut columns = vec![Column::words("Region")];
    columns.extend(["By own rates", "By shares of cases", "In all"].map(Column::numbers));
    let unit_words = words::change_unit(unit);
    let subtitle = format!("{}, parts of the change by region, {unit_words}", metric.title);
    let verb = found.change().map(|change| change.verb_words()).unwrap_or_default();
    let title = format!("{} {verb} since {}", metric.title, found.base.words());
    Figure {
        id: format!("fig-{}-change", metric.id),
        label: String::new(),
        title,
        subtitle: subtitle.clone(),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Waterfall(WaterfallChart {
            unit,
            axis_title: words::sentence_case(unit.words()),
            start: level(found.before, found.base),
            steps: regions.iter().map(step).collect(),
            end: level(found.now, facts.release.period),
        }),
        text: text(found),
        table: Table::new(format!("tab-{}-change", metric.id), subtitle, columns, rows),
        table_summary: String::new(),
        downloads: vec![download::contributions(metric)],
    }
}

fn text(found: &DecomposedChange<'_>) -> String {
    let size = |amount: f64, unit: Unit| Change::of(amount, unit).side_words();
    let unit = found.metric.unit;
    let (rate, mix) = (size(found.rate, unit), size(found.mix, unit));
    let of = |words: String| if words == "no difference" { "nothing".to_owned() } else { words };
    format!(
        "Over the organisations that returned both periods, the figure went from {} to {}. The figures of organisations \
         themselves made it {}, their shares of all cases {}.",
        found.say(found.before),
        found.say(found.now),
        of(rate),
        of(mix)
    )
}
