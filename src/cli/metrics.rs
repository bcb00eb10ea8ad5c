//! The numbers of the service in the text form of `OpenMetrics`, for Prometheus and programs like it.

use std::fmt;

use chrono::{DateTime, Utc};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::app::pulse::LoopState;
use crate::app::status::ReleaseStatus;
use crate::app::vitals::Vitals;
use crate::ledger::BY_HAND;
use crate::vocabulary::schedule_name::ScheduleName;

/// What an answer with numbers calls itself.
pub(super) const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type NumberLabels = Vec<(&'static str, String)>;
type GaugeFamily = Family<NumberLabels, Gauge>;

/// The numbers of the loop and of the ledger; those of a ledger that cannot be read are left out.
pub(super) fn metrics_text(vitals: Option<&Vitals>, state: &LoopState) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("leds_metrics");
    let version: NumberLabels = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    registry.register("build", "The program", Info::new(version));
    let readable: Gauge = Gauge::default();
    readable.set(i64::from(vitals.is_some()));
    registry.register("ledger_readable", "Whether the ledger can be read: 1 or 0", readable);
    let since: Gauge = Gauge::default();
    let (LoopState::Turns(duration) | LoopState::AtWork { duration, .. } | LoopState::Silent(duration)) = state;
    since.set(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX));
    registry.register_with_unit(
        "loop_silence",
        "Since the loop last looked at the clock or began a run",
        Unit::Seconds,
        since,
    );
    if let Some(vitals) = vitals {
        register_runs(&mut registry, vitals);
        register_schedules(&mut registry, vitals);
    }
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// What has become of runs, by who asked for them.
fn register_runs(registry: &mut Registry, vitals: &Vitals) {
    let runs: Family<NumberLabels, Counter> = Family::default();
    let (in_progress, last_success) = (GaugeFamily::default(), GaugeFamily::default());
    for (who, tally) in &vitals.runs {
        for (result, count) in &tally.ended {
            let labels = [schedule_label(who.as_ref()), ("result", (*result).to_owned())];
            runs.get_or_create(&labels.to_vec()).inc_by(*count);
        }
        set(&in_progress, who.as_ref(), i64::try_from(tally.in_progress).unwrap_or(i64::MAX));
        if let Some(at) = tally.last_success {
            set_time(&last_success, who.as_ref(), at);
        }
    }
    let unreadable: Gauge = Gauge::default();
    unreadable.set(number(vitals.status.unreadable.len()));
    registry.register("runs", "Attempts at releases that are over, by how they ended", runs);
    registry.register("attempts_in_progress", "Attempts that are at work", in_progress);
    registry.register_with_unit(
        "last_success_timestamp",
        "When an attempt last ended with a release",
        Unit::Seconds,
        last_success,
    );
    registry.register("ledger_unreadable_files", "Files of the ledger that are no events", unreadable);
}

/// How the releases of each schedule stand.
fn register_schedules(registry: &mut Registry, vitals: &Vitals) {
    let [next_due, needing, outstanding] = [(); 3].map(|()| GaugeFamily::default());
    for schedule in &vitals.status.schedules {
        let who = Some(&schedule.name);
        if let Some(next) = &schedule.next {
            set_time(&next_due, who, next.due_at);
        }
        set(&needing, who, number(schedule.needing_a_person()));
        let newest = schedule.releases.first();
        set(&outstanding, who, number(newest.map_or(0, |release: &ReleaseStatus| release.outstanding.len())));
    }
    registry.register_with_unit("next_due_timestamp", "From when on the next release is due", Unit::Seconds, next_due);
    registry.register("releases_needing_a_person", "Releases that failed and that no schedule tries again", needing);
    registry.register(
        "outstanding_organisations",
        "Organisations from which returns of the newest due period are outstanding",
        outstanding,
    );
}

fn schedule_label(who: Option<&ScheduleName>) -> (&'static str, String) {
    ("schedule", who.map_or(BY_HAND, ScheduleName::as_str).to_owned())
}

fn set(family: &GaugeFamily, who: Option<&ScheduleName>, value: i64) {
    family.get_or_create(&vec![schedule_label(who)]).set(value);
}

fn set_time(family: &GaugeFamily, who: Option<&ScheduleName>, at: DateTime<Utc>) {
    set(family, who, at.timestamp());
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
