//! `bundle`: what an archive of an edition holds, and what it refuses.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use leds_metrics::digest::sha256;

use crate::support::{Bench, Finished, arrests, files_below, leds_metrics, text};

const SETTINGS: &str =
    "[publication]\npublisher = \"The Publisher\"\ncontact = \"figures@example.org\"\nmarking = \"OFFICIAL\"\n";

/// A release of two forces with its public edition.
struct Published {
    bench: Bench,
}

impl Published {
    fn new() -> Self {
        let bench = Bench::new();
        for org in ["E1", "E2"] {
            let rows = arrests(&[("2025-04-03T10:00:00Z", "2025-04-03T12:00:00Z")]);
            bench.submit("arrest_summons", ("2025-05-15", org, "2025-04"), &rows);
        }
        let settings = bench.settings(SETTINGS);
        let run = bench.run("2025-04", &["--public", "--settings", text(&settings)]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        Self { bench }
    }

    fn release(&self) -> PathBuf {
        self.bench.out().join("2025-04/r1")
    }

    /// A file in a folder beside the releases.
    fn place(&self, name: &str) -> PathBuf {
        self.bench.out().with_file_name("bundles").join(name)
    }

    fn bundle(&self, edition: &str, out: &Path, more: &[&str]) -> Finished {
        let release = self.release();
        let mut arguments = vec!["bundle", text(&release), edition, "--out", text(out)];
        arguments.extend(more);
        leds_metrics(&arguments)
    }

    /// The files of the archive of an edition, by path.
    fn packed(&self, edition: &str) -> BTreeMap<String, Vec<u8>> {
        let out = self.place(&format!("{}.zip", edition.replace('/', "-")));
        let done = self.bundle(edition, &out, &["--overwrite"]);
        assert_eq!((done.code, done.stdout.trim()), (0, text(&out)), "{}", done.stderr);
        unpacked(&fs::read(out).unwrap())
    }
}

fn unpacked(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.insert(file.name().to_owned(), content);
    }
    files
}

#[test]
fn an_archive_holds_the_files_of_its_edition_and_their_hashes() {
    let published = Published::new();
    for (edition, stem) in [
        ("forces/E1", "forces-E1-2025-04-r1"),
        ("inspection/E2", "inspection-E2-2025-04-r1"),
        ("national", "national-2025-04-r1"),
        ("public", "public-2025-04-r1"),
    ] {
        let files = published.packed(edition);
        let folder = published.release().join(edition);
        let own = files_below(&folder);
        let mut wanted: Vec<String> = own.iter().map(|path| format!("{stem}/{}", text(path))).collect();
        wanted.extend(["README.txt", "SHA256SUMS", "bundle.json"].map(|name| format!("{stem}/{name}")));
        wanted.sort();
        assert_eq!(files.keys().cloned().collect::<Vec<_>>(), wanted);
        for path in own {
            assert!(files[&format!("{stem}/{}", text(&path))] == fs::read(folder.join(&path)).unwrap(), "{path:?}");
        }
        let sums = String::from_utf8(files[&format!("{stem}/SHA256SUMS")].clone()).unwrap();
        assert_eq!(sums.lines().count(), files.len() - 1);
        for line in sums.lines() {
            let (hash, path) = line.split_once("  ").unwrap();
            assert_eq!(hash, sha256(&files[&format!("{stem}/{path}")]), "{path}");
        }
    }
}

#[test]
fn an_archive_says_what_it_is_and_is_the_same_twice() {
    let published = Published::new();
    let (first, second) = (published.place("first.zip"), published.place("second.zip"));
    for out in [&first, &second] {
        assert_eq!(published.bundle("public", out, &[]).code, 0);
    }
    assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap());
    let files = unpacked(&fs::read(&first).unwrap());
    let readme = String::from_utf8(files["public-2025-04-r1/README.txt"].clone()).unwrap();
    for line in [
        "Police use of the PNC and LEDS, April 2025, public edition",
        "Edition: public",
        "Release: 2025-04 r1",
        "Published on: 2025-12-01",
        "Publisher: The Publisher",
        "Contact: figures@example.org",
        "Marking: OFFICIAL",
    ] {
        assert!(readme.lines().any(|one| one == line), "{line}\n{readme}");
    }
    let told: serde_json::Value = serde_json::from_slice(&files["public-2025-04-r1/bundle.json"]).unwrap();
    assert_eq!(
        [&told["edition"], &told["period"], &told["revision"], &told["marking"], &told["publisher"]],
        [
            &serde_json::json!("public"),
            &serde_json::json!("2025-04"),
            &serde_json::json!(1),
            &serde_json::json!("OFFICIAL"),
            &serde_json::json!("The Publisher")
        ]
    );
}

#[test]
fn an_edition_that_is_not_there_is_refused_with_those_that_are() {
    let published = Published::new();
    let out = published.place("none.zip");
    for wrong in ["forces/E3", "results", "forces", "national/metrics", "../2025-04", ""] {
        let done = published.bundle(wrong, &out, &[]);
        assert_eq!(done.code, 2, "{wrong}: {}", done.stderr);
        let known = "forces/E1, forces/E2, inspection, inspection/E1, inspection/E2, national, public, trends";
        assert!(done.stderr.contains(known), "{wrong}: {}", done.stderr);
        assert!(!out.exists());
    }
    let nowhere = leds_metrics(&["bundle", text(&published.bench.source()), "national", "--out", text(&out)]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.stderr);
}

#[test]
fn nothing_is_replaced_unasked_and_nothing_half_is_left() {
    let published = Published::new();
    let out = published.place("kept.zip");
    fs::create_dir_all(out.parent().unwrap()).unwrap();
    fs::write(&out, "mine").unwrap();
    let done = published.bundle("public", &out, &[]);
    assert_eq!((done.code, fs::read_to_string(&out).unwrap().as_str()), (2, "mine"), "{}", done.stderr);
    assert!(done.stderr.contains("--overwrite"), "{}", done.stderr);
    let inside = published.release().join("bundle.zip");
    assert_eq!(published.bundle("public", &inside, &[]).code, 2);
    assert!(!inside.exists());
    // A file that is not as it was published is not handed on.
    let page = published.release().join("public/index.html");
    fs::write(&page, "<p>changed</p>").unwrap();
    let done = published.bundle("public", &out, &["--overwrite"]);
    assert_eq!((done.code, fs::read_to_string(&out).unwrap().as_str()), (20, "mine"), "{}", done.stderr);
    let left: Vec<PathBuf> = files_below(out.parent().unwrap());
    assert!(left.iter().all(|path| !text(path).contains(".tmp")), "{left:?}");
}
