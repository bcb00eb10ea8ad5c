//! The page on which a reader puts figures of several organisations side by side. A script reads the table of the chosen
//! metric from its own page; without scripts the links lead there.

use crate::report::edition::Scope;
use crate::report::page::block::{Block, Section, SectionStyle};
use crate::report::page::text::Text;

/// The links to the metrics, which a script turns into a choice.
pub fn explorer(scope: &Scope<'_>) -> Vec<Block> {
    let with_page = scope.facts().release.metrics.iter().filter_map(|metric| {
        let address = scope.edition.metric_address(metric)?;
        Some(Text::default().link(metric.heading(), address))
    });
    let metrics: Vec<Text> = with_page.collect();
    if metrics.is_empty() {
        return Vec::new();
    }
    let blocks = vec![
        Block::paragraph(
            "The choice of a metric and of organisations needs scripts, which your browser does not run here. The page of each \
             metric has the same figures in its table by organisation and period.",
        ),
        Block::List(metrics),
    ];
    vec![
        Block::Lead("Put the figures of up to four organisations side by side.".into()),
        Block::paragraph(
            "The figures are those of the pages of the metrics, without their intervals. Two figures can differ by chance alone: \
             the page of a metric says which differences are larger than that.",
        ),
        Block::Section(Section {
            id: "explorer".to_owned(),
            title: "Choose a metric".into(),
            style: SectionStyle::Explorer,
            blocks,
        }),
    ]
}
