//! The places of pages where standing is said, and how each is read. A word of standing at any other place is a fault, so that
//! no new page escapes.

use std::collections::BTreeMap;

use super::known::{Against, Judged};
use super::ledger::{Ledger, number};
use super::names::Names;
use super::pages::{Piece, ReadCell, Sign};
use super::sentences;

/// What a sign says of a return.
const RETURNS: [&str; 6] =
    ["accepted in time", "accepted late", "refused", "not returned", "no return due", "not yet due"];

/// Words that are counted in "7 better, 3 worse".
const COUNTED: [&str; 6] = ["better", "worse", "higher", "lower", "close", "without a clear difference"];

/// The national body.
pub const NATION: &str = "NATIONAL";

/// What is read in a column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// The word for a figure.
    Word(Against),
    /// How many metrics of a row have the outcome that the column names.
    Outcomes,
    /// "7 better, 3 worse": how many figures of a row stand so.
    Moves(Against),
    /// The names of forces that are clearly worse than their peers.
    WorseForces,
    /// How many subjects are clearly worse than those of the peers.
    WorseSubjects,
    /// A sign for each metric.
    Signs,
    /// Where a force lies from the limits of all, by the column of `funnels`.
    Limits(&'static str),
    /// What the chart of a series says of a period.
    Variation,
    /// Remarks on a period, with the outcome of its standard.
    Remarks,
    /// The outcome of a standard in the period that the column names.
    StandardThen,
    /// A signal.
    Signal,
    /// Nothing of standing.
    Plain,
}

/// A page that is read, and what is known of whom it is about.
pub struct Reader<'l, 'k, 'n> {
    pub ledger: &'l mut Ledger<'k>,
    pub names: &'n Names,
    /// Inside the release.
    pub path: String,
    /// The organisation that the page is about.
    pub body: Option<String>,
    /// The metric that the page is about.
    pub metric: Option<String>,
    /// The organisation that a column of the row named.
    pub row_body: Option<String>,
    /// Lines of lists and rows of tables by section, and how many more a list says there are.
    pub listed: BTreeMap<String, usize>,
}

impl Reader<'_, '_, '_> {
    pub fn read(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Cell(cell) => self.cell(cell),
                Piece::Line(line) => sentences::line(self, line),
            }
        }
        sentences::lists(self);
    }

    pub fn is_public(&self) -> bool {
        self.path.starts_with("public/")
    }

    /// The page within its edition: `index.html`, `metrics/page.html`.
    pub fn page(&self) -> String {
        let named = self.body.iter().chain(&self.metric);
        named.fold(self.path.clone(), |path, code| path.replace(code, "X"))
    }

    /// How many metrics the release has.
    pub fn metrics(&self) -> usize {
        self.names.metrics()
    }

    /// The body of the page, or the nation.
    pub fn own_body(&self) -> String {
        self.body.clone().unwrap_or_else(|| NATION.to_owned())
    }

    fn cell(&mut self, cell: &ReadCell) {
        let place = format!("{} {} “{}” {}", self.path, cell.table, cell.column.text, cell.row.text);
        if cell.column.text == "Organisation" {
            self.row_body = self.names.body(&cell.text);
        }
        if cell.is_heading {
            self.plain(&place, &cell.row.text, &[]);
            return;
        }
        match self.reading(cell) {
            Reading::Word(against) => self.word(&place, cell, against),
            Reading::Outcomes => self.outcomes(&place, cell),
            Reading::Moves(against) => self.moves(&place, cell, against),
            Reading::WorseForces => self.worse_forces(&place, cell),
            Reading::WorseSubjects => {
                let body = self.body_of(cell);
                let counted = self.worse_subjects(&body);
                self.ledger.counts(&place, "subjects clearly worse than peers", number(&cell.text), counted);
            }
            Reading::Signs => cell.signs.iter().for_each(|sign| {
                let (heading, word) = sign.words.rsplit_once(": ").unwrap();
                let metric = self.names.metric_in(heading).unwrap();
                self.sign(&place, &Sign { words: word.to_owned(), ..sign.clone() });
                self.ledger.says(&place, &Judged::new(&metric, NATION), Against::YearBefore, word);
            }),
            Reading::Limits(column) => self.limits(&place, cell, column),
            Reading::Remarks => self.remarks(&place, cell),
            Reading::StandardThen => {
                let period = self.names.period(&cell.column.text);
                let judged = self.judged(cell);
                self.standard_then(&place, &judged, &period, &word_of(cell));
            }
            Reading::Signal => self.signal(&place, cell),
            Reading::Variation => {
                let judged = Judged { metric: self.metric_of(&cell.table), body: self.own_body() };
                let period = self.names.period(&cell.row.text);
                self.variation(&place, &judged, &period, &cell.text);
            }
            Reading::Plain => self.plain(&place, &cell.whole, &cell.signs),
        }
    }

    /// How a column is read. Columns of one name are read alike wherever they stand, but for those of tables named here.
    fn reading(&self, cell: &ReadCell) -> Reading {
        let table = kind_of(&cell.table);
        let is_national = self.body.is_none();
        match (table.as_str(), cell.column.text.as_str()) {
            ("tab-responsibility-X" | "tab-responsibility-organisations", "On a year before") if is_national => {
                Reading::Moves(Against::YearBefore)
            }
            ("tab-responsibility-organisations", "Against peers") => Reading::Moves(Against::Peers),
            (
                "tab-responsibility-X" | "tab-responsibility-organisations" | "tab-roles" | "tab-inspected",
                "Met" | "Not met" | "Few cases" | "No standard" | "Not evidenced",
            ) => Reading::Outcomes,
            ("tab-responsibility-X", "Outcome" | "National figure")
            | ("tab-evidence" | "tab-standards" | "tab-inspector-questions", "Outcome")
                if !is_national || table == "tab-responsibility-X" =>
            {
                Reading::Word(Against::Outcome)
            }
            ("tab-standards", "Outcome")
            | (
                "tab-overview" | "tab-metrics" | "tab-national" | "tab-figures" | "tab-X-comparison" | "tab-X-regions",
                "Standard",
            ) => Reading::Word(Against::Standard),
            ("tab-evidence" | "tab-inspector-questions", "Peers")
            | (_, "Against peers" | "Against peers, in words") => Reading::Word(Against::Peers),
            ("tab-evidence", "Own series") => Reading::Word(Against::OwnPast),
            ("tab-evidence", "Metric" | "Duty" | "Figure" | "Submissions") | ("tab-standards", "Standard") => {
                Reading::Plain
            }
            ("tab-evidence", _)
            | (_, "Verdict" | "On a year before, in words" | "On a year before")
            | ("tab-overview" | "tab-figures" | "tab-inspector-questions", "Change in a year") => {
                Reading::Word(Against::YearBefore)
            }
            ("tab-worsened" | "tab-improved", "Now") => Reading::Word(Against::YearBefore),
            (_, "Among all forces") => Reading::Word(Against::Forces),
            ("tab-national", "Clearly worse than peers") => Reading::WorseForces,
            ("tab-forces", "Subjects worse") | ("tab-inspected", "Subjects clearly worse than peers") => {
                Reading::WorseSubjects
            }
            ("tab-forces", _) if self.path.starts_with("national/") => Reading::Word(Against::Peers),
            ("tab-principles", _) => Reading::Signs,
            ("tab-X-funnel", "Label") => Reading::Limits("label"),
            ("tab-X-funnel", "Label by chance alone") => Reading::Limits("plain"),
            ("tab-X-trend" | "tab-X-long", "Notes") => Reading::Remarks,
            ("tab-X-trend", "Variation") => Reading::Variation,
            ("tab-standards-met", _) => Reading::StandardThen,
            ("tab-signals", "What stands out") => Reading::Signal,
            _ => Reading::Plain,
        }
    }

    /// Whose figure a cell is about: the metric of its row, column or page, and the body of its row or page.
    fn judged(&self, cell: &ReadCell) -> Judged {
        let in_column = self.names.metric_linked(&cell.column.link);
        let metric = in_column.or_else(|| self.names.metric_in(&cell.row.text)).or_else(|| self.metric.clone());
        let metric = metric.unwrap_or_else(|| panic!("{}: of which metric is {}?", self.path, cell.row.text));
        Judged { metric, body: self.body_of(cell) }
    }

    /// The body that a row names, or that the page is about.
    fn body_of(&self, cell: &ReadCell) -> String {
        let is_own = self.names.metric_in(&cell.row.text).is_some() && cell.table != "tab-forces";
        if is_own { self.own_body() } else { self.names.body(&cell.row.text).unwrap_or_else(|| self.own_body()) }
    }

    fn word(&mut self, place: &str, cell: &ReadCell, against: Against) {
        let judged = self.judged(cell);
        cell.signs.iter().for_each(|sign| self.sign(place, sign));
        if matches!(cell.table.as_str(), "tab-worsened" | "tab-improved") {
            *self.listed.entry(cell.table.clone()).or_default() += 1;
        }
        let word = word_of(cell).to_lowercase();
        let word = word.strip_suffix(" than usual").unwrap_or(&word);
        // Where the release has no figure of a body there is no verdict.
        if word != "[x]" || !self.ledger.known.label(&judged, "attention").is_empty() {
            self.ledger.says(place, &judged, against, word);
        }
    }

    /// A sign must look like its word.
    pub fn sign(&mut self, place: &str, sign: &Sign) {
        let word = sign.words.to_lowercase();
        if RETURNS.contains(&word.trim_start_matches("blank: ")) {
            return;
        }
        let word = word.rsplit(": ").next().unwrap_or_default();
        let word = word.strip_suffix(" than usual").map_or_else(|| word.to_owned(), |side| format!("{side} (95%)"));
        let wanted: &[&str] = match word.as_str() {
            "clearly better" | "met" => &["better-up", "better-down"],
            "better" | "better (95%)" => &["better-95-up", "better-95-down"],
            "clearly worse" | "not met" => &["worse"],
            "worse" | "worse (95%)" => &["worse-95"],
            "clearly higher"
            | "clearly lower"
            | "clearly higher or lower"
            | "clearly more recorded"
            | "clearly fewer recorded" => &["different"],
            "higher" | "lower" | "higher or lower" | "more recorded" | "fewer recorded" | "higher (95%)"
            | "lower (95%)" => &["different-95"],
            "close" | "little change" | "no clear difference" | "no clear change" | "usual" => &["no-difference"],
            "missing" | "no figure" => &["missing"],
            "withheld" => &["withheld"],
            "not applicable" | "blank: not applicable" => &["not-applicable"],
            // "Cannot tell", and how many the few cases are.
            _ => &["cannot-tell"],
        };
        if !wanted.contains(&sign.name.as_str()) {
            self.ledger.fault(place, &format!("the sign of “{word}” is that of {}", sign.name));
        }
    }

    fn outcomes(&mut self, place: &str, cell: &ReadCell) {
        let wanted = cell.column.text.to_lowercase();
        let known = self.ledger.known;
        let metric = self.names.metric_in(&cell.row.text);
        let is_counted = |judged: &Judged| match (cell.table.as_str(), &metric) {
            ("tab-roles", _) => {
                let role = cell.row.text.to_lowercase().replace(' ', "_");
                judged.body == self.own_body()
                    && known.roles.get(&judged.metric).is_some_and(|roles| roles.contains(&role))
            }
            (_, Some(metric)) => judged.metric == *metric && is_organisation(&judged.body),
            (_, None) => judged.body == self.body_of(cell),
        };
        let figures = known.all().filter(|judged| is_counted(judged) && known.roles.contains_key(&judged.metric));
        let counted = figures.filter(|judged| known.word(judged, Against::Outcome) == wanted).count();
        self.ledger.counts(place, &format!("metrics with the outcome “{wanted}”"), number(&cell.text), counted);
    }

    fn moves(&mut self, place: &str, cell: &ReadCell, against: Against) {
        let known = self.ledger.known;
        let metric = self.names.metric_in(&cell.row.text);
        let body = self.body_of(cell);
        let figures = known.all().filter(|judged| match &metric {
            Some(metric) => judged.metric == *metric && is_organisation(&judged.body),
            None => judged.body == body,
        });
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        for judged in figures {
            let word = known.word(judged, against);
            let word = word.strip_prefix("clearly ").unwrap_or(&word).replace("little change", "close");
            let word = if word.starts_with("no clear") { "without a clear difference".to_owned() } else { word };
            *counted.entry(word).or_default() += 1;
        }
        counted.retain(|word, _| COUNTED.contains(&word.as_str()));
        let parts = cell.text.split(", ").filter(|part| *part != "Nothing to compare");
        let said: BTreeMap<String, usize> = parts
            .map(|part| part.split_once(' ').and_then(|(count, word)| Some((word.to_owned(), number(count)?))).unwrap())
            .collect();
        self.ledger.counts += 1;
        if said != counted {
            self.ledger.fault(place, &format!("says {said:?}, and verdicts are {counted:?}"));
        }
    }

    fn worse_forces(&mut self, place: &str, cell: &ReadCell) {
        let metric = self.names.metric_in(&cell.row.text).unwrap();
        let worse: Vec<Judged> =
            self.clearly_worse(|judged| judged.metric == metric && self.names.is_force(&judged.body));
        let text = cell.text.replace(" and ", ", ");
        let mut said = Vec::new();
        let mut more = 0;
        for name in text.split(", ").filter(|name| *name != "None") {
            match name.strip_suffix(" more") {
                Some(count) => more = number(count).unwrap(),
                None => said.push(self.names.body(name).unwrap()),
            }
        }
        self.ledger.counts(place, "forces clearly worse than their peers", Some(said.len() + more), worse.len());
        for body in said {
            self.ledger.says(place, &Judged::new(&metric, &body), Against::Peers, "clearly worse");
        }
    }

    /// The figures that are clearly worse than those of the peers.
    pub fn clearly_worse(&self, is_wanted: impl Fn(&Judged) -> bool) -> Vec<Judged> {
        let known = self.ledger.known;
        let worse = known.all().filter(|judged| is_wanted(judged) && known.label(judged, "peers") == "worse_99_8");
        worse.cloned().collect()
    }

    /// On how many subjects a body is clearly worse than its peers.
    pub fn worse_subjects(&self, body: &str) -> usize {
        self.subjects(body, "peers", "worse_99_8")
    }

    /// In how many subjects a body has a label.
    pub fn subjects(&self, body: &str, column: &str, label: &str) -> usize {
        let known = self.ledger.known;
        let of_body = known.of_body(body).filter(|judged| known.label(judged, column) == label);
        let mut subjects: Vec<&str> =
            of_body.map(|judged| known.label(judged, "subject")).filter(|subject| !subject.is_empty()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects.len()
    }

    /// A label of limits, which are facts; whether the distance matters is the verdict's to say.
    fn limits(&mut self, place: &str, cell: &ReadCell, column: &str) {
        let judged = self.judged(cell);
        let Some(row) = self.ledger.known.funnels.get(&judged) else {
            self.ledger.fault(place, "the results have no such limits");
            return;
        };
        let adjusted = &row["adjusted_label"];
        let label = if column == "label" && !adjusted.is_empty() { adjusted } else { &row["label"] };
        let words = match label.as_str() {
            "above_99_8" => "Above the 99.8% limit",
            "above_95" => "Above the 95% limit",
            "within" => "Within the limits",
            "below_95" => "Below the 95% limit",
            "below_99_8" => "Below the 99.8% limit",
            "cannot_tell" => "Cannot tell: too few cases",
            _ => "Cannot tell: forces differ too much",
        };
        self.ledger.counts += 1;
        if words != cell.text {
            self.ledger.fault(place, &format!("“{}”, and the limits say “{words}”", cell.text));
        }
    }

    /// "Local target of 85% or more: not met" among other remarks.
    fn remarks(&mut self, place: &str, cell: &ReadCell) {
        let kinds = ["target of ", "law of ", "standard of ", "expectation of "];
        let small = cell.whole.to_lowercase();
        let found = kinds.iter().find_map(|kind| small.split_once(kind)).and_then(|(_, rest)| rest.split_once(": "));
        let words = ["not met", "met", "few cases", "cannot tell"];
        let Some(word) = found.and_then(|(_, rest)| words.into_iter().find(|word| rest.starts_with(word))) else {
            self.plain(place, &cell.whole, &cell.signs);
            return;
        };
        let judged = Judged { metric: self.metric_of(&cell.table), body: self.own_body() };
        let period = self.names.period(&cell.row.text);
        self.standard_then(place, &judged, &period, word);
    }

    /// The outcome of a standard in a period.
    pub fn standard_then(&mut self, place: &str, judged: &Judged, period: &str, word: &str) {
        let known = self.ledger.known;
        if *period == known.period {
            self.ledger.says(place, judged, Against::Standard, word);
            return;
        }
        *self.ledger.read.entry(Against::Standard).or_default() += 1;
        let (said, was) = (word.to_lowercase(), known.standard(judged, period));
        let is_none = was == "none" && said == "[z]";
        if said != was && !is_none && !(was == "few cases" && said.contains(" of ")) {
            self.ledger.fault(place, &format!("{judged:?} {period} “{said}”, and the figure says “{was}”"));
        }
    }

    /// The metric that an id names, or that the page is about.
    pub fn metric_of(&self, id: &str) -> String {
        self.names.metric_in(id).or_else(|| self.metric.clone()).unwrap_or_default()
    }

    /// A signal of the organisation that the row names in a column of its own.
    fn signal(&mut self, place: &str, cell: &ReadCell) {
        let metric = self.names.metric_in(&cell.row.text).unwrap();
        let judged = Judged { metric, body: self.row_body.clone().unwrap() };
        *self.listed.entry("tab-signals".to_owned()).or_default() += 1;
        let text = cell.text.to_lowercase();
        if let Some(word) = text.strip_suffix(" than its peers") {
            self.ledger.says(place, &judged, Against::Peers, word);
        } else if let Some(side) = text.strip_prefix("unusually ").and_then(|rest| rest.strip_suffix(" among forces")) {
            self.among_forces(place, &judged, side == "high", "_99_8");
        } else if let Some(word) = text.strip_prefix("trend over ").and_then(|rest| rest.split_once(": ")) {
            self.ledger.says(place, &judged, Against::Trend, word.1);
        } else {
            self.plain(place, &cell.text, &[]);
        }
    }

    /// A figure outside the limits of all forces, and by more than the margin.
    pub fn among_forces(&mut self, place: &str, judged: &Judged, is_high: bool, level: &str) {
        let known = self.ledger.known;
        let size: f64 = known.label(judged, "forces_size").parse().unwrap_or_default();
        let label = known.label(judged, "forces");
        *self.ledger.read.entry(Against::Forces).or_default() += 1;
        if is_high != (size > 0.0) || !label.ends_with(level) {
            self.ledger.fault(place, &format!("{judged:?} is unusual, and its verdict is {label}, {size}"));
        }
    }

    /// What a chart says of a period. Of the report's period it is the verdict's word.
    pub fn variation(&mut self, place: &str, judged: &Judged, period: &str, word: &str) {
        let known = self.ledger.known;
        let word = word.to_lowercase();
        let side = match word.as_str() {
            "improvement" => "better",
            "concern" => "worse",
            "usual" | "no variation" => "usual",
            "cannot tell" => "cannot tell",
            // Above or below, where neither side is better or no verdict is made.
            _ => {
                let verdict = known.word(judged, Against::OwnPast);
                self.ledger.counts += 1;
                if period == known.period && !["higher", "lower", "cannot tell"].contains(&verdict.as_str()) {
                    self.ledger.fault(place, &format!("{judged:?} “{word}”, and its verdict is “{verdict}”"));
                }
                return;
            }
        };
        if period == known.period {
            self.ledger.says(place, judged, Against::OwnPast, side);
            return;
        }
        self.ledger.counts += 1;
        let rule = known.variation(judged, period);
        if rule != word {
            self.ledger.fault(place, &format!("{judged:?} {period} “{word}”, and the chart has “{rule}”"));
        }
    }

    /// Words that say nothing of standing. What the definitions say, and explanations, are no statements.
    pub fn plain(&mut self, place: &str, text: &str, signs: &[Sign]) {
        let of_returns = |sign: &Sign| RETURNS.contains(&sign.words.trim_start_matches("blank: "));
        if !signs.iter().all(of_returns) {
            self.ledger.fault(place, &format!("signs at a place that is not read: {signs:?}"));
        }
        if let Some(word) = self.names.standing_in(text) {
            self.ledger.fault(place, &format!("“{word}” at a place that is not read: {text}"));
        }
    }
}

/// An organisation, not a sum.
pub fn is_organisation(body: &str) -> bool {
    body != NATION && !body.contains(':')
}

/// The word of a cell: that of its sign, or its text. Of a full count the word may stand below its number.
fn word_of(cell: &ReadCell) -> String {
    const UNTESTED: &str = "count, not tested";
    let text = || if cell.whole.ends_with(UNTESTED) { UNTESTED } else { &cell.text };
    cell.signs.first().map_or_else(|| text().to_owned(), |sign| sign.words.clone())
}

/// The id of a table without the metric or the number in it.
fn kind_of(table: &str) -> String {
    let parts: Vec<&str> = table.split('-').collect();
    let is_metric = |part: &str| part.len() == 3 && part.chars().all(|letter| letter.is_ascii_uppercase());
    match parts.as_slice() {
        ["tab", letters, number, rest @ ..] if is_metric(letters) && number.len() == 2 => {
            ["tab", "X"].iter().chain(rest).copied().collect::<Vec<_>>().join("-")
        }
        [all @ .., last] if last.parse::<u32>().is_ok() => [all.join("-").as_str(), "X"].join("-"),
        _ => table.to_owned(),
    }
}
