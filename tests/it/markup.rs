//! Pages as tests read them: with the end tags that HTML lets a page leave out.

use std::fs;
use std::path::Path;

/// Elements that have no end.
const VOID: [&str; 8] = ["area", "br", "hr", "img", "input", "link", "meta", "source"];

/// Elements that end where one of others begins.
const ENDED_BY: [(&str, &[&str]); 8] = [
    ("td", &["td", "th", "tr", "tbody"]),
    ("th", &["td", "th", "tr", "tbody"]),
    ("tr", &["tr", "tbody"]),
    ("thead", &["tbody"]),
    ("tbody", &["tbody"]),
    ("li", &["li"]),
    ("dt", &["dt", "dd"]),
    ("dd", &["dt", "dd"]),
];

/// A file of a release; a page with all its end tags.
pub fn read_page(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    if path.extension().is_some_and(|ending| ending == "html") { with_end_tags(&text) } else { text }
}

/// A page with every end tag.
///
/// Panics where an element is left open that may not be, or closed before those inside it.
pub fn with_end_tags(html: &str) -> String {
    let mut page = String::with_capacity(html.len() * 11 / 10);
    let mut open: Vec<&str> = Vec::new();
    let mut parts = html.split('<');
    page.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let tag = part.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        if tag.starts_with('/') {
            while let Some(inner) = open.pop().filter(|inner| *inner != name) {
                assert!(ends_of(inner).is_some(), "<{inner}> is left open before </{name}>");
                close(inner, &mut page);
            }
        } else if !tag.starts_with('!') {
            while let Some(inner) =
                open.last().copied().filter(|inner| ends_of(inner).is_some_and(|by| by.contains(&name)))
            {
                open.pop();
                close(inner, &mut page);
            }
            if !VOID.contains(&name) && !tag.ends_with('/') {
                open.push(name);
            }
        }
        page.push('<');
        page.push_str(part);
    }
    page
}

fn ends_of(element: &str) -> Option<&'static [&'static str]> {
    ENDED_BY.iter().find(|(name, _)| *name == element).map(|(_, by)| *by)
}

/// Writes an end tag before the line break that follows the element.
fn close(element: &str, page: &mut String) {
    let words = page.trim_end_matches('\n').len();
    page.insert_str(words, &format!("</{element}>"));
}

#[test]
fn end_tags_are_put_where_elements_end() {
    let terse = "<!DOCTYPE html><meta charset=\"utf-8\"><ul><li>One<li>Two <a href=\"x\">x</a></ul>\n<table><thead>\n<tr><th>A<td>1\n\
                 <tbody><tr><th>B<td>2 <svg><path d=\"M0 0\"/></svg></table><dl><div><dt>T<dd>t</div></dl>";
    let whole = "<!DOCTYPE html><meta charset=\"utf-8\"><ul><li>One</li><li>Two <a href=\"x\">x</a></li></ul>\n<table><thead>\n\
                 <tr><th>A</th><td>1</td></tr></thead>\n<tbody><tr><th>B</th><td>2 <svg><path d=\"M0 0\"/></svg></td></tr></tbody>\
                 </table><dl><div><dt>T</dt><dd>t</dd></div></dl>";
    assert_eq!(with_end_tags(terse), whole);
    assert_eq!(with_end_tags(whole), whole);
}
