#!/usr/bin/env python3
"""Checks what machines are told of the result tables of a release, with validators that know nothing of this program.

    python3 tests/tables/metadata.py RESULTS...

RESULTS is a folder such as releases/2025-26Q1/r1/results. Each CSV file is read by its CSVW metadata (package csvw; of long
ones some rows), all of them as the Frictionless data package (package frictionless), and the descriptions in the Parquet
files are held against the package (pyarrow). Both validators are also shown copies with mistakes, which they must refuse. Prints one line for each check
and ends with "N passed, N failed"; the exit code is 1 when any failed.
"""

import argparse
import json
import pathlib
import re
import shutil
import sys
import tempfile

import csvw
import frictionless
import pyarrow.parquet as pq

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from check_report import Report  # noqa: E402

# What every Parquet file says of its release.
SAID = ["format_version", "title", "description", "release", "data_date", "published_on", "source"]
# Tables that every release has and that are short: mistakes are made in copies of them.
SHORT = ["metrics", "organisations", "ranks"]


# csvw reads a thousand rows in a second. frictionless, which is quicker, reads all of them by the same types.
MOST_ROWS = 3_000


def csvw_problems(path):
    """What the validator says of a CSV file, which finds the metadata by itself. Of a long table it reads rows evenly spread."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    step = -(-len(lines) // MOST_ROWS)
    if step == 1:
        return csvw_problems_of_all(path)
    with tempfile.TemporaryDirectory() as folder:
        part = pathlib.Path(folder) / path.name
        part.write_text("".join(lines[:1] + lines[1::step]), encoding="utf-8")
        shutil.copy(path.with_name(f"{path.name}-metadata.json"), folder)
        for named in (one for table in SHORT for one in path.parent.glob(f"{table}.csv*")):
            shutil.copy(named, folder)
        return csvw_problems_of_all(part)


def csvw_problems_of_all(path):
    try:
        read = csvw.CSVW(str(path), validate=True)
        if read.no_metadata:
            return ["the validator finds no metadata"]
        return [] if read.is_valid else [str(warning.message) for warning in read.warnings]
    except ValueError as error:
        return [str(error)]


def package_problems(package):
    report = frictionless.validate(str(package))
    return [f"{error.title}: {error.message}" for error in report.errors] + [
        f"{task.name}: {error.message}" for task in report.tasks for error in task.errors
    ]


def parquet_problems(path, resource):
    schema = pq.read_schema(path)
    said = {field.name: (field.metadata or {}).get(b"description", b"").decode() for field in schema}
    wanted = {field["name"]: field["description"] for field in resource["schema"]["fields"]}
    yield from (f"{name}: “{said.get(name)}”" for name in wanted if said.get(name) != wanted[name])
    told = pq.read_metadata(path).metadata
    yield from (f"says no {key}" for key in SAID if not told.get(key.encode()))
    if not told.get(b"title", b"").decode().endswith(f": {resource['title']}"):
        yield f"title is {told.get(b'title')}"


def check(results, report):
    package = json.loads((results / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in package["resources"]}
    tables = sorted(path.stem for path in results.glob("*.csv"))
    report.add(f"{results}: the data package names every table", set(tables) ^ resources.keys())
    report.add(f"{results}/datapackage.json", package_problems(results / "datapackage.json"))
    for table in tables:
        report.add(f"{results}/{table}.csv by its CSVW metadata", csvw_problems(results / f"{table}.csv"))
        report.add(f"{results}/{table}.parquet", parquet_problems(results / f"{table}.parquet", resources[table]))


def changed(name, text):
    """A copy of a short table with one mistake: what is changed, and the text of the file."""
    lines = text.splitlines(keepends=True)
    yield "a row twice", text + lines[1]
    yield "another column", text.replace("org_code" if "org_code" in lines[0] else "metric_id", "other", 1)
    if name == "ranks":
        yield "a code that no organisation has", re.sub(r",E\d+,", ",E99999999,", text, count=1)
        yield "a number that is a text", re.sub(r",\d+\r?\n$", ",many\n", text)


def check_refusals(results, report):
    """A validator that lets a mistake pass checks nothing."""
    for name in SHORT[1:]:
        for mistake, text in changed(name, (results / f"{name}.csv").read_text(encoding="utf-8")):
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                package = json.loads((results / "datapackage.json").read_text(encoding="utf-8"))
                package["resources"] = [one for one in package["resources"] if one["name"] in SHORT]
                (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
                for path in (path for table in SHORT for path in results.glob(f"{table}.csv*")):
                    shutil.copy(path, folder)
                (folder / f"{name}.csv").write_text(text, encoding="utf-8")
                missed = [] if csvw_problems(folder / f"{name}.csv") else ["csvw lets it pass"]
                missed += [] if package_problems(folder / "datapackage.json") else ["frictionless lets it pass"]
                report.add(f"{name}.csv with {mistake} is refused", missed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path, nargs="+", metavar="RESULTS")
    folders = parser.parse_args().results
    report = Report()
    for results in folders:
        check(results, report)
    check_refusals(folders[0], report)
    report.end()


if __name__ == "__main__":
    main()
