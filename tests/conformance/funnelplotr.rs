//! Output of `FunnelPlotR` 0.6.0 on hospital stays and on the six rows of its own test: transformed values, z, trimming,
//! φ and τ²; limits and outliers of proportions and of ratios on the logarithmic scale.
//!
//! Runs on the square-root scale, which no figure here is judged on, are left out; limits of ratios of counts, which use
//! the standard error of a square root there, are compared with nothing.

use std::path::Path;

use super::{Check, Compared, NotCompared, Row, Table, Within};
use leds_metrics::stats::Level;
use leds_metrics::stats::as_phe::exact_interval;
use leds_metrics::stats::overdispersion::{Dispersion, Point, SizedCount, SpreadModel, Trimming, dispersion, trim};
use leds_metrics::vocabulary::quantity::{Interval, Status};

const NEAR: Within = Within::Relative(1e-9);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Proportion,
    Logarithm,
    Counts,
}

/// One run of the program.
struct Case {
    name: &'static str,
    kind: Kind,
    multiplier: f64,
    /// Whether the limits that decide on outliers allow for the spread.
    adjusted: bool,
    /// Whether outliers are judged at 95 % instead of 99.8 %.
    at_look: bool,
    /// Whether expected numbers are rounded to two decimals first.
    rounded: bool,
}

/// A run with the program's defaults.
const DEFAULTS: Case =
    Case { name: "", kind: Kind::Logarithm, multiplier: 1.0, adjusted: true, at_look: false, rounded: false };

const CASES: [Case; 10] = [
    Case { name: "medpar_SR_SHMI_adj_95", at_look: true, rounded: true, ..DEFAULTS },
    Case { name: "medpar_SR_SHMI_adj_99", rounded: true, ..DEFAULTS },
    Case { name: "medpar_SR_SHMI_norounding", ..DEFAULTS },
    Case { name: "medpar_SR_unadjusted_95", adjusted: false, at_look: true, rounded: true, ..DEFAULTS },
    Case { name: "medpar_SR_unadjusted_99", adjusted: false, rounded: true, ..DEFAULTS },
    Case { name: "medpar_PR_died_adj", kind: Kind::Proportion, ..DEFAULTS },
    Case { name: "medpar_PR_died_unadj", kind: Kind::Proportion, adjusted: false, ..DEFAULTS },
    Case { name: "medpar_PR_died_adj_mult100", kind: Kind::Proportion, multiplier: 100.0, ..DEFAULTS },
    Case { name: "medpar_RC_los_per_n_adj", kind: Kind::Counts, ..DEFAULTS },
    Case { name: "pkgtest6_default", rounded: true, ..DEFAULTS },
];

/// The program's deviates.
const LOOK: f64 = 1.959_964;
const ACT: f64 = 3.090_232;

fn levels() -> (Level, Level) {
    (Level::from_deviate(LOOK), Level::from_deviate(ACT))
}

/// All runs, their summary and the two files of exact limits.
pub fn check_funnelplotr(folder: &Path) -> Vec<Compared> {
    let folder = &folder.join("funnelplotr").join("run");
    let mut checks: Vec<Compared> = CASES.iter().map(|case| run(folder, case)).collect();
    checks.push(summary(folder));
    checks.push(exact_limits(folder, "poisson_exact_limits_15_20_30.csv", NEAR));
    let printed = Within::Absolute(6e-7);
    checks.push(exact_limits(folder, "published_in_package_test_poisson_limits_rounded.csv", printed));
    checks
}

/// The forces of a case in the file's order, with their names.
struct Forces {
    names: Vec<String>,
    observations: Vec<SizedCount>,
    centre: f64,
    model: SpreadModel,
}

impl Forces {
    fn read(folder: &Path, case: &Case) -> Result<Self, NotCompared> {
        let hospitals = case.name.starts_with("medpar");
        let table = Table::read(folder, if hospitals { "medpar_input_aggregated.csv" } else { "pkgtest6_input.csv" })?;
        let (name, above, below) = match (hospitals, case.kind) {
            (false, _) => ("group", "num", "denom"),
            (true, Kind::Proportion) => ("provnum", "died", "n"),
            (true, Kind::Counts) => ("provnum", "los", "n"),
            (true, _) => ("provnum", "los", "prds"),
        };
        let (mut names, mut observations) = (Vec::new(), Vec::new());
        let (mut numerators, mut sizes) = (0.0, 0.0);
        for row in table.rows() {
            let exact = row.required(below)?;
            let size = if case.rounded { (exact * 100.0).round() / 100.0 } else { exact };
            names.push(row.text(name)?.to_owned());
            observations.push(SizedCount { observed: row.whole(above)?, size });
            numerators += row.required(above)?;
            sizes += size;
        }
        let centre = numerators / sizes;
        let model = match case.kind {
            Kind::Proportion => SpreadModel::proportion(centre),
            Kind::Counts => SpreadModel::count_ratio(centre),
            Kind::Logarithm => Some(SpreadModel::log_ratio()),
        };
        let model = model.ok_or_else(|| table.fault("no centre"))?;
        Ok(Self { names, observations, centre, model })
    }

    fn spread(&self) -> Result<Dispersion, Status> {
        dispersion(self.model, &self.observations, Trimming { least_forces: 2, ..Trimming::default() })
    }

    /// Limits that allow for `tau2`, and plain ones, on the scale of the multiplier.
    fn limits(&self, case: &Case, size: f64, tau2: f64, level: Level) -> (Interval, Interval) {
        let scaled = |interval: Interval, factor: f64| Interval {
            lower: interval.lower.map(|limit| limit * factor),
            upper: interval.upper.map(|limit| limit * factor),
        };
        let wide = scaled(self.model.limits(size, tau2, level), case.multiplier);
        let plain = if case.kind == Kind::Proportion {
            scaled(self.model.limits(size, 0.0, level), case.multiplier)
        } else {
            // Round the expected number as if it had been observed, with the full tails of the levels.
            let full = if level == levels().0 { Level::LOOK } else { Level::ACT };
            let round = exact_interval(size, full).unwrap_or(Interval { lower: None, upper: None });
            scaled(round, case.multiplier / size)
        };
        (wide, plain)
    }

    /// The upper 95 % limit of a proportion whose angle passes π/2: there the program's limit turns back below 1, while at
    /// 99.8 % it stays at 1 as ours does at both.
    fn folded(&self, case: &Case, size: f64, tau2: f64) -> Option<f64> {
        let angle = self.centre.sqrt().asin() + LOOK * (1.0 / (4.0 * size) + tau2).sqrt();
        let passes = case.kind == Kind::Proportion && angle > std::f64::consts::FRAC_PI_2;
        passes.then(|| case.multiplier * angle.sin().powi(2))
    }

    /// Whether a force lies outside the limits that decide.
    fn is_outlier(&self, case: &Case, force: SizedCount, tau2: f64) -> bool {
        let level = if case.at_look { levels().0 } else { levels().1 };
        let (wide, plain) = self.limits(case, force.size, tau2, level);
        let limits = if case.adjusted { wide } else { plain };
        let value = force.observed as f64 / force.size * case.multiplier;
        limits.lower.is_some_and(|lower| value < lower) || limits.upper.is_some_and(|upper| value > upper)
    }
}

fn run(folder: &Path, case: &Case) -> Result<Check, NotCompared> {
    let file = format!("{}__aggregated_with_limits.csv", case.name);
    let (table, mut check) = (Table::read(folder, &file)?, Check::new(&file));
    let forces = Forces::read(folder, case)?;
    let points: Option<Vec<Point>> = forces.observations.iter().map(|&force| forces.model.point(force)).collect();
    let points = points.ok_or_else(|| table.fault("a force without a point"))?;
    let trimmed = trim(forces.model, &points, Trimming::default().share);
    let tau2 = if case.adjusted { forces.spread().map_err(|status| table.fault(status.reason()))?.tau2 } else { 0.0 };
    check.exact("rows", &table.rows().count(), &points.len());
    let plain_only = case.kind == Kind::Counts;
    for (row, ((force, point), kept)) in table.rows().zip(forces.observations.iter().zip(&points).zip(&trimmed)) {
        let what = row.text("group")?;
        check.number(what, Some(force.size), row.number("denominator")?, NEAR);
        check.number(what, Some(point.y), row.number("Y")?, NEAR);
        check.number(what, Some(point.z), row.number("Uzscore")?, NEAR);
        if case.kind != Kind::Counts {
            check.number(what, Some(point.s), row.number("s")?, NEAR);
        }
        // Where no spread is asked for, nothing is trimmed.
        if case.adjusted {
            compare_trimming(&mut check, row, *point, *kept)?;
        }
        if !plain_only {
            compare_limits(&mut check, row, &forces, case, (*force, tau2))?;
        }
    }
    Ok(check)
}

fn compare_trimming(check: &mut Check, row: Row, point: Point, kept: Option<Point>) -> Result<(), NotCompared> {
    let what = row.text("group")?;
    check.number(what, kept.map(|kept| kept.z), row.number("Wuzscore")?, NEAR);
    let moved = kept.is_none_or(|kept| kept.z.total_cmp(&point.z).is_ne());
    let column = row.text("winsorised").or_else(|_| row.text("truncated"))?;
    check.exact(what, &if moved { "1" } else { "0" }, &column);
    Ok(())
}

fn compare_limits(
    check: &mut Check,
    row: Row,
    forces: &Forces,
    case: &Case,
    (force, tau2): (SizedCount, f64),
) -> Result<(), NotCompared> {
    let what = row.text("group")?;
    for (level, name) in [(levels().0, "95"), (levels().1, "99")] {
        let (wide, plain) = forces.limits(case, force.size, tau2, level);
        for (prefix, found) in [("OD", wide), ("", plain)] {
            for (side, limit) in [("LCL", found.lower), ("UCL", found.upper)] {
                let column = if prefix.is_empty() { format!("{side}{name}") } else { format!("OD{name}{side}") };
                let variance = if prefix.is_empty() { 0.0 } else { tau2 };
                let program = forces.folded(case, force.size, variance).filter(|_| side == "UCL" && name == "95");
                check.number(&format!("{what} {column}"), program.or(limit), row.number(&column)?, NEAR);
            }
        }
    }
    let outlier = forces.is_outlier(case, force, tau2);
    check.exact(&format!("{what} outlier"), &if outlier { "1" } else { "0" }, &row.text("outlier")?);
    Ok(())
}

/// φ and τ² of every case, 0 where no spread was asked for, and its outliers where the limits are right.
fn summary(folder: &Path) -> Result<Check, NotCompared> {
    let file = "summary_phi_tau2_outliers.csv";
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows().filter(|row| row.text("case").is_ok_and(|name| !name.contains("CQC"))) {
        let name = row.text("case")?;
        let case = CASES.iter().find(|case| case.name == name).ok_or_else(|| table.fault("unknown case"))?;
        let forces = Forces::read(folder, case)?;
        let found = forces.spread().map_err(|status| table.fault(status.reason()))?;
        let (phi, tau2) = if case.adjusted { (found.phi, found.tau2) } else { (0.0, 0.0) };
        check.number(&format!("{name} phi"), Some(phi), row.number("phi")?, NEAR);
        check.number(&format!("{name} tau2"), Some(tau2), row.number("tau2")?, NEAR);
        if matches!(case.kind, Kind::Proportion | Kind::Logarithm) {
            let mut outliers = Vec::new();
            for (force, group) in forces.observations.iter().zip(&forces.names) {
                if forces.is_outlier(case, *force, tau2) {
                    outliers.push(group.as_str());
                }
            }
            check.exact(&format!("{name} outliers"), &outliers.join(" ").as_str(), &row.text("outlier_groups")?);
        }
    }
    Ok(check)
}

/// Exact limits round an expected number.
fn exact_limits(folder: &Path, file: &str, within: Within) -> Result<Check, NotCompared> {
    let (table, mut check) = (Table::read(folder, file)?, Check::new(file));
    for row in table.rows() {
        let expected = row.required("expected")?;
        for (level, name) in [(Level::LOOK, "95"), (Level::ACT, "998")] {
            let found = exact_interval(expected, level);
            let ratio = |limit: Option<f64>| limit.map(|limit| limit / expected);
            let what = format!("{expected} {name}");
            check.number(&what, ratio(found.and_then(|i| i.lower)), row.number(&format!("ll{name}"))?, within);
            check.number(&what, ratio(found.and_then(|i| i.upper)), row.number(&format!("ul{name}"))?, within);
        }
    }
    Ok(check)
}
