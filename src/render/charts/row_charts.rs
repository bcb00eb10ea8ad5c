//! Charts of rows: this and last year, contributions, standards over time, a migration. Each says only what its rows hold;
//! the frame places it.

use crate::render::charts::axis::Axis;
use crate::render::charts::key::{KeyEntry, Sample};
use crate::render::charts::rows::{Across, RowDrawing, RowShape, RowsDrawing, USUAL_BAND, UprightLine};
use crate::render::charts::{ChartError, ChartWidth, count, theme};
use crate::report::charts::{
    DumbbellChart, DumbbellRow, JudgedMark, MarkLevel, MarkMeaning, MigrationChart, MigrationStage, StandardBasis,
    StandardsTimeline, WaterfallChart,
};

fn finite<'c>(mut numbers: impl Iterator<Item = (&'c String, f64)>) -> Result<(), ChartError> {
    numbers
        .find(|(_, number)| !number.is_finite())
        .map_or(Ok(()), |(label, _)| Err(ChartError::NotFinite(label.clone())))
}

impl DumbbellChart {
    /// The chart as an SVG element.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        let values =
            || self.rows.iter().flat_map(|row| [row.before, row.now].into_iter().flatten().map(|v| (&row.label, v)));
        finite(values())?;
        let used = |meaning: MarkMeaning| self.rows.iter().any(|row| row.now.is_some() && row.mark.meaning == meaning);
        let mut key = vec![KeyEntry::new(Sample::Mark(theme::SUBJECT_OPEN), &self.before)];
        for (meaning, words) in [
            (MarkMeaning::Better, "better"),
            (MarkMeaning::Worse, "worse"),
            (MarkMeaning::Different, "changed, neither is better"),
            (MarkMeaning::Close, "little change"),
            (MarkMeaning::NoDifference, "no clear change"),
            (MarkMeaning::CannotTell, "cannot tell"),
        ] {
            if let Some(row) = self.rows.iter().find(|row| row.mark.meaning == meaning).filter(|_| used(meaning)) {
                let look = theme::mark_look(JudgedMark { level: MarkLevel::Strong, ..row.mark });
                key.push(KeyEntry::new(Sample::Mark(look), format!("{}: {words}", self.now)));
            }
        }
        let drawing = RowsDrawing {
            title: self.axis_title.clone(),
            across: Axis::fit(self.unit, values().map(|(_, value)| value), ticks(room)).map(Across::Values),
            rows: self.rows.iter().map(dumbbell_row).collect(),
            lines: Vec::new(),
            key,
            has_guides: true,
            band: USUAL_BAND,
        };
        drawing.draw(room)
    }
}

fn ticks(room: ChartWidth) -> i32 {
    if room == ChartWidth::Wide { 6 } else { 4 }
}

fn dumbbell_row(row: &DumbbellRow) -> RowDrawing {
    let mut shapes = Vec::new();
    if let (Some(before), Some(now)) = (row.before, row.now) {
        shapes.push(RowShape::Line { from: before, to: now, stroke: theme::link_stroke(row.mark.meaning) });
    }
    if let Some(at) = row.before {
        shapes.push(RowShape::Mark { at, look: theme::SUBJECT_OPEN, size: 0.9 });
    }
    if let Some(at) = row.now {
        let look = theme::mark_look(row.mark);
        let look = if row.provisional { theme::open_look(look) } else { look };
        shapes.push(RowShape::Mark { at, look, size: 1.0 });
    }
    RowDrawing { label: row.label.clone(), emphasised: row.emphasised, words: row.words.clone(), shapes }
}

impl WaterfallChart {
    /// The chart as an SVG element.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        let numbers = self.steps.iter().map(|step| (&step.label, step.change));
        finite(numbers.chain([&self.start, &self.end].map(|level| (&level.label, level.value))))?;
        let mut level = self.start.value;
        let mut rows = vec![level_row(&self.start.label, level, &self.start.words)];
        let mut levels = vec![level, self.end.value];
        for step in &self.steps {
            let to = level + step.change;
            rows.push(RowDrawing {
                label: step.label.clone(),
                emphasised: false,
                words: step.words.clone(),
                shapes: vec![RowShape::Bar { from: level, to, ink: theme::bar_ink(step.meaning, false) }],
            });
            levels.push(to);
            level = to;
        }
        rows.push(level_row(&self.end.label, self.end.value, &self.end.words));
        let used = |meaning| self.steps.iter().any(|step| step.meaning == meaning);
        let entries = [
            (MarkMeaning::Better, "makes it better"),
            (MarkMeaning::Worse, "makes it worse"),
            (MarkMeaning::Different, "changes it, neither is better"),
        ];
        let key = entries.into_iter().filter(|(meaning, _)| used(*meaning));
        let drawing = RowsDrawing {
            title: self.axis_title.clone(),
            across: Axis::fit(self.unit, levels.into_iter(), ticks(room)).map(Across::Values),
            rows,
            lines: Vec::new(),
            key: key
                .map(|(meaning, words)| KeyEntry::new(Sample::Area(theme::bar_ink(meaning, false)), words))
                .collect(),
            has_guides: false,
            band: USUAL_BAND,
        };
        drawing.draw(room)
    }
}

fn level_row(label: &str, at: f64, words: &str) -> RowDrawing {
    let shapes = vec![RowShape::Mark { at, look: theme::SUBJECT, size: 1.0 }];
    RowDrawing { label: label.to_owned(), emphasised: true, words: words.to_owned(), shapes }
}

impl StandardsTimeline {
    /// The chart as an SVG element.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        let bars = || self.rows.iter().flat_map(|row| row.bars.iter().map(move |bar| (&row.label, bar)));
        finite(bars().flat_map(|(label, bar)| [(label, bar.from), (label, bar.to.unwrap_or(bar.from))]))?;
        if self.last_year < self.first_year {
            return Err(ChartError::Empty);
        }
        let (low, high) = (f64::from(self.first_year), f64::from(self.last_year) + 1.0);
        let years =
            (self.first_year..=self.last_year).filter(|year| self.last_year - self.first_year < 12 || year % 5 == 0);
        let ticks = years.map(|year| (f64::from(year), year.to_string())).collect();
        let rows = self.rows.iter().map(|row| {
            let shapes = row.bars.iter().flat_map(|bar| {
                let (from, to) = (bar.from.clamp(low, high), bar.to.unwrap_or(high).clamp(low, high));
                let is_dark = bar.basis == StandardBasis::InForce;
                [
                    RowShape::Bar { from, to, ink: theme::standard_ink(bar.basis) },
                    RowShape::Inside { from, to, words: bar.words.clone(), is_dark },
                ]
            });
            RowDrawing { label: row.label.clone(), emphasised: false, words: String::new(), shapes: shapes.collect() }
        });
        let used = |basis: StandardBasis| bars().any(|(_, bar)| bar.basis == basis);
        let key = [(StandardBasis::InForce, "in force"), (StandardBasis::Historical, "historical")];
        let key = key.into_iter().filter(|(basis, _)| used(*basis));
        let drawing = RowsDrawing {
            title: String::new(),
            across: Some(Across::Fixed { low, high, ticks }),
            rows: rows.collect(),
            lines: Vec::new(),
            key: key.map(|(basis, words)| KeyEntry::new(Sample::Area(theme::standard_ink(basis)), words)).collect(),
            has_guides: true,
            band: USUAL_BAND,
        };
        drawing.draw(room)
    }
}

impl MigrationChart {
    /// The chart as an SVG element.
    pub(super) fn draw(&self, room: ChartWidth) -> Result<String, ChartError> {
        let periods = self.periods.len();
        if periods == 0 {
            return Err(ChartError::Empty);
        }
        if let Some(row) = self.rows.iter().find(|row| row.stages.len() != periods) {
            return Err(ChartError::UnequalLengths { label: row.label.clone(), points: row.stages.len(), periods });
        }
        let mut year = None;
        let ticks = self.periods.iter().enumerate().map(|(index, period)| {
            let words = match &period.short {
                Some(short) if year.replace(&short.year) != Some(&short.year) => {
                    format!("{} {}", short.words, short.year)
                }
                Some(_) => String::new(),
                None => period.full.clone(),
            };
            (count(index), words)
        });
        let ticks = ticks.filter(|(_, words)| !words.is_empty()).collect();
        let rows = self.rows.iter().map(|row| {
            let dots = row.stages.iter().enumerate();
            let shapes = dots.filter_map(|(index, stage)| {
                Some(RowShape::Mark { at: count(index), look: theme::stage_look(*stage)?, size: 1.0 })
            });
            RowDrawing {
                label: row.label.clone(),
                emphasised: row.emphasised,
                words: row.words.clone(),
                shapes: shapes.collect(),
            }
        });
        let stages = [
            (MigrationStage::NotBegun, "less than a tenth"),
            (MigrationStage::Begun, "from a tenth"),
            (MigrationStage::Half, "from a half"),
            (MigrationStage::Done, "from nine tenths"),
        ];
        let key = stages
            .into_iter()
            .filter_map(|(stage, words)| Some(KeyEntry::new(Sample::Mark(theme::stage_look(stage)?), words)));
        let drawing = RowsDrawing {
            title: String::new(),
            across: Some(Across::Fixed { low: -0.5, high: count(periods) - 0.5, ticks }),
            rows: rows.collect(),
            lines: Vec::<UprightLine>::new(),
            key: key.collect(),
            has_guides: false,
            band: 20.0,
        };
        drawing.draw(room)
    }
}
