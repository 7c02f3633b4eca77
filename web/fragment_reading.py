"""Reads the triples of a fragment page by page, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from graph.datadir import Snapshot
from graph.query_parameters import Given
from web.fragment_pattern import Pattern
from web.paging import Part
from web.site import Row, Site, count_of, text_of

SIZE: Final = 100
# As the queries have it: beyond, there are said to be more.
MOST_COUNTED: Final = 2_000_000


@dataclass(frozen=True)
class Fragment:
    """Page `number` of the triples that match a pattern.

    `total` is how many match in all, at least so many where it is not `is_exact`.
    """

    pattern: Pattern
    number: int
    triples: Sequence[Triple]
    total: int
    is_exact: bool
    has_next: bool

    @property
    def last(self) -> int | None:
        """The number of the last page; None where nobody has counted."""
        return max(1, -(-self.total // SIZE)) if self.is_exact else None

    @property
    def steps(self) -> dict[str, int]:
        """The numbers of other pages: `first`, and `previous`, `next` and `last` where there are such."""
        numbers = {"first": 1, "previous": self.number - 1, "last": self.last or 0}
        numbers["next"] = self.number + 1 if self.has_next else 0
        return {name: number for name, number in numbers.items() if number}


def read_fragment(site: Site, pattern: Pattern, number: int, at: Snapshot) -> Fragment:
    """A page of the triples that match; one that lies beyond the last has none.

    Raises what `Site.rows` raises.
    """
    if pattern.is_impossible:
        return Fragment(pattern, number, (), 0, True, False)
    start = (number - 1) * SIZE
    if not pattern.terms and pattern.graph is None:
        counts = _predicates(site, at)
        total = sum(count for _, count in counts)
        rows = (
            _of_all(site, counts, start, at)
            if total <= MOST_COUNTED
            else _of_pattern(site, pattern, start, at)
        )
    else:
        total = _count(site, pattern, at)
        rows = _of_pattern(site, pattern, start, at) if start < total or total > MOST_COUNTED else []
    triples = [_triple(row) for row in rows]
    has_next = len(triples) > SIZE
    return Fragment(pattern, number, triples[:SIZE], total, total <= MOST_COUNTED, has_next)


def _values(pattern: Pattern) -> dict[str, Given]:
    values: dict[str, Given] = {name: str(term) for name, term in pattern.terms.items()}
    return values | ({"graph": pattern.graph} if pattern.graph else {})


def _count(site: Site, pattern: Pattern, at: Snapshot) -> int:
    name = "fragment-of-a-graph-counted" if pattern.graph else "fragment-counted"
    return count_of(next(iter(site.rows(name, _values(pattern), at)), {}), "number")


def _predicates(site: Site, at: Snapshot) -> list[tuple[str, int]]:
    """How often each predicate is used, in the order of the pages."""
    rows = site.rows("predicates-counted", at=at)
    return sorted((text_of(row, "predicate"), count_of(row, "number")) for row in rows)


def _of_pattern(site: Site, pattern: Pattern, start: int, at: Snapshot) -> list[Row]:
    name = "fragment-of-a-graph" if pattern.graph else "fragment"
    return site.rows(name, _values(pattern), at, Part(start, SIZE + 1), is_kept=False)


def _of_all(site: Site, counts: Sequence[tuple[str, int]], start: int, at: Snapshot) -> list[Row]:
    """A page of everything, one predicate after the other: only the first has to be passed over in part."""
    before = 0
    chosen: list[tuple[NamedNode, int]] = []
    for predicate, count in counts:
        if not chosen and before + count <= start:
            before += count
        elif not chosen or before + sum(counted for _, counted in chosen) <= start + SIZE:
            chosen.append((NamedNode(predicate), count))
        else:
            break
    if not chosen:
        return []
    wanted: dict[str, Given] = {"predicate": [predicate for predicate, _ in chosen]}
    return site.rows("fragment-of-predicates", wanted, at, Part(start - before, SIZE + 1), is_kept=False)


def _triple(row: Row) -> Triple:
    subject, predicate, value = (row[name] for name in ("subject", "predicate", "object"))
    assert not isinstance(subject, Literal | Triple) and isinstance(predicate, NamedNode)
    return Triple(subject, predicate, value)
