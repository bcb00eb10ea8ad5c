//! What each metric rests on, as its definition says.

use chrono::NaiveDate;

/// How a figure comes from what was added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A proportion or a rate: nothing to divide by means no figure.
    Ratio,
    Count,
    /// A percentile, with the delay up to which delays are known.
    Delay {
        percent: u8,
        cap: i64,
    },
    Grade,
}

/// What the figure of a period is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// All months of the period.
    Flow,
    /// Its last month alone.
    Stock,
}

#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    pub id: &'static str,
    pub shape: Shape,
    pub span: Span,
    /// Earlier months whose returns a month needs too.
    pub earlier: u32,
    /// Datasets that must be returned; none means that the figure is about the returns.
    pub datasets: &'static [&'static str],
    /// From a month on, what must be returned in their place, for the month alone.
    later: Option<Later>,
}

/// What a later version of a metric rests on, from the first day of its first month on.
#[derive(Debug, Clone, Copy)]
struct Later {
    from: &'static str,
    datasets: &'static [&'static str],
}

/// What a month needs.
#[derive(Debug, Clone, Copy)]
pub struct Needs {
    pub datasets: &'static [&'static str],
    /// Earlier months that must be returned too.
    pub earlier: u32,
}

impl Recipe {
    pub fn needs(&self, month: NaiveDate) -> Needs {
        match self.later {
            Some(later) if later.from.parse::<NaiveDate>().unwrap() <= month => {
                Needs { datasets: later.datasets, earlier: 0 }
            }
            _ => Needs { datasets: self.datasets, earlier: self.earlier },
        }
    }

    /// Whether a figure with a denominator is its numerator divided by it.
    pub fn has_ratio(&self) -> bool {
        !matches!(self.shape, Shape::Delay { .. } | Shape::Grade)
    }
}

const fn recipe(id: &'static str, shape: Shape, span: Span, datasets: &'static [&'static str]) -> Recipe {
    Recipe { id, shape, span, earlier: 0, datasets, later: None }
}

const fn flow(id: &'static str, datasets: &'static [&'static str]) -> Recipe {
    recipe(id, Shape::Ratio, Span::Flow, datasets)
}

const fn stock(id: &'static str, datasets: &'static [&'static str]) -> Recipe {
    recipe(id, Shape::Ratio, Span::Stock, datasets)
}

/// The same, and every month needs the returns of so many earlier months.
const fn needing(earlier: u32, recipe: Recipe) -> Recipe {
    Recipe { earlier, ..recipe }
}

/// The same, and from April 2027 on the list of open cases.
const fn then_listed(recipe: Recipe) -> Recipe {
    Recipe { later: Some(Later { from: OPEN_CASES_FROM, datasets: &["open_cases"] }), ..recipe }
}

/// The first day from which backlogs are counted from the list of open cases.
pub const OPEN_CASES_FROM: &str = "2027-04-01";

const ARRESTS: &[&str] = &["arrest_summons"];
const RESULTS: &[&str] = &["court_results"];
const MESSAGES: &[&str] = &["hearing_messages"];
const PROSECUTIONS: &[&str] = &["impending_prosecutions"];
const CHECKS: &[&str] = &["quality_checks"];
const REVIEWS: &[&str] = &["retention_reviews"];
const REQUESTS: &[&str] = &["rights_requests"];
const AGREEMENTS: &[&str] = &["access_agreements"];
const ACCOUNTS: &[&str] = &["user_accounts"];
const TRANSACTIONS: &[&str] = &["transactions"];
const AUDITS: &[&str] = &["transaction_audits"];
const INCIDENTS: &[&str] = &["incidents"];
const GOVERNANCE: &[&str] = &["governance"];

/// Every metric.
pub const RECIPES: [Recipe; 60] = [
    recipe("ACC-01", Shape::Count, Span::Flow, TRANSACTIONS),
    flow("ACC-02", TRANSACTIONS),
    flow("ACC-03", TRANSACTIONS),
    flow("ACC-04", TRANSACTIONS),
    flow("ACC-05", TRANSACTIONS),
    flow("ACC-06", TRANSACTIONS),
    flow("AMD-01", RESULTS),
    flow("AMD-02", RESULTS),
    flow("AMD-03", RESULTS),
    recipe("AMD-04", Shape::Delay { percent: 90, cap: 730 }, Span::Flow, RESULTS),
    recipe("AMD-05", Shape::Count, Span::Stock, PROSECUTIONS),
    flow("AMD-06", PROSECUTIONS),
    flow("AMD-07", MESSAGES),
    flow("AMD-08", MESSAGES),
    flow("AMD-09", MESSAGES),
    flow("AMD-10", RESULTS),
    flow("AUD-01", &["transaction_audits", "transactions"]),
    flow("AUD-02", AUDITS),
    flow("AUD-03", &["incidents", "user_accounts"]),
    flow("AUD-04", INCIDENTS),
    flow("AUD-05", INCIDENTS),
    needing(2, flow("AUD-06", GOVERNANCE)),
    recipe("AUD-07", Shape::Grade, Span::Stock, GOVERNANCE),
    flow("CRE-01", ARRESTS),
    flow("CRE-02", ARRESTS),
    recipe("CRE-03", Shape::Delay { percent: 90, cap: 2160 }, Span::Flow, ARRESTS),
    then_listed(needing(1, recipe("CRE-04", Shape::Count, Span::Stock, ARRESTS))),
    flow("CRE-05", MESSAGES),
    needing(1, recipe("CRE-06", Shape::Count, Span::Flow, ARRESTS)),
    flow("REP-01", &[]),
    flow("REP-02", &[]),
    flow("REP-03", &["stated_totals"]),
    stock("RRD-01", REVIEWS),
    flow("RRD-02", REVIEWS),
    needing(1, flow("RRD-03", REQUESTS)),
    flow("RRD-04", REQUESTS),
    flow("RRD-05", &["retention_reviews", "holdings"]),
    stock("SEC-01", ACCOUNTS),
    flow("SEC-02", ACCOUNTS),
    stock("SEC-03", ACCOUNTS),
    flow("SEC-04", GOVERNANCE),
    flow("SEC-05", &["incidents", "user_accounts", "transactions"]),
    flow("SEC-06", INCIDENTS),
    flow("SEC-07", &["outages"]),
    recipe("SHA-01", Shape::Count, Span::Stock, AGREEMENTS),
    stock("SHA-02", AGREEMENTS),
    needing(1, flow("SHA-03", REQUESTS)),
    then_listed(needing(4, stock("SHA-04", REQUESTS))),
    needing(1, flow("SHA-05", REQUESTS)),
    stock("TRN-01", ACCOUNTS),
    stock("TRN-02", ACCOUNTS),
    stock("TRN-03", ACCOUNTS),
    flow("TRN-04", &["transactions", "user_accounts"]),
    flow("VAL-01", CHECKS),
    flow("VAL-02", CHECKS),
    flow("VAL-03", MESSAGES),
    flow("VAL-04", ARRESTS),
    flow("VAL-05", CHECKS),
    flow("VAL-06", CHECKS),
    needing(1, flow("VAL-07", REQUESTS)),
];

/// The shape of one figure of a metric: a few categories differ from their metric.
pub fn shape_of(recipe: &Recipe, category: &str) -> Shape {
    match (recipe.id, category) {
        ("CRE-06", "per_1000_officers") => Shape::Ratio,
        (_, "median") => match recipe.shape {
            Shape::Delay { cap, .. } => Shape::Delay { percent: 50, cap },
            other => other,
        },
        _ => recipe.shape,
    }
}
