"""What views cost: the first build of one, the cached one, and a query beside that on the whole dataset.

`make bench`, or `views.py --factors 1 10 100`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import QuerySolutions

from graph.datadir import DataDirectory, Snapshot
from graph.embedded import EmbeddedStore
from graph.named_query import read_query
from graph.view_options import open_view
from graph.views import ViewChoice
from tests.bench.generate import write_tables
from tests.bench.growth import ROOT, SHIPPED, step
from tests.bench.processes import run

Figures = dict[str, float]
ASKED = ROOT / "queries" / "held-of-osa.rq"
DATE = datetime.date(2024, 12, 31)
CHOICES: Mapping[str, ViewChoice] = {
    "as of 2024-12-31": ViewChoice(DATE),
    "japan-government": ViewChoice(perspective="japan-government"),
    "international-press": ViewChoice(perspective="international-press"),
    "both": ViewChoice(DATE, "international-press"),
}
TIMES = 5
COLUMNS = (
    ("factor", "{:,.0f}"),
    ("quads", "{:,.0f}"),
    ("whole_quads", "{:,.0f}"),
    ("first_seconds", "{:.2f}"),
    ("cpu_seconds", "{:.2f}"),
    ("cached_seconds", "{:.4f}"),
    ("query_seconds", "{:.4f}"),
    ("whole_query_seconds", "{:.4f}"),
    ("peak_megabytes", "{:,.0f}"),
)
LEGEND = f"""\
first   from the question to the open store of a view that nobody has asked for yet; cpu: processor time in it
cached  the same once it is there; query: held-of-osa on the view, whole: on the dataset; median of {TIMES}"""


def view_step(data: str, name: str) -> Figures:
    """Build one view of a dataset, open it again, and ask it."""
    directory, choice = DataDirectory(Path(data)), CHOICES[name]
    cpu = time.process_time()
    first, view = timed_view(directory, choice)
    cpu = time.process_time() - cpu
    cached = statistics.median(timed_view(directory, choice)[0] for _ in range(TIMES))
    whole = directory.current()
    return {
        "first_seconds": first,
        "cpu_seconds": cpu,
        "cached_seconds": cached,
        "quads": EmbeddedStore(view.store, read_only=True).quad_count(),
        "whole_quads": EmbeddedStore(whole.store, read_only=True).quad_count(),
        "query_seconds": query_seconds(view),
        "whole_query_seconds": query_seconds(whole),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }


def timed_view(directory: DataDirectory, choice: ViewChoice) -> tuple[float, Snapshot]:
    started = time.perf_counter()
    view = open_view(directory, choice, quiet=True)
    EmbeddedStore(view.store, read_only=True).close()
    return time.perf_counter() - started, view


def query_seconds(snapshot: Snapshot) -> float:
    store, text = EmbeddedStore(snapshot.store, read_only=True), read_query(ASKED).bind({})
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        results = store.query(text)
        assert isinstance(results, QuerySolutions)
        list(results)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def measure(factor: int, folder: Path) -> dict[str, Figures]:
    """The figures of each view of the tables copied so many times, each in a fresh process."""
    tables, data = folder / "tables", folder / "data"
    tables.mkdir(parents=True)
    write_tables(SHIPPED, tables, factor)
    step("build", tables, data)
    command = [sys.executable, "-m", "tests.bench.views", "--step", str(data)]
    return {name: {"factor": factor, **json.loads(run([*command, name], ROOT).output)} for name in CHOICES}


def table_lines(rows: Sequence[tuple[str, Figures]]) -> list[str]:
    """The figures as aligned columns."""
    cells = [["view", *(key.removesuffix("_seconds") for key, _ in COLUMNS)]]
    cells += [[name, *(form.format(figures[key]) for key, form in COLUMNS)] for name, figures in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", nargs=2, metavar=("DATA", "VIEW"))
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--folder", type=Path, help="keep scratch files here")
    options = parser.parse_args()
    if options.step:
        print(json.dumps(view_step(*options.step)))
        return
    rows: list[tuple[str, Figures]] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        for factor in options.factors:
            rows += measure(factor, Path(scratch) / str(factor)).items()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    print("\n".join([*table_lines(rows), LEGEND]))


if __name__ == "__main__":
    main()
