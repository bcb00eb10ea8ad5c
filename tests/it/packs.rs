//! Packs: what `--copies pdf` writes is a document for everybody, and says what the pages of its edition say.

mod document;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use self::document::Document;
use crate::golden::outline::{Element, Node, tree};
use crate::support::{Bench, arrests, files_below, text};

const PERIOD: &str = "2025-04";

/// Two forces, of which one was late with half of its reports.
fn bench() -> Bench {
    let bench = Bench::new();
    let (in_time, late) =
        (("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z"), ("2025-04-03T10:00:00Z", "2025-04-09T12:00:00Z"));
    bench.submit("arrest_summons", ("2025-05-15", "E1", PERIOD), &arrests(&[in_time; 20]));
    bench.submit("arrest_summons", ("2025-05-15", "E2", PERIOD), &arrests(&[[in_time; 10], [late; 10]].concat()));
    bench
}

/// Every pack of a release with the folder of its edition.
fn packs(release: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_pack = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "pdf");
    let packs = files_below(release).into_iter().filter(is_pack);
    packs.map(|path| (path.clone(), fs::read(release.join(path)).unwrap())).collect()
}

/// The text of an element without its drawings.
fn words(element: &Element) -> String {
    element
        .children
        .iter()
        .map(|child| match child {
            Node::Text(words) => words.clone(),
            Node::Element(part) if part.name == "svg" => String::new(),
            Node::Element(part) => words(part),
        })
        .collect()
}

/// What a page says first: its heading, its message, its numbers, its findings and its headings; nothing that is folded.
fn key_sentences(element: &Element, found: &mut Vec<String>) {
    for part in element.elements().filter(|part| !matches!(part.name.as_str(), "details" | "nav" | "header" | "footer"))
    {
        let class = part.attribute("class").unwrap_or_default();
        match (part.name.as_str(), class) {
            ("h1" | "h2" | "caption", _) | ("p", "lead") => found.push(words(part)),
            ("ul", "tiles") | (_, "key-findings") => found.extend(part.elements().map(words)),
            _ => key_sentences(part, found),
        }
    }
}

/// Words alone: lines break elsewhere on paper.
fn letters(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Headings of what does not go onto paper: files, links to other pages, and choices.
const OF_SCREENS: [&str; 1] = ["Take the figures with you"];

#[test]
fn packs_are_documents_for_everybody_that_say_what_their_pages_say() {
    let bench = bench();
    let done = bench.run(PERIOD, &["--allow-gaps", "--copies", "pdf"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let release = bench.out().join(PERIOD).join("r1");
    let packs = packs(&release);
    let folders: Vec<&str> = packs.keys().map(|path| text(path.parent().unwrap())).collect();
    assert_eq!(folders, ["forces/E1", "forces/E2", "national"]);
    for (path, bytes) in &packs {
        let document = Document::read(bytes);
        let page = tree(&fs::read_to_string(release.join(path).with_file_name("index.html")).unwrap());
        let mut sentences = Vec::new();
        key_sentences(&page, &mut sentences);
        assert_eq!(document.title, sentences[0], "{path:?}");
        assert_eq!((document.part.as_str(), document.language.as_str()), ("1", "en-GB"), "{path:?}");
        assert!(document.is_tagged && document.shows_title, "{path:?}");
        assert!(document.bookmarks.contains(&sentences[0]), "{path:?}: {:?}", document.bookmarks);
        assert!(document.bookmarks.contains(&"About this release".to_owned()), "{path:?}: {:?}", document.bookmarks);
        let printed = letters(&document.text);
        let said: Vec<String> = sentences.into_iter().filter(|one| !OF_SCREENS.contains(&one.as_str())).collect();
        assert!(said.len() > 4, "{path:?} says little: {said:?}");
        for sentence in &said {
            assert!(printed.contains(&letters(sentence)), "{path:?} does not say “{sentence}”:\n{}", document.text);
        }
    }
}

#[test]
fn two_runs_print_the_same_bytes() {
    let [first, second] = [bench(), bench()].map(|bench| {
        let done = bench.run(PERIOD, &["--allow-gaps", "--copies", "pdf"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        packs(&bench.out().join(PERIOD).join("r1"))
    });
    assert_eq!(first.len(), 3);
    assert!(first == second, "a pack depends on more than its release");
}
