//! The run record as text. What the computer, the version or the work folder decides stands as a dash; the long lists of
//! files are counted.

use std::collections::BTreeMap;

use serde_json::Value;

/// Keys whose values depend on the computer, the version of a library, or the bytes of a file whose content is kept elsewhere.
const NOT_KEPT: [&str; 11] = [
    "bytes_read",
    "bytes_scanned",
    "engine_version",
    "failing_rows",
    "identity",
    "milliseconds",
    "program_version",
    "run_id",
    "sha256",
    "size",
    "threads",
];

/// The run record of a release, indented.
pub fn describe(text: &str) -> String {
    let mut record: Value = serde_json::from_str(text).unwrap();
    let inputs = record["inputs"].take();
    record["inputs"] = count_inputs(inputs.as_array().unwrap());
    for hashes in ["definitions", "files"] {
        record[hashes] = count_by_folder(record[hashes].as_object().unwrap().keys());
    }
    for milliseconds in record["timings"].as_object_mut().unwrap().values_mut() {
        *milliseconds = "-".into();
    }
    leave_out(&mut record);
    serde_json::to_string_pretty(&record).unwrap()
}

/// How many files lie below each folder and its folder.
fn count_by_folder<'p>(paths: impl Iterator<Item = &'p String>) -> Value {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in paths {
        let folder: Vec<&str> = path.split('/').collect();
        let folder = folder[..folder.len() - 1].iter().take(2).copied().collect::<Vec<_>>().join("/");
        *counts.entry(folder).or_default() += 1;
    }
    serde_json::to_value(counts).unwrap()
}

/// How many files of each dataset were used, with how many rows, and each file that was not used.
fn count_inputs(inputs: &[Value]) -> Value {
    let mut used: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut not_used = Vec::new();
    for input in inputs {
        let path = input["path"].as_str().unwrap();
        if input["used"] == false {
            not_used.push(input.clone());
            continue;
        }
        let (files, rows) = used.entry(path.split('/').next().unwrap().to_owned()).or_default();
        *files += 1;
        *rows += input["rows"].as_u64().unwrap();
    }
    let used: Vec<String> =
        used.into_iter().map(|(dataset, (files, rows))| format!("{dataset}: {files} files, {rows} rows")).collect();
    serde_json::json!({ "used": used, "not used": not_used })
}

fn leave_out(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                if NOT_KEPT.contains(&key.as_str()) && !field.is_null() {
                    *field = "-".into();
                } else {
                    leave_out(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out),
        _ => {}
    }
}
