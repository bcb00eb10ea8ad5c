#!/usr/bin/env python3
"""Times the rendering of all editions of 50 bodies, 60 metrics and 20 quarters, with the memory that it takes.

Usage: benches/editions.py BINARY [--folder DIR] [--quarters 20] [--public]
Prints seconds of the stage and of both processors' time, the peak of the process in the stage, and the time of the other
stages. Writes a made-up nation of five years (about 200 MB) into the folder unless it is there. Linux only: it reads /proc.

Wanted: at most 20 s and 1 GiB. Measured on two cores that others used too (load 4), built with opt-level 2: 1,138 pages, 18.9 s of
rendering (19.4 s of processors), 968 MiB after a first scan of the source; 18.1 s (18.2 s) and 779 MiB where the scans were kept.
The heaviest part of a run is the compression of result tables as Parquet (a fifth of its processor time).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PERIOD = "2025-26Q4"
TICKS = os.sysconf("SC_CLK_TCK")
# The stages of a run, in their order, as the run record names them.
STAGE = "render"


def settings(folder, quarters):
    text = (ROOT / "leds-metrics.toml").read_text()
    text = re.sub(r"(?m)^quarter = \d+", f"quarter = {quarters}", text)
    path = folder / "settings.toml"
    path.write_text(text)
    return path


def sample(pid):
    """Processor seconds so far and MiB held now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    held = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1))
    return (int(fields[11]) + int(fields[12])) / TICKS, held / 1024


def watched(command):
    """Runs a command; returns when it ended, and samples of it: the time, processor seconds and MiB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    samples = []
    while process.poll() is None:
        try:
            samples.append((time.monotonic(), *sample(process.pid)))
        except (FileNotFoundError, AttributeError, ProcessLookupError):
            break
        time.sleep(0.02)
    process.wait()
    if process.returncode not in (0, 31):
        sys.exit(process.stderr.read().decode())
    return time.monotonic(), samples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--quarters", type=int, default=20)
    parser.add_argument("--public", action="store_true")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    base = [options.binary, "--quiet", "--settings", str(settings(folder, options.quarters))]
    source = folder / "source"
    if not source.exists():
        span = ["--from", f"{2026 - options.quarters // 4}-04", "--to", "2026-03", "--scale", "0.002"]
        subprocess.run([*base, "generate", "--out", str(source), *span], check=True, stdout=subprocess.DEVNULL)
    run = [*base, "run", "--source", str(source), "--out", str(folder / "out"), "--work", str(folder / "work")]
    run += ["--period", PERIOD, "--allow-gaps", "--again", "--copies", "none"] + ["--public"] * options.public
    ended, samples = watched(run)
    releases = folder / "out" / PERIOD
    release = releases / json.loads((releases / "latest.json").read_text())["path"]
    record = json.loads((release / "run-record.json").read_text())
    stages = record["timings"]
    seconds = stages[STAGE] / 1000
    # The record is written after the last stage, which takes a moment.
    last_write = ended - (release / "run-record.json").stat().st_size / 50e6
    of_stage = [(cpu, held) for at, cpu, held in samples if at >= last_write - seconds]
    spent = of_stage[-1][0] - of_stage[0][0]
    pages = sum(1 for path in release.rglob("*.html"))
    size = sum(path.stat().st_size for path in release.rglob("*") if path.is_file())
    print(f"{pages} pages, {size / 1e6:.1f} MB in all")
    print(f"rendering: {seconds:.1f} s, {spent:.1f} s of processors")
    print(f"peak of the process: {max(held for _, held in of_stage):.0f} MiB while it renders, "
          f"{of_stage[0][1]:.0f} MiB before, {max(held for _, _, held in samples):.0f} MiB in the whole run")
    print("stages in ms: " + ", ".join(f"{name} {value}" for name, value in stages.items()))


if __name__ == "__main__":
    main()
