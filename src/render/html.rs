//! Pages from view structs and templates. Undefined names are errors and every text is escaped; the drawings of our own
//! charts are the only exception, and `SafeSvg` is the only way in.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use crate::render::charts::ChartWidth;
use crate::render::{RenderError, content_hash};
use crate::report::{Drawing, Figure, Page, Room};

/// Templates that pages name.
const NEEDED: [&str; 10] = [
    "overview.html",
    "metric.html",
    "responsibilities.html",
    "signals.html",
    "other-rules.html",
    "metric-dictionary.html",
    "data-dictionary.html",
    "data-quality.html",
    "about.html",
    "force.html",
];

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
        if let Some(missing) = NEEDED.into_iter().find(|name| environment.get_template(name).is_err()) {
            return Err(RenderError::TemplateMissing(missing));
        }
        Ok(Self { environment, assets: assets.into_iter().map(|(name, bytes)| hashed(name, bytes)).collect() })
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
    fn draw(figure: &Figure, width: ChartWidth) -> Result<Self, RenderError> {
        let drawn = match &figure.drawing {
            Drawing::Trend(chart) => chart.render(width),
            Drawing::Comparison(chart) => chart.render(width),
            Drawing::Funnel(chart) => chart.render(width),
        };
        drawn.map(Self).map_err(|source| RenderError::Chart { figure: figure.id.clone(), source })
    }

    /// The one place where a text is marked as safe.
    fn into_value(self) -> Value {
        Value::from_safe_string(self.0)
    }
}

/// A figure's drawings.
#[derive(Debug)]
pub struct DrawnFigure {
    id: String,
    drawings: Vec<(&'static str, SafeSvg)>,
}

impl DrawnFigure {
    /// Draws the figure at each width its room asks for.
    ///
    /// # Errors
    /// [`RenderError::Chart`] when the chart cannot be drawn.
    pub fn draw(figure: &Figure) -> Result<Self, RenderError> {
        let widths: &[(&'static str, ChartWidth)] = match figure.room {
            Room::Full => &[("wide", ChartWidth::Wide), ("narrow", ChartWidth::Narrow)],
            Room::Small => &[("small", ChartWidth::Small)],
        };
        let drawings = widths.iter().map(|(name, width)| Ok((*name, SafeSvg::draw(figure, *width)?)));
        Ok(Self { id: figure.id.clone(), drawings: drawings.collect::<Result<_, RenderError>>()? })
    }

    fn into_entry(self) -> (String, Value) {
        let drawings: Vec<Value> =
            self.drawings.into_iter().map(|(width, svg)| context! { width, svg => svg.into_value() }).collect();
        (self.id, Value::from(drawings))
    }
}

/// The link to a data file, with the size a reader is told.
#[derive(Debug, Serialize)]
pub struct Download {
    href: String,
    size: String,
}

impl Download {
    /// A link to a file of so many bytes.
    pub fn new(href: String, bytes: usize) -> Self {
        Self { href, size: format!("{} KB", bytes.div_ceil(1_000)) }
    }
}

/// Drawings, and links to data files by their stems.
pub type Attachments = (Vec<DrawnFigure>, BTreeMap<String, Download>);

/// The finished page. Templates see `page`, `assets` (path by name), `drawn` (drawings by the figure's id) and `downloads`.
///
/// # Errors
/// [`RenderError::Template`] when the template uses a name that the page does not have.
pub fn render_page(templates: &Templates, page: &Page, (drawn, downloads): Attachments) -> Result<String, RenderError> {
    let name = page.template;
    let wrong = |source| RenderError::Template { name: name.to_owned(), source };
    let assets: BTreeMap<String, String> =
        templates.assets.iter().map(|(name, asset)| (name.clone(), asset.path.clone())).collect();
    let drawn: BTreeMap<String, Value> = drawn.into_iter().map(DrawnFigure::into_entry).collect();
    let context =
        context! { page => Value::from(Serde(&page.view)), downloads => Value::from(Serde(downloads)), assets, drawn };
    templates.environment.get_template(name).and_then(|template| template.render(context)).map_err(wrong)
}
