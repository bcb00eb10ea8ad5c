//! The frame of each page of an edition: headings, navigation, warnings, and the dates and numbers of the release.

use crate::report::edition::Scope;
use crate::report::facts::Facts;
use crate::report::page::frame::{Frame, NOT_GIVEN, Navigation, NavigationLink};
use crate::report::page::text::{Address, Fact, Text};
use crate::report::sentences::edition_mark::edition_mark;
use crate::report::sentences::withheld;
use crate::report::words;
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
        banner: facts.release.synthetic.then(|| {
            let rest = " Every figure on this page was made up by a program. None describes a real organisation.";
            Text::default().strong("Synthetic data.").and(rest)
        }),
        navigation: navigation(scope),
        notice: facts
            .release
            .withheld
            .as_ref()
            .map(withheld::note)
            .or_else(|| edition_mark(layout.audience, scope.organisation)),
        release: release_facts(facts),
        names_several: !layout.audience.is_of_one_organisation(),
    }
}

fn navigation(scope: &Scope<'_>) -> Option<Navigation> {
    let pages = scope.edition.navigation().into_iter();
    let links: Vec<NavigationLink> = pages
        .map(|(name, page)| NavigationLink {
            words: name.to_owned(),
            to: Address::page(&*page.path),
            current: page.path == scope.page.path,
        })
        .collect();
    (!links.is_empty()).then_some(Navigation { label: "Pages of this report", links })
}

fn release_facts(facts: &Facts<'_>) -> Vec<Fact> {
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
