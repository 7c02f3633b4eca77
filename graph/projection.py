"""From resolutions to triples: the facts of the default graph and the nodes that explain them.

The default graph holds, for an accepted slot, the fact and the short cuts `osa:supportedBy` and
`osa:contestedBy` on the node that carries it; `graph/assessments` holds one node per slot.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from graph.resolution import Resolution
from graph.terms import Term
from graph.votes import Slot
from ontology.namespaces import GRAPH, ID, OSA, RDF, XSD

ASSESSMENTS = GRAPH.assessments
META = GRAPH.meta
REFERENCE = GRAPH.reference

# A part named by a fact with such a predicate is described together with its whole.
PART_PREDICATES = frozenset({OSA.item})
# Lead from the node that carries a fact to claims, and are no facts themselves.
SHORT_CUTS = frozenset({OSA.supportedBy, OSA.contestedBy})


def resolution_iri(slot: Slot) -> NamedNode:
    """The IRI of the resolution of a slot, which does not depend on its outcome."""
    digest = hashlib.blake2b("\n".join(slot).encode(), digest_size=12).hexdigest()
    return ID.iri(f"resolution/{digest}")


def fact_quad(resolution: Resolution) -> Quad | None:
    """The accepted fact as a quad of the default graph, or None while the slot is open."""
    if resolution.accepted is None:
        return None
    slot = resolution.slot
    return Quad(
        NamedNode(slot.subject), NamedNode(slot.predicate), read_term(resolution.accepted), DefaultGraph()
    )


def fact_quads(resolution: Resolution) -> Iterator[Quad]:
    """The fact and its short cuts to the claims behind and against it."""
    fact = fact_quad(resolution)
    if fact is None:
        return
    yield fact
    if resolution.definition:
        yield Quad(fact.subject, OSA.countingRule, read_term(resolution.definition), DefaultGraph())
    for claim in resolution.supported_by:
        yield Quad(fact.subject, OSA.supportedBy, NamedNode(claim), DefaultGraph())
    for claim in resolution.contested_by:
        yield Quad(fact.subject, OSA.contestedBy, NamedNode(claim), DefaultGraph())


def resolution_quads(resolution: Resolution) -> Iterator[Quad]:
    """The node that explains a slot, as quads of `graph/assessments`."""
    slot, iri = resolution.slot, resolution_iri(resolution.slot)
    yield Quad(iri, RDF.type, OSA.Resolution, ASSESSMENTS)
    yield Quad(iri, OSA.subject, NamedNode(slot.subject), ASSESSMENTS)
    yield Quad(iri, OSA.predicate, NamedNode(slot.predicate), ASSESSMENTS)
    if slot.period:
        year = Literal(slot.period, datatype=XSD.integer)
        yield Quad(iri, OSA.fiscalYear, year, ASSESSMENTS)
    if slot.member:
        yield Quad(iri, OSA.candidate, read_term(slot.member), ASSESSMENTS)
    if resolution.accepted is not None:
        yield Quad(iri, OSA.accepted, read_term(resolution.accepted), ASSESSMENTS)
    if resolution.definition:
        yield Quad(iri, OSA.countingRule, read_term(resolution.definition), ASSESSMENTS)
    state = OSA.Open if resolution.accepted is None else OSA.Accepted
    yield Quad(iri, OSA.state, state, ASSESSMENTS)
    yield Quad(iri, OSA.decidedBy, resolution.step, ASSESSMENTS)
    yield Quad(iri, OSA.voices, Literal(resolution.voices), ASSESSMENTS)
    for claim in resolution.supported_by:
        yield Quad(iri, OSA.supportedBy, NamedNode(claim), ASSESSMENTS)
    for claim in resolution.contested_by:
        yield Quad(iri, OSA.contestedBy, NamedNode(claim), ASSESSMENTS)


@functools.lru_cache(maxsize=65536)
def read_term(text: str) -> Term:
    """The term that a text in N-Triples syntax stands for."""
    if text.startswith("<"):
        return NamedNode(text[1:-1])
    line = f"<x:s> <x:p> {text} ."
    term: Term = next(iter(parse(line, format=RdfFormat.N_TRIPLES))).object
    return term
