"""The measured steps, one per fresh process: `python -m tests.bench.steps STEP ARGUMENT…` prints JSON."""

from __future__ import annotations

import csv
import datetime
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from loaders.mappings import BUDGETS, RECIPIENTS, SOURCES
from loaders.operations import LoadOptions, build, load_files
from loaders.replay import Workshop
from loaders.table import Table
from loaders.tables import TableLoader

Figures = dict[str, float]


def build_step(tables: str, data: str) -> Figures:
    """Build a data directory: `store_seconds` to the last bucket, `seconds` to the snapshot."""
    started = time.perf_counter()
    moments: list[float] = []
    made = build(
        workshop(tables, data), lambda done, total: moments.append(time.perf_counter()), os.cpu_count() or 1
    )
    return {
        "seconds": time.perf_counter() - started,
        "store_seconds": moments[-1] - started,
        "cpu_seconds": cpu_seconds(),
        **{name: made.counts[name] for name in ("sources", "claims", "facts", "open_slots", "quads")},
        "rows": sum(made.rows.values()),
        "new_names": len(made.new_names),
    }


def dump_step(data: str, target: str) -> Figures:
    """Write all quads of a built dataset as N-Quads."""
    store = EmbeddedStore(DataDirectory(Path(data)).current().store, read_only=True)
    with Path(target).open("wb") as file:
        store.dump(file, RdfFormat.N_QUADS)
    return {"bytes": Path(target).stat().st_size}


def plain_step(quads: str, target: str) -> Figures:
    """Load N-Quads in bulk with pyoxigraph and nothing of ours: what the engine can do."""
    store = Store(target)
    started = time.perf_counter()
    store.bulk_load(path=quads, format=RdfFormat.N_QUADS)
    store.flush()
    return {"seconds": time.perf_counter() - started, "cpu_seconds": cpu_seconds()}


def load_step(tables: str, data: str, *files: str) -> Figures:
    """Load files into a built dataset, as `osagraph load` does."""
    place = workshop(tables, data)
    started = time.perf_counter()
    report = load_files(place, [Path(file) for file in files], LoadOptions())
    return {"seconds": time.perf_counter() - started, "claims_added": report.change["claims_added"]}


def cpu_seconds() -> float:
    """Processor time of this process and of its finished children; other work on the machine inflates it less
    than the clock, but does."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def workshop(tables: str, data: str) -> Workshop:
    """What the operations ask for, with the loader of tables alone."""
    loaders = {TableLoader.name: TableLoader()}
    return Workshop(
        DataDirectory(Path(data)), Path(tables), loaders, lambda: datetime.datetime.now(datetime.UTC)
    )


def write_one_source(folder: Path, number: int) -> list[Path]:
    """The tables of one new source: a handful of rows on a budget and on recipients that all know."""
    source = f"bench-source-{number}"
    said = {"source_id": source, "modality": "asserted"}
    budget = {"budget_line": "osa", "amount": "18100000000", "currency": "JPY", "stage": "draft"}
    countries = ("Philippines", "Malaysia", "Bangladesh", "Fiji")
    folder.mkdir()
    tables: list[tuple[Table, list[dict[str, str]]]] = [
        (SOURCES, [{"source_id": source, "title": f"Bench source {number}", "publisher": "Japan Times",
                    "publisher_kind": "newspaper", "published_on": "2026-01-10", "language": "en"}]),
        (BUDGETS, [{**budget, **said, "fiscal_year": "2026", "quote": "18.1 billion yen"}]),
        (RECIPIENTS, [{**said, "country": name, "role": "recipient", "fiscal_year": "2025"}
                      for name in countries]),
    ]  # fmt: skip
    return [_write(folder, table, rows) for table, rows in tables]


def _write(folder: Path, table: Table, rows: Sequence[Mapping[str, str]]) -> Path:
    path = folder / f"{table.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in table.columns if not column.optional])
        writer.writeheader()
        writer.writerows(rows)
    return path


STEPS: Mapping[str, Callable[..., Figures]] = {
    "build": build_step,
    "dump": dump_step,
    "plain": plain_step,
    "load": load_step,
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
