"""Which sources of a snapshot a view holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions

from graph.bundle import source_graph
from graph.store import ReadableStore
from graph.terms import last_day
from graph.views import ViewChoice, perspective_query
from ontology.namespaces import DCTERMS, OSA, RDF


class ChosenSources(NamedTuple):
    """The sources of a view in order; how many others are left out, and how many of these have no date."""

    sources: tuple[NamedNode, ...]
    left_out: int
    undated: int


def choose_sources(store: ReadableStore, choice: ViewChoice) -> ChosenSources:
    """The sources of a snapshot that a choice leaves; one without a date is in no view of a date."""
    known = set(all_sources(store))
    candidates = known if choice.perspective is None else known & _in_perspective(store, choice.perspective)
    if choice.as_of is None:
        chosen, undated = candidates, 0
    else:
        days = {source: _published(store, source) for source in candidates}
        chosen = {source for source, day in days.items() if day and day <= choice.as_of.isoformat()}
        undated = sum(not day for day in days.values())
    return ChosenSources(tuple(sorted(chosen, key=str)), len(known) - len(chosen), undated)


def all_sources(store: ReadableStore) -> Iterator[NamedNode]:
    """The sources that count in a dataset: those that describe themselves in their graph."""
    for quad in store.quads(None, RDF.type, OSA.Source, DefaultGraph()):
        source = quad.subject
        if isinstance(source, NamedNode):
            described = store.quads(source, RDF.type, OSA.Source, source_graph(source))
            if next(described, None) is not None:
                yield source


def publication_dates(store: ReadableStore) -> Iterator[str]:
    """The dates of all sources, as they are: cut to month or year, some of them."""
    for quad in store.quads(None, DCTERMS.issued, None, DefaultGraph()):
        if isinstance(quad.object, Literal):
            yield quad.object.value


def _in_perspective(store: ReadableStore, name: str) -> set[object]:
    solutions = store.query(perspective_query(name).body)
    assert isinstance(solutions, QuerySolutions)
    return {solution["source"] for solution in solutions}


def _published(store: ReadableStore, source: NamedNode) -> str:
    """The last day that the source's date covers, or nothing."""
    for quad in store.quads(source, DCTERMS.issued, None, source_graph(source)):
        assert isinstance(quad.object, Literal)
        return last_day(quad.object.value).isoformat()
    return ""
