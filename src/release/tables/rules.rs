//! What holds between the columns of a row of a result table.

use super::catalogue::CellTest::{AtLeast, AtMost, Empty, Filled, Matching, OneOf};
use super::catalogue::{Condition, TableRule};

const fn cell(column: &'static str, test: super::catalogue::CellTest) -> Condition {
    Condition::new(column, test)
}

/// How a period is written, by its kind.
const fn written(kind: &'static [Condition], period: &'static [Condition]) -> TableRule {
    TableRule { about: "", when: kind, then: period, otherwise: &[] }
}

/// Rules of figures, whether headline or part.
pub(super) const FIGURES: &[TableRule] = &[
    TableRule {
        about: "A value has its method, a numerator and no negative part; without a value there is neither value, limit, \
                method nor verdict.",
        when: &[cell("status", OneOf(&["value"]))],
        then: &[
            cell("value", Filled),
            cell("method", Filled),
            cell("numerator", Filled),
            cell("numerator", AtLeast(0)),
            cell("denominator", AtLeast(0)),
        ],
        otherwise: &[
            cell("value", Empty),
            cell("lower_95", Empty),
            cell("upper_95", Empty),
            cell("lower_998", Empty),
            cell("upper_998", Empty),
            cell("method", Empty),
            cell("standard_met", Empty),
        ],
    },
    TableRule {
        about: "What was not returned or is withheld has no parts either.",
        when: &[cell("status", OneOf(&["not_returned", "suppressed"]))],
        then: &[cell("numerator", Empty), cell("denominator", Empty)],
        otherwise: &[],
    },
    TableRule {
        about: "A standard has both level and kind, and only a standard can be met.",
        when: &[cell("standard_level", Empty)],
        then: &[cell("standard_kind", Empty), cell("standard_met", Empty)],
        otherwise: &[cell("standard_kind", Filled)],
    },
    TableRule {
        about: "A standard that can be judged is judged; where returns are missing, the verdict may be withheld with or, \
                in the public edition, without its bounds.",
        when: &[
            cell("status", OneOf(&["value"])),
            cell("standard_level", Filled),
            cell("coverage", AtLeast(1)),
            cell("lowest", Empty),
        ],
        then: &[cell("standard_met", Filled)],
        otherwise: &[],
    },
    TableRule {
        about: "A percentage lies between 0 and 100.",
        when: &[cell("unit", OneOf(&["percent"]))],
        then: &[
            cell("value", AtMost(100)),
            cell("lower_95", AtMost(100)),
            cell("upper_95", AtMost(100)),
            cell("lower_998", AtMost(100)),
            cell("upper_998", AtMost(100)),
            cell("standard_level", AtMost(100)),
        ],
        otherwise: &[],
    },
    written(&[cell("period_type", OneOf(&["month"]))], &[cell("period", Matching("^[0-9]{4}-(0[1-9]|1[0-2])$"))]),
    written(&[cell("period_type", OneOf(&["fy_quarter"]))], &[cell("period", Matching("^[0-9]{4}-[0-9]{2}Q[1-4]$"))]),
    written(&[cell("period_type", OneOf(&["cal_quarter"]))], &[cell("period", Matching("^[0-9]{4}Q[1-4]$"))]),
    written(
        &[cell("period_type", OneOf(&["financial_year"]))],
        &[cell("period", Matching("^(FY)?[0-9]{4}-[0-9]{2}$"))],
    ),
    written(&[cell("period_type", OneOf(&["calendar_year"]))], &[cell("period", Matching("^[0-9]{4}$"))]),
    written(
        &[cell("period_type", OneOf(&["rolling_12m"]))],
        &[cell("period", Matching("^12m-to-[0-9]{4}-(0[1-9]|1[0-2])$"))],
    ),
];

/// Rules of trend tests.
pub(super) const TRENDS: &[TableRule] = &[TableRule {
    about: "A trend has its window and a change; what cannot be told has a reason instead.",
    when: &[cell("outcome", OneOf(&["cannot_tell"]))],
    then: &[
        cell("reason", Filled),
        cell("first_period", Empty),
        cell("change", Empty),
        cell("change_lower_95", Empty),
        cell("change_upper_95", Empty),
        cell("p_value", Empty),
    ],
    otherwise: &[
        cell("reason", Empty),
        cell("first_period", Filled),
        cell("periods", Filled),
        cell("periods", AtLeast(5)),
        cell("change", Filled),
        cell("change_lower_95", Filled),
        cell("change_upper_95", Filled),
        cell("p_value", Filled),
    ],
}];

/// Rules of verdicts.
pub(super) const VERDICTS: &[TableRule] = &[
    TableRule {
        about: "A comparison decides that a figure asks for attention or is good; else there is a reason and no size.",
        when: &[cell("attention", OneOf(&["act", "look", "good"]))],
        then: &[cell("decided_by", OneOf(&["peers", "forces", "own_past", "year_before", "standard"]))],
        otherwise: &[
            cell(
                "decided_by",
                OneOf(&[
                    "nothing_stands_out",
                    "shared_cause",
                    "no_better_side",
                    "no_figure",
                    "few_cases",
                    "nothing_to_compare",
                ]),
            ),
            cell("size", Empty),
        ],
    },
    TableRule {
        about: "A change alone is no reason to act.",
        when: &[cell("attention", OneOf(&["act"]))],
        then: &[cell("decided_by", OneOf(&["peers", "forces", "standard"]))],
        otherwise: &[],
    },
    TableRule {
        about: "A margin has its measure and its basis.",
        when: &[cell("margin", Empty)],
        then: &[cell("margin_measure", Empty), cell("margin_basis", Empty)],
        otherwise: &[cell("margin_measure", Filled), cell("margin_basis", Filled)],
    },
];

/// Rules of metrics.
pub(super) const METRICS: &[TableRule] = &[TableRule {
    about: "A standard is whole or not there.",
    when: &[cell("standard_level", Empty)],
    then: &[
        cell("standard_comparator", Empty),
        cell("standard_kind", Empty),
        cell("standard_from", Empty),
        cell("standard_to", Empty),
        cell("standard_source", Empty),
    ],
    otherwise: &[
        cell("standard_comparator", Filled),
        cell("standard_kind", Filled),
        cell("standard_from", Filled),
        cell("standard_source", Filled),
    ],
}];

/// Rules of organisations and sums.
pub(super) const ORGANISATIONS: &[TableRule] = &[TableRule {
    about: "Only an organisation has a kind, a country and days; only a sum over some organisations has members.",
    when: &[cell("stands_for", OneOf(&["organisation"]))],
    then: &[cell("full_name", Filled), cell("kind", Filled), cell("country", Filled), cell("members", Empty)],
    otherwise: &[
        cell("full_name", Empty),
        cell("kind", Empty),
        cell("region", Empty),
        cell("country", Empty),
        cell("first_day", Empty),
        cell("last_day", Empty),
        cell("succeeded_by", Empty),
        cell("peers", Empty),
    ],
}];
