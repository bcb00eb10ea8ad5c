//! The accessibility statement: the parts that the law of the United Kingdom asks for, as far as the program knows them and
//! the publisher has given them.

use crate::report::facts::Facts;
use crate::report::page::block::Block;
use crate::report::words;

const REGULATIONS: &str =
    "the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018";

/// The statement.
pub fn statement(facts: &Facts<'_>) -> Vec<Block> {
    let publication = &facts.release.publication;
    let publisher = publication.publisher.as_deref().unwrap_or("The organisation that gave you this report");
    let scope = format!(
        "This statement covers every page of this report. {publisher} publishes it and wants as many people as possible to be \
         able to use it."
    );
    let parts = [
        ("accessibility-features", "What you can do", features()),
        ("accessibility-status", "How accessible the pages are", status()),
        ("accessibility-contact", "Feedback and other formats", contact(publication.contact.as_deref())),
        ("accessibility-enforcement", "If you are not content with the answer", enforcement()),
        ("accessibility-preparation", "How this statement was prepared", preparation(facts)),
    ];
    let parts = parts.map(|(id, title, blocks)| Block::section(id, title, blocks));
    let blocks = [Block::paragraph(scope)].into_iter().chain(parts).collect();
    vec![Block::section("accessibility", "Accessibility statement", blocks)]
}

fn features() -> Vec<Block> {
    let lines = [
        "Read every page without a mouse and without scripts.",
        "Zoom in to 400%, or use a window of 320 pixels, without losing text.",
        "Listen to every page with a screen reader. Each chart has a description and a table with the same figures.",
        "Choose your own colours. Charts keep theirs, on white.",
    ];
    vec![Block::List(lines.map(Into::into).into())]
}

fn status() -> Vec<Block> {
    vec![
        Block::paragraph(
            "The pages are built to meet level AA of the Web Content Accessibility Guidelines (WCAG) 2.2. They are partially \
             compliant. These are the reasons:",
        ),
        Block::List(
            [
                "No people who use screen readers have tested the pages yet, so we may not know of all faults.",
                "Wide tables scroll sideways on a narrow screen. Each of them can be reached and scrolled by keyboard.",
            ]
            .map(Into::into)
            .into(),
        ),
    ]
}

fn contact(contact: Option<&str>) -> Vec<Block> {
    let write = match contact {
        Some(contact) => format!("Write to {contact}"),
        None => "Write to the organisation that gave you this report, because the report names no address".to_owned(),
    };
    vec![Block::paragraph(format!(
        "{write} if you cannot read something, or if you need a page in another form such as large print, easy read, audio or \
         braille. Name the page, and say which form you need."
    ))]
}

fn enforcement() -> Vec<Block> {
    vec![
        Block::paragraph(format!("The Equality and Human Rights Commission enforces {REGULATIONS}.")),
        Block::paragraph(
            "Contact the Equality Advisory and Support Service at www.equalityadvisoryservice.com. In Northern Ireland, contact \
             the Equality Commission for Northern Ireland.",
        ),
    ]
}

fn preparation(facts: &Facts<'_>) -> Vec<Block> {
    let prepared = words::date_words(facts.release.published_on);
    let tested = match facts.release.publication.accessibility_tested_on {
        Some(day) => format!(
            "The pages were last tested on {}, by program (axe-core and html-validate), in a wide and a narrow window.",
            words::date_words(day)
        ),
        None => "The publisher has not given the date of a test.".to_owned(),
    };
    vec![Block::paragraph(format!("This statement was prepared on {prepared}. {tested}"))]
}
