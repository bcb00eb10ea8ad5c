//! The charts of an edition as files, for papers and slides. An edition of one organisation has none: its charts are small, and
//! there are thousands of them.

use crate::definitions::blocks::Audience;
use crate::render::charts::picture;
use crate::render::{Emit, RenderError};
use crate::report::{Figure, Page, PictureSource, Scope};
use crate::vocabulary::copy_format::CopyFormat;

/// Writes each chart of a page in each format of charts: `charts/` with the path of the page and the name of the figure.
pub(super) fn write_charts(
    folder: &str,
    (scope, page): (&Scope<'_>, &Page),
    emit: Emit<'_>,
) -> Result<(), RenderError> {
    let is_about_many = matches!(scope.edition.layout.audience, Audience::Office | Audience::Public);
    let copies = scope.edition.copies;
    let has_charts = copies.contains(&CopyFormat::Svg) || copies.contains(&CopyFormat::Png);
    if !has_charts || !is_about_many {
        return Ok(());
    }
    let source = PictureSource::of(scope);
    for figure in page.figures() {
        let failed = |source| RenderError::Chart { figure: figure.id.clone(), source };
        let svg = picture(figure, &source).map_err(failed)?;
        let path = format!("{folder}/{}", path_of(page, figure));
        if copies.contains(&CopyFormat::Svg) {
            emit(&format!("{path}.svg"), svg.as_bytes())?;
        }
        if copies.contains(&CopyFormat::Png) {
            emit(&format!("{path}.png"), &painted(figure, &svg)?)?;
        }
    }
    Ok(())
}

/// Path of a chart inside its edition, without the ending.
fn path_of(page: &Page, figure: &Figure) -> String {
    let page = page.path.strip_suffix(".html").unwrap_or(&page.path);
    format!("charts/{page}/{}", figure.id.strip_prefix("fig-").unwrap_or(&figure.id))
}

#[cfg(feature = "png")]
fn painted(figure: &Figure, svg: &str) -> Result<Vec<u8>, RenderError> {
    let failed = |source| RenderError::Picture { figure: figure.id.clone(), source };
    crate::render::charts::png(svg).map_err(failed)
}

/// Settings and the command line refuse this format where the program cannot paint.
#[cfg(not(feature = "png"))]
fn painted(figure: &Figure, _: &str) -> Result<Vec<u8>, RenderError> {
    Err(RenderError::NoPainter { figure: figure.id.clone() })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;
    use std::sync::Mutex;

    use crate::render::render_editions;
    use crate::report::{Edition, Facts, sample};
    use crate::vocabulary::copy_format::CopyFormat;

    fn charts(formats: &[CopyFormat]) -> BTreeMap<String, Vec<u8>> {
        let (release, layouts) = (sample::release(), sample::layouts());
        let (facts, files) = (Facts::new(&release, &layouts), Mutex::new(BTreeMap::new()));
        let copies: BTreeSet<CopyFormat> = formats.iter().copied().collect();
        render_editions(&Edition::all(&facts, None, &copies), &sample::templates(), &|path, bytes| {
            files.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
            Ok(())
        })
        .unwrap();
        let mut files = files.into_inner().unwrap();
        files.retain(|path, _| path.contains("/charts/"));
        files
    }

    #[test]
    fn a_chart_in_a_file_says_what_it_is_and_where_it_comes_from_and_is_the_same_twice() {
        assert!(charts(&[]).is_empty());
        let files = charts(&[CopyFormat::Svg]);
        assert!(files == charts(&[CopyFormat::Svg]));
        let is_about_many = |path: &&String| ["forces/", "inspection/"].iter().all(|folder| !path.starts_with(folder));
        let wrong = files
            .keys()
            .find(|path| !is_about_many(path) || Path::new(path).extension().is_none_or(|ending| ending != "svg"));
        assert_eq!(wrong, None);
        assert!(files.keys().any(|path| path.starts_with("trends/charts/")));
        let svg = String::from_utf8(files["national/charts/metrics/CRE-01/CRE-01-trend.svg"].clone()).unwrap();
        let texts = svg.split("<text ").skip(1).map(|text| text.split_once('>').unwrap().1.split('<').next().unwrap());
        let words = texts.collect::<Vec<_>>().join(" ");
        for told in ["Arrest/summons on PNC within 24 hours", "Source: ", "Published", "data as at", "All forces"] {
            assert!(words.contains(told), "{told} is not in: {words}");
        }
        assert!(!svg.contains(" class=\"s") && svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
        assert!(!svg.contains("<Vale>"));
    }

    #[cfg(feature = "png")]
    #[test]
    fn a_painted_chart_is_1600_pixels_wide_and_the_same_twice() {
        let files = charts(&[CopyFormat::Png]);
        assert!(files == charts(&[CopyFormat::Png]) && !files.is_empty());
        for (path, bytes) in &files {
            // The header of a PNG has the width after 16 bytes.
            assert_eq!(bytes[16..20], 1_600_u32.to_be_bytes(), "{path}");
        }
    }
}
