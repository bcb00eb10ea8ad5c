//! What every page has: titles, dates, links between pages, and the notes that end a report.

use serde::Serialize;

use crate::assessment::PEERS_FAMILY;
use crate::definitions::layout::Layout;
use crate::report::edition::{Audience, PageKind};
use crate::report::facts::Facts;
use crate::report::{root_of, withheld, words};
use crate::vocabulary::body::Organisation;
use crate::vocabulary::period::PeriodType;
use crate::vocabulary::quantity::{Unit, value_text};
use crate::vocabulary::returns::ReturnState;

/// A link inside an edition, relative to the page it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    pub text: String,
    pub href: String,
    pub current: bool,
}

/// The frame of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// The page's own heading.
    pub heading: String,
    /// Name of the report.
    pub report: String,
    pub contact: String,
    pub period: String,
    pub period_type: &'static str,
    pub as_of: String,
    pub published: String,
    pub finality: String,
    pub revision: u32,
    pub run_id: String,
    pub version: String,
    pub synthetic: bool,
    /// In the public edition: what is withheld, as a sentence.
    pub withheld_note: Option<String>,
    /// Path from the page to the edition's folder: empty or `../`.
    pub root: &'static str,
    pub links: Vec<Link>,
}

/// The frame of a page of the edition of the nation.
pub fn national_frame(facts: &Facts<'_>, heading: &str, current: PageKind<'_>) -> Frame {
    let links = links(Audience::of_nation(facts), facts, current);
    Frame { root: root_of(&current.path()), links, ..frame(facts, heading, &facts.layouts.national) }
}

/// The frame of a page of an organisation's edition.
pub fn force_frame(facts: &Facts<'_>, heading: &str, body: &Organisation, current: PageKind<'_>) -> Frame {
    let links = links(Audience::Organisation(body), facts, current);
    Frame { links, ..frame(facts, heading, &facts.layouts.force) }
}

/// Links to the main pages of an edition from the page `current`.
fn links(audience: Audience<'_>, facts: &Facts<'_>, current: PageKind<'_>) -> Vec<Link> {
    let root = root_of(&current.path());
    let link = |kind: PageKind<'_>| Link {
        text: kind.title().to_owned(),
        href: format!("{root}{}", kind.path()),
        current: kind == current,
    };
    audience.main_pages(facts).into_iter().map(link).collect()
}

/// A frame without links.
fn frame(facts: &Facts<'_>, heading: &str, layout: &Layout) -> Frame {
    let release = facts.release;
    Frame {
        heading: heading.to_owned(),
        report: layout.title.clone(),
        contact: layout.contact.clone(),
        period: release.period.words_with_short_name(),
        period_type: release.period.kind.words(),
        as_of: words::date_words(release.as_of),
        published: words::date_words(release.published_on),
        finality: finality(facts),
        revision: release.revision,
        run_id: release.run_id.clone(),
        version: release.version.clone(),
        synthetic: release.synthetic,
        withheld_note: release.withheld.as_ref().map(withheld::note),
        root: "",
        links: Vec::new(),
    }
}

fn finality(facts: &Facts<'_>) -> String {
    let waiting = facts.release.returns.iter().filter(|r| r.state == ReturnState::NotYetDue).count();
    match waiting {
        0 => "Every return was due before the data date".to_owned(),
        1 => "Provisional: one monthly return was not yet due".to_owned(),
        n => format!("Provisional: {} monthly returns were not yet due", words::number_words(n)),
    }
}

/// In the public edition: why nothing says how figures have moved.
pub const CHANGES_WITHHELD: &str = "How figures have changed from one day to another is not published, because the change of \
                                    a count may give away a single case.";

/// A setting that a definition leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    pub name: String,
    pub value: String,
}

/// The notes that end a report: how figures are made and how to read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notes {
    pub method: Vec<String>,
    pub settings: Vec<Setting>,
}

/// The notes of a release.
pub fn build_notes(facts: &Facts<'_>) -> Notes {
    let mut method = vec![
        "The national figure adds up every record, also those that no organisation can be named for, unless the caveats of a metric say what it leaves out. Percentages and rates are worked out from the sums, never as an average of the organisations’ figures.".to_owned(),
        "A range such as 78.2% to 83.5% (95% confidence interval) says between which values chance alone would move a figure if the same conditions went on. Figures are full counts and no samples unless their page says so. The range does not allow for records that are missing or wrong. Counts that are fully known have no range.".to_owned(),
        "A share of fewer than ten, or a rate of fewer than five events, is marked [u] and said to rest on few cases. It is shown, but it is not called met or not met, and it is not listed among what stands out.".to_owned(),
        "A change is the difference between two figures, worked out before rounding.".to_owned(),
        "A figure is held against all forces by funnel limits that allow for how much forces usually differ where that is more than chance gives at their sizes, and against its own past by control charts with the rules of Making Data Count. “Clearly” stands for the 99.8% level. Limits start afresh at a recorded system migration or change of counting rules, and with a new version of the definition.".to_owned(),
        "Limits in a trend figure show how far a series usually varies from one period to the next. A figure beyond them, or a pattern that chance seldom makes, is said to have a special cause; a triangle marks an improvement, a diamond a concern. Limits from fewer than 13 figures are trial limits, and with fewer than eight there are none.".to_owned(),
        "A trend is told from 24 months, eight quarters or five years on, allowing for the season where it can be estimated, and for more variation than chance would give.".to_owned(),
        "A standard is shown only for the dates it held. One that no longer holds is called historical.".to_owned(),
        "Nothing is estimated for returns that are missing. A percentage with nothing to count in its denominator is not applicable: neither 0 nor 100.".to_owned(),
    ];
    if !facts.release.peer_groups.is_empty() {
        method.push("The figure for peers adds up the records of an organisation’s peers, without its own. A figure is held against it by the 95% and 99.8% intervals of the difference (of the ratio for rates).".to_owned());
    }
    method.extend(chance_sentence(facts));
    if facts.release.period.kind == PeriodType::Rolling12m {
        method.push(
            "The periods are rolling years that move by a quarter: neighbouring figures share nine of their 12 months."
                .to_owned(),
        );
    }
    method.extend(facts.release.withheld.iter().flat_map(withheld::rules));
    method.extend(facts.release.withheld.as_ref().map(|_| CHANGES_WITHHELD.to_owned()));
    let settings = facts
        .release
        .settings
        .iter()
        .map(|(name, value)| Setting { name: words::sentence_case(&words::plain_name(name)), value: value.clone() })
        .collect();
    Notes { method, settings }
}

/// How many comparisons with peers chance alone would make stand out; it stands in every edition, because a force reads its
/// own labels only.
fn chance_sentence(facts: &Facts<'_>) -> Option<String> {
    let of_level = |level: &str| {
        let families = facts.release.assessment.families.iter();
        families.filter(|family| family.family == PEERS_FAMILY && family.tested > 0).find(|one| one.level == level)
    };
    let (look, act) = (of_level("95%")?, of_level("99.8%")?);
    let expected = |number: f64| value_text(number, Unit::Percent);
    Some(format!(
        "Of the {} comparisons with peers in this release, chance alone would make about {} stand out at the 95% level and \
         about {} at the 99.8% level.",
        words::number_words(look.tested),
        expected(look.expected),
        expected(act.expected)
    ))
}
