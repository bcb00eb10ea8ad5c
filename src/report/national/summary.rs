//! The summary of the nation: one sentence, how it is doing by principle, what moved in a year, which standards were met,
//! which forces to look at first and why, and whose returns are missing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::assessment::Against;
use crate::definitions::blocks::BlockName;
use crate::definitions::model::Metric;
use crate::report::charts::{BulletBar, CellState, Chart, MarkMeaning};
use crate::report::edition::Scope;
use crate::report::facts::{Facts, Moved};
use crate::report::page::block::{Block, Tile, Tone};
use crate::report::page::table::{Cell, Column, Row, Table};
use crate::report::page::text::{Address, Mark, Text};
use crate::report::returns::coverage::state_words;
use crate::report::sentences::standard;
use crate::report::sentences::standing::{self, StandOut, Unremarkable};
use crate::report::words;
use crate::vocabulary::body::name_key;
use crate::vocabulary::body_id::BodyId;
use crate::vocabulary::observation::Observation;
use crate::vocabulary::period::Month;
use crate::vocabulary::quantity::{Ratio, Status};
use crate::vocabulary::returns::{Return, ReturnState};

/// At most so many metrics stand in a list of changes.
const CHANGES_SHOWN: usize = 5;
/// At most so many forces stand in the list of those to look at first.
const FORCES_SHOWN: usize = 7;
/// At most so many reasons stand below a force.
const REASONS_SHOWN: usize = 3;

/// A force, and the subjects on which it is clearly worse than its peers, the largest difference first.
#[derive(Debug)]
pub struct Concerned<'a> {
    pub code: &'a BodyId,
    pub worse: Vec<StandOut<'a>>,
}

/// The message, the numbers behind it, and how the nation is doing, on one screen.
pub fn at_a_glance(scope: &Scope<'_>) -> Vec<Block> {
    let facts = scope.facts();
    let by_principle = Block::section(
        "principles",
        "How the nation is doing",
        vec![Block::Table(principles_table(scope)), signs_explained(&year_signs(facts), Against::YearBefore)],
    );
    let moved = [("worsened", MarkMeaning::Worse), ("improved", MarkMeaning::Better)];
    let second = moved.into_iter().filter_map(|(id, meaning)| changes(scope, id, meaning)).collect();
    let opening = [Block::Lead(message(facts).into()), Block::Tiles(tiles(scope))];
    opening.into_iter().chain([Block::columns(vec![by_principle], second)]).chain(standards(scope)).collect()
}

/// Which forces stand out and why, and which returns are missing.
pub fn forces_first(scope: &Scope<'_>) -> Vec<Block> {
    let first = first_section(scope);
    vec![Block::columns(vec![first], vec![gaps_section(scope)])]
}

/// How many national figures have become better and worse, and how many standards were met.
pub fn message(facts: &Facts<'_>) -> String {
    let better = standing::national_count(facts, |state| standing::is(state, MarkMeaning::Better));
    let worse = standing::national_count(facts, |state| standing::is(state, MarkMeaning::Worse));
    let of = words::number_words(facts.release.metrics.len());
    let moved = match (facts.year_before(), better, worse) {
        (None, ..) => format!("This release has {of} metrics and no figures of a year before"),
        (Some(before), 0, 0) => format!("No national figure has become better or worse since {}", before.words()),
        (Some(before), better, worse) => format!(
            "Since {}, {} of {of} national figures {} become better and {} worse",
            before.words(),
            count_words(better),
            if better == 1 { "has" } else { "have" },
            count_words(worse)
        ),
    };
    format!("{moved}; {}.", standards_words(facts))
}

/// A number of figures; nothing is "none".
fn count_words(count: usize) -> String {
    if count == 0 { "none".to_owned() } else { words::number_words(count) }
}

fn standards_words(facts: &Facts<'_>) -> String {
    let held = in_force(facts);
    let met = held.iter().filter(|(_, figure)| outcome(figure) == Some(true)).count();
    match (held.len(), met) {
        (0, _) => "no standard was in force".to_owned(),
        (1, 0) => "the one standard in force was not met".to_owned(),
        (1, _) => "the one standard in force was met".to_owned(),
        (all, 0) => format!("none of the {} standards in force was met", words::number_words(all)),
        (all, met) if met == all => format!("all {} standards in force were met", words::number_words(all)),
        (all, met) => {
            let were = if met == 1 { "was" } else { "were" };
            format!("{} of the {} standards in force {were} met", words::number_words(met), words::number_words(all))
        }
    }
}

fn outcome(figure: &Observation) -> Option<bool> {
    let met = figure.standard.as_ref()?.met;
    met.filter(|_| figure.status == Status::Value && !figure.has_few_cases())
}

/// The national figures for which a standard held.
fn in_force<'a>(facts: &Facts<'a>) -> Vec<(&'a Metric, &'a Observation)> {
    let figure = |metric: &'a Metric| Some((metric, facts.current(metric, BodyId::nation())?));
    let figures = facts.release.metrics.iter().filter_map(figure);
    figures.filter(|(metric, figure)| standard::held(metric, figure).is_some()).collect()
}

fn tiles(scope: &Scope<'_>) -> Vec<Tile> {
    let facts = scope.facts();
    let held = in_force(facts);
    let met = held.iter().filter(|(_, figure)| outcome(figure) == Some(true)).count();
    let tone = |concern: bool| if concern { Tone::Concern } else { Tone::Plain };
    let mut tiles = vec![Tile {
        number: format!("{met} of {}", held.len()),
        words: Text::default().link("standards in force", Address::here("standards")).and(" met by the nation"),
        tone: tone(met < held.len()),
    }];
    if facts.year_before().is_some() {
        let count = |meaning| standing::national_count(facts, |state| standing::is(state, meaning));
        let (better, worse) = (count(MarkMeaning::Better), count(MarkMeaning::Worse));
        let unremarkable = count(MarkMeaning::Close) + count(MarkMeaning::NoDifference);
        let all = scope.edition.page_with(BlockName::NationalFigures);
        tiles.push(Tile {
            number: format!("{better} better, {worse} worse"),
            words: Text::from("of ")
                .link_if(format!("{} metrics", facts.release.metrics.len()), all)
                .and(format!(" in a year; little or no clear change in {unremarkable}")),
            tone: Tone::Plain,
        });
    }
    if scope.edition.names_organisations() {
        tiles.extend([worse_tile(scope, tone), returns_tile(scope, tone)]);
    }
    tiles
}

fn worse_tile(scope: &Scope<'_>, tone: impl Fn(bool) -> Tone) -> Tile {
    let concerned = concerned(scope.facts());
    let count = concerned.iter().filter(|force| force.worse.len() >= REASONS_SHOWN).count();
    let forces = if count == 1 { "1 force".to_owned() } else { format!("{count} forces") };
    let words = format!(" than their peers on {} subjects or more", words::number_words(REASONS_SHOWN));
    let words = Text::default().link_if("clearly worse", first_address(scope, "forces-first")).and(words);
    Tile { number: forces, words, tone: tone(count > 0) }
}

/// Where the blocks of the forces to look at first stand.
fn first_address(scope: &Scope<'_>, anchor: &str) -> Option<Address> {
    let page = scope.edition.page_with(BlockName::ForcesFirst)?;
    Some(Address { anchor: anchor.to_owned(), ..page })
}

fn returns_tile(scope: &Scope<'_>, tone: impl Fn(bool) -> Tone) -> Tile {
    let facts = scope.facts();
    let due = facts.release.returns.iter().filter(|one| one.state != ReturnState::NotYetDue).count();
    let used = facts.release.returns.iter().filter(|one| matches!(one.state, ReturnState::Accepted { .. })).count();
    let lacking = gaps(facts).len();
    let count = |number: usize| crate::vocabulary::quantity::count_text(i64::try_from(number).unwrap_or(i64::MAX));
    let bodies = if lacking == 1 {
        "one organisation".to_owned()
    } else {
        format!("{} organisations", words::number_words(lacking))
    };
    let words =
        Text::from("returns used; ").link_if(bodies, first_address(scope, "gaps")).and(" returned late or not at all");
    Tile { number: format!("{} of {}", count(used), count(due)), words, tone: tone(used < due) }
}

fn principles_table(scope: &Scope<'_>) -> Table {
    let facts = scope.facts();
    let mark = |metric: &Metric| {
        let state = standing::state(facts, metric, BodyId::nation(), Against::YearBefore);
        let verdict = standing::verdict_mark(facts, metric, BodyId::nation(), Against::YearBefore);
        let words = format!("{}: {}", metric.heading(), verdict.words);
        (rank(state), Mark::alone(state, words).linked(scope.edition.metric_address(metric)))
    };
    let sections = scope.sections().into_iter();
    let rows = sections.filter_map(|section| {
        let metrics = section.select(&facts.release.metrics);
        let mut marks: Vec<(u8, Mark)> = metrics.into_iter().map(mark).collect();
        marks.sort_by_key(|(rank, _)| *rank);
        let marks: Vec<Mark> = marks.into_iter().map(|(_, mark)| mark).collect();
        (!marks.is_empty()).then(|| Row::new(&*section.title, vec![Cell::marks(marks)]))
    });
    let columns = vec![Column::words("Principle"), Column::words("Its metrics, worst first").unsorted()];
    let caption = match facts.year_before() {
        Some(before) => format!("Each metric against {}", before.words()),
        None => "Each metric; the release has no figures of a year before".to_owned(),
    };
    Table::new("tab-principles", caption, columns, rows.collect())
}

/// The order of signs in a row: worse first, then better, then the rest.
fn rank(state: CellState) -> u8 {
    const ORDER: [MarkMeaning; 5] = [
        MarkMeaning::Worse,
        MarkMeaning::Better,
        MarkMeaning::Different,
        MarkMeaning::NoDifference,
        MarkMeaning::Close,
    ];
    ORDER
        .into_iter()
        .position(|meaning| standing::is(state, meaning))
        .and_then(|place| u8::try_from(place).ok())
        .unwrap_or(u8::MAX)
}

fn year_signs(facts: &Facts<'_>) -> Vec<CellState> {
    facts
        .release
        .metrics
        .iter()
        .map(|metric| standing::state(facts, metric, BodyId::nation(), Against::YearBefore))
        .collect()
}

/// The signs that stand on a page, each once, with their words.
pub fn signs_explained(used: &[CellState], against: Against) -> Block {
    let words_of = |state| standing::words(state, Unremarkable::against(against));
    let mut signs: BTreeMap<String, (u8, Mark)> = BTreeMap::new();
    for state in used {
        let words = match state {
            CellState::Judged(mark) if mark.meaning == MarkMeaning::Different => {
                words_of(*state).replace("lower", "higher").replace("higher", "higher or lower")
            }
            CellState::NotApplicable => "blank: not applicable".to_owned(),
            _ => words_of(*state),
        };
        signs.entry(words.clone()).or_insert((rank(*state), Mark::new(*state, words)));
    }
    let mut signs: Vec<(u8, Mark)> = signs.into_values().collect();
    signs.sort_by_key(|(rank, mark)| (*rank, mark.sign));
    Block::Key(signs.into_iter().map(|(_, mark)| mark).collect())
}

/// What worsened or improved in a year, the largest change first; nothing where nothing did.
fn changes(scope: &Scope<'_>, id: &str, meaning: MarkMeaning) -> Option<Block> {
    let facts = scope.facts();
    let before = facts.year_before()?;
    let found = standing::stand_outs(facts, BodyId::nation(), Against::YearBefore, meaning);
    let row = |one: &StandOut<'_>| {
        let (then, now) = then_and_now(facts, one.metric)?;
        let verdict = Mark::alone(one.state, standing::words_of(one.metric, one.state, Against::YearBefore));
        let now = Cell { marks: vec![verdict], ..Cell::new(now) };
        Some(Row::new(&*one.metric.title, vec![Cell::new(then), now]).linked(scope.edition.metric_address(one.metric)))
    };
    let rows: Vec<Row> = found.iter().take(CHANGES_SHOWN).filter_map(row).collect();
    let title = words::sentence_case(id);
    let (count, shown) = (found.len(), rows.len());
    let columns = vec![Column::words("Metric"), Column::numbers("A year before"), Column::numbers("Now")];
    let since = format!("since {}, the largest first", before.words());
    let caption = if shown < count {
        format!(
            "{} of {} changes {since}",
            words::sentence_case(&words::number_words(shown)),
            words::number_words(count)
        )
    } else {
        format!("Changes {since}")
    };
    let block = Table::new(format!("tab-{id}"), caption, columns, rows).into_block();
    let block = block.unwrap_or_else(|| Block::paragraph(format!("No national figure has clearly {id}.")));
    Some(Block::section(id, format!("{title} in a year"), vec![block]))
}

/// A national figure of a year before and of now, over the same organisations, in words.
fn then_and_now(facts: &Facts<'_>, metric: &Metric) -> Option<(String, String)> {
    let now = facts.current(metric, BodyId::nation())?;
    let then = facts.figure(metric, BodyId::nation(), facts.year_before()?)?;
    let (then, now) = match facts.moved(metric, now, then)? {
        Moved::Told { before, .. } => (before, now),
        Moved::Matched(matched) => {
            return words::value_in_sentence(matched.before).zip(words::value_in_sentence(matched.now));
        }
        Moved::TooFew | Moved::NotDue => return None,
    };
    words::value_in_sentence(then).zip(words::value_in_sentence(now))
}

/// The standards in force with the national figure as a bar against each.
fn standards(scope: &Scope<'_>) -> Option<Block> {
    let facts = scope.facts();
    let row = |(metric, figure): &(&Metric, &Observation)| {
        let held = standard::held(metric, figure)?;
        let bar = BulletBar {
            unit: metric.unit,
            value: figure.value.filter(|_| figure.status == Status::Value),
            interval_95: figure.interval_95,
            standard: figure.standard.as_ref()?.level,
            met: outcome(figure),
            provisional: facts.is_provisional(metric, BodyId::nation(), facts.release.period),
        };
        let level = standard::level_words(held, metric.unit);
        let value = Cell::figure_with_unit(Some(figure)).with_detail(words::counts_remark(figure));
        let said = words::value_in_sentence(figure).unwrap_or_else(|| figure.status.reason().to_owned());
        let words = format!("{said} against {level}");
        let bar = Cell::default().with_drawing(format!("bar-{}", metric.id), words, Chart::Bullet(bar));
        let verdict = Mark::new(standard::met_state(figure), standard::outcome_at_a_glance(figure));
        let kind = words::sentence_case(standard::kind_words(held.kind));
        let verdict = Cell::marks(vec![verdict]).with_detail(Some(format!("{kind}: {level}")));
        Some(Row::new(&*metric.title, vec![value, bar, verdict]).linked(scope.edition.metric_address(metric)))
    };
    let rows: Vec<Row> = in_force(facts).iter().filter_map(row).collect();
    let columns = vec![
        Column::words("Metric"),
        Column::numbers("Figure"),
        Column::words("Against the standard").unsorted(),
        Column::words("Outcome"),
    ];
    let caption = "The bar is the figure, the bracket its 95% interval, the upright line the standard";
    let table = Table::new("tab-standards", caption, columns, rows).into_block()?;
    Some(Block::section("standards", "Standards in force", vec![table]))
}

/// The forces by the number of subjects on which they are clearly worse than their peers, most first; then by name.
pub fn concerned<'a>(facts: &Facts<'a>) -> Vec<Concerned<'a>> {
    let forces = facts.release.organisations.iter().filter(|body| facts.is_force(&body.code));
    let is_measured = |code: &BodyId| {
        let mut metrics = facts.release.metrics.iter();
        metrics.any(|metric| standing::state(facts, metric, code, Against::Peers) != CellState::NotApplicable)
    };
    let mut all: Vec<Concerned<'a>> = forces
        .filter(|body| is_measured(&body.code))
        .map(|body| Concerned {
            code: &body.code,
            worse: standing::beside_peers(facts, &body.code, MarkMeaning::Worse),
        })
        .collect();
    all.sort_by_cached_key(|force| (Reverse(force.worse.len()), name_key(&facts.name(force.code))));
    all
}

fn first_section(scope: &Scope<'_>) -> Block {
    let facts = scope.facts();
    let concerned = concerned(facts);
    let shown: Vec<&Concerned<'_>> =
        concerned.iter().filter(|force| !force.worse.is_empty()).take(FORCES_SHOWN).collect();
    let aside = "Forces come in order of the number of subjects on which they are clearly worse than their peers (at the 99.8% \
                 level, and by more than the margin of the metric). Metrics that measure one thing are one subject and count \
                 once. A place on this list is a reason to look, not a verdict.";
    let mut blocks = vec![Block::Aside(aside.into())];
    if shown.is_empty() {
        blocks = vec![Block::paragraph("No force is clearly worse than its peers on any subject.")];
    }
    for force in shown {
        blocks.push(force_entry(scope, force));
    }
    let all = scope.edition.page_with(BlockName::ForcesByMetric);
    blocks.extend(all.map(|page| Block::Paragraph(Text::default().link("All forces by metric", page))));
    Block::section("forces-first", "Forces to look at first", blocks)
}

fn force_entry(scope: &Scope<'_>, force: &Concerned<'_>) -> Block {
    let name = scope.facts().name(force.code);
    let title = Text::default().link_if(name, scope.edition.organisation_address(force.code));
    let count = match force.worse.len() {
        1 => ": one subject".to_owned(),
        more => format!(": {} subjects", words::number_words(more)),
    };
    let reasons = force.worse.iter().take(REASONS_SHOWN).map(|one| reason(scope, force.code, one));
    Block::section(format!("force-{}", force.code), title.and(count), vec![Block::List(reasons.collect())])
}

/// A metric on which an organisation stands out, with its figure and that of its peers.
pub fn reason(scope: &Scope<'_>, code: &BodyId, one: &StandOut<'_>) -> Text {
    let facts = scope.facts();
    let words = standing::words_of(one.metric, one.state, Against::Peers);
    let text = Text::default().mark(Mark::alone(one.state, words)).and(" ");
    let text = text.link_if(one.metric.heading(), scope.edition.figures_address(one.metric));
    let own = facts.current(one.metric, code).and_then(words::value_in_sentence);
    let peers = facts.comparison(one.metric, code, Against::Peers).and_then(|found| {
        let counts = found.counts.map(|(numerator, denominator)| Ratio { numerator, denominator });
        Some(words::ratio_in_sentence(found.value?, counts, found.unit))
    });
    match own.zip(peers) {
        Some((own, peers)) => text.and(format!(": {own}, peers {peers}")),
        None => text,
    }
}

/// What one organisation did not return in time: months and datasets by what became of them.
#[derive(Debug)]
pub struct Gap<'a> {
    pub code: &'a BodyId,
    parts: BTreeMap<&'static str, Vec<&'a Return>>,
}

/// The organisations that returned late, were refused or did not return, in order of their names.
pub fn gaps<'a>(facts: &Facts<'a>) -> Vec<Gap<'a>> {
    let mut by_code: BTreeMap<&str, Gap<'a>> = BTreeMap::new();
    for one in &facts.release.returns {
        let is_usual = matches!(one.state, ReturnState::Accepted { late: false, .. } | ReturnState::NotYetDue);
        if !is_usual {
            let gap = by_code.entry(&one.org_code).or_insert(Gap { code: &one.org_code, parts: BTreeMap::new() });
            gap.parts.entry(state_words(&one.state)).or_default().push(one);
        }
    }
    let mut gaps: Vec<Gap<'a>> = by_code.into_values().collect();
    gaps.sort_by_cached_key(|gap| name_key(&facts.name(gap.code)));
    gaps
}

impl Gap<'_> {
    /// "all returns of February 2026 not returned; court results of March 2026 refused".
    pub fn words(&self, facts: &Facts<'_>) -> String {
        let parts = self.parts.iter().map(|(state, returns)| {
            let mut months: Vec<Month> = returns.iter().map(|one| one.month).collect();
            months.sort_unstable();
            months.dedup();
            let of_months = |one: &&Return| one.org_code == *self.code && months.contains(&one.month);
            let all = facts.release.returns.iter().filter(of_months).count();
            let what = if all == returns.len() && all > 1 {
                "all returns".to_owned()
            } else {
                let mut titles: Vec<String> =
                    returns.iter().map(|one| facts.layouts.sources.title(&one.dataset)).collect();
                titles.sort();
                titles.dedup();
                words::list_words(&titles)
            };
            format!("{what}, {}: {}", words::months_words(&months), state.to_lowercase())
        });
        parts.collect::<Vec<String>>().join("; ")
    }
}

/// How many metrics have no figure for an organisation because its returns are missing.
pub fn metrics_without_figure(facts: &Facts<'_>, code: &BodyId) -> usize {
    let metrics = facts.release.metrics.iter();
    metrics.filter(|metric| standing::state(facts, metric, code, Against::Peers) == CellState::Missing).count()
}

/// How many metrics lack the figure, as a sentence.
pub fn touched_words(facts: &Facts<'_>, code: &BodyId) -> String {
    match metrics_without_figure(facts, code) {
        0 => "No metric lacks its figure.".to_owned(),
        1 => "One metric has no figure.".to_owned(),
        more => format!("{} metrics have no figure.", words::sentence_case(&words::number_words(more))),
    }
}

fn gaps_section(scope: &Scope<'_>) -> Block {
    let facts = scope.facts();
    let line = |gap: &Gap<'_>| {
        let name = facts.name(gap.code);
        let text = Text::default().link_if(name, scope.edition.organisation_address(gap.code));
        let touched = touched_words(facts, gap.code);
        text.and(format!(". {}: {}", words::sentence_case(&gap.words(facts)), words::small_initial(&touched)))
    };
    let lines: Vec<Text> = gaps(facts).iter().map(line).collect();
    let blocks = if lines.is_empty() {
        vec![Block::paragraph("Every return was accepted in time.")]
    } else {
        vec![Block::List(lines)]
    };
    Block::section("gaps", "Missing or late returns", blocks)
}
