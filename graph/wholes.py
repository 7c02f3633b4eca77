"""Wholes: the larger bodies that a body is part of, as reviewed tables and claims say.

A finer and a coarser name of one thing (a navy, its armed forces) are no rivals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping

from pyoxigraph import NamedNode

from graph.projection import REFERENCE
from graph.rights import SOURCE_GRAPHS
from graph.store import ReadableStore
from ontology.namespaces import OSA

# By the IRI of a body, those of the wholes that it directly belongs to.
Wholes = Callable[[str], Collection[str]]


def no_wholes(_: str) -> Collection[str]:
    """For where nothing is known."""
    return ()


def all_wholes(store: ReadableStore, rejected: Collection[str] = ()) -> Mapping[str, frozenset[str]]:
    """Every body of a dataset with the wholes that it directly belongs to."""
    found: dict[str, set[str]] = defaultdict(set)
    for quad in store.quads(None, OSA.comparedWithin, None, REFERENCE):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            found[quad.subject.value].add(quad.object.value)
    for part, whole in _stated(store, None, rejected):
        found[part].add(whole)
    return {part: frozenset(wholes) for part, wholes in found.items()}


def stored_wholes(store: ReadableStore, rejected: Collection[str] = ()) -> Wholes:
    """The wholes of a body, looked up as they are asked for and remembered."""
    known: dict[str, frozenset[str]] = {}

    def wholes(body: str) -> Collection[str]:
        if body not in known:
            reviewed = store.quads(NamedNode(body), OSA.comparedWithin, None, REFERENCE)
            found = {quad.object.value for quad in reviewed if isinstance(quad.object, NamedNode)}
            found |= {whole for _, whole in _stated(store, NamedNode(body), rejected)}
            known[body] = frozenset(found)
        return known[body]

    return wholes


def _stated(
    store: ReadableStore, part: NamedNode | None, rejected: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Part and whole of what sources assert with osa:partOf."""
    if part is None:
        claims = [(quad.subject, quad.graph_name) for quad in store.quads(None, OSA.predicate, OSA.partOf)]
    else:
        about = store.quads(None, OSA.subject, part)
        claims = [
            (quad.subject, quad.graph_name)
            for quad in about
            if next(store.quads(quad.subject, OSA.predicate, OSA.partOf, quad.graph_name), None) is not None
        ]
    for claim, graph in claims:
        if not isinstance(claim, NamedNode) or not isinstance(graph, NamedNode):
            continue
        if not graph.value.startswith(SOURCE_GRAPHS) or claim.value in rejected:
            continue
        said = {quad.predicate: quad.object for quad in store.quads(claim, None, None, graph)}
        subject, value = said.get(OSA.subject), said.get(OSA.object)
        named = isinstance(subject, NamedNode) and isinstance(value, NamedNode)
        if named and said.get(OSA.modality) == OSA.Asserted:
            yield subject.value, value.value  # type: ignore[union-attr]


def is_within(one: str, other: str, wholes: Wholes) -> bool:
    """Whether one body is the other, or part of it directly or through others."""
    seen, waiting = {one}, [one]
    while waiting:
        body = waiting.pop()
        if body == other:
            return True
        fresh = set(wholes(body)) - seen
        seen |= fresh
        waiting += fresh
    return False
