#!/usr/bin/env python3
"""Time, processor time and memory of runs over more and more records, and what a row, a submission and a metric cost.

Usage: benches/scale.py BINARY [--folder DIR] [--scale 1] [--cases quarter,years,double] [--limit 512] [--runs 1]
Cases: a quarter of a made-up nation; five years of it; five years of twice its volume. Of each a cold run, a run from the cache,
and a run in which nothing has changed. Writes sources into the folder unless they are there: 0.4 GB, 8 GB and 16 GB at scale 1,
the national volume. Nothing else should run on the computer. Linux only: it reads /proc.

Wanted: no peak above the memory limit and 300 MiB.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PERIOD = "2025-26Q4"
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024 * 1024
# Beyond the limit of the engine: files that are being read, figures, pages.
ALLOWANCE = 300


@dataclass
class Case:
    name: str
    first: str
    volume: float


CASES = {
    "quarter": Case("a quarter", "2026-01", 1),
    "years": Case("five years", "2021-04", 1),
    "double": Case("five years, twice the volume", "2021-04", 2),
}


@dataclass
class Cost:
    wall: float
    user: float
    system: float
    peak: float

    def row(self, name):
        return f"  {name:<12} {self.wall:8.1f} s wall {self.user:8.1f} s user {self.system:7.1f} s system {self.peak:7.0f} MiB"


def watched(command):
    """Runs a command and says what it took; the peak is what the system has noted for the process."""
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 31):
        sys.exit(errors.decode())
    return Cost(time.monotonic() - started, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024 / MIB)


def record(out):
    latest = json.loads((out / PERIOD / "latest.json").read_text())
    return json.loads((out / PERIOD / latest["path"] / "run-record.json").read_text())


def medians(costs):
    def of(field):
        return statistics.median(getattr(cost, field) for cost in costs)

    return Cost(of("wall"), of("user"), of("system"), max(cost.peak for cost in costs))


def measure(binary, case, options, folder):
    source = folder / f"source-{case.first}-{options.scale * case.volume:g}"
    if not source.exists():
        command = [binary, "-q", "generate", "--from", case.first, "--to", "2026-03", "--scale", options.scale * case.volume,
                   "--out", source]
        print(f"{case.name}: written in {watched(command).wall:.0f} s")
    settings = folder / "settings.toml"
    settings.write_text(f"[engine]\nmemory_limit_mib = {options.limit}\n")
    costs = {"cold": [], "from cache": [], "unchanged": []}
    for _ in range(options.runs):
        out, work = folder / "out", folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        for kind in costs:
            if kind != "unchanged":
                shutil.rmtree(out, ignore_errors=True)
            costs[kind].append(watched([binary, "-q", "run", "--source", source, "--out", out, "--work", work, "--period", PERIOD,
                                        "--published-on", "2026-06-01", "--settings", settings, "--allow-gaps"]))
            if kind == "cold":
                facts = record(out)
    return {kind: medians(found) for kind, found in costs.items()}, facts


def rows_of(facts):
    return sum(file["rows"] for file in facts["inputs"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--folder")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--cases", default="quarter,years")
    parser.add_argument("--limit", type=int, default=512)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    folder = Path(options.folder or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    found, too_much = {}, []
    for name in options.cases.split(","):
        case = CASES[name]
        costs, facts = measure(options.binary, case, options, folder)
        rows, files = rows_of(facts), len(facts["inputs"])
        size = sum(file["size"] for file in facts["inputs"])
        print(f"{case.name}: {rows:,} rows in {files:,} files of {facts['counts']['submissions']:,} submissions, {size / MIB:,.0f} MiB")
        for kind, cost in costs.items():
            print(cost.row(kind))
            if cost.peak > options.limit + ALLOWANCE:
                too_much.append(f"{case.name}, {kind}: {cost.peak:.0f} MiB")
        stages = {stage: f"{milliseconds / 1000:.1f} s" for stage, milliseconds in facts["timings"].items()}
        print("  cold, by stage:", ", ".join(f"{stage} {seconds}" for stage, seconds in stages.items()))
        found[name] = (costs["cold"], rows, files)
    if {"quarter", "years"} <= found.keys():
        (quarter, quarter_rows, quarter_files), (years, years_rows, years_files) = found["quarter"], found["years"]
        ratio = (years.user + years.system) / (quarter.user + quarter.system)
        print(f"five years take {ratio:.1f} times the processor time of a quarter, and have {years_rows / quarter_rows:.1f} times its rows")
        slope = (years.user + years.system - quarter.user - quarter.system) / (years_rows - quarter_rows)
        print(f"each further row takes {slope * 1e9:.0f} ns of one processor, its share of files and submissions included")
    if too_much:
        sys.exit(f"above the limit of {options.limit} MiB and {ALLOWANCE} MiB: {'; '.join(too_much)}")
    print(f"no peak is above the limit of {options.limit} MiB and {ALLOWANCE} MiB")


if __name__ == "__main__":
    main()
