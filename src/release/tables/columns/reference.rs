//! Columns of what ids and codes stand for: the metrics, and the organisations with the sums over them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{STANDARD_KINDS, UNITS, columns, metric_id};
use crate::definitions::model::{Metric, Standard};
use crate::release::Release;
use crate::release::tables::catalogue::{ANY, at_least, between, one_of};
use crate::release::tables::column::RowColumn;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::body_id::{Body, BodyId};
use crate::vocabulary::period::Period;
use crate::vocabulary::quantity::millionths as scaled;

/// A metric in a release.
pub(in crate::release::tables) struct DescribedMetric<'a> {
    metric: &'a Metric,
    period: Period,
    /// The one that held for the nation throughout the period.
    standard: Option<&'a Standard>,
}

impl<'a> DescribedMetric<'a> {
    /// Every metric of a release, by id.
    pub(in crate::release::tables) fn all(release: &'a Release) -> Vec<Self> {
        let period = release.period;
        let line =
            |metric: &'a Metric| Self { metric, period, standard: metric.standard_for(BodyId::nation(), period) };
        let mut lines: Vec<Self> = release.metrics.iter().map(line).collect();
        lines.sort_by(|a, b| a.metric.id.cmp(&b.metric.id));
        lines
    }

    fn id(&self) -> &str {
        &self.metric.id
    }
}

/// An organisation, or a sum over organisations, in a release.
pub(in crate::release::tables) struct DescribedBody<'a> {
    code: BodyId,
    /// `None` of a sum, and of rows that no organisation can be named for.
    organisation: Option<OrganisationLife<'a>>,
    /// The sum over its peers, where it has peers.
    peers: Option<BodyId>,
    /// Codes of those that a sum is over; none of the nation, which is over all.
    members: Vec<&'a BodyId>,
    /// Where its peers come from.
    peers_from: &'a str,
}

/// What an organisation is, and when it existed.
struct OrganisationLife<'a> {
    organisation: &'a Organisation,
    /// `None` where it is not known.
    first_day: Option<NaiveDate>,
    /// `None` while it exists.
    last_day: Option<NaiveDate>,
}

impl<'a> DescribedBody<'a> {
    /// Everything that a code of a result table can stand for, by code.
    pub(in crate::release::tables) fn all(release: &'a Release) -> Vec<Self> {
        let none = |code: BodyId| Self { code, organisation: None, peers: None, members: Vec::new(), peers_from: "" };
        let mut lines = vec![none(BodyId::nation().clone()), none(BodyId::unattributed().clone())];
        lines.extend(release.lives.regions().into_keys().map(|region| {
            let is_member = |one: &&Organisation| {
                one.region.as_deref() == Some(region) && release.lives.exists_on(&one.code, release.as_of)
            };
            let members = release.organisations.iter().filter(is_member).map(|one| &*one.code).collect();
            Self { members, ..none(BodyId::region(region)) }
        }));
        let mut groups = BTreeMap::new();
        for group in release.peer_groups.iter().filter(|group| !group.peers.is_empty()) {
            groups.insert(&group.org_code, &*group.source);
            let members = group.peers.iter().collect();
            lines.push(Self { members, peers_from: &group.source, ..none(BodyId::peers_of(&group.org_code)) });
        }
        for organisation in &release.organisations {
            let code: &BodyId = &organisation.code;
            let (first_day, last_day) = days(release, code);
            let organisation = Some(OrganisationLife { organisation, first_day, last_day });
            let peers_from = groups.get(code).copied();
            let peers = peers_from.map(|_| BodyId::peers_of(code));
            let peers_from = peers_from.unwrap_or_default();
            lines.push(Self { organisation, peers, peers_from, ..none(code.clone()) });
        }
        for line in &mut lines {
            line.members.sort_unstable();
        }
        lines.sort_by(|a, b| a.code.cmp(&b.code));
        lines
    }

    fn life(&self) -> Option<&OrganisationLife<'a>> {
        self.organisation.as_ref()
    }

    fn described(&self) -> Option<&'a Organisation> {
        Some(self.organisation.as_ref()?.organisation)
    }
}

/// First and last day of an organisation, where they are known.
fn days(release: &Release, code: &BodyId) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let rows = release.lives.all().filter(|row| *row.organisation.code == *code);
    let rows: Vec<_> = rows.collect();
    let first = rows.first().map(|row| row.from).filter(|day| *day > NaiveDate::MIN);
    (first, rows.last().and_then(|row| row.to))
}

pub(in crate::release::tables) fn metrics<'a>() -> Vec<RowColumn<DescribedMetric<'a>>> {
    let mut columns = vec![metric_id(DescribedMetric::id)];
    columns.extend(columns! { DescribedMetric<'a>:
        /// What it measures, in a sentence or two.
        Text "definition" ANY => |m| Cow::Borrowed(&m.metric.definition);
        /// Principle of the Code: 1 securing the data, 2 creating the data record, 3 amending and updating, 4 validating,
        /// 5 review, retention and disposal, 6 accessing and applying, 7 reporting and analysing, 8 sharing, 9
        /// accountability and auditing, 10 training.
        Version "principle" between(1, 10) => |m| u32::from(m.metric.principle);
        /// What it measures together with other metrics. Null of a metric that does not count when organisations are
        /// ranked.
        Text "subject" ANY.or_empty() => |m| Cow::Borrowed(m.metric.subject.as_deref().unwrap_or(""));
        /// How a value is made: a share of cases (proportion), events for each unit of exposure (rate), one count for each
        /// of another (count_ratio), a number of things (count), a percentile of delays (distribution) or a grade
        /// (status).
        Text "shape" one_of(&["proportion", "rate", "count_ratio", "count", "distribution", "status"])
            => |m| Cow::Borrowed(m.metric.shape.as_str());
        /// Unit of its values. Variants may have another one, which breakdowns says.
        Text "unit" one_of(UNITS) => |m| Cow::Borrowed(m.metric.unit.as_str());
        /// Which side is better: higher, lower, or neither (neutral).
        Text "better" one_of(&["higher", "lower", "neutral"]) => |m| Cow::Borrowed(m.metric.better.as_str());
        /// What the numerator counts; of delays the closed cases.
        Text "numerator" ANY.or_empty() => |m| Cow::Borrowed(&m.metric.numerator);
        /// What the denominator counts, or that there is none; of delays all cases.
        Text "denominator" ANY.or_empty() => |m| Cow::Borrowed(&m.metric.denominator);
        /// Of delays: the percentile that is the value, such as 90.
        Whole "percentile" between(1, 99).or_empty() => |m| m.metric.percentile.map(i64::from);
        /// How the months of a longer period combine: they are added (flow), or the last one stands for the period
        /// (stock).
        Text "months" one_of(&["flow", "stock"]) => |m| Cow::Borrowed(m.metric.aggregation.as_str());
        /// The event that decides the month of a case.
        Text "counted_by" ANY => |m| Cow::Borrowed(&m.metric.counted_by);
        /// Roles that answer for the metric, with a space between.
        Text "responsible" ANY => |m| {
            Cow::Owned(m.metric.responsible.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" "))
        };
        /// How well the metric is documented: by a source (documented), by a source of earlier years
        /// (documented_historical), by law (documented_law), or not: the authors of this program derived it from a duty
        /// (derived).
        Text "evidence" one_of(&["documented", "documented_historical", "documented_law", "derived"])
            => |m| Cow::Borrowed(m.metric.evidence.as_str());
        /// What it counts, which decides what a public edition withholds: no cases (none), the work of an organisation
        /// (work), cases about persons (persons), or such cases in the denominator alone (persons_in_denominator).
        Text "disclosure" one_of(&["none", "work", "persons", "persons_in_denominator"])
            => |m| Cow::Borrowed(m.metric.disclosure.as_str());
        /// Level of the standard that held for the nation throughout the report's period, on the scale of the unit. Null
        /// where none did. The figures of other periods and of organisations with local targets have theirs beside them.
        Decimal "standard_level" at_least(0).or_empty() => |m| Some(scaled(m.standard?.level));
        /// How a value meets the standard: by being at_least, at_most or under its level.
        Text "standard_comparator" one_of(&["at_least", "at_most", "under"]).or_empty()
            => |m| Cow::Borrowed(m.standard.map_or("", |standard| standard.comparator.as_str()));
        /// What the standard is.
        Text "standard_kind" one_of(STANDARD_KINDS).or_empty()
            => |m| Cow::Borrowed(m.standard.map_or("", |standard| standard.kind.as_str()));
        /// First day of the standard.
        Date "standard_from" ANY.or_empty() => |m| Some(m.standard?.from);
        /// Last day of the standard; null while it holds.
        Date "standard_to" ANY.or_empty() => |m| m.standard?.to;
        /// Where the standard stands written.
        Text "standard_source" ANY.or_empty() => |m| Cow::Borrowed(m.standard.map_or("", |standard| &standard.source));
        /// Name of its breakdown, as in the table of breakdowns; null where it has none.
        Text "breakdown" ANY.or_empty() => |m| Cow::Borrowed(m.metric.breakdown.as_ref().map_or("", |one| &one.column));
        /// Whether the categories of the breakdown add up to the metric (parts), or each is a figure of its own (variants).
        Text "breakdown_kind" one_of(&["parts", "variants"]).or_empty()
            => |m| Cow::Borrowed(m.metric.breakdown.as_ref().map_or("", |one| one.kind.as_str()));
        /// Version of the definition that holds at the end of the report's period.
        Version "metric_version" at_least(1)
            => |m| m.metric.version_at(m.period.last()).map_or(1, |version| version.version);
        /// What to be careful about, in sentences.
        Text "caveats" ANY.or_empty() => |m| Cow::Owned(m.metric.all_caveats().join(" "));
    });
    columns
}

pub(in crate::release::tables) fn bodies<'a>() -> Vec<RowColumn<DescribedBody<'a>>> {
    columns! { DescribedBody<'a>:
        /// What stands in org_code of the other tables.
        Body "org_code" ANY => |line| &line.code;
        /// What the code stands for: an organisation, rows that no organisation can be named for (unattributed), the
        /// organisations of a region, the peers of an organisation without itself, or the nation, which is every row.
        Text "stands_for" one_of(&["organisation", "unattributed", "region", "peers", "nation"])
            => |line| Cow::Borrowed(kind_of_code(&line.code));
        /// Full name of an organisation.
        Text "full_name" ANY.or_empty() => |line| Cow::Borrowed(line.described().map_or("", |one| &one.name));
        /// Kind of an organisation, as the organisations dataset says.
        Text "kind" ANY.or_empty() => |line| Cow::Borrowed(line.described().map_or("", |one| &one.kind));
        /// Region of an organisation; null where it has none.
        Text "region" ANY.or_empty()
            => |line| Cow::Borrowed(line.described().and_then(|one| one.region.as_deref()).unwrap_or(""));
        /// Country of an organisation.
        Text "country" ANY.or_empty() => |line| Cow::Borrowed(line.described().map_or("", |one| &one.country));
        /// First day that the organisations dataset has of an organisation.
        Date "first_day" ANY.or_empty() => |line| line.life()?.first_day;
        /// Last day of an organisation; null while it exists.
        Date "last_day" ANY.or_empty() => |line| line.life()?.last_day;
        /// Code of the organisation that came after it.
        Text "succeeded_by" ANY.or_empty()
            => |line| Cow::Borrowed(line.described().and_then(|one| one.succeeded_by.as_deref()).unwrap_or(""));
        /// Code of the sum over the peers of an organisation; null where it has no peers. The public edition has no sums
        /// over peers.
        Text "peers" ANY.or_empty() => |line| Cow::Borrowed(line.peers.as_deref().unwrap_or(""));
        /// Where the peers come from.
        Text "peers_from" ANY.or_empty() => |line| Cow::Borrowed(line.peers_from);
        /// Codes of the organisations of a region on the data date, or of the peers, with a space between.
        Text "members" ANY.or_empty() => |line| Cow::Owned(line.members.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(" "));
    }
}

fn kind_of_code(code: &BodyId) -> &'static str {
    match code.body() {
        Body::Organisation(_) => "organisation",
        Body::Unattributed => "unattributed",
        Body::Region(_) => "region",
        Body::PeersOf(_) => "peers",
        Body::Nation => "nation",
    }
}
