#!/usr/bin/env python3
"""Times leds-metrics against DuckDB on the same files and statements, in pairs within one run.

Usage: benches/pairs.py BINARY [--scale 0.25] [--pairs 3] [--folder DIR]
Needs the packages duckdb and pyarrow. Prints, for a quarter on a cold cache: wall time, peak memory, and the time of checks with
roll-ups; the roll-ups by themselves, of submissions that were checked before, beside the same roll-ups by DuckDB with the same number
of threads; and a second run after one submission changed.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
PERIOD = "2025-26Q1"


def run(binary, *arguments):
    """Runs the binary; returns wall seconds and peak memory in MiB of that process."""
    started = time.monotonic()
    process = subprocess.Popen([binary, "--quiet", *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 21, 31):
        sys.exit(errors.decode())
    return time.monotonic() - started, usage.ru_maxrss / 1024


def record(out):
    latest = json.loads((out / PERIOD / "latest.json").read_text())
    return json.loads((out / PERIOD / latest["path"] / "run-record.json").read_text())


def dataset_of(rollup):
    return re.search(r'^dataset = "(.+)"', (ROOT / f"queries/rollups/{rollup}.toml").read_text(), re.M).group(1)


def with_records(source, rollups):
    """The roll-ups of datasets of which the nation has records. Some begin later than its period."""
    return [name for name in rollups if next(source.glob(f"{dataset_of(name)}/*/*/*/*.parquet"), None)]


def duckdb_statement(sql):
    """The roll-up's text with the few words that DuckDB spells differently."""
    london = r"'Timestamp\(Microsecond, Some\(\"Europe/London\"\)\)'"
    instants = "created_at|event_at|received_at|updated_at|aware_at|ico_notified_at|started_at|ended_at"
    sql = re.sub(rf"CAST\(({instants}) AS BIGINT\)", r"epoch_us(\1)", sql)
    sql = re.sub(r"CAST\(\s*arrow_cast\(\s*arrow_cast\((.+?), 'Timestamp\(Microsecond, None\)'\),\s*" + london +
                 r"\s*\)\s*AS BIGINT\s*\)", r"epoch_us(timezone('Europe/London', CAST(\1 AS TIMESTAMP)))", sql)
    sql = re.sub(r"arrow_cast\(limit_us, " + london + r"\)", "timezone('Europe/London', make_timestamptz(limit_us))", sql)
    sql = re.sub(r"arrow_cast\((.+?), " + london + r"\)", r"timezone('Europe/London', \1)", sql)
    sql = re.sub(r"CAST\(\s*CAST\(([a-z]+(?: \+ INTERVAL '1 month')?) AS TIMESTAMP\) AT TIME ZONE 'Europe/London' AS BIGINT\)\s*/ 1000",
                 r"epoch_us(timezone('Europe/London', CAST(\1 AS TIMESTAMP)))", sql)
    sql = re.sub(r"CAST\((timezone\('Europe/London', [a-z_]+\)[^)]*?) AS DATE\)", r"CAST(\1 AS DATE)", sql)
    return re.sub(r" / (\d{6,})", r" // \1", sql)


def duckdb_rollups(source, rollups, threads):
    """Seconds that DuckDB takes for each roll-up over the same files, result fetched as Arrow."""
    seconds = {}
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("SET TimeZone = 'UTC'")
    for name in rollups:
        dataset = dataset_of(name)
        files = f"{source}/{dataset}/*/*/*/*.parquet"
        connection.execute(f"CREATE OR REPLACE VIEW {dataset} AS SELECT * REPLACE (CAST(period || '-01' AS DATE) AS period, "
                           f"CAST(submitted AS DATE) AS submitted) FROM read_parquet('{files}', hive_partitioning = true, "
                           "hive_types_autocast = false)")
        statement = duckdb_statement((ROOT / f"queries/rollups/{name}.sql").read_text())
        started = time.monotonic()
        try:
            connection.sql(statement).to_arrow_table()
            seconds[name] = time.monotonic() - started
        except duckdb.Error as error:
            print(f"  DuckDB cannot run {name}: {str(error).splitlines()[0]}")
    return seconds


def polars_rollups(source, rollups):
    """Seconds that polars takes for those roll-ups whose statements it understands."""
    try:
        import polars
    except ImportError:
        return {}
    seconds = {}
    for name in rollups:
        dataset = dataset_of(name)
        rows = polars.scan_parquet(f"{source}/{dataset}/*/*/*/*.parquet", hive_partitioning=True, try_parse_hive_dates=False)
        rows = rows.with_columns(polars.col("period").str.to_date("%Y-%m"), polars.col("submitted").str.to_date("%Y-%m-%d"))
        started = time.monotonic()
        try:
            polars.SQLContext({dataset: rows}).execute((ROOT / f"queries/rollups/{name}.sql").read_text()).collect()
            seconds[name] = time.monotonic() - started
        except Exception:  # Whatever it does not understand.
            continue
    return seconds


def bare_scan(source, rollups, threads):
    """Seconds and bytes of reading every column of every file that a roll-up is made of, and doing nothing with it."""
    from concurrent.futures import ThreadPoolExecutor

    from pyarrow import parquet

    datasets = {dataset_of(name) for name in rollups}
    files = [file for dataset in datasets for file in source.glob(f"{dataset}/*/*/*/*.parquet")]
    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda file: parquet.ParquetFile(file).read(use_threads=False).num_rows, files):
            pass
    return time.monotonic() - started, sum(file.stat().st_size for file in files)


def rollups_of_metrics():
    """The roll-ups that each metric reads, by metric."""
    files = (ROOT / "queries/metrics").glob("*/metric.toml")
    found = {file.parent.name: re.search(r"^rollups = \[(.*?)\]", file.read_text(), re.M | re.S) for file in files}
    return {metric: re.findall(r'"([a-z_]+)"', listed.group(1)) for metric, listed in found.items() if listed}


def rollups_alone(binary, arguments, source, folder):
    """The record of a run in which roll-ups were all that was to be made: the submissions were checked before."""
    work = folder / "work"
    run(binary, "check", "--source", source, "--work", work)
    run(binary, *arguments[:3], "--out", folder / "out", "--work", work, *arguments[5:])
    return record(folder / "out")


def median(values):
    return statistics.median(values)


def second_run(binary, arguments, source, out):
    """Wall seconds and counts of a run after one force sent one file again."""
    changed = next(source.glob("arrest_summons/*/org=E23000002/period=2025-06/*.parquet"))
    again = source / "arrest_summons" / "submitted=2025-09-30" / "org=E23000002" / "period=2025-06"
    again.mkdir(parents=True)
    shutil.copy(changed, again / changed.name)
    wall, _ = run(binary, *arguments)
    shutil.rmtree(again.parent.parent)
    return wall, record(out)["counts"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--scale", default="0.25")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--folder")
    options = parser.parse_args()
    folder = Path(options.folder or tempfile.mkdtemp())
    source = folder / "source"
    if not source.exists():
        seconds, memory = run(options.binary, "generate", "--from", "2025-04", "--to", "2025-06", "--scale", options.scale, "--out", source)
        print(f"generate: {seconds:.1f} s, {memory:.0f} MiB")
    # The generator plants one cut-off file; DuckDB would stop at it, so it is taken away for both.
    for broken in source.glob("court_results/*/org=E23000024/period=2025-06/*.parquet"):
        shutil.rmtree(broken.parent)
    walls, memories, checks, steps, second_runs, ours, theirs, polars, scans, rows = [], [], [], [], [], {}, {}, {}, [], 0
    # Each pair has folders of its own: after thousands of files were deleted, a file system is slow to create new ones.
    outs = [folder / f"out-{pair}" for pair in range(options.pairs)]
    if any(out.exists() for out in outs):
        sys.exit(f"{folder} holds the releases of another run; delete its out-* folders a minute before this one")
    for out in outs:
        arguments = ["run", "--source", source, "--out", out, "--period", PERIOD, "--published-on", "2025-12-01"]
        wall, memory = run(options.binary, *arguments)
        facts = record(out)
        walls.append(wall)
        # What this process itself takes counts as its child's until the child has begun: only before DuckDB is it little.
        memories = memories or [memory]
        checks.append(facts["timings"]["check"] / 1000)
        facts = rollups_alone(options.binary, arguments, source, folder / f"{out.name}-rollups")
        steps.append(facts["timings"]["roll-ups"] / 1000)
        rows = sum(file["rows"] for file in facts["inputs"] if file["path"].startswith("transactions/"))
        for rollup in facts["rollups"]:
            ours.setdefault(rollup["name"], []).append(rollup["milliseconds"] / 1000)
        second_runs.append(second_run(options.binary, arguments, source, out))
        for name, seconds in duckdb_rollups(source, with_records(source, ours), facts["threads"]).items():
            theirs.setdefault(name, []).append(seconds)
        for name, seconds in polars_rollups(source, with_records(source, ours)).items():
            polars.setdefault(name, []).append(seconds)
        scans.append(bare_scan(source, with_records(source, ours), facts["threads"]))
    print(f"cold run: {rows:,} transactions, wall {median(walls):.2f} s, peak memory {max(memories):.0f} MiB, checks with roll-ups {median(checks):.2f} s")
    for name in ours:
        duck = f"{median(theirs[name]):.3f} s" if name in theirs else "-"
        bear = f"   polars {median(polars[name]):.3f} s" if name in polars else ""
        print(f"  roll-up {name:<28} ours {median(ours[name]):.3f} s (side by side)   DuckDB {duck}{bear}")
    duck_total = sum(median(theirs[n]) for n in theirs)
    print(f"roll-up step: ours {median(steps):.2f} s, {len(theirs)} of {len(ours)} statements by DuckDB {duck_total:.2f} s, "
          f"ratio {median(steps) / duck_total:.2f}")
    both = [name for name in polars if name in theirs]
    if both:
        print(f"{len(both)} statements that polars understands: polars {sum(median(polars[n]) for n in both):.2f} s, "
              f"DuckDB {sum(median(theirs[n]) for n in both):.2f} s")
    metrics = rollups_of_metrics()
    each = sum(median(theirs[name]) for names in metrics.values() for name in names if name in theirs)
    print(f"{len(metrics)} metrics by one DuckDB query each over the records: {each:.1f} s, the cold run {median(walls):.1f} s, "
          f"{each / median(walls):.1f} times quicker")
    seconds, size = median(seconds for seconds, _ in scans), scans[-1][1]
    print(f"bare scan of {size / 1e6:.0f} MB: {seconds:.2f} s, {size / seconds / 1e6:.0f} MB/s; "
          f"checks with roll-ups {size / median(checks) / 1e6:.0f} MB/s")
    wall, counts = median(seconds for seconds, _ in second_runs), second_runs[-1][1]
    print(f"second run, one submission changed: wall {wall:.2f} s ({median(walls) / wall:.1f} times quicker), "
          f"{counts['submissions_read']} submission and {counts['bytes_read']:,} bytes read")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    main()
