//! A page as cells and lines, each with the place where it stands.

use crate::golden::outline::{Element, Node, squeezed};

/// A heading of a column or of a row.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    pub text: String,
    /// Where it leads.
    pub link: String,
}

/// A sign with its words.
#[derive(Debug, Clone)]
pub struct Sign {
    /// Its name in the style sheet.
    pub name: String,
    pub words: String,
}

/// A cell of a table.
pub struct ReadCell {
    /// The id of the table, such as `tab-national`.
    pub table: String,
    pub row: Heading,
    pub column: Heading,
    /// Whether the cell is the heading of its row.
    pub is_heading: bool,
    /// The words without small print and without the name of the column.
    pub text: String,
    /// All words.
    pub whole: String,
    pub signs: Vec<Sign>,
}

/// A heading, a paragraph, a line of a list, a term or what a drawing says.
pub struct ReadLine {
    /// The id of the heading that it stands below; its own of a heading.
    pub section: String,
    /// Its element with its class: `li`, `p.lead`, `svg`.
    pub kind: String,
    /// The folded part that it stands in.
    pub folded: String,
    pub text: String,
    pub link: String,
    pub signs: Vec<Sign>,
    /// The texts of a drawing, in order.
    pub parts: Vec<String>,
}

/// What stands on a page.
pub enum Piece {
    Cell(ReadCell),
    Line(ReadLine),
}

/// Everything that a page says, in order.
pub fn pieces(root: &Element) -> Vec<Piece> {
    let mut walk = Walk { section: String::new(), folded: String::new(), found: Vec::new() };
    walk.below(root);
    walk.found
}

struct Walk {
    section: String,
    folded: String,
    found: Vec<Piece>,
}

impl Walk {
    fn below(&mut self, element: &Element) {
        for child in element.elements() {
            match child.name.as_str() {
                "table" => self.table(child),
                "svg" => self.drawing(child),
                "details" => {
                    let summary = child.elements().find(|one| one.name == "summary").map(words).unwrap_or_default();
                    let outside = std::mem::replace(&mut self.folded, summary);
                    self.below(child);
                    self.folded = outside;
                }
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                    child.attribute("id").unwrap_or_default().clone_into(&mut self.section);
                    self.line(child);
                }
                "p" | "li" | "dt" | "dd" | "summary" | "title" => self.line(child),
                _ => self.below(child),
            }
        }
    }

    fn line(&mut self, element: &Element) {
        let class = element.attribute("class").map(|class| format!(".{class}")).unwrap_or_default();
        self.found.push(Piece::Line(ReadLine {
            section: self.section.clone(),
            kind: format!("{}{class}", element.name),
            folded: self.folded.clone(),
            text: words(element),
            link: link(element),
            signs: signs(element),
            parts: Vec::new(),
        }));
        // A line of a list may hold blocks, a paragraph only words.
        if element.name == "li" {
            element.elements().filter(|one| one.name == "svg").for_each(|one| self.drawing(one));
        }
    }

    fn drawing(&mut self, element: &Element) {
        let mut parts = Vec::new();
        collect(element, &|one| matches!(one.name.as_str(), "text" | "title" | "desc"), &mut |one| {
            parts.push(words(one));
        });
        self.found.push(Piece::Line(ReadLine {
            section: self.section.clone(),
            kind: "svg".to_owned(),
            folded: self.folded.clone(),
            text: parts.join(" · "),
            link: String::new(),
            signs: Vec::new(),
            parts,
        }));
    }

    fn table(&mut self, table: &Element) {
        let mut id = String::new();
        let mut columns: Vec<Heading> = Vec::new();
        for part in table.elements() {
            match part.name.as_str() {
                "caption" => {
                    part.attribute("id").unwrap_or_default().clone_into(&mut id);
                    self.line(part);
                }
                "thead" => columns = part.elements().flat_map(|row| row.elements().map(heading)).collect(),
                _ => part.elements().for_each(|row| self.row(&id, &columns, row)),
            }
        }
        for column in columns {
            self.found.push(Piece::Cell(ReadCell {
                table: id.clone(),
                row: Heading::default(),
                whole: column.text.clone(),
                text: column.text.clone(),
                column,
                is_heading: true,
                signs: Vec::new(),
            }));
        }
    }

    fn row(&mut self, table: &str, columns: &[Heading], row: &Element) {
        let head = row.elements().next().map(heading).unwrap_or_default();
        for (at, cell) in row.elements().enumerate() {
            let mut text = String::new();
            cell.children.iter().for_each(|child| match child {
                Node::Element(part) if matches!(part.name.as_str(), "b" | "small") => {}
                other => write(other, &mut text),
            });
            let named = cell.elements().find(|one| one.name == "b").map(words).unwrap_or_default();
            let whole = words(cell);
            self.found.push(Piece::Cell(ReadCell {
                table: table.to_owned(),
                row: head.clone(),
                column: columns[at].clone(),
                is_heading: at == 0,
                text: squeezed(&text),
                whole: whole.strip_prefix(&named).unwrap_or(&whole).trim().to_owned(),
                signs: signs(cell),
            }));
            let mut drawings = Vec::new();
            collect(cell, &|one| one.name == "svg", &mut |one| drawings.push(words_of_drawing(one)));
            for text in drawings.into_iter().filter(|text| !text.is_empty()) {
                self.found.push(Piece::Line(ReadLine {
                    section: table.to_owned(),
                    kind: "svg".to_owned(),
                    folded: String::new(),
                    text,
                    link: String::new(),
                    signs: Vec::new(),
                    parts: Vec::new(),
                }));
            }
        }
    }
}

/// A heading of a column may begin with the name of a group.
fn heading(cell: &Element) -> Heading {
    let mut text = String::new();
    for child in &cell.children {
        match child {
            Node::Element(part) if part.attribute("class") == Some("group") => {}
            other => write(other, &mut text),
        }
    }
    Heading { text: squeezed(&text), link: link(cell) }
}

/// The words of an element without those of drawings.
pub fn words(element: &Element) -> String {
    let mut text = String::new();
    element.children.iter().for_each(|child| write(child, &mut text));
    squeezed(&text)
}

fn write(node: &Node, text: &mut String) {
    match node {
        Node::Text(words) => text.push_str(words),
        Node::Element(part) if part.name == "svg" => {}
        Node::Element(part) => part.children.iter().for_each(|child| write(child, text)),
    }
}

fn words_of_drawing(drawing: &Element) -> String {
    let mut parts = Vec::new();
    collect(drawing, &|one| one.name == "text", &mut |one| parts.push(words(one)));
    parts.join(" · ")
}

fn link(element: &Element) -> String {
    let mut found = String::new();
    collect(element, &|one| one.name == "a", &mut |one| {
        if found.is_empty() {
            one.attribute("href").unwrap_or_default().clone_into(&mut found);
        }
    });
    found
}

/// The signs in an element; the words of one stand in it, whether they are seen or only heard.
fn signs(element: &Element) -> Vec<Sign> {
    let mut found = Vec::new();
    gather_signs(element, &mut found);
    found
}

fn gather_signs(element: &Element, found: &mut Vec<Sign>) {
    for part in element.elements() {
        let classes: Vec<&str> = part.attribute("class").unwrap_or_default().split(' ').collect();
        if classes.contains(&"verdict") || classes.contains(&"sign") {
            let name = classes.last().copied().unwrap_or_default().to_owned();
            found.push(Sign { name, words: words(part) });
        } else {
            gather_signs(part, found);
        }
    }
}

fn collect<'e>(element: &'e Element, wanted: &dyn Fn(&Element) -> bool, found: &mut dyn FnMut(&'e Element)) {
    for child in element.elements() {
        if wanted(child) {
            found(child);
        } else {
            collect(child, wanted, found);
        }
    }
}
