//! What a contract cannot say of reference data: rows that contradict each other. Two descriptions of an organisation for
//! one day would count it twice, so they refuse the dataset; a doubtful peer is left out and named.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::rollups::{PeerLink, ReferenceData};
use crate::sources::Submission;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::finding::{Finding, FindingLevel};
use crate::vocabulary::lives::{Described, Lives};

/// Findings about the organisations dataset; all of them refuse it.
pub(super) fn check_organisations(submission: &Submission, reference: &ReferenceData) -> Vec<Finding> {
    let lives = reference.lives();
    let blocking = |rule: &str, message: String| submission.finding(FindingLevel::Blocking, rule, message);
    let rows: Vec<&Described> = lives.all().collect();
    let mut findings = Vec::new();
    for row in &rows {
        if row.to.is_some_and(|to| to < row.from) {
            let message = format!("{} ends before it begins; correct valid_to", words(row));
            findings.push(blocking("ends_before_it_begins", message));
        }
    }
    for pair in rows.windows(2) {
        let [one, next] = pair else { continue };
        if one.organisation.code == next.organisation.code && one.to.is_none_or(|to| next.from <= to) {
            let message = format!(
                "{} and {} both hold on {}, so that the organisation would count twice; end the first before the second begins",
                words(one),
                words(next),
                next.from
            );
            findings.push(blocking("overlapping_rows", message));
        }
    }
    findings.extend(rows.iter().filter_map(|row| wrong_successor(&lives, row)).map(|m| blocking("succeeded_by", m)));
    findings
}

/// "the row of E1 from 2000-01-01 to 2025-03-31".
fn words(row: &Described) -> String {
    span_words(&format!("the row of {}", row.organisation.code), (row.from, row.to))
}

fn span_words(what: &str, (from, to): (NaiveDate, Option<NaiveDate>)) -> String {
    let until = to.map_or_else(|| "on".to_owned(), |to| format!("to {to}"));
    format!("{what} from {from} {until}")
}

fn wrong_successor(lives: &Lives, row: &Described) -> Option<String> {
    let next = row.organisation.succeeded_by.as_ref()?;
    let own = words(row);
    if row.to.is_none() {
        return Some(format!("{own} is succeeded by {next} but has no last day; give valid_to, or empty succeeded_by"));
    }
    if !lives.codes().any(|code| code == next) {
        return Some(format!("{own} is succeeded by {next}, which the dataset does not hold; correct succeeded_by"));
    }
    let circle = lives.successor(lives.standing(next)).is_some();
    circle
        .then(|| format!("{own} is succeeded by {next}, which in the end is succeeded by itself; correct succeeded_by"))
}

/// Findings about the peer groups: none of them refuses the dataset, because every peer still counts once.
pub(super) fn check_peers(submission: &Submission, reference: &ReferenceData) -> Vec<Finding> {
    let known: BTreeSet<&BodyId> = reference.organisations.iter().map(|row| &*row.organisation.code).collect();
    let warning = |rule: &str, message: String| submission.finding(FindingLevel::Warning, rule, message);
    let mut findings = Vec::new();
    let mut links: BTreeMap<(&BodyId, &BodyId), Vec<&PeerLink>> = BTreeMap::new();
    for link in &reference.peer_links {
        links.entry((&link.org_code, &link.peer_code)).or_default().push(link);
        let own = link_words(link);
        if link.peer_code == link.org_code {
            findings
                .push(warning("own_peer", format!("{own} makes the organisation its own peer; the row is left out")));
        }
        for code in [&link.org_code, &link.peer_code].into_iter().filter(|code| !known.contains(code)) {
            let message =
                format!("{own} names {code}, which the organisations dataset does not hold; the row is left out");
            findings.push(warning("unknown_peer", message));
        }
    }
    for rows in links.values_mut() {
        rows.sort_by_key(|link| link.valid_from);
        for pair in rows.windows(2) {
            let [one, next] = pair else { continue };
            if one.valid_to.is_none_or(|to| next.valid_from <= to) {
                let message = format!(
                    "{} and {} both hold on {}; the peer counts once",
                    link_words(one),
                    link_words(next),
                    next.valid_from
                );
                findings.push(warning("overlapping_rows", message));
            }
        }
    }
    findings
}

fn link_words(link: &PeerLink) -> String {
    let what = format!("the peer {} of {} ({})", link.peer_code, link.org_code, link.source);
    span_words(&what, (link.valid_from, link.valid_to))
}
