//! What pages were read to say, held against the verdicts.

use std::collections::BTreeMap;

use super::known::{Against, Judged, Known};

/// A statement about a figure, and where it stands.
pub struct Ledger<'k> {
    pub known: &'k Known,
    /// Statements by what the figure is held against.
    pub read: BTreeMap<Against, usize>,
    pub counts: usize,
    /// What contradicts the verdicts, and what the reader does not understand.
    pub faults: Vec<String>,
}

impl<'k> Ledger<'k> {
    pub fn new(known: &'k Known) -> Self {
        Self { known, read: BTreeMap::new(), counts: 0, faults: Vec::new() }
    }

    /// A place says a word of a figure. It must be the word of the verdict.
    pub fn says(&mut self, place: &str, judged: &Judged, against: Against, word: &str) {
        *self.read.entry(against).or_default() += 1;
        let (said, verdict) = (plain_word(word), self.known.word(judged, against));
        if said != verdict {
            self.faults.push(format!("{place}: {judged:?} is “{said}” {against:?}; its verdict is “{verdict}”"));
        }
    }

    /// A place says how many figures stand so.
    pub fn counts(&mut self, place: &str, what: &str, said: Option<usize>, counted: usize) {
        self.counts += 1;
        if said != Some(counted) {
            self.faults.push(format!("{place}: {what} are {counted}, and the page says {said:?}"));
        }
    }

    pub fn fault(&mut self, place: &str, what: &str) {
        self.faults.push(format!("{place}: {what}"));
    }
}

/// A word as verdicts have it: small, of a level or of what was recorded, and cases as few cases.
fn plain_word(word: &str) -> String {
    let word = word.to_lowercase().replace("more recorded", "higher").replace("fewer recorded", "lower");
    let is_cases = word.split_once(" of ").is_some_and(|(x, n)| is_number(x) && is_number(n));
    if is_cases { "few cases".to_owned() } else { word }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || letter == ',')
}

/// A number in words or figures, as pages write it.
pub fn number(text: &str) -> Option<usize> {
    const WORDS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let small = text.to_lowercase();
    if small == "none" {
        return Some(0);
    }
    WORDS.iter().position(|word| *word == small).or_else(|| small.replace(',', "").parse().ok())
}
