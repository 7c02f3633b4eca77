"""What curation puts into the dataset: a node for each act that stands, graphs of retracted sources."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Triple

from graph.bundle import outside_graph, source_graph
from graph.curation import ACCEPT, GRADE, LINKING, REJECT, RETRACT, SAME_VOICE, SEPARATE_VOICES, Act, Curation
from graph.projection import ASSESSMENTS
from graph.rights import RETRACTED_GRAPHS
from graph.sources import source_id
from graph.store import AnyTerm, ReadableStore
from ontology.namespaces import ID, OSA, RDF, XSD

CLASSES: Final[Mapping[str, NamedNode]] = MappingProxyType(
    {
        ACCEPT: OSA.Acceptance,
        REJECT: OSA.Rejection,
        GRADE: OSA.Grading,
        SAME_VOICE: OSA.SameVoice,
        SEPARATE_VOICES: OSA.SeparateVoices,
        RETRACT: OSA.Retraction,
    }
)


def retracted_graph(source: NamedNode) -> NamedNode:
    """The graph name under which stands what a retracted source said, for whoever wants to read it."""
    return NamedNode(RETRACTED_GRAPHS + source_id(source))


def graphs_of(source: NamedNode) -> tuple[NamedNode, NamedNode, NamedNode]:
    """The graphs for what a source says: what counts, what was retracted, what is of outsiders."""
    return source_graph(source), retracted_graph(source), outside_graph(source_id(source))


def retracted_quads(source: NamedNode, triples: Iterable[Triple]) -> Iterator[Quad]:
    """What is kept of a retracted source: its description as it was, and all else as quoted statements.

    A question about claims finds none of it, and nothing is lost: `retracted_triples` gives it back.
    """
    graph = retracted_graph(source)
    for triple in triples:
        if triple.subject == source:
            yield Quad(triple.subject, triple.predicate, triple.object, graph)
            continue
        text = f"{source}\n{triple}"
        node = ID.iri(f"retracted/{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}")
        yield Quad(node, RDF.type, RDF.Statement, graph)
        yield Quad(node, RDF.subject, triple.subject, graph)
        yield Quad(node, RDF.predicate, triple.predicate, graph)
        yield Quad(node, RDF.object, triple.object, graph)


def retracted_triples(store: ReadableStore, source: NamedNode) -> set[Triple]:
    """What a retracted source said."""
    said: set[Triple] = set()
    quoted: dict[AnyTerm, dict[NamedNode, AnyTerm]] = defaultdict(dict)
    for quad in store.quads(graph=retracted_graph(source)):
        if quad.subject == source:
            said.add(quad.triple)
        else:
            quoted[quad.subject][quad.predicate] = quad.object
    for parts in quoted.values():
        said.add(Triple(parts[RDF.subject], parts[RDF.predicate], parts[RDF.object]))  # type: ignore[arg-type]
    return said


def curation_quads(curation: Curation) -> Iterator[Quad]:
    """The acts that stand, as quads of `graph/assessments`; links say themselves what was decided of them."""
    for act in curation.acts:
        if act.act not in LINKING:
            yield from _act_quads(act)


def _act_quads(act: Act) -> Iterator[Quad]:
    iri = ID.iri(f"curation/{act.number}")
    yield Quad(iri, RDF.type, CLASSES[act.act], ASSESSMENTS)
    yield Quad(iri, OSA.curator, Literal(act.by), ASSESSMENTS)
    yield Quad(iri, OSA.decidedOn, Literal(act.at, datatype=XSD.dateTime), ASSESSMENTS)
    yield Quad(iri, OSA.reason, Literal(act.because), ASSESSMENTS)
    for each in act.of:
        yield Quad(iri, _named_by(act, each), NamedNode(each), ASSESSMENTS)
    if act.act == GRADE:
        yield Quad(iri, OSA.grade, NamedNode(act.grade), ASSESSMENTS)
        yield Quad(iri, OSA.gradedBy, Literal(act.by), ASSESSMENTS)


def _named_by(act: Act, iri: str) -> NamedNode:
    """The property that leads to a claim, to the one source that an act is about, or to one of several."""
    if iri.startswith(f"{ID}claim/"):
        return OSA.claim
    return OSA.source if act.act in (SAME_VOICE, SEPARATE_VOICES) else OSA.subject
