//! Turns the report model into the files of a release: pages, drawings, data files and the assets they need.
//! Each edition's folder stands alone. Nothing is decided, rounded or worded here.

mod chart_files;
pub mod charts;
pub mod html;
#[cfg(feature = "pdf")]
mod pack;
mod scripts;
mod search_index;
mod spreadsheet;
mod style_sheets;
mod terse;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::digest::sha256;
use crate::release::tables::ResultsError;
use crate::render::chart_files::write_charts;
use crate::render::html::{PageFiles, Templates, WrittenFile, render_page};
use crate::render::spreadsheet::spreadsheet;
use crate::report::sheets::{SheetLimits, build_workbook};
use crate::report::{Edition, FileContent, Pack, Page, Scope, SearchIndex, build_pack, build_page};

/// Why an edition could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("reports/templates/{name}")]
    Template { name: String, source: minijinja::Error },
    #[error("reports/templates/{0} is missing")]
    TemplateMissing(&'static str),
    #[error("reports/assets/{0} is missing")]
    StylesMissing(&'static str),
    #[error("figure {figure}: the chart cannot be drawn")]
    Chart { figure: String, source: charts::ChartError },
    #[error("the index of the edition")]
    Index(#[source] serde_json::Error),
    #[cfg(feature = "png")]
    #[error("figure {figure}: the chart cannot be painted")]
    Picture { figure: String, source: charts::PngError },
    #[cfg(not(feature = "png"))]
    #[error("figure {figure}: this program was built without the feature png")]
    NoPainter { figure: String },
    #[cfg(feature = "pdf")]
    #[error("document {name}")]
    Pack { name: String, source: pack::PackError },
    #[cfg(not(feature = "pdf"))]
    #[error("document {name}: this program was built without the feature pdf")]
    NoPrinter { name: String },
    #[error("data file {stem}")]
    DataFile { stem: String, source: ResultsError },
    #[error("spreadsheet {name}")]
    Spreadsheet { name: String, source: spreadsheet::SpreadsheetError },
    #[error("{path}: cannot be written")]
    Write { path: String, source: std::io::Error },
}

/// Receives each finished file with its path inside the release, from any thread.
pub type Emit<'e> = &'e (dyn Fn(&str, &[u8]) -> Result<(), RenderError> + Sync);

/// Writes editions, their pages side by side on all cores, with the copies that each has beside its pages.
///
/// # Errors
/// The first template, chart or data file that fails, and whatever `emit` returns.
pub fn render_editions(editions: &[Edition<'_>], templates: &Templates, emit: Emit<'_>) -> Result<(), RenderError> {
    let folders: Vec<String> = editions.iter().map(Edition::folder).collect();
    let parts: Vec<Part<'_>> =
        editions.iter().zip(&folders).flat_map(|(edition, folder)| parts_of(edition, folder)).collect();
    let output = Output { emit, data: Mutex::default() };
    let found: Vec<SearchIndex> = parts
        .par_iter()
        .with_max_len(1)
        .map(|part| part.render(templates, &output))
        .collect::<Result<_, RenderError>>()?;
    let mut indexes: BTreeMap<&str, SearchIndex> = BTreeMap::new();
    for (part, index) in parts.iter().zip(found) {
        let whole = indexes.remove(part.folder).unwrap_or_default().and(index);
        indexes.insert(part.folder, whole);
    }
    indexes.iter().try_for_each(|(folder, index)| {
        emit(&format!("{folder}/{}", search_index::PATH), &search_index::index_file(index)?)
    })
}

/// Writes a page that belongs to no edition, with the assets that it needs.
///
/// # Errors
/// The first template, chart or data file that fails, and whatever `emit` returns.
pub fn render_lone_page(templates: &Templates, page: &Page, emit: Emit<'_>) -> Result<(), RenderError> {
    templates.assets(page.frame.names_several).try_for_each(|asset| emit(&asset.path, &asset.bytes))?;
    let html = render_page(templates, page, &PageFiles::default())?;
    emit(&page.path, html.as_bytes())
}

/// Where files go. Several pages may offer one data file.
struct Output<'e> {
    emit: Emit<'e>,
    /// Paths of the data files that are written. A path holds the hash of the content.
    data: Mutex<BTreeSet<String>>,
}

impl Output<'_> {
    /// Writes a data file that is not there yet.
    fn data(&self, path: &str, bytes: &[u8]) -> Result<(), RenderError> {
        let is_new = self.data.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        if is_new { (self.emit)(path, bytes) } else { Ok(()) }
    }
}

/// A part of an edition that can be rendered on its own.
struct Part<'e> {
    edition: &'e Edition<'e>,
    folder: &'e str,
    /// `None` stands for the assets that all pages share.
    page: Option<Scope<'e>>,
}

fn parts_of<'e>(edition: &'e Edition<'e>, folder: &'e str) -> impl Iterator<Item = Part<'e>> {
    let pages = edition.pages().into_iter().map(Some);
    std::iter::once(None).chain(pages).map(move |page| Part { edition, folder, page })
}

impl Part<'_> {
    /// Writes it, and returns what can be found on its page.
    fn render(&self, templates: &Templates, output: &Output<'_>) -> Result<SearchIndex, RenderError> {
        let Some(scope) = self.page else {
            self.write_assets(templates, output.emit)?;
            return Ok(SearchIndex::default());
        };
        let Some(page) = build_page(&scope) else { return Ok(SearchIndex::default()) };
        write_page(templates, self.folder, (&scope.edition, &page), output)?;
        write_charts(self.folder, (&scope, &page), output.emit)?;
        Ok(SearchIndex::of_page(&scope, &page))
    }

    fn write_assets(&self, templates: &Templates, emit: Emit<'_>) -> Result<(), RenderError> {
        let mut assets = templates.assets(self.edition.names_several());
        assets.try_for_each(|asset| emit(&format!("{}/{}", self.folder, asset.path), &asset.bytes))
    }
}

/// Writes the page's data files and spreadsheets, then the page that links to them.
fn write_page(
    templates: &Templates,
    folder: &str,
    (edition, page): (&Edition<'_>, &Page),
    output: &Output<'_>,
) -> Result<(), RenderError> {
    let mut downloads = BTreeMap::new();
    let mut workbook = None;
    for download in page.downloads() {
        let stem = &download.stem;
        let (path, bytes) = match &download.content {
            FileContent::Rows(selections) => {
                let made = edition.facts.tables.csv(selections);
                let bytes = made.map_err(|source| RenderError::DataFile { stem: stem.clone(), source })?;
                (data_path(stem, &bytes), Cow::Owned(bytes))
            }
            FileContent::Kept(bytes) => (data_path(stem, bytes), Cow::Borrowed(bytes.as_slice())),
            FileContent::Workbook(format) => {
                let workbook =
                    workbook.get_or_insert_with(|| build_workbook(edition, SheetLimits::OF_FORMATS)).as_ref();
                let Some(workbook) = workbook else { continue };
                let failed = |source| RenderError::Spreadsheet { name: stem.clone(), source };
                (stem.clone(), Cow::Owned(spreadsheet(workbook, *format).map_err(failed)?))
            }
            FileContent::Pack => {
                let Some(pack) = build_pack(edition) else { continue };
                (stem.clone(), Cow::Owned(printed(templates, stem, &pack)?))
            }
        };
        output.data(&format!("{folder}/{path}"), &bytes)?;
        downloads.insert(stem.clone(), WrittenFile { path, words: download.words_with_size(bytes.len()) });
    }
    let files = PageFiles { downloads, index: Some(search_index::PATH) };
    let html = render_page(templates, page, &files)?;
    (output.emit)(&format!("{folder}/{}", page.path), html.as_bytes())
}

#[cfg(feature = "pdf")]
fn printed(templates: &Templates, name: &str, pack: &Pack) -> Result<Vec<u8>, RenderError> {
    let failed = |source| RenderError::Pack { name: name.to_owned(), source };
    pack::print_pack(templates.press(), pack).map_err(failed)
}

/// Settings and the command line refuse this format where the program cannot print.
#[cfg(not(feature = "pdf"))]
fn printed(_: &Templates, name: &str, _: &Pack) -> Result<Vec<u8>, RenderError> {
    Err(RenderError::NoPrinter { name: name.to_owned() })
}

/// Path of a data file inside its edition.
fn data_path(stem: &str, bytes: &[u8]) -> String {
    format!("data/{stem}-{}.csv", content_hash(bytes))
}

/// The first 12 digits of the SHA-256 of a file's bytes, as linked files carry it in their names.
pub(crate) fn content_hash(bytes: &[u8]) -> String {
    sha256(bytes).chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::Path;

    use calamine::{Ods, Reader as _};

    use super::*;
    use crate::report::{Facts, sample};
    use crate::vocabulary::copy_format::{CopyFormat, SpreadsheetFormat};

    fn files() -> BTreeMap<String, Vec<u8>> {
        let (release, public, layouts) = (sample::release(), sample::public_release(), sample::layouts());
        let files = Mutex::new(BTreeMap::new());
        let [facts, public] = [&release, &public].map(|release| Facts::new(release, &layouts));
        let copies = BTreeSet::from([CopyFormat::Spreadsheet(SpreadsheetFormat::Ods), CopyFormat::Svg]);
        let editions = Edition::all(&facts, Some(&public), &copies);
        render_editions(&editions, &sample::templates(), &|path, bytes| {
            let before = files.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
            assert!(before.is_none(), "{path} is written twice");
            Ok(())
        })
        .unwrap();
        files.into_inner().unwrap()
    }

    #[test]
    fn editions_stand_alone_and_are_the_same_twice() {
        let files = files();
        assert!(files == self::files());
        for (path, bytes) in files.iter().filter(|(path, _)| path.contains(".html")) {
            let text = String::from_utf8(bytes.clone()).unwrap().replace("&#x2f;", "/");
            let (folder, _) = path.rsplit_once('/').unwrap();
            for href in text.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                let target = href.split('#').next().unwrap();
                if target.is_empty() || target.starts_with("mailto:") {
                    continue;
                }
                // The one link out of an edition: from the list of all organisations to the record of the whole release.
                if path == "inspection/index.html" && target == "../run-record.json" {
                    continue;
                }
                let linked = match target.strip_prefix("../") {
                    Some(rest) => format!("{}/{rest}", folder.rsplit_once('/').unwrap().0),
                    None => format!("{folder}/{target}"),
                };
                assert!(files.contains_key(&linked), "{path} links to {linked}, which is not there");
                assert!(linked.starts_with(&edition_of(path)), "{path} leaves its edition for {linked}");
            }
        }
    }

    /// The folder of the edition that a page belongs to.
    fn edition_of(path: &str) -> String {
        let folders: Vec<&str> = path.split('/').collect();
        let is_of_one = folders[0] == "forces" || (folders[0] == "inspection" && folders.len() > 2);
        folders[..if is_of_one { 2 } else { 1 }].join("/") + "/"
    }

    #[test]
    fn text_from_data_is_escaped_and_an_edition_about_one_force_names_no_other() {
        let files = files();
        for folder in ["forces/E01/", "inspection/E01/"] {
            let pages = files.iter().filter(|(path, _)| path.starts_with(folder) && path.contains(".html"));
            let force: String = pages.map(|(_, bytes)| String::from_utf8(bytes.clone()).unwrap()).collect();
            assert!(force.contains("Ashdown &amp; &lt;Vale&gt;") && !force.contains("<Vale>"));
            for other in sample::UNRELATED_FORCE_TEXTS {
                assert!(!force.contains(other), "{folder} holds “{other}”");
            }
        }
        let about_others = files.iter().filter(|(p, _)| p.starts_with("forces/E01/data/"));
        for (path, bytes) in about_others {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let codes: Vec<&str> = text.lines().skip(1).map(|l| l.split(',').nth(2).unwrap()).collect();
            assert!(codes.iter().all(|c| matches!(*c, "E01" | "PEERS:E01" | "NATIONAL")), "{path}: {codes:?}");
        }
    }

    #[test]
    fn rows_that_failed_are_in_the_edition_of_their_sender_alone() {
        let files = files();
        let with_rows: Vec<&String> = files
            .iter()
            .filter(|(_, bytes)| bytes.windows(11).any(|text| text == b"r-eastholme"))
            .map(|(path, _)| path)
            .collect();
        assert_eq!(with_rows.len(), 2, "{with_rows:?}");
        assert!(with_rows.iter().all(|path| path.starts_with("forces/E05/")), "{with_rows:?}");
        assert!(with_rows[0].starts_with("forces/E05/data/failing-rows-"), "{with_rows:?}");
    }

    /// What a reader reads on a page, with one blank between words.
    fn words_of(html: &str) -> String {
        let text: String = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
        let text = text.replace("&#x2f;", "/").replace("&#39;", "'").replace("&quot;", "\"");
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_index_holds_what_its_pages_hold_and_leads_to_it() {
        let files = files();
        let indexes: Vec<&String> = files.keys().filter(|path| path.ends_with(search_index::PATH)).collect();
        assert!(indexes.len() > 2, "{indexes:?}");
        for path in indexes {
            let folder = path.strip_suffix(search_index::PATH).unwrap();
            let json = String::from_utf8(files[path].clone()).unwrap();
            let json = json.strip_prefix("globalThis.searchIndex=").unwrap().trim_end().trim_end_matches(';');
            let index: serde_json::Value = serde_json::from_str(json).unwrap();
            let page = |name: &str| String::from_utf8(files[&format!("{folder}{name}")].clone()).unwrap();
            let entries = index["entries"].as_array().unwrap();
            assert!(!entries.is_empty(), "{path}");
            for entry in entries {
                let [title, about, to] = ["title", "about", "to"].map(|key| entry[key].as_str().unwrap_or_default());
                let (name, anchor) = to.split_once('#').unwrap_or((to, ""));
                let html = page(name);
                let words = words_of(&html);
                // A term of a table is named with the table that it stands in.
                let parts: Vec<&str> = if words.contains(title) { vec![title] } else { title.split(", ").collect() };
                for text in parts.into_iter().chain([about.trim_end_matches(" …")]) {
                    assert!(words.contains(text), "{path}: “{text}” is not on {name}");
                }
                assert!(anchor.is_empty() || html.contains(&format!(" id=\"{anchor}\"")), "{path}: {to}");
            }
            let all: String = files
                .iter()
                .filter(|(path, _)| {
                    path.starts_with(folder) && Path::new(path).extension().is_some_and(|ending| ending == "html")
                })
                .map(|(_, bytes)| words_of(std::str::from_utf8(bytes).unwrap()))
                .collect();
            for organisation in index["organisations"].as_array().unwrap() {
                assert!(all.contains(organisation["name"].as_str().unwrap()), "{path}: {organisation}");
            }
            if folder.ends_with("/E01/") {
                assert!(sample::UNRELATED_FORCE_TEXTS.iter().all(|other| !json.contains(other)), "{json}");
            }
        }
    }

    /// What is read in a file, also in the cells of a spreadsheet.
    fn text_of(path: &str, bytes: Vec<u8>) -> String {
        if Path::new(path).extension().is_none_or(|ending| ending != "ods") {
            return String::from_utf8(bytes).unwrap();
        }
        let sheets = Ods::new(Cursor::new(bytes)).unwrap().worksheets();
        let cells = sheets.iter().flat_map(|(_, cells)| cells.rows().flatten());
        cells.map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_withheld_number_is_nowhere() {
        let files = files();
        let page = String::from_utf8(files["public/forces/E06.html"].clone()).unwrap();
        assert!(page.contains("Withheld figures") && page.contains("Fewer than 10 cases lie behind it"));
        assert!(files.keys().any(|path| path.starts_with("public/public-figures-")));
        for (path, bytes) in files {
            let text = text_of(&path, bytes);
            let leaked = sample::WITHHELD_NUMBERS.iter().find(|number| text.contains(**number));
            assert_eq!(leaked, None, "{path} holds a withheld number");
        }
    }
}
