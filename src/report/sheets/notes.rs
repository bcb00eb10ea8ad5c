//! The notes of a spreadsheet. Headings refer to them; a note stands on the sheet of notes exactly where something refers to it.

use crate::report::sheets::workbook::SheetLimits;

/// What a heading or a line needs beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetNote {
    Limits,
    Counts,
    Coverage,
    Peers,
    PeersMeasure,
    AgainstPeers,
    YearBefore,
    ChangeInUnits,
    AgainstYearBefore,
    AmongAll,
    OwnSeries,
    Outcome,
    Attention,
    Margins,
    Reach,
    AllOrganisations,
    Places,
    Rates,
    Shares,
    Moved,
    Documented,
    Hash,
    /// Something did not fit.
    TooLarge(SheetLimits),
}

impl SheetNote {
    /// Its words.
    pub fn text(self) -> String {
        let text = match self {
            Self::Limits => {
                "The true level is likely to lie between the lower and the upper limit (95% confidence interval). Counts are \
                 known in full and have no limits. “No limit” says that none can be given on this side."
            }
            Self::Counts => {
                "Of a share the numerator is the number of cases that count, and the denominator the number of all cases. Of \
                 a delay the numerator is the number of closed cases. A count has no denominator."
            }
            Self::Coverage => {
                "A monthly return is what one organisation sends for one month. Nothing is estimated for returns that are not \
                 there."
            }
            Self::Peers => {
                "The figure of the peers adds up the cases of the peers that returned the whole period. The organisation is not \
                 among them."
            }
            Self::PeersMeasure => {
                "Rates are compared by a ratio: 1.5 says that the figure is one and a half times that of the peers. All other \
                 figures are compared by a difference, which is the figure less that of the peers."
            }
            Self::AgainstPeers => {
                "A word such as “better” or “worse” stands where the difference is sure (95% level, with “clearly” 99.8%) and \
                 larger than the margin of the metric. “Close” says that a difference, if there is one, is smaller. A word is \
                 a reason to look, and no verdict."
            }
            Self::YearBefore => {
                "The change of a sum is over the organisations that returned both periods. It need not be the difference of \
                 the two figures, which count every return."
            }
            Self::ChangeInUnits => "The change of a figure in per cent is in percentage points.",
            Self::AgainstYearBefore => {
                "A word such as “better” or “worse” stands where the change is sure (95% level, with “clearly” 99.8%) and larger \
                 than the margin of the metric. “Little change” says that a change, if there is one, is smaller."
            }
            Self::AmongAll => {
                "A figure is better or worse where it lies outside the range that is usual for forces of its size, by more than \
                 chance is likely to give."
            }
            Self::OwnSeries => "The place of the figure among its own earlier periods.",
            Self::Outcome => {
                "Met and not met are said only where a standard held throughout the period. Few cases means that a standard \
                 held, and that there are too few cases for a verdict."
            }
            Self::Attention => {
                "How much attention the figure asks for, by the comparison in which it stands out farthest. It is a reason to \
                 look, and no verdict."
            }
            Self::Margins => {
                "How far the figure lies from the other one in the comparison that decided, in margins of the metric. A margin \
                 is the size below which a difference does not count."
            }
            Self::Reach => {
                "So many cases more, or where a lower figure is better so many fewer, would have met the level."
            }
            Self::AllOrganisations => {
                "The figure of all organisations together. It is withheld where it would tell the figure of a single other \
                 organisation."
            }
            Self::Places => {
                "Place 1 is the best. Chance leaves open the places from the best to the worst possible one (99.8% intervals)."
            }
            Self::Rates => {
                "What was added because the figures of organisations rose or fell, over those that returned both periods."
            }
            Self::Shares => {
                "What was added because organisations with a high or a low figure had more or fewer of all cases. Shares of \
                 cases and own rates together are the change."
            }
            Self::Moved => {
                "An organisation counts as moved from the first month with 90% or more of its transactions on LEDS. No source \
                 says when a move is complete; the level is a convention of this report."
            }
            Self::Documented => {
                "A metric is documented where a named source has its words or its level, and derived where this report built it \
                 from a duty."
            }
            Self::Hash => {
                "The SHA-256 of a file changes with every change of the file. Whoever has the file can work it out and compare it."
            }
            Self::TooLarge(limits) => {
                return format!(
                    "A worksheet has room for {} rows, and a cell for {} letters. Where a table has more, the worksheet says \
                     how much is left out and which table of the results of the release holds all.",
                    number(limits.rows),
                    number(limits.letters)
                );
            }
        };
        text.to_owned()
    }
}

fn number(count: usize) -> String {
    crate::vocabulary::quantity::count_text(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The notes that a spreadsheet refers to, in the order in which a reader first meets them.
#[derive(Debug, Default)]
pub struct UsedNotes(Vec<SheetNote>);

impl UsedNotes {
    /// `[note 1]`: the reference to a note, which has its number from now on.
    pub fn refer(&mut self, note: SheetNote) -> String {
        let place = self.0.iter().position(|used| *used == note).unwrap_or_else(|| {
            self.0.push(note);
            self.0.len() - 1
        });
        reference(place)
    }

    /// Each reference with the words of its note.
    pub fn all(&self) -> Vec<(String, String)> {
        self.0.iter().enumerate().map(|(place, note)| (reference(place), note.text())).collect()
    }
}

fn reference(place: usize) -> String {
    format!("[note {}]", place + 1)
}
