"""A dataset that strangers wrote: every text in it is one of the payloads, wherever a page prints texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from ontology.namespaces import DCTERMS, GRAPH, ID, OSA, RDF, RDFS, SCHEMA, SKOS
from tests.browser.payloads import IRIS

# A page shows so many claims at most; things share the payloads out among them.
SHARE: Final = 20
FACTS: Final = DefaultGraph()
TEXTS_OF_A_CLAIM: Final = (OSA.quote, OSA.verbatim, OSA.proposition, OSA.asOf, OSA.topic, OSA.note)


def hostile_quads(payloads: Sequence[str], thing: NamedNode = ID["thing"]) -> Iterator[Quad]:
    """A thing whose names, values, claims, decisions, links and sources are all payloads."""
    yield Quad(thing, RDF.type, OSA.Programme, FACTS)
    for number, payload in enumerate(payloads):
        yield from _described(thing, number, payload)
        yield from _claimed(thing, f"{thing.value.removeprefix(str(ID))}-{number}", payload)
    for number, iri in enumerate(IRIS):
        yield from _linked(thing, number, NamedNode(iri))


def _described(thing: NamedNode, number: int, payload: str) -> Iterator[Quad]:
    text, english = Literal(payload), Literal(payload, language="en")
    predicate = NamedNode(f"http://example.org/p{number}")
    for name in (RDFS.label, SKOS.altLabel, SKOS.definition):
        yield Quad(thing, name, english, FACTS)
    for each in (text, english):
        yield Quad(predicate, RDFS.label, each, FACTS)
    for value in (text, Literal(payload, datatype=ID.iri("odd"))):
        yield Quad(thing, predicate, value, FACTS)


def _claimed(thing: NamedNode, name: str, payload: str) -> Iterator[Quad]:
    text = Literal(payload)
    claim, source, slot = ID.iri(f"claim/{name}"), ID.iri(f"source/{name}"), ID.iri(f"resolution/{name}")
    graph = GRAPH.iri(f"source/{name}")
    for predicate in TEXTS_OF_A_CLAIM:
        yield Quad(claim, predicate, text, graph)
    stated = ((OSA.subject, thing), (OSA.predicate, RDFS.comment), (OSA.object, text), (OSA.statedIn, source))
    for predicate, value in (*stated, (OSA.modality, OSA.Asserted), (RDF.type, OSA.Claim)):
        yield Quad(claim, predicate, value, graph)
    for predicate in (DCTERMS.title, DCTERMS.issued, SCHEMA.url, RDFS.label):
        yield Quad(source, predicate, text, FACTS)
    yield Quad(source, OSA.publisherKind, OSA.Blog, FACTS)
    yield Quad(source, RDF.type, OSA.Source, FACTS)
    decided = ((OSA.subject, thing), (OSA.predicate, RDFS.comment), (OSA.decidedBy, OSA.OnlyWeakSources))
    for predicate, value in (*decided, (RDF.type, OSA.Resolution), (OSA.contestedBy, claim)):
        yield Quad(slot, predicate, value, GRAPH.assessments)
    yield Quad(slot, OSA.voices, Literal(1), GRAPH.assessments)


def _linked(thing: NamedNode, number: int, node: NamedNode) -> Iterator[Quad]:
    link = ID.iri(f"link/{number}")
    yield Quad(thing, NamedNode(f"http://example.org/i{number}"), node, FACTS)
    yield Quad(thing, node, Literal("value"), FACTS)
    yield Quad(node, OSA.actor, thing, FACTS)
    for predicate, value in ((OSA.linkedTo, node), (OSA.subject, thing), (RDF.type, OSA.Link)):
        yield Quad(link, predicate, value, GRAPH.assessments)
    yield Quad(
        ID.iri(f"source/{thing.value.removeprefix(str(ID))}-{number}"), SCHEMA.url, Literal(node.value), FACTS
    )
