"""How good the scores of `osagraph link` are: precision and recall on the verified links of the tables.

    python -m tests.bench.links [DATA]

DATA is a data directory of `osagraph build`. Candidates come from a made-up extract (link_extract.py): the
true item of each verified link, several false ones beside each, and false ones alone for the rest.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.store import ReadableStore
from loaders.link_pools import FilePool
from loaders.link_scoring import Scored, leads
from loaders.link_things import Thing, Things
from loaders.names import read_names
from tests.bench.link_extract import TABLES, Row, extract, rows, write_extract

LEVELS: Final = (30, 50, 60, 70, 75, 80, 90, 100)


class Case(NamedTuple):
    """A thing, the item that it is (None: none of the extract), and what was found."""

    thing: Thing
    item: str | None
    found: list[Scored]

    @property
    def is_first(self) -> bool:
        """Whether the right item is shown first."""
        return bool(self.found) and self.found[0].candidate.item == self.item


class Quality(NamedTuple):
    """What taking the first candidate from a score on comes to; `leading`: only where it is well ahead."""

    level: int
    leading: bool
    taken: int
    right: int
    wanted: int

    @property
    def precision(self) -> float:
        """The share of what is taken that is right."""
        return self.right / self.taken if self.taken else 1.0

    @property
    def recall(self) -> float:
        """The share of what is wanted that is taken."""
        return self.right / self.wanted


def cases(
    store: ReadableStore, folder: Path, verified: Sequence[Row], unresolved: Sequence[Row]
) -> list[Case]:
    """What is found for the individuals of some rows in the extract around them, written into a folder."""
    path = folder / "extract.jsonl"
    write_extract(path, extract(verified, unresolved))
    things, names = Things(store), read_names(TABLES)
    wanted = [(things.read(names.by_label[row["entity_label"]]), row["wikidata_qid"]) for row in verified]
    wanted += [(things.read(names.by_label[row["entity_label"]]), "") for row in unresolved]
    # As if nobody had decided: neither a link nor a near miss helps.
    blank = [(Thing(t.iri, t.kind, t.names, t.iso_code, t.countries, t.days), item) for t, item in wanted]
    pool = FilePool(path, [thing for thing, _ in blank]).read()
    return [Case(thing, item or None, pool.best(thing)) for thing, item in blank]


def quality(found: Iterable[Case], level: int, leading: bool) -> Quality:
    """Precision and recall of taking the first candidate from a score on."""
    listed = list(found)
    taken = [
        case
        for case in listed
        if case.found and case.found[0].score >= level and (leads(case.found) or not leading)
    ]
    wanted = sum(case.item is not None for case in listed)
    return Quality(level, leading, len(taken), sum(case.is_first for case in taken), wanted)


def main() -> None:
    """Print the table."""
    data = DataDirectory(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
    store = EmbeddedStore(data.current().store, read_only=True)
    verified, unresolved = rows("verified"), rows("unresolved")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = cases(store, Path(folder), verified, unresolved)
    print(f"{len(found)} individuals, {time.monotonic() - started:.1f} s")
    first = sum(case.is_first for case in found)
    shown = sum(any(each.candidate.item == case.item for each in case.found) for case in found if case.item)
    print(f"right item first: {first} of {len(verified)}; shown at all: {shown}")
    lines = [["score from", "well ahead", "taken", "right", "precision", "recall"]]
    for leading in (False, True):
        for level in LEVELS:
            each = quality(found, level, leading)
            shares = [f"{100 * each.precision:.1f} %", f"{100 * each.recall:.1f} %"]
            lines.append([str(level), "yes" if leading else "", str(each.taken), str(each.right), *shares])
    for line in lines:
        print("  ".join(f"{cell:>10}" for cell in line))


if __name__ == "__main__":
    main()
