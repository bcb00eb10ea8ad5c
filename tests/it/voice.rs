//! One voice on all pages: no word of a programmer, no sentence twice on a page, plain sentences of a length that can be read,
//! and a message before every table. `docs/voice.md` has the rules and the list of banned words, which this test reads.

mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use self::reading::{Ease, sentences, words};
use crate::golden::nation::Nation;
use crate::golden::outline::{Element, Node, tree};
use crate::support::{files_below, text};

/// A sentence is at most so long.
const MOST_WORDS: usize = 40;
/// The least reading ease of a page.
const LEAST_EASE: f64 = 60.0;
/// A page with fewer words than this says nothing of its reading ease.
const LEAST_WORDS: usize = 100;

/// What a page says, as far as the rules ask for it.
#[derive(Default)]
struct Spoken {
    /// Every text that a reader sees, also in tables and drawings.
    all: Vec<String>,
    /// Paragraphs and lines of lists outside tables.
    running: Vec<String>,
    /// Those of them that a reader meets without opening anything.
    open: Vec<String>,
    /// The name of the first element after the headings and the notice.
    first: Option<String>,
}

/// Where in a page the reading is.
#[derive(Clone, Copy, Default)]
struct Around {
    in_main: bool,
    in_table: bool,
    in_details: bool,
}

impl Spoken {
    fn of_page(html: &str) -> Self {
        let mut spoken = Self::default();
        spoken.read(&tree(html), Around::default());
        spoken
    }

    fn read(&mut self, element: &Element, around: Around) {
        let classes = attribute(element, "class");
        if matches!(&*element.name, "head" | "style") || classes.split(' ').any(|class| class == "code") {
            return;
        }
        let around = Around {
            in_main: around.in_main || element.name == "main",
            in_table: around.in_table || element.name == "table",
            in_details: around.in_details || element.name == "details",
        };
        let is_apart = ["figure-subtitle", "download", "notice"].iter().any(|class| classes.contains(class));
        if around.in_main && self.first.is_none() && matches!(&*element.name, "p" | "ul" | "dl" | "table" | "svg") {
            self.first = (!classes.contains("notice")).then(|| element.name.clone());
        }
        // A line of a list is read as running text where it is a sentence: others are names and labels.
        let words = words_in(element);
        let is_running = element.name == "p" || (element.name == "li" && words.ends_with('.'));
        if around.in_main && !around.in_table && !is_apart && is_running {
            if !around.in_details {
                self.open.push(words.clone());
            }
            self.running.push(words);
        }
        for child in &element.children {
            match child {
                Node::Text(text) => self.all.push(text.split_whitespace().collect::<Vec<_>>().join(" ")),
                Node::Element(element) => self.read(element, around),
            }
        }
    }
}

fn attribute<'e>(element: &'e Element, name: &str) -> &'e str {
    element.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// The text of an element in one line, without that of drawings and of lists inside.
fn words_in(element: &Element) -> String {
    let part = |child: &Node| match child {
        Node::Text(text) => text.clone(),
        Node::Element(inner) if matches!(&*inner.name, "svg" | "ul") => String::new(),
        Node::Element(inner) => words_in(inner),
    };
    let words: String = element.children.iter().map(part).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The banned phrases of the document, in small letters.
fn banned() -> Vec<String> {
    let document = include_str!("../../docs/voice.md");
    let list = document.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    list.lines().map(str::to_lowercase).collect()
}

/// Whether the phrase stands in the text, and not as a part of other words.
fn holds(text: &str, phrase: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(phrase)
        .any(|(at, _)| is_edge(text[..at].chars().next_back()) && is_edge(text[at + phrase.len()..].chars().next()))
}

/// A name that only programs use: words joined by an underscore, outside an address of the web.
fn program_name(text: &str) -> Option<&str> {
    let is_name = |word: &&str| {
        let joined = word.trim_matches(|c: char| !c.is_alphanumeric());
        joined.contains('_') && !word.contains("://")
    };
    text.split_whitespace().find(is_name)
}

/// A code of a form of the courts, such as HO100301.
fn form_code(text: &str) -> Option<&str> {
    let is_code = |word: &&str| {
        let digits = word.strip_prefix("HO");
        digits.is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text.split(|c: char| !c.is_alphanumeric()).find(is_code)
}

fn offences(path: &str, html: &str, banned: &[String]) -> Vec<String> {
    let spoken = Spoken::of_page(html);
    let mut found = Vec::new();
    for text in &spoken.all {
        let small = text.to_lowercase();
        found.extend(
            banned.iter().filter(|phrase| holds(&small, phrase)).map(|phrase| format!("“{phrase}” in: {text}")),
        );
        found.extend(program_name(text).map(|name| format!("a program's name {name} in: {text}")));
        found.extend(form_code(text).map(|code| format!("the code {code} in: {text}")));
        found.extend(
            ['φ', 'τ', 'σ'].iter().filter(|sign| text.contains(**sign)).map(|sign| format!("{sign} in: {text}")),
        );
    }
    let mut ease = Ease::default();
    for line in &spoken.running {
        for sentence in sentences(line) {
            let length = words(sentence).len();
            if length > MOST_WORDS {
                found.push(format!("{length} words: {sentence}"));
            }
            ease.add(sentence);
        }
    }
    let is_for_all = path.starts_with("national/") || path.starts_with("public/");
    if is_for_all && ease.words >= LEAST_WORDS && ease.flesch() < LEAST_EASE {
        found.push(format!("reading ease {:.1} over {} words", ease.flesch(), ease.words));
    }
    let mut seen = BTreeSet::new();
    for sentence in spoken.open.iter().flat_map(|line| sentences(line)) {
        // Two figures may be equal, and the shorthand of each table stands above it.
        let has_figure = sentence.chars().any(char::is_numeric) || sentence.starts_with("Some shorthand is used");
        if words(sentence).len() > 3 && !has_figure && !seen.insert(sentence) {
            found.push(format!("twice: {sentence}"));
        }
    }
    match spoken.first.as_deref() {
        Some("p" | "ul" | "dl") => {}
        other => found.push(format!("the page begins with {other:?} and not with words")),
    }
    found
}

/// Every page of a release but the dictionaries; what is wrong with them, each kind of offence with the pages that have it.
fn offences_of(release: &Path) -> BTreeMap<String, Vec<String>> {
    let (banned, mut all): (_, BTreeMap<String, Vec<String>>) = (banned(), BTreeMap::new());
    let mut pages = 0;
    for path in files_below(release) {
        let name = text(&path).to_owned();
        if path.extension().is_none_or(|ending| ending != "html") || name.contains("dictionary") {
            continue;
        }
        pages += 1;
        let html = fs::read_to_string(release.join(&path)).unwrap();
        for offence in offences(&name, &html, &banned) {
            all.entry(offence).or_default().push(name.clone());
        }
    }
    assert!(pages > 50, "only {pages} pages");
    all
}

fn assert_one_voice(release: &Path) {
    let offences = offences_of(release);
    let line = |(offence, pages): (&String, &Vec<String>)| format!("{} pages, {}: {offence}", pages.len(), pages[0]);
    let lines: Vec<String> = offences.iter().map(line).collect();
    assert!(lines.is_empty(), "{} offences\n{}", lines.len(), lines.join("\n"));
}

/// A page that belongs to no release speaks as the others do.
pub fn assert_page_speaks(path: &Path) {
    let html = fs::read_to_string(path).unwrap();
    let found = offences(text(path), &html, &banned());
    assert!(found.is_empty(), "{}: {} offences\n{}", path.display(), found.len(), found.join("\n"));
}

#[test]
fn all_pages_speak_with_one_voice() {
    // A release that lies there already can be looked at in place of a new one.
    if let Some(release) = std::env::var_os("LEDS_METRICS_RELEASE") {
        return assert_one_voice(Path::new(&release));
    }
    let nation = Nation::new();
    for (period, public) in [("2026-03", ""), ("2025-26Q4", " --public")] {
        let command = format!(
            "run --source @/source --out @/out --period {period} --published-on 2026-06-10 --copies none{public}"
        );
        let done = nation.call(&command);
        // Some returns are missing, which the exit code says.
        assert!(matches!(done.code, 0 | 31), "{}", done.stderr);
        assert_one_voice(&nation.path(&format!("out/{period}/r1")));
    }
}

#[test]
fn pages_without_the_settings_of_metrics_say_what_lacks_in_plain_words() {
    let bench = crate::support::Bench::new();
    let fast = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &crate::support::arrests(&[fast, fast]));
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    let page = bench.published("2025-04", "national/metrics/SEC-01.html");
    assert!(page.contains("the publisher has not set the number of “dormant days”"), "{page}");
    assert!(!page.contains("dormant_days"));
}

#[test]
fn each_rule_finds_what_breaks_it() {
    let page = |main: &str| format!("<html><body><main id=\"main\"><h1>H</h1>{main}</main></body></html>");
    let banned = vec!["roll-up".to_owned()];
    let of = |main: &str| offences("national/x.html", &page(main), &banned).join("; ");
    assert_eq!(of("<p>All is well here.</p>"), "");
    assert!(of("<p>A roll-up is here.</p>").contains("“roll-up” in"));
    assert_eq!(of("<p>Roll-upward.</p>"), "");
    assert!(of("<p>Set dormant_days.</p>").contains("program's name dormant_days"));
    assert_eq!(of("<p>See https://example.org/a_b and <span class=\"code\">a_b</span>.</p>"), "");
    assert!(of("<p>Exception HO100301.</p>").contains("the code HO100301"));
    assert!(of("<p>Words first.</p><table><tr><td>φ</td></tr></table>").contains("φ in"));
    assert!(of("<table><tr><td>1</td></tr></table><p>Words.</p>").contains("begins with"));
    let long = "word ".repeat(41);
    assert!(of(&format!("<p>{long}.</p>")).contains("41 words"));
    assert!(of("<p>We say this again.</p><p>We say this again.</p>").contains("twice"));
    assert_eq!(of("<p>We say this again.</p><details><p>We say this again.</p></details>"), "");
    let hard = "Organisational considerations necessitate comprehensive harmonisation. ".repeat(25);
    assert!(of(&format!("<ul><li>{hard}</li></ul>")).contains("reading ease"));
    assert!(banned_is_a_list());
}

fn banned_is_a_list() -> bool {
    let banned = banned();
    banned.len() > 30 && banned.iter().all(|phrase| !phrase.trim().is_empty())
}
