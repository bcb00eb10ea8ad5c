//! The page that says what changed between two releases: how much that matters, what is gone or new, every figure that is not
//! the same, and the submissions behind it. It stands alone and belongs to neither release.

use crate::release::ReturnMove;
use crate::release::comparison::{
    ChangeClass, ComparedRelease, MovedSubmission, OtherChanges, ReleaseComparison, WholeOnes,
};
pub use crate::report::about::changed_figures::ComparisonInput;
use crate::report::about::changed_figures::{SUBMISSIONS, WHOLE_LIST, by_metric, count_of, months_words};
use crate::report::page::Page;
use crate::report::page::block::{Block, Details, Tile, Tone};
use crate::report::page::frame::{Frame, NOT_GIVEN, synthetic_banner};
use crate::report::page::table::{Cell, Column, Row, Table, Widths};
use crate::report::page::text::{Fact, Text};
use crate::report::words;

/// So many submissions have rows; more are left to the JSON of the comparison.
const MOST_SUBMISSIONS: usize = 300;

/// More submissions than these are folded.
const MOST_OPEN: usize = 40;

/// So many names or paths stand in one list.
const MOST_NAMES: usize = 50;

/// The page of a comparison.
pub fn comparison_page(input: &ComparisonInput<'_>) -> Page {
    let compared = input.compared;
    let sections = [
        Block::section("releases", "The two releases", releases(compared)),
        Block::section("whole", "Gone and new", input.gone_and_new()),
        Block::folded("figures", "Figures that differ", by_metric(input)),
        Block::folded(SUBMISSIONS, "Submissions that came in or changed", input.submissions()),
        Block::folded("others", "What else changed", others(&compared.other)),
    ];
    let blocks = opening(compared).into_iter().chain(sections).collect();
    Page::new("comparison.html".to_owned(), input.frame(), blocks)
}

/// "revision 1 of April 2025".
fn release_words(release: &ComparedRelease) -> String {
    format!("revision {} of {}", release.revision, release.period.words())
}

/// The class by name, and what it means for those who use the figures.
fn class_words(class: ChangeClass) -> (&'static str, &'static str) {
    match class {
        ChangeClass::Major => {
            ("Major change.", "A metric, an organisation or a period is gone: whoever uses it finds nothing there.")
        }
        ChangeClass::Minor => (
            "Minor change.",
            "Figures changed, or something is new: whoever uses these figures must take the new ones.",
        ),
        ChangeClass::Patch => {
            ("Patch.", "Every figure is the same: only words, pages, settings, inputs or the program changed.")
        }
        ChangeClass::None => ("No change.", "Nothing that decides the figures is different."),
    }
}

fn opening(compared: &ReleaseComparison) -> Vec<Block> {
    let class = |class| {
        let (name, meaning) = class_words(class);
        Text::default().strong(name).and(format!(" {meaning}"))
    };
    let figures = compared.figures;
    let tile = |count: usize, one: &str, more: &str| Tile {
        number: count_of(count),
        words: if count == 1 { one } else { more }.into(),
        tone: Tone::Plain,
    };
    let gone = tile(figures.gone, "figure is gone", "figures are gone");
    let tiles = vec![
        tile(figures.changed, "figure changed", "figures changed"),
        tile(figures.new, "figure is new", "figures are new"),
        Tile { tone: if figures.gone > 0 { Tone::Concern } else { Tone::Plain }, ..gone },
        tile(figures.same, "figure is the same", "figures are the same"),
    ];
    let others = [ChangeClass::Major, ChangeClass::Minor, ChangeClass::Patch, ChangeClass::None];
    let others = others.into_iter().filter(|other| *other != compared.class).map(class).collect();
    let others = Details { summary: "The other classes of change".into(), blocks: vec![Block::List(others)] };
    vec![Block::Lead(class(compared.class)), Block::Tiles(tiles), Block::Details(others)]
}

/// What was compared.
fn releases(compared: &ReleaseComparison) -> Vec<Block> {
    let row = |side: &str, release: &ComparedRelease| {
        let cells = vec![
            Cell::new(words::sentence_case(&release_words(release))),
            Cell::date(release.as_of),
            Cell::date(release.published_on),
            Cell::new(format!("leds-metrics {}", release.program_version)),
        ];
        Row::new(side, cells)
    };
    let columns = vec![
        Column::words("Side"),
        Column::words("Release"),
        Column::dates("Data as at"),
        Column::dates("Published"),
        Column::words("Program"),
    ];
    let rows = vec![row("Earlier", &compared.earlier), row("Later", &compared.later)];
    let table = Table::new("tab-releases", "The two releases that were compared", columns, rows);
    vec![Block::paragraph(periods_words(compared)), Block::Table(table.with_widths(Widths::Dense))]
}

/// Which periods were compared, and why not all.
fn periods_words(compared: &ReleaseComparison) -> String {
    let first = compared.periods.iter().map(|period| period.first).min().map(words::month_words);
    let last = compared.periods.iter().map(|period| period.last()).max().map(words::month_words);
    let which = match compared.periods.as_slice() {
        [one] => format!("The figures of one period were compared: {}.", one.words()),
        more => format!(
            "The figures of {} periods were compared, from {} to {}.",
            words::number_words(more.len()),
            first.unwrap_or_default(),
            last.unwrap_or_default()
        ),
    };
    let why = "The releases are of different periods, and these are what the trends of both hold.";
    if compared.same_period { which } else { format!("{which} {why}") }
}

impl ComparisonInput<'_> {
    fn frame(&self) -> Frame {
        let Self { compared, names, .. } = self;
        let (earlier, later) = (&compared.earlier, &compared.later);
        let heading = if !compared.same_period {
            format!("Changes from {} to {}", release_words(earlier), release_words(later))
        } else if earlier.revision == later.revision {
            // Of two folders, such as one for trials: their numbers tell them apart no more.
            "Changes between two releases".to_owned()
        } else {
            format!("Changes from revision {} to revision {}", earlier.revision, later.revision)
        };
        let period = if compared.same_period {
            later.period.words_with_short_name()
        } else {
            format!("{} and {}", earlier.period.words(), later.period.words())
        };
        let marking = (!names.markings.is_empty()).then(|| names.markings.join(" and "));
        let mut frame = Frame::outside_releases(heading, period, &names.publication);
        let own = [
            Fact::new("Marking", marking.clone().unwrap_or_else(|| NOT_GIVEN.to_owned())),
            Fact::new("Compared", format!("{} and {}", release_words(earlier), release_words(later))),
            Fact::new("Program", Text::default().code(format!("leds-metrics {}", self.program_version))),
        ];
        frame.release.extend(own);
        let notice = "This page shows figures of every organisation, small numbers too. Do not publish it.";
        Frame { marking, banner: names.synthetic.then(synthetic_banner), notice: Some(notice.to_owned()), ..frame }
    }

    fn gone_and_new(&self) -> Vec<Block> {
        let ReleaseComparison { gone, new, .. } = self.compared;
        if gone.is_empty() && new.is_empty() {
            return vec![Block::paragraph("No metric, no organisation and no period is gone or new.")];
        }
        let facts = [(gone, "gone"), (new, "new")].into_iter().flat_map(|(whole, what)| self.whole(whole, what));
        vec![Block::Facts(facts.collect())]
    }

    fn whole(&self, whole: &WholeOnes, what: &str) -> Vec<Fact> {
        let names = self.names;
        let kinds = [
            ("Metrics", whole.metrics.iter().map(|id| names.heading(id)).collect::<Vec<_>>()),
            ("Organisations", whole.bodies.iter().map(|code| names.body(code).to_owned()).collect()),
            ("Periods", whole.periods.iter().map(|period| period.words()).collect()),
        ];
        let there = kinds.into_iter().filter(|(_, found)| !found.is_empty());
        there.map(|(kind, found)| Fact::new(format!("{kind} {what}"), first_names(found))).collect()
    }

    fn submissions(&self) -> Vec<Block> {
        let all = &self.compared.submissions;
        if all.is_empty() {
            return vec![Block::paragraph("Both releases rest on the same submissions.")];
        }
        let row = |one: &MovedSubmission| {
            let cells = vec![
                Cell::new(words::sentence_case(&words::plain_name(&one.dataset))),
                Cell::new(months_words(one)),
                Cell::date(one.submitted),
                Cell::new(move_words(one)),
            ];
            Row::new(self.names.body(&one.org_code), cells)
        };
        let columns = vec![
            Column::words("Organisation"),
            Column::words("Dataset"),
            Column::words("Months"),
            Column::dates("Submitted"),
            Column::words("What happened"),
        ];
        let rows = all.iter().take(MOST_SUBMISSIONS).map(row).collect();
        let caption = "Submissions that only one of the two releases rests on";
        let mut table = Table::new("tab-submissions", caption, columns, rows).with_widths(Widths::DenseOfWords);
        if all.len() > MOST_SUBMISSIONS {
            let (shown, all) = (count_of(MOST_SUBMISSIONS), count_of(all.len()));
            table = table.explained(format!("The table shows the first {shown} of {all} submissions. {WHOLE_LIST}"));
        }
        if all.len() <= MOST_OPEN {
            return vec![Block::Table(table)];
        }
        let summary = format!("{} submissions", count_of(all.len()));
        vec![Block::Details(Details { summary: summary.into(), blocks: vec![Block::Table(table)] })]
    }
}

fn move_words(submission: &MovedSubmission) -> String {
    let what = match submission.change {
        ReturnMove::CameIn => "Came in",
        ReturnMove::Replaced => "Replaced an earlier one",
        ReturnMove::Refused => "Refused, and so the earlier one is out of use",
        ReturnMove::Gone => "No longer there",
    };
    let counted = if submission.counted_by_sender { "; counted by the sender" } else { "" };
    format!("{what}{counted}")
}

fn others(other: &OtherChanges) -> Vec<Block> {
    let OtherChanges { program, settings, definitions, inputs, inputs_gone } = other;
    let lists = [
        ("Settings that differ", settings),
        ("Definitions that differ", definitions),
        ("Input files that are new or changed", inputs),
        ("Input files that are gone", inputs_gone),
    ];
    let there = lists.into_iter().filter(|(_, found)| !found.is_empty());
    let details = there.map(|(what, found)| {
        let mut lines: Vec<Text> = found.iter().take(MOST_NAMES).map(|name| Text::default().code(name)).collect();
        let more = found.len() - lines.len();
        lines.extend((more > 0).then(|| format!("{} more. {WHOLE_LIST}", count_of(more)).into()));
        let summary = format!("{what}: {}", count_of(found.len()));
        Block::Details(Details { summary: summary.into(), blocks: vec![Block::List(lines)] })
    });
    let program = program.then(|| Block::paragraph("The releases were made by different versions of the program."));
    let blocks: Vec<Block> = program.into_iter().chain(details).collect();
    if blocks.is_empty() {
        return vec![Block::paragraph("Program, settings, definitions and input files are the same.")];
    }
    blocks
}

/// The first names of a list, and how many more there are.
fn first_names(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    if more > 0 {
        names.push(format!("{} more", count_of(more)));
    }
    words::list_words(&names)
}
