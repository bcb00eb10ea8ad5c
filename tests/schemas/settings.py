#!/usr/bin/env python3
"""Checks the schema of settings with a validator that knows nothing of the program.

    python3 tests/schemas/settings.py LEDS-METRICS

LEDS-METRICS is the program. Needs the package jsonschema-rs. The files of settings that the repository shows must fit, and files
with an unknown key, a number out of range or a missing key must not; the program is asked for the same answer.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

import jsonschema_rs

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from check_report import Report  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEDULE = '[[schedules]]\nname = "monthly"\nfirst = "2026-04"\nwhen = "30 1 * * *"\ndays_after = 45\n'
WRONG = {
    "an unknown section": "[engines]\nthreads = 1\n",
    "an unknown key": "[engine]\nthread = 1\n",
    "a number that is too large": "[trend]\nquarter = 81\n",
    "a number that is too small": "[disclosure]\nthreshold = 1\n",
    "a word that is none of the list": '[peers]\nfallback = "family"\n',
    "a kind of period that is none": "[retention]\nperiods = { quarter = 2 }\n",
    "a text in place of a number": '[late]\nmonths = "6"\n',
    "a schedule without its first period": SCHEDULE.replace('first = "2026-04"\n', ""),
    "a schedule with a name that is none": SCHEDULE.replace("monthly", "../up"),
    "a copy that is none": '[editions]\ncopies = ["gif"]\n',
    "a target that nobody set": '[[targets]]\nmetric = "CRE-01"\nlevel = 1\ncomparator = ">="\nfrom = "2025-04-01"\nsource = " "\n',
}
GOOD = {
    "no settings": "",
    "a schedule": SCHEDULE,
    "a length of the long series": "[trend]\nnational = 480\n",
    "periods that stay": "[retention]\nperiods = { month = 1, rolling_12m = 4 }\n",
}


def main():
    program = sys.argv[1]
    schema = json.loads(subprocess.run([program, "settings", "schema"], check=True, capture_output=True).stdout)
    report = Report()
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.Draft202012Validator(schema)
    problems = lambda text: [error.message for error in validator.iter_errors(tomllib.loads(text))]
    documented = (ROOT / "docs/settings.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    shown = {"leds-metrics.toml": (ROOT / "leds-metrics.toml").read_text(encoding="utf-8"), "docs/settings.md": documented}
    for name, text in {**shown, **GOOD}.items():
        report.add(f"{name} fits", problems(text) + refusal(program, text))
    for name, text in WRONG.items():
        report.add(f"{name} does not fit", [] if problems(text) else ["the schema takes it"])
        report.add(f"{name} is refused by the program", [] if refusal(program, text) else ["the program takes it"])
    report.end()


def refusal(program, text):
    """What the program says against settings."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "settings.toml"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([program, "settings", "show", "--settings", file], capture_output=True, text=True)
        return [] if done.returncode == 0 else [done.stderr]


if __name__ == "__main__":
    main()
