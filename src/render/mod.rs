//! Turns the report model into the files of a release: pages, drawings, data files and the assets they need.
//! Each edition's folder stands alone. Nothing is decided, rounded or worded here.

pub mod charts;
pub mod html;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::definitions::layout::Layouts;
use crate::definitions::model::Metric;
use crate::digest::sha256;
use crate::render::html::{Download, DrawnFigure, Templates, render_page};
use crate::report::input::ReleaseInput;
use crate::report::{
    DataFile, Facts, Page, force_organisations, force_pages, metric_page, national_pages, public_pages,
};
use crate::spreadsheet::without_formula;
use crate::vocabulary::body::Organisation;
use crate::vocabulary::code::{CODE_WORDS, Code};

/// Folder of the national edition.
const NATIONAL: &str = "national";
/// Folder of the public edition.
const PUBLIC: &str = "public";

/// Why an edition could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("reports/templates/{name}: {source:#}")]
    Template { name: String, source: minijinja::Error },
    #[error("reports/templates/{0} is missing")]
    TemplateMissing(&'static str),
    #[error("figure {figure}: the chart cannot be drawn: {source}")]
    Chart { figure: String, source: charts::ChartError },
    #[error("data file {stem}: {source}")]
    DataFile { stem: String, source: csv::Error },
    #[error("organisation {0:?}: its edition cannot have a folder of that name; {CODE_WORDS}")]
    Code(String),
    #[error("{path}: cannot be written: {source}")]
    Write { path: String, source: std::io::Error },
}

/// Receives each finished file with its path inside the release, from any thread.
pub type Emit<'e> = &'e (dyn Fn(&str, &[u8]) -> Result<(), RenderError> + Sync);

/// Writes the national edition and one for each organisation that the force layout names, side by side on all cores.
///
/// # Errors
/// The first template, chart or data file that fails, and whatever `emit` returns.
pub fn render_editions(
    input: &ReleaseInput,
    layouts: &Layouts,
    templates: &Templates,
    emit: Emit<'_>,
) -> Result<(), RenderError> {
    let facts = Facts::new(input, layouts);
    let metrics = input.metrics.iter().map(Job::Metric);
    let forces = force_organisations(&facts).into_iter().map(Job::Force);
    let jobs: Vec<Job<'_>> = std::iter::once(Job::National).chain(metrics).chain(forces).collect();
    jobs.par_iter().with_max_len(1).try_for_each(|job| render_job(&facts, templates, job, emit))
}

/// Writes the public edition: that of the nation, from what is shown to everybody.
///
/// # Errors
/// As for [`render_editions`].
pub fn render_public(
    input: &ReleaseInput,
    layouts: &Layouts,
    templates: &Templates,
    emit: Emit<'_>,
) -> Result<(), RenderError> {
    let facts = Facts::new(input, layouts);
    write_assets(templates, PUBLIC, emit)?;
    public_pages(&facts).iter().try_for_each(|page| write_page(templates, PUBLIC, page, emit))?;
    let write = |metric| write_page(templates, PUBLIC, &metric_page(&facts, metric), emit);
    input.metrics.par_iter().with_max_len(1).try_for_each(write)
}

/// A part of a release that can be rendered on its own.
enum Job<'a> {
    /// The national edition's own pages and assets.
    National,
    /// One metric's page in the national edition.
    Metric(&'a Metric),
    /// One organisation's edition.
    Force(&'a Organisation),
}

fn render_job(facts: &Facts<'_>, templates: &Templates, job: &Job<'_>, emit: Emit<'_>) -> Result<(), RenderError> {
    match job {
        Job::National => {
            write_assets(templates, NATIONAL, emit)?;
            national_pages(facts).iter().try_for_each(|page| write_page(templates, NATIONAL, page, emit))
        }
        Job::Metric(metric) => write_page(templates, NATIONAL, &metric_page(facts, metric), emit),
        Job::Force(body) => {
            let code = Code::parse(&body.code).ok_or_else(|| RenderError::Code(body.code.clone()))?;
            let folder = format!("forces/{code}");
            write_assets(templates, &folder, emit)?;
            force_pages(facts, body).iter().try_for_each(|page| write_page(templates, &folder, page, emit))
        }
    }
}

fn write_assets(templates: &Templates, folder: &str, emit: Emit<'_>) -> Result<(), RenderError> {
    templates.assets().try_for_each(|asset| emit(&format!("{folder}/{}", asset.path), &asset.bytes))
}

/// Writes the page's data files, then the page that links to them.
fn write_page(templates: &Templates, folder: &str, page: &Page, emit: Emit<'_>) -> Result<(), RenderError> {
    let mut downloads = BTreeMap::new();
    for data in page.data_files() {
        let bytes = csv_bytes(data).map_err(|source| RenderError::DataFile { stem: data.stem.clone(), source })?;
        let path = format!("data/{}-{}.csv", data.stem, content_hash(&bytes));
        downloads.insert(data.stem.clone(), Download::new(format!("{}{path}", page.root()), bytes.len()));
        emit(&format!("{folder}/{path}"), &bytes)?;
    }
    let drawn = page.figures().into_iter().map(DrawnFigure::draw).collect::<Result<_, _>>()?;
    let html = render_page(templates, page, (drawn, downloads))?;
    emit(&format!("{folder}/{}", page.path()), html.as_bytes())
}

/// The first 12 digits of the SHA-256 of a file's bytes, as linked files carry it in their names.
pub(crate) fn content_hash(bytes: &[u8]) -> String {
    sha256(bytes).chars().take(12).collect()
}

fn csv_bytes(data: &DataFile) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&data.header)?;
    for record in &data.records {
        for cell in record {
            writer.write_field(&*without_formula(cell))?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::report::sample;

    fn files() -> BTreeMap<String, Vec<u8>> {
        let (input, layouts) = (sample::input(), sample::layouts());
        let files = Mutex::new(BTreeMap::new());
        render_editions(&input, &layouts, &sample::templates(), &|path, bytes| {
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
                let linked = match target.strip_prefix("../") {
                    Some(rest) => format!("{}/{rest}", folder.rsplit_once('/').unwrap().0),
                    None => format!("{folder}/{target}"),
                };
                let edition = path.split('/').take(if path.starts_with("forces/") { 2 } else { 1 }).collect::<Vec<_>>();
                assert!(files.contains_key(&linked), "{path} links to {linked}, which is not there");
                assert!(linked.starts_with(&edition.join("/")), "{path} leaves its edition for {linked}");
            }
        }
    }

    #[test]
    fn text_from_data_is_escaped_and_a_force_sees_no_other_force() {
        let files = files();
        let page = |path: &str| String::from_utf8(files.get(path).unwrap().clone()).unwrap();
        let force = page("forces/E01/index.html");
        assert!(force.contains("Ashdown &amp; &lt;Vale&gt;") && !force.contains("<Vale>"));
        for other in sample::UNRELATED_FORCE_TEXTS {
            assert!(!force.contains(other), "the edition of E01 holds “{other}”");
        }
        let about_others = files.iter().filter(|(p, _)| p.starts_with("forces/E01/data/"));
        for (path, bytes) in about_others {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let codes: Vec<&str> = text.lines().skip(1).map(|l| l.split(',').nth(2).unwrap()).collect();
            assert!(codes.iter().all(|c| matches!(*c, "E01" | "PEERS:E01" | "NATIONAL")), "{path}: {codes:?}");
        }
    }

    #[test]
    fn a_withheld_number_is_nowhere() {
        for (path, bytes) in files() {
            let text = String::from_utf8(bytes).unwrap();
            let leaked = sample::WITHHELD_NUMBERS.iter().find(|number| text.contains(**number));
            assert_eq!(leaked, None, "{path} holds a withheld number");
        }
    }
}
