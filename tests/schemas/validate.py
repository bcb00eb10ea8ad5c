#!/usr/bin/env python3
"""Checks a release against schemas/: its results row by row, its run record, and that the two belong together.

    python3 tests/schemas/validate.py RELEASE

RELEASE is a folder such as releases/2025-26Q1/r1. Needs the package jsonschema-rs: one written in Python takes minutes for the
rows of a release. With pyarrow the Parquet files are held against the CSV files too. Prints one line for each check and ends
with "N passed, N failed"; the exit code is 1 when any failed. The schemas are also shown rows that they must refuse.
"""

import argparse
import csv
import hashlib
import json
import pathlib
import re
import sys

import jsonschema_rs

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from check_report import Report  # noqa: E402

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
# Tables that a public edition does not have.
WHOLE_ONLY = ["revisions", "revision_statistics", "completeness", "known_counts", "long_series", "delays"]
# A row as it should be; the checks of the schema itself change it.
GOOD_LINE = (
    "CRE-01,Records in time,1,E23000001,Metropolitan,month,2025-04,2025-04-01,2025-04-30,3,4,75,percent,value,"
    "30.064184,95.441274,18,97.6,wilson,low,1,90,local,not_met,,,,,,,"
)
NUMBER = {"integer": re.compile(r"-?\d+"), "number": re.compile(r"-?\d+(\.\d{0,5}[1-9])?")}
READ = {"integer": int, "number": float}


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def words(error):
    place = "/".join(str(part) for part in error.instance_path)
    return f"{place}: {error.message}" if place else error.message


def columns_of(schema, table):
    """The columns of a table in file order: name to what the schema says of it."""
    own = schema["$defs"][table]
    return {name: own["properties"][name] for name in own["required"]}


def types_of(column):
    return [column["type"]] if isinstance(column["type"], str) else column["type"]


def typed(cell, column):
    """A CSV cell as JSON; a number that is not written as the format says stays a text, which the schema refuses."""
    if cell == "":
        return None
    kind = types_of(column)[0]
    return READ[kind](cell) if kind in READ and NUMBER[kind].fullmatch(cell) else cell


def check_table(release, table, schema, report):
    """Checks one results table; returns its rows."""
    columns = columns_of(schema, table)
    with open(release / f"results/{table}.csv", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header, lines = next(reader), list(reader)
    names = list(columns)
    report.add(f"{table}.csv: columns", [] if header == names else [f"{header}, not {names}"])
    rows = [{name: typed(cell, columns.get(name, {"type": "string"})) for name, cell in zip(header, line)} for line in lines]
    validator = jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{table}", "$defs": schema["$defs"]})
    problems = (f"line {n}: {words(error)}" for n, row in enumerate(rows, 2) for error in validator.iter_errors(row))
    report.add(f"{table}.csv: {len(rows)} rows fit the schema", problems)
    ranks = {name: {cell: n for n, cell in enumerate(column["enum"])} for name, column in columns.items() if "enum" in column}
    order = lambda name, cell: ranks[name].get(cell, -1) if name in ranks else cell if isinstance(cell, int) else cell or ""
    key = [tuple(order(name, row.get(name)) for name in schema["$defs"][table]["x-sorted-by"]) for row in rows]
    report.add(f"{table}.csv: sorted and each figure once", (f"after {a}: {b}" for a, b in zip(key, key[1:]) if a >= b))
    if table == "funnels":
        report.add("funnels.csv: labels are those of the limits beside them", mislabelled(rows))
    elif "value" in columns:
        report.add(f"{table}.csv: values lie within their limits", outside(rows))
    if table == "control_limits":
        unordered = (str(row) for row in rows if not row["lower_limit"] <= row["mean"] <= row["upper_limit"])
        report.add("control_limits.csv: each mean lies between its limits", unordered)
    check_parquet(release, table, columns, rows, report)
    return rows


def outside(rows):
    for row in rows:
        for level in ("95", "998"):
            lower, value, upper = row[f"lower_{level}"], row["value"], row[f"upper_{level}"]
            if (lower is not None and lower > value) or (upper is not None and upper < value):
                yield f"{row['metric_id']} {row['org_code']} {row['period']}: {lower} to {upper} does not hold {value}"


def mislabelled(rows):
    for row in rows:
        for kind in ("", "adjusted_"):
            lower, upper = ([row[f"{kind}{side}_{level}"] for level in ("998", "95")] for side in ("lower", "upper"))
            label, value = row[f"{kind}label"], row["value"]
            if label in (None, "cannot_tell", "spread_too_wide"):
                continue
            # A value on a limit is within it; six decimals cannot tell one from the other.
            near = any(limit is not None and abs(limit - value) <= 2e-6 for limit in lower + upper)
            sides = [side for limit, side in zip(upper, ("above_99_8", "above_95")) if limit is not None and value > limit]
            sides += [side for limit, side in zip(lower, ("below_99_8", "below_95")) if limit is not None and value < limit]
            if not near and label != (sides or ["within"])[0]:
                yield f"{row['metric_id']} {row['org_code']}: {kind}label is {label}, not {(sides or ['within'])[0]}"


def check_parquet(release, table, columns, rows, report):
    try:
        import pyarrow.parquet as pq
    except ImportError:
        print(f"     {table}.parquet is not looked at: pyarrow is not installed")
        return
    path = release / f"results/{table}.parquet"
    file = pq.read_table(path)
    types = {field.name: str(field.type).replace("date32[day]", "date32") for field in file.schema}
    wanted = {name: column["x-parquet"] for name, column in columns.items()}
    problems = [f"{name} is {types.get(name)}, not {wanted[name]}" for name in wanted if types.get(name) != wanted[name]]
    report.add(f"{table}.parquet: columns and types", problems if list(types) == list(wanted) else [f"{list(types)}"])
    version = (pq.read_metadata(path).metadata or {}).get(b"format_version", b"").decode()
    report.add(f"{table}.parquet: format version", [] if schema_version() == version else [f"“{version}”"])
    plain = {"date32": str, "decimal128(28, 6)": float}

    def same(name, values):
        convert = plain.get(wanted.get(name), lambda value: value)
        return [None if value is None else convert(value) for value in values] == [row.get(name) for row in rows]

    unequal = [name for name in file.column_names if not same(name, file.column(name).to_pylist())]
    report.add(f"{table}.parquet: the same rows as the CSV file", [f"{name} differs" for name in unequal])


def schema_version():
    return load(SCHEMAS / "results.schema.json")["$id"].rsplit(":", 1)[-1]


def check_record(release, tables, report):
    record = load(release / "run-record.json")
    validator = jsonschema_rs.Draft202012Validator(load(SCHEMAS / "run-record.schema.json"))
    report.add("run-record.json fits the schema", map(words, validator.iter_errors(record)))
    on_disk = {path.relative_to(release).as_posix(): path for path in release.rglob("*") if path.is_file()}
    manifest = on_disk.pop("SHA256SUMS").read_text(encoding="utf-8")
    on_disk.pop("run-record.json")
    listed = record["files"]
    whole = listed | {"run-record.json": hashlib.sha256((release / "run-record.json").read_bytes()).hexdigest()}
    wanted = "".join(f"{whole[path]}  {path}\n" for path in sorted(whole))
    report.add("SHA256SUMS names the files of the record and the record", [] if manifest == wanted else ["it does not"])
    problems = [f"{path} is not in the record" for path in sorted(on_disk.keys() - listed.keys())]
    problems += [f"{path} is not in the release" for path in sorted(listed.keys() - on_disk.keys())]
    hashes = {path: hashlib.sha256(on_disk[path].read_bytes()).hexdigest() for path in on_disk.keys() & listed.keys()}
    problems += [f"{path} has another hash" for path in sorted(hashes) if hashes[path] != listed[path]]
    report.add(f"run-record.json: {len(listed)} files with their hashes", problems)
    rows = tables["observations"] + tables["breakdowns"]
    levels = [finding["level"] for finding in record["findings"]]
    found = {
        "observations": len(rows),
        "observations_with_value": sum(row["status"] == "value" for row in rows),
        **{f"findings_{level}": levels.count(level) for level in ("blocking", "warning", "reconciliation")},
    }
    counts = record["counts"]
    report.add("run-record.json: counts", (f"{k} is {counts[k]}, not {n}" for k, n in found.items() if counts[k] != n))
    asked = [row for row in rows if row["period"] == record["period"]]
    report.add("run-record.json: its period is in the results", [] if asked else [record["period"]])


def check_public(rows, public, report):
    """What the public edition shows is what the whole release holds, or withheld; nothing else may be in it."""
    names = ["metric_id", "org_code", "period_type", "period"]
    key = lambda row: tuple(row[name] for name in names)
    whole = {key(row): row for row in rows}
    figure = ["numerator", "denominator", "value"]
    # A figure without a value may keep its parts to the release.
    same = lambda cell, own, row: cell == own or (cell is None and row["status"] != "value")
    agrees = lambda row, own: row["status"] == own.get("status") and all(same(row[n], own[n], row) for n in figure)
    shown = [row for row in public if row["status"] != "suppressed"]
    other = (str(key(row)) for row in shown if not agrees(row, whole.get(key(row), {})))
    report.add("observations.csv: figures that are shown are those of the release", other)
    numbers = ["numerator", "denominator", "value", "lower_95", "upper_95", "lower_998", "upper_998"]
    left = (str(key(row)) for row in public if row["status"] == "suppressed" and any(row[n] is not None for n in numbers))
    report.add("observations.csv: what is withheld has no number", left)


def check_refusals(schema, report):
    """Each change makes a good row wrong; a schema that lets one pass says too little."""
    columns = columns_of(schema, "observations")
    good = {name: typed(cell, column) for (name, column), cell in zip(columns.items(), GOOD_LINE.split(","), strict=True)}
    nothing = ["value", "numerator", "denominator", "lower_95", "upper_95", "lower_998", "upper_998", "method", "standard_met"]
    absent = good | dict.fromkeys(nothing) | {"status": "not_returned"}
    standard = ["standard_level", "standard_kind", "standard_met"]
    # Breakdowns have no names beside their codes.
    part = {name: cell for name, cell in good.items() if not name.endswith("_name")}
    part |= dict.fromkeys(standard) | {"breakdown": "age", "category": "old"}
    right = {"a value": good, "a figure that was not returned": absent, "a part": part}
    wrong = {
        "a value without its method": good | {"method": None},
        "a value that is a text": good | {"value": "81.0"},
        "a percentage above 100": good | {"value": 100.5},
        "a numerator with a fraction": good | {"numerator": 1.5},
        "a status that does not exist": good | {"status": "late"},
        "a period of another kind": good | {"period_type": "calendar_year", "period": "2025-13"},
        "a standard without its kind": good | {"standard_level": 90.0, "standard_kind": None, "standard_met": "met"},
        "a verdict without a standard": good | {"standard_level": None, "standard_kind": None, "standard_met": "met"},
        "a column too many": good | {"surname": "x"},
        "a part without its category": {name: cell for name, cell in part.items() if name != "category"},
        "a part with a standard": part | {name: good[name] for name in standard},
        "a figure that was not returned and has a numerator": absent | {"numerator": 3},
        "a figure that was not returned and has a value": absent | {"value": 0.0},
    }
    validator = jsonschema_rs.Draft202012Validator(schema)
    for name, row in right.items():
        report.add(f"results.schema.json takes {name}", map(words, validator.iter_errors(row)))
    for name, row in wrong.items():
        report.add(f"results.schema.json refuses {name}", ["it does not"] if validator.is_valid(row) else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=pathlib.Path, metavar="RELEASE")
    release = parser.parse_args().release
    if not (release / "run-record.json").is_file():
        parser.error(f"{release} is not a release: it holds no run-record.json")
    report = Report()
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        try:
            jsonschema_rs.meta.validate(load(path))
            report.add(f"{path.name} is a JSON Schema", [])
        except jsonschema_rs.ValidationError as error:
            report.add(f"{path.name} is a JSON Schema", [words(error)])
    schema = load(SCHEMAS / "results.schema.json")
    names = list(schema["$defs"])
    tables = {table: check_table(release, table, schema, report) for table in names}
    check_record(release, tables, report)
    if (release / "public").is_dir():
        report.prefix = "public/"
        for table in WHOLE_ONLY:
            left = list((release / "public/results").glob(f"{table}.*"))
            report.add(f"{table} is not there: it may give away a case", map(str, left))
        shown = [table for table in names if table not in WHOLE_ONLY]
        public = {table: check_table(release / "public", table, schema, report) for table in shown}
        check_public(tables["observations"], public["observations"], report)
        report.prefix = ""
    check_refusals(schema, report)
    report.end()


if __name__ == "__main__":
    main()
