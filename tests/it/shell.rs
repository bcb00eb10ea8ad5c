//! Completions and the manual: they know every command.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{files_below, leds_metrics, text};

/// The commands that the help names.
fn commands() -> BTreeSet<String> {
    let help = leds_metrics(&["--help"]).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_shell_completes_every_command() {
    let commands = commands();
    assert!(commands.len() > 15 && commands.contains("prune"), "{commands:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let done = leds_metrics(&["completions", shell]);
        assert_eq!((done.code, done.stderr.as_str()), (0, ""));
        for command in &commands {
            assert!(done.stdout.contains(command.as_str()), "{shell} does not know {command}");
        }
        assert!(done.stdout.contains("allow-gaps"), "{shell} knows no options");
    }
    assert_eq!(leds_metrics(&["completions", "dos"]).code, 2);
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let manual = folder.path().join("man1");
    let done = leds_metrics(&["manual", text(&manual)]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let pages: BTreeSet<String> = files_below(&manual).iter().map(|path| text(path).to_owned()).collect();
    assert_eq!(done.stdout.lines().count(), pages.len());
    assert!(pages.contains("leds-metrics.1") && pages.contains("leds-metrics-settings-schema.1"), "{pages:?}");
    for command in commands() {
        assert!(pages.contains(&format!("leds-metrics-{command}.1")), "there is no page for {command}: {pages:?}");
    }
    let run = fs::read_to_string(manual.join("leds-metrics-run.1")).unwrap();
    assert!(run.contains("allow\\-gaps") && run.contains("Review period"), "{run}");
    let again = folder.path().join("again");
    leds_metrics(&["manual", text(&again)]);
    for page in &pages {
        assert_eq!(fs::read(manual.join(page)).unwrap(), fs::read(again.join(page)).unwrap(), "{page}");
    }
}
