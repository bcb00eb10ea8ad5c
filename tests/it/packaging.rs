//! What is installed beside the program: settings, units and jobs ask for what the program has, and the documents too.

mod commands;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use clap::error::ErrorKind;
use leds_metrics::cli::Cli;
use serde_json::Value;

use self::commands::{Said, commands_of};
use crate::support::{files_below, leds_metrics, text};

const SERVICE: &str = "packaging/systemd/leds-metrics.service";
const DUE: &str = "packaging/systemd/leds-metrics-due.service";
const CRON_JOB: &str = "packaging/kubernetes/cronjob.yaml";
const SETTINGS: &str = "packaging/leds-metrics.toml";

/// A fault of the program, which ends with the number of its language and stands in no list of the program.
const FAULT: u8 = 101;

/// Codes after which the same command may do better although nobody has mended anything.
const MAY_PASS: [u8; 2] = [20, 50];

/// Codes of a program that did what it was asked.
const DONE: [u8; 2] = [0, 31];

const STOPPED: u8 = 130;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The documented codes: those of the program, and that of a fault.
fn codes() -> BTreeSet<u8> {
    let source = read("src/exit.rs");
    let constants = source.lines().filter(|line| line.starts_with("pub const "));
    let numbers = constants.map(|line| line.split(" = ").nth(1).unwrap().trim_end_matches(';').parse().unwrap());
    numbers.chain([FAULT]).collect()
}

/// The codes that only a person can do something about.
fn codes_for_a_person() -> BTreeSet<u8> {
    let others: Vec<u8> = [&MAY_PASS[..], &DONE, &[STOPPED, FAULT]].concat();
    codes().into_iter().filter(|code| !others.contains(code)).collect()
}

/// All values of a key of a unit, in order.
fn unit_values<'u>(unit: &'u str, key: &str) -> Vec<&'u str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

/// The documents of a YAML file: the settings and the job.
fn cron_job() -> (String, Value) {
    let documents: Vec<Value> = serde_saphyr::from_multiple(&read(CRON_JOB)).unwrap();
    let [settings, job] = &documents[..] else { panic!("{} documents", documents.len()) };
    let job = job["spec"]["jobTemplate"]["spec"].clone();
    (settings["data"]["leds-metrics.toml"].as_str().unwrap().to_owned(), job)
}

fn container(job: &Value) -> &Value {
    &job["template"]["spec"]["containers"][0]
}

/// What `settings show` says of settings.
fn shown(settings: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("leds-metrics.toml");
    fs::write(&file, settings).unwrap();
    let done = leds_metrics(&["settings", "show", "--settings", text(&file)]);
    assert_eq!(done.code, 0, "{}{settings}", done.stderr);
    done.stdout
}

/// The settings as they are, and with everything that they offer switched on.
fn example_settings() -> [String; 2] {
    let as_installed = read(SETTINGS);
    let switched_on = |line: &str| match line.strip_prefix('#') {
        Some(setting) if setting.starts_with(|c: char| c.is_alphanumeric() || c == '[') => setting.to_owned(),
        _ => line.to_owned(),
    };
    let all = as_installed.lines().map(switched_on).collect::<Vec<String>>().join("\n");
    [as_installed, all]
}

#[test]
fn the_settings_hold_as_installed_and_with_everything_switched_on() {
    let [as_installed, all] = example_settings().map(|settings| shown(&settings));
    for line in ["not set  publication.publisher\n", "not set  parameters.dormant_days\n", "not set  schedules\n"] {
        assert!(as_installed.contains(line), "{line}{as_installed}");
    }
    for line in ["file     schedules[0].name = \"quarterly\"\n", "file     retention.revisions = 3\n"] {
        assert!(all.contains(line), "{line}{all}");
    }
    let unset: Vec<&str> = all.lines().filter(|line| line.starts_with("not set  p")).collect();
    assert!(unset.is_empty(), "the example leaves out {unset:?}");
    assert!(shown(&cron_job().0).contains("file     schedules[0].first"));
}

/// Every command line of the program that something installed or documented holds.
fn command_lines() -> Vec<Said> {
    let mut said = Vec::new();
    for unit in [SERVICE, DUE] {
        let text = read(unit);
        let commands = unit_values(&text, "ExecStart");
        assert_eq!(commands.len(), 1, "{unit}");
        said.extend(commands_of(unit, commands[0]));
    }
    let words = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    said.push(Said { place: CRON_JOB.to_owned(), words: words(&container(&cron_job().1)["command"]) });
    let documents = files_below(&root().join("docs")).into_iter().map(|file| PathBuf::from("docs").join(file));
    for document in documents.chain([PathBuf::from("README.md"), PathBuf::from("packaging/check")]) {
        let place = text(&document);
        let content = read(place);
        let blocks: Vec<&str> = if document.extension().is_some_and(|end| end == "md") {
            content.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
        } else {
            vec![&content]
        };
        said.extend(blocks.into_iter().flat_map(|block| commands_of(place, block)));
    }
    said
}

#[test]
fn every_command_line_that_is_installed_or_documented_is_understood() {
    let said = command_lines();
    for place in [SERVICE, DUE, CRON_JOB, "README.md", "docs/operations.md", "packaging/check"] {
        assert!(said.iter().any(|said| said.place == place), "no command was found in {place}");
    }
    let wrong = said.iter().filter_map(|Said { place, words }| {
        let error = Cli::try_parse_from(words).err()?;
        (!matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion))
            .then(|| format!("{place}: {words:?}\n{error}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_command_line_that_the_program_has_not_is_found() {
    let said = commands_of("here", "sudo -u leds-metrics leds-metrics run --dew\nleds-metrics list metrics | sort");
    let understood: Vec<bool> = said.iter().map(|said| Cli::try_parse_from(&said.words).is_ok()).collect();
    assert_eq!(understood, [false, true]);
}

#[test]
fn codes_of_units_and_jobs_are_those_of_the_program() {
    let numbers = |values: Vec<&str>| -> BTreeSet<u8> {
        values.iter().flat_map(|value| value.split(' ')).map(|code| code.parse().unwrap()).collect()
    };
    let service = read(SERVICE);
    assert_eq!(numbers(unit_values(&service, "RestartPreventExitStatus")), codes_for_a_person());
    for unit in [&service, &read(DUE)] {
        assert_eq!(numbers(unit_values(unit, "SuccessExitStatus")), BTreeSet::from([STOPPED]));
    }
    let (_, job) = cron_job();
    let rules = job["podFailurePolicy"]["rules"].as_array().unwrap();
    let of_action = |action: &str| -> BTreeSet<u8> {
        let rules = rules.iter().filter(|rule| rule["action"] == action);
        let values = rules.flat_map(|rule| rule["onExitCodes"]["values"].as_array().into_iter().flatten());
        values.map(|code| u8::try_from(code.as_u64().unwrap()).unwrap()).collect()
    };
    assert_eq!(of_action("FailJob"), &codes_for_a_person() | &BTreeSet::from([FAULT]));
    assert_eq!(of_action("Count"), BTreeSet::from([MAY_PASS[0], MAY_PASS[1], STOPPED]));
}

/// The numbers of the rows of the tables below a heading that begin with one.
fn table_of_codes(document: &str, heading: &str) -> BTreeSet<u8> {
    let section = document.split(heading).nth(1).unwrap().split("\n## ").next().unwrap();
    section.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok()).collect()
}

#[test]
fn documents_explain_every_code_and_no_other() {
    assert_eq!(table_of_codes(&read("README.md"), "## Exit codes"), codes());
    let operations = table_of_codes(&read("docs/operations.md"), "## When a run fails");
    assert_eq!(operations, codes().into_iter().filter(|code| *code != 0).collect());
}

#[test]
fn memory_of_services_and_containers_is_in_step_with_the_settings() {
    let engine_mib = |settings: &str| -> u64 {
        let shown = shown(settings);
        let limit = shown.lines().find_map(|line| line.strip_prefix("file     engine.memory_limit_mib = "));
        limit.unwrap().parse().unwrap()
    };
    let [installed, _] = example_settings();
    let (settings, job) = cron_job();
    let limit = container(&job)["resources"]["limits"]["memory"].as_str().unwrap().to_owned();
    assert_eq!(engine_mib(&installed), engine_mib(&settings));
    for unit in [SERVICE, DUE] {
        let unit = read(unit);
        let most = unit_values(&unit, "MemoryMax");
        assert_eq!(most, [limit.trim_end_matches('i')]);
        let gib: u64 = most[0].trim_end_matches('G').parse().unwrap();
        assert!(gib * 1024 >= 3 * engine_mib(&installed), "what lies outside the limit has no room");
        assert!(unit.contains(&format!("engine.memory_limit_mib of the settings ({})", engine_mib(&installed))));
    }
}

#[test]
fn both_services_are_shut_in_alike() {
    let common = |path: &str| -> String {
        let unit = read(path);
        let (_, rest) = unit.split_once("# Begin of what both services have in common.\n").unwrap();
        rest.split_once("# End of what both services have in common.\n").unwrap().0.to_owned()
    };
    assert!(common(SERVICE).contains("NoNewPrivileges=yes\n"));
    assert_eq!(common(SERVICE), common(DUE));
}

#[test]
fn what_the_package_lists_is_there() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    let sources: Vec<&str> = assets.iter().map(|asset| asset[0].as_str().unwrap()).collect();
    let ours = sources.iter().filter(|path| !path.starts_with("target/") && !path.contains('*'));
    let missing: Vec<&&str> = ours.filter(|path| !root().join(path).is_file()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let units = files_below(&root().join("packaging/systemd"));
    for unit in units.iter().map(|unit| format!("packaging/systemd/{}", unit.display())) {
        assert!(sources.contains(&&*unit), "{unit} is not in the package");
    }
}

#[test]
fn the_rights_that_are_documented_let_the_program_read_the_source_and_no_more() {
    let document = read("docs/operations.md");
    let blocks = document.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let blocks: Vec<Value> = blocks.filter_map(|block| serde_json::from_str(block).ok()).collect();
    // Lines of the log are JSON too.
    let of = |key: &str| blocks.iter().find(|block| block.get(key).is_some()).unwrap();
    let (s3, azure) = (of("Statement"), of("Actions"));
    let words = |value: &Value| -> BTreeSet<String> {
        let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let actions_on = |bucket: &str| -> BTreeSet<String> {
        let all = s3["Statement"].as_array().unwrap().iter();
        let about = all.filter(|statement| statement["Resource"].as_str().unwrap().contains(bucket));
        about.flat_map(|statement| words(&statement["Action"])).collect()
    };
    let expected =
        |actions: &[&str]| -> BTreeSet<String> { actions.iter().map(|action| format!("s3:{action}")).collect() };
    assert_eq!(actions_on(":leds-submissions"), expected(&["ListBucket", "GetObject"]));
    assert_eq!(actions_on(":leds-releases"), expected(&["ListBucket", "GetObject", "PutObject", "DeleteObject"]));
    assert_eq!(azure["Actions"], Value::Array(Vec::new()), "nothing about the container itself");
    let data = words(&azure["DataActions"]);
    assert!(data.len() == 4 && data.iter().all(|action| action.contains("/containers/blobs/")), "{data:?}");
}
