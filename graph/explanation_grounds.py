"""What gives a triple without inference: resolutions with their claims, descriptions, links, axioms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Quad, Triple

from graph.asserted import is_carrier, is_touched
from graph.claims import claim_of
from graph.explanation import Axiom, Decision, Description, Evidence, Link, Reference, Way
from graph.grounding import is_axiom
from graph.links import is_linked, link_facts, links_between
from graph.projection import ASSESSMENTS, REFERENCE, read_term
from graph.resolution import Resolution
from graph.rights import SOURCE_GRAPHS
from graph.sources import Source, read_source
from graph.store import AnyTerm, GraphName, ReadableStore
from graph.terms import Term
from graph.votes import Slot
from ontology.namespaces import OSA, RDF

# So many of the sources that describe something in the same words are named.
NAMED_SOURCES: Final = 5
# So many of the claims on one side of a slot are shown.
SHOWN_CLAIMS: Final = 100
STATEMENT: Final = (OSA.subject, OSA.predicate, OSA.object)


class Grounds:
    """Asks one store, and remembers what it has read; `axioms` are the ontology's triples and their files."""

    def __init__(self, store: ReadableStore, axioms: Mapping[Triple, str]) -> None:
        self._store = store
        self._axioms = axioms
        self._resolutions: dict[NamedNode, Resolution] = {}
        self._slots: dict[AnyTerm, dict[AnyTerm, list[NamedNode]]] = {}
        self._evidence: dict[str, Evidence] = {}
        self._sources: dict[NamedNode, Source] = {}

    def ends_proof(self, triple: Triple) -> bool:
        """Whether something besides a rule gives the triple; it is taken for granted that it is there.

        Axioms come from the ontology alone, whatever a source states.
        """
        if is_axiom(triple):
            return triple in self._axioms
        return (
            triple in self._axioms
            or next(self._describing(triple), None) is not None
            or next(self._giving(triple), None) is not None
            or is_linked(self._store, triple)
        )

    def ways(self, triple: Triple) -> tuple[Way, ...]:
        """Everything besides rules that gives the triple."""
        ways: list[Way] = [self.decision(iri) for iri in self._giving(triple)]
        if triple in self._axioms:
            ways.append(Axiom(self._axioms[triple]))
        graphs = sorted(self._describing(triple), key=str)
        if REFERENCE in graphs:
            ways.append(Reference())
        sources = [graph for graph in graphs if graph != REFERENCE]
        if sources:
            named = [source for graph in sources[:NAMED_SOURCES] for source in self.sources_in(graph)]
            ways.append(Description(tuple(named), len(sources)))
        ways += [link for link in self.links(triple) if link.gives]
        return tuple(ways)

    def slots(self, subject: AnyTerm, predicate: AnyTerm) -> list[NamedNode]:
        """The resolutions of the slots of a property of a thing, in the order of their IRIs."""
        if subject not in self._slots:
            found: dict[AnyTerm, list[NamedNode]] = defaultdict(list)
            for quad in self._store.quads(None, OSA.subject, subject, ASSESSMENTS):
                for stated in self._store.quads(quad.subject, OSA.predicate, None, ASSESSMENTS):
                    found[stated.object].append(quad.subject)  # type: ignore[arg-type]
            self._slots[subject] = {key: sorted(iris, key=str) for key, iris in found.items()}
        # A contradiction is about a slot, too, and is no resolution of it.
        return [iri for iri in self._slots[subject].get(predicate, ()) if self._is_resolution(iri)]

    def resolution(self, iri: NamedNode) -> Resolution:
        """The resolution with this IRI."""
        if iri not in self._resolutions:
            quads = self._store.quads(iri, None, None, ASSESSMENTS)
            self._resolutions[iri] = _read_resolution((quad.predicate, quad.object) for quad in quads)
        return self._resolutions[iri]

    def decision(self, iri: NamedNode) -> Decision:
        """The resolution with this IRI, and the claims behind and against it, of very many the first."""
        resolution = self.resolution(iri)
        sides = (resolution.supported_by[:SHOWN_CLAIMS], resolution.contested_by[:SHOWN_CLAIMS])
        supporting, contesting = ([self.evidence(NamedNode(claim)) for claim in side] for side in sides)
        return Decision(iri, resolution, _by_date(supporting), _by_date(contesting))

    def evidence(self, claim: NamedNode) -> Evidence:
        """A claim with its source.

        Raises MalformedSourceError where the dataset holds only parts of it.
        """
        if claim.value not in self._evidence:
            # A user may keep a copy of a claim in a graph of his own.
            stated = self._store.quads(claim, OSA.statedIn)
            graph = next(quad.graph_name for quad in stated if _is_of_source(quad))
            properties: dict[NamedNode, list[Term]] = defaultdict(list)
            for quad in self._store.quads(claim, None, None, graph):
                properties[quad.predicate].append(quad.object)  # type: ignore[arg-type]
            read = claim_of(str(claim), properties)
            self._evidence[claim.value] = Evidence(read, self._source(read.source, graph))  # type: ignore[arg-type]
        return self._evidence[claim.value]

    def claims_of(self, triple: Triple) -> list[Evidence]:
        """The claims that state just this triple, whatever their modality."""
        about = self._store.quads(None, OSA.subject, triple.subject)
        valued = self._store.quads(None, OSA.object, triple.object)
        wanted = zip(STATEMENT, spo(triple), strict=True)
        found = [quad for quad in _shorter(about, valued) if _is_of_source(quad)]
        for predicate, term in wanted:
            found = [quad for quad in found if self._has(quad.subject, predicate, term, quad.graph_name)]
        return list(_by_date(self.evidence(quad.subject) for quad in found))  # type: ignore[arg-type]

    def links(self, triple: Triple) -> Iterator[Link]:
        """The links and near misses about the ends of a triple, whether they give it or not."""
        for about in links_between(self._store, triple):
            said: dict[NamedNode, Any] = {quad.predicate: quad.object for quad in about}
            yield Link(
                about[0].subject,  # type: ignore[arg-type]
                said[OSA.evidence].value,
                said.get(OSA.confidence, OSA.Verified),
                is_near_miss=OSA.notLinkedTo in said,
                gives=triple in link_facts(about),
            )

    def graphs(self, triple: Triple) -> tuple[NamedNode, ...]:
        """The named graphs that hold the triple."""
        quads = self._store.quads(*spo(triple))
        names = (quad.graph_name for quad in quads)
        return tuple(sorted((name for name in names if isinstance(name, NamedNode)), key=str))

    def _describing(self, triple: Triple) -> Iterator[NamedNode]:
        """The graphs of sources, and the one of reference tables, that describe a thing so.

        What sources say of a project or a budget line counts only where a fact touches it.
        """
        names = [name for name in self.graphs(triple) if name.value.startswith(SOURCE_GRAPHS)]
        is_hidden = names and is_carrier(self._store, triple.subject)
        if not is_hidden or is_touched(self._store, triple.subject):
            yield from names
        if self._has(*spo(triple), REFERENCE):
            yield REFERENCE

    def _giving(self, triple: Triple) -> Iterator[NamedNode]:
        """The resolutions that accept the triple, or put it beside what they accept."""
        if triple.predicate in (OSA.supportedBy, OSA.contestedBy):
            listing = self._store.quads(None, triple.predicate, triple.object, ASSESSMENTS)
            candidates = sorted((quad.subject for quad in listing), key=str)
        elif triple.predicate == OSA.countingRule:
            listing = self._store.quads(None, OSA.countingRule, triple.object, ASSESSMENTS)
            candidates = sorted((quad.subject for quad in listing), key=str)
        else:
            candidates = []
        for iri in candidates:
            resolution = self.resolution(iri)  # type: ignore[arg-type]
            if NamedNode(resolution.slot.subject) == triple.subject and resolution.accepted is not None:
                yield iri  # type: ignore[misc]
        for iri in self.slots(triple.subject, triple.predicate):
            if self.resolution(iri).accepted == str(triple.object):
                yield iri

    def _is_resolution(self, iri: NamedNode) -> bool:
        return self._has(iri, RDF.type, OSA.Resolution, ASSESSMENTS)

    def _has(self, subject: AnyTerm, predicate: NamedNode, value: AnyTerm, graph: GraphName) -> bool:
        return next(self._store.quads(subject, predicate, value, graph), None) is not None

    def sources_in(self, graph: NamedNode) -> Iterator[Source]:
        """The source whose graph this is, if it describes itself there."""
        described = self._store.quads(None, RDF.type, OSA.Source, graph)
        for quad in islice(described, 1):
            yield self._source(quad.subject, graph)  # type: ignore[arg-type]

    def _source(self, iri: NamedNode, graph: NamedNode) -> Source:
        if iri not in self._sources:
            triples = (quad.triple for quad in self._store.quads(iri, None, None, graph))
            self._sources[iri] = read_source(iri, triples)
        return self._sources[iri]


def accepted_term(resolution: Resolution) -> Term | None:
    """The accepted value as a term, None while the slot is open."""
    return None if resolution.accepted is None else read_term(resolution.accepted)


def _read_resolution(properties: Iterable[tuple[NamedNode, AnyTerm]]) -> Resolution:
    found: dict[NamedNode, list[Term]] = defaultdict(list)
    for predicate, value in properties:
        found[predicate].append(value)  # type: ignore[arg-type]

    def one(predicate: NamedNode) -> Term | None:
        return next(iter(found[predicate]), None)

    def text(predicate: NamedNode) -> str:
        return str(one(predicate) or "")

    year, voices, step = one(OSA.fiscalYear), one(OSA.voices), one(OSA.decidedBy)
    assert isinstance(voices, Literal) and isinstance(step, NamedNode)
    slot = Slot(
        text(OSA.subject)[1:-1], text(OSA.predicate)[1:-1], year.value if year else "", text(OSA.candidate)
    )
    return Resolution(
        slot=slot,
        accepted=text(OSA.accepted) or None,
        supported_by=tuple(sorted(term.value for term in found[OSA.supportedBy])),
        contested_by=tuple(sorted(term.value for term in found[OSA.contestedBy])),
        voices=int(voices.value),
        step=step,
        definition=text(OSA.countingRule),
    )


def _shorter(one: Iterator[Quad], other: Iterator[Quad]) -> list[Quad]:
    """All of whichever ends first; the longer one is read no further."""
    read: tuple[list[Quad], list[Quad]] = ([], [])
    while True:
        for quads, seen in zip((one, other), read, strict=True):
            if (quad := next(quads, None)) is None:
                return seen
            seen.append(quad)


def _is_of_source(quad: Quad) -> bool:
    """Whether the quad stands in the graph of a source."""
    graph = quad.graph_name
    return isinstance(graph, NamedNode) and graph.value.startswith(SOURCE_GRAPHS)


def _by_date(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The latest source first, those without a date last."""

    def key(each: Evidence) -> tuple[str, str]:
        return (each.source.issued.value if each.source.issued else "", each.claim.iri.value)

    return tuple(sorted(evidence, key=key, reverse=True))


def spo(triple: Triple) -> tuple[AnyTerm, NamedNode, AnyTerm]:
    """The three terms of a triple."""
    return triple.subject, triple.predicate, triple.object
