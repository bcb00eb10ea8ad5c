//! Some rows and columns of a result table, as pages offer them. A selection may have the names of bodies and metrics beside
//! their codes, and what a table says of its rows for readers of pages alone.

use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::metric_id::MetricId;
use crate::vocabulary::period::Period;

/// Rows of a result table, and the columns that are wanted of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Name of the table.
    pub table: &'static str,
    /// `None` for every metric.
    pub metric: Option<MetricId>,
    pub bodies: Bodies,
    /// `None` for every period.
    pub period: Option<Period>,
    /// In order. A selection of every table has `metric_name` beside `metric_id`, and `org_name` beside `org_code`.
    pub columns: &'static [&'static str],
    /// What other bodies have in the same metric and period, beside each row.
    pub beside: Vec<Beside>,
}

/// Columns of another body's row, beside the row of the same metric and period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Stands before the names of the columns, with `_` between: `peers_value`.
    pub name: &'static str,
    /// `None` where the body may not be shown, or is not there: its cells are empty.
    pub code: Option<BodyId>,
    pub columns: &'static [&'static str],
}

/// Which bodies' rows are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bodies {
    All,
    /// All but sums over peers.
    ButPeers,
    /// Sums over regions.
    Regions,
    These(Vec<BodyId>),
}

impl Bodies {
    pub(super) fn hold(&self, code: &BodyId) -> bool {
        match self {
            Self::All => true,
            Self::ButPeers => !code.is_of_peers(),
            Self::Regions => matches!(code.body(), Body::Region(_)),
            Self::These(codes) => codes.contains(code),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::release::Withheld;
    use crate::release::tables::{BREAKDOWNS, OBSERVATIONS, ReleaseTables, ResultsError};
    use crate::report::sample;

    use super::*;

    fn selection(bodies: Bodies) -> Selection {
        let columns = &["org_code", "org_name", "metric_name", "period", "numerator", "status", "reason"];
        let period = Some("2025-26Q1".parse().unwrap());
        let metric = Some("CRE-01".parse().unwrap());
        Selection { table: OBSERVATIONS, metric, bodies, period, columns, beside: Vec::new() }
    }

    fn lines(selection: &Selection) -> Vec<String> {
        lines_of(std::slice::from_ref(selection))
    }

    fn lines_of(selections: &[Selection]) -> Vec<String> {
        let release = sample::release();
        let bytes = ReleaseTables::new(&release).csv(selections).unwrap();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_others_have_stands_beside_a_row_of_the_same_metric_and_period() {
        let of = |metric: &str, code: Option<&str>| Selection {
            metric: Some(metric.parse().unwrap()),
            columns: &["metric_id", "org_code", "numerator", "denominator"],
            beside: vec![
                Beside { name: "nobody", code: None, columns: &["value"] },
                Beside { name: "all", code: code.map(BodyId::from), columns: &["numerator", "value"] },
            ],
            ..selection(Bodies::These(vec!["E01".into()]))
        };
        let lines = lines_of(&[of("CRE-01", Some("NATIONAL")), of("CRE-01", Some("nowhere"))]);
        assert_eq!(lines[0], "metric_id,org_code,numerator,denominator,nobody_value,all_numerator,all_value");
        assert_eq!(lines.len(), 3, "one header for all");
        let whole = self::lines(&Selection {
            columns: &["numerator", "value"],
            ..selection(Bodies::These(vec![BodyId::nation().clone()]))
        });
        assert!(lines[1].starts_with("CRE-01,E01,") && lines[1].ends_with(&format!(",,{}", whole[1])), "{lines:?}");
        assert!(lines[2].starts_with("CRE-01,E01,") && lines[2].ends_with(",,,"), "{lines:?}");
    }

    #[test]
    fn a_selection_holds_the_rows_asked_for_and_names_beside_codes() {
        let lines = lines(&selection(Bodies::These(vec!["E01".into(), "E06".into()])));
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], "org_code,org_name,metric_name,period,numerator,status,reason");
        let title = "Arrest/summons on PNC within 24 hours";
        assert!(lines[1].starts_with(&format!("E01,Ashdown & <Vale>,{title},2025-26Q1,")), "{}", lines[1]);
        // The sample has the count of a withheld figure: no table shows it.
        let withheld =
            format!("E06,Fenwick & Marsh,{title},2025-26Q1,,suppressed,withheld because the numbers are small");
        assert_eq!(lines[2], withheld);
    }

    #[test]
    fn sums_can_be_left_out_or_chosen() {
        let codes = |bodies| -> Vec<String> {
            let lines = lines(&selection(bodies));
            lines.iter().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
        };
        let all = codes(Bodies::All);
        assert!(all.contains(&"PEERS:E01".to_owned()) && all.contains(&"REGION:Wales".to_owned()));
        let (of_peers, others): (Vec<String>, Vec<String>) =
            all.into_iter().partition(|code| code.starts_with("PEERS:"));
        assert_eq!((of_peers.len(), codes(Bodies::ButPeers)), (2, others.clone()));
        let regions: Vec<String> = others.into_iter().filter(|code| code.starts_with("REGION:")).collect();
        assert_eq!(codes(Bodies::Regions), regions);
    }

    #[test]
    fn tables_and_columns_that_are_not_there_are_named() {
        let mut release = sample::release();
        let told = |release: &_, selection: &Selection| -> ResultsError {
            ReleaseTables::new(release).csv(std::slice::from_ref(selection)).unwrap_err()
        };
        let wrong = Selection { table: BREAKDOWNS, columns: &["mean"], ..selection(Bodies::All) };
        assert_eq!(told(&release, &wrong).to_string(), "the table breakdowns has no column mean");
        // The public edition has no table of revisions.
        let withheld = Withheld { threshold: 5, minimum_denominator: 10, work: BTreeMap::new() };
        release.withheld = Some(withheld);
        let revisions = Selection { table: "revisions", ..selection(Bodies::All) };
        assert_eq!(told(&release, &revisions).to_string(), "the release has no table revisions");
    }
}
