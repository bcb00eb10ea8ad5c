//! What lies in a source: the returns of every dataset, organisation and month, each as its latest submission.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::calendar::{days_later, last_day};
use super::records::{Row, Value, read};

/// What a contract asks for, read off its text.
#[derive(Debug, Default)]
pub struct Contract {
    pub dataset: String,
    pub required: Vec<String>,
    key: Vec<String>,
    pub expected_from: Vec<String>,
    /// Days after the month's end by which a return is due.
    days: u64,
    /// The first month for which it is due.
    pub since: Option<NaiveDate>,
    reference: bool,
}

impl Contract {
    fn read(path: &Path) -> Self {
        let dataset = path.file_name().unwrap().to_str().unwrap().strip_suffix(".odcs.yaml").unwrap().to_owned();
        let mut contract = Self { dataset, ..Self::default() };
        let (mut field, mut property) = (String::new(), String::new());
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(name) = line.strip_prefix("      - name: ") {
                name.clone_into(&mut field);
            } else if let Some(name) = line.strip_prefix("  - property: ") {
                name.clone_into(&mut property);
            }
            match (line.trim(), property.as_str()) {
                ("required: true", _) => contract.required.push(field.clone()),
                ("primaryKey: true", _) => contract.key.push(field.clone()),
                ("value: true", "referenceDataset") => contract.reference = true,
                (text, "latency") if text.starts_with("value: ") => contract.days = text[7..].parse().unwrap(),
                (text, "expectedSince") if text.starts_with("value: ") => {
                    contract.since = format!("{}-01", text[7..].trim_matches('"')).parse().ok();
                }
                (text, "expectedFrom") if text.starts_with("- ") && !text.starts_with("- property") => {
                    contract.expected_from.push(text[2..].to_owned());
                }
                _ => {}
            }
        }
        contract
    }

    pub fn due(&self, month: NaiveDate) -> NaiveDate {
        days_later(last_day(month), self.days)
    }
}

/// The latest submission of one dataset, organisation and month.
#[derive(Debug)]
pub struct Return {
    pub org: String,
    pub month: NaiveDate,
    pub submitted: NaiveDate,
    pub first_submitted: NaiveDate,
    pub rows: Vec<Row>,
    /// Whether every file can be read, no mandatory value is empty and no key comes twice.
    pub accepted: bool,
    pub mandatory: i64,
    pub filled: i64,
}

/// One organisation; in a generated nation there is one entry for each.
#[derive(Debug)]
pub struct Organisation {
    pub code: String,
    pub kind: String,
    pub region: String,
    pub officers: i64,
}

type Returns = BTreeMap<(String, NaiveDate), Return>;

#[derive(Debug)]
pub struct Nation {
    pub organisations: Vec<Organisation>,
    pub contracts: Vec<Contract>,
    pub returns: BTreeMap<String, Returns>,
    /// The day of the latest submission.
    pub as_of: NaiveDate,
}

impl Nation {
    pub fn read(source: &Path) -> Self {
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let files = entries(&schemas).into_iter().filter(|path| path.to_str().unwrap().ends_with(".odcs.yaml"));
        let contracts: Vec<_> = files.map(|path| Contract::read(&path)).filter(|c| !c.reference).collect();
        let returns: BTreeMap<String, Returns> =
            contracts.iter().map(|c| (c.dataset.clone(), returns_of(c, &source.join(&c.dataset)))).collect();
        let days = returns.values().flat_map(Returns::values).map(|entry| entry.submitted);
        let organisation = |row: &Row| Organisation {
            code: row.text("org_code").to_owned(),
            kind: row.text("kind").to_owned(),
            region: row.text("region").to_owned(),
            officers: row.number("officers").unwrap_or(0),
        };
        let organisations =
            files_below(&source.join("organisations")).iter().flat_map(|path| read(path).unwrap()).collect::<Vec<_>>();
        Self {
            organisations: organisations.iter().map(organisation).collect(),
            as_of: days.max().unwrap(),
            contracts,
            returns,
        }
    }

    /// Rows of every return of a dataset that may be used.
    pub fn records(&self, dataset: &str) -> impl Iterator<Item = (&Return, &Row)> {
        self.accepted(dataset).flat_map(|entry| entry.rows.iter().map(move |row| (entry, row)))
    }

    /// Every return of a dataset that may be used.
    pub fn accepted(&self, dataset: &str) -> impl Iterator<Item = &Return> {
        self.returns[dataset].values().filter(|entry| entry.accepted)
    }

    /// Every return, whether it may be used or not.
    pub fn all(&self) -> impl Iterator<Item = &Return> {
        self.returns.values().flat_map(Returns::values)
    }

    pub fn returned(&self, dataset: &str, org: &str, month: NaiveDate) -> Option<&Return> {
        self.returns[dataset].get(&(org.to_owned(), month))
    }

    pub fn has(&self, dataset: &str, org: &str, month: NaiveDate) -> bool {
        self.returned(dataset, org, month).is_some_and(|entry| entry.accepted)
    }

    /// Organisations of which the dataset is asked.
    pub fn expected<'a>(&'a self, contract: &'a Contract) -> impl Iterator<Item = &'a Organisation> {
        self.organisations.iter().filter(|organisation| contract.expected_from.contains(&organisation.kind))
    }

    /// Police officers of an organisation, nought where none are known.
    pub fn officers(&self, org: &str) -> i64 {
        self.organisations.iter().find(|organisation| organisation.code == org).map_or(0, |found| found.officers)
    }

    /// Every organisation that is listed or returned anything.
    pub fn bodies(&self) -> BTreeSet<String> {
        let returning = self.returns.values().flat_map(|returns| returns.keys().map(|(org, _)| org.clone()));
        self.organisations.iter().map(|organisation| organisation.code.clone()).chain(returning).collect()
    }
}

fn returns_of(contract: &Contract, folder: &Path) -> Returns {
    let mut files: BTreeMap<(String, NaiveDate), BTreeMap<NaiveDate, Vec<PathBuf>>> = BTreeMap::new();
    for day in entries(folder) {
        let submitted = label(&day, "submitted=").parse().unwrap();
        for org in entries(&day) {
            for period in entries(&org) {
                let month = format!("{}-01", label(&period, "period=")).parse().unwrap();
                let days = files.entry((label(&org, "org="), month)).or_default();
                days.entry(submitted).or_default().extend(files_below(&period));
            }
        }
    }
    let latest = |((org, month), days): ((String, NaiveDate), BTreeMap<NaiveDate, Vec<PathBuf>>)| {
        let (submitted, paths) = days.last_key_value().unwrap();
        let read: Vec<_> = paths.iter().map(|path| read(path)).collect();
        let whole = read.iter().all(Option::is_some);
        let rows: Vec<Row> = read.into_iter().flatten().flatten().collect();
        let cells = |row: &Row| contract.required.iter().filter(|name| *row.value(name) != Value::Null).count();
        let (mandatory, filled) = (rows.len() * contract.required.len(), rows.iter().map(cells).sum::<usize>());
        let key = |row: &Row| contract.key.iter().map(|name| row.value(name).clone()).collect::<Vec<_>>();
        let keys: BTreeSet<_> = rows.iter().map(key).collect();
        let unique = contract.key.is_empty() || keys.len() == rows.len();
        let entry = Return {
            org: org.clone(),
            month,
            submitted: *submitted,
            first_submitted: *days.first_key_value().unwrap().0,
            accepted: whole && unique && mandatory == filled,
            mandatory: i64::try_from(mandatory).unwrap(),
            filled: i64::try_from(filled).unwrap(),
            rows,
        };
        ((org, month), entry)
    };
    files.into_iter().map(latest).collect()
}

fn label(path: &Path, prefix: &str) -> String {
    path.file_name().unwrap().to_str().unwrap().strip_prefix(prefix).unwrap().to_owned()
}

/// What a folder holds, in order; nothing where there is none.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Files of a folder and of those in it.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
