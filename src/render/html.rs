//! Pages from blocks and templates. Undefined names are errors and every text is escaped; the drawings of our own
//! charts are the only exception, and `SafeSvg` is the only way in.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use crate::render::charts::{ChartWidth, sign_styles};
use crate::render::{RenderError, content_hash};
use crate::report::charts::Chart;
use crate::report::{Figure, Page, Room};

/// The template of every page.
const PAGE: &str = "page.html";
/// The style sheet of the signs, which is made from the look of the charts.
const SIGNS: &str = "signs.css";

/// A file that pages need; its name carries the hash of its content.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Path inside an edition.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// The parsed templates and their assets.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    assets: BTreeMap<String, Asset>,
}

impl Templates {
    /// Parses templates and assets, given as pairs of file name and content.
    ///
    /// # Errors
    /// The first template that is wrong or missing.
    pub fn parse(
        templates: impl IntoIterator<Item = (String, String)>,
        assets: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, RenderError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let unindented = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(unindented.map_err(|source| RenderError::Template { name: String::new(), source })?);
        for (name, source) in templates {
            let wrong = |source| RenderError::Template { name: name.clone(), source };
            environment.add_template_owned(name.clone(), source).map_err(wrong)?;
        }
        if environment.get_template(PAGE).is_err() {
            return Err(RenderError::TemplateMissing(PAGE));
        }
        let signs = sign_styles().map_err(|source| RenderError::Chart { figure: SIGNS.to_owned(), source })?;
        let assets = assets.into_iter().chain([(SIGNS.to_owned(), signs.into_bytes())]);
        Ok(Self { environment, assets: assets.map(|(name, bytes)| hashed(name, bytes)).collect() })
    }

    /// The assets that every edition holds.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.assets.values()
    }
}

fn hashed(name: String, bytes: Vec<u8>) -> (String, Asset) {
    let hash = content_hash(&bytes);
    let path = match name.rsplit_once('.') {
        Some((stem, ending)) => format!("assets/{stem}-{hash}.{ending}"),
        None => format!("assets/{name}-{hash}"),
    };
    (name, Asset { path, bytes })
}

/// A drawing of our own charts, which escape their texts themselves. It can be made from a chart and from nothing else.
#[derive(Debug)]
struct SafeSvg(String);

impl SafeSvg {
    fn draw(id: &str, drawing: &Chart, width: ChartWidth) -> Result<Self, RenderError> {
        let drawn = drawing.render(width);
        drawn.map(Self).map_err(|source| RenderError::Chart { figure: id.to_owned(), source })
    }

    /// The one place where a text is marked as safe.
    fn into_value(self) -> Value {
        Value::from_safe_string(self.0)
    }
}

/// The drawings of a figure or of a cell, each with the name of its width.
#[derive(Debug)]
struct DrawnFigure {
    id: String,
    drawings: Vec<(&'static str, SafeSvg)>,
}

impl DrawnFigure {
    /// Draws a figure at each width that its room asks for.
    fn of_figure(figure: &Figure) -> Result<Self, RenderError> {
        let widths: &[(&'static str, ChartWidth)] = match figure.room {
            Room::Full => &[("wide", ChartWidth::Wide), ("narrow", ChartWidth::Narrow)],
            Room::Small => &[("small", ChartWidth::Small)],
        };
        Self::draw(&figure.id, &figure.drawing, widths)
    }

    fn draw(id: &str, drawing: &Chart, widths: &[(&'static str, ChartWidth)]) -> Result<Self, RenderError> {
        let drawings = widths.iter().map(|(name, width)| Ok((*name, SafeSvg::draw(id, drawing, *width)?)));
        Ok(Self { id: id.to_owned(), drawings: drawings.collect::<Result<_, RenderError>>()? })
    }

    fn into_entry(self) -> (String, Value) {
        let drawings: Vec<Value> =
            self.drawings.into_iter().map(|(width, svg)| context! { width, svg => svg.into_value() }).collect();
        (self.id, Value::from(drawings))
    }
}

/// Every drawing of the page by the id of its figure or cell.
fn drawings(page: &Page) -> Result<BTreeMap<String, Value>, RenderError> {
    let mut drawn = BTreeMap::new();
    for figure in page.figures() {
        drawn.extend([DrawnFigure::of_figure(figure)?.into_entry()]);
    }
    for (id, drawing) in page.cell_drawings() {
        drawn.extend([DrawnFigure::draw(id, drawing, &[("small", ChartWidth::Small)])?.into_entry()]);
    }
    Ok(drawn)
}

/// A data file that was written: its path inside the edition, and the words of its link.
#[derive(Debug, Serialize)]
pub struct WrittenFile {
    pub path: String,
    pub words: String,
}

/// The finished page. Templates see `page`, `root` (the way to the edition's folder), `assets` (path by name), `drawn`
/// (drawings by the id of the figure or cell) and `downloads` (files by their stems).
///
/// # Errors
/// [`RenderError::Template`] when the template uses a name that the page does not have, and [`RenderError::Chart`] when a
/// chart cannot be drawn.
pub fn render_page(
    templates: &Templates,
    page: &Page,
    downloads: &BTreeMap<String, WrittenFile>,
) -> Result<String, RenderError> {
    let wrong = |source| RenderError::Template { name: PAGE.to_owned(), source };
    let assets: BTreeMap<String, String> =
        templates.assets.iter().map(|(name, asset)| (name.clone(), asset.path.clone())).collect();
    let drawn = drawings(page)?;
    let context = context! {
        page => Value::from(Serde(page)),
        root => page.root(),
        downloads => Value::from(Serde(downloads)),
        assets,
        drawn,
    };
    templates.environment.get_template(PAGE).and_then(|template| template.render(context)).map_err(wrong)
}
