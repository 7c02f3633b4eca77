"""Entities of Wikidata by number: seconds, entities per second, and the peak memory of the process tree.

`python -m tests.bench.wikidata_loads 10000 100000` loads so many made-up entities, each into a dataset of the
shipped tables, and prints a table. What does not grow with the number is constant.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.bench.processes import run
from tests.bench.wikidata_entities import write_dump

ROOT = Path(__file__).resolve().parents[2]


class Measured(NamedTuple):
    """One load: entities, compressed bytes, quads that it made, seconds, and peak memory in bytes."""

    entities: int
    size: int
    quads: int
    seconds: float
    peak_bytes: int


def measure(count: int, base: Path, folder: Path) -> Measured:
    """Load so many entities into a copy of a data directory."""
    dump, data = folder / f"{count}.json.gz", folder / f"data-{count}"
    write_dump(count, dump)
    shutil.copytree(base, data)
    before = _quads(data)
    command = [sys.executable, "-m", "server", "load", str(dump), "--data", str(data), "--json"]
    done = run(command, ROOT)
    report = json.loads(done.output)
    assert report["rows"] == {"wikidata entities": count}, report["rows"]
    measured = Measured(count, dump.stat().st_size, report["quads"] - before, done.seconds, done.peak_bytes)
    shutil.rmtree(data)
    dump.unlink()
    return measured


def _quads(data: Path) -> int:
    status = run([sys.executable, "-m", "server", "status", "--data", str(data), "--json"], ROOT)
    number: int = json.loads(status.output)["current"]["counts"]["quads"]
    return number


def main(counts: list[int]) -> None:
    """Measure each and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run([sys.executable, "-m", "server", "build", "--data", str(folder / "base"), "--quiet"], ROOT)
        print("| entities | dump, MB | quads | seconds | entities/s | peak memory, MB |")
        print("|---|---|---|---|---|---|")
        for count in counts:
            each = measure(count, folder / "base", folder)
            rate = each.entities / each.seconds
            print(
                f"| {each.entities:,} | {each.size / 1e6:.1f} | {each.quads:,} | {each.seconds:.1f} "
                f"| {rate:,.0f} | {each.peak_bytes / 1e6:,.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [10_000, 100_000])
