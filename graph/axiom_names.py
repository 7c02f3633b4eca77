"""Gives the blank nodes of axioms that came from another engine the names that our own ontology has for them.

Explanations tell axioms of the ontology from what a source states by comparing triples, and an engine renames
blank nodes. A node is known by its place: what it is made of, and what it is a part of. Where two have the
same place, or the ontology has no such node, it keeps the name that the engine gave it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator

from pyoxigraph import BlankNode, NamedNode, Triple

from graph.store import AnyTerm
from ontology.namespaces import OWL, RDF

# Longer chains of nodes are in no axiom.
DEEPEST = 100


def with_known_names(triples: Collection[Triple], known: Collection[Triple]) -> Iterator[Triple]:
    """The triples, with the names that the nodes in the same places have in `known`."""
    theirs, ours = _Places(triples).unique(), _Places(known).unique()
    names = {node: ours[place] for place, node in theirs.items() if place in ours}
    for triple in triples:
        yield Triple(
            _named(triple.subject, names),  # type: ignore[arg-type]
            triple.predicate,
            _named(triple.object, names),
        )


def _named(term: AnyTerm, names: dict[BlankNode, BlankNode]) -> AnyTerm:
    return names.get(term, term) if isinstance(term, BlankNode) else term


class _Places:
    """Where each blank node stands in a set of triples; what was inferred of it makes no difference."""

    def __init__(self, triples: Collection[Triple]) -> None:
        self._parts: dict[BlankNode, list[tuple[NamedNode, AnyTerm]]] = defaultdict(list)
        self._wholes: dict[BlankNode, list[tuple[NamedNode, AnyTerm]]] = defaultdict(list)
        for subject, predicate, value in triples:
            if predicate not in OWL and predicate not in (RDF.first, RDF.rest):
                continue
            if isinstance(subject, BlankNode):
                self._parts[subject].append((predicate, value))
            if isinstance(value, BlankNode):
                self._wholes[value].append((predicate, subject))

    def unique(self) -> dict[Hashable, BlankNode]:
        """The nodes by their places, but for those that share one."""
        places = {node: self._place(node) for node in {*self._parts, *self._wholes}}
        counted = Counter(places.values())
        return {place: node for node, place in places.items() if counted[place] == 1}

    def _place(self, node: BlankNode, depth: int = 0) -> Hashable:
        """What it is made of, and what it is a part of."""
        wholes = frozenset(
            (
                predicate,
                self._place(whole, depth + 1) if isinstance(whole, BlankNode) and depth < DEEPEST else whole,
            )
            for predicate, whole in self._wholes[node]
        )
        return self._made_of(node), wholes

    def _made_of(self, node: BlankNode, depth: int = 0) -> Hashable:
        return frozenset(
            (
                predicate,
                self._made_of(part, depth + 1) if isinstance(part, BlankNode) and depth < DEEPEST else part,
            )
            for predicate, part in self._parts[node]
        )
