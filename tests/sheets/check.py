#!/usr/bin/env python3
"""Opens the spreadsheets of a release in programs that did not write them, and checks them.

    python3 tests/sheets/check.py RELEASE [EDITION ...]

RELEASE is a folder such as releases/2025-26Q1/r1, EDITION a folder inside it such as national or forces/E23000002; without
any, one edition of each kind is checked. Needs the package openpyxl and LibreOffice Calc (`soffice`).

* openpyxl reads the XLSX; LibreOffice reads both files and writes them anew, and openpyxl reads what it wrote. Every cell
  of all three is the same.
* Every number of a figure is that of results/, by metric, organisation and period.
* Both files keep the rules for accessible spreadsheets: docs/decisions/0069-spreadsheets-are-tables-of-their-own.md.

Prints one line for each check and ends with "N passed, N failed"; the exit code is 1 when any failed.
"""

import argparse
import csv
import datetime
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile

import openpyxl

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from check_report import Report  # noqa: E402

FIRST = ["Cover_sheet", "Table_of_contents", "Notes"]
NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
}
# Columns of figures, and the column of the result table that each must equal.
OF_FIGURES = {
    "Value": "value",
    "Lower 95% limit": "lower_95",
    "Upper 95% limit": "upper_95",
    "Numerator": "numerator",
    "Denominator": "denominator",
}
OF_COMPARISONS = {
    "Peers together": "other_value",
    "Difference from peers or ratio to them": "estimate",
    "Difference from peers or ratio to them, lower 95% limit": "lower_95",
    "Difference from peers or ratio to them, upper 95% limit": "upper_95",
    "Difference from peers": "estimate",
    "Difference from peers, lower 95% limit": "lower_95",
    "Difference from peers, upper 95% limit": "upper_95",
    "Ratio to peers": "estimate",
    "Ratio to peers, lower 95% limit": "lower_95",
    "Ratio to peers, upper 95% limit": "upper_95",
}


def chosen(release):
    """One edition of each kind: the first of those about one organisation."""
    of_one = [sorted(path for path in release.glob(f"{kind}/*") if any(path.glob("*.ods")))[:1] for kind in ("forces", "inspection")]
    alone = [release / name for name in ("national", "trends", "inspection", "public")]
    return [path for path in alone + sum(of_one, []) if any(path.glob("*.ods"))]


def convert(files, folder):
    """Every file as LibreOffice reads it, written as XLSX."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        sys.exit(f"soffice: {done.stderr or done.stdout}")
    return [folder / f"{file.stem}.xlsx" for file in files]


def value(cell):
    found = cell.value
    if isinstance(found, datetime.datetime):
        return found.date()
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return found
    return float(found)


def cells(path):
    """Sheets of a file, each as rows of values."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [[value(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets}


def differences(first, second):
    if list(first) != list(second):
        yield f"sheets {list(first)} and {list(second)}"
    for name, rows in first.items():
        others = second.get(name, [])
        if len(rows) != len(others):
            yield f"{name} has {len(rows)} rows and {len(others)}"
        for at, (row, other) in enumerate(zip(rows, others), 1):
            for column, (one, two) in enumerate(zip(row, other), 1):
                if one != two and not (isinstance(one, float) and isinstance(two, float) and abs(one - two) < 1e-9):
                    yield f"{name}, row {at}, column {column}: {one!r} and {two!r}"
            for more in row[len(other):] + other[len(row):]:
                if more is not None:
                    yield f"{name}, row {at}: {more!r} is in one file only"


def table_of(rows):
    """Place of the row of headings: the first row with something beside the first column."""
    return next((at for at, row in enumerate(rows) if any(cell is not None for cell in row[1:])), None)


def form(sheets):
    """What readers of every sheet rely on."""
    names = list(sheets)
    if names[:3] != FIRST:
        yield f"the sheets begin with {names[:3]}"
    if len({name.lower() for name in names}) != len(names) or any(len(name) > 31 for name in names):
        yield f"the names of the sheets are not unique or too long: {names}"
    for name, rows in sheets.items():
        if not rows or not rows[0][0]:
            yield f"{name}: A1 is empty"
            continue
        at = table_of(rows)
        if name == FIRST[0]:
            if at is not None or any(row[0] is None for row in rows):
                yield f"{name}: has empty rows, or something beside the first column"
            continue
        if at is None:
            yield f"{name}: has no table"
            continue
        if not str(rows[1][0]).startswith("This worksheet contains one table."):
            yield f"{name}: A2 is {rows[1][0]!r}"
        if any(row[0] is None for row in rows[:at]):
            yield f"{name}: an empty row above the table"
        headings = rows[at]
        if None in headings or len({str(heading).lower() for heading in headings}) != len(headings):
            yield f"{name}: headings are empty or not unique: {headings}"
        if len(rows) == at + 1:
            yield f"{name}: has no rows"
        for place, row in enumerate(rows[at + 1:], at + 2):
            if any(cell is None or cell == "" for cell in row):
                yield f"{name}, row {place}: an empty cell"


def notes(sheets):
    """Every note is used, and every note that is used is there."""
    rows = sheets.get("Notes", [])
    defined = {row[0] for row in rows[(table_of(rows) or 0) + 1:]}
    used = set()
    for name, rows in sheets.items():
        if name in FIRST:
            continue
        texts = [str(cell) for row in rows[: (table_of(rows) or 0) + 1] for cell in row if cell is not None]
        own = {found for text in texts for found in re.findall(r"\[note \d+\]", text)}
        used |= own
        says = "which can be found on the notes worksheet" in str(rows[1][0])
        if says != bool(own):
            yield f"{name}: A2 says {rows[1][0]!r}, and the notes are {sorted(own)}"
    if used != defined:
        yield f"used and not there: {sorted(used - defined)}; there and not used: {sorted(defined - used)}"


def accessible_xlsx(path):
    book = openpyxl.load_workbook(path)
    properties = book.properties
    if not properties.title:
        yield "the document has no title"
    if properties.language != "en-GB":
        yield f"the language is {properties.language!r}"
    if book.active is not book.worksheets[0]:
        yield "another sheet than the first is open"
    if book.defined_names:
        yield f"names are defined: {list(book.defined_names)}"
    names = []
    for sheet in book.worksheets:
        faults = {
            "merged cells": sheet.merged_cells.ranges,
            "frozen panes": sheet.freeze_panes,
            "a filter": sheet.auto_filter.ref,
            "hidden": sheet.sheet_state != "visible",
            "hidden rows": [at for at, one in sheet.row_dimensions.items() if one.hidden],
            "hidden columns": [at for at, one in sheet.column_dimensions.items() if one.hidden],
            "images": sheet._images,
            "charts": sheet._charts,
            "a cursor elsewhere": [one.activeCell for one in sheet.views.sheetView[0].selection if one.activeCell != "A1"],
            "conditional formats": len(list(sheet.conditional_formatting)),
            "a header or footer": [part.text for part in (sheet.oddHeader.center, sheet.oddFooter.center, sheet.oddHeader.left, sheet.oddFooter.left) if part.text],
        }
        yield from (f"{sheet.title}: has {fault}" for fault, found in faults.items() if found)
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield f"{sheet.title} {cell.coordinate}: a formula"
                if cell.fill.fill_type or cell.font.italic or (cell.font.color is not None and cell.font.color.type == "rgb"):
                    yield f"{sheet.title} {cell.coordinate}: colour or italics"
                if cell.font.name != "Arial" or cell.font.sz < 12:
                    yield f"{sheet.title} {cell.coordinate}: {cell.font.name} {cell.font.sz}"
        at = table_of(rows)
        tables = list(sheet.tables.values())
        names += [table.name.lower() for table in tables]
        if sheet.title == FIRST[0]:
            if tables:
                yield f"{sheet.title}: has a table"
            continue
        if len(tables) != 1:
            yield f"{sheet.title}: {len(tables)} tables"
            continue
        last = f"{openpyxl.utils.get_column_letter(sheet.max_column)}{sheet.max_row}"
        if tables[0].ref != f"A{at + 1}:{last}":
            yield f"{sheet.title}: the table is {tables[0].ref}, and the cells are A{at + 1}:{last}"
        if tables[0].autoFilter is not None or tables[0].headerRowCount == 0 or (tables[0].tableStyleInfo and tables[0].tableStyleInfo.name):
            yield f"{sheet.title}: the table has a filter, no headings or a style"
    if len(set(names)) != len(names):
        yield f"tables share names: {names}"


def tag(name):
    space, name = name.split(":")
    return f"{{{NAMES[space]}}}{name}"


def accessible_ods(path):
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if entries[0].filename != "mimetype" or entries[0].compress_type != zipfile.ZIP_STORED:
            yield "the media type does not stand first as it is"
        texts = {entry.filename: archive.read(entry) for entry in entries}
    meta = ElementTree.fromstring(texts["meta.xml"])
    if not meta.findtext(".//dc:title", namespaces=NAMES):
        yield "the document has no title"
    language = meta.findtext(".//dc:language", namespaces=NAMES)
    if language != "en-GB":
        yield f"the language is {language!r}"
    styles = ElementTree.fromstring(texts["styles.xml"])
    for part in ("style:header", "style:footer"):
        if any(one.get(tag("style:display")) != "false" for one in styles.iter(tag(part))):
            yield f"sheets of paper have a {part}"
    if "settings.xml" in texts or any(name.startswith(("Pictures", "Object", "Basic")) for name in texts):
        yield f"the file holds {sorted(texts)}"
    content = ElementTree.fromstring(texts["content.xml"])
    for element in content.iter():
        name = element.tag.split("}")[-1]
        if name in ("covered-table-cell", "frame", "annotation", "shapes", "filter", "conditional-formats"):
            yield f"the content holds {name}"
        for key, found in element.attrib.items():
            key = key.split("}")[-1]
            spans = key in ("number-columns-spanned", "number-rows-spanned") and found != "1"
            hides = (key == "visibility" and found != "visible") or (name == "table-properties" and key == "display" and found != "true")
            if spans or hides or key in ("formula", "background-color", "color", "font-style") or (key == "display-filter-buttons" and found != "false"):
                yield f"{name} has {key} = {found}"
    ranges = {one.get(tag("table:target-range-address")): one.get(tag("table:name")) for one in content.iter(tag("table:database-range"))}
    if len({name.lower() for name in ranges.values()}) != len(ranges):
        yield f"ranges share names: {list(ranges.values())}"
    for table in content.iter(tag("table:table")):
        name = table.get(tag("table:name"))
        own = [address for address in ranges if address.startswith(f"'{name}'.")]
        headers = list(table.iter(tag("table:table-header-rows")))
        expected = 0 if name == FIRST[0] else 1
        if len(own) != expected or len(headers) != expected:
            yield f"{name}: {len(own)} ranges and {len(headers)} rows of headings"
        rows = list(table.iter(tag("table:table-row")))
        if expected and len(own) == 1:
            last = re.fullmatch(r"'[^']+'\.A(\d+):'[^']+'\.[A-Z]+(\d+)", own[0])
            if last is None or int(last.group(2)) != len(rows):
                yield f"{name}: the range is {own[0]}, and there are {len(rows)} rows"


def csv_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures_of(results):
    found = {}
    for table in ("long_series", "observations"):
        path = results / f"{table}.csv"
        if path.exists():
            found.update({(row["metric_id"], row["org_code"], row["period"]): row for row in csv_rows(path)})
    return found


def comparisons_of(results):
    rows = csv_rows(results / "comparisons.csv")
    return {(row["metric_id"], row["org_code"], row["period"]): row for row in rows if row["against"] == "peers"}


def against_results(sheets, results, subject, period):
    """Problems, and how many numbers were compared."""
    figures, comparisons = figures_of(results), comparisons_of(results)
    metrics = {key[0] for key in figures}
    problems, compared = [], 0
    for name, rows in sheets.items():
        at = table_of(rows)
        if at is None or name in FIRST:
            continue
        headings = [str(heading).split("\n")[0] for heading in rows[at]]
        plain = [re.sub(r" \([^()]*\)$", "", heading) for heading in headings]
        if "Value" not in plain:
            continue
        of_metric = name if name in metrics else None
        for row in rows[at + 1:]:
            line = dict(zip(plain, row))
            code = line.get("Code", subject)
            own_period = line.get("Period code", period)
            key = (line.get("Metric code", of_metric), code, own_period)
            for mapped, source in ((OF_FIGURES, figures), (OF_COMPARISONS, comparisons)):
                for heading, column in mapped.items():
                    cell = line.get(heading)
                    expected = source.get(key, {}).get(column, "")
                    if source is comparisons and key not in source:
                        continue
                    if isinstance(cell, float):
                        compared += 1
                        if expected == "" or abs(float(expected) - cell) > 1e-9:
                            problems.append(f"{name}, {key}, {heading}: {cell} and {expected!r}")
                    elif cell is not None and expected != "" and source.get(key, {}).get("unit") != "grade" and cell != "[low]":
                        problems.append(f"{name}, {key}, {heading}: {cell!r} and {expected!r}")
    return problems, compared


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("release", type=pathlib.Path)
    arguments.add_argument("editions", nargs="*")
    asked = arguments.parse_args()
    release = asked.release
    editions = [release / name for name in asked.editions] or chosen(release)
    report = Report()
    report.add("there are spreadsheets", [] if editions else [f"{release} holds none"])
    period = release.parent.name
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for at, edition in enumerate(editions):
            name = edition.relative_to(release).as_posix()
            ods, xlsx = [list(edition.glob(f"*.{ending}")) for ending in ("ods", "xlsx")]
            stems = [file.stem for file in ods + xlsx]
            report.add(f"{name}: one file of each format", [] if len(stems) == 2 and len(set(stems)) == 1 else [str(stems)])
            if len(stems) != 2:
                continue
            places = [folder / f"{at}-{kind}" for kind in ("ods", "xlsx")]
            for place in places:
                place.mkdir()
            read = [convert([file], place)[0] for file, place in zip((ods[0], xlsx[0]), places)]
            own, of_ods, of_xlsx = cells(xlsx[0]), cells(read[0]), cells(read[1])
            number = sum(cell is not None for rows in own.values() for row in rows for cell in row)
            report.add(f"{name}: LibreOffice reads the XLSX as openpyxl does ({number} cells)", differences(own, of_xlsx))
            report.add(f"{name}: the ODS holds what the XLSX holds", differences(own, of_ods))
            report.add(f"{name}: form of the sheets", form(own))
            report.add(f"{name}: notes", notes(own))
            report.add(f"{name}: rules for accessible spreadsheets, XLSX", accessible_xlsx(xlsx[0]))
            report.add(f"{name}: rules for accessible spreadsheets, ODS", accessible_ods(ods[0]))
            results = release / ("public/results" if name == "public" else "results")
            subject = edition.name if name.startswith(("forces/", "inspection/")) else "NATIONAL"
            problems, compared = against_results(own, results, subject, period)
            report.add(f"{name}: {compared} numbers are those of the results", problems or ([] if compared or name == "inspection" else ["no number was compared"]))
    report.end()


if __name__ == "__main__":
    main()
