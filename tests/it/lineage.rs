//! What catalogues of data are told of runs: events of `OpenLineage` beside those of the ledger.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Bench, arrests, text};

const CASE: (&str, &str) = ("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z");

fn events(bench: &Bench, attempt: u32) -> Vec<Value> {
    let path = bench.out().join(format!("ledger/by_hand/2025-04/{attempt:04}-lineage.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A bench with a return of three rows, and one that is refused.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &arrests(&[CASE; 3]));
    bench.submit("arrest_summons", ("2025-05-15", "E2", "2025-04"), "r1,arested,2025-04-03T10:00:00Z,,true,true");
    bench
}

#[test]
fn a_run_is_told_from_its_beginning_to_its_release_with_what_it_rests_on() {
    let bench = bench();
    assert_eq!(bench.run("2025-04", &["--allow-gaps"]).code, 0);
    let [start, end] = <[Value; 2]>::try_from(events(&bench, 1)).unwrap();
    assert_eq!((&start["eventType"], &end["eventType"]), (&json!("START"), &json!("COMPLETE")));
    assert_eq!(start["run"]["runId"], end["run"]["runId"]);
    assert_eq!((&start["inputs"], &start["outputs"]), (&json!([]), &json!([])));
    let (source, out) = (fs::canonicalize(bench.source()).unwrap(), fs::canonicalize(bench.out()).unwrap());
    let input = |dataset: &str| {
        let name = format!("{}/{dataset}", text(&source));
        let inputs = end["inputs"].as_array().unwrap();
        inputs.iter().find(|input| input["name"] == name.as_str()).unwrap_or_else(|| panic!("{name}: {inputs:?}"))
    };
    assert_eq!(input("arrest_summons")["namespace"], "file");
    let read = &input("arrest_summons")["inputFacets"]["inputStatistics"];
    assert_eq!((&read["rowCount"], &read["fileCount"]), (&json!(3), &json!(1)), "the refused return is not behind it");
    assert_eq!(input("organisations")["inputFacets"]["inputStatistics"]["rowCount"], 2);
    let output = &end["outputs"][0];
    assert_eq!(output["name"], format!("{}/2025-04/r1", text(&out)));
    assert_eq!(output["facets"]["version"]["datasetVersion"], "r1");
    assert_eq!(end["job"]["name"], format!("{}.by_hand", text(&out)));
    let nominal = &end["run"]["facets"]["nominalTime"];
    // Midnight in London, in summer; the end belongs to the next month.
    assert_eq!(nominal["nominalStartTime"], "2025-03-31T23:00:00Z");
    assert_eq!(nominal["nominalEndTime"], "2025-04-30T23:00:00Z");
}

#[test]
fn a_run_that_fails_tells_why_and_each_run_has_a_name_of_its_own() {
    let bench = Bench::new();
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-05"), &arrests(&[CASE]));
    assert_eq!(bench.run("2025-04", &[]).code, 20);
    let failed = events(&bench, 1);
    assert_eq!(failed[1]["eventType"], "FAIL");
    let message = &failed[1]["run"]["facets"]["errorMessage"]["message"];
    assert!(message.as_str().unwrap().contains("nothing was sent for 2025-04"), "{message}");
    assert_eq!(bench.run("2025-04", &[]).code, 20);
    assert_ne!(events(&bench, 2)[0]["run"]["runId"], failed[0]["run"]["runId"]);
}
