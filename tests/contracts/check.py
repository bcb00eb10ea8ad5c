#!/usr/bin/env python3
"""Proves that the contracts in schemas/ work in a tool that is not ours.

    python3 tests/contracts/check.py WORK [--leds-metrics target/release/leds-metrics]

Installs the Data Contract CLI into WORK/venv, lets it `lint` every contract and `test` good and broken submissions of
every dataset, and compares its verdicts with those written below. With --leds-metrics, `leds-metrics check` must reach
its own expected verdict on the same files. Prints one line for each case and ends with "N passed, N failed";
the exit code is 1 when any failed. WORK is left in place and may be reused.

A supplier does the same by hand, inside the folder of one submission:

    datacontract test .../schemas/user_accounts.odcs.yaml

The two agree on columns that are there, required fields, unique keys, valid values, ranges, patterns and rules over
several fields, with their severities. What the tool cannot do, each shown by a case below (datacontract-cli 1.2.8):

* It tests a folder, not a submission. The key is unique within one submission only, so a folder with two months of
  user accounts fails there and is right here.
* It does not compare types in Parquet files: it reads a column as the contract's type. Numbers as text and timestamps
  without a time zone pass there and are refused here; only text that is no number fails in both.
* It does not look at columns that the contract does not name. They are refused here.
* It does not know the month and the organisation that the folder names stand for, nor the deadline, nor the day of
  submission, after which no date may lie.
"""

import argparse
import calendar
import concurrent.futures
import dataclasses
import datetime as dt
import functools
import json
import logging
import multiprocessing
import os
import pathlib
import subprocess
import sys
import venv

REQUIREMENTS = ["datacontract-cli[duckdb,parquet]==1.2.8", "pyarrow==26.0.1"]
SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
ORG = "E23000001"
MONTH = "2025-01"
SUBMITTED = "2025-02-10"
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def enter_environment(work):
    """Starts this script again inside WORK/venv, which has the tool."""
    folder = work / "venv"
    python = folder / "bin" / "python"
    if pathlib.Path(sys.prefix) == folder:
        return
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS], check=True
    )
    os.execv(python, [str(python), *sys.argv])


CLEAN = frozenset()


@dataclasses.dataclass
class Case:
    """One folder of files, and what each program must say of it, as (verdict, check, field); nothing if it is good."""

    name: str
    dataset: str
    files: dict  # path below the dataset's folder -> table, or bytes
    theirs: set  # verdicts "warned" and "failed"
    ours: set | None  # verdicts "warned" and "refused"; None where there is nothing to check
    folder: str = ""  # where datacontract runs, below the dataset's folder; empty: in the submission


class Contract:
    """What the cases need of a contract file."""

    def __init__(self, path):
        import yaml

        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.path = path
        schema = document["schema"][0]
        self.dataset = schema["name"]
        self.fields = schema["properties"]
        self.rules = schema.get("quality", [])
        custom = {item["property"]: item["value"] for item in document["customProperties"]}
        self.reference = custom["referenceDataset"]
        self.keys = [field["name"] for field in self.fields if field.get("primaryKey")]

    def submission(self, month=MONTH):
        reference = f"submitted={SUBMITTED}"
        return reference if self.reference else f"{reference}/org={ORG}/period={month}"

    def table(self, rows, **types):
        """Rows as an Arrow table in the contract's types; `types` replaces single ones, None leaves a column out."""
        import pyarrow as pa

        arrow = {
            "string": pa.string(),
            "integer": pa.int64(),
            "boolean": pa.bool_(),
            "date": pa.date32(),
            "timestamp": pa.timestamp("us", tz="UTC"),
        }
        fields = {field["name"]: arrow[field["logicalType"]] for field in self.fields} | types
        fields = {name: kind for name, kind in fields.items() if kind is not None}
        return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in fields.items()})


def a_month_after(day):
    """The same day of the next month, or that month's last day."""
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def good_rows(contract):
    """Three rows that keep every rule. What may be null is null in the first."""
    return [good_row(contract, number) for number in range(3)]


def good_row(contract, number):
    day = dt.date(2025, 1, 31 - number)  # its next month has no such day
    row = {}
    for field in contract.fields:
        name, kind = field["name"], field["logicalType"]
        values = valid_values(field)
        if number == 0 and not field.get("required"):
            row[name] = None
        elif values:
            row[name] = values[number % len(values)]
        elif name == "org_code":
            row[name] = f"E2300000{number + 1}" if contract.reference else ORG
        else:
            moment = dt.datetime.combine(day, dt.time(12), dt.timezone.utc)
            row[name] = {
                "string": OF_A_FORM.get(name, f"{name}-{{}}").format(number),
                "integer": number,
                "boolean": True,
                "date": day,
                "timestamp": moment,
            }[kind]
    if contract.dataset == "rights_requests":
        row["due_on"] = a_month_after(row["received_on"])
    if contract.dataset == "quality_checks":  # the only kind with every outcome
        row |= {"kind": "trigger", "significant_error": None}
    if contract.dataset == "retention_reviews":
        row["wrongly_deleted"] = False
        if row["decision"] == "retain":
            row["disposed_on"] = None
    if contract.dataset == "organisations":  # alive in every month of the cases, and no successor from outside
        row |= {"valid_from": dt.date(2020, 1, 1 + number), "succeeded_by": None}
    if contract.dataset == "peer_groups":  # a peer must be an organisation of the dataset, and another one
        row["peer_code"] = f"E2300000{(number + 1) % 3 + 1}"
    if contract.dataset == "open_cases":  # an arrest began at a moment, a request on a day
        noon = dt.datetime.combine(day, dt.time(12), dt.timezone.utc)
        arrest = row["kind"] == "arrest_summons"
        row |= {"event_at": noon if arrest else None, "received_on": None if arrest else day}
    if contract.dataset == "governance":
        row |= {name: None for name, kind in FIELDS_OF_A_KIND.items() if kind != row["kind"]}
    return row


# Texts whose pattern a name and a number do not fit.
OF_A_FORM = {
    "exception_code": "HO10030{}",
    "dataset": "dataset_{}",
    "metric_id": "CRE-0{}",
    "category": "category_{}",
    "printed": "86.4{}",
}


# Fields of governance that belong to one kind of entry and are null for the others.
FIELDS_OF_A_KIND = {
    "grade": "inspection",
    "control_area": "control_test",
    "controls_met": "control_test",
    "controls_tested": "control_test",
}


def valid_values(field):
    return next((q["arguments"]["validValues"] for q in field.get("quality", []) if "metric" in q), [])


# What to change in a good row so that it breaks the rule, and nothing else.
BREAKS = {
    "automated_with_exception": lambda row: {"resolution": "automated"},
    "resolved_without_exception": lambda row: {"exception_code": None},
    "expires_before_signed": lambda row: {"expires_on": row["signed_on"] - DAY},
    "expires_without_signature": lambda row: {"signed_on": None},
    "created_before_event": lambda row: {"created_at": row["event_at"] - HOUR},
    "updated_before_received": lambda row: {"updated_at": row["received_at"] - HOUR},
    "closed_before_created": lambda row: {"closed_on": row["created_on"] - DAY},
    "first_access_before_created": lambda row: {"first_access_on": row["created_on"] - DAY},
    "closed_before_opened": lambda row: {"closed_on": row["opened_on"] - DAY},
    "investigated_before_opened": lambda row: {"last_investigated_on": row["opened_on"] - DAY},
    "checked_before_resolved": lambda row: {"checked_on": row["resolved_on"] - DAY},
    "outcome_without_check": lambda row: {"checked_on": None},
    "check_without_outcome": lambda row: {"outcome": None},
    "partial_pass_of_other_kinds": lambda row: {"kind": "remand", "outcome": "partial_pass"},
    "significant_error_of_other_kinds": lambda row: {"significant_error": False},
    "significant_error_without_fail": lambda row: {
        "kind": "court_record",
        "outcome": "pass",
        "significant_error": True,
    },
    "closed_before_received": lambda row: {"closed_on": row["received_on"] - DAY},
    "decision_without_review": lambda row: {"reviewed_on": None},
    "disposed_after_retain": lambda row: {"disposed_on": row["due_on"]},
    "incomplete_without_asking": lambda row: {"outcome": "incomplete", "information_asked_on": None},
    "information_received_before_asked": lambda row: {"information_received_on": row["information_asked_on"] - DAY},
    "review_without_decision": lambda row: {"decision": None},
    "subject_access_due_date": lambda row: {"kind": "subject_access", "due_on": row["received_on"] + 40 * DAY},
    "wrongly_deleted_without_disposal": lambda row: {"wrongly_deleted": True},
    "notified_before_aware": lambda row: {"ico_notified_at": row["aware_at"] - HOUR},
    "closed_before_aware": lambda row: {"closed_on": row["closed_on"] - DAY},
    "no_beginning": lambda row: {"event_at": None},
    "two_beginnings": lambda row: {"received_on": row["event_at"].date()},
    "outcome_while_open": lambda row: {"closed_on": None},
    "misuse_closed_without_outcome": lambda row: {"outcome": None},
    "grade_of_other_kinds": lambda row: {"grade": "good"},
    "inspection_without_grade": lambda row: dict.fromkeys(FIELDS_OF_A_KIND) | {"kind": "inspection"},
    "controls_of_other_kinds": lambda row: {"kind": "steering_group_meeting"},
    "test_without_controls": lambda row: {"control_area": None},
    "more_met_than_tested": lambda row: {"controls_met": row["controls_tested"] + 1},
    "ended_before_started": lambda row: {"ended_at": row["started_at"] - HOUR},
}


def good_case(contract):
    table = contract.table(good_rows(contract))
    return Case("good", contract.dataset, {contract.submission() + "/data.parquet": table}, CLEAN, CLEAN)


def cases_of(contract):
    """The cases that follow from the contract itself; each breaks one kind of check wherever the contract has it."""
    rows = good_rows(contract)
    names = [field["name"] for field in contract.fields[1:]]
    required = [field["name"] for field in contract.fields if field.get("required")]
    listed = {
        f["name"]: 48 if f["logicalType"] == "integer" else "no_such_value" for f in contract.fields if valid_values(f)
    }
    limited = {f["name"]: -1 for f in contract.fields if "minimum" in f.get("logicalTypeOptions", {})}
    # Here a submission's organisation is held against its folder, which is stricter than a pattern.
    formed = {
        f["name"]: "John Smith"
        for f in contract.fields
        if "pattern" in f.get("logicalTypeOptions", {}) and (contract.reference or f["name"] != "org_code")
    }
    watched = {f["name"]: -1 for f in contract.fields if any(q["type"] == "sql" for q in f.get("quality", []))}

    def case(name, table, theirs, ours):
        return Case(name, contract.dataset, {contract.submission() + "/data.parquet": table}, set(theirs), set(ours))

    def each(verdict, check, fields):
        return {(verdict, check, field) for field in fields}

    def broken(change):
        return contract.table([*rows[:2], rows[2] | change])

    yield good_case(contract)
    missing = contract.table(rows, **dict.fromkeys(names))
    yield case(
        "columns missing", missing, each("failed", "field_is_present", names), each("refused", "missing_column", names)
    )
    null = broken(dict.fromkeys(required))
    yield case(
        "null in required fields",
        null,
        each("failed", "field_required", required),
        each("refused", "required", required),
    )
    if listed:
        theirs, ours = each("failed", "field_invalid_values", listed), each("refused", "valid_values", listed)
        yield case("invalid values", broken(listed), theirs, ours)
    if limited:
        yield case(
            "out of range", broken(limited), each("failed", "field_minimum", limited), each("refused", "range", limited)
        )
    if formed:
        theirs, ours = each("failed", "field_regex", formed), each("refused", "pattern", formed)
        yield case("of another form", broken(formed), theirs, ours)
    if watched:
        yield case(
            "out of range",
            broken(watched),
            each("warned", "field_quality_sql", watched),
            each("warned", "range", watched),
        )
    if contract.keys:
        twice = broken({key: rows[1][key] for key in contract.keys})
        check = (
            ("primary_key_unique", None) if len(contract.keys) > 1 else ("field_primary_key_unique", contract.keys[0])
        )
        yield case("key there twice", twice, {("failed", *check)}, {("refused", "unique", ", ".join(contract.keys))})
    for rule in contract.rules:
        theirs, ours = ("failed", "refused") if rule["severity"] == "error" else ("warned", "warned")
        change = BREAKS[rule["name"]](rows[2])
        yield case(
            f"breaks {rule['name']}", broken(change), {(theirs, "model_quality_sql", None)}, {(ours, rule["name"], "")}
        )


def limits_of(contracts):
    """What the tool does not test, or tests in another way. See the head of this file."""
    import pyarrow as pa

    accounts, transactions = contracts["user_accounts"], contracts["transactions"]
    rows = good_rows(transactions)
    utc = pa.timestamp("us", tz="UTC")
    moments = [row["occurred_at"] for row in rows]
    error = {("failed", "general", None)}  # the tool could not read the folder

    def case(name, file, theirs, *ours):
        files = {transactions.submission() + "/data.parquet": file}
        return Case(name, "transactions", files, theirs, {("refused", *one) for one in ours})

    def column(name, values, kind):
        return transactions.table([row | {name: value} for row, value in zip(rows, values)], **{name: kind})

    months = {
        accounts.submission(month) + "/data.parquet": accounts.table(good_rows(accounts))
        for month in (MONTH, "2024-12")
    }
    again = {("failed", "field_primary_key_unique", "user_ref")}
    yield Case("two months in one folder", "user_accounts", months, again, CLEAN, folder=".")
    numbers = column("response_ms", ["1", "2", "3"], pa.string())
    yield case("numbers as text", numbers, CLEAN, ("column_type", "response_ms"))
    yield case(
        "words for numbers",
        column("response_ms", ["1", "2", "soon"], pa.string()),
        error,
        ("column_type", "response_ms"),
    )
    local = column("occurred_at", [moment.replace(tzinfo=None) for moment in moments], pa.timestamp("us"))
    yield case("timestamps without time zone", local, CLEAN, ("column_type", "occurred_at"))
    yield case("a column too many", column("user_name", "abc", pa.string()), CLEAN, ("extra_column", "user_name"))
    yield case(
        "outside the month",
        column("occurred_at", [moment + 31 * DAY for moment in moments], utc),
        CLEAN,
        ("period", "occurred_at"),
    )
    yield case(
        "another organisation", column("org_code", ["E23000002"] * 3, pa.string()), CLEAN, ("org_code", "org_code")
    )
    empty = {("failed", "field_regex", "user_ref")}
    yield case(
        "an empty text", column("user_ref", ["", "b", "c"], pa.string()), empty, ("required", "user_ref"), ("pattern", "user_ref")
    )
    yield case("not a Parquet file", b"org_code,occurred_at\n", error, ("parquet", ""))
    yield Case("no file at all", "transactions", {}, error, None)


def write_files(case, contract, source):
    import pyarrow.parquet as parquet

    (source / case.dataset / contract.submission()).mkdir(parents=True, exist_ok=True)
    for path, content in case.files.items():
        target = source / case.dataset / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            parquet.write_table(content, target)


def their_verdicts(case, contract, source):
    """Every (verdict, type of check, field) of `datacontract test` that did not pass. Changes into the case's folder."""
    from datacontract.data_contract import DataContract

    os.chdir(source / case.dataset / (case.folder or contract.submission()))
    words = {"warning": "warned", "failed": "failed", "error": "failed"}
    checks = DataContract(data_contract_file=str(contract.path)).test().checks
    # Types are not tested in Parquet files; the tool says so by a warning for each field.
    tested = [check for check in checks if check.type != "field_type"]
    if not tested:
        raise RuntimeError("datacontract tested nothing")
    # Without a result is a check that was not reached, because the folder could not be read.
    return {(words[c.result], c.type, c.field) for c in tested if c.result in words}


# Nothing can be checked without reference data, so that `check` ends there and lists its findings as text only.
REFERENCE_REFUSED = {("refused", "reference data", "")}


def our_verdicts(source, program):
    """Every (verdict, rule, field) of `leds-metrics check`."""
    work = source.with_name(source.name + "-checked")
    command = [program, "check", "--json", "--quiet", "--source", source, "--work", work]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "reference data was refused" in done.stderr:
        return REFERENCE_REFUSED
    if not done.stdout:
        raise RuntimeError(f"leds-metrics checked nothing: {done.stderr}")
    words = {"blocking": "refused", "warning": "warned"}
    findings = json.loads(done.stdout)["findings"]
    return {
        (words[finding["level"]], finding["rule"], finding.get("column", ""))
        for finding in findings
        if finding["level"] in words
    }


def compare(expected, found):
    """Whether the worst verdict is the expected one and every expected check is among those found; and in words."""

    def worst(verdicts):
        return max((verdict for verdict, *_ in verdicts), key=["warned", "failed", "refused"].index, default="passed")

    right = worst(found) == worst(expected) and expected <= found
    return right, worst(found) if right else f"expected {sorted(map(str, expected))}, found {sorted(map(str, found))}"


def run_case(numbered, contracts, work, program):
    number, case = numbered
    contract = contracts[case.dataset]
    source = work / "cases" / f"{number:03}"
    label = f"{case.dataset}: {case.name}"
    write_files(case, contract, source)
    try:
        right, words = compare(case.theirs, their_verdicts(case, contract, source))
        label += f": datacontract {words}"
        if program and case.ours is not None:
            if case.dataset != "organisations":
                write_files(good_case(contracts["organisations"]), contracts["organisations"], source)
            expected = REFERENCE_REFUSED if contract.reference and case.ours else case.ours
            ours, words = compare(expected, our_verdicts(source, program))
            right, label = right and ours, f"{label}; leds-metrics {words}"
    except RuntimeError as error:
        return False, f"{label}: {error}"
    return right, label


def lint(contract):
    from datacontract.data_contract import DataContract

    run = DataContract(data_contract_file=str(contract.path)).lint()
    right = run.result == "passed" and any("is valid" in check.name for check in run.checks)
    return right, f"{contract.dataset}: lint: {'valid' if right else [check.reason for check in run.checks]}"


def be_quiet():
    """The tool logs what the broken cases are there to bring about."""
    logging.disable(logging.ERROR)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path, help="folder for the tool and the test files")
    parser.add_argument("--leds-metrics", type=pathlib.Path, help="binary whose `check` is compared")
    parser.add_argument("--install", action="store_true", help="fetch the tool, and test nothing")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    enter_environment(work)
    if arguments.install:
        return 0
    contracts = {c.dataset: c for c in map(Contract, sorted(SCHEMAS.glob("*.odcs.yaml")))}
    cases = [case for contract in contracts.values() for case in cases_of(contract)] + list(limits_of(contracts))
    program = arguments.leds_metrics and arguments.leds_metrics.resolve()
    passed = failed = 0
    # Loading the tool takes longer than any case: each process does it once. Processes, because a case has a folder of its own.
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), spawn, initializer=be_quiet) as pool:
        linted = pool.map(lint, contracts.values())
        tested = pool.map(
            functools.partial(run_case, contracts=contracts, work=work, program=program), enumerate(cases)
        )
        for results in (linted, tested):
            for right, line in results:
                print("PASS" if right else "FAIL", line, flush=True)
                passed, failed = passed + right, failed + (not right)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
