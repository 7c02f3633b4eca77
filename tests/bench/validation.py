"""What validation costs in a build: `python -m tests.bench.validation --factors 1 10 100`.

Each factor is built with and without it, in a fresh process and a fresh folder each time; medians are
printed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from graph.datadir import DataDirectory
from loaders import operations
from loaders.commands import workshop
from tests.bench.generate import write_tables
from tests.bench.processes import run
from tests.bench.steps import Figures

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "loaders" / "data"
COLUMNS = "factor     quads   triples  with s  without s  share  check s  triples/s  peak MB  without MB"


def measure(factor: int, folder: Path, times: int) -> Figures:
    """The figures of one factor: medians of so many builds of each kind."""
    tables = folder / "tables"
    tables.mkdir(parents=True)
    write_tables(SHIPPED, tables, factor)
    kinds = ("with", "without")
    found: dict[str, list[Figures]] = {kind: [] for kind in kinds}
    for number in range(times):
        for kind in kinds:
            found[kind].append(build(tables, folder / f"{kind}-{number}", kind))
    figures = {
        f"{kind}_{name}": statistics.median(made[name] for made in found[kind])
        for kind in kinds
        for name in ("seconds", "peak")
    }
    checked = found["with"][-1]
    figures["check_seconds"] = statistics.median(made["check_seconds"] for made in found["with"])
    return {**figures, "factor": factor, "quads": checked["quads"], "triples": checked["triples"]}


def build(tables: Path, data: Path, kind: str) -> Figures:
    """One build in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.validation", "--build", str(tables), str(data), kind]
    made = run(command, ROOT)
    return {**json.loads(made.output), "peak": made.peak_bytes / 1e6}


def build_here(tables: Path, data: Path, is_validated: bool) -> Figures:
    """One build in this process; the figures are one short line as JSON."""
    place = workshop(DataDirectory(data), is_validated)
    report = operations.build(place, lambda _done, _total: None, os.cpu_count() or 1, tables)
    checked = report.validation or {"triples": 0, "seconds": 0.0}
    return {
        "seconds": report.seconds,
        "quads": report.counts["quads"],
        "triples": checked["triples"],
        "check_seconds": checked["seconds"],
    }


def line(row: Figures) -> str:
    """One factor as a line of the table."""
    share = 1 - row["without_seconds"] / row["with_seconds"]
    return (
        f"{row['factor']:6,.0f}{row['quads']:10,.0f}{row['triples']:10,.0f}{row['with_seconds']:8.2f}"
        f"{row['without_seconds']:11.2f}{share:7.0%}{row['check_seconds']:9.2f}"
        f"{row['triples'] / row['check_seconds']:11,.0f}{row['with_peak']:9,.0f}{row['without_peak']:12,.0f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--build", nargs=3, metavar=("TABLES", "DATA", "KIND"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        tables, data, kind = options.build
        print(json.dumps(build_here(Path(tables), Path(data), kind == "with")))
        return
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before")
    print(COLUMNS)
    for factor in options.factors:
        with tempfile.TemporaryDirectory() as scratch:
            print(line(measure(factor, Path(scratch), options.times)), flush=True)
    print("with, without: seconds to the published snapshot; check: processor time of the validation alone")


if __name__ == "__main__":
    main()
