"""Says what a query's answer is by a snapshot: `python -m tests.bench.soak_referee DATA`, a question a line.

A process of its own at low priority, so that it takes little from the server that is judged. Each line of the
input is JSON, {"snapshot": number, "text": query}; each line of the output is the answer's fingerprint, or ""
where that snapshot is no longer there.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyoxigraph import QueryBoolean, QueryResultsFormat, QueryTriples, RdfFormat

from graph.embedded import EmbeddedStore
from graph.errors import KnowledgeGraphError

ROOT = Path(__file__).resolve().parents[2]
KEPT = 2


class Referee:
    """The process that knows; it opens snapshots of the data directory read-only."""

    def __init__(self, data: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.soak_referee", str(data)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def fingerprint(self, snapshot: int, text: str) -> str:
        """That of the right answer; empty where the snapshot is gone."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"snapshot": snapshot, "text": text}) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def fingerprint(document: Any) -> str:
    """A number for SPARQL JSON results as a set of rows: neither order nor names of blank nodes count."""
    if "boolean" in document:
        return hash_lines([str(document["boolean"])])
    return hash_lines(_row(row) for row in document["results"]["bindings"])


def hash_lines(lines: Iterable[str]) -> str:
    """A number for lines in whatever order."""
    digest = hashlib.sha256()
    for line in sorted(lines):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()[:24]


def _row(row: dict[str, dict[str, str]]) -> str:
    cells = {
        name: {key: value for key, value in term.items() if key != "value" or term["type"] != "bnode"}
        for name, term in row.items()
    }
    return json.dumps(cells, sort_keys=True)


def answer(store: EmbeddedStore, text: str) -> str:
    """The fingerprint of a query's answer."""
    results = store.query(text)
    if isinstance(results, QueryTriples):
        return hash_lines((results.serialize(format=RdfFormat.N_TRIPLES) or b"").decode().splitlines())
    if isinstance(results, QueryBoolean):
        return hash_lines([str(bool(results))])
    return fingerprint(json.loads(results.serialize(format=QueryResultsFormat.JSON) or b""))


def main() -> None:
    """Answer until the input ends."""
    os.nice(15)
    snapshots = Path(sys.argv[1]) / "snapshots"
    stores: dict[int, EmbeddedStore] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        number = asked["snapshot"]
        try:
            if number not in stores:
                while len(stores) >= KEPT:
                    stores.pop(min(stores)).close()
                stores[number] = EmbeddedStore(snapshots / f"{number:06d}" / "store", read_only=True)
            print(answer(stores[number], asked["text"]), flush=True)
        except (KnowledgeGraphError, OSError):
            print(flush=True)


if __name__ == "__main__":
    main()
