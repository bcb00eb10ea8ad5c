#!/usr/bin/env python3
"""Opens the packs of a release, which are PDF documents, in programs that did not write them, and checks them.

    python3 tests/documents/check.py RELEASE [EDITION ...]

RELEASE is a folder such as releases/2025-26Q1/r1, EDITION a folder inside it such as national or forces/E23000002; without any,
every pack is opened. Needs qpdf, poppler-utils (pdfinfo, pdffonts, pdftotext) and the package pikepdf.

* qpdf finds no fault, and every font is in the document.
* The document says that it is PDF/UA-1, is tagged, and has a title, a language and bookmarks.
* Its structure has headings without a gap, a heading for each row and column of a table, and words for each drawing.
* Every number in the tables that the pages of the edition show is in the document, and the marking is on every sheet.

Prints one line for each check and ends with "N passed, N failed"; the exit code is 1 when any failed.
"""

import argparse
import collections
import html.parser
import json
import pathlib
import re
import subprocess
import sys

import pikepdf

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from check_report import Report  # noqa: E402

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# Sides of a sheet of A4 in points.
SIDES = (595.276, 841.89)


def said(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def facts_of(path):
    """What pdfinfo says, by the names of its lines."""
    return dict(re.findall(r"^([^:\n]+):\s*(.*)$", said("pdfinfo", str(path))[1], flags=re.MULTILINE))


def is_whole(path):
    code, words = said("qpdf", "--check", str(path))
    return [] if code == 0 else [words.strip()]


def fonts_are_inside(path):
    lines = said("pdffonts", str(path))[1].splitlines()[2:]
    return [line for line in lines if not re.search(r"\byes\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$", line)] if lines else ["no font"]


def says_what_it_is(pdf, facts):
    problems = []
    with pdf.open_metadata() as metadata:
        if str(metadata.get("pdfuaid:part")) != "1":
            problems.append(f"the document is of PDF/UA {metadata.get('pdfuaid:part')}")
        if not metadata.get("dc:title"):
            problems.append("the document has no title")
    root = pdf.Root
    if str(root.get("/Lang", "")) != "en-GB":
        problems.append(f"the language is {root.get('/Lang')}")
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        problems.append("the document is not tagged")
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        problems.append("windows show the name of the file and not the title")
    if facts.get("Tagged") != "yes":
        problems.append("pdfinfo finds no tags")
    with pdf.open_outline() as outline:
        if not outline.root:
            problems.append("there are no bookmarks")
    width, height = (float(side) for side in pdf.pages[0].mediabox[2:])
    if max(abs(min(width, height) - SIDES[0]), abs(max(width, height) - SIDES[1])) > 1:
        problems.append(f"a sheet has {width} by {height} points")
    return problems


def elements(node, above=()):
    """Every element of the structure with the roles above it, in the order of reading."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from elements(one, above)
        return
    if not isinstance(node, pikepdf.Dictionary):
        return
    role = str(node.get("/S", ""))
    if role:
        yield role, node, above
    if "/K" in node:
        yield from elements(node["/K"], (*above, role) if role else above)


def attributes(node):
    found = node.get("/A", [])
    return [found] if isinstance(found, pikepdf.Dictionary) else [one for one in found if isinstance(one, pikepdf.Dictionary)]


def structure(pdf):
    problems, roles, level = [], collections.Counter(), 0
    scopes = collections.Counter()
    for role, node, above in elements(pdf.Root.StructTreeRoot):
        roles[role] += 1
        if heading := re.fullmatch(r"/H(\d)", role):
            if int(heading[1]) > level + 1:
                problems.append(f"a heading of level {heading[1]} follows one of level {level}")
            level = int(heading[1])
        if role == "/Figure" and not str(node.get("/Alt", "")).strip():
            problems.append("a drawing has no words")
        if role == "/TH":
            scope = [str(one.get("/Scope", "")) for one in attributes(node) if "/Scope" in one]
            scopes[scope[0] if scope else "none"] += 1
        if role in ("/TH", "/TD") and "/TR" not in above[-1:]:
            problems.append(f"a cell stands in {above[-1:]}")
    for wanted in ("/H1", "/Table", "/TH", "/TD", "/P"):
        if not roles[wanted]:
            problems.append(f"there is no {wanted}")
    if scopes["none"] or not scopes["/Row"] or not scopes["/Column"]:
        problems.append(f"headings in tables: {dict(scopes)}")
    return problems


class ShownTables(html.parser.HTMLParser):
    """The words that are seen in the tables of a page, but for folded ones, drawings, and words for those who do not see them."""

    def __init__(self):
        super().__init__()
        self.folded = self.tables = self.drawings = 0
        # Whether each open span is for those who do not see.
        self.spans = []
        self.words = []

    def handle_starttag(self, tag, attrs):
        self.folded += tag == "details"
        self.tables += tag == "table"
        self.drawings += tag == "svg"
        if tag == "span":
            names = (dict(attrs).get("class") or "").split()
            self.spans.append("unseen" in names or "alone" in names)

    def handle_endtag(self, tag):
        self.folded -= tag == "details"
        self.tables -= tag == "table"
        self.drawings -= tag == "svg"
        if tag == "span" and self.spans:
            self.spans.pop()

    def handle_data(self, data):
        if self.tables and not self.folded and not self.drawings and not any(self.spans):
            self.words.append(data)


def shown_numbers(pages):
    shown = collections.Counter()
    for page in pages:
        parser = ShownTables()
        parser.feed(page.read_text(encoding="utf-8"))
        shown.update(NUMBER.findall(" ".join(parser.words)))
    return shown


def holds_numbers(text, pages):
    # Lines of a cell may break inside a word, but not inside a number.
    missing = shown_numbers(pages) - collections.Counter(NUMBER.findall(text))
    return [f"{number} is there {count} times too few" for number, count in sorted(missing.items())]


def pages_of(edition):
    """The pages of the edition that its pack holds."""
    if edition.name == "national":
        return [edition / "index.html", edition / "all-metrics.html"]
    return [edition / "index.html", *sorted((edition / "principles").glob("*.html"))]


def check(release, path, marking, report):
    edition = path.parent
    name = path.relative_to(release)
    report.add(f"{name}: qpdf finds no fault", is_whole(path))
    report.add(f"{name}: every font is inside", fonts_are_inside(path))
    with pikepdf.open(path) as pdf:
        report.add(f"{name}: says what it is", says_what_it_is(pdf, facts_of(path)))
        report.add(f"{name}: structure", structure(pdf))
    text = said("pdftotext", "-layout", str(path), "-")[1]
    sheets = text.split("\f")[:-1]
    report.add(f"{name}: {len(sheets)} sheets have the marking", [f"sheet {at + 1}" for at, one in enumerate(sheets) if marking and marking not in one])
    report.add(f"{name}: numbers of the pages", holds_numbers(text, pages_of(edition)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=pathlib.Path, metavar="RELEASE")
    parser.add_argument("editions", nargs="*", metavar="EDITION")
    arguments = parser.parse_args()
    release, report = arguments.release, Report()
    folders = [release / name for name in arguments.editions] or [release / "national", *sorted((release / "forces").iterdir())]
    record = json.loads((release / "run-record.json").read_text(encoding="utf-8"))
    marking = record["settings"].get("publication", {}).get("marking")
    for folder in folders:
        packs = sorted(folder.glob("*.pdf"))
        report.add(f"{folder.relative_to(release)}: one pack", [] if len(packs) == 1 else [f"{len(packs)} packs"])
        for path in packs:
            check(release, path, marking, report)
    report.end()


if __name__ == "__main__":
    main()
