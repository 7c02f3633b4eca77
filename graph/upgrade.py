"""Upgrading a data directory: from any earlier format to that which this osagraph writes, step by step.

What the user brought in stays as it is: loaded files, journals, curation, pins, tokens, numbered snapshots.
What follows from it is computed anew, as one more snapshot, because another ontology or policy computed the
old one. The old dataset can be read until the new one is current; the format is said last. Whoever is killed
on the way leaves the one or the other, and the next upgrade goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from graph.computation import is_computed_by_this, is_plain, staleness
from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore
from graph.errors import ReplicaError, StoreWriteError
from graph.formats import FORMAT, TEXT, read_format
from graph.turn import for_a_command

OPERATION: Final = "upgrade"
# As many graphs are named where more would be lost.
NAMED: Final = 10
# Makes a snapshot of what the user brought in; what it is given may refuse the new store, and raises then.
Recompute = Callable[[Callable[[EmbeddedStore], None]], object]


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did: from which format, and from which snapshot to which.

    The snapshots are the same where nothing had to be computed, and None where nothing was ever built.
    """

    format: str
    before: int | None
    snapshot: int | None

    @property
    def is_computed(self) -> bool:
        """Whether there is a new snapshot."""
        return self.before != self.snapshot


def upgrade(data: DataDirectory, recompute: Recompute, dropped: Collection[str] = ()) -> Upgraded:
    """Bring a data directory to this format, and its computed graphs to this ontology and policy.

    `dropped` are IRIs of graphs that may be gone afterwards. Raises StoreFormatError for a later format,
    ReplicaError for a replica, StoreBusyError, StoreWriteError where graphs would be lost or the disk
    refuses, and what `recompute` raises; the dataset is as it was then.
    """
    data.check_format()
    if data.is_replica:
        raise ReplicaError(
            f"{data.root} is a read replica. Upgrade the dataset that it follows, then replicate again."
        )
    with for_a_command(data, upgrading=True):
        work = _Work(data, recompute, frozenset(dropped))
        found, before = read_format(data.root), work.number()
        while (format := read_format(data.root)) != FORMAT:
            text, migrate = MIGRATIONS[format]
            migrate(work)
            data.set_format(text)
        work.compute_what_is_stale()
        return Upgraded(found, before, work.number())


class _Work:
    """What the steps need, and what they share."""

    def __init__(self, data: DataDirectory, recompute: Recompute, dropped: frozenset[str]) -> None:
        self._data = data
        self._recompute = recompute
        self._dropped = dropped

    def number(self) -> int | None:
        """The number of the current snapshot; None where nothing was built."""
        current = self._data.current_if_any()
        return None if current is None else current.number

    def compute_what_is_stale(self) -> None:
        """Compute the current snapshot anew where it says that something else has computed it."""
        current = self._data.current_if_any()
        if current is not None and staleness(current.counts):
            self._compute()

    def compute_what_is_unsaid(self) -> None:
        """Compute the current snapshot anew unless it says that this very osagraph has."""
        current = self._data.current_if_any()
        if current is not None and not is_plain(current.counts) and not is_computed_by_this(current.counts):
            self._compute()

    def _compute(self) -> None:
        old = EmbeddedStore(self._data.current().store, read_only=True)
        try:
            self._recompute(lambda new: self._require_kept(old, new))
        finally:
            old.close()

    def _require_kept(self, old: EmbeddedStore, new: EmbeddedStore) -> None:
        """Raises StoreWriteError where the new store lacks a graph that nobody has given up."""
        missing = {name.value for name in old.graph_names() if old.graph_size(name)}
        missing -= {name.value for name in new.graph_names()} | self._dropped
        if missing:
            names = ", ".join(sorted(missing)[:NAMED])
            names += f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
            raise StoreWriteError(
                "The dataset holds what comes neither from the tables nor from anything that was loaded: "
                f"{names}. Name the folder of tables that it was built from with --tables, or give up each "
                "of them with --drop. Nothing was changed."
            )


# From each format: the next one, as the directory says it, and what leads there. What a format before this
# one needs is added here, and its own step left as it is.
MIGRATIONS: Final[Mapping[str, tuple[str, Callable[[_Work], None]]]] = {
    # Nobody knows by which ontology and policy it was computed.
    "1": (TEXT, _Work.compute_what_is_unsaid),
}
