//! The funnel figure: each force by its size and value among all forces, with the limits that label it.
//! Limits and labels come from the assessment; this words them and lays them out.

use crate::assessment::{FunnelForce, FunnelSummary, SizeLimits};
use crate::definitions::model::Metric;
use crate::report::charts::{Chart, FunnelChart, FunnelPoint, LimitLevel, LimitLine};
use crate::report::facts::Facts;
use crate::report::metric::funnel_words::{centre_words, description, ends, held, label_words, method_lines, title};
use crate::report::page::download;
use crate::report::page::figure::{Figure, Room};
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::sentences::standing;
use crate::report::words;
use crate::stats::funnel::FunnelLabel;
use crate::vocabulary::quantity::{Shape, Unit};

/// Steps of size in which limits are worked out where no force lies.
const SIZES: u32 = 32;
/// The lines go on to this multiple of the largest force's size.
const BEYOND: f64 = 1.04;
/// A denominator in more letters than this is no title of an axis.
const LONGEST_TITLE: usize = 70;

/// The figure; `None` for other shapes than proportions and rates, and with fewer than five forces.
pub fn build_funnel(facts: &Facts<'_>, metric: &Metric) -> Option<Figure> {
    let funnel = facts.funnel(metric).filter(|funnel| !funnel.forces.is_empty())?;
    let mut forces: Vec<&FunnelForce> = funnel.forces.iter().collect();
    forces.sort_by(|a, b| b.size.total_cmp(&a.size).then_with(|| a.org_code.cmp(&b.org_code)));
    Some(Figure {
        id: format!("fig-{}-funnel", metric.id),
        label: String::new(),
        title: title(metric, funnel, &forces),
        subtitle: format!("{}, forces by size, {}", metric.title, facts.release.period.words_with_short_name()),
        icons: Vec::new(),
        room: Room::Full,
        drawing: Chart::Funnel(chart(facts, metric, funnel, &forces)),
        text: description(facts, metric, funnel, &forces),
        table: table(facts, metric, funnel, &forces),
        table_summary: String::new(),
        downloads: vec![download::funnel(metric)],
    })
}

fn chart(facts: &Facts<'_>, metric: &Metric, funnel: &FunnelSummary, forces: &[&FunnelForce]) -> FunnelChart {
    let curve = curve(funnel, forces);
    let line = |level: LimitLevel, upper: bool| {
        let side = |limits: &SizeLimits| {
            let interval = if level == LimitLevel::Outer { limits.act } else { limits.look };
            if upper { interval.upper } else { interval.lower }
        };
        let label = if level == LimitLevel::Outer { "99.8% limit" } else { "95% limit" };
        LimitLine { label: label.to_owned(), level, pieces: pieces(&curve, side) }
    };
    // Without limits nobody stands out; the ends are named.
    let named = |force: &FunnelForce| match ends(forces).filter(|_| funnel.is_too_wide()) {
        Some(ends) => [ends.lowest, ends.highest].iter().any(|end| end.org_code == force.org_code),
        None => matches!(
            force.label(),
            FunnelLabel::AboveAct | FunnelLabel::BelowAct | FunnelLabel::AboveLook | FunnelLabel::BelowLook
        ),
    };
    let point = |force: &&FunnelForce| FunnelPoint {
        label: facts.name(&force.org_code),
        size: force.size,
        value: force.value,
        named: named(force),
        mark: standing::among_all_mark(facts, metric, &force.org_code),
    };
    FunnelChart {
        unit: metric.unit,
        axis_title: words::sentence_case(metric.unit.words()),
        size_title: size_title(metric),
        centre: (format!("All forces {}", centre_words(metric, funnel)), funnel.centre_value()),
        limits: vec![
            line(LimitLevel::Outer, true),
            line(LimitLevel::Inner, true),
            line(LimitLevel::Inner, false),
            line(LimitLevel::Outer, false),
        ],
        points: forces.iter().map(point).collect(),
        held: held(forces),
    }
}

/// What size is, in few words.
fn size_title(metric: &Metric) -> String {
    match metric.shape {
        Shape::Proportion if metric.denominator.chars().count() <= LONGEST_TITLE => metric.denominator.clone(),
        Shape::Proportion => "Cases behind the figure".to_owned(),
        Shape::CountRatio => "Both counts together".to_owned(),
        _ => "Number expected if all had the same figure".to_owned(),
    }
}

/// Limits by size: those of the forces, and enough others for a smooth line, closer together where limits bend.
fn curve(funnel: &FunnelSummary, forces: &[&FunnelForce]) -> Vec<SizeLimits> {
    let greatest = forces.iter().map(|force| force.size).fold(0.0, f64::max) * BEYOND;
    let size = |step: f64| greatest * (step / f64::from(SIZES)).powi(2);
    let has_force = |step: f64| forces.iter().any(|force| (size(step - 0.5)..size(step + 0.5)).contains(&force.size));
    let steps = (1..=SIZES).map(f64::from).filter(|step| !has_force(*step));
    let between = steps.filter_map(|step| funnel.limits_at(size(step)));
    let mut curve: Vec<SizeLimits> = forces.iter().map(|force| force.limits()).chain(between).collect();
    curve.sort_by(|a, b| a.size.total_cmp(&b.size));
    curve.dedup_by(|a, b| a.size.total_cmp(&b.size).is_eq());
    curve
}

/// A side of the limits as pieces: a new one after sizes without a limit, and where limits are made in another way.
fn pieces(curve: &[SizeLimits], side: impl Fn(&SizeLimits) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let runs = curve.chunk_by(|a, b| a.rule == b.rule && side(a).is_some() == side(b).is_some());
    let piece = |run: &[SizeLimits]| -> Vec<(f64, f64)> {
        run.iter().filter_map(|limits| Some((limits.size, side(limits)?))).collect()
    };
    runs.map(piece).filter(|piece| !piece.is_empty()).collect()
}

fn table(facts: &Facts<'_>, metric: &Metric, funnel: &FunnelSummary, forces: &[&FunnelForce]) -> Table {
    let unit = metric.unit;
    let adjusted = funnel.beyond_chance().is_some();
    let mut columns = vec![Column::words("Force"), Column::in_unit("Value", unit)];
    columns.extend(["Numerator", "Denominator"].map(Column::numbers));
    let expects = !matches!(metric.shape, Shape::Proportion | Shape::CountRatio);
    if expects {
        columns.push(Column::numbers("Expected number"));
    }
    let has_limits = !funnel.is_too_wide();
    for level in ["95%", "99.8%"].into_iter().filter(|_| has_limits) {
        columns.extend(["Lower", "Upper"].map(|side| Column::in_unit(format!("{side} {level} limit"), unit)));
    }
    if has_limits {
        columns.push(Column::words("Label"));
    }
    if adjusted {
        columns.push(Column::words("Label by chance alone"));
    }
    let row = |force: &&FunnelForce| {
        let mut cells = vec![Cell::figure(facts.current(metric, &force.org_code))];
        cells.extend([force.counts.numerator, force.counts.denominator].map(Cell::count));
        if expects {
            // The number to expect, with one decimal.
            cells.push(Cell::number(force.size, Unit::PerOfficer));
        }
        let SizeLimits { look, act, .. } = force.limits();
        if has_limits {
            let limits = [look.lower, look.upper, act.lower, act.upper];
            cells.extend(limits.map(|limit| Cell::limit(limit, unit)));
            cells.push(Cell::new(label_words(force.label())));
        }
        if adjusted {
            cells.push(Cell::new(label_words(force.plain_label)));
        }
        Row::new(facts.name(&force.org_code), cells)
    };
    let caption =
        format!("{}, forces by size, largest first, {}", metric.title, facts.release.period.words_with_short_name());
    let id = format!("tab-{}-funnel", metric.id);
    let table = Table::new(id, caption, columns, forces.iter().map(row).collect());
    method_lines(facts, metric, funnel, forces).into_iter().fold(table, Table::explained)
}
