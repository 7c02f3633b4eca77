"""What the writes since the last snapshot come to: counts, journal entries, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from pyoxigraph import NamedNode

from graph.bundle import source_graph
from graph.datadir import Snapshot
from graph.revision import Change
from graph.sources import source_iri
from graph.tallies import NAME, tallies_in, with_gain
from loaders.journal import Entry, appended, read_journal

# A dataset of more quads is not counted anew after each write of which nobody knows what it changed.
RECOUNTED_QUADS: Final = 20_000


class Ledger:
    """The counts and the journal of the live store, ahead of those of the snapshot that it was made from."""

    def __init__(self, base: Snapshot) -> None:
        self.counts = {key: value for key, value in base.counts.items() if isinstance(value, int)}
        self.tallies = tallies_in(base.counts)
        self.entries = read_journal(base.folder).entries
        self._fresh: list[Entry] = []
        self._operations: list[str] = []
        self._is_unknown = False

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows what some write since the last snapshot changed."""
        return self._is_unknown

    @property
    def fresh(self) -> list[Entry]:
        """What is new in the journal since the last snapshot."""
        return self._fresh

    @property
    def operation(self) -> str:
        """What made the next snapshot, in one word."""
        kinds = set(self._operations)
        return kinds.pop() if len(kinds) == 1 else "writes"

    @property
    def graphs(self) -> list[NamedNode]:
        """The graphs that were written since the last snapshot."""
        names = {name: None for entry in self._fresh for name in _graphs_of(entry)}
        return [NamedNode(name) for name in names]

    def note(self, operation: str, entries: Iterable[Entry] = ()) -> None:
        """A write was carried out."""
        self._operations.append(operation)
        for entry in entries:
            self.entries = appended(self.entries, entry)
            self._fresh.append(entry)

    def note_unknown(self, operation: str) -> None:
        """A write was carried out of which nobody knows what it changed."""
        self._operations.append(operation)
        self._is_unknown = True
        self.tallies = None

    def recount(self, count: Callable[[], int]) -> None:
        """Count a small dataset anew after such a write; the size of a large one is not known any more."""
        if self._is_unknown and self.counts.pop("quads", RECOUNTED_QUADS + 1) <= RECOUNTED_QUADS:
            self.counts["quads"] = count()

    def count_quads(self, gained: int) -> None:
        """So many quads more than before."""
        if "quads" in self.counts:
            self.counts["quads"] += gained

    def count_change(self, change: Change) -> None:
        """The counts after a revision."""
        change.add_to(self.counts)
        if self.tallies is not None:
            self.tallies = with_gain(self.tallies, change.tallied)

    def counted(self) -> dict[str, Any]:
        """All counts of the next snapshot."""
        return {**self.counts, **({NAME: self.tallies} if self.tallies is not None else {})}

    def close_page(self) -> None:
        """The snapshot is made: begin anew."""
        self._fresh, self._operations, self._is_unknown = [], [], False


def _graphs_of(entry: Entry) -> Iterable[str]:
    if entry.op == "remove":
        return [source_graph(source_iri(entry.removed)).value]
    return entry.graphs
