"""What one snapshot has that another has not: sources and accepted values, as far as they can be compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.datadir import Snapshot
from graph.results import ResultTerm
from web.site import Site, count_of, text_of

COUNTED: Final = (
    "sources",
    "claims",
    "facts",
    "open_slots",
    "contradictions",
    "corroborations",
    "entities",
    "quads",
)
# Larger snapshots are compared by their counts alone; the queries have the same limits.
MOST_SOURCES: Final = 5_000
MOST_VALUES: Final = 20_000

Slot = tuple[ResultTerm, ResultTerm]


@dataclass(frozen=True)
class Change:
    """What was accepted in a slot, and what is now."""

    subject: ResultTerm
    predicate: ResultTerm
    before: Sequence[ResultTerm]
    after: Sequence[ResultTerm]


@dataclass(frozen=True)
class Changes:
    """From an earlier snapshot to a later one; None where there is too much to compare.

    `sources` gives the IRIs that were added, removed, and changed in how much they claim.
    """

    earlier: Snapshot
    counts: Sequence[tuple[str, int, int]]
    sources: Mapping[str, Sequence[str]] | None
    values: Sequence[Change] | None


def changes_between(site: Site, earlier: Snapshot, later: Snapshot) -> Changes:
    """What changed. Raises what `Site.rows` raises."""
    counts = [(name, _count(earlier, name), _count(later, name)) for name in COUNTED if name in later.counts]
    return Changes(
        earlier,
        counts,
        _sources(site, earlier, later) if _both(earlier, later, "sources") < MOST_SOURCES else None,
        _values(site, earlier, later) if _both(earlier, later, "facts") < MOST_VALUES // 2 else None,
    )


def _count(snapshot: Snapshot, name: str) -> int:
    found = snapshot.counts.get(name)
    return found if isinstance(found, int) else 0


def _both(earlier: Snapshot, later: Snapshot, name: str) -> int:
    return max(_count(earlier, name), _count(later, name))


def _sources(site: Site, earlier: Snapshot, later: Snapshot) -> dict[str, list[str]]:
    before, after = (
        {text_of(row, "source"): count_of(row, "number") for row in site.rows("sources-listed", at=each)}
        for each in (earlier, later)
    )
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": sorted(iri for iri in after.keys() & before.keys() if after[iri] != before[iri]),
    }


def _values(site: Site, earlier: Snapshot, later: Snapshot) -> list[Change]:
    before, after = (_accepted(site, each) for each in (earlier, later))
    return [
        Change(*slot, sorted(before.get(slot, ()), key=str), sorted(after.get(slot, ()), key=str))
        for slot in sorted(before.keys() | after.keys(), key=str)
        if before.get(slot) != after.get(slot)
    ]


def _accepted(site: Site, snapshot: Snapshot) -> dict[Slot, set[ResultTerm]]:
    found: dict[Slot, set[ResultTerm]] = defaultdict(set)
    for row in site.rows("values-accepted", at=snapshot):
        found[row["subject"], row["predicate"]].add(row["value"])
    return found
