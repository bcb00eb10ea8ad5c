//! Packs as PDF documents: the data and drawings of a pack are put together here, and the press prints them.

mod press;

use crate::render::charts::{ChartError, ChartWidth, FONT_FILES, as_file, sign_drawings};
use crate::render::pack::press::PressFiles;
use crate::report::charts::Chart;
use crate::report::{Figure, Pack, Page, Room};

pub use press::{Press, PressError};

/// Why a pack cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("its data cannot be written")]
    Data(#[from] serde_json::Error),
    #[error("the drawing {id} cannot be made")]
    Drawing { id: String, source: ChartError },
    #[error(transparent)]
    Press(#[from] PressError),
}

/// The press for all packs of a release.
///
/// # Errors
/// [`PackError::Press`] when the press cannot be set up.
pub fn press(template: &str) -> Result<Press, PackError> {
    Ok(Press::new(template, &FONT_FILES)?)
}

/// A pack as a PDF document.
///
/// # Errors
/// [`PackError`] when a drawing cannot be made or the document cannot be printed.
pub fn print_pack(press: &Press, pack: &Pack) -> Result<Vec<u8>, PackError> {
    let mut files = vec![("pack.json".to_owned(), serde_json::to_vec(pack)?)];
    let signs = sign_drawings().map_err(|source| PackError::Drawing { id: "signs".to_owned(), source })?;
    files.extend(signs.into_iter().map(|(sign, svg)| (format!("signs/{sign}.svg"), svg.into_bytes())));
    for page in &pack.pages {
        for drawing in drawings(page) {
            let svg = drawing.chart.render(drawing.room);
            let svg = svg.map_err(|source| PackError::Drawing { id: drawing.id.to_owned(), source })?;
            files.push((format!("drawings/{}/{}.svg", page.path, drawing.id), as_file(&svg).into_bytes()));
        }
    }
    Ok(press.print(&PressFiles::new(files)?, pack.published_on)?)
}

/// A drawing of a page, and the room that it has on paper.
struct PackDrawing<'p> {
    id: &'p str,
    chart: &'p Chart,
    room: ChartWidth,
}

fn drawings(page: &Page) -> impl Iterator<Item = PackDrawing<'_>> {
    let of_figure = |figure: &'_ Figure| match figure.room {
        Room::Full => ChartWidth::Wide,
        Room::Small => ChartWidth::Small,
    };
    let figures = page.figures().into_iter();
    let figures =
        figures.map(move |figure| PackDrawing { id: &figure.id, chart: &figure.drawing, room: of_figure(figure) });
    let small = page.small_drawings().into_iter();
    figures.chain(small.map(|(id, chart)| PackDrawing { id, chart, room: ChartWidth::Small }))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;
    use std::sync::Mutex;

    use crate::render::render_editions;
    use crate::report::{Edition, Facts, sample};
    use crate::vocabulary::copy_format::CopyFormat;

    fn packs() -> BTreeMap<String, Vec<u8>> {
        let (release, layouts) = (sample::release(), sample::layouts());
        let (facts, files) = (Facts::new(&release, &layouts), Mutex::new(BTreeMap::new()));
        let copies = BTreeSet::from([CopyFormat::Pdf]);
        render_editions(&Edition::all(&facts, None, &copies), &sample::templates(), &|path, bytes| {
            if Path::new(path).extension().is_some_and(|ending| ending == "pdf") {
                files.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
            }
            Ok(())
        })
        .unwrap();
        files.into_inner().unwrap()
    }

    fn holds(bytes: &[u8], text: &str) -> bool {
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    }

    #[test]
    fn a_pack_is_a_tagged_document_for_everybody_and_the_same_twice() {
        let packs = packs();
        assert!(packs.keys().any(|path| path.starts_with("national/national-summary-")), "{:?}", packs.keys());
        assert!(packs.keys().any(|path| path.starts_with("forces/E01/force-pack-E01-")), "{:?}", packs.keys());
        for (path, bytes) in &packs {
            assert!(bytes.starts_with(b"%PDF-1.7"), "{path}");
            for said in ["pdfuaid:part", "/StructTreeRoot", "/Lang", "/Outlines", "en-GB"] {
                assert!(holds(bytes, said), "{path} has no {said}");
            }
        }
        assert!(packs == self::packs());
    }
}
