//! Drawings as pictures, for papers and slides that take no SVG. The font is ours, so that a picture is the same on every
//! computer. The only module that names the library that paints.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::render::charts::FONT_FILES;
use crate::render::charts::svg::as_file;

/// Width of every picture in pixels: two for each px of a usual chart, so that print is sharp.
const WIDTH: f32 = 1_600.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for font in FONT_FILES {
        fonts.load_font_data(font.to_vec());
    }
    Arc::new(fonts)
});

/// Why a drawing cannot be made a picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    #[error("the drawing cannot be read: {0}")]
    Drawing(String),
    #[error("the drawing of {width} by {height} px is too large or empty")]
    Size { width: u32, height: u32 },
    #[error("the picture cannot be written: {0}")]
    Encoding(String),
}

/// A drawing by [`Chart::render`](crate::report::charts::Chart::render) or [`picture`](super::picture()) as a PNG on white, 1,600 pixels wide.
///
/// # Errors
/// [`PngError`] when the text is no drawing or the picture would be too large.
pub fn png(svg: &str) -> Result<Vec<u8>, PngError> {
    let options =
        Options { fontdb: Arc::clone(&FONTS), font_family: "Liberation Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(&as_file(svg), &options).map_err(|error| PngError::Drawing(error.to_string()))?;
    let scale = WIDTH / tree.size().width();
    let size = tree.size().to_int_size().scale_by(scale);
    let sides = size.map_or((0, 0), |size| (size.width(), size.height()));
    let mut picture = Pixmap::new(sides.0, sides.1).ok_or(PngError::Size { width: sides.0, height: sides.1 })?;
    picture.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().map_err(|error| PngError::Encoding(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::charts::ChartWidth;
    use crate::render::charts::gallery::exhibits;

    fn dark(png: &[u8]) -> usize {
        let picture = Pixmap::decode_png(png).unwrap();
        picture.pixels().iter().filter(|pixel| pixel.red() < 100 && pixel.green() < 100 && pixel.blue() < 100).count()
    }

    #[test]
    fn words_are_painted_and_two_runs_give_equal_bytes() {
        let words = |words: &str| {
            format!(
                "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 200 40\" font-family=\"Arial, \
                 'Liberation Sans', sans-serif\" font-size=\"16\"><text x=\"10\" y=\"20\">{words}</text></svg>"
            )
        };
        // With a font database that lacks the font all words vanish without an error.
        let picture = png(&words("Hampshire")).unwrap();
        assert!(dark(&picture) > 400, "{} dark pixels", dark(&picture));
        assert_eq!(dark(&png(&words("")).unwrap()), 0);
        assert_eq!(picture, png(&words("Hampshire")).unwrap());
        assert!(matches!(png("no drawing"), Err(PngError::Drawing(_))));
    }

    #[test]
    fn every_chart_of_the_gallery_is_valid_xml_and_can_be_a_picture() {
        for exhibit in exhibits() {
            let svg = exhibit.chart.render(ChartWidth::Narrow).unwrap();
            let own =
                svg.replacen("<svg class=\"chart\" viewBox", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox", 1);
            let tree = Tree::from_str(&own, &Options { fontdb: Arc::clone(&FONTS), ..Options::default() });
            assert!(tree.is_ok(), "{}, {}: {:?}", exhibit.kind, exhibit.state, tree.err());
        }
        let one = exhibits().into_iter().find(|exhibit| exhibit.kind == "Funnel").unwrap();
        let svg = one.chart.render(ChartWidth::Wide).unwrap();
        let picture = png(&svg).unwrap();
        assert!(dark(&picture) > 5_000 && picture.len() < 400_000, "{} bytes", picture.len());
    }
}
