//! What a mark of a chart says of its value. The look of each is the renderer's matter.

/// What was judged of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MarkMeaning {
    /// Better, improving, met.
    Better,
    /// Worse, of concern, not met: a reason to look.
    Worse,
    /// Different, where neither side is better.
    Different,
    /// A difference, if there is one, is smaller than the margin.
    Close,
    /// No clear difference or change.
    NoDifference,
    /// Not judged: too few cases, or the figure may still change.
    CannotTell,
}

impl MarkMeaning {
    /// Whether a comparison was made and nothing stands out.
    pub fn is_unremarkable(self) -> bool {
        matches!(self, Self::Close | Self::NoDifference)
    }
}

/// How sure a judgement is. Both levels differ in shade: filled and open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MarkLevel {
    /// At the 99.8% level.
    Strong,
    /// At the 95% level only.
    Weak,
}

/// Where a value lies from what it was judged against: above or below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MarkSide {
    Above,
    Below,
}

/// A judgement as a mark carries it: meaning and side decide the shape, the level the shade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JudgedMark {
    pub meaning: MarkMeaning,
    pub level: MarkLevel,
    pub side: MarkSide,
}

impl JudgedMark {
    /// A mark of something that is not beyond chance, or not judged; it has no side.
    pub fn plain(meaning: MarkMeaning) -> Self {
        Self { meaning, level: MarkLevel::Strong, side: MarkSide::Above }
    }

    /// The name of the sign in style sheets. Marks that look alike have one name.
    pub(super) fn sign(self) -> &'static str {
        match (self.meaning, self.level, self.side) {
            (MarkMeaning::Better, MarkLevel::Strong, MarkSide::Above) => "better-up",
            (MarkMeaning::Better, MarkLevel::Strong, MarkSide::Below) => "better-down",
            (MarkMeaning::Better, MarkLevel::Weak, MarkSide::Above) => "better-95-up",
            (MarkMeaning::Better, MarkLevel::Weak, MarkSide::Below) => "better-95-down",
            (MarkMeaning::Worse, MarkLevel::Strong, _) => "worse",
            (MarkMeaning::Worse, MarkLevel::Weak, _) => "worse-95",
            (MarkMeaning::Different, MarkLevel::Strong, _) => "different",
            (MarkMeaning::Different, MarkLevel::Weak, _) => "different-95",
            (MarkMeaning::Close | MarkMeaning::NoDifference, ..) => "no-difference",
            (MarkMeaning::CannotTell, ..) => "cannot-tell",
        }
    }

    /// The mark in words, as a cell says it to somebody who does not see it.
    pub fn words(self) -> &'static str {
        match (self.meaning, self.level) {
            (MarkMeaning::Better, MarkLevel::Strong) => "better",
            (MarkMeaning::Better, MarkLevel::Weak) => "better (95% level)",
            (MarkMeaning::Worse, MarkLevel::Strong) => "worse",
            (MarkMeaning::Worse, MarkLevel::Weak) => "worse (95% level)",
            (MarkMeaning::Different, MarkLevel::Strong) => "different",
            (MarkMeaning::Different, MarkLevel::Weak) => "different (95% level)",
            (MarkMeaning::Close, _) => "close",
            (MarkMeaning::NoDifference, _) => "no clear difference",
            (MarkMeaning::CannotTell, _) => "cannot tell",
        }
    }
}
