//! An organisation of the made-up nation, with its character and its people.

use super::Dataset;
use super::accounts::Roster;
use super::character::Character;
use super::organisations::Sender;
use crate::vocabulary::body_id::BodyId;

/// A body with its habits and its accounts.
#[derive(Debug)]
pub struct Member {
    pub body: Sender,
    pub character: Character,
    pub roster: Roster,
    /// Position in the table, from 1; part of the references that the body gives out.
    pub number: usize,
}

impl Member {
    /// Whether it sends the dataset, planted faults aside.
    pub fn submits(&self, dataset: Dataset) -> bool {
        let (body, unattributed) = (&self.body, self.is_unattributed());
        match dataset {
            Dataset::Transactions => !body.is_system_operator(),
            Dataset::ArrestSummons | Dataset::HearingMessages => body.is_police() || unattributed,
            Dataset::CourtResults
            | Dataset::RightsRequests
            | Dataset::ImpendingProsecutions
            | Dataset::OpenCases
            | Dataset::QualityChecks
            | Dataset::RetentionReviews
            | Dataset::Holdings
            | Dataset::StatedTotals => body.is_police(),
            Dataset::UserAccounts | Dataset::TransactionAudits | Dataset::Incidents => {
                !body.is_system_operator() && !unattributed
            }
            Dataset::Governance => body.is_police() || body.is_non_police(),
            Dataset::AccessAgreements => body.is_non_police(),
            Dataset::Outages => body.is_system_operator(),
        }
    }

    /// Whether it stands for rows without an organisation.
    pub fn is_unattributed(&self) -> bool {
        self.body.code == *BodyId::unattributed()
    }
}
