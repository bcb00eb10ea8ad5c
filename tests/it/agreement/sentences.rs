//! Lines of pages that state where figures stand, and how each is read.

use std::cell::OnceCell;

use regex::{Captures, Regex};

use super::known::{Against, Judged};
use super::ledger::number;
use super::limits;
use super::pages::ReadLine;
use super::places::{NATION, Reader, is_organisation};

/// What a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// A word of the figure, in the group `word`; "close", "unclear" and "untold" stand for what the comparison has.
    Word(Against),
    /// That the figure has this word.
    Plainly(Against, &'static str),
    /// Outside the limits of all forces: groups `side` and `level`.
    AmongForces,
    /// Cases that would have met the standard or brought the figure to that of the peers: groups `cases` and `aim`.
    Reach,
    PeersCounted,
    StandardsCounted,
    NationMoved,
    /// That nothing did: group `side`.
    NothingMoved,
    NationalStandards,
    PublicStandards,
    Outcomes,
    SubjectsOfForce,
    MostForces,
    ForcesOnMany,
    PercentagesChanged,
    PercentagesMoved,
    NotMetSomewhere,
    SignalsShown,
    NothingClear,
    MoreListed,
    /// Figures that the chart of a series marks, each with its word.
    Marked,
    /// The last judged figure of a series, and of which period if it is an earlier one.
    Icon,
    Tile,
    /// That so many forces lie beyond the outer limits: group `count`.
    BeyondLimits,
    /// That none of so many does: group `all`.
    NoneBeyond,
    /// Which forces do, by sides: groups `all` and `parts`.
    BeyondSides,
    /// Which forces lie beyond the inner limits alone: group `names`.
    BeyondInner,
    /// That forces differ too much for limits.
    NoLimits,
}

const THAN: &str = "(?P<word>(?:clearly )?(?:better|worse|higher|lower|more recorded|fewer recorded)) \\(at the (?P<level>95|99\\.8)% level\\) than";

/// Sentences that are read, each with what it says.
fn patterns() -> Vec<(Regex, Says)> {
    let than = |what: &str| THAN.to_owned() + what;
    let list = [
        (format!("It is {}", than(" its peers together")), Says::Word(Against::Peers)),
        ("It is close to its peers together".to_owned(), Says::Plainly(Against::Peers, "close")),
        ("It does not differ clearly from its peers together".to_owned(), Says::Plainly(Against::Peers, "no clear difference")),
        (format!("The figure is {}", than(" that of")), Says::Word(Against::YearBefore)),
        ("The figure is close to that of".to_owned(), Says::Plainly(Against::YearBefore, "little change")),
        ("The figure does not differ clearly from that of".to_owned(), Says::Plainly(Against::YearBefore, "no clear change")),
        (
            r"Among all forces it is unusually (?P<side>high|low), [^(]*\(outside the (?P<level>95|99\.8)% limits\)".to_owned(),
            Says::AmongForces,
        ),
        (r"in place [^;]*?, was (?P<word>met|not met|not judged)".to_owned(), Says::Word(Against::Standard)),
        (r"there are too few cases \([^)]*\) to say whether it was met".to_owned(), Says::Plainly(Against::Standard, "few cases")),
        ("No standard held throughout this period;".to_owned(), Says::Plainly(Against::Standard, "none")),
        ("No standard is documented for this metric".to_owned(), Says::Plainly(Against::Standard, "none")),
        (", an improvement;".to_owned(), Says::Plainly(Against::OwnPast, "better")),
        (", a concern;".to_owned(), Says::Plainly(Against::OwnPast, "worse")),
        ("are no more than its usual variation".to_owned(), Says::Plainly(Against::OwnPast, "usual")),
        ("Nothing suggests that the figures of".to_owned(), Says::Plainly(Against::OwnPast, "usual")),
        ("has not varied over the periods shown".to_owned(), Says::Plainly(Against::OwnPast, "usual")),
        ("It is too early to say whether the changes of".to_owned(), Says::Plainly(Against::OwnPast, "cannot tell")),
        ("has become (?P<word>better|worse) over".to_owned(), Says::Word(Against::Trend)),
        ("has risen over".to_owned(), Says::Plainly(Against::Trend, "up")),
        ("has fallen over".to_owned(), Says::Plainly(Against::Trend, "down")),
        ("There is no evidence of a trend over".to_owned(), Says::Plainly(Against::Trend, "no_evidence")),
        (r"^Against [^:]+: (?P<word>[a-z ]+)\.".to_owned(), Says::Word(Against::YearBefore)),
        ("; that is (?P<word>little change|no clear change)".to_owned(), Says::Word(Against::YearBefore)),
        ("; it is (?P<word>[a-z ]+) now".to_owned(), Says::Word(Against::YearBefore)),
        ("; we cannot say whether that is a change".to_owned(), Says::Plainly(Against::YearBefore, "cannot tell")),
        (", which was (?P<word>not met|met)".to_owned(), Says::Word(Against::Standard)),
        ("there are too few cases to say whether that was met".to_owned(), Says::Plainly(Against::Standard, "few cases")),
        (r": (?P<cases>\S+) (?:more|fewer) cases? would have (?P<aim>met the standard|brought the figure)".to_owned(), Says::Reach),
        (
            r"Of (?P<all>\S+) metrics on which .* can be compared with its peers, (?P<worse>\S+) (?:is|are) worse and (?P<better>\S+) better"
                .to_owned(),
            Says::PeersCounted,
        ),
        ("cannot be compared with peers in this period".to_owned(), Says::PeersCounted),
        ("(?P<one>One) standard could be judged, and it was (?P<not>not )?met".to_owned(), Says::StandardsCounted),
        (
            r"Of (?P<all>\S+) standards that could be judged, (?P<met>\S+) (?:was|were) met and (?P<missed>\S+) (?:was|were) not"
                .to_owned(),
            Says::StandardsCounted,
        ),
        ("No standard could be judged".to_owned(), Says::StandardsCounted),
        (
            r"Since [^,]+, (?P<better>\S+) of (?P<all>\S+) national figures (?:has|have) become better and (?P<worse>\S+) worse"
                .to_owned(),
            Says::NationMoved,
        ),
        ("No national figure (?:differs clearly from that of|has become better or worse since)".to_owned(), Says::NationMoved),
        ("No national figure has clearly (?P<side>worsened|improved)".to_owned(), Says::NothingMoved),
        (r"none of the (?P<all>\S+) standards in force was met".to_owned(), Says::NationalStandards),
        (r"(?P<met>\S+) of the (?P<all>\S+) standards in force (?:was|were) met".to_owned(), Says::NationalStandards),
        (r"all (?P<every>\S+) standards in force were met".to_owned(), Says::NationalStandards),
        ("the one standard in force was (?P<not>not )?met".to_owned(), Says::NationalStandards),
        (r"It met the one standard in force that can be judged".to_owned(), Says::PublicStandards),
        (r"It did not meet the one standard in force that can be judged".to_owned(), Says::PublicStandards),
        (r"It met (?P<met>all|none of the|\S+ of the) (?P<all>\S+) standards in force that can be judged".to_owned(), Says::PublicStandards),
        (r"There are too few cases to say whether it met a standard".to_owned(), Says::PublicStandards),
        (
            r"Met: (?P<met>\d+)\. Not met: (?P<missed>\d+)\. Few cases: (?P<few>\d+)\. No standard: (?P<none>\d+)\. Not evidenced: (?P<not>\d+)"
                .to_owned(),
            Says::Outcomes,
        ),
        (
            r"is clearly worse than its peers on (?P<worse>\S+) subjects? and clearly better on (?P<better>\S+) subjects?".to_owned(),
            Says::SubjectsOfForce,
        ),
        (r"^(?P<count>\S+) forces are clearly worse than their peers on [A-Z]{3}-\d\d .*, more than on any other metric".to_owned(), Says::MostForces),
        ("No metric has more than one force that is clearly worse than its peers".to_owned(), Says::MostForces),
        ("No force is clearly worse than its peers on any subject".to_owned(), Says::ForcesOnMany),
        (r"^(?P<count>\S+) national percentages? (?:has|have) changed between".to_owned(), Says::PercentagesChanged),
        (r"(?P<better>\S+) became better, (?P<worse>\S+) worse\.".to_owned(), Says::PercentagesMoved),
        (r"(?P<count>\S+) did not meet at least one standard in force".to_owned(), Says::NotMetSomewhere),
        (r"(?P<count>\S+) of them call for action".to_owned(), Says::SignalsShown),
        ("none of these figures is clearly better or worse than the others".to_owned(), Says::NothingClear),
        (r"(?P<count>\S+) more metrics? (?:is|are) (?P<what>[a-z ]+); the table of all metrics marks".to_owned(), Says::MoreListed),
        (r"By the rules of the chart these stand out: (?P<list>.*?\))(?:, and earlier figures that the table marks)?\.".to_owned(), Says::Marked),
        (r"^Special cause, (?P<word>a concern|improving)(?: \((?P<period>[^)]*)\))?$".to_owned(), Says::Icon),
        ("are smaller than the margin of the metric".to_owned(), Says::Plainly(Against::OwnPast, "usual")),
        (r"^(?P<number>\d+ of \d+|\d+ better, \d+ worse|\d+ forces?|\d+) (?P<words>standards in force met by the nation|of \d+ metrics in a year.*|clearly worse than their peers.*|standards? met|standards? not met)$".to_owned(), Says::Tile),
        (r"(?:: |; )(?P<count>\S+)(?: forces?)? lies? beyond the 99\.8% limits$".to_owned(), Says::BeyondLimits),
        (r"^None of (?P<all>\S+) forces lies beyond the 99\.8% limits\.".to_owned(), Says::NoneBeyond),
        (
            r"^Of (?P<all>\S+) forces, (?P<parts>\S+ lies? (?:above|below) the 99\.8% limits, (?:[^.]|\.\d)*)\.".to_owned(),
            Says::BeyondSides,
        ),
        (r"Beyond the 95% limits alone: (?P<names>(?:[^.]|\.\d)*)\.".to_owned(), Says::BeyondInner),
        (": Forces differ too much for limits: from".to_owned(), Says::NoLimits),
    ];
    list.into_iter().map(|(pattern, says)| (Regex::new(&pattern).unwrap(), says)).collect()
}

thread_local! {
    static PATTERNS: OnceCell<Vec<(Regex, Says)>> = const { OnceCell::new() };
}

/// Reads a line; what no pattern takes must say nothing of standing.
pub fn line(reader: &mut Reader<'_, '_, '_>, line: &ReadLine) {
    let place = format!("{} #{} {}", reader.path, line.section, line.kind);
    // How a metric is measured is no statement about a figure.
    if line.folded.starts_with("How ") && line.folded.ends_with(" is measured") {
        return;
    }
    line.signs.iter().for_each(|sign| reader.sign(&place, sign));
    if line.kind == "svg" {
        drawing(reader, &place, line);
        return;
    }
    if line.kind.starts_with('h') && line.text.contains(": ") && line.section.starts_with("force-") {
        let said = line.text.rsplit_once(": ").and_then(|(_, count)| number(count.split(' ').next()?));
        let counted = reader.worse_subjects(line.section.trim_start_matches("force-"));
        reader.ledger.counts(&place, "subjects clearly worse than peers", said, counted);
        return;
    }
    if line.kind == "li" {
        *reader.listed.entry(line.section.clone()).or_default() += 1;
        if marked(reader, &place, line) {
            return;
        }
    }
    let mut rest = line.text.clone();
    PATTERNS.with(|kept| {
        for (pattern, says) in kept.get_or_init(patterns) {
            for found in pattern.captures_iter(&line.text) {
                say(reader, &place, line, *says, &Groups(&found));
                rest = rest.replace(&found[0], " ");
            }
        }
    });
    reader.plain(&place, &rest, &[]);
}

/// A line of a list that begins with a sign: a metric on which a body stands out. Whether the line was one.
fn marked(reader: &mut Reader<'_, '_, '_>, place: &str, line: &ReadLine) -> bool {
    let Some(sign) = line.signs.first() else { return false };
    let own = line.section.strip_prefix("force-").map(str::to_owned).or_else(|| reader.body.clone());
    let rest = line.text.strip_prefix(&sign.words).unwrap_or(&line.text).trim();
    let title = rest.rsplit_once(": ").map_or(rest, |(title, _)| title);
    let metric = reader.names.metric_in(title).or_else(|| reader.names.metric_linked(&line.link));
    match (own, metric) {
        (Some(body), Some(metric)) => {
            let against = if reader.is_public() { Against::Forces } else { Against::Peers };
            reader.ledger.says(place, &Judged::new(&metric, &body), against, &sign.words);
            true
        }
        // A key of signs says what each means.
        (_, None) if rest.is_empty() => true,
        _ => false,
    }
}

/// What a pattern found in a line.
struct Groups<'f, 'h>(&'f Captures<'h>);

impl<'h> Groups<'_, 'h> {
    fn whole(&self) -> &'h str {
        self.0.get(0).map_or("", |whole| whole.as_str())
    }

    fn named(&self, name: &str) -> Option<&'h str> {
        self.0.name(name).map(|group| group.as_str())
    }

    /// A number; 0 where the sentence has no such group.
    fn count(&self, name: &str) -> Option<usize> {
        self.named(name).map_or(Some(0), number)
    }
}

/// What a sentence says of a figure; counts are read apart.
fn say(reader: &mut Reader<'_, '_, '_>, place: &str, line: &ReadLine, says: Says, found: &Groups<'_, '_>) {
    match says {
        Says::Word(against) => {
            let word = found.named("word").unwrap_or_default();
            let is_clear = word.starts_with("clearly ");
            if found.named("level").is_some_and(|level| is_clear != (level == "99.8")) {
                reader.ledger.fault(place, &format!("“{}”", found.whole()));
            }
            let word = if word == "not judged" { "cannot tell" } else { word };
            let judged = judged(reader, line);
            reader.ledger.says(place, &judged, against, word);
        }
        Says::Plainly(against, word) => {
            let judged = judged(reader, line);
            reader.ledger.says(place, &judged, against, word);
        }
        Says::AmongForces => {
            let judged = judged(reader, line);
            let level = if found.named("level") == Some("95") { "_95" } else { "_99_8" };
            reader.among_forces(place, &judged, found.named("side") == Some("high"), level);
        }
        Says::Reach => {
            let judged = judged(reader, line);
            let column =
                if found.named("aim") == Some("met the standard") { "cases_to_standard" } else { "cases_to_peers" };
            let counted = reader.ledger.known.label(&judged, column).parse().unwrap_or_default();
            reader.ledger.counts(place, column, found.count("cases"), counted);
        }
        Says::SignalsShown => {
            let said = found.count("count").unwrap_or(usize::MAX);
            reader.listed.insert("said-signals".to_owned(), said);
        }
        Says::MoreListed => {
            *reader.listed.entry(line.section.clone()).or_default() += found.count("count").unwrap_or(usize::MAX / 2);
        }
        Says::Marked => {
            let judged = judged(reader, line);
            let list = found.named("list").unwrap_or_default().replace(") and ", "), ");
            for part in list.split("), ") {
                let (period, word) = part.trim_end_matches(')').split_once(" (").unwrap();
                let period = reader.names.period(period);
                reader.variation(place, &judged, &period, word);
            }
        }
        Says::Icon => {
            let judged = judged(reader, line);
            let word = if found.named("word") == Some("improving") { "improvement" } else { "concern" };
            let period = found
                .named("period")
                .map_or_else(|| reader.ledger.known.period.clone(), |words| reader.names.period(words));
            reader.variation(place, &judged, &period, word);
        }
        Says::Tile => {
            tile(reader, place, (found.named("number").unwrap_or_default(), found.named("words").unwrap_or_default()));
        }
        Says::BeyondLimits | Says::NoneBeyond | Says::BeyondSides | Says::BeyondInner | Says::NoLimits => {
            let metric = judged(reader, line).metric;
            beyond_limits(reader, place, &metric, says, found);
        }
        _ => count_of_body(reader, place, says, found),
    }
}

/// Which forces lie beyond the limits of all.
fn beyond_limits(reader: &mut Reader<'_, '_, '_>, place: &str, metric: &str, says: Says, found: &Groups<'_, '_>) {
    let group = |name: &str| found.named(name).unwrap_or_default();
    if matches!(says, Says::NoneBeyond | Says::BeyondSides) {
        limits::of_all(reader, place, metric, group("all"));
    }
    match says {
        Says::BeyondLimits => limits::beyond(reader, place, metric, group("count")),
        Says::NoneBeyond => limits::beyond(reader, place, metric, "none"),
        Says::BeyondSides => limits::sides(reader, place, metric, group("parts")),
        Says::BeyondInner => limits::inner(reader, place, metric, group("names")),
        _ => limits::too_wide(reader, place, metric),
    }
}

/// How many figures of the body of the page stand so.
fn count_of_body(reader: &mut Reader<'_, '_, '_>, place: &str, says: Says, found: &Groups<'_, '_>) {
    let own = reader.own_body();
    match says {
        Says::PeersCounted => {
            let said = ["all", "worse", "better"].map(|name| found.count(name));
            let known = reader.ledger.known;
            let labels: Vec<&str> = known.of_body(&own).map(|one| known.label(one, "peers")).collect();
            let of = |side: &str| labels.iter().filter(|label| label.starts_with(side)).count();
            let told = labels.iter().filter(|label| !["", "cannot_tell"].contains(label)).count();
            reader.ledger.counts(place, "metrics that are compared with peers", said[0], told);
            reader.ledger.counts(place, "metrics worse than peers", said[1], of("worse"));
            reader.ledger.counts(place, "metrics better than peers", said[2], of("better"));
        }
        Says::StandardsCounted => {
            let (met, missed) = (outcomes(reader, &own, "met"), outcomes(reader, &own, "not met"));
            let said = match (found.named("one"), found.named("not"), found.named("all")) {
                (Some(_), None, _) => [Some(1), Some(0)],
                (Some(_), Some(_), _) => [Some(0), Some(1)],
                (None, _, _) => ["met", "missed"].map(|name| found.count(name)),
            };
            reader.ledger.counts(place, "standards that were met", said[0], met);
            reader.ledger.counts(place, "standards that were not met", said[1], missed);
        }
        Says::PublicStandards => {
            let (met, missed) = (outcomes(reader, &own, "met"), outcomes(reader, &own, "not met"));
            let said = match (found.named("met"), found.named("all").and_then(number)) {
                (Some("all"), Some(all)) => [Some(all), Some(0)],
                (Some("none of the"), Some(all)) => [Some(0), Some(all)],
                (Some(met), Some(all)) => {
                    let met = met.split(' ').next().and_then(number);
                    [met, met.and_then(|met| all.checked_sub(met))]
                }
                _ if found.whole().starts_with("It met") => [Some(1), Some(0)],
                _ if found.whole().starts_with("It did") => [Some(0), Some(1)],
                _ => [Some(0), Some(0)],
            };
            reader.ledger.counts(place, "standards that were met", said[0], met);
            reader.ledger.counts(place, "standards that were not met", said[1], missed);
        }
        Says::Outcomes => {
            let words = ["met", "not met", "few cases", "no standard", "not evidenced"];
            for (group, word) in ["met", "missed", "few", "none", "not"].into_iter().zip(words) {
                let counted = outcomes(reader, &own, word);
                reader.ledger.counts(place, &format!("metrics with the outcome “{word}”"), found.count(group), counted);
            }
        }
        Says::SubjectsOfForce => {
            let of = |label: &str| reader.subjects(&own, "peers", label);
            let (worse, better) = (of("worse_99_8"), of("better_99_8"));
            reader.ledger.counts(place, "subjects clearly worse", found.count("worse"), worse);
            reader.ledger.counts(place, "subjects clearly better", found.count("better"), better);
        }
        Says::NothingClear => {
            let known = reader.ledger.known;
            let clear = known.of_body(&own).filter(|one| {
                ["better_99_8", "worse_99_8"].contains(&known.label(one, "forces"))
                    && !known.label(one, "subject").is_empty()
            });
            let clear = clear.count();
            reader.ledger.counts(place, "figures that are clearly better or worse", Some(0), clear);
        }
        _ => count_of_nation(reader, place, says, found),
    }
}

/// How many figures of the nation, forces or organisations stand so.
fn count_of_nation(reader: &mut Reader<'_, '_, '_>, place: &str, says: Says, found: &Groups<'_, '_>) {
    match says {
        Says::NationMoved => {
            let of = |side: &str| nation(reader, "year_before", side);
            let (better, worse, all) = (of("better"), of("worse"), reader.metrics());
            reader.ledger.counts(place, "national figures that became better", found.count("better"), better);
            reader.ledger.counts(place, "national figures that became worse", found.count("worse"), worse);
            if found.named("all").is_some() {
                reader.ledger.counts(place, "national figures", found.count("all"), all);
            }
        }
        Says::NothingMoved => {
            let side = if found.named("side") == Some("improved") { "better" } else { "worse" };
            let counted = nation(reader, "year_before", side);
            reader.ledger.counts(place, &format!("national figures that became {side}"), Some(0), counted);
        }
        Says::NationalStandards => {
            let said = match (found.named("every"), found.named("not"), found.named("all"), found.named("met")) {
                (Some(every), ..) => [number(every), number(every)],
                (_, Some(_), ..) => [Some(0), Some(1)],
                (_, None, None, None) => [Some(1), Some(1)],
                (_, _, _, met) => [met.map_or(Some(0), number), found.count("all")],
            };
            national_standards(reader, place, said);
        }
        Says::MostForces => {
            let (most, many) = most_forces(reader);
            let said = found.named("count").map_or(Some(many.min(1)), number);
            reader.ledger.counts(place, "forces clearly worse on one metric", said, many);
            if found.named("count").is_some() {
                let first = reader.names.metric_in(found.whole());
                if first.as_ref() != Some(&most) && most_of(reader, &first.clone().unwrap_or_default()) != many {
                    reader.ledger.fault(place, &format!("{first:?} is not the metric with most forces, {most}"));
                }
            }
        }
        Says::ForcesOnMany => {
            let worse = forces_with(reader, 1);
            reader.ledger.counts(place, "forces that are clearly worse", Some(0), worse);
        }
        Says::PercentagesChanged | Says::PercentagesMoved => {
            percentages(reader, place, says, [found.count("count"), found.count("better"), found.count("worse")]);
        }
        Says::NotMetSomewhere => {
            let known = reader.ledger.known;
            let mut bodies: Vec<&str> =
                known.all().map(|one| one.body.as_str()).filter(|body| is_organisation(body)).collect();
            bodies.dedup();
            bodies.sort_unstable();
            bodies.dedup();
            let missed = bodies.iter().filter(|body| outcomes(reader, body, "not met") > 0).count();
            reader.ledger.counts(place, "organisations that missed a standard", found.count("count"), missed);
        }
        _ => reader.ledger.fault(place, &format!("nobody reads “{}”", found.whole())),
    }
}

/// Whose figure a line is about: the metric that it names, or that its section or page is about.
fn judged(reader: &Reader<'_, '_, '_>, line: &ReadLine) -> Judged {
    let own = line.section.strip_prefix("force-").map(str::to_owned);
    let by_section = reader.names.metric_in(&line.section);
    let metric = by_section.or_else(|| reader.metric.clone()).or_else(|| reader.names.metric_in(&line.text));
    Judged { metric: metric.unwrap_or_default(), body: own.unwrap_or_else(|| reader.own_body()) }
}

fn outcomes(reader: &Reader<'_, '_, '_>, body: &str, word: &str) -> usize {
    let known = reader.ledger.known;
    known.of_body(body).filter(|one| known.word(one, Against::Outcome) == word).count()
}

/// National figures whose label begins so.
fn nation(reader: &Reader<'_, '_, '_>, column: &str, side: &str) -> usize {
    let known = reader.ledger.known;
    known.of_body(NATION).filter(|one| known.label(one, column).starts_with(side)).count()
}

fn national_standards(reader: &mut Reader<'_, '_, '_>, place: &str, [met, all]: [Option<usize>; 2]) {
    let known = reader.ledger.known;
    let of = |is_counted: &dyn Fn(&str) -> bool| {
        known.of_body(NATION).filter(|one| is_counted(&known.word(one, Against::Standard))).count()
    };
    let (known_met, known_all) = (of(&|word| word == "met"), of(&|word| word != "none"));
    reader.ledger.counts(place, "national standards that were met", met, known_met);
    reader.ledger.counts(place, "national standards in force", all, known_all);
}

/// The metric on which most forces are clearly worse than their peers, and how many are.
fn most_forces(reader: &Reader<'_, '_, '_>) -> (String, usize) {
    let worse = reader.clearly_worse(|judged| reader.names.is_force(&judged.body));
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for judged in worse {
        *counts.entry(judged.metric).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).unwrap_or_default()
}

fn most_of(reader: &Reader<'_, '_, '_>, metric: &str) -> usize {
    reader.clearly_worse(|judged| judged.metric == metric && reader.names.is_force(&judged.body)).len()
}

/// How many forces are clearly worse than their peers on so many subjects or more.
fn forces_with(reader: &Reader<'_, '_, '_>, subjects: usize) -> usize {
    let forces = reader.names.forces();
    forces.iter().filter(|force| reader.worse_subjects(force) >= subjects).count()
}

fn percentages(reader: &mut Reader<'_, '_, '_>, place: &str, says: Says, said: [Option<usize>; 3]) {
    let known = reader.ledger.known;
    let of = |sides: &[&str]| {
        let is_so = |one: &&Judged| sides.iter().any(|side| known.label(one, "year_before").starts_with(side));
        known.of_body(NATION).filter(is_so).filter(|one| known.unit(one) == "percent").count()
    };
    let (better, worse, all) = (of(&["better"]), of(&["worse"]), of(&["better", "worse", "higher", "lower"]));
    if says == Says::PercentagesChanged {
        reader.ledger.counts(place, "national percentages that changed", said[0], all);
    } else {
        reader.ledger.counts(place, "national percentages that became better", said[1], better);
        reader.ledger.counts(place, "national percentages that became worse", said[2], worse);
    }
}

/// A number and what it is of.
fn tile(reader: &mut Reader<'_, '_, '_>, place: &str, (said, words): (&str, &str)) {
    let numbers: Vec<usize> = said.split(' ').filter_map(number).collect();
    let own = reader.own_body();
    let of_words: Vec<usize> = words.split([' ', ';']).filter_map(number).collect();
    if words.starts_with("standards in force") {
        national_standards(reader, place, [numbers.first().copied(), numbers.get(1).copied()]);
    } else if words.starts_with("of ") {
        let of = |side: &str| nation(reader, "year_before", side);
        let (better, worse, rest) = (of("better"), of("worse"), of("close") + of("unclear"));
        let all = reader.metrics();
        reader.ledger.counts(place, "national figures that became better", numbers.first().copied(), better);
        reader.ledger.counts(place, "national figures that became worse", numbers.get(1).copied(), worse);
        reader.ledger.counts(place, "national figures", of_words.first().copied(), all);
        reader.ledger.counts(place, "national figures of little or no clear change", of_words.last().copied(), rest);
    } else if words.starts_with("clearly worse") {
        let counted = forces_with(reader, of_words.first().copied().unwrap_or_default());
        reader.ledger.counts(place, "forces clearly worse than their peers", numbers.first().copied(), counted);
    } else {
        let word = if words.ends_with("not met") { "not met" } else { "met" };
        let counted = outcomes(reader, &own, word);
        reader.ledger.counts(place, &format!("standards {word}"), numbers.first().copied(), counted);
    }
}

/// What a drawing says: which marks it has, and into which groups regions fall. A key may run over several lines.
fn drawing(reader: &mut Reader<'_, '_, '_>, place: &str, line: &ReadLine) {
    let text = line.parts.join(" ");
    if line.section.ends_with("-comparison") || line.section.ends_with("-funnel") {
        let mut marks = Vec::new();
        for side in ["better", "worse", "different"] {
            let keys = [
                (format!("{side}, beyond the 99.8% limits"), "99_8"),
                (format!("{side}, beyond the 95% limits"), "95"),
                (format!("{side}: beyond the limits for its size (95% level only)"), "95"),
            ];
            let mut rest = text.clone();
            for (key, level) in keys {
                if rest.contains(&key) {
                    rest = rest.replace(&key, " ");
                    marks.push(format!("{side}_{level}"));
                }
            }
            if rest.contains(&format!("{side}: beyond the limits for its size")) {
                marks.push(format!("{side}_99_8"));
            }
        }
        forces_drawn(reader, place, &line.section, marks);
        return;
    }
    if line.section.ends_with("-regions") && line.section != "fig-migration-regions" {
        regions_drawn(reader, place, line);
        return;
    }
    let rest = KEYS.iter().fold(text, |text, key| text.replace(key, " "));
    reader.plain(place, &rest, &[]);
}

/// Keys of drawings, which say what marks mean and not which there are.
const KEYS: [&str; 8] = [
    "improvement",
    "concern",
    "stands out",
    "makes it better",
    "makes it worse",
    "neither is better",
    ": better",
    ": worse",
];

/// The groups into which regions fall are those of their verdicts.
fn regions_drawn(reader: &mut Reader<'_, '_, '_>, place: &str, line: &ReadLine) {
    let known = reader.ledger.known;
    let metric = reader.metric_of(&line.section);
    let regions = line.parts.iter().filter_map(|part| reader.names.region(part));
    let words: Vec<String> =
        regions.map(|region| known.word(&Judged::new(&metric, &region), Against::YearBefore)).collect();
    let groups: Vec<Vec<&str>> = line.parts.iter().filter_map(|part| group_of_regions(part)).collect();
    for word in &words {
        *reader.ledger.read.entry(Against::YearBefore).or_default() += 1;
        let plain = word.strip_prefix("clearly ").unwrap_or(word);
        if !groups.iter().any(|group| group.contains(&plain)) {
            reader.ledger.fault(place, &format!("no group has a region that is “{word}”: {groups:?}"));
        }
    }
    let is_used =
        |group: &Vec<&str>| words.iter().any(|word| group.contains(&word.strip_prefix("clearly ").unwrap_or(word)));
    if !groups.iter().all(is_used) {
        reader.ledger.fault(place, &format!("a group has no region: {groups:?}, and regions are {words:?}"));
    }
}

/// The marks of a chart of forces are those of their verdicts.
fn forces_drawn(reader: &mut Reader<'_, '_, '_>, place: &str, section: &str, mut marks: Vec<String>) {
    let known = reader.ledger.known;
    let metric = reader.metric_of(section);
    let labels = known.all().filter(|judged| judged.metric == metric).map(|judged| known.label(judged, "forces"));
    let mut verdicts: Vec<String> = labels
        .filter(|label| label.contains('_') && !["too_wide", "cannot_tell"].contains(label))
        .map(|label| label.replace("higher", "different").replace("lower", "different"))
        .collect();
    for list in [&mut marks, &mut verdicts] {
        list.sort();
        list.dedup();
    }
    reader.ledger.counts += 1;
    if marks != verdicts {
        reader
            .ledger
            .fault(place, &format!("the chart marks {marks:?}, and verdicts among all forces are {verdicts:?}"));
    }
}

/// The words of figures below the title of a group of regions.
fn group_of_regions(title: &str) -> Option<Vec<&'static str>> {
    Some(match title {
        "Worse than a year before" => vec!["worse"],
        "Better than a year before" => vec!["better"],
        "Changed in a year, neither is better" => vec!["higher", "lower"],
        "Little change" => vec!["little change"],
        "No clear change" => vec!["no clear change"],
        "Not compared with a year before" => {
            vec!["cannot tell", "missing", "withheld", "not applicable", "count, not tested"]
        }
        _ => return None,
    })
}

/// Lists are whole: what stands in them and what they leave to the table are all figures that stand so.
pub fn lists(reader: &mut Reader<'_, '_, '_>) {
    let known = reader.ledger.known;
    let own = reader.own_body();
    let place = reader.path.clone();
    let listed = |reader: &Reader<'_, '_, '_>, section: &str| reader.listed.get(section).copied().unwrap_or_default();
    let of =
        |column: &str, side: &str| known.of_body(&own).filter(|one| known.label(one, column).starts_with(side)).count();
    let page = reader.page();
    if page == "forces/X/index.html" {
        let lists = [
            ("worse-than-peers", "peers", "worse"),
            ("better-than-peers", "peers", "better"),
            ("worse-than-before", "year_before", "worse"),
        ];
        for (section, column, side) in lists {
            let (said, counted) = (listed(reader, section), of(column, side));
            reader.ledger.counts(&place, section, Some(said), counted);
        }
        let counted = outcomes(reader, &own, "not met");
        reader.ledger.counts(&place, "standards not met", Some(listed(reader, "not-met")), counted);
    }
    let lists = match page.as_str() {
        "national/forces/X.html" => "peers",
        "public/forces/X.html" => "forces",
        _ => "",
    };
    if !lists.is_empty() {
        for side in ["worse", "better"] {
            let counted = reader.subjects(&own, lists, &format!("{side}_99_8"));
            reader.ledger.counts(&place, &format!("subjects clearly {side}"), Some(listed(reader, side)), counted);
        }
    }
    if let Some(said) = reader.listed.get("said-signals").copied() {
        let rows = listed(reader, "tab-signals");
        reader.ledger.counts(&place, "signals in the table", Some(said), rows);
    }
    if ["national/index.html", "public/summary.html"].contains(&page.as_str()) {
        // At most five stand in the table.
        for (section, side) in [("tab-worsened", "worse"), ("tab-improved", "better")] {
            let counted = nation(reader, "year_before", side).min(5);
            let said = listed(reader, section);
            reader.ledger.counts(&place, section, Some(said), counted);
        }
    }
}
