"""What stands behind a triple that a query matched: claims and sources, or what else there is to show.

A fact of the default graph is explained as `graph.explanation_search` does it, with everything that it was
inferred from. A triple of a named graph is what it is: part of a claim, of a source's description, of an
assessment that names claims, or somebody's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Triple

from graph.asserted import is_claim
from graph.errors import MalformedSourceError
from graph.explanation import (
    Axiom,
    Decision,
    Description,
    Evidence,
    Explanation,
    Inference,
    Link,
    Reference,
    Way,
)
from graph.explanation_grounds import SHOWN_CLAIMS, Grounds
from graph.explanation_search import Explainer, axioms
from graph.projection import ASSESSMENTS, REFERENCE, SHORT_CUTS
from graph.receipts_finder import Held
from graph.rights import SOURCE_GRAPHS
from graph.rules import Rule
from graph.sources import Source
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import OSA, RDF

# What a triple can be, the first that fits; `given` and `elsewhere` have nothing behind them here.
KINDS: Final = (
    "accepted",
    "stated",
    "described",
    "assessed",
    "linked",
    "reference",
    "ontology",
    "inferred",
    "given",
    "elsewhere",
)
# How assessments name the claims that they were made from.
NAMES_CLAIMS: Final = (OSA.supportedBy, OSA.sideA, OSA.sideB, OSA.claim)


@dataclass
class Receipt:
    """What stands behind one triple.

    `claims` and `sources` are the first few of `supporting` claims and `describing` sources; `against` of the
    `contesting` claims, which speak against it or against something that it was inferred from; `rules` are
    those that gave it.
    """

    held: Held
    kinds: set[str] = field(default_factory=set)
    claims: dict[str, Evidence] = field(default_factory=dict)
    against: dict[str, Evidence] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    supporting: set[str] = field(default_factory=set)
    contesting: set[str] = field(default_factory=set)
    describing: int = 0

    @property
    def kind(self) -> str:
        """What the triple is; see KINDS."""
        return next(kind for kind in KINDS if kind in self.kinds)

    def add_claims(self, claims: Iterable[Evidence]) -> None:
        """Claims that stand behind it."""
        for evidence in claims:
            self.supporting.add(evidence.claim.iri.value)
            if len(self.claims) < SHOWN_CLAIMS:
                self.claims[evidence.claim.iri.value] = evidence

    def add_opponents(self, claims: Iterable[Evidence]) -> None:
        """Claims that speak against it."""
        for evidence in claims:
            self.contesting.add(evidence.claim.iri.value)
            if len(self.against) < SHOWN_CLAIMS:
                self.against[evidence.claim.iri.value] = evidence

    def add_sources(self, sources: Iterable[Source], count: int) -> None:
        """Sources that describe something so, of `count` the first few."""
        self.sources.update({source.iri.value: source for source in sources})
        self.describing = max(self.describing, count, len(self.sources))


class ReceiptBook:
    """Writes receipts for the triples of one store, which nobody changes meanwhile."""

    def __init__(self, store: ReadableStore) -> None:
        self._store = store
        self._explainer = Explainer(store)
        self._grounds = Grounds(store, axioms())

    def receipt(self, held: Held) -> Receipt:
        """What stands behind a triple of a graph."""
        receipt = Receipt(held)
        if held.graph == DefaultGraph():
            self._of_fact(receipt)
        elif held.graph == ASSESSMENTS:
            self._of_assessment(receipt)
        elif isinstance(held.graph, NamedNode) and held.graph.value.startswith(SOURCE_GRAPHS):
            self._of_source(receipt, held.graph)
        else:
            receipt.kinds.add("reference" if held.graph == REFERENCE else "elsewhere")
        return receipt

    def _of_fact(self, receipt: Receipt) -> None:
        triple = receipt.held.triple
        if triple.predicate in SHORT_CUTS:
            receipt.kinds.add("stated")
            receipt.add_claims(self._claims([triple.object]))
            return
        explanation = self._explainer.explain(triple)
        receipt.kinds = {_kind(way) for way in explanation.ways}
        for way in _all_ways(explanation):
            match way:
                case Decision():
                    receipt.add_claims(way.supporting)
                    receipt.add_opponents(way.contesting)
                    receipt.supporting |= set(way.resolution.supported_by)
                    receipt.contesting |= set(way.resolution.contested_by)
                case Description():
                    receipt.add_sources(way.sources, way.count)
                case Inference():
                    receipt.rules[way.rule.name] = way.rule

    def _of_source(self, receipt: Receipt, graph: NamedNode) -> None:
        claims = list(self._claims([receipt.held.triple.subject]))
        receipt.kinds.add("stated" if claims else "described")
        receipt.add_claims(claims)
        if not claims:
            receipt.add_sources(self._grounds.sources_in(graph), 1)

    def _of_assessment(self, receipt: Receipt) -> None:
        """The claim that the triple leads to, or else all claims that speak for what was assessed."""
        triple = receipt.held.triple
        links = self._store.quads(triple.subject, RDF.type, OSA.Link, ASSESSMENTS)
        receipt.kinds.add("assessed" if next(links, None) is None else "linked")
        named = [triple.object] if is_claim(triple.object) else self._named_by(triple)
        receipt.add_claims(self._claims(named))
        against = self._store.quads(triple.subject, OSA.contestedBy, None, ASSESSMENTS)
        receipt.add_opponents(self._claims(quad.object for quad in against if is_claim(quad.object)))

    def _named_by(self, triple: Triple) -> list[AnyTerm]:
        found = [
            quad.object
            for predicate in NAMES_CLAIMS
            for quad in self._store.quads(triple.subject, predicate, None, ASSESSMENTS)
        ]
        return sorted(found, key=str)

    def _claims(self, nodes: Iterable[AnyTerm]) -> Iterator[Evidence]:
        """Those of the nodes that are claims of a source, whole."""
        for node in nodes:
            if isinstance(node, NamedNode) and self._is_stated(node):
                try:
                    yield self._grounds.evidence(node)
                except MalformedSourceError:
                    # Somebody took a part of it away.
                    continue

    def _is_stated(self, node: NamedNode) -> bool:
        graphs = (quad.graph_name for quad in self._store.quads(node, OSA.statedIn))
        return any(isinstance(graph, NamedNode) and graph.value.startswith(SOURCE_GRAPHS) for graph in graphs)


def _all_ways(explanation: Explanation) -> Iterator[Way]:
    """How a fact comes to be held, and everything that it was inferred from, each once."""
    seen: set[Triple] = set()
    waiting = [explanation]
    while waiting:
        each = waiting.pop()
        if each.triple in seen:
            continue
        seen.add(each.triple)
        for way in each.ways:
            yield way
            if isinstance(way, Inference):
                waiting += reversed(way.premises)


def _kind(way: Way) -> str:
    match way:
        case Decision():
            return "accepted"
        case Description():
            return "described"
        case Link():
            return "linked"
        case Reference():
            return "reference"
        case Axiom():
            return "ontology"
        case Inference():
            return "inferred"
        case _:
            return "given"
