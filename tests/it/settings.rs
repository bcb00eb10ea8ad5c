//! Settings as the program sees them: what holds, who says so, and what an editor is told of the file.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Bench, leds_metrics, text};

/// What `settings show --json` says of each key, by its name.
fn shown(settings: &Path) -> serde_json::Map<String, Value> {
    let done = leds_metrics(&["settings", "show", "--json", "--settings", text(settings)]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let shown: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(shown["file"], text(settings));
    let keys = shown["settings"].as_array().unwrap().iter();
    keys.map(|one| (one["key"].as_str().unwrap().to_owned(), one.clone())).collect()
}

#[test]
fn every_key_has_its_value_and_says_who_gave_it() {
    let bench = Bench::new();
    let file = bench.settings(
        "[trend]\nmonth = 13\nyear = 6\n[parameters]\ndormant_days = 90\n[publication]\npublisher = \"P\"\n\
         [[schedules]]\nname = \"monthly\"\nfirst = \"2025-04\"\nwhen = \"30 1 * * *\"\ndays_after = 45\n\
         [retention]\nperiods = { month = 3 }\n",
    );
    let shown = shown(&file);
    let told = |key: &str| (shown[key]["value"].clone(), shown[key]["from"].as_str().unwrap());
    assert_eq!(told("trend.month"), (json!(13), "file"), "it is given, though it is the default");
    assert_eq!(told("trend.year"), (json!(6), "file"));
    assert_eq!(told("trend.national"), (json!("all"), "default"));
    assert_eq!(told("engine.memory_limit_mib"), (json!(512), "default"));
    assert_eq!(told("editions.copies"), (json!(["ods", "xlsx"]), "default"));
    assert_eq!(told("publication.publisher"), (json!("P"), "file"));
    assert_eq!(told("publication.contact"), (Value::Null, "default"));
    assert_eq!(told("parameters.dormant_days"), (json!(90), "file"));
    assert_eq!(told("parameters.leaver_days"), (Value::Null, "default"), "a metric waits for it");
    assert_eq!(told("schedules[0].name"), (json!("monthly"), "file"));
    assert_eq!(told("schedules[0].catch_up"), (json!("latest"), "default"));
    assert_eq!(told("schedules[0].wait_for"), (Value::Null, "default"));
    assert_eq!(told("retention.periods.month"), (json!(3), "file"));
    assert_eq!(told("retention.revisions"), (Value::Null, "default"));
    assert_eq!(told("targets"), (Value::Null, "default"));
    let lines = leds_metrics(&["settings", "show", "--settings", text(&file)]);
    for line in ["file     trend.month = 13\n", "default  trend.quarter = 13\n", "not set  publication.contact\n"] {
        assert!(lines.stdout.contains(line), "{line}{}", lines.stdout);
    }
    assert!(lines.stderr.starts_with("settings file: "), "{}", lines.stderr);
    let none = leds_metrics(&["settings", "show"]);
    assert!(!none.stdout.contains("file  ") && none.stderr.contains("there is no settings file"), "{}", none.stdout);
}

#[test]
fn what_a_run_would_refuse_is_refused() {
    let bench = Bench::new();
    for (toml, message) in [
        ("[engine]\nthread = 2\n", "unknown field `thread`"),
        ("[trend]\nquarter = 400\n", "trend.quarter is 400, but must be 1 to 80"),
        ("[parameters]\ndormant_day = 9\n", "parameters.dormant_day: no metric takes this parameter"),
    ] {
        let done = leds_metrics(&["settings", "show", "--settings", text(&bench.settings(toml))]);
        assert!(done.code == 2 && done.stderr.contains(message), "{}", done.stderr);
        let schema = leds_metrics(&["settings", "schema", "--settings", text(&bench.settings(toml))]);
        assert_eq!(schema.code, 0, "who mends a file needs the schema: {}", schema.stderr);
    }
}

#[test]
fn the_settings_of_a_release_are_shown_too() {
    let bench = Bench::new();
    let record = bench.source().join("../run-record.json");
    let run = crate::support::arrests(&[("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z")]);
    bench.submit("arrest_summons", ("2025-05-15", "E1", "2025-04"), &run);
    assert_eq!(bench.run("2025-04", &[]).code, 0);
    fs::copy(bench.out().join("2025-04/r1/run-record.json"), &record).unwrap();
    let shown = shown(&record);
    assert_eq!(shown["trend.month"]["from"], "file");
    assert_eq!(shown["engine.threads"]["from"], "default", "a run record does not hold it");
}

#[test]
fn the_schema_has_every_key_with_its_meaning_bounds_and_default() {
    let schema: Value = serde_json::from_str(&leds_metrics(&["settings", "schema"]).stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["additionalProperties"], false);
    let of = |section: &str, key: &str| schema["properties"][section]["properties"][key].clone();
    let quarter = of("trend", "quarter");
    assert_eq!((&quarter["minimum"], &quarter["maximum"], &quarter["default"]), (&json!(1), &json!(80), &json!(13)));
    assert_eq!(of("peers", "fallback")["enum"], json!(["region", "size_band", "neighbours", "all_forces"]));
    assert_eq!(of("editions", "copies")["items"]["enum"], json!(["ods", "xlsx", "pdf", "svg", "png"]));
    let schedule = &schema["properties"]["schedules"]["items"];
    assert_eq!(schedule["required"], json!(["name", "first", "when", "days_after"]));
    let kinds = &of("retention", "periods")["propertyNames"]["enum"];
    assert_eq!(kinds.as_array().unwrap().len(), 6);
}
