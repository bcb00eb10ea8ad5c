//! Colours, strokes and markers by role: one meaning has one look in the whole report.
//! Blue is good, orange is a reason to look, dark pink is a standard and only that, everything else is grey.
//! It draws nothing and names no drawing library.

use crate::render::charts::ink::{Colour, Ink, MarkLook, Marker, Stroke};
use crate::report::charts::{
    CellState, JudgedMark, LimitLevel, MarkLevel, MarkMeaning, MarkSide, MigrationStage, PointSign, SeriesRole,
    StandardBasis,
};

pub const WHITE: Colour = Colour(0xFF, 0xFF, 0xFF);
pub const TEXT: Colour = Colour(0x0B, 0x0C, 0x0C);
/// Words that explain: axis titles, periods, keys.
pub const SOFT_TEXT: Colour = Colour(0x3D, 0x3D, 0x3D);
pub const DARK_BLUE: Colour = Colour(0x12, 0x43, 0x6D);
const PALE_BLUE: Colour = Colour(0x6B, 0xAC, 0xE6);
const MIDDLE_BLUE: Colour = Colour(0x20, 0x73, 0xBC);
const TURQUOISE: Colour = Colour(0x28, 0xA1, 0x97);
/// Turquoise of thin outlines.
const DARK_TURQUOISE: Colour = Colour(0x1D, 0x7D, 0x75);
const ORANGE: Colour = Colour(0xF4, 0x6A, 0x25);
/// Orange of thin outlines.
const DARK_ORANGE: Colour = Colour(0xC2, 0x49, 0x0D);
const DARK_PINK: Colour = Colour(0x80, 0x16, 0x50);
const DARK_GREY: Colour = Colour(0x3D, 0x3D, 0x3D);
const LIMIT_GREY: Colour = Colour(0x59, 0x59, 0x59);
/// Outlines of pale areas.
const MIDDLE_GREY: Colour = Colour(0x8F, 0x8F, 0x8F);
/// Pale on purpose: the grid carries nothing that the ticks do not say.
const GRID_GREY: Colour = Colour(0xD9, 0xD9, 0xD9);
const PALE_GREY: Colour = Colour(0xF0, 0xF0, 0xF0);
const AREA_GREY: Colour = Colour(0xC4, 0xC4, 0xC4);

/// Every colour of a drawing, in the order of their classes in pages.
pub const COLOURS: [Colour; 16] = [
    WHITE,
    TEXT,
    SOFT_TEXT,
    DARK_BLUE,
    PALE_BLUE,
    MIDDLE_BLUE,
    TURQUOISE,
    DARK_TURQUOISE,
    ORANGE,
    DARK_ORANGE,
    DARK_PINK,
    LIMIT_GREY,
    MIDDLE_GREY,
    GRID_GREY,
    PALE_GREY,
    AREA_GREY,
];
/// Every pattern of dashes, likewise.
pub const DASHES: [&str; 6] = ["1.5 4", "7 4", "4 3", "12 5", "8 3 2 3", "2 3"];

const SOLID: &str = "";
const DOTTED: &str = " stroke-dasharray=\"1.5 4\" stroke-linecap=\"round\"";
const DASHED: &str = " stroke-dasharray=\"7 4\"";
const SHORT_DASHES: &str = " stroke-dasharray=\"4 3\"";
const LONG_DASHES: &str = " stroke-dasharray=\"12 5\"";
const DASH_DOT: &str = " stroke-dasharray=\"8 3 2 3\"";
const FINE_DOTS: &str = " stroke-dasharray=\"2 3\"";

const fn stroke(colour: Colour, width: f64, dash: &'static str) -> Stroke {
    Stroke { colour, width, dash }
}

const fn ink(fill: Colour, outline: Colour, width: f64) -> Ink {
    Ink { fill, outline: stroke(outline, width, SOLID) }
}

pub const GRID: Stroke = stroke(GRID_GREY, 1.0, SOLID);
pub const AXIS: Stroke = stroke(LIMIT_GREY, 1.0, SOLID);
pub const EVENT: Stroke = stroke(DARK_GREY, 1.25, FINE_DOTS);
pub const STANDARD: Stroke = stroke(DARK_PINK, 2.0, LONG_DASHES);
/// A standard in a small drawing: a thick tick.
pub const STANDARD_TICK: Stroke = stroke(DARK_PINK, 3.0, SOLID);
/// All forces beside another subject.
pub const REFERENCE: Stroke = stroke(DARK_GREY, 2.0, DOTTED);
/// All forces in a small drawing.
pub const REFERENCE_TICK: Stroke = stroke(DARK_GREY, 1.5, SOLID);
/// The mean or the median of a series: never in the colour of a standard.
pub const MEAN: Stroke = stroke(LIMIT_GREY, 1.25, DASH_DOT);
/// The limits of a series' usual variation.
pub const VARIATION: Stroke = stroke(LIMIT_GREY, 1.0, SOLID);
/// From a point to its name.
pub const LEADER: Stroke = stroke(LIMIT_GREY, 1.0, SOLID);
/// A level that was found in a series and not yet decided on.
pub const PROPOSED: Stroke = stroke(MIDDLE_BLUE, 4.0, SOLID);
/// One of many values.
pub const ONE_OF_MANY: Stroke = stroke(LIMIT_GREY, 1.25, SOLID);
/// A gap in a small line.
pub const GAP: Stroke = stroke(MIDDLE_GREY, 1.5, FINE_DOTS);
/// A line of a small drawing.
pub const SMALL_LINE: Stroke = stroke(DARK_BLUE, 2.0, SOLID);
/// Limits of a small drawing.
pub const SMALL_LIMITS: Stroke = stroke(MIDDLE_GREY, 1.0, SOLID);
/// The interval of a bar.
pub const WHISKER: Stroke = stroke(TEXT, 1.5, SOLID);

/// From the 5th to the 95th percentile, and from quartile to quartile.
pub const MOST: Ink = ink(PALE_GREY, MIDDLE_GREY, 0.75);
pub const MIDDLE_HALF: Ink = ink(AREA_GREY, MIDDLE_GREY, 0.75);
/// The ground that a bar is measured on.
pub const TRACK: Ink = ink(WHITE, MIDDLE_GREY, 1.0);
/// Of two parts of a whole, the one that grows and the rest.
pub const GROWING_PART: Ink = ink(DARK_BLUE, DARK_BLUE, 0.0);
pub const OTHER_PART: Ink = ink(GRID_GREY, LIMIT_GREY, 0.75);

/// How a series looks. Roles differ in colour, in dash and in marker, so that no reader depends on colour.
#[derive(Debug, Clone, Copy)]
pub struct SeriesLook {
    pub stroke: Stroke,
    pub mark: Option<MarkLook>,
}

/// The look of a role.
pub fn series_look(role: SeriesRole) -> SeriesLook {
    match role {
        SeriesRole::Subject => {
            SeriesLook { stroke: stroke(DARK_BLUE, 2.75, SOLID), mark: Some(filled(Marker::Circle, DARK_BLUE)) }
        }
        SeriesRole::Peers => SeriesLook { stroke: stroke(TURQUOISE, 2.0, DASHED), mark: Some(PEERS) },
        SeriesRole::AllForces => SeriesLook { stroke: stroke(DARK_GREY, 2.0, DOTTED), mark: None },
    }
}

/// Up to four organisations side by side, none of them the subject of a page, in the order in which a reader chose them.
pub fn chosen_looks() -> [SeriesLook; 4] {
    let roles = [SeriesRole::Subject, SeriesRole::Peers, SeriesRole::AllForces];
    let [first, second, third] = roles.map(series_look);
    let fourth =
        SeriesLook { stroke: stroke(MIDDLE_BLUE, 2.0, SHORT_DASHES), mark: Some(filled(Marker::Square, MIDDLE_BLUE)) };
    [first, second, third, fourth]
}

/// The peers' pooled value.
pub const PEERS: MarkLook = open(Marker::Square, DARK_TURQUOISE, 2.0);
/// The subject where it is not judged.
pub const SUBJECT: MarkLook = filled(Marker::Circle, DARK_BLUE);
/// A value of a year before, or one that may still change.
pub const SUBJECT_OPEN: MarkLook = open(Marker::Circle, DARK_BLUE, 2.0);

const fn filled(marker: Marker, colour: Colour) -> MarkLook {
    MarkLook { marker, ink: ink(colour, colour, 0.0), size: size_of(marker) }
}

const fn open(marker: Marker, colour: Colour, width: f64) -> MarkLook {
    MarkLook { marker, ink: ink(WHITE, colour, width), size: size_of(marker) }
}

/// Shapes of one half width do not look equally large.
const fn size_of(marker: Marker) -> f64 {
    match marker {
        Marker::Circle => 1.0,
        Marker::Square => 0.95,
        Marker::TriangleUp | Marker::TriangleDown => 1.4,
        Marker::Diamond => 1.45,
    }
}

/// The look of a judgement: the meaning and the side in the shape, the level in the shade.
pub fn mark_look(mark: JudgedMark) -> MarkLook {
    let triangle = if mark.side == MarkSide::Above { Marker::TriangleUp } else { Marker::TriangleDown };
    match (mark.meaning, mark.level) {
        (MarkMeaning::Better, MarkLevel::Strong) => filled(triangle, DARK_BLUE),
        (MarkMeaning::Better, MarkLevel::Weak) => open(triangle, DARK_BLUE, 2.0),
        (MarkMeaning::Worse, MarkLevel::Strong) => {
            MarkLook { ink: ink(ORANGE, DARK_GREY, 1.25), ..filled(Marker::Diamond, ORANGE) }
        }
        (MarkMeaning::Worse, MarkLevel::Weak) => open(Marker::Diamond, DARK_ORANGE, 2.0),
        (MarkMeaning::Different, MarkLevel::Strong) => filled(Marker::Square, DARK_GREY),
        (MarkMeaning::Different, MarkLevel::Weak) => open(Marker::Square, DARK_GREY, 1.75),
        (MarkMeaning::Close | MarkMeaning::NoDifference, _) => {
            MarkLook { size: 0.8, ..filled(Marker::Circle, DARK_GREY) }
        }
        (MarkMeaning::CannotTell, _) => MarkLook { size: 0.85, ..open(Marker::Circle, DARK_GREY, 1.75) },
    }
}

/// The same for a figure that may still change: open.
pub fn open_look(look: MarkLook) -> MarkLook {
    let colour = if look.ink.fill == ORANGE { DARK_ORANGE } else { look.ink.fill };
    if look.ink.fill == WHITE { look } else { MarkLook { size: look.size, ..open(look.marker, colour, 2.0) } }
}

/// The look of a judged point of a control chart. `None`: as its series.
pub fn sign_look(sign: PointSign) -> Option<MarkLook> {
    let judged = |meaning, side| Some(mark_look(JudgedMark { meaning, level: MarkLevel::Strong, side }));
    match sign {
        PointSign::Plain => None,
        PointSign::Usual => Some(MarkLook { size: 0.8, ..filled(Marker::Circle, DARK_BLUE) }),
        PointSign::NotJudged => Some(MarkLook { size: 0.85, ..open(Marker::Circle, DARK_BLUE, 1.75) }),
        PointSign::ImprovementUp => judged(MarkMeaning::Better, MarkSide::Above),
        PointSign::ImprovementDown => judged(MarkMeaning::Better, MarkSide::Below),
        PointSign::Concern => judged(MarkMeaning::Worse, MarkSide::Above),
        PointSign::Neutral => judged(MarkMeaning::Different, MarkSide::Above),
    }
}

/// A bar or a connecting line by what it means.
pub fn bar_ink(meaning: MarkMeaning, is_provisional: bool) -> Ink {
    match (meaning, is_provisional) {
        (MarkMeaning::Better, false) => DARK_BLUE.into(),
        (MarkMeaning::Better, true) => ink(WHITE, DARK_BLUE, 2.0),
        (MarkMeaning::Worse, false) => ink(ORANGE, DARK_GREY, 1.0),
        (MarkMeaning::Worse, true) => ink(WHITE, DARK_ORANGE, 2.0),
        (_, false) => ink(AREA_GREY, LIMIT_GREY, 1.0),
        (_, true) => ink(WHITE, LIMIT_GREY, 1.5),
    }
}

/// The line between two values of a row.
pub fn link_stroke(meaning: MarkMeaning) -> Stroke {
    match meaning {
        MarkMeaning::Better => stroke(DARK_BLUE, 3.0, SOLID),
        MarkMeaning::Worse => stroke(ORANGE, 3.0, SOLID),
        _ => stroke(LIMIT_GREY, 2.0, SOLID),
    }
}

/// The bar of a standard: in force filled, historical open.
pub fn standard_ink(basis: StandardBasis) -> Ink {
    match basis {
        StandardBasis::InForce => DARK_PINK.into(),
        StandardBasis::Historical => ink(WHITE, DARK_PINK, 1.5),
    }
}

/// The dot of a stage: it grows and darkens. `None`: nothing is known.
pub fn stage_look(stage: MigrationStage) -> Option<MarkLook> {
    match stage {
        MigrationStage::Unknown => None,
        MigrationStage::NotBegun => Some(MarkLook { size: 0.35, ..filled(Marker::Circle, MIDDLE_GREY) }),
        MigrationStage::Begun => Some(MarkLook { size: 0.65, ..open(Marker::Circle, MIDDLE_BLUE, 1.5) }),
        MigrationStage::Half => {
            Some(MarkLook { ink: ink(PALE_BLUE, DARK_BLUE, 1.0), size: 0.85, ..filled(Marker::Circle, PALE_BLUE) })
        }
        MigrationStage::Done => Some(filled(Marker::Circle, DARK_BLUE)),
    }
}

/// A cell of a matrix: its ground, and a sign on it that says the same in grey.
#[derive(Debug, Clone, Copy)]
pub struct CellLook {
    pub ground: Ink,
    pub sign: CellSign,
}

/// What stands on the ground of a cell.
#[derive(Debug, Clone, Copy)]
pub enum CellSign {
    Mark(MarkLook),
    Dot(Ink),
    Dash(Stroke),
    Cross(Stroke),
}

/// The look of a cell; `None` leaves its place empty. What is missing is grey: it must not outshout what is worse.
pub fn cell_look(state: CellState) -> Option<CellLook> {
    let on = |ground: Colour, mark: MarkLook, own: Colour| CellLook {
        ground: ground.into(),
        sign: CellSign::Mark(MarkLook { ink: own.into(), ..mark }),
    };
    let pale = ink(WHITE, GRID_GREY, 1.0);
    let mark = match state {
        CellState::Judged(mark) => mark,
        CellState::Missing => {
            return Some(CellLook { ground: GRID_GREY.into(), sign: CellSign::Cross(stroke(LIMIT_GREY, 1.5, SOLID)) });
        }
        CellState::Withheld => {
            return Some(CellLook { ground: GRID_GREY.into(), sign: CellSign::Dash(stroke(LIMIT_GREY, 2.0, SOLID)) });
        }
        CellState::NotApplicable => return None,
    };
    let look = mark_look(mark);
    Some(match (mark.meaning, mark.level) {
        (MarkMeaning::Better, MarkLevel::Strong) => on(DARK_BLUE, look, WHITE),
        (MarkMeaning::Worse, MarkLevel::Strong) => on(ORANGE, look, TEXT),
        (MarkMeaning::Different, MarkLevel::Strong) => on(LIMIT_GREY, look, WHITE),
        (MarkMeaning::Better, MarkLevel::Weak) => {
            CellLook { ground: ink(WHITE, DARK_BLUE, 1.0), sign: CellSign::Mark(look) }
        }
        (MarkMeaning::Worse, MarkLevel::Weak) => {
            CellLook { ground: ink(WHITE, DARK_ORANGE, 1.0), sign: CellSign::Mark(look) }
        }
        (MarkMeaning::Different, MarkLevel::Weak) => {
            CellLook { ground: ink(WHITE, LIMIT_GREY, 1.0), sign: CellSign::Mark(look) }
        }
        (MarkMeaning::Close | MarkMeaning::NoDifference, _) => {
            CellLook { ground: pale, sign: CellSign::Dot(LIMIT_GREY.into()) }
        }
        (MarkMeaning::CannotTell, _) => CellLook { ground: pale, sign: CellSign::Mark(look) },
    })
}

/// How a row of a comparison looks.
#[derive(Debug, Clone, Copy)]
pub struct RowLook {
    pub mark: MarkLook,
    /// The thicker, inner interval.
    pub inner: Stroke,
    /// The thin, outer interval.
    pub outer: Stroke,
}

/// The look of a row: the force that the report is about stands out by colour, and by a bold name beside it.
pub fn row_look(emphasised: bool, mark: Option<JudgedMark>) -> RowLook {
    let plain = if emphasised { SUBJECT } else { filled(Marker::Circle, DARK_GREY) };
    let judged = mark.filter(|mark| !matches!(mark.meaning, MarkMeaning::NoDifference | MarkMeaning::CannotTell));
    let line = match judged.map(|mark| mark.meaning) {
        Some(MarkMeaning::Better) => DARK_BLUE,
        Some(MarkMeaning::Worse) => ORANGE,
        _ if emphasised => DARK_BLUE,
        _ => LIMIT_GREY,
    };
    RowLook {
        mark: judged.map_or(plain, mark_look),
        inner: stroke(line, 3.0, SOLID),
        outer: stroke(LIMIT_GREY, 1.0, SOLID),
    }
}

/// The look of a limit: the outer one a thin line, the inner one short dashes.
pub fn limit_stroke(level: LimitLevel) -> Stroke {
    match level {
        LimitLevel::Outer => stroke(LIMIT_GREY, 1.25, SOLID),
        LimitLevel::Inner => stroke(LIMIT_GREY, 1.25, SHORT_DASHES),
    }
}

/// A force in a funnel: within the limits a grey point, beyond them as it was judged.
pub fn funnel_look(mark: JudgedMark) -> MarkLook {
    mark_look(mark)
}

/// The bands of a fan, from the outer to the inner one.
pub const FAN: [Ink; 2] = [MOST, MIDDLE_HALF];

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: Colour) -> f64 {
        let part = |byte: u8| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.0) + 0.7152 * part(colour.1) + 0.0722 * part(colour.2)
    }

    fn contrast(a: Colour, b: Colour) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The strongest of a shape's colours against the ground.
    fn seen(ink: Ink) -> f64 {
        let outline = if ink.outline.width > 0.0 { contrast(ink.outline.colour, WHITE) } else { 1.0 };
        contrast(ink.fill, WHITE).max(outline)
    }

    fn marks() -> Vec<JudgedMark> {
        let meanings = [
            MarkMeaning::Better,
            MarkMeaning::Worse,
            MarkMeaning::Different,
            MarkMeaning::NoDifference,
            MarkMeaning::CannotTell,
        ];
        let levels = [MarkLevel::Strong, MarkLevel::Weak];
        let mark = |meaning| levels.map(|level| JudgedMark { meaning, level, side: MarkSide::Above });
        meanings.into_iter().flat_map(mark).collect()
    }

    #[test]
    fn words_pass_the_limit_for_text_and_everything_drawn_that_for_graphics() {
        assert!(contrast(TEXT, WHITE) >= 7.0 && contrast(SOFT_TEXT, WHITE) >= 7.0);
        let roles = [SeriesRole::Subject, SeriesRole::Peers, SeriesRole::AllForces];
        let limits = [LimitLevel::Outer, LimitLevel::Inner].map(limit_stroke);
        let rows = [(true, None), (false, None)].map(|(own, mark)| row_look(own, mark)).map(|l| [l.inner, l.outer]);
        let drawn = [
            AXIS,
            EVENT,
            STANDARD,
            STANDARD_TICK,
            REFERENCE,
            REFERENCE_TICK,
            LEADER,
            MEAN,
            VARIATION,
            PROPOSED,
            ONE_OF_MANY,
            GAP,
            SMALL_LINE,
            SMALL_LIMITS,
            WHISKER,
        ];
        let series = roles.map(|role| series_look(role).stroke);
        let links = marks().into_iter().map(|mark| link_stroke(mark.meaning));
        for stroke in drawn.into_iter().chain(series).chain(limits).chain(rows.into_iter().flatten()).chain(links) {
            assert!(contrast(stroke.colour, WHITE) >= 3.0, "{stroke:?}");
        }
        let areas = [MOST, MIDDLE_HALF, TRACK, GROWING_PART, OTHER_PART];
        let bars = marks().into_iter().flat_map(|mark| [false, true].map(|open| bar_ink(mark.meaning, open)));
        let bases = [StandardBasis::InForce, StandardBasis::Historical].map(standard_ink);
        let stages = [MigrationStage::NotBegun, MigrationStage::Begun, MigrationStage::Half, MigrationStage::Done];
        let shapes = marks().into_iter().map(mark_look).flat_map(|look| [look.ink, open_look(look).ink]);
        let shapes = shapes.chain(stages.into_iter().filter_map(stage_look).map(|look| look.ink));
        let shapes = shapes.chain([PEERS.ink, SUBJECT_OPEN.ink]);
        for ink in areas.into_iter().chain(bars).chain(bases).chain(shapes) {
            assert!(seen(ink) >= 3.0, "{ink:?}");
        }
    }

    #[test]
    fn only_a_standard_is_dark_pink() {
        let roles =
            [SeriesRole::Subject, SeriesRole::Peers, SeriesRole::AllForces].map(|role| series_look(role).stroke);
        let drawn = [AXIS, EVENT, REFERENCE, LEADER, MEAN, VARIATION, PROPOSED, ONE_OF_MANY];
        let marks = marks().into_iter().map(|mark| mark_look(mark).ink.fill);
        let colours = drawn.iter().chain(&roles).map(|stroke| stroke.colour).chain(marks);
        assert!(colours.into_iter().all(|colour| colour != DARK_PINK));
        assert!([STANDARD, STANDARD_TICK].iter().all(|stroke| stroke.colour == DARK_PINK));
    }

    #[test]
    fn judgements_differ_in_shape_or_shade_where_they_differ_in_colour() {
        let all = marks();
        for (i, a) in all.iter().enumerate() {
            for b in all.iter().skip(i + 1) {
                if mark_look(*a).marker != mark_look(*b).marker {
                    continue;
                }
                let is_open = |mark: &JudgedMark| mark_look(*mark).ink.fill == WHITE;
                let is_same =
                    a.meaning == b.meaning && matches!(a.meaning, MarkMeaning::NoDifference | MarkMeaning::CannotTell);
                assert!(is_same || is_open(a) != is_open(b), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn lines_that_may_touch_differ_in_more_than_colour() {
        let look = |role| series_look(role).stroke;
        let [.., fourth] = chosen_looks().map(|look| look.stroke);
        let roles = [SeriesRole::Subject, SeriesRole::Peers, SeriesRole::AllForces].map(look);
        let lines = [roles[0], roles[1], roles[2], fourth, STANDARD, MEAN, EVENT];
        for (i, a) in lines.iter().enumerate() {
            for b in lines.iter().skip(i + 1) {
                assert!(a.dash != b.dash, "{a:?} {b:?}");
            }
        }
        let subject = look(SeriesRole::Subject);
        assert!(lines.iter().skip(1).all(|other| other.width < subject.width), "the subject is the strongest line");
    }

    #[test]
    fn contrasts_are_those_of_the_published_palette() {
        for (colour, expected) in
            [(DARK_BLUE, 10.25), (TURQUOISE, 3.17), (ORANGE, 3.03), (DARK_PINK, 9.77), (DARK_GREY, 10.86)]
        {
            assert!((contrast(colour, WHITE) - expected).abs() < 0.01, "{colour:?}");
        }
        assert!((contrast(LIMIT_GREY, WHITE) - 7.00).abs() < 0.01);
    }
}
