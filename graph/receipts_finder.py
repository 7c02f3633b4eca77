"""Finds the triples that the patterns of a query matched in a solution.

A pattern counts for a solution only where its group took part in it, and only with a triple that the dataset
holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Triple

from graph.errors import NoReceiptsError
from graph.receipts_pattern import Pattern, Step, is_variable
from graph.store import AnyTerm, GraphName, ReadableStore

# Of one row so many triples are told of, and of all rows together so many.
MOST_OF_ROW: Final = 100
MOST_TRIPLES: Final = 10_000
TOO_MANY: Final = "The rows rest on too much to give receipts for. Ask for less, or with a LIMIT."


class Held(NamedTuple):
    """A triple and a graph that holds it."""

    triple: Triple
    graph: GraphName


@dataclass(frozen=True)
class Dataset:
    """What patterns outside of GRAPH are matched against: the default graph, some graphs merged, or all.

    `is_chosen` says that a request has chosen it, and FROM in its query counts for nothing.
    """

    graphs: tuple[GraphName, ...] = (DefaultGraph(),)
    is_union: bool = False
    is_chosen: bool = False


@dataclass
class Row:
    """A row: its terms by column, the triples behind it, and those beyond the limit.

    `untraced` are the patterns that had a part in it and could not be followed; `is_lost`: nothing at all was
    found.
    """

    terms: tuple[AnyTerm | None, ...]
    triples: dict[Held, None] = field(default_factory=dict)
    beyond: set[Held] = field(default_factory=set)
    untraced: set[Pattern] = field(default_factory=set)
    is_lost: bool = False


@dataclass(frozen=True)
class Traced:
    """The columns and rows of an answer, and the patterns of its query, those of sub-queries among them."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    patterns: tuple[Pattern, ...] = ()


class Finder:
    """Finds the triples behind solutions.

    `terms` are the constants of the patterns, `inner` the sub-queries that were followed, `most` how
    many triples may be told of.
    """

    def __init__(
        self,
        store: ReadableStore,
        patterns: Sequence[Pattern],
        terms: Mapping[str, AnyTerm],
        dataset: Dataset,
        inner: Mapping[Pattern, Traced],
        most: int = MOST_TRIPLES,
    ) -> None:
        self._store = store
        self._patterns = patterns
        self._terms = terms
        self._dataset = dataset
        self._inner = {pattern: _by_terms(traced) for pattern, traced in inner.items()}
        self._held: dict[tuple[Triple, AnyTerm | None], tuple[Held, ...]] = {}
        self._most = most
        self._told: set[Held] = set()

    def follow(self, terms: Sequence[AnyTerm | None], places: Mapping[str, int], row: Row) -> None:
        """Add to a row what a solution rests upon.

        Raises NoReceiptsError where all rows together rest on too much.
        """
        row.is_lost = False

        def value(term: str) -> AnyTerm | None:
            return terms[places[term]] if is_variable(term) else self._terms[term]

        for pattern in self._patterns:
            if pattern.marker and value(pattern.marker) is None:
                continue
            if pattern in self._inner:
                self._follow_inner(pattern, tuple(map(value, pattern.columns)), row)
                continue
            found = [held for step in pattern.steps for held in self._find(step, pattern.graph, value)]
            if not found:
                row.untraced.add(pattern)
            for held in found:
                self._add(row, held)

    def _follow_inner(self, pattern: Pattern, terms: tuple[AnyTerm | None, ...], row: Row) -> None:
        """Add what the rows of a sub-query with these terms rest upon."""
        rows = [each for each in self._inner[pattern].get(terms, ()) if not each.is_lost]
        if not rows:
            row.untraced.add(pattern)
        for each in rows:
            row.untraced |= each.untraced
            for held in (*each.triples, *each.beyond):
                self._add(row, held)

    def _add(self, row: Row, held: Held) -> None:
        if held in row.triples:
            return
        if len(row.triples) >= MOST_OF_ROW:
            row.beyond.add(held)
            return
        row.triples[held] = None
        self._told.add(held)
        if len(self._told) > self._most:
            raise NoReceiptsError(TOO_MANY)

    def _find(self, step: Step, graph: str, value: Callable[[str], AnyTerm | None]) -> tuple[Held, ...]:
        subject, predicate, found = (value(term) for term in step)
        if not isinstance(subject, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
            return ()
        if found is None:
            return ()
        triple, name = Triple(subject, predicate, found), value(graph) if graph else None
        if (triple, name) not in self._held:
            self._held[triple, name] = tuple(self._look_up(triple, name))
        return self._held[triple, name]

    def _look_up(self, triple: Triple, name: AnyTerm | None) -> Iterator[Held]:
        spo = (triple.subject, triple.predicate, triple.object)
        if name is None and self._dataset.is_union:
            for quad in self._store.quads(*spo):
                yield Held(triple, quad.graph_name)
            return
        for graph in self._dataset.graphs if name is None else (name,):
            for _ in islice(self._store.quads(*spo, graph), 1):  # type: ignore[arg-type]
                yield Held(triple, graph)  # type: ignore[arg-type]


def _by_terms(traced: Traced) -> Mapping[tuple[AnyTerm | None, ...], list[Row]]:
    found: dict[tuple[AnyTerm | None, ...], list[Row]] = defaultdict(list)
    for row in traced.rows:
        found[row.terms].append(row)
    return found
