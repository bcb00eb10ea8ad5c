//! Pages from blocks and templates. Undefined names are errors and every text is escaped. The drawings of our own charts and
//! our own style sheet are the only exceptions; `SafeSvg` and `SafeStyles` are the only ways in.

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context, escape_formatter};
use serde::Serialize;

use crate::render::charts::{ChartWidth, RowPlaces, inline, inline_styles, sign_styles};
#[cfg(feature = "pdf")]
use crate::render::pack::{Press, press};
use crate::render::style_sheets::lightened;
use crate::render::terse::terse;
use crate::render::{RenderError, content_hash, scripts};
use crate::report::charts::Chart;
use crate::report::{Figure, Page, Room};

/// The template of every page.
const PAGE: &str = "page.html";

/// The page that a letter to the operators becomes.
const LETTER: &str = "letter.html";
/// Templates of pages end so.
const HTML: &str = ".html";
/// The template of packs.
#[cfg(feature = "pdf")]
const PACK: &str = "pack.typ";
/// The style sheet of pages.
const STYLES: &str = "site.css";
/// The style sheet of signs and drawings, which is made from the look of the charts.
const SIGNS: &str = "signs.css";
/// The scripts that the modules are joined to, and the ending of the modules' names: one of editions of several
/// organisations, and one of other pages.
const SCRIPT_OF_SEVERAL: &str = "site";
const SCRIPT_OF_ONE: &str = "own";
const SCRIPT: &str = ".js";
const MODULE: &str = ".mjs";

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
    #[cfg(feature = "pdf")]
    press: Press,
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
        environment.set_formatter(write_value);
        let unindented = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(unindented.map_err(|source| RenderError::Template { name: String::new(), source })?);
        #[cfg_attr(not(feature = "pdf"), expect(unused_variables, reason = "packs are printed with a feature alone"))]
        let (pages, others): (Vec<_>, Vec<_>) = templates.into_iter().partition(|(name, _)| name.ends_with(HTML));
        for (name, source) in pages {
            let wrong = |source| RenderError::Template { name: name.clone(), source };
            environment.add_template_owned(name.clone(), source).map_err(wrong)?;
        }
        if environment.get_template(PAGE).is_err() {
            return Err(RenderError::TemplateMissing(PAGE));
        }
        let signs = sign_styles().map_err(|source| RenderError::Chart { figure: SIGNS.to_owned(), source })?;
        let drawings = signs + &inline_styles();
        let (modules, assets): (Vec<_>, Vec<_>) = assets.into_iter().partition(|(name, _)| name.ends_with(MODULE));
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let modules = modules.into_iter().map(|(name, bytes)| (name, text(bytes))).collect();
        let script = |name: &str| {
            let script = scripts::join(&modules, &format!("{name}{MODULE}"));
            (format!("{name}{SCRIPT}"), script.into_bytes())
        };
        let scripts = [SCRIPT_OF_SEVERAL, SCRIPT_OF_ONE].map(script);
        let assets = assets.into_iter().chain([(SIGNS.to_owned(), drawings.into_bytes())]).chain(scripts);
        Ok(Self {
            environment,
            assets: assets.map(|(name, bytes)| hashed(name, bytes)).collect(),
            #[cfg(feature = "pdf")]
            press: press_of(&others)?,
        })
    }

    /// What prints packs.
    #[cfg(feature = "pdf")]
    pub fn press(&self) -> &Press {
        &self.press
    }

    /// The assets of pages about several organisations, or of other pages.
    pub fn assets(&self, names_several: bool) -> impl Iterator<Item = &Asset> {
        let other = script_of(!names_several);
        self.assets.iter().filter(move |(name, _)| **name != other).map(|(_, asset)| asset)
    }
}

/// The press with the template of packs.
#[cfg(feature = "pdf")]
fn press_of(templates: &[(String, String)]) -> Result<Press, RenderError> {
    let template = templates.iter().find(|(name, _)| name == PACK);
    let (_, template) = template.ok_or(RenderError::TemplateMissing(PACK))?;
    press(template).map_err(|source| RenderError::Pack { name: PACK.to_owned(), source })
}

fn script_of(names_several: bool) -> String {
    format!("{}{SCRIPT}", if names_several { SCRIPT_OF_SEVERAL } else { SCRIPT_OF_ONE })
}

fn hashed(name: String, bytes: Vec<u8>) -> (String, Asset) {
    let is_style = Path::new(&name).extension().is_some_and(|ending| ending == "css");
    let bytes = if is_style { lightened(&String::from_utf8_lossy(&bytes)).into_bytes() } else { bytes };
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
        drawn.map(|svg| Self(inline(&svg))).map_err(|source| RenderError::Chart { figure: id.to_owned(), source })
    }

    fn into_value(self) -> Value {
        Value::from_safe_string(self.0)
    }
}

/// Our own style sheet, to stand inside a page. Nothing in it comes from data.
#[derive(Debug)]
struct SafeStyles(String);

impl SafeStyles {
    fn of(sheet: &Asset) -> Self {
        Self(String::from_utf8_lossy(&sheet.bytes).into_owned())
    }

    fn into_value(self) -> Value {
        Value::from_safe_string(self.0)
    }
}

/// The drawings of a figure or of a cell.
#[derive(Debug)]
struct DrawnFigure {
    id: String,
    drawings: Vec<Drawing>,
}

/// A drawing at one width, and where its marks stand.
#[derive(Debug)]
struct Drawing {
    /// Name of the width.
    width: &'static str,
    svg: SafeSvg,
    places: RowPlaces,
}

impl DrawnFigure {
    /// Draws a figure at each width that its room asks for.
    fn of_figure(figure: &Figure) -> Result<Self, RenderError> {
        let widths: &[(&'static str, ChartWidth)] = match figure.room {
            Room::Full => &[("wide", ChartWidth::Wide), ("narrow", ChartWidth::Narrow)],
            Room::Small => &[("small", ChartWidth::Small)],
        };
        let drawings = widths.iter().map(|(name, width)| {
            let headings = figure.table.rows.iter().map(|row| row.heading.as_str());
            let places = RowPlaces::of(figure.drawing.places(*width), headings);
            Ok(Drawing { width: name, svg: SafeSvg::draw(&figure.id, &figure.drawing, *width)?, places })
        });
        Ok(Self { id: figure.id.clone(), drawings: drawings.collect::<Result<_, RenderError>>()? })
    }

    /// Draws a cell, which has one size.
    fn of_cell(id: &str, drawing: &Chart) -> Result<Self, RenderError> {
        let svg = SafeSvg::draw(id, drawing, ChartWidth::Small)?;
        let drawing = Drawing { width: "small", svg, places: RowPlaces::default() };
        Ok(Self { id: id.to_owned(), drawings: vec![drawing] })
    }

    fn into_entry(self) -> (String, Value) {
        let drawn = |Drawing { width, svg, places: RowPlaces { xs, ys } }| {
            context! { width, svg => svg.into_value(), xs, ys }
        };
        let drawings: Vec<Value> = self.drawings.into_iter().map(drawn).collect();
        (self.id, Value::from(drawings))
    }
}

/// Every drawing of the page by the id of its figure or cell.
fn drawings(page: &Page) -> Result<BTreeMap<String, Value>, RenderError> {
    let mut drawn = BTreeMap::new();
    for figure in page.figures() {
        drawn.extend([DrawnFigure::of_figure(figure)?.into_entry()]);
    }
    for (id, drawing) in page.small_drawings() {
        drawn.extend([DrawnFigure::of_cell(id, drawing)?.into_entry()]);
    }
    Ok(drawn)
}

/// A data file that was written: its path inside the edition, and the words of its link.
#[derive(Debug, Serialize)]
pub struct WrittenFile {
    pub path: String,
    pub words: String,
}

/// Files of the edition that a page leads to.
#[derive(Debug, Default)]
pub struct PageFiles {
    /// By their stems.
    pub downloads: BTreeMap<String, WrittenFile>,
    /// Path of the index inside the edition; none for a page that belongs to no edition.
    pub index: Option<&'static str>,
}

/// The finished page. Templates see `page`, `root` (the way to the edition's folder), `assets` (path by name), `drawn`
/// (drawings by the id of the figure or cell), `downloads` (files by their stems) and `index` (path of the edition's index;
/// none of a page that belongs to no edition), `script` (path of the page's script), and `styles` (the style sheet of a page that
/// stands alone; none of others).
///
/// # Errors
/// [`RenderError::Template`] when the template uses a name that the page does not have, and [`RenderError::Chart`] when a
/// chart cannot be drawn.
pub fn render_page(templates: &Templates, page: &Page, files: &PageFiles) -> Result<String, RenderError> {
    render(templates, page, files, None)
}

/// A page that stands alone in one file: its style is inside, and it has no script.
///
/// # Errors
/// As [`render_page`].
pub fn render_alone(templates: &Templates, page: &Page) -> Result<String, RenderError> {
    let styles = templates.assets.get(STYLES).ok_or(RenderError::StylesMissing(STYLES))?;
    render(templates, page, &PageFiles::default(), Some(SafeStyles::of(styles)))
}

fn render(
    templates: &Templates,
    page: &Page,
    files: &PageFiles,
    styles: Option<SafeStyles>,
) -> Result<String, RenderError> {
    let wrong = |source| RenderError::Template { name: PAGE.to_owned(), source };
    let assets: BTreeMap<String, String> =
        templates.assets.iter().map(|(name, asset)| (name.clone(), asset.path.clone())).collect();
    let drawn = drawings(page)?;
    let context = context! {
        page => Value::from(Serde(page)),
        root => page.root(),
        downloads => Value::from(Serde(&files.downloads)),
        drawn,
        script => assets.get(&script_of(page.frame.names_several)),
        assets,
        index => files.index,
        styles => styles.map(SafeStyles::into_value),
    };
    let html = templates.environment.get_template(PAGE).and_then(|template| template.render(context)).map_err(wrong)?;
    Ok(terse(&html))
}

/// A letter as a page for a mail: whole in itself, without links, pictures or scripts.
///
/// # Errors
/// A template that is wrong or missing.
pub fn render_letter(templates: &Templates, letter: &impl Serialize) -> Result<String, RenderError> {
    let wrong = |source| RenderError::Template { name: LETTER.to_owned(), source };
    let template = templates.environment.get_template(LETTER).map_err(wrong)?;
    template.render(Value::from(Serde(letter))).map_err(wrong)
}

/// Texts are escaped as far as HTML needs it. The templates' own way escapes the slash too, which a page with many links has
/// thousands of times.
fn write_value(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    let escapes = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    let Some(text) = value.as_str().filter(|_| escapes) else { return escape_formatter(out, state, value) };
    let mut rest = text;
    while let Some(place) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, from) = rest.split_at(place);
        let mut letters = from.chars();
        let entity = match letters.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            _ => "&#39;",
        };
        write_text(before, out)?;
        write_text(entity, out)?;
        rest = letters.as_str();
    }
    write_text(rest, out)
}

fn write_text(text: &str, out: &mut Output<'_>) -> Result<(), minijinja::Error> {
    out.write_str(text)
        .map_err(|_| minijinja::Error::new(minijinja::ErrorKind::WriteFailure, "the page cannot be written"))
}
