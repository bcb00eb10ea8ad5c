//! A page as a reader meets it: headings, sentences, lists, tables as text, links, and the words of drawings.
//! Markup, classes and the geometry of drawings are left out.

use html5gum::{Token, Tokenizer};

use crate::markup::with_end_tags;

/// Elements that have no end tag.
const VOID: [&str; 8] = ["area", "br", "hr", "img", "input", "link", "meta", "source"];

/// Elements that stand within a line of text.
const INLINE: [&str; 13] =
    ["a", "abbr", "b", "bdi", "br", "cite", "code", "em", "small", "span", "strong", "sub", "sup"];

/// Attributes whose text a reader sees or hears.
const SPOKEN: [&str; 3] = ["alt", "aria-label", "title"];

/// A stretch of text, or an element.
pub enum Node {
    Text(String),
    Element(Element),
}

/// An element of a page with what it holds.
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

/// Outline of an HTML page.
///
/// Panics where elements are not closed in order: the page would be read otherwise than it was meant.
pub fn outline(html: &str) -> String {
    let mut lines = Vec::new();
    write_children(&tree(html), &mut lines);
    lines.join("\n")
}

/// The elements of an HTML page, below one without a name.
pub fn tree(html: &str) -> Element {
    let root = Element { name: String::new(), attributes: Vec::new(), children: Vec::new() };
    let mut open = vec![root];
    let html = with_end_tags(html);
    for Ok(token) in Tokenizer::new(&html) {
        match token {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| (utf8(name), utf8(value))).collect();
                let name = utf8(&tag.name);
                let closed = tag.self_closing || VOID.contains(&name.as_str());
                open.push(Element { name, attributes, children: Vec::new() });
                if closed {
                    close(&mut open);
                }
            }
            Token::EndTag(tag) => {
                let name = utf8(&tag.name);
                assert_eq!(open.last().unwrap().name, name, "the page closes an element that is not the last opened");
                close(&mut open);
            }
            Token::String(text) => open.last_mut().unwrap().children.push(Node::Text(utf8(&text))),
            Token::Error(error) => panic!("the page is no HTML: {}", *error),
            Token::Comment(_) | Token::Doctype(_) => {}
        }
    }
    assert_eq!(open.len(), 1, "the page leaves elements open");
    open.remove(0)
}

fn close(open: &mut Vec<Element>) {
    let element = open.pop().unwrap();
    open.last_mut().unwrap().children.push(Node::Element(element));
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The elements directly below.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    fn holds_only_text(&self) -> bool {
        self.elements().all(|element| INLINE.contains(&element.name.as_str()) && element.holds_only_text())
    }
}

/// Writes what stands in an element, each block on lines of its own.
fn write_children(element: &Element, lines: &mut Vec<String>) {
    let mut line = String::new();
    for child in &element.children {
        match child {
            Node::Element(child) if !INLINE.contains(&child.name.as_str()) => {
                push("", &std::mem::take(&mut line), lines);
                write_block(child, lines);
            }
            _ => write_inline(child, &mut line),
        }
    }
    push("", &line, lines);
}

fn write_block(element: &Element, lines: &mut Vec<String>) {
    let spoken = SPOKEN.iter().filter_map(|name| Some(format!("({name}: {})", element.attribute(name)?)));
    lines.extend(spoken.map(|words| format!("{} {words}", element.name)));
    match element.name.as_str() {
        "title" => push("page title: ", &text_of(element), lines),
        "meta" if element.attribute("name") == Some("description") => {
            push("page description: ", element.attribute("content").unwrap_or_default(), lines);
        }
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            let level = element.name[1..].parse().unwrap();
            lines.push(String::new());
            push(&format!("{} ", "#".repeat(level)), &text_of(element), lines);
        }
        "li" if element.holds_only_text() => push("- ", &text_of(element), lines),
        "dt" => push("", &format!("{}:", text_of(element)), lines),
        "dd" => push("    ", &text_of(element), lines),
        "summary" => push("▸ ", &text_of(element), lines),
        "table" => write_table(element, lines),
        "svg" => write_drawing(element, lines),
        _ => write_children(element, lines),
    }
}

/// A caption and one line for each row; cells stand between bars.
fn write_table(table: &Element, lines: &mut Vec<String>) {
    for part in table.elements() {
        match part.name.as_str() {
            "caption" => push("table: ", &text_of(part), lines),
            "thead" | "tbody" | "tfoot" => part.elements().for_each(|row| write_row(row, lines)),
            "tr" => write_row(part, lines),
            other => panic!("a table holds <{other}>"),
        }
    }
    lines.push(String::new());
}

fn write_row(row: &Element, lines: &mut Vec<String>) {
    let cells: Vec<String> = row.elements().map(text_of).collect();
    push("| ", &cells.join(" | "), lines);
}

/// The words of a drawing, in the order of the file.
fn write_drawing(drawing: &Element, lines: &mut Vec<String>) {
    let mut words = Vec::new();
    collect_words(drawing, &mut words);
    push("drawing: ", &words.join(" · "), lines);
}

fn collect_words(element: &Element, words: &mut Vec<String>) {
    if matches!(element.name.as_str(), "text" | "title" | "desc") {
        words.push(text_of(element));
    } else {
        element.elements().for_each(|child| collect_words(child, words));
    }
}

/// All text of an element as one line.
fn text_of(element: &Element) -> String {
    let mut line = String::new();
    element.children.iter().for_each(|child| write_inline(child, &mut line));
    squeezed(&line)
}

fn write_inline(node: &Node, line: &mut String) {
    match node {
        Node::Text(text) => line.push_str(text),
        Node::Element(element) => match element.attribute("href") {
            Some(address) => line.extend(["[", &text_of(element), "](", address, ")"]),
            None => element.children.iter().for_each(|child| write_inline(child, line)),
        },
    }
}

fn push(before: &str, text: &str, lines: &mut Vec<String>) {
    let text = squeezed(text);
    if !text.is_empty() {
        lines.push(format!("{before}{text}"));
    }
}

/// A text as one line, with one space between words.
pub fn squeezed(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_outline_holds_every_word_and_no_markup() {
    let page = r#"<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>A &amp; B</title></head><body>
        <nav aria-label="Pages"><ul class="x"><li><a href="a.html">First</a></li></ul></nav>
        <h2 id="t">Heading</h2><p>One  <strong>bold</strong>
        word.</p><dl><div><dt>Term</dt><dd>Its text</dd></div></dl>
        <table><caption><span>Caption</span></caption><thead><tr><th>Body</th><th>%</th></tr></thead>
        <tbody><tr><th>E1</th><td>3.2 <span class="detail">low</span></td></tr></tbody></table>
        <svg><path d="M0 0"/><g><text>Jan</text><text>Feb</text></g></svg></body></html>"#;
    let expected = "page title: A & B\nnav (aria-label: Pages)\n- [First](a.html)\n\n## Heading\nOne bold word.\nTerm:\n    \
                    Its text\ntable: Caption\n| Body | %\n| E1 | 3.2 low\n\ndrawing: Jan · Feb";
    assert_eq!(outline(page), expected);
}
