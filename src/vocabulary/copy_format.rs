//! The kinds of files that an edition is copied into beside its pages.

use serde::{Deserialize, Serialize};

/// A kind of file beside the pages of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum CopyFormat {
    /// The tables of the edition in one file.
    Spreadsheet(SpreadsheetFormat),
    /// The pages that readers take away on paper in one document. The program prints them only if it was built with the
    /// feature `pdf`.
    Pdf,
    /// Each chart as a drawing.
    Svg,
    /// Each chart as pixels. The program paints them only if it was built with the feature `png`.
    Png,
}

/// A kind of spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpreadsheetFormat {
    /// The open document format, which the government recommends.
    Ods,
    /// That of Excel.
    Xlsx,
}

impl SpreadsheetFormat {
    /// The ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Ods => "ods",
            Self::Xlsx => "xlsx",
        }
    }
}

/// A name that is no kind of file, or none that this program can write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyFormatError {
    #[error("“{0}” is no kind of copy; there are {known}", known = known())]
    Unknown(String),
    #[error("this program was built without pictures of pixels; build it with --features png, or leave png out")]
    NoPainter,
    #[error("this program was built without PDF documents; build it with --features pdf, or leave pdf out")]
    NoPrinter,
}

impl CopyFormat {
    /// All of them, by their names in settings and on the command line, which are the endings of their files.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("ods", Self::Spreadsheet(SpreadsheetFormat::Ods)),
        ("xlsx", Self::Spreadsheet(SpreadsheetFormat::Xlsx)),
        ("pdf", Self::Pdf),
        ("svg", Self::Svg),
        ("png", Self::Png),
    ];

    /// The kind of that name.
    ///
    /// # Errors
    /// A name that is unknown.
    pub fn named(name: &str) -> Result<Self, CopyFormatError> {
        let found = Self::NAMES.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, format)| format).ok_or_else(|| CopyFormatError::Unknown(name.to_owned()))
    }

    /// The same kind, where this program can write it.
    ///
    /// # Errors
    /// A kind for which the program was built without a feature.
    pub fn available(self) -> Result<Self, CopyFormatError> {
        match self {
            Self::Png if cfg!(not(feature = "png")) => Err(CopyFormatError::NoPainter),
            Self::Pdf if cfg!(not(feature = "pdf")) => Err(CopyFormatError::NoPrinter),
            _ => Ok(self),
        }
    }

    /// Its name, which is the ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Spreadsheet(format) => format.ending(),
            Self::Pdf => "pdf",
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

impl From<CopyFormat> for &'static str {
    fn from(format: CopyFormat) -> Self {
        format.ending()
    }
}

impl TryFrom<String> for CopyFormat {
    type Error = CopyFormatError;

    fn try_from(name: String) -> Result<Self, CopyFormatError> {
        Self::named(&name)
    }
}

/// The names that this program knows: "ods, xlsx, pdf, svg and png".
fn known() -> String {
    let names: Vec<&str> = CopyFormat::NAMES.into_iter().map(|(name, _)| name).collect();
    names.split_last().map_or_else(String::new, |(last, first)| format!("{} and {last}", first.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_and_pixels_and_documents_need_a_feature() {
        let built = [(CopyFormat::Png, cfg!(feature = "png")), (CopyFormat::Pdf, cfg!(feature = "pdf"))];
        for (name, format) in CopyFormat::NAMES {
            assert_eq!((CopyFormat::named(name), format.ending()), (Ok(format), name));
            let is_here = built.into_iter().all(|(needing, is_built)| format != needing || is_built);
            assert_eq!(format.available().is_ok(), is_here, "{name}");
        }
        let message = CopyFormat::named("gif").unwrap_err().to_string();
        assert_eq!(message, "“gif” is no kind of copy; there are ods, xlsx, pdf, svg and png");
    }
}
