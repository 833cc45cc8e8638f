"""`python -m tests.bench [ROW …]` measures the rows, or all of them. `--list` says which there are."""

import argparse
import os
import platform
from importlib import import_module
from pathlib import Path

import django

from tests.faults.installation import Installation, start_installation

ROWS = {
    "populate-few": "tests.bench.populating:FewBad",
    "populate-many": "tests.bench.populating:ManyBad",
    "populate-all": "tests.bench.populating:AllBad",
    "publish-changed": "tests.bench.publishing:Changed",
    "publish-changed-after-checkpoint": "tests.bench.publishing:ChangedAfterCheckpoint",
    "publish-new": "tests.bench.publishing:New",
    "memory": "tests.bench.memory:Streaming",
    "requests-list": "tests.bench.requests_at_once:Scripts",
    "requests-detail": "tests.bench.requests_at_once:OneScript",
    "requests-bad-rows": "tests.bench.requests_at_once:BadRows",
    "requests-charts": "tests.bench.requests_at_once:Charts",
    "runs-per-second": "tests.bench.scheduling:Throughput",
    "due-to-begun": "tests.bench.scheduling:FromDueToBegun",
    "beat": "tests.bench.scheduling:Beat",
    "export": "tests.bench.exporting:Csv",
    "export-in-order": "tests.bench.exporting:CsvInOrder",
    "export-parquet": "tests.bench.exporting:Parquet",
    "export-xlsx": "tests.bench.exporting:Xlsx",
}


def main() -> None:
    """Start a PostgreSQL and measure."""
    wanted = arguments()
    with start_installation(wanted.postgres) as installation:
        # A checkpoint comes when the benchmark says so, and not in the middle of a measurement.
        installation.cluster.cluster.psql(
            script="ALTER SYSTEM SET checkpoint_timeout = '1h'; ALTER SYSTEM SET max_wal_size = '20GB'; SELECT pg_reload_conf();"
        )
        os.environ.update(installation.environment)
        django.setup()
        print(machine(installation))
        for name in wanted.rows or ROWS:
            module, row = ROWS[name].split(":")
            getattr(import_module(module), row)(installation).measure()


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="DQX against psql, as ratios.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all when none is named")
    parser.add_argument("--postgres", default="18", help="a version, or the folder of the programs (default: 18)")
    wanted = parser.parse_args()
    unknown = set(wanted.rows) - ROWS.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    return wanted


def machine(installation: Installation) -> str:
    """What the figures were measured on."""
    model = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    ]
    names = (
        "server_version",
        "shared_buffers",
        "fsync",
        "synchronous_commit",
        "wal_compression",
        "max_parallel_workers_per_gather",
    )
    told = installation.cluster.cluster.psql(script=";".join(f"SHOW {name}" for name in names)).split("\n")
    settings = ", ".join(f"{name} {value}" for name, value in zip(names, told, strict=False))
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    return f"{len(model)} x {model[0] if model else platform.processor()}; load {load}\n{settings}; Python {platform.python_version()}"


if __name__ == "__main__":
    main()
