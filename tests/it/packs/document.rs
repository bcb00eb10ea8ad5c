//! A PDF document as a reader's program sees it, read with a library that did not write it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hayro_syntax::Pdf;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::{Array, Dict, Object, Stream, String as PdfString};
use hayro_syntax::page::Page;

/// What a document says of itself, and its words.
pub struct Document {
    pub title: String,
    pub language: String,
    /// The part of PDF/UA that it says it follows.
    pub part: String,
    pub is_tagged: bool,
    /// Whether windows show the title and not the name of the file.
    pub shows_title: bool,
    pub bookmarks: Vec<String>,
    /// The words of all sheets, without those of drawings.
    pub text: String,
}

impl Document {
    pub fn read(bytes: &[u8]) -> Self {
        let pdf = Pdf::new(Arc::new(bytes.to_vec())).unwrap();
        let root: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).unwrap();
        let is_so =
            |of: &str, key: &str| root.get::<Dict<'_>>(of).and_then(|dict| dict.get::<bool>(key)).unwrap_or_default();
        let metadata = root.get::<Stream<'_>>("Metadata").unwrap().decoded().ok().unwrap();
        let metadata = String::from_utf8_lossy(&metadata);
        let mut bookmarks = Vec::new();
        add_bookmarks(&root.get("Outlines").unwrap(), &mut bookmarks);
        Self {
            title: text_of(pdf.metadata().title.as_deref().unwrap()),
            language: text_of(root.get::<PdfString<'_>>("Lang").unwrap().as_bytes()),
            part: between(&metadata, "<pdfuaid:part>", "</pdfuaid:part>").to_owned(),
            is_tagged: is_so("MarkInfo", "Marked") && root.contains_key("StructTreeRoot"),
            shows_title: is_so("ViewerPreferences", "DisplayDocTitle"),
            bookmarks,
            text: pdf.pages().iter().map(words_of).collect::<Vec<_>>().join("\n"),
        }
    }
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map_or("", |(inside, _)| inside)
}

fn add_bookmarks(above: &Dict<'_>, found: &mut Vec<String>) {
    let mut next = above.get::<Dict<'_>>("First");
    while let Some(bookmark) = next {
        found.push(text_of(bookmark.get::<PdfString<'_>>("Title").unwrap().as_bytes()));
        add_bookmarks(&bookmark, found);
        next = bookmark.get("Next");
    }
}

/// A text of the document's own: UTF-16 after its mark, otherwise one byte for each letter.
fn text_of(bytes: &[u8]) -> String {
    match bytes.strip_prefix(&[0xFE, 0xFF]) {
        Some(pairs) => of_utf_16(pairs),
        None => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn of_utf_16(pairs: &[u8]) -> String {
    let units: Vec<u16> = pairs.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).unwrap()
}

/// The words of a sheet, in the order in which they are set.
fn words_of(page: &Page<'_>) -> String {
    let (mut words, mut fonts, mut font) = (String::new(), BTreeMap::new(), String::new());
    let mut instructions = page.typed_operations();
    while let Some(instruction) = instructions.next() {
        match instruction {
            TypedInstruction::TextFont(chosen) => {
                chosen.0.as_str().clone_into(&mut font);
                fonts.entry(font.clone()).or_insert_with(|| letters_of(&page.resources().get_font(chosen.0).unwrap()));
            }
            TypedInstruction::ShowText(shown) => add_letters(&fonts[&font], shown.0, &mut words),
            TypedInstruction::ShowTexts(shown) => add_all_letters(&fonts[&font], shown.0, &mut words),
            _ => {}
        }
    }
    words
}

fn add_all_letters(letters: &BTreeMap<u16, String>, shown: &Array<'_>, words: &mut String) {
    for part in shown.iter::<Object<'_>>() {
        if let Some(part) = part.into_string() {
            add_letters(letters, &part, words);
        }
    }
}

/// Each two bytes name a glyph of the font.
fn add_letters(letters: &BTreeMap<u16, String>, shown: &PdfString<'_>, words: &mut String) {
    for pair in shown.as_bytes().chunks_exact(2) {
        words.push_str(letters.get(&u16::from_be_bytes([pair[0], pair[1]])).map_or("?", String::as_str));
    }
}

/// What each glyph of a font stands for, as the font itself says.
fn letters_of(font: &Dict<'_>) -> BTreeMap<u16, String> {
    let map = font.get::<Stream<'_>>("ToUnicode").unwrap().decoded().ok().unwrap();
    let map = String::from_utf8_lossy(&map);
    let listed = map.split("beginbfchar").skip(1).filter_map(|rest| rest.split("endbfchar").next());
    listed.flat_map(str::lines).filter_map(letter_of_line).collect()
}

/// `<0003> <0020>`: the glyph, and its letters in UTF-16.
fn letter_of_line(line: &str) -> Option<(u16, String)> {
    let (glyph, letters) = line.trim().strip_prefix('<')?.split_once('>')?;
    let digits = letters.trim().strip_prefix('<')?.strip_suffix('>')?;
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    let pairs: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    Some((u16::from_str_radix(glyph, 16).ok()?, of_utf_16(&pairs)))
}
