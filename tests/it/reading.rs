//! Published files as their readers meet them: the cells of compressed tables too, which a search over bytes would not see.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Ods, Range, Reader, Xlsx};

use crate::support::rows_of;

/// What a file tells its reader: a text as it stands, and of tables and spreadsheets each name and cell on a line of its own.
pub fn read_in(path: &Path) -> String {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("ods" | "xlsx") => ReadSheet::all(path).iter().flat_map(ReadSheet::texts).collect::<Vec<_>>().join("\n"),
        Some("parquet") => {
            rows_of(path).into_iter().flatten().flat_map(|(name, cell)| [name, cell, "\n".to_owned()]).collect()
        }
        _ => {
            let text = String::from_utf8(fs::read(path).unwrap());
            text.unwrap_or_else(|_| panic!("{} is no text: say here how its readers read it", path.display()))
        }
    }
}

/// A sheet of a spreadsheet.
pub struct ReadSheet {
    pub name: String,
    pub rows: Vec<Vec<Data>>,
}

impl ReadSheet {
    /// Every sheet of a file, in order.
    pub fn all(path: &Path) -> Vec<Self> {
        let cursor = Cursor::new(fs::read(path).unwrap());
        let sheets = match path.extension().and_then(|ending| ending.to_str()) {
            Some("ods") => in_order(Ods::new(cursor).unwrap()),
            _ => in_order(Xlsx::new(cursor).unwrap()),
        };
        let sheet = |(name, cells): (String, Range<Data>)| {
            assert_eq!(cells.start(), Some((0, 0)), "{name} begins in A1");
            Self { name, rows: cells.rows().map(<[Data]>::to_vec).collect() }
        };
        sheets.into_iter().map(sheet).collect()
    }

    fn texts(&self) -> Vec<String> {
        let cells = self.rows.iter().flatten().filter(|cell| **cell != Data::Empty).map(ToString::to_string);
        std::iter::once(self.name.clone()).chain(cells).collect()
    }
}

/// Every sheet of a book, as readers meet them.
fn in_order<B: Reader<Cursor<Vec<u8>>>>(mut book: B) -> Vec<(String, Range<Data>)> {
    let names = book.sheet_names();
    let range = |name: String| {
        let cells = book.worksheet_range(&name).unwrap_or_else(|_| panic!("{name} cannot be read"));
        (name, cells)
    };
    names.into_iter().map(range).collect()
}
