//! The small fixed nation of the kept texts: fourteen bodies in two regions and fifteen months, cut out of a generated nation
//! with its planted faults, with reference data and settings of its own.

use std::fs;
use std::path::PathBuf;

use leds_metrics::synth::{NationPlan, write_submissions_of};
use leds_metrics::vocabulary::sender_code::SenderCode;
use tempfile::TempDir;

use crate::support::{Finished, files_below, leds_metrics, parquet, parquet_of, text};

/// The bodies under made-up names. `generate` plants a fault at most of them.
pub const BODIES: &str = "\
E23000003,Alder Constabulary,Alder,territorial_force,North,England,3380,2000-01-01,,
E23000007,Beech Police,Beech,territorial_force,North,England,4018,2000-01-01,,
E23000011,Cedar Police,Cedar,territorial_force,North,England,3194,2000-01-01,,
E23000013,Damson Police,Damson,territorial_force,North,England,1592,2000-01-01,,
E23000018,Elder Constabulary,Elder,territorial_force,North,England,2010,2000-01-01,,
E23000016,Fir Police,Fir,territorial_force,South,England,1918,2000-01-01,,
E23000017,Gorse Police,Gorse,territorial_force,South,England,917,2000-01-01,2025-09-30,E23000023
E23000039,Hazel Police,Hazel,territorial_force,South,England,1422,2000-01-01,2025-09-30,E23000023
E23000023,Ivy Constabulary,Ivy,territorial_force,South,England,2339,2025-10-01,,
E23000024,Juniper Constabulary,Juniper,territorial_force,South,England,1509,2000-01-01,,
E23000032,Larch Police,Larch,territorial_force,South,England,3488,2000-01-01,,
LM-BTP,Railway Police,Railways,special_force,,Great Britain,2900,2000-01-01,,
LM-DVLA,Vehicle Agency,Vehicles,non_police,,United Kingdom,,2000-01-01,,
LM-HO,Ministry,Ministry,system_operator,,United Kingdom,,2000-01-01,,
";

const BODY_COLUMNS: &str =
    "org_code:S name:S short_name:S kind:S region:S country:S officers:I valid_from:D valid_to:D succeeded_by:S";

/// The first month of the body that came after two others.
const MERGED: &str = "2025-10";

const PEERS: &str = "\
E23000003,E23000007,Most similar groups of 2025,2024-01-01,
E23000003,E23000011,Most similar groups of 2025,2024-01-01,
E23000003,E23000032,Most similar groups of 2025,2024-01-01,
E23000013,E23000018,Most similar groups of 2025,2024-01-01,
E23000013,E23000016,Most similar groups of 2025,2024-01-01,
E23000013,E23000024,Most similar groups of 2025,2024-01-01,
";

const EVENTS: &str = "\
E23000013,2025-08-01,system_migration,Custody records moved to a new system
E23000007,2025-08-01,backlog_clearance,Old court results were entered in bulk
";

const PRINTED: &str = "\
E23000007,CRE-01,headline,2025-26Q4,denominator,1000,Annual report of the Beech Police,https://example.org/beech
NATIONAL,ACC-01,headline,2026-03,value,12.5,Statistical bulletin 7,https://example.org/bulletin-7
";

const SETTINGS: &str = r#"
[trend]
month = 15
quarter = 5

[parameters]
dormant_days = 90
decision_days = 30
leaver_days = 7
refresher_months = 24

[parity]
as_phe = ["CRE-01"]
as_making_data_count = ["CRE-01"]

[[targets]]
metric = "CRE-01"
level = 85
comparator = ">="
from = "2025-04-01"
source = "Joint board of the forces, minute 7"

[[targets]]
metric = "VAL-01"
level = 94
comparator = ">="
from = "2025-04-01"
source = "Board of the railway police, minute 8"
kinds = ["special_force"]

[[decisions]]
metric = "CRE-01"
organisation = "E23000013"
kind = "rebase"
from = "2025-08-01"
reason = "Records are made at the custody desk from here on"
decided_by = "A. Analyst, 3 September 2025"

[[decisions]]
metric = "AMD-01"
kind = "exclude"
from = "2025-02-01"
to = "2025-02-28"
reason = "Three days of outage"
decided_by = "A. Analyst, 3 March 2025"
"#;

/// A source with folders for releases and work beside it.
pub struct Nation {
    folder: TempDir,
}

impl Nation {
    /// Generates the submissions and writes reference data and settings.
    pub fn new() -> Self {
        let nation = Self { folder: tempfile::tempdir().unwrap() };
        let source = nation.path("source");
        let plan =
            NationPlan { from: "2025-01".parse().unwrap(), to: "2026-03".parse().unwrap(), scale: 0.002, seed: 1 };
        let codes = BODIES.lines().filter_map(|body| body.split(',').next());
        let codes: Vec<SenderCode> = codes.chain(["UNATTRIBUTED"]).map(|code| code.parse().unwrap()).collect();
        write_submissions_of(&codes, &plan, &source).unwrap();
        for path in files_below(&source).iter().filter(|path| !is_alive(text(path))) {
            fs::remove_file(source.join(path)).unwrap();
        }
        fs::write(nation.path("source/SYNTHETIC.txt"), "Made up for a test.\n").unwrap();
        nation.write("organisations", &parquet_of(BODY_COLUMNS, BODIES));
        for (dataset, rows) in [("peer_groups", PEERS), ("events", EVENTS), ("published_figures", PRINTED)] {
            nation.write(dataset, &parquet(dataset, rows));
        }
        fs::write(nation.path("settings.toml"), SETTINGS).unwrap();
        nation
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Calls a command with the nation's settings; in its arguments `@` stands for the nation's folder, and in what it says
    /// the folder is `@` again.
    pub fn call(&self, arguments: &str) -> Finished {
        let folder = text(self.folder.path());
        let settings = self.path("settings.toml");
        let given: Vec<String> = arguments.split(' ').map(|argument| argument.replace('@', folder)).collect();
        let mut all: Vec<&str> = given.iter().map(String::as_str).collect();
        all.extend(["--settings", text(&settings)]);
        let done = leds_metrics(&all);
        Finished { stdout: done.stdout.replace(folder, "@"), stderr: done.stderr.replace(folder, "@"), ..done }
    }

    fn write(&self, dataset: &str, bytes: &[u8]) {
        let folder = self.path("source").join(dataset).join("submitted=2026-01-05");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("rows.parquet"), bytes).unwrap();
    }
}

/// Whether the body of a return existed in its month.
fn is_alive(path: &str) -> bool {
    let part = |name: &str| path.split('/').find_map(|part| part.strip_prefix(name)).unwrap();
    match part("org=") {
        "E23000017" | "E23000039" => part("period=") < MERGED,
        "E23000023" => part("period=") >= MERGED,
        _ => true,
    }
}
