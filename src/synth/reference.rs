//! The reference datasets: organisations, peer groups and recorded events.
//! They are sent as whole tables, not by body and month.

use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};

use super::SynthError;
use super::faults::{CLEARS_BACKLOG, STEPS_UP};
use super::organisations::{Sender, peers_by_strength};
use super::row_file::{ColumnType, FileColumns, FinishedFile, Need, RowFile};
use super::submission::Nation;

const ORGANISATIONS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("name", ColumnType::Text, Need::Required),
    ("short_name", ColumnType::Text, Need::Required),
    ("kind", ColumnType::Text, Need::Required),
    ("region", ColumnType::Text, Need::Optional),
    ("country", ColumnType::Text, Need::Required),
    ("officers", ColumnType::Int, Need::Optional),
    ("valid_from", ColumnType::Date, Need::Required),
    ("valid_to", ColumnType::Date, Need::Optional),
];

const PEER_GROUPS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("peer_code", ColumnType::Text, Need::Required),
    ("source", ColumnType::Text, Need::Required),
    ("valid_from", ColumnType::Date, Need::Required),
    ("valid_to", ColumnType::Date, Need::Optional),
];

const EVENTS: FileColumns = &[
    ("org_code", ColumnType::Text, Need::Required),
    ("happened_on", ColumnType::Date, Need::Required),
    ("kind", ColumnType::Text, Need::Required),
    ("description", ColumnType::Text, Need::Required),
];

const PEER_SOURCE: &str = "synthetic peer groups (not the HMICFRS most similar groups)";
/// Days after an event until the table of events that names it is sent.
const EVENT_REPORTED_AFTER: u64 = 14;

/// Writes the reference datasets and returns what each file holds.
pub fn write_reference(nation: &Nation, out: &Path) -> Result<Vec<(&'static str, FinishedFile)>, SynthError> {
    let first = nation.plan.from.first_day();
    // The bodies were there before the first month, and so were their groups.
    let valid_from = first.checked_sub_months(chrono::Months::new(12)).unwrap_or(first);
    let bodies: Vec<Sender> =
        nation.members.iter().filter(|member| !member.is_unattributed()).map(|member| member.body.clone()).collect();
    let turning = nation.faults.turning_day();
    Ok(vec![
        ("organisations", write_organisations(&bodies, valid_from, &path(out, "organisations", first))?),
        ("peer_groups", write_peer_groups(&bodies, valid_from, &path(out, "peer_groups", first))?),
        ("events", write_events(first, None, &path(out, "events", first))?),
        (
            "events",
            write_events(first, Some(turning), &path(out, "events", turning + Days::new(EVENT_REPORTED_AFTER)))?,
        ),
    ])
}

fn path(out: &Path, dataset: &str, submitted: NaiveDate) -> PathBuf {
    out.join(dataset).join(format!("submitted={submitted}")).join("data.parquet")
}

fn write_organisations(bodies: &[Sender], valid_from: NaiveDate, path: &Path) -> Result<FinishedFile, SynthError> {
    let mut rows = RowFile::create(path, ORGANISATIONS)?;
    for body in bodies {
        rows.text(body.code.as_str());
        rows.text(body.name.as_str());
        rows.text(body.short_name.as_str());
        rows.text(body.kind.as_str());
        rows.text(body.region.as_deref());
        rows.text(body.country.as_str());
        rows.int(body.officers);
        rows.date(valid_from.to_epoch_days());
        rows.date(None);
        rows.end_row()?;
    }
    rows.close()
}

fn write_peer_groups(bodies: &[Sender], valid_from: NaiveDate, path: &Path) -> Result<FinishedFile, SynthError> {
    let mut rows = RowFile::create(path, PEER_GROUPS)?;
    for (force, peers) in peers_by_strength(bodies) {
        for peer in peers {
            rows.text(force.code.as_str());
            rows.text(peer.code.as_str());
            rows.text(PEER_SOURCE);
            rows.date(valid_from.to_epoch_days());
            rows.date(None);
            rows.end_row()?;
        }
    }
    rows.close()
}

/// The table of events: the start of the nation and, once it has happened, the turning day.
fn write_events(first: NaiveDate, turning: Option<NaiveDate>, path: &Path) -> Result<FinishedFile, SynthError> {
    let mut rows = RowFile::create(path, EVENTS)?;
    let mut event = |code: &'static str, day: NaiveDate, kind: &str, description: &str| {
        rows.text(code);
        rows.date(day.to_epoch_days());
        rows.text(kind);
        rows.text(description);
        rows.end_row()
    };
    event("NATIONAL", first, "other", "The synthetic series begins")?;
    if let Some(day) = turning {
        event(STEPS_UP, day, "system_migration", "Synthetic: new custody system, arrests reach PNC sooner")?;
        event(CLEARS_BACKLOG, day, "backlog_clearance", "Synthetic: backlog of court results entered")?;
    }
    rows.close()
}
