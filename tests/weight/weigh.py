#!/usr/bin/env python3
"""Weighs a release by kind of file and of content, and holds it against a limit.

Usage: python3 tests/weight/weigh.py RELEASE [--at-most=MB]

A MB is a million bytes. Copies beside the pages (spreadsheets, packs and files of charts, which `--copies` asks for) are shown and do
not count. Exits with 1 where the release is heavier than the limit."""

import re
import sys
from collections import Counter
from pathlib import Path

DRAWING = re.compile(rb"<svg .*?</svg>", re.DOTALL)
TAG = re.compile(rb"<[^>]*>")
COPIES = {".ods", ".xlsx", ".pdf", ".png", ".svg"}


def page_parts(html: bytes) -> dict[str, int]:
    """Bytes of the drawings of a page, of its markup and of its words."""
    drawings = sum(len(drawing) for drawing in DRAWING.findall(html))
    markup = sum(len(tag) for tag in TAG.findall(DRAWING.sub(b"", html)))
    return {"drawings": drawings, "markup": markup, "words": len(html) - drawings - markup}


def kinds_of(path: Path, release: Path) -> dict[str, int]:
    """The kinds that a file belongs to, each with its bytes."""
    size = path.stat().st_size
    parts = path.relative_to(release).parts
    if len(parts) == 1:
        return {parts[0]: size}
    part = parts[0]
    if part in ("results", "evidence"):
        return {f"{part}{path.suffix}": size}
    if path.suffix in COPIES:
        return {f"{part}: copies{path.suffix}": size}
    if path.suffix == ".html":
        return {f"{part}: pages, {kind}": bytes_of for kind, bytes_of in page_parts(path.read_bytes()).items()}
    if path.suffix == ".csv":
        return {f"{part}: data": size}
    return {f"{part}: styles, scripts and indexes": size}


def main(arguments: list[str]) -> int:
    release = Path(arguments[0])
    limit = next((float(one.split("=")[1]) for one in arguments if one.startswith("--at-most=")), None)
    weights: Counter[str] = Counter()
    files: Counter[str] = Counter()
    tables: Counter[str] = Counter()
    for path in sorted(release.rglob("*")):
        if not path.is_file():
            continue
        for kind, size in kinds_of(path, release).items():
            weights[kind] += size
            files[kind] += 1
        if path.parent == release / "results":
            tables[path.name] = path.stat().st_size
    copies = sum(size for kind, size in weights.items() if ": copies" in kind)
    whole = sum(weights.values()) - copies
    for kind, size in sorted(weights.items()):
        print(f"{size / 1e6:8.2f} MB {files[kind]:6d} files  {kind}")
    heaviest = ", ".join(f"{name} {size / 1e6:.2f}" for name, size in tables.most_common(8))
    print(f"heaviest result tables (MB): {heaviest}")
    print(f"{whole / 1e6:8.2f} MB in all, and {copies / 1e6:.2f} MB of copies beside the pages")
    if limit is None or whole <= limit * 1e6:
        return 0
    print(f"the release is heavier than {limit:g} MB", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
