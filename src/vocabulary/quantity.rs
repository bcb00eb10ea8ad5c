//! What a figure is: its shape, unit and state, its interval, and the one place where a number is rounded.
//! Pure values; nothing here reads data or knows a metric.

use std::fmt::Write as _;

use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, Serialize};

use crate::vocabulary::shorthand::Shorthand;

/// How a metric's integers become a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// `numerator / denominator`, the numerator never above the denominator.
    Proportion,
    /// Events per unit of exposure.
    Rate,
    /// One count of events for each of another, such as results entered for each new case: both vary by chance. Written as
    /// a rate whose denominator varies.
    #[serde(skip_deserializing)]
    CountRatio,
    /// A number of things.
    Count,
    /// Delays as (value, observed, count).
    Distribution,
    /// A grade.
    Status,
}

impl Shape {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proportion => "proportion",
            Self::Rate => "rate",
            Self::CountRatio => "count_ratio",
            Self::Count => "count",
            Self::Distribution => "distribution",
            Self::Status => "status",
        }
    }
}

/// The unit of a value as data files write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Percent,
    Hours,
    Days,
    Records,
    Cases,
    Transactions,
    Requests,
    Organisations,
    #[serde(rename = "per_1000_officers")]
    Per1000Officers,
    #[serde(rename = "per_1000_users")]
    Per1000Users,
    PerMillionTransactions,
    PerMillionRecords,
    #[serde(rename = "per_100_results")]
    Per100Results,
    PerUser,
    PerOfficer,
    Ratio,
    Grade,
}

impl Unit {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Records => "records",
            Self::Cases => "cases",
            Self::Transactions => "transactions",
            Self::Requests => "requests",
            Self::Organisations => "organisations",
            Self::Per1000Officers => "per_1000_officers",
            Self::Per1000Users => "per_1000_users",
            Self::PerMillionTransactions => "per_million_transactions",
            Self::PerMillionRecords => "per_million_records",
            Self::Per100Results => "per_100_results",
            Self::PerUser => "per_user",
            Self::PerOfficer => "per_officer",
            Self::Ratio => "ratio",
            Self::Grade => "grade",
        }
    }

    /// The unit with that name in data files; `None` where there is none.
    pub fn named(name: &str) -> Option<Self> {
        let name: StrDeserializer<'_, ValueError> = name.into_deserializer();
        Self::deserialize(name).ok()
    }

    /// The unit in words, as a heading or an axis title carries it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Percent => "per cent",
            Self::Per1000Officers => "per 1,000 officers",
            Self::Per1000Users => "per 1,000 users",
            Self::PerMillionTransactions => "per million transactions",
            Self::PerMillionRecords => "per million records",
            Self::Per100Results => "per 100 results",
            Self::PerUser => "per user",
            Self::PerOfficer => "per officer",
            other => other.as_str(),
        }
    }

    /// Whether a value in this unit is a share of its denominator, from none to all of it.
    pub fn is_share(self) -> bool {
        matches!(self, Self::Percent | Self::Per100Results)
    }

    /// Whether a value in this unit is its numerator over its denominator.
    pub fn is_of_ratio(self) -> bool {
        !matches!(
            self,
            Self::Hours
                | Self::Days
                | Self::Records
                | Self::Cases
                | Self::Transactions
                | Self::Requests
                | Self::Organisations
                | Self::Grade
        )
    }

    /// What `numerator / denominator` is multiplied by.
    pub fn multiplier(self) -> u32 {
        match self {
            Self::Percent | Self::Per100Results => 100,
            Self::Per1000Officers | Self::Per1000Users => 1_000,
            Self::PerMillionTransactions | Self::PerMillionRecords => 1_000_000,
            _ => 1,
        }
    }

    /// Decimals shown on pages.
    pub fn decimals(self) -> u32 {
        match self {
            Self::Percent
            | Self::Per1000Officers
            | Self::Per1000Users
            | Self::PerMillionTransactions
            | Self::PerMillionRecords
            | Self::Per100Results
            | Self::PerUser
            | Self::PerOfficer => 1,
            Self::Ratio => 2,
            _ => 0,
        }
    }
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    Higher,
    Lower,
    Neutral,
}

impl Better {
    /// The name in data files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::Neutral => "neutral",
        }
    }
}

/// Whether a cell holds a value or, if not, why not. Never expressed by 0, an empty text or a not-a-number value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The figure was computed and may be shown.
    Value,
    /// The organisation sent nothing for the dataset and period, and the due date is past.
    NotReturned,
    /// The figure should exist but does not, with the reason.
    Missing(String),
    /// The figure cannot exist, with the reason; a zero denominator is one.
    NotApplicable(String),
    /// Withheld from the public edition: the counts are small, of persons or as a denominator.
    Suppressed,
    /// The data are there but the statistic asked for cannot be given, with the reason.
    CannotTell(String),
}

impl Status {
    /// The name in data files.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::NotReturned => "not_returned",
            Self::Missing(_) => "missing",
            Self::NotApplicable(_) => "not_applicable",
            Self::Suppressed => "suppressed",
            Self::CannotTell(_) => "cannot_tell",
        }
    }

    /// The shorthand that stands in place of the number in a table; `None` for a value.
    pub fn shorthand(&self) -> Option<Shorthand> {
        match self {
            Self::Value => None,
            Self::NotReturned | Self::Missing(_) | Self::CannotTell(_) => Some(Shorthand::NotAvailable),
            Self::NotApplicable(_) => Some(Shorthand::NotApplicable),
            Self::Suppressed => Some(Shorthand::Withheld),
        }
    }

    /// The reason in words; empty for a value.
    pub fn reason(&self) -> &str {
        match self {
            Self::Value => "",
            Self::NotReturned => "not returned by the organisation",
            Self::Suppressed => "withheld because the numbers are small",
            Self::Missing(reason) | Self::NotApplicable(reason) | Self::CannotTell(reason) => reason,
        }
    }
}

/// A confidence interval on the scale of the value. An open side is `None`: no limit can be given there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

/// `multiplier · numerator / denominator` to `decimals`, half away from zero, worked in integers so that 57/200 is 28.5 and never 28.4999….
/// A share strictly between its ends never prints as an end: the top becomes the largest value below it (99.9) and a
/// share that would print as zero becomes `[low]`.
///
/// `None` when the denominator is not positive or the numerator is negative.
pub fn ratio_text(numerator: i64, denominator: i64, unit: Unit) -> Option<String> {
    if denominator <= 0 || numerator < 0 {
        return None;
    }
    let scale = 10_i128.pow(unit.decimals());
    let factor = i128::from(unit.multiplier()) * scale;
    let (x, n) = (i128::from(numerator), i128::from(denominator));
    let rounded = (2 * x * factor + n) / (2 * n);
    if rounded == 0 && x > 0 {
        return Some(Shorthand::RoundsToZero.to_string());
    }
    let share_below_one = unit.is_share() && x < n;
    let shown = if share_below_one { rounded.min(factor - 1) } else { rounded };
    Some(decimal_text(shown, unit.decimals()))
}

/// A share with fewer in its denominator than this rests on few cases.
const FEW_IN_DENOMINATOR: i64 = 10;
/// A rate with fewer events than this, and a ratio of two counts with fewer on either side, rests on few cases.
const FEW_EVENTS: i64 = 5;

/// Whether a value rests on so few cases that little can be said of it. Counts, delays and grades never do: a count says
/// itself how small it is.
pub fn rests_on_few_cases(counts: Ratio, unit: Unit) -> bool {
    match unit {
        Unit::Percent | Unit::Per100Results => counts.denominator < FEW_IN_DENOMINATOR,
        Unit::Ratio => counts.numerator.min(counts.denominator) < FEW_EVENTS,
        Unit::Per1000Officers
        | Unit::Per1000Users
        | Unit::PerMillionTransactions
        | Unit::PerMillionRecords
        | Unit::PerUser
        | Unit::PerOfficer => counts.numerator < FEW_EVENTS,
        Unit::Hours
        | Unit::Days
        | Unit::Records
        | Unit::Cases
        | Unit::Transactions
        | Unit::Requests
        | Unit::Organisations
        | Unit::Grade => false,
    }
}

/// A numerator over its denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    pub numerator: i64,
    pub denominator: i64,
}

/// One ratio less another, kept in whole numbers: x₁/n₁ − x₀/n₀ = (x₁n₀ − x₀n₁) / n₁n₀. It is rounded once, where it is
/// told: the binary numbers nearest to 0.5015 and 0.5 differ by less than 0.0015.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatioDifference {
    over: i128,
    /// Above 0.
    under: i128,
}

impl RatioDifference {
    /// `one − other`; `None` without positive denominators, and for counts whose products do not fit into 128 bits.
    pub fn of(one: Ratio, other: Ratio) -> Option<Self> {
        let (x1, n1) = (i128::from(one.numerator), i128::from(one.denominator));
        let (x0, n0) = (i128::from(other.numerator), i128::from(other.denominator));
        if n1 <= 0 || n0 <= 0 {
            return None;
        }
        let over = x1.checked_mul(n0)?.checked_sub(x0.checked_mul(n1)?)?;
        Some(Self { over, under: n1.checked_mul(n0)? })
    }

    /// The binary number nearest to it, without the unit's multiplier.
    pub fn value(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "one rounding of each, a relative error of 1e-16")]
        let parts = (self.over as f64, self.under as f64);
        parts.0 / parts.1
    }

    /// On the scale of the unit, as the nearest binary number.
    pub fn amount(self, unit: Unit) -> f64 {
        self.value() * f64::from(unit.multiplier())
    }

    /// The size of `multiplier · difference` to the unit's decimals, half away from zero.
    pub fn text(self, unit: Unit) -> String {
        let exact = self.rounded(i128::from(unit.multiplier()) * 10_i128.pow(unit.decimals()));
        let text = |rounded: i128| decimal_text(rounded.abs(), unit.decimals());
        exact.map_or_else(|| value_text(self.amount(unit).abs(), unit), text)
    }

    /// `multiplier · difference` in millionths, half away from zero.
    pub fn millionths(self, unit: Unit) -> i128 {
        let exact = self.rounded(i128::from(unit.multiplier()) * 1_000_000);
        exact.unwrap_or_else(|| millionths(self.amount(unit)))
    }

    /// Half away from zero; `None` where the product does not fit into 128 bits: counts of more than 10¹⁴.
    fn rounded(self, factor: i128) -> Option<i128> {
        let size = self.over.checked_abs()?.checked_mul(factor)?.checked_mul(2)?.checked_add(self.under)?;
        Some(size / self.under.checked_mul(2)? * self.over.signum())
    }
}

/// A number in millionths, half away from zero.
pub fn millionths(value: f64) -> i128 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "values are far below 10^20; a larger one would saturate, not wrap"
    )]
    let scaled = (value * 1e6).round() as i128;
    scaled
}

/// A computed value to the unit's decimals, half away from zero, with thousands commas.
pub fn value_text(value: f64, unit: Unit) -> String {
    let decimals = unit.decimals();
    let scaled = (value * 10_f64.powi(decimals.cast_signed())).round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "figures are far below 2^53; larger ones would saturate, not wrap"
    )]
    let rounded = scaled as i128;
    decimal_text(rounded, decimals)
}

/// A whole number with thousands commas.
pub fn count_text(count: i64) -> String {
    decimal_text(i128::from(count), 0)
}

/// A number with so many decimals and thousands commas, from its units of the last decimal: 12,345 with one decimal is "1,234.5".
pub fn decimal_text(scaled: i128, decimals: u32) -> String {
    let scale = 10_u128.pow(decimals);
    let (whole, part) = (scaled.unsigned_abs() / scale, scaled.unsigned_abs() % scale);
    let digits = whole.to_string();
    let mut text = String::from(if scaled < 0 { "\u{2212}" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if decimals > 0 {
        // Writing into a String cannot fail.
        let _ = write!(text, ".{part:0width$}", width = decimals as usize);
    }
    text
}
