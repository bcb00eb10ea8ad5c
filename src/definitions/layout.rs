//! Layouts: which pages an edition has, which blocks stand on each of them, which sheets its spreadsheet has, and under which
//! headings metrics stand. Strict; all
//! problems are reported at once. It reads text that was loaded elsewhere and knows no figure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::definitions::blocks::{Audience, BlockName, Each, SheetBlock};
use crate::definitions::edition_words::{GlossaryTerm, Question, question_problems, term_problems};
use crate::definitions::model::{Contract, Metric, Rollup};
use crate::definitions::problem::DefinitionProblem;
use crate::definitions::read_metrics::ReadMetrics;

/// The file of the sections that all editions share.
pub(super) const SECTIONS: &str = "reports/sections.toml";

/// A heading with the metrics below it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricSection {
    pub title: String,
    /// Shows every metric of this principle of the Code, in the order of their ids.
    pub principle: Option<u8>,
    /// Shows these metrics, in this order. A section has this or `principle`.
    pub metrics: Option<Vec<String>>,
}

/// One edition, as `reports/<edition>.toml` lays it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub audience: Audience,
    /// Folder inside the release. That of an edition for forces holds `{code}`.
    pub folder: String,
    /// Name of the report, shown on each of its pages.
    pub title: String,
    /// One or two sentences that open it.
    pub summary: String,
    /// Short paragraphs on what the report is about.
    pub introduction: Vec<String>,
    /// The questions that it answers.
    pub questions: Vec<Question>,
    /// Its glossary.
    pub terms: Vec<GlossaryTerm>,
    /// At most so many findings stand on a page; the page says how many there are.
    pub findings_shown: usize,
    /// Kinds of organisation that get an edition of their own; empty for other editions.
    pub kinds: Vec<String>,
    /// Metrics that its readers ask about together.
    pub parts: Vec<LayoutPart>,
    /// What inspectors ask first, each with the metrics that answer it.
    pub inspector_questions: Vec<LayoutPart>,
    pub pages: Vec<PageLayout>,
    /// The spreadsheet that readers take away; `None` of an edition without one.
    pub workbook: Option<WorkbookLayout>,
    /// The pages that readers take away on paper; `None` of an edition without any.
    pub pack: Option<PackLayout>,
}

/// Pages of an edition in one document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackLayout {
    /// What its file is called, before the organisation and the period: small letters, digits and dashes.
    pub file: String,
    /// Paths of the pages in order, as `pages` has them.
    pub pages: Vec<String>,
}

/// The spreadsheet of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkbookLayout {
    /// What its file is called, before the organisation and the period: small letters, digits and dashes.
    pub file: String,
    /// Its tables, in order, after the cover, the table of contents and the notes.
    pub sheets: Vec<SheetLayout>,
}

/// A sheet of a spreadsheet, or one for each metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLayout {
    /// Its name, such as `National_figures` or `{metric}`.
    pub name: String,
    /// The title of its table, such as `National figures, {period}`.
    pub title: String,
    pub each: Option<Each>,
    pub block: SheetBlock,
}

/// What readers of an edition ask about together: a heading with its metrics, in order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutPart {
    pub title: String,
    pub metrics: Vec<String>,
}

/// A page of an edition, or one page for each metric, organisation or principle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLayout {
    /// Path inside the edition's folder, such as `metrics/{metric}.html`.
    pub path: String,
    /// Its heading, such as `{metric} {metric_title}`.
    pub title: String,
    /// Its name in the navigation; `None` for a page that does not stand there.
    pub navigation: Option<String>,
    /// Path of the page whose part of the edition it belongs to; `None` of a page at the top.
    pub below: Option<String>,
    pub each: Option<Each>,
    pub blocks: Vec<BlockName>,
}

/// What the placeholders of a path or title stand for.
#[derive(Debug, Clone, Default)]
pub struct Placeholders<'a> {
    values: Vec<(&'static str, &'a str)>,
}

/// Placeholders that stand for something on every page.
const ON_EVERY_PAGE: [&str; 2] = ["report", "period"];

/// The sheets with which every spreadsheet begins.
pub const FIRST_SHEETS: [&str; 3] = ["Cover_sheet", "Table_of_contents", "Notes"];

/// Spreadsheet programs take no longer name of a sheet.
const LONGEST_SHEET_NAME: usize = 31;

/// A name that Excel keeps for itself.
const RESERVED_SHEET: &str = "History";

/// What a reader is told about where figures come from: datasets by title, and the dataset of each roll-up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceNames {
    titles: BTreeMap<String, String>,
    datasets: BTreeMap<String, String>,
}

impl SourceNames {
    /// Collects the names from the contracts and the roll-ups.
    pub fn new(contracts: &[Contract], rollups: &[Rollup]) -> Self {
        Self {
            titles: contracts.iter().map(|c| (c.dataset.clone(), c.title.clone())).collect(),
            datasets: rollups.iter().map(|r| (r.name.clone(), r.dataset.clone())).collect(),
        }
    }

    /// The dataset's title, or its name as words when no contract has one.
    pub fn title(&self, dataset: &str) -> String {
        self.titles.get(dataset).cloned().unwrap_or_else(|| dataset.replace('_', " "))
    }

    /// The dataset that a roll-up scans.
    pub fn dataset_of(&self, rollup: &str) -> Option<&str> {
        self.datasets.get(rollup).map(String::as_str)
    }
}

/// The layouts of a release, checked against the metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layouts {
    /// By the names of their files.
    pub editions: Vec<Layout>,
    /// The sections of every edition, in order.
    pub sections: Vec<MetricSection>,
    pub sources: SourceNames,
}

impl Layouts {
    /// Path inside a release of the page to begin with: the first page of an edition for the office, or of another where
    /// there is none.
    pub fn first_page(&self) -> String {
        let office = self.editions.iter().find(|layout| layout.audience == Audience::Office);
        let layout = office.or_else(|| self.editions.first());
        layout.map_or_else(String::new, |layout| format!("{}/index.html", layout.folder))
    }
}

/// Files of layouts: path and content.
pub type LayoutFiles<'t> = BTreeMap<&'t str, &'t str>;

/// Parses and checks the layouts and the sections. Every metric stands in exactly one section.
///
/// # Errors
/// All problems of all files, in the order of the files.
pub fn parse_layouts(
    files: &LayoutFiles<'_>,
    metrics: ReadMetrics<'_>,
    sources: SourceNames,
) -> Result<Layouts, Vec<DefinitionProblem>> {
    let mut problems = Vec::new();
    let sections = parse_sections(files.get(SECTIONS).copied().unwrap_or_default(), metrics, &mut problems);
    let mut editions: Vec<Layout> = Vec::new();
    let mut folders: BTreeMap<String, &str> = BTreeMap::new();
    for (path, text) in files.iter().filter(|(path, _)| **path != SECTIONS) {
        let mut reader = LayoutReader { file: path, metrics, problems: &mut problems };
        let Some(layout) = reader.read(text) else { continue };
        reader.check_parts("parts", &layout.parts);
        reader.check_parts("inspector_questions", &layout.inspector_questions);
        if let Some(other) = folders.insert(layout.folder.clone(), path) {
            reader.wrong("folder", format!("is that of {other} too"));
        }
        editions.push(layout);
    }
    if editions.is_empty() && problems.is_empty() {
        problems.push(DefinitionProblem::new("reports", "", "holds no layout of an edition"));
    }
    if problems.is_empty() { Ok(Layouts { editions, sections, sources }) } else { Err(problems) }
}

/// A layout as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutText {
    audience: String,
    folder: String,
    title: String,
    summary: String,
    #[serde(default)]
    introduction: Vec<String>,
    #[serde(default)]
    questions: Vec<Question>,
    #[serde(default)]
    terms: Vec<GlossaryTerm>,
    #[serde(default)]
    findings_shown: usize,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    parts: Vec<LayoutPart>,
    #[serde(default)]
    inspector_questions: Vec<LayoutPart>,
    pages: Vec<PageText>,
    workbook: Option<WorkbookText>,
    pack: Option<PackLayout>,
}

/// A spreadsheet as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkbookText {
    file: String,
    sheets: Vec<SheetText>,
}

/// A sheet as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SheetText {
    name: String,
    title: String,
    each: Option<String>,
    block: String,
}

/// A page as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageText {
    path: String,
    title: String,
    navigation: Option<String>,
    below: Option<String>,
    each: Option<String>,
    blocks: Vec<String>,
}

/// Reads one file and keeps what is wrong in it.
struct LayoutReader<'r> {
    file: &'r str,
    metrics: ReadMetrics<'r>,
    problems: &'r mut Vec<DefinitionProblem>,
}

impl LayoutReader<'_> {
    fn wrong(&mut self, place: &str, message: impl Into<String>) {
        self.problems.push(DefinitionProblem::new(self.file, place, message));
    }

    /// The value of a name, which must be one of `names`.
    fn named<T: Copy>(&mut self, place: &str, name: &str, names: &[(&'static str, T)]) -> Option<T> {
        let found = names.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = names.iter().map(|(known, _)| *known).collect();
            self.wrong(place, format!("{name:?} is unknown; known are {}", known.join(", ")));
        }
        found
    }

    fn read(&mut self, text: &str) -> Option<Layout> {
        let text: LayoutText = toml::from_str(text).map_err(|error| self.wrong("", error.to_string())).ok()?;
        let audience = self.named("audience", &text.audience, &Audience::NAMES)?;
        let is_of_one = audience.is_of_one_organisation();
        match (is_of_one, text.kinds.is_empty()) {
            (true, true) => self.wrong("kinds", "is missing: no organisation would get an edition"),
            (false, false) => self.wrong("kinds", "has no meaning here"),
            _ => {}
        }
        self.check_path("folder", &text.folder, if is_of_one { &["code"] } else { &[] });
        if ["results", "evidence"].contains(&text.folder.as_str()) {
            self.wrong("folder", "is where the release has other files");
        }
        let pages: Vec<PageLayout> = text.pages.into_iter().filter_map(|page| self.page(page, audience)).collect();
        self.check_pages(&pages);
        let workbook = text.workbook.map(|workbook| self.workbook(workbook, audience));
        let LayoutText { folder, title, summary, introduction, questions, terms, .. } = text;
        let LayoutText { findings_shown, kinds, parts, inspector_questions, pack, .. } = text;
        self.check_pack(pack.as_ref(), &pages);
        let is_offered = pages.iter().any(|page| page.blocks.contains(&BlockName::TakeAway));
        for key in [workbook.as_ref().map(|_| "workbook"), pack.as_ref().map(|_| "pack")].into_iter().flatten() {
            if !is_offered {
                self.wrong(key, format!("is offered nowhere: no page has the block {}", BlockName::TakeAway.name()));
            }
        }
        self.check_words(&pages, "introduction", (BlockName::Introduction, introduction.is_empty()));
        self.check_words(&pages, "questions", (BlockName::Questions, questions.is_empty()));
        self.check_words(&pages, "terms", (BlockName::Glossary, terms.is_empty()));
        let asked = (BlockName::InspectorQuestions, inspector_questions.is_empty());
        self.check_words(&pages, "inspector_questions", asked);
        for problem in question_problems(&questions, self.metrics) {
            self.wrong("questions", problem);
        }
        for problem in term_problems(&terms) {
            self.wrong("terms", problem);
        }
        Some(Layout {
            audience,
            folder,
            title,
            summary,
            introduction,
            questions,
            terms,
            findings_shown,
            kinds,
            parts,
            inspector_questions,
            pages,
            workbook,
            pack,
        })
    }

    /// A pack has pages, and each of them is a page of the edition.
    fn check_pack(&mut self, pack: Option<&PackLayout>, pages: &[PageLayout]) {
        let Some(PackLayout { file, pages: wanted }) = pack else { return };
        self.check_file_name("pack, file", file);
        if wanted.is_empty() {
            self.wrong("pack, pages", "there is none");
        }
        for path in wanted.iter().filter(|path| !pages.iter().any(|page| page.path == **path)) {
            self.wrong("pack, pages", format!("{path:?} is no page of the edition"));
        }
        let mut before = BTreeSet::new();
        for path in wanted.iter().filter(|path| !before.insert(path.as_str())) {
            self.wrong("pack, pages", format!("{path:?} stands there twice"));
        }
    }

    fn check_file_name(&mut self, place: &str, name: &str) {
        let is_plain = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-');
        if name.is_empty() || !name.chars().all(is_plain) {
            self.wrong(place, format!("{name:?} must be made of small letters, digits and dashes"));
        }
    }

    fn workbook(&mut self, WorkbookText { file, sheets }: WorkbookText, audience: Audience) -> WorkbookLayout {
        self.check_file_name("workbook, file", &file);
        let sheets: Vec<SheetLayout> = sheets.into_iter().filter_map(|sheet| self.sheet(sheet, audience)).collect();
        if sheets.is_empty() {
            self.wrong("workbook, sheets", "there is none");
        }
        self.check_sheet_names(&sheets);
        WorkbookLayout { file, sheets }
    }

    fn sheet(&mut self, sheet: SheetText, audience: Audience) -> Option<SheetLayout> {
        let SheetText { name, title, each, block } = sheet;
        let place = format!("workbook, {name}");
        let each = match each {
            Some(named) => Some(self.named(&format!("{place}, each"), &named, &Each::NAMES)?),
            None => None,
        };
        let (in_name, in_title): (&[&str], &[&str]) = match each {
            None if audience.is_of_one_organisation() => (&[], &["organisation"]),
            None => (&[], &[]),
            Some(Each::Metric) => (&["metric"], &["metric", "metric_title"]),
            Some(Each::Organisation | Each::Principle) => {
                self.wrong(&place, "a sheet is made once, or with each = \"metric\"");
                return None;
            }
        };
        self.check_placeholders(&place, &name, in_name);
        self.check_title(&place, &title, in_title);
        let block = self.named(&format!("{place}, block"), &block, SheetBlock::NAMES)?;
        if let Some(why) = block.misplaced(audience, each) {
            self.wrong(&place, format!("{} {why}", block.name()));
        }
        Some(SheetLayout { name, title, each, block })
    }

    /// Every sheet has a name of its own that each spreadsheet program takes.
    fn check_sheet_names(&mut self, sheets: &[SheetLayout]) {
        let metrics = self.metrics.all;
        let mut names: BTreeSet<String> = FIRST_SHEETS.iter().map(|name| name.to_lowercase()).collect();
        for sheet in sheets {
            let fill = |metric: &Metric| Placeholders::default().with("metric", &metric.id).fill(&sheet.name);
            let filled: Vec<String> =
                if sheet.each.is_none() { vec![sheet.name.clone()] } else { metrics.iter().map(fill).collect() };
            for name in filled {
                let is_short = (1..=LONGEST_SHEET_NAME).contains(&name.chars().count());
                let is_plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
                if !is_short || !is_plain || name.eq_ignore_ascii_case(RESERVED_SHEET) {
                    let form = format!(
                        "must be one to {LONGEST_SHEET_NAME} letters, digits, dashes and underscores, and not \
                         {RESERVED_SHEET}"
                    );
                    self.wrong("workbook", format!("the name {name:?} {form}"));
                }
                if !names.insert(name.to_lowercase()) {
                    self.wrong("workbook", format!("two sheets have the name {name}"));
                }
            }
        }
    }

    fn check_parts(&mut self, key: &str, parts: &[LayoutPart]) {
        let metrics = self.metrics;
        for part in parts {
            for unknown in part.metrics.iter().filter(|id| !metrics.is_named(id)) {
                self.wrong(key, format!("“{}” names {unknown}, which is not a metric", part.title));
            }
        }
    }

    fn page(&mut self, page: PageText, audience: Audience) -> Option<PageLayout> {
        let PageText { path, title, navigation, below, each, blocks } = page;
        let each = match each {
            Some(name) => Some(self.named(&format!("{path}, each"), &name, &Each::NAMES)?),
            None => None,
        };
        let (in_path, in_title): (&[&str], &[&str]) = match each {
            None if audience.is_of_one_organisation() => (&[], &["organisation"]),
            None => (&[], &[]),
            Some(Each::Metric) => (&["metric"], &["metric", "metric_title"]),
            Some(Each::Organisation) => (&["code"], &["organisation"]),
            Some(Each::Principle) => (&["principle"], &["principle", "principle_title", "section"]),
        };
        self.check_path(&path, &path, in_path);
        self.check_title(&path, &title, in_title);
        if each.is_some() && navigation.is_some() {
            self.wrong(&path, "is more than one page and cannot stand in the navigation");
        }
        let place = format!("{path}, blocks");
        let mut named = Vec::new();
        for name in &blocks {
            let Some(block) = self.named(&place, name, BlockName::NAMES) else { continue };
            if let Some(why) = block.misplaced(audience, each) {
                self.wrong(&place, format!("{name} {why}"));
            }
            if named.contains(&block) {
                self.wrong(&place, format!("{name} stands there twice"));
            }
            named.push(block);
        }
        if blocks.is_empty() {
            self.wrong(&path, "has no block");
        }
        Some(PageLayout { path, title, navigation, below, each, blocks: named })
    }

    /// A path stays inside its folder, and holds exactly these placeholders.
    fn check_path(&mut self, place: &str, path: &str, needed: &[&str]) {
        let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']);
        if !path.split('/').all(is_name) {
            self.wrong(place, format!("{path:?} is not a path inside the release"));
        }
        self.check_placeholders(place, path, needed);
    }

    /// A name holds exactly these placeholders.
    fn check_placeholders(&mut self, place: &str, name: &str, needed: &[&str]) {
        let found = placeholders(name);
        if found != needed {
            let words = |names: &[&str]| match names {
                [] => "no placeholder".to_owned(),
                names => names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", "),
            };
            self.wrong(place, format!("{name:?} must hold {}, and holds {}", words(needed), words(&found)));
        }
    }

    /// A title holds no placeholders but these and those that stand for something everywhere.
    fn check_title(&mut self, place: &str, title: &str, more: &[&str]) {
        let known: Vec<&str> = ON_EVERY_PAGE.iter().chain(more).copied().collect();
        for unknown in placeholders(title).into_iter().filter(|name| !known.contains(name)) {
            self.wrong(place, format!("the title names {{{unknown}}}, which has no meaning there"));
        }
    }

    /// Words stand on a page, and a page that shows them finds them.
    fn check_words(&mut self, pages: &[PageLayout], key: &str, (block, is_empty): (BlockName, bool)) {
        match (pages.iter().any(|page| page.blocks.contains(&block)), is_empty) {
            (true, true) => {
                self.wrong(key, format!("is missing: a page has the block {} and nothing to show", block.name()));
            }
            (false, false) => self.wrong(key, format!("is shown nowhere: no page has the block {}", block.name())),
            _ => {}
        }
    }

    fn check_pages(&mut self, pages: &[PageLayout]) {
        let mut paths = BTreeSet::new();
        for page in pages {
            if page.path.strip_suffix(".html").is_none() {
                self.wrong(&page.path, "must end in .html");
            }
            if !paths.insert(&page.path) {
                self.wrong(&page.path, "stands there twice");
            }
        }
        if !paths.contains(&"index.html".to_owned()) {
            self.wrong("pages", "there is no index.html");
        }
        for page in pages {
            let Some(parent) = &page.below else { continue };
            if !pages.iter().any(|other| other.path == *parent && other.is_at_the_top()) {
                let which = "which is no page at the top of the navigation";
                self.wrong(&page.path, format!("stands below {parent}, {which}"));
            }
        }
    }
}

impl PageLayout {
    /// Whether it stands in the navigation of every page.
    pub fn is_at_the_top(&self) -> bool {
        self.navigation.is_some() && self.below.is_none()
    }
}

/// The names in braces.
fn placeholders(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

impl<'a> Placeholders<'a> {
    /// The same, and what `name` stands for.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &'a str) -> Self {
        self.values.push((name, value));
        self
    }

    /// The text with every placeholder replaced.
    pub fn fill(&self, text: &str) -> String {
        let replace = |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{{name}}}"), value);
        self.values.iter().fold(text.to_owned(), replace)
    }
}

/// The sections as they are written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionsText {
    sections: Vec<MetricSection>,
}

fn parse_sections(text: &str, metrics: ReadMetrics<'_>, problems: &mut Vec<DefinitionProblem>) -> Vec<MetricSection> {
    let mut wrong = |message: String| problems.push(DefinitionProblem::new(SECTIONS, "", message));
    let sections = match toml::from_str::<SectionsText>(text) {
        Ok(text) => text.sections,
        Err(error) => {
            wrong(error.to_string());
            return Vec::new();
        }
    };
    for section in &sections {
        let title = &section.title;
        if section.principle.is_some() == section.metrics.is_some()
            || section.principle.is_some_and(|p| !(1..=10).contains(&p))
        {
            wrong(format!("section “{title}” needs either `principle` (1 to 10) or `metrics`, not both"));
        }
        for metric in section.metrics.iter().flatten().filter(|id| !metrics.is_named(id)) {
            wrong(format!("section “{title}” names {metric}, which is not a metric"));
        }
    }
    let shown: Vec<&str> = sections.iter().flat_map(|s| s.select(metrics.all)).map(|m| m.id.as_str()).collect();
    for metric in metrics.all {
        let metric = metric.id.as_str();
        let times = shown.iter().filter(|id| **id == metric).count();
        if times != 1 {
            wrong(format!("{metric} is shown {times} times; add it to exactly one section"));
        }
    }
    sections
}

impl MetricSection {
    /// "Principle 2: Creating the data record".
    pub fn heading(&self) -> String {
        self.principle.map_or_else(|| self.title.clone(), |number| format!("Principle {number}: {}", self.title))
    }

    /// The metrics of this section, in order.
    pub fn select<'m>(&self, metrics: &'m [Metric]) -> Vec<&'m Metric> {
        match (&self.metrics, self.principle) {
            (Some(ids), _) => ids.iter().filter_map(|id| metrics.iter().find(|m| m.id == *id)).collect(),
            (None, Some(principle)) => {
                let mut chosen: Vec<&Metric> = metrics.iter().filter(|m| m.principle == principle).collect();
                chosen.sort_by(|a, b| a.id.cmp(&b.id));
                chosen
            }
            (None, None) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const PLAIN: &str = "audience='office'\nfolder='office'\ntitle='t'\nsummary='s'\nfindings_shown=1\n\
                         [[pages]]\npath='index.html'\ntitle='{report}'\nblocks=['opening']\n";

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().copied().collect();
        match parse_layouts(&files, ReadMetrics { all: &sample::metrics(), broken: &[] }, SourceNames::default()) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }

    fn sections() -> (&'static str, &'static str) {
        (SECTIONS, include_str!("../../reports/sections.toml"))
    }

    #[test]
    fn all_problems_of_all_files_are_reported() {
        let sections = "[[sections]]\ntitle='A'\nprinciple=2\n[[sections]]\ntitle='B'\nmetrics=['CRE-01','NO-01']\n";
        let office = PLAIN.replace("'opening'", "'openin', 'own_returns', 'charts'");
        let force = PLAIN.replace("summary", "sumary");
        let found = problems(&[(SECTIONS, sections), ("reports/a.toml", &office), ("reports/b.toml", &force)]);
        let all = found.join("\n");
        for part in [
            "names NO-01, which is not a metric",
            "CRE-01 is shown 2 times",
            "ACC-01 is shown 0 times",
            "reports/a.toml: index.html, blocks: \"openin\" is unknown; known are opening, at_a_glance",
            "own_returns needs each = \"organisation\"",
            "charts needs each = \"metric\"",
            "reports/b.toml: ",
            "unknown field `sumary`",
        ] {
            assert!(all.contains(part), "{part} is not in:\n{all}");
        }
    }

    #[test]
    fn questions_name_metrics_with_numbers_and_words_stand_on_a_page() {
        let question = |words: &str, metric: &str| {
            format!("[[questions]]\nquestion='{words}'\nmetric='{metric}'\ncounts='records were made'\n")
        };
        let with = |pages: &str, questions: &str| {
            let text = format!("{}{questions}", PLAIN.replace("'opening'", pages));
            problems(&[sections(), ("reports/a.toml", &text)]).join("\n")
        };
        assert_eq!(with("'questions'", &question("Is it right?", "CRE-01")), "");
        for (pages, questions, told) in [
            ("'questions'", question("Is it right?", "NO-01"), "names NO-01, which is not a metric"),
            ("'questions'", question("Is it right", "CRE-01"), "does not end in a question mark"),
            ("'questions'", question("Is it right?", "CRE-01").repeat(2), "CRE-01 answers two questions"),
            ("'questions'", String::new(), "questions: is missing"),
            ("'opening'", question("Is it right?", "CRE-01"), "is shown nowhere: no page has the block questions"),
            ("'glossary'", "[[terms]]\nterm='PNC'\nmeaning=' '\n".to_owned(), "needs a name and a meaning"),
        ] {
            let found = with(pages, &questions);
            assert!(found.contains(told), "{told} is not in:\n{found}");
        }
    }

    #[test]
    fn a_layout_shows_no_reader_what_the_reader_may_not_see() {
        let refused = |audience: &str, block: &str| {
            let text = PLAIN.replace("'office'\nfolder", &format!("'{audience}'\nfolder")).replace("opening", block);
            let of_forces = "folder='forces/{code}'\nkinds=['territorial_force']";
            let text = if audience == "force" { text.replace("folder='office'", of_forces) } else { text };
            problems(&[sections(), ("reports/a.toml", &text)])
        };
        for (audience, block) in [
            ("public", "findings"),
            ("public", "returns_by_organisation"),
            ("force", "national_figures"),
            ("force", "signals"),
        ] {
            let found = refused(audience, block);
            assert!(found.len() == 1 && found[0].ends_with("holds what these readers may not see"), "{found:?}");
        }
        for (audience, block) in [("office", "findings"), ("public", "signals"), ("force", "own_findings")] {
            assert_eq!(refused(audience, block), Vec::<String>::new());
        }
    }

    #[test]
    fn paths_stay_inside_and_hold_what_tells_pages_apart() {
        let with = |from: &str, to: &str| problems(&[sections(), ("reports/a.toml", &PLAIN.replace(from, to))]);
        for (from, to, told) in [
            ("folder='office'", "folder='../x'", "is not a path inside the release"),
            ("folder='office'", "folder='results'", "is where the release has other files"),
            ("index.html", "a.html", "there is no index.html"),
            ("{report}", "{metric}", "the title names {metric}"),
            ("path='index.html'", "path='index.html'\neach='metric'", "must hold {metric}, and holds no placeholder"),
            (
                "path='index.html'",
                "path='index.html'\nbelow='a.html'",
                "index.html: stands below a.html, which is no page",
            ),
            ("path='index.html'", "path='index.html'\nnavigation='A'\nbelow='index.html'", "stands below index.html"),
        ] {
            let found = with(from, to).join("\n");
            assert!(found.contains(told), "{told} is not in:\n{found}");
        }
    }

    #[test]
    fn a_spreadsheet_has_plain_names_and_shows_no_reader_what_the_reader_may_not_see() {
        let with = |audience: &str, workbook: &str| {
            let text = PLAIN.replace("'opening'", "'opening', 'take_away'");
            let of_one = "folder='forces/{code}'\nkinds=['territorial_force']";
            let text = match audience {
                "force" => text.replace("audience='office'\nfolder='office'", &format!("audience='force'\n{of_one}")),
                other => text.replace("audience='office'", &format!("audience='{other}'")),
            };
            problems(&[sections(), ("reports/a.toml", &format!("{text}[workbook]\n{workbook}"))]).join("\n")
        };
        let sheet = |name: &str, more: &str, block: &str| {
            format!("file='a-1'\n[[workbook.sheets]]\nname='{name}'\ntitle='T {{period}}'\n{more}block='{block}'\n")
        };
        assert_eq!(with("office", &sheet("A", "", "findings")), "");
        assert_eq!(with("office", &sheet("{metric}", "each='metric'\n", "figures_of_metric")), "");
        assert_eq!(with("force", &sheet("A", "", "own_figures")), "");
        assert_eq!(with("public", &sheet("A", "", "national_figures")), "");
        for (audience, workbook, told) in [
            ("public", sheet("A", "", "findings"), "findings holds what these readers may not see"),
            ("force", sheet("A", "", "figures_of_organisations"), "holds what these readers may not see"),
            ("force", sheet("A", "", "attention"), "holds what these readers may not see"),
            ("inspectorate", sheet("A", "", "evidence"), "holds what these readers may not see"),
            (
                "office",
                sheet("A", "", "own_figures"),
                "own_figures needs each = \"organisation\", or an edition for each",
            ),
            ("office", sheet("A", "", "figures_of_metric"), "figures_of_metric needs each = \"metric\""),
            ("office", sheet("A", "", "figures"), "\"figures\" is unknown; known are national_figures"),
            ("office", sheet("A", "each='principle'\n", "findings"), "a sheet is made once, or with each = \"metric\""),
            ("office", sheet("A", "each='metric'\n", "findings"), "must hold {metric}, and holds no placeholder"),
            ("office", sheet("{metric}", "", "findings"), "must hold no placeholder, and holds {metric}"),
            ("office", sheet("History", "", "findings"), "and not History"),
            ("office", sheet("notes", "", "findings"), "two sheets have the name notes"),
            ("office", sheet("A/B", "", "findings"), "must be one to 31 letters, digits, dashes and underscores"),
            ("office", sheet(&"A".repeat(32), "", "findings"), "must be one to 31 letters"),
            (
                "office",
                sheet("A", "", "findings").replace("a-1", "A"),
                "must be made of small letters, digits and dashes",
            ),
            ("office", sheet("A", "", "findings").replace("{period}", "{metric}"), "the title names {metric}"),
            ("office", "file='a'\nsheets=[]\n".to_owned(), "workbook, sheets: there is none"),
        ] {
            let found = with(audience, &workbook);
            assert!(found.contains(told), "{told} is not in:\n{found}");
        }
        let nowhere = format!("{PLAIN}[workbook]\n{}", sheet("A", "", "findings"));
        let found = problems(&[sections(), ("reports/a.toml", &nowhere)]).join("\n");
        assert!(found.contains("workbook: is offered nowhere: no page has the block take_away"), "{found}");
    }

    #[test]
    fn a_pack_has_pages_of_its_edition_each_once_and_is_offered() {
        let with = |text: &str, pack: &str| {
            problems(&[sections(), ("reports/a.toml", &format!("{text}[pack]\n{pack}"))]).join("\n")
        };
        let offered = PLAIN.replace("'opening'", "'opening', 'take_away'");
        assert_eq!(with(&offered, "file='a-pack'\npages=['index.html']\n"), "");
        for (pack, told) in [
            ("file='a'\npages=[]\n", "pack, pages: there is none"),
            ("file='a'\npages=['x.html']\n", "pack, pages: \"x.html\" is no page of the edition"),
            ("file='a'\npages=['index.html', 'index.html']\n", "pack, pages: \"index.html\" stands there twice"),
            ("file='A b'\npages=['index.html']\n", "pack, file: \"A b\" must be made of small letters"),
            ("pages=['index.html']\n", "missing field `file`"),
        ] {
            let found = with(&offered, pack);
            assert!(found.contains(told), "{told} is not in:\n{found}");
        }
        let nowhere = with(PLAIN, "file='a'\npages=['index.html']\n");
        assert!(nowhere.contains("pack: is offered nowhere: no page has the block take_away"), "{nowhere}");
    }
}
