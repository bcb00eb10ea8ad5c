//! How hard a text is to read: words, syllables and sentences, and the reading ease of Flesch (1948). `docs/voice.md` has the
//! rules of counting.

/// The sentences of a text. One ends at a full stop, question mark or exclamation mark before a space and a capital letter,
/// an opening quotation mark or a digit.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = 0;
    let places: Vec<(usize, char)> = text.char_indices().collect();
    for window in places.windows(3) {
        let [(_, end), (at, space), (next, first)] = [window[0], window[1], window[2]];
        if matches!(end, '.' | '!' | '?')
            && space == ' '
            && (first.is_uppercase() || first == '“' || first.is_numeric())
        {
            found.push(&text[begin..at]);
            begin = next;
        }
    }
    found.push(&text[begin..]);
    found.retain(|sentence| !sentence.trim().is_empty());
    found
}

/// The words of a sentence: what stands between spaces and holds a letter or a digit.
pub fn words(sentence: &str) -> Vec<&str> {
    let words = sentence.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).collect()
}

/// Syllables of a word: runs of vowels, `y` among them; less a silent `e` at the end, and less the `e` of `-ed` and `-es`
/// where it is silent; one at least.
pub fn syllables(word: &str) -> usize {
    let letters: Vec<char> = word.to_lowercase().chars().filter(char::is_ascii_lowercase).collect();
    let is_vowel = |c: &char| "aeiouy".contains(*c);
    let runs = letters.chunk_by(|a, b| is_vowel(a) == is_vowel(b)).filter(|run| run.iter().all(is_vowel)).count();
    let ends_in = |ending: &str| letters.ends_with(&ending.chars().collect::<Vec<_>>());
    let before = |back: usize| letters.len().checked_sub(back + 1).map_or('a', |at| letters[at]);
    let silent = (ends_in("e") && !ends_in("le"))
        || (ends_in("ed") && !is_vowel(&before(2)) && !matches!(before(2), 't' | 'd'))
        || (ends_in("es") && !is_vowel(&before(2)) && !matches!(before(2), 's' | 'x' | 'z' | 'c' | 'g' | 'h'));
    runs.saturating_sub(usize::from(silent)).max(1)
}

/// What the reading ease of a text follows from. Numbers are left out.
#[derive(Default)]
pub struct Ease {
    pub words: usize,
    syllables: usize,
    sentences: usize,
}

impl Ease {
    /// Adds a sentence; one of fewer than three words is none.
    pub fn add(&mut self, sentence: &str) {
        let words = words(sentence).into_iter().filter(|word| !word.chars().any(char::is_numeric));
        let words: Vec<&str> = words.collect();
        if words.len() >= 3 {
            self.sentences += 1;
            self.words += words.len();
            self.syllables += words.into_iter().map(syllables).sum::<usize>();
        }
    }

    /// 206.835 − 1.015 · words per sentence − 84.6 · syllables per word.
    pub fn flesch(&self) -> f64 {
        let float = |count: usize| f64::from(u32::try_from(count).unwrap());
        206.835 - 1.015 * float(self.words) / float(self.sentences) - 84.6 * float(self.syllables) / float(self.words)
    }
}

#[test]
fn syllables_are_counted_as_documented() {
    for (word, expected) in [
        ("force", 1),
        ("forces", 2),
        ("police", 2),
        ("record", 2),
        ("asked", 1),
        ("counted", 2),
        ("people", 2),
        ("figures", 2),
        ("the", 1),
        ("PNC", 1),
        ("organisation", 5),
        ("lives", 1),
    ] {
        assert_eq!(syllables(word), expected, "{word}");
    }
}

#[test]
fn reading_ease_is_that_of_the_formula() {
    let mut ease = Ease::default();
    // Six words of one syllable: 206.835 − 6.09 − 84.6.
    for sentence in sentences("The cat sat on the mat. Yes.") {
        ease.add(sentence);
    }
    assert!((ease.flesch() - 116.145).abs() < 1e-9 && ease.words == 6);
    assert_eq!(sentences("It rose by 2.3 points. “Better” is a word. 5 forces did.").len(), 3);
}
