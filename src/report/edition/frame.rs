//! The frame of each page of an edition: headings, navigation, warnings, and the dates and numbers of the release.

use crate::definitions::blocks::{Audience, BlockName};
use crate::report::edition::{NavigationEntry, Scope};
use crate::report::facts::Facts;
use crate::report::page::frame::{Frame, LinkedPlace, NOT_GIVEN, Navigation, NavigationLink, synthetic_banner};
use crate::report::page::text::{Address, Fact, Text};
use crate::report::sentences::edition_mark::edition_mark;
use crate::report::sentences::withheld;
use crate::report::words;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::returns::ReturnState;

/// The frame of a page.
pub fn build_frame(scope: &Scope<'_>) -> Frame {
    let (facts, layout) = (scope.facts(), scope.edition.layout);
    let heading = scope.fill(&scope.page.title);
    Frame {
        title: format!("{heading} – {}", layout.title),
        heading,
        report: layout.title.clone(),
        period: facts.release.period.words_with_short_name(),
        marking: facts.release.publication.marking.clone(),
        skip: "Skip to main content",
        banner: facts.release.synthetic.then(synthetic_banner),
        navigation: navigation(scope),
        notice: notice(facts, layout.audience, scope.organisation),
        release: release_facts(facts).into_iter().chain(accessibility(scope)).collect(),
        names_several: scope.edition.names_several(),
    }
}

/// In the public edition what is withheld; in an edition for inspection whom it is for.
pub fn notice(facts: &Facts<'_>, audience: Audience, about: Option<&Organisation>) -> Option<String> {
    let withheld = facts.release.withheld.as_ref().map(withheld::note);
    withheld.or_else(|| edition_mark(audience, about))
}

fn navigation(scope: &Scope<'_>) -> Option<Navigation> {
    let main = scope.edition.navigation(None);
    let above = scope.page.below.as_deref().unwrap_or(&scope.page.path);
    let of_part = main.iter().find(|entry| entry.page.path == above && scope.page.navigation.is_some());
    let below = of_part.map(|entry| scope.edition.navigation(Some(entry.page))).unwrap_or_default();
    let links = |entries: &[NavigationEntry<'_>]| entries.iter().map(|entry| navigation_link(scope, entry)).collect();
    (!main.is_empty()).then(|| Navigation { label: "Pages of this report", links: links(&main), part: links(&below) })
}

fn navigation_link(scope: &Scope<'_>, entry: &NavigationEntry<'_>) -> NavigationLink {
    let leads_to = if entry.page.path == scope.page.path {
        Some(LinkedPlace::ThisPage)
    } else {
        scope.page.below.as_ref().filter(|above| **above == entry.page.path).map(|_| LinkedPlace::PageAbove)
    };
    NavigationLink { words: entry.name.to_owned(), to: Address::page(&*entry.page.path), leads_to }
}

/// The way to the accessibility statement from every page: the law asks for it.
fn accessibility(scope: &Scope<'_>) -> Option<Fact> {
    let statement = scope.edition.page_with(BlockName::Accessibility)?;
    Some(Fact::new("Accessibility", Text::default().link("Accessibility statement", statement)))
}

/// The dates, the state and the number of the release, and who publishes it.
pub fn release_facts(facts: &Facts<'_>) -> Vec<Fact> {
    let release = facts.release;
    let given = |text: &Option<String>| text.clone().unwrap_or_else(|| NOT_GIVEN.to_owned());
    let next = release.publication.next_release.map(words::date_words);
    let (period, kind) = (release.period.words_with_short_name(), release.period.kind.words());
    let (published, revision) = (words::date_words(release.published_on), release.revision);
    vec![
        Fact::new("Period", format!("{period}, {kind}")),
        Fact::new("Data as at", words::date_words(release.as_of)),
        Fact::new("Published", format!("{published}, revision {revision}")),
        Fact::new("State", finality(facts)),
        Fact::new("Next release", given(&next)),
        Fact::new("Publisher", given(&release.publication.publisher)),
        Fact::new("Contact", given(&release.publication.contact)),
        Fact::new("Marking", given(&release.publication.marking)),
        Fact::new("Run", Text::default().code(format!("{}, leds-metrics {}", release.run_id, release.version))),
    ]
}

fn finality(facts: &Facts<'_>) -> String {
    let waiting = facts.release.returns.iter().filter(|r| r.state == ReturnState::NotYetDue).count();
    match waiting {
        0 => "Every return was due before the data date".to_owned(),
        1 => "Provisional: one monthly return was not yet due".to_owned(),
        n => format!("Provisional: {} monthly returns were not yet due", words::number_words(n)),
    }
}
