//! `demo`: a synthetic nation and a release made from it, so that a newcomer sees a real report after one command.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::run::run;
use super::{AppError, Context, RunOptions, RunOutcome, generate};
use crate::schedule::Wait;
use crate::settings::Settings;
use crate::synth::NationPlan;
use crate::vocabulary::period::{Month, Period, PeriodType};

/// The settings file that the repository ships; it chooses the parameters of the demonstration.
const SETTINGS: &str = include_str!("../../leds-metrics.toml");

/// Share of the national volume: small, and enough for readable figures.
const SCALE: f64 = 0.002;

/// Quarters shown, and generated: the asked one, and back to a year before.
const QUARTERS: u16 = 5;

/// Generates below `{out}/source` and publishes into `{out}/releases`: the last month, whose trend is long enough for a
/// control chart, and the last quarter, which is the report to open first.
pub async fn demo(out: &Path, seed: u64, published_on: NaiveDate, quiet: bool) -> Result<[RunOutcome; 2], AppError> {
    let mut settings = Settings::parse(Path::new(crate::settings::DEFAULT_FILE), SETTINGS)?;
    settings.figures.trend.quarter = QUARTERS;
    settings.figures.trend.month = 3 * QUARTERS;
    let context = Context::with(None, settings).await?;
    let last = Month::new(2026, 3).unwrap_or_else(|| Month::of(published_on));
    let plan = NationPlan { from: last.plus(1 - 3 * i32::from(QUARTERS)), to: last, scale: SCALE, seed };
    let source = out.join("source");
    if !is_same_nation(&source, &plan) {
        generate::generate(&plan, &source, quiet)?;
        std::fs::write(marker(out), identity(&plan))
            .map_err(|error| AppError::Write { path: marker(out).as_path().into(), source: error })?;
    }
    let options = |kind| RunOptions {
        source: source.as_path().into(),
        out: out.join("releases").as_path().into(),
        work: out.join("work"),
        period: Period::holding(kind, last),
        as_of: None,
        published_on,
        again: false,
        public: false,
        wait: Wait::No,
        quiet,
    };
    let month = run(&context, &options(PeriodType::Month)).await?;
    Ok([month, run(&context, &options(PeriodType::FyQuarter)).await?])
}

/// A second `demo` into the same folder uses what the first one generated.
fn is_same_nation(source: &Path, plan: &NationPlan) -> bool {
    let out = source.parent().unwrap_or(source);
    std::fs::read_to_string(marker(out)).is_ok_and(|text| text == identity(plan))
}

fn marker(out: &Path) -> PathBuf {
    out.join("demo.txt")
}

fn identity(plan: &NationPlan) -> String {
    format!("synthetic nation {} to {}, scale {}, seed {}\n", plan.from, plan.to, plan.scale, plan.seed)
}
