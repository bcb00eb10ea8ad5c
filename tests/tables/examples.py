#!/usr/bin/env python3
"""Runs the examples of docs/results.md that answer a question in Python and R, and compares each answer with the CSV files.

    python3 tests/tables/examples.py RELEASE

RELEASE is a folder such as releases/2025-26Q1/r1. Needs duckdb and pandas, and R with readr and dplyr. The examples are the
blocks of Python and R below the heading "Answer a question"; each leaves its answer in `worse`. Prints one line for each check
and ends with "N passed, N failed"; the exit code is 1 when any failed.
"""

import argparse
import csv
import os
import pathlib
import re
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from check_report import Report  # noqa: E402

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/results.md"
HEADING = "## Answer a question"
METRIC = "CRE-01"
# What stands between the words that an example in R prints and its answer.
MARK = "=== answer ==="


def examples():
    """The examples that run here by their headings, each with its language."""
    section = DOCUMENT.read_text(encoding="utf-8").split(f"\n{HEADING}\n")[1].split("\n## ")[0]
    parts = re.split(r"^### (.*)$", section, flags=re.MULTILINE)[1:]
    found = {}
    for heading, text in zip(parts[::2], parts[1::2]):
        for language, block in re.findall(r"^```(python|r)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL):
            found[heading] = (language, found.get(heading, ("", ""))[1] + block)
    return found


def expected(release):
    """Name, figure, figure of the peers, and difference of each organisation that is worse than its peers, worst first."""
    with open(release / "results/comparisons.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric_id"] == METRIC and row["against"] == "peers"]
    with open(release / "results/observations.csv", encoding="utf-8", newline="") as file:
        own = {(row["org_code"], row["period"]): row["value"] for row in csv.DictReader(file) if row["metric_id"] == METRIC}
    last = max(row["period_end"] for row in rows)
    worse = [row for row in rows if row["period_end"] == last and row["label"].startswith("worse_")]
    answer = [
        (row["org_name"], number(own[row["org_code"], row["period"]]), number(row["other_value"]), number(row["estimate"]))
        for row in worse
    ]
    return sorted(answer, key=lambda row: (row[3], row[0]))


def number(value):
    return round(float(value), 6)


def answer(language, code):
    """The rows that an example leaves, whatever holds them."""
    rows = rows_of_r(code) if language == "r" else rows_of_python(code)
    return [(row[0], *map(number, row[1:])) for row in rows]


def rows_of_python(code):
    names = {}
    exec(compile(code, str(DOCUMENT), "exec"), names)
    worse = names["worse"]
    return worse.fetchall() if hasattr(worse, "fetchall") else worse.itertuples(index=False, name=None)


def rows_of_r(code):
    """A warning is a fault: a column of another type than was guessed would lose its values with no more than a warning."""
    script = f"options(warn = 2)\n{code}\ncat({MARK!r}, format_csv(worse), sep = '\\n')\n"
    done = subprocess.run(["Rscript", "--vanilla", "-"], input=script, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    lines = done.stdout.split(f"{MARK}\n")[1].strip().splitlines()
    return list(csv.reader(lines))[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=pathlib.Path, metavar="RELEASE")
    release = parser.parse_args().release.resolve()
    wanted, found = expected(release), examples()
    report = Report()
    checks = [("the question has an answer", lambda: bool(wanted)), ("two examples are in Python, and one in R", lambda: sorted(one for one, _ in found.values()) == ["python", "python", "r"])]
    checks += [(f"{name} answers as the CSV files do", lambda one=one: answer(*one) == wanted) for name, one in found.items()]
    os.chdir(release)
    for name, holds in checks:
        report.add(name, [] if holds() else ["another answer"])
    print(f"{len(wanted)} organisations are worse than their peers at {METRIC}")
    report.end()


if __name__ == "__main__":
    main()
