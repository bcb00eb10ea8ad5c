//! What each key of the settings means, and what its type does not say of its values. A test holds the notes against the types
//! and against what the program refuses.

use super::retention::{MOST_KEPT_PERIODS, MOST_REVISIONS, MOST_WORK_MIB};
use super::schedules::MOST_DAYS as MOST_SCHEDULE_DAYS;
use super::{
    LEAST_MEMORY_MIB, MOST_DAYS, MOST_LATE_MONTHS, MOST_MARGIN_PERCENT, MOST_MEMORY_MIB, MOST_MINIMUM, MOST_MONTHS,
    MOST_PERIODS, MOST_QUARTERS, MOST_SECONDS, MOST_SQL_ROWS, MOST_THREADS, MOST_THRESHOLD, MOST_YEARS,
};
use crate::stats::control::LEAST_BASELINE;

/// What is said of a key. Items of a list stand behind `[]`, those of a table behind `*`.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyNote {
    pub key: &'static str,
    pub about: &'static str,
    pub form: KeyForm,
    /// Whether it stands in every table that it belongs to.
    pub required: bool,
}

/// What the values of a key are, beside their type.
#[derive(Debug, Clone, Copy)]
pub(super) enum KeyForm {
    /// Whatever the type takes.
    Plain,
    /// Whole numbers, both ends included.
    Between(i64, i64),
    /// The word, or whole numbers.
    WordOrBetween(&'static str, i64, i64),
    /// Decimals from this one on.
    From(i32),
    /// Days, as 2026-08-20.
    Day,
    /// Texts that match.
    Matching(&'static str),
    /// Texts with more than spaces in them.
    Filled,
    /// Names of copies.
    Copies,
}

/// A bound in the numbers of a schema; all of them are far from the ends of the type.
const fn bound(number: usize) -> i64 {
    number.cast_signed() as i64
}

/// The written forms of a period.
const PERIOD: &str =
    "^((FY)?[0-9]{4}-[0-9]{2}|[0-9]{4}-[0-9]{2}Q[1-4]|[0-9]{4}Q[1-4]|[0-9]{4}|12m-to-[0-9]{4}-[0-9]{2})$";

const fn note(key: &'static str, about: &'static str) -> KeyNote {
    KeyNote { key, about, form: KeyForm::Plain, required: false }
}

impl KeyNote {
    const fn form(self, form: KeyForm) -> Self {
        Self { form, ..self }
    }

    const fn between(self, least: i64, most: i64) -> Self {
        self.form(KeyForm::Between(least, most))
    }

    const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// Every key, in the order of the documentation.
pub(super) const NOTES: &[KeyNote] = &[
    note("engine", "Threads and memory of the engine."),
    note("engine.threads", "0: one for each core.").between(0, bound(MOST_THREADS)),
    note("engine.memory_limit_mib", "Memory of statements, in MiB; larger ones spill to the work folder.")
        .between(bound(LEAST_MEMORY_MIB), bound(MOST_MEMORY_MIB)),
    note("sql", "What a statement of `sql` may ask for."),
    note("sql.most_rows", "A result with more rows is an error.").between(1, bound(MOST_SQL_ROWS)),
    note("stores", "How object stores are asked."),
    note(
        "stores.retry_seconds",
        "A request that a store answers with trouble of its own is sent again until so many seconds have passed; 0: never.",
    )
    .between(0, MOST_SECONDS as i64),
    note("cluster", "Other computers that read submissions for runs."),
    note(
        "cluster.workers",
        "Addresses of workers: https, or http of this computer. Without one, runs read everything themselves.",
    ),
    note("cluster.certificate", "The certificate of this computer, a file in PEM form."),
    note("cluster.key", "The key of this certificate, a file in PEM form."),
    note("cluster.authority", "The certificate of whoever signed those of the other computers, a file in PEM form."),
    note("cluster.verify", "Whether runs read a sample themselves too, and publish only if it is the same."),
    note(
        "cluster.patience_seconds",
        "After so many seconds without an answer of any worker, runs do without them.",
    )
    .between(1, MOST_SECONDS as i64),
    note("notify", "Who is told of each run."),
    note(
        "notify.command",
        "A program and its arguments, called after each run with a letter (JSON) on its standard input.",
    ),
    note(
        "notify.webhook",
        "An address that the letter is posted to (JSON): https, or http of this computer. Only its host is ever shown.",
    )
    .form(KeyForm::Matching("^(https?://[^ ]+)?$")),
    note("notify.timeout_seconds", "A program or an address that takes longer is given up.")
        .between(1, MOST_SECONDS as i64),
    note("schedules", "Releases that are made without anyone asking."),
    note("schedules[].name", "Small letters, digits and hyphens. It stands in the ledger for good.")
        .form(KeyForm::Matching("^[a-z][a-z0-9-]{0,39}$"))
        .required(),
    note("schedules[].first", "The first period that the schedule publishes; those after it are of the same kind.")
        .form(KeyForm::Matching(PERIOD))
        .required(),
    note("schedules[].when", "Minute, hour, day, month and weekday, as cron writes them, in London.").required(),
    note("schedules[].days_after", "Not before so many days after the end of the period.")
        .between(0, MOST_SCHEDULE_DAYS as i64)
        .required(),
    note("schedules[].public", "Whether the public edition is made too."),
    note("schedules[].catch_up", "What becomes of periods whose time went by while nothing ran."),
    note("schedules[].wait_for", "How long the schedule waits for returns."),
    note("schedules[].wait_for.share", "Per cent of the expected returns that are enough.").between(1, 100).required(),
    note("schedules[].wait_for.at_most_days", "Days after the first attempt until which less is not enough.")
        .between(1, MOST_SCHEDULE_DAYS as i64)
        .required(),
    note("retention", "What `prune` lets go. Of what has no number, everything stays."),
    note("retention.revisions", "So many of the newest revisions of each period stay.")
        .between(1, MOST_REVISIONS as i64),
    note("retention.periods", "So many of the newest periods of a kind stay."),
    note("retention.periods.*", "So many of the newest periods of this kind stay.")
        .between(1, MOST_KEPT_PERIODS as i64),
    note("retention.work_mib", "The work folder takes at most so many MiB.").between(1, MOST_WORK_MIB.cast_signed()),
    note("trend", "Periods shown and judged, the asked one included."),
    note("trend.month", "Months.").between(1, MOST_MONTHS as i64),
    note("trend.quarter", "Quarters, and rolling years.").between(1, MOST_QUARTERS as i64),
    note("trend.year", "Years.").between(1, MOST_YEARS as i64),
    note("trend.national", "Periods of the long series of the nation and its regions.").form(KeyForm::WordOrBetween(
        "all",
        1,
        MOST_PERIODS as i64,
    )),
    note("disclosure", "What the public edition withholds."),
    note("disclosure.threshold", "Counts of cases about persons from 1 to below it are withheld.")
        .between(2, MOST_THRESHOLD),
    note(
        "disclosure.minimum_denominator",
        "Figures of an organisation's work with fewer cases are withheld; 1 withholds none.",
    )
    .between(1, MOST_MINIMUM),
    note("disclosure.protection", "What must remain possible for a withheld count."),
    note("peers", "Which organisations are compared with each other."),
    note("peers.fallback", "Who is a peer where no groups are supplied."),
    note("peers.ignore_supplied", "Use the fallback even where groups are supplied."),
    note("late", "How long data may come in late."),
    note("late.months", "So many whole months after its end a month is taken as complete.")
        .between(1, MOST_LATE_MONTHS as i64),
    note("parameters", "Numbers that metrics need and no source gives. Without its number a metric has no figure."),
    note("parameters.*", "Days or months, as `leds-metrics explain` says.").between(0, MOST_DAYS),
    note("targets", "Levels that an installation sets, always shown as local targets."),
    note("targets[].metric", "Id of the metric, such as CRE-01.").required(),
    note("targets[].level", "The level; at most 100 for a proportion.").form(KeyForm::From(0)).required(),
    note("targets[].comparator", "How a figure is held against it.").required(),
    note("targets[].from", "The first day.").form(KeyForm::Day).required(),
    note("targets[].to", "The last day; left out, until further notice.").form(KeyForm::Day),
    note("targets[].source", "Who set the target, and where that is written down.").form(KeyForm::Filled).required(),
    note("targets[].organisations", "Codes of those that it is for; left out, with kinds, it is for everybody."),
    note("targets[].kinds", "Kinds of organisation that it is for, such as territorial_force."),
    note("decisions", "What named people decided about charts."),
    note("decisions[].metric", "Id of the metric, such as CRE-01.").required(),
    note(
        "decisions[].organisation",
        "Code of an organisation, REGION:name or NATIONAL; left out, every series of the metric.",
    ),
    note("decisions[].kind", "What was decided.").required(),
    note("decisions[].from", "The first day.").form(KeyForm::Day),
    note("decisions[].to", "The last day.").form(KeyForm::Day),
    note("decisions[].points", "Of a baseline: the first so many periods.").between(bound(LEAST_BASELINE), i64::MAX),
    note("decisions[].reason", "Why.").form(KeyForm::Filled).required(),
    note("decisions[].decided_by", "Who decided, and when.").form(KeyForm::Filled).required(),
    note("parity", "Metrics that are also judged by the rules of other packages, in results/parity."),
    note("parity.as_phe", "Proportions and rates, as PHEindicatormethods judges them."),
    note("parity.as_making_data_count", "Metrics whose series are judged as NHSRplotthedots does."),
    note("verdict", "How large a difference must be to count."),
    note(
        "verdict.margin_percent",
        "Per cent of the standard deviation of organisations: nearer figures are close to each other.",
    )
    .between(1, MOST_MARGIN_PERCENT as i64),
    note("publication", "Who publishes, and what readers are told. Pages say what is not given."),
    note("publication.publisher", "The organisation that publishes."),
    note("publication.contact", "An address that readers can write to."),
    note("publication.marking", "The protective marking, at the head and the foot of every page."),
    note("publication.next_release", "The day of the next release.").form(KeyForm::Day),
    note("publication.revision_policy", "When and why figures are revised, in one or two sentences."),
    note(
        "publication.pre_release_access",
        "Who sees the release before it is published; an empty list says that nobody does.",
    ),
    note("publication.accessibility_tested_on", "The day on which the accessibility of the pages was last tested.")
        .form(KeyForm::Day),
    note("editions", "What editions hold beside their pages."),
    note("editions.copies", "Kinds of files; the option --copies wins."),
    note("editions.copies[]", "A kind of file.").form(KeyForm::Copies),
];

/// What is said of a key.
pub(super) fn note_of(key: &str) -> Option<&'static KeyNote> {
    NOTES.iter().find(|note| note.key == key)
}
