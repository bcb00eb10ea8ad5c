//! A run as events of `OpenLineage` 2 (<https://openlineage.io/spec/2-0-2/OpenLineage.json>), for catalogues of data: which datasets
//! it read, which release it made, and how it ended. Names of datasets follow the naming rules of that standard.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::digest::sha256;
use crate::engine::ENGINE_VERSION;
use crate::files::resolved;
use crate::ledger::{Ended, RunKey, RunResult};
use crate::place::Place;
use crate::release::published::PublishedRecord;

const EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const FACETS: &str = "https://openlineage.io/spec/facets";

/// A run that has ended.
pub(super) struct EndedRun<'r> {
    pub(super) key: &'r RunKey,
    pub(super) attempt: u32,
    pub(super) begun_at: DateTime<Utc>,
    pub(super) ended: &'r Ended,
    pub(super) source: &'r Place,
    pub(super) out: &'r Place,
    /// Of the release that it made, or found to say the same already.
    pub(super) record: Option<PublishedRecord>,
}

impl EndedRun<'_> {
    /// That it began, and how it ended.
    pub(super) fn events(&self) -> Value {
        let how = match self.ended.result {
            RunResult::Published | RunResult::Unchanged => "COMPLETE",
            RunResult::Stopped | RunResult::Waiting | RunResult::LeftOut => "ABORT",
            RunResult::Failed => "FAIL",
        };
        json!([self.event("START", self.begun_at), self.event(how, self.ended.at)])
    }

    fn event(&self, kind: &str, at: DateTime<Utc>) -> Value {
        let is_end = kind != "START";
        json!({
            "eventType": kind,
            "eventTime": at,
            "producer": producer(),
            "schemaURL": EVENT,
            "run": { "runId": self.run_id(), "facets": self.run_facets(is_end) },
            "job": self.job(),
            "inputs": if is_end { self.inputs() } else { Vec::new() },
            "outputs": if is_end { self.output().into_iter().collect() } else { Vec::new() },
        })
    }

    /// A UUID of version 8: the same run has the same one in both events, and no other run has it.
    fn run_id(&self) -> String {
        let hash = sha256(format!("{}|{}|{}|{}", self.out, self.key, self.attempt, self.begun_at).as_bytes());
        let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
        format!("{}-{}-8{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
    }

    fn run_facets(&self, is_end: bool) -> Value {
        let period = self.key.period;
        let mut facets = json!({
            "nominalTime": facet("1-0-1", "NominalTimeRunFacet", json!({
                "nominalStartTime": period.first.start_utc(),
                "nominalEndTime": period.last().plus(1).start_utc(),
            })),
            "processing_engine": facet("1-1-1", "ProcessingEngineRunFacet", json!({
                "name": "DataFusion",
                "version": ENGINE_VERSION,
            })),
        });
        if let (true, Some(message)) = (is_end, &self.ended.message) {
            let told = json!({ "message": message, "programmingLanguage": "Rust" });
            insert(&mut facets, "errorMessage", facet("1-0-1", "ErrorMessageRunFacet", told));
        }
        facets
    }

    fn job(&self) -> Value {
        let DatasetName { namespace, name } = DatasetName::of(self.out, "");
        let told = json!({ "processingType": "BATCH", "integration": "LEDS_METRICS", "jobType": "RELEASE" });
        json!({
            "namespace": namespace,
            "name": format!("{name}.{}", self.key.asker()),
            "facets": { "jobType": facet("2-0-4", "JobTypeJobFacet", told) },
        })
    }

    /// The datasets of the source that the release rests on.
    fn inputs(&self) -> Vec<Value> {
        let mut datasets: BTreeMap<&str, InputTotal> = BTreeMap::new();
        for input in self.record.iter().flat_map(|record| &record.inputs).filter(|input| input.used) {
            let dataset = input.path.split('/').next().unwrap_or_default();
            let total = datasets.entry(dataset).or_default();
            total.files += 1;
            total.bytes += input.size;
            total.rows += input.rows;
        }
        let input = |(dataset, total): (&str, InputTotal)| {
            let DatasetName { namespace, name } = DatasetName::of(self.source, dataset);
            let told = json!({ "rowCount": total.rows, "size": total.bytes, "fileCount": total.files });
            json!({
                "namespace": namespace,
                "name": name,
                "inputFacets": { "inputStatistics": facet("1-0-0", "InputStatisticsInputDatasetFacet", told) },
            })
        };
        datasets.into_iter().map(input).collect()
    }

    fn output(&self) -> Option<Value> {
        let (record, release) = (self.record.as_ref()?, self.ended.release.as_ref()?);
        let DatasetName { namespace, name } = DatasetName::of(self.out, release);
        let told = json!({ "fileCount": record.files.len() });
        let version = json!({ "datasetVersion": format!("r{}", record.revision) });
        Some(json!({
            "namespace": namespace,
            "name": name,
            "facets": { "version": facet("1-0-1", "DatasetVersionDatasetFacet", version) },
            "outputFacets": { "outputStatistics": facet("1-0-2", "OutputStatisticsOutputDatasetFacet", told) },
        }))
    }
}

/// What a run read of one dataset.
#[derive(Default)]
struct InputTotal {
    files: u64,
    bytes: u64,
    rows: u64,
}

/// How the standard calls a dataset: a folder of a disk by its path, one of a store by its path in the bucket or container.
struct DatasetName {
    namespace: String,
    name: String,
}

impl DatasetName {
    fn of(place: &Place, below: &str) -> Self {
        let whole = match place.on_disk() {
            Some(path) => format!("file://{}", resolved(path).display()),
            None => place.to_string(),
        };
        let (scheme, rest) = whole.split_once("://").unwrap_or_default();
        let (bucket, folder) = match scheme {
            "file" => ("", rest),
            _ => rest.split_once('/').unwrap_or((rest, "")),
        };
        let namespace = if scheme == "file" { scheme.to_owned() } else { format!("{scheme}://{bucket}") };
        let parts = [folder, below].into_iter().filter(|part| !part.is_empty());
        Self { namespace, name: parts.collect::<Vec<_>>().join("/") }
    }
}

fn producer() -> &'static str {
    concat!("urn:leds-metrics:", env!("CARGO_PKG_VERSION"))
}

/// A facet of the standard, in the version that it is written by.
fn facet(version: &str, name: &str, mut told: Value) -> Value {
    insert(&mut told, "_producer", producer().into());
    insert(&mut told, "_schemaURL", format!("{FACETS}/{version}/{name}.json#/$defs/{name}").into());
    told
}

fn insert(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}
