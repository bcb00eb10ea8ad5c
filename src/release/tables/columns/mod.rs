//! The columns of every result table: name, values, documentation, and what a cell reads off a row.
//! The columns that say which metric, body and period a row is of are written once, here.

mod comparisons;
mod figures;
mod late;
mod reference;
mod series;
mod verdicts;

use std::borrow::Cow;

pub(super) use self::comparisons::{comparisons, contributions, funnels, parity, ranks};
pub(super) use self::figures::{JudgedFigure, breakdowns, figures, for_readers, long_series, responsibilities};
pub(super) use self::late::{completeness, delays, known_counts, revision_statistics, revisions};
pub(super) use self::reference::{DescribedBody, DescribedMetric, bodies, metrics};
pub(super) use self::series::{change_points, control_limits, run_charts, signals, trends};
pub(super) use self::verdicts::verdicts;
use super::catalogue::{ANY, matching, one_of};
use super::column::RowColumn;
use crate::assessment::{
    ControlPoint, FigureComparison, FunnelForce, NationalContribution, OrganisationRank, ParityFigure, ProposedStep,
    SeriesRunChart, SeriesTrend, Signal,
};
use crate::history::{Completeness, KnownCount, Revision};
use crate::verdict::FigureVerdict;
use crate::verdict::responsibilities::Responsibility;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::delay::DelayBand;
use crate::vocabulary::period::Period;

/// What `org_code` holds in most tables.
const BODY: &str = "Organisation of the organisations dataset, REGION:name or NATIONAL.";
/// What `period` holds in most tables.
const PERIOD: &str = "Review period as it is written on the command line.";

const PERIOD_TYPES: &[&str] = &["month", "fy_quarter", "cal_quarter", "financial_year", "calendar_year", "rolling_12m"];
const STATUSES: &[&str] = &["value", "not_returned", "missing", "not_applicable", "suppressed", "cannot_tell"];
const UNITS: &[&str] = &[
    "percent",
    "hours",
    "days",
    "records",
    "cases",
    "transactions",
    "requests",
    "organisations",
    "per_1000_officers",
    "per_1000_users",
    "per_million_transactions",
    "per_million_records",
    "per_100_results",
    "per_user",
    "per_officer",
    "ratio",
    "grade",
];
const STANDARD_KINDS: &[&str] = &["historical", "current_law", "former_law", "expectation", "local"];
const MET: &[&str] = &["met", "not_met"];
const MEASURES: &[&str] = &["difference", "ratio"];
const YES_NO: &[&str] = &["yes", "no"];

/// Columns of rows of one type, in order. Each is documented like an item of code, and names its type, what it may
/// hold, and how a cell is read off a row:
///
/// ```text
/// /// Place among the organisations with a value.
/// Whole "rank" at_least(1) => |row| Some(row.rank);
/// ```
macro_rules! columns {
    ($row:ty: $($(#[doc = $about:literal])+ $read:ident $name:literal $holds:expr => $cell:expr;)+) => {{
        let own: Vec<RowColumn<$row>> = vec![$(RowColumn::new(
            $name,
            $holds,
            concat!($($about),+),
            $crate::release::tables::column::Read::$read($cell),
        )),+];
        own
    }};
}
use columns;

/// A row about one metric, body and period.
trait Identified {
    fn metric_id(&self) -> &str;
    fn org_code(&self) -> &BodyId;
    fn period(&self) -> Period;
}

macro_rules! identified {
    ($($row:ty),+ $(,)?) => {$(
        impl Identified for $row {
            fn metric_id(&self) -> &str {
                &self.metric_id
            }

            fn org_code(&self) -> &BodyId {
                &self.org_code
            }

            fn period(&self) -> Period {
                self.period
            }
        }
    )+};
}

identified!(
    Responsibility,
    Signal,
    FigureComparison,
    NationalContribution,
    OrganisationRank,
    FunnelForce,
    ControlPoint,
    SeriesRunChart,
    SeriesTrend,
    ProposedStep,
    ParityFigure,
    Completeness,
    KnownCount,
    DelayBand,
    Revision,
    FigureVerdict,
);

/// The six columns that identify the rows of most tables. `body` and `period` say what `org_code` and `period` hold.
fn identity<R: Identified>(body: &'static str, period: &'static str) -> Vec<RowColumn<R>> {
    let mut columns = vec![metric_id(R::metric_id)];
    columns.extend(body_and_period(body, period));
    columns
}

fn metric_id<R>(read: fn(&R) -> &str) -> RowColumn<R> {
    let principles = matching("^(SEC|CRE|AMD|VAL|RRD|ACC|REP|SHA|AUD|TRN)-[0-9]{2}$");
    let about = "Id of the metric: the principle's letters, a hyphen and two digits.";
    RowColumn::new("metric_id", principles, about, super::column::Read::Name(read))
}

fn body_and_period<R: Identified>(body: &'static str, period: &'static str) -> Vec<RowColumn<R>> {
    let mut columns = columns! { R:
        /// The body that the row is of.
        Body "org_code" ANY => R::org_code;
        /// Kind of review period.
        Text "period_type" one_of(PERIOD_TYPES) => |row| Cow::Borrowed(row.period().kind.as_str());
        /// The review period.
        Text "period" ANY => |row| Cow::Owned(row.period().to_string());
        /// First day of the period.
        Date "period_start" ANY => |row| Some(row.period().start());
        /// Last day of the period.
        Date "period_end" ANY => |row| Some(row.period().end());
    };
    for column in &mut columns {
        match column.spec.name {
            "org_code" => column.spec.about = body,
            "period" => column.spec.about = period,
            _ => {}
        }
    }
    columns
}
