#!/usr/bin/env python3
"""Times runs whose source and releases lie in an object store against the same runs on the local disk, and counts requests.

Usage: benches/stores.py BINARY VENV [--folder DIR] [--first 2021-04] [--scale 0.0005]
VENV is a Python environment with the packages moto[server,s3] and boto3; moto plays S3 on loopback. BINARY was built with the feature
`aws`. Five years of a small nation have as many submissions as five years of the real one, 40,249, and hardly any rows: what is
measured is files, not rows. Of each side: the list of the source (`plan`), a first run, a run in which nothing has changed, and a
run after one force sent one file again.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PERIOD = "2025-26Q4"
BUCKET = "bench"
PORT = 5599
ENDPOINT = f"http://127.0.0.1:{PORT}"
ACCESS = {
    "AWS_ENDPOINT_URL": ENDPOINT,
    "AWS_ALLOW_HTTP": "true",
    "AWS_REGION": "eu-west-2",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
}


def timed(command):
    started = time.monotonic()
    done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | ACCESS)
    if done.returncode not in (0, 31):
        sys.exit(done.stderr.decode())
    return time.monotonic() - started


class Emulator:
    """S3 on loopback. It writes a line for each request that it answers."""

    def __init__(self, venv, log):
        self.log = log
        server = [f"{venv}/bin/moto_server", "-H", "127.0.0.1", "-p", str(PORT)]
        self.process = subprocess.Popen(server, stdout=log.open("w"), stderr=subprocess.STDOUT)

    def requests(self):
        return Counter(re.findall(r'"(?:\x1b\[[0-9;]*m)*([A-Z]+) /', self.log.read_text(errors="replace")))


def client():
    import boto3
    from botocore.config import Config

    return boto3.client("s3", endpoint_url=ENDPOINT, region_name="eu-west-2", aws_access_key_id="bench",
                        aws_secret_access_key="bench", config=Config(retries={"max_attempts": 10}, max_pool_connections=8))


def upload(source):
    s3 = client()
    for _ in range(100):
        try:
            s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
            break
        except Exception:
            time.sleep(0.2)
    files = [path for path in source.rglob("*") if path.is_file()]

    def put(path):
        s3.put_object(Bucket=BUCKET, Key=f"source/{path.relative_to(source)}", Body=path.read_bytes())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, files))
    return len(files)


def file_to_send_again(source):
    """A file, and where it lies when it is sent again."""
    file = next(source.glob("arrest_summons/*/org=E23000002/period=2026-03/*.parquet"))
    return file, f"arrest_summons/submitted=2026-05-20/org=E23000002/period=2026-03/{file.name}"


def measure(binary, source, releases, work, send_again, requests):
    shutil.rmtree(work, ignore_errors=True)
    command = [binary, "-q", "run", "--source", source, "--out", releases, "--work", work, "--period", PERIOD,
               "--published-on", "2026-06-01", "--allow-gaps"]
    plan = [binary, "-q", "plan", "--source", source, "--out", releases, "--work", work, "--period", PERIOD]
    for name, before, arguments in [("list", None, plan), ("first run", None, command), ("unchanged", None, command),
                                    ("one changed", send_again, command)]:
        if before:
            before()
        counted = requests()
        seconds = timed(arguments)
        asked = requests() - counted
        words = ", ".join(f"{count:,} {verb}" for verb, count in sorted(asked.items()))
        print(f"  {name:<12} {seconds:7.1f} s   {words}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("venv")
    parser.add_argument("--folder")
    parser.add_argument("--first", default="2021-04")
    parser.add_argument("--scale", default="0.0005")
    options = parser.parse_args()
    sys.path.extend(map(str, Path(options.venv).glob("lib/python*/site-packages")))
    folder = Path(options.folder or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"stores-source-{options.first}-{options.scale}"
    if not source.exists():
        timed([options.binary, "-q", "generate", "--from", options.first, "--to", "2026-03", "--scale", options.scale, "--out", source])
    releases = folder / "stores-releases"
    shutil.rmtree(releases, ignore_errors=True)
    file, again = file_to_send_again(source)
    emulator = Emulator(options.venv, folder / "stores-requests.log")
    try:
        print(f"{upload(source):,} files")

        def send_again():
            client().put_object(Bucket=BUCKET, Key=f"source/{again}", Body=file.read_bytes())

        def copy_again():
            (source / again).parent.mkdir(parents=True)
            shutil.copy(file, source / again)

        print("on the local disk")
        measure(options.binary, source, releases, folder / "stores-work", copy_again, Counter)
        shutil.rmtree((source / again).parent)
        print("in the emulator of S3")
        measure(options.binary, f"s3://{BUCKET}/source", f"s3://{BUCKET}/releases", folder / "stores-work", send_again, emulator.requests)
    finally:
        emulator.process.kill()


if __name__ == "__main__":
    main()
