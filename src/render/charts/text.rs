//! How wide a text is and where it breaks, for Arial and the fonts of the same widths.
//! Widths are facts of the font family; nothing here draws, and no font is read.

/// A label's weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// Advance widths of U+0020 to U+007E in thousandths of the font size.
#[rustfmt::skip]
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
#[rustfmt::skip]
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/// Accented capitals and small letters are at most about this wide; a guess that is too wide never overlaps.
const OTHER_CHARACTER: u16 = 778;
/// Characters of other scripts come from other fonts; few are wider than a square.
const OTHER_SCRIPT: u16 = 1_000;
const LATIN_ENDS: u32 = 0x250;

/// Width in px at `size` px.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let table = if weight == Weight::Bold { &BOLD } else { &REGULAR };
    let thousandths: u32 = text.chars().map(|c| u32::from(advance(c, table))).sum();
    f64::from(thousandths) * size / 1_000.0
}

fn advance(c: char, table: &[u16; 95]) -> u16 {
    match c {
        '\u{a0}' | '’' | '‘' => 278,
        '–' => 556,
        '−' => 584,
        '…' => 1_000,
        _ => {
            let place = u32::from(c).checked_sub(32).and_then(|place| usize::try_from(place).ok());
            let other = if u32::from(c) < LATIN_ENDS { OTHER_CHARACTER } else { OTHER_SCRIPT };
            place.and_then(|place| table.get(place)).copied().unwrap_or(other)
        }
    }
}

/// A text is drawn in so many lines at most; the data table has all of it.
const MOST_LINES: usize = 6;

/// Breaks `text` between words into the fewest lines of at most `room` px, and among those the most even ones.
/// A single word that is wider than the room is broken where the room ends, and words beyond the last line end in "…".
pub fn wrap(text: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines = fill(text, room, size, weight);
    let count = lines.len();
    if count < 2 {
        return lines;
    }
    if count > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            while width(last, size, weight) + width("…", size, weight) > room && last.pop().is_some() {}
            last.push('…');
        }
        return lines;
    }
    let mut even = lines;
    // A word that fits into the room is not broken to make lines even.
    let words = text.split_whitespace().map(|word| width(word, size, weight));
    let longest = words.filter(|word| *word <= room).fold(0.0, f64::max);
    for step in 1..=8 {
        let narrower = fill(text, (room * (1.0 - f64::from(step) / 16.0)).max(longest), size, weight);
        if narrower.len() > count {
            break;
        }
        even = narrower;
    }
    even
}

fn fill(text: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size, weight) + width(" ", size, weight) + width(word, size, weight) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(pieces(word, room, size, weight)),
        }
    }
    lines
}

/// The word, or its parts where it alone is wider than the room. A part has one character at least.
fn pieces(word: &str, room: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut length = 0.0;
    for c in word.chars() {
        let long = width(c.encode_utf8(&mut [0; 4]), size, weight);
        match parts.last_mut() {
            Some(part) if part.is_empty() || length + long <= room => {
                part.push(c);
                length += long;
            }
            _ => {
                parts.push(c.to_string());
                length = long;
            }
        }
    }
    parts
}

/// The text in one line of at most `room` px: what does not fit ends in "…".
pub fn cut_off(text: &str, room: f64, size: f64) -> String {
    if width(text, size, Weight::Regular) <= room {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while width(&kept, size, Weight::Regular) + width("…", size, Weight::Regular) > room && kept.pop().is_some() {}
    format!("{}…", kept.trim_end())
}

/// The width of the widest line.
pub fn widest(lines: &[String], size: f64, weight: Weight) -> f64 {
    lines.iter().map(|line| width(line, size, weight)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_arial() {
        assert!((width("Hampshire and Isle of Wight", 16.0, Weight::Regular) - 200.96).abs() < 0.01);
        assert!(width("Kent", 16.0, Weight::Bold) > width("Kent", 16.0, Weight::Regular));
        assert!(width("Ŵ", 10.0, Weight::Regular) > 7.0);
    }

    #[test]
    fn a_text_breaks_into_few_even_lines_and_loses_no_word() {
        let lines = wrap("Hampshire and Isle of Wight", 160.0, 16.0, Weight::Regular);
        assert_eq!(lines, ["Hampshire and", "Isle of Wight"]);
        assert_eq!(wrap("Llanfairpwllgwyngyll", 100.0, 16.0, Weight::Regular), ["Llanfairpw", "llgwyngyll"]);
        let long = wrap(&"Kent ".repeat(100), 60.0, 16.0, Weight::Regular);
        assert!(long.len() == MOST_LINES && long[5].ends_with('…'), "{long:?}");
        assert!(long.iter().all(|line| width(line, 16.0, Weight::Regular) <= 60.0));
        assert!(wrap("", 100.0, 16.0, Weight::Regular).is_empty());
    }
}
