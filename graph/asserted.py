"""What of the default graph is asserted: the rest of it was inferred.

Asserted are the ontology and the axioms that follow from it, what the reference tables say, verified links,
what sources say of the nodes that they name (of projects, budget lines and so on only where a fact touches
the node), accepted values, and short cuts to the claims behind them.
"""

from __future__ import annotations

import functools

from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple

from graph.bundle import CARRIER_CLASSES, is_reference
from graph.grounding import read_grounding
from graph.links import is_linked
from graph.projection import ASSESSMENTS, PART_PREDICATES, REFERENCE, SHORT_CUTS
from graph.rights import SOURCE_GRAPHS
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import ID, OSA, OWL, RDF, SKOS
from ontology.vocabulary import ontology_triples

# What the reference tables say for themselves only, and not as facts.
KEPT_APART = frozenset({OSA.aliasOf, OSA.comparedAs, OSA.comparedWithin, SKOS.note})


class Asserted:
    """The asserted triples of a store's default graph, found by looking at its other graphs."""

    def __init__(self, store: ReadableStore) -> None:
        self._store = store
        # What began as an empty dataset is without the ontology.
        has_ontology = next(store.quads(None, RDF.type, OWL.Ontology, DefaultGraph()), None) is not None
        self._ontology = ontology_facts() if has_ontology else frozenset()

    def __contains__(self, triple: object) -> bool:
        """Whether a triple is asserted, according to what the other graphs hold now."""
        assert isinstance(triple, Triple)
        return (
            triple in self._ontology
            or self._is_described(triple)
            or self._is_accepted(triple)
            or is_linked(self._store, triple)
        )

    def _is_described(self, triple: Triple) -> bool:
        graphs = {quad.graph_name for quad in self._store.quads(*triple) if describes(quad)}
        if REFERENCE in graphs:
            return triple.predicate not in KEPT_APART and triple.object != OSA.Alias
        if not graphs or is_claim(triple.subject) or is_reference(triple.subject):
            return False
        return not is_carrier(self._store, triple.subject) or is_touched(self._store, triple.subject)

    def _is_accepted(self, triple: Triple) -> bool:
        for quad in self._store.quads(None, OSA.subject, triple.subject, ASSESSMENTS):
            if triple.predicate == OSA.countingRule:
                wanted = [(OSA.countingRule, triple.object)]
            elif triple.predicate in SHORT_CUTS:
                wanted = [(triple.predicate, triple.object)]
            else:
                wanted = [(OSA.predicate, triple.predicate), (OSA.accepted, triple.object)]
            if all(self._assesses(quad.subject, *each) for each in wanted) and self._is_closed(quad.subject):
                return True
        return False

    def _is_closed(self, resolution: AnyTerm) -> bool:
        return one(self._store, resolution, OSA.accepted) is not None

    def _assesses(self, node: AnyTerm, predicate: NamedNode, value: AnyTerm) -> bool:
        return next(self._store.quads(node, predicate, value, ASSESSMENTS), None) is not None


@functools.lru_cache(maxsize=1)
def ontology_facts() -> frozenset[Triple]:
    """The ontology's triples and the axioms that follow from them: all of them are asserted."""
    return frozenset(ontology_triples()) | read_grounding().axioms


def one(store: ReadableStore, subject: AnyTerm, predicate: NamedNode) -> AnyTerm | None:
    """The value of a property of a resolution, None where it has none."""
    quad = next(store.quads(subject, predicate, None, ASSESSMENTS), None)
    return quad.object if quad is not None else None


def is_claim(node: object) -> bool:
    """Whether the node is a claim, by its IRI."""
    return isinstance(node, NamedNode) and node.value.startswith(f"{ID}claim/")


def is_carrier(store: ReadableStore, node: AnyTerm) -> bool:
    """Whether the node is described among the facts only where a fact touches it."""
    if is_claim(node):
        return False
    kinds = store.quads(node, RDF.type)
    return any(quad.object in CARRIER_CLASSES and describes(quad) for quad in kinds)


def is_touched(store: ReadableStore, node: AnyTerm) -> bool:
    """Whether a value is accepted for the node, or the node as a part of another."""
    for quad in store.quads(None, OSA.subject, node, ASSESSMENTS):
        if one(store, quad.subject, OSA.accepted) is not None:
            return True
    parts = store.quads(None, OSA.accepted, node, ASSESSMENTS)
    return any(one(store, quad.subject, OSA.predicate) in PART_PREDICATES for quad in parts)


def describes(quad: Quad) -> bool:
    """Whether the quad stands in a source's graph or in the reference graph."""
    graph = quad.graph_name
    return isinstance(graph, NamedNode) and (graph.value.startswith(SOURCE_GRAPHS) or graph == REFERENCE)
