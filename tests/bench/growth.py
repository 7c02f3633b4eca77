"""How cost grows with the dataset: `make bench`, or `growth.py --factors 1 10 100 1000` for more."""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import statistics
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from graph.embedded import EmbeddedStore
from loaders.build import BuildPlan, build_store
from tests.bench.generate import write_tables
from tests.bench.processes import Run, run
from tests.bench.steps import Figures, write_one_source

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "loaders" / "data"
GOAL = 0.25
LOADS = 3
COLUMNS = (
    ("factor", "factor", "{:,.0f}"),
    ("claims", "claims", "{:,.0f}"),
    ("quads", "quads", "{:,.0f}"),
    ("build s", "seconds", "{:,.2f}"),
    ("store s", "store_seconds", "{:,.2f}"),
    ("cpu s", "cpu_seconds", "{:,.2f}"),
    ("claims/s", "claims_per_second", "{:,.0f}"),
    ("quads/s", "quads_per_second", "{:,.0f}"),
    ("peak MB", "peak_megabytes", "{:,.0f}"),
    ("plain s", "plain_seconds", "{:,.2f}"),
    ("ratio", "ratio", "{:.3f}"),
    ("cpu ratio", "cpu_ratio", "{:.3f}"),
    ("load s", "load_seconds", "{:.2f}"),
    ("command s", "command_seconds", "{:.2f}"),
)
LEGEND = f"""\
build s    from the start of the operation to the published snapshot; store s: to the last bucket in the store
peak MB    largest sum of VmRSS over the build's process tree (shared pages count in each process)
plain s    pyoxigraph's bulk_load of the same quads; ratio: plain s by build s, goal {GOAL}
cpu s      processor time of the build with its workers and start; cpu ratio: that of plain by that of ours
load s     one more source of a handful of rows, in process, median of {LOADS}
command s  the same by `osagraph load`, start of the interpreter included"""


def measure(factor: int, folder: Path) -> Figures:
    """All figures of one factor; what was written is left in the folder."""
    tables, data, quads = folder / "tables", folder / "data", folder / "all.nq"
    tables.mkdir(parents=True)
    write_tables(SHIPPED, tables, factor)
    made = step("build", tables, data)
    figures = {"factor": float(factor), "peak_megabytes": made.peak_bytes / 1e6, **json.loads(made.output)}
    figures["claims_per_second"] = figures["claims"] / figures["seconds"]
    figures["quads_per_second"] = figures["quads"] / figures["seconds"]
    step("dump", data, quads)
    plain = json.loads(step("plain", quads, folder / "plain").output)
    figures["plain_seconds"], figures["plain_cpu_seconds"] = plain["seconds"], plain["cpu_seconds"]
    quads.unlink()
    figures["ratio"] = figures["plain_seconds"] / figures["seconds"]
    figures["cpu_ratio"] = figures["plain_cpu_seconds"] / figures["cpu_seconds"]
    return {**figures, **load_figures(data, folder)}


def load_figures(data: Path, folder: Path) -> Figures:
    """How long it takes to add one source, in process and by the command where that is installed."""
    seconds = []
    for number in range(LOADS):
        files = write_one_source(folder / f"source-{number}", number)
        seconds.append(json.loads(step("load", SHIPPED, data, *files).output)["seconds"])
    figures = {"load_seconds": statistics.median(seconds)}
    command = Path(sys.executable).with_name("osagraph")
    if command.exists():
        files = write_one_source(folder / f"source-{LOADS}", LOADS)
        arguments = [str(command), "load", "--data", str(data), *map(str, files)]
        figures["command_seconds"] = run(arguments, ROOT).seconds
    return figures


def step(name: str, *arguments: Path) -> Run:
    """One step in a fresh process."""
    return run([sys.executable, "-m", "tests.bench.steps", name, *map(str, arguments)], ROOT)


def table_lines(rows: Sequence[Figures]) -> list[str]:
    """The figures as aligned columns, "-" where nothing was measured."""
    cells = [[title for title, _, _ in COLUMNS]]
    cells += [[form.format(row[key]) if key in row else "-" for _, key, form in COLUMNS] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]


def linearity_lines(rows: Sequence[Figures]) -> list[str]:
    """How time and memory grow from one factor to the next."""
    return [
        f"{after['factor']:,.0f} by {before['factor']:,.0f}: quads {after['quads'] / before['quads']:.2f}, "
        f"seconds {after['seconds'] / before['seconds']:.2f}, "
        f"peak memory {after['peak_megabytes'] / before['peak_megabytes']:.2f} times"
        for before, after in pairwise(rows)
    ]


def profile(factor: int, folder: Path) -> None:
    """Print where the time of a build in one process goes."""
    tables, scratch = folder / "tables", folder / "scratch"
    tables.mkdir(parents=True)
    scratch.mkdir()
    write_tables(SHIPPED, tables, factor)
    store = EmbeddedStore(folder / "store")
    with cProfile.Profile() as profiler:
        build_store(BuildPlan(tables), store, scratch, lambda done, total: None)
    statistics_of_calls = pstats.Stats(profiler).strip_dirs()
    for order in ("cumulative", "tottime"):
        statistics_of_calls.sort_stats(order).print_stats(30)


def main() -> None:
    """Measure, print and, where asked, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--folder", type=Path, help="keep scratch files here instead of the system's own place"
    )
    parser.add_argument("--profile", action="store_true", help="profile a build of the first factor instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        if options.profile:
            profile(options.factors[0], Path(scratch) / "profile")
            return
        rows = []
        for factor in options.factors:
            rows.append(measure(factor, Path(scratch) / str(factor)))
            print(f"factor {factor}: {rows[-1]['seconds']:.2f} s", file=sys.stderr, flush=True)
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}")
    print("\n".join([*table_lines(rows), LEGEND, *linearity_lines(rows)]))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
