"""A dataset that strangers wrote: every text in it is a payload, wherever a page prints texts.

`thing0` and so on share the payloads out among them, each in a value of its own; `bundle0` and so on are
named by fifty payloads at once, so that four of them have all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from ontology.namespaces import DCTERMS, GRAPH, ID, OSA, OWL, RDF, RDFS, SCHEMA, SKOS, XSD
from tests.browser.payloads import IRIS, NAMES, PAYLOADS

# A page shows so many claims at most; things share the payloads out among them.
SHARE: Final = 20
THINGS: Final = range(len(PAYLOADS) // SHARE)
BUNDLE: Final = 50
BUNDLES: Final = range(len(PAYLOADS) // BUNDLE)
FACTS: Final = DefaultGraph()
TEXTS_OF_A_CLAIM: Final = (OSA.quote, OSA.verbatim, OSA.proposition, OSA.asOf, OSA.topic, OSA.note)
CLASSES: Final = (OSA.Programme, OSA.AssistanceProject, OSA.PolicyEvent, OSA.State, OSA.Actor)

Said = Sequence[tuple[NamedNode, NamedNode | Literal]]


def earlier_quads() -> Iterator[Quad]:
    """What the first snapshot has: the things, and classes and properties named by payloads."""
    for number in THINGS:
        yield from hostile_quads(PAYLOADS[number * SHARE : (number + 1) * SHARE], ID[f"thing{number}"])
    for term, kind in ((OSA.Programme, OWL.Class), (OSA.programme, OWL.ObjectProperty)):
        yield Quad(term, RDF.type, kind, FACTS)
        for payload in PAYLOADS:
            yield Quad(term, SKOS.definition, Literal(payload, language="en"), FACTS)


def later_quads() -> Iterator[Quad]:
    """What the second snapshot has besides: the bundles, and sources with the names of hostile files."""
    for number in BUNDLES:
        payloads = PAYLOADS[number * BUNDLE : (number + 1) * BUNDLE]
        yield from _bundled(number, Literal(" ".join(payloads), language="en"))
    for number, name in enumerate(NAMES):
        source = ID.iri(f"source/{name}")
        yield from _sourced(source, GRAPH.iri(f"source/{name}"), number, Literal(name))
    for iri in IRIS:
        yield Quad(ID["bundle0"], OSA.equipment, ID["bundle1"], NamedNode(iri))


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
    stated: Said = (
        *((OSA.subject, thing), (OSA.predicate, RDFS.comment), (OSA.object, text), (OSA.statedIn, source)),
        *((OSA.modality, OSA.Asserted), (RDF.type, OSA.Claim)),
    )
    yield from _quads(claim, stated, graph)
    for predicate in (DCTERMS.title, DCTERMS.issued, SCHEMA.url, RDFS.label):
        yield Quad(source, predicate, text, FACTS)
    yield Quad(source, OSA.publisherKind, OSA.Blog, FACTS)
    yield Quad(source, RDF.type, OSA.Source, FACTS)
    decided: Said = (
        *((OSA.subject, thing), (OSA.predicate, RDFS.comment), (OSA.decidedBy, OSA.OnlyWeakSources)),
        *((RDF.type, OSA.Resolution), (OSA.contestedBy, claim), (OSA.voices, Literal(1))),
    )
    yield from _quads(slot, decided, GRAPH.assessments)


def _linked(thing: NamedNode, number: int, node: NamedNode) -> Iterator[Quad]:
    link = ID.iri(f"link/{number}")
    yield Quad(thing, NamedNode(f"http://example.org/i{number}"), node, FACTS)
    yield Quad(thing, node, Literal("value"), FACTS)
    yield Quad(node, OSA.actor, thing, FACTS)
    linked: Said = ((OSA.linkedTo, node), (OSA.subject, thing), (RDF.type, OSA.Link))
    yield from _quads(link, linked, GRAPH.assessments)
    source = ID.iri(f"source/{thing.value.removeprefix(str(ID))}-{number}")
    yield Quad(source, SCHEMA.url, Literal(node.value), FACTS)


def _bundled(number: int, text: Literal) -> Iterator[Quad]:
    """A thing with fifty payloads for a name: in lists, on paths, in pictures, accepted and contradicted."""
    thing, later = ID[f"bundle{number}"], ID[f"bundle{number + 1}"]
    day = Literal(f"2024-01-{number + 1:02}", datatype=XSD.date)
    said: Said = (
        *((RDF.type, kind) for kind in CLASSES),
        *((name, text) for name in (RDFS.label, SKOS.altLabel, SKOS.definition, RDFS.comment)),
        *((OSA.partOf, later), (OSA.programme, ID["bundle0"]), (OSA.actor, thing), (OSA.recipient, later)),
        *((OSA.date, day), (OSA.amount, Literal(number)), (OSA.currency, ID["currency"])),
        *((OSA.fiscalYear, Literal("2024", datatype=XSD.gYear)), (OSA.eventType, OSA.iri(f"Kind{number}"))),
    )
    yield from _quads(thing, said, FACTS)
    yield Quad(OSA.iri(f"Kind{number}"), RDFS.label, text, FACTS)
    linked: Said = (
        *((RDF.type, OSA.Link), (OSA.subject, thing), (OSA.confidence, OSA.Likely), (OSA.linkedTo, later)),
        *((name, text) for name in (OSA.evidence, OSA.curator, DCTERMS.date)),
        (OSA.decidedBy, OSA.CuratorReview),
    )
    yield from _quads(ID[f"link/bundle{number}"], linked, GRAPH.assessments)
    yield from _sourced(ID[f"source/bundle{number}"], GRAPH[f"source/bundle{number}"], number, text)
    yield from _contradicted(number, thing, text)


def _sourced(source: NamedNode, graph: NamedNode, number: int, text: Literal) -> Iterator[Quad]:
    """A source with a claim in a graph of its own."""
    bundle, claim = (
        ID[f"bundle{number % len(BUNDLES)}"],
        NamedNode(f"{source.value}/claim".replace("source/", "claim/", 1)),
    )
    told: Said = (
        *((name, text) for name in (DCTERMS.title, RDFS.label, DCTERMS.language, SCHEMA.url)),
        *((RDF.type, OSA.Source), (OSA.publisherKind, OSA.StateMedia), (OSA.publisherCountry, ID.china)),
        *((DCTERMS.issued, Literal("2024-01-01", datatype=XSD.date)), (DCTERMS.publisher, bundle)),
    )
    for place in (FACTS, graph):
        yield from _quads(source, told, place)
    claimed: Said = (
        *((name, text) for name in TEXTS_OF_A_CLAIM),
        *((RDF.type, OSA.Claim), (RDF.type, OSA.FramingClaim), (OSA.stance, OSA.Critical)),
        *((OSA.subject, bundle), (OSA.predicate, OSA.equipment), (OSA.object, text)),
        *((OSA.statedIn, source), (OSA.modality, OSA.Asserted), (OSA.attributedTo, bundle)),
    )
    yield from _quads(claim, claimed, graph)


def _contradicted(number: int, thing: NamedNode, text: Literal) -> Iterator[Quad]:
    node, claim = ID[f"contradiction/bundle{number}"], ID[f"claim/bundle{number}/claim"]
    said: Said = (
        *((RDF.type, OSA.Contradiction), (OSA.kind, OSA.ValueClash), (OSA.subject, thing)),
        *((OSA.predicate, OSA.equipment), (OSA.sideA, claim), (OSA.sideB, claim)),
        *(
            (name, text)
            for name in (OSA.reason, OSA.topic, OSA.valueA, OSA.valueB, OSA.withoutA, OSA.withoutB)
        ),
        *((OSA.voicesA, Literal(1)), (OSA.voicesB, Literal(1))),
    )
    yield from _quads(node, said, GRAPH.assessments)
    decided: Said = (
        *(
            (OSA.subject, thing),
            (OSA.predicate, RDFS.comment),
            (OSA.accepted, text),
            (OSA.voices, Literal(1)),
        ),
        *((RDF.type, OSA.Resolution), (OSA.supportedBy, claim), (OSA.contestedBy, claim)),
    )
    yield from _quads(ID[f"resolution/bundle{number}"], decided, GRAPH.assessments)


def _quads(thing: NamedNode, said: Said, graph: NamedNode | DefaultGraph) -> Iterator[Quad]:
    for predicate, value in said:
        yield Quad(thing, predicate, value, graph)
