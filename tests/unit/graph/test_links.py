"""Which facts follow from links and near misses, and which of them speak of a triple."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from graph.embedded import EmbeddedStore
from graph.links import all_links, is_linked, link_facts, links_between
from graph.projection import ASSESSMENTS
from graph.store import AnyTerm
from ontology.namespaces import ID, OSA, OWL, RDF, SKOS, WD

LINK, MISS = ID.iri("link/asean"), ID.iri("near-miss/asean-q783490")
EXACT = Triple(ID.asean, SKOS.exactMatch, WD.Q7768)
SAME = Triple(ID.asean, OWL.sameAs, WD.Q7768)
OTHER = Triple(ID.asean, OWL.differentFrom, WD.Q783490)


def quads(node: NamedNode, *said: tuple[NamedNode, AnyTerm]) -> list[Quad]:
    return [Quad(node, predicate, value, ASSESSMENTS) for predicate, value in said]


def link(*more: tuple[NamedNode, AnyTerm]) -> list[Quad]:
    known = ((RDF.type, OSA.Link), (OSA.subject, ID.asean), (OSA.linkedTo, WD.Q7768))
    return quads(LINK, *known, *more)


MISSED = quads(MISS, (RDF.type, OSA.NearMiss), (OSA.subject, ID.asean), (OSA.notLinkedTo, WD.Q783490))
VERIFIED = (OSA.confidence, OSA.Verified)


@pytest.mark.parametrize(
    ("about", "facts"),
    [
        # A link of an older dataset says nothing of its relation.
        (link(VERIFIED), {EXACT}),
        (link(VERIFIED, (OSA.linkRelation, SKOS.exactMatch)), {EXACT}),
        (link(VERIFIED, (OSA.linkRelation, OWL.sameAs)), {EXACT, SAME}),
        (link((OSA.confidence, OSA.Likely), (OSA.linkRelation, OWL.sameAs)), set()),
        (link(), set()),
        (MISSED, {OTHER}),
        (MISSED[:2], set()),
        (quads(LINK, (RDF.type, OSA.Link), (OSA.subject, Literal("x")), VERIFIED), set()),
        ([], set()),
    ],
)
def test_facts_follow_from_what_is_verified_alone(about: list[Quad], facts: set[Triple]) -> None:
    assert set(link_facts(about)) == facts


def test_a_triple_is_linked_where_a_link_between_its_ends_gives_it() -> None:
    store = EmbeddedStore()
    store.insert([*link(VERIFIED), *MISSED])
    assert [is_linked(store, each) for each in (EXACT, SAME, OTHER)] == [True, False, True]
    assert not is_linked(store, Triple(ID.asean, SKOS.exactMatch, WD.Q783490))
    assert not is_linked(store, Triple(ID.japan, SKOS.exactMatch, WD.Q7768))
    assert not is_linked(store, Triple(ID.asean, SKOS.closeMatch, WD.Q7768))


def test_who_asks_for_a_link_hears_of_the_near_miss() -> None:
    store = EmbeddedStore()
    store.insert([*link(VERIFIED), *MISSED])
    [about] = links_between(store, Triple(ID.asean, SKOS.exactMatch, WD.Q783490))
    assert set(about) == set(MISSED)
    assert {frozenset(about) for about in all_links(store)} == {frozenset(link(VERIFIED)), frozenset(MISSED)}
