"""Looks patterns up in the default graph, one triple pattern after the other, most bound first.

For questions of a few triples that are asked thousands of times: a query's text would have to be parsed anew
each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pyoxigraph import DefaultGraph, Literal, Triple, Variable

from graph.rules import Bindings, Pattern, unify
from graph.store import AnyTerm, ReadableStore

DEFAULT = DefaultGraph()


def solutions(
    store: ReadableStore,
    patterns: Sequence[Pattern],
    bindings: Bindings,
    without: Collection[Triple] = frozenset(),
) -> Iterator[Bindings]:
    """Every way to complete the bindings so that all patterns are in the default graph.

    The triples in `without` count as if they were not there.
    """
    if not patterns:
        yield bindings
        return
    first = max(patterns, key=lambda pattern: sum(_value(term, bindings) is not None for term in pattern))
    rest = [pattern for pattern in patterns if pattern is not first]
    for triple in _matching(store, first, bindings):
        if triple not in without and (found := unify(first, triple)) is not None:
            yield from solutions(store, rest, {**bindings, **found}, without)


def _matching(store: ReadableStore, pattern: Pattern, bindings: Bindings) -> Iterator[Triple]:
    subject, predicate, value = (_value(term, bindings) for term in pattern)
    if not isinstance(subject, Literal):
        for quad in store.quads(subject, predicate, value, DEFAULT):  # type: ignore[arg-type]
            yield quad.triple


def _value(term: object, bindings: Bindings) -> AnyTerm | None:
    return bindings.get(term) if isinstance(term, Variable) else term  # type: ignore[return-value]
