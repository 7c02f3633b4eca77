"""Wholes: what reviewed tables and claims say of the bodies that a body is part of."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from graph.bundle import in_graph, source_graph
from graph.claims import Claim, claim_triples
from graph.embedded import EmbeddedStore
from graph.projection import REFERENCE
from graph.sources import source_iri
from graph.wholes import all_wholes, is_within, stored_wholes
from ontology.namespaces import GRAPH, ID, OSA
from tests.unit.graph.assessing import said


def part(name: str, one: NamedNode, other: NamedNode, modality: NamedNode = OSA.Asserted) -> Claim:
    return said(name, OSA.partOf, other, one, modality=modality)


NAVY = part("a", ID.navy, ID.forces)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    store = EmbeddedStore(tmp_path / "store")
    store.insert([Quad(ID.forces, OSA.comparedWithin, ID.ministry, REFERENCE)])
    for claim in (NAVY, part("a", ID.army, ID.forces, OSA.Denied)):
        store.insert(in_graph(claim_triples(claim), source_graph(source_iri("a"))))
    taken_back = part("b", ID.guard, ID.navy)
    store.insert(in_graph(claim_triples(taken_back), GRAPH.iri("retracted/b")))
    return store


def test_wholes_come_from_reviewed_tables_and_from_what_is_asserted(store: EmbeddedStore) -> None:
    expected = {ID.forces.value: {ID.ministry.value}, ID.navy.value: {ID.forces.value}}
    assert all_wholes(store) == expected
    assert {body: set(stored_wholes(store)(body)) for body in expected} == expected
    assert not stored_wholes(store)(ID.army.value) and not stored_wholes(store)(ID.guard.value)


def test_a_rejected_claim_makes_no_whole(store: EmbeddedStore) -> None:
    rejected = frozenset({NAVY.iri.value})
    assert ID.navy.value not in all_wholes(store, rejected)
    assert not stored_wholes(store, rejected)(ID.navy.value)


def test_a_whole_is_reached_through_others_and_a_circle_ends() -> None:
    known = {"squad": ["navy"], "navy": ["forces", "coast"], "forces": ["squad"]}

    def wholes(body: str) -> list[str]:
        return known.get(body, [])

    assert is_within("squad", "forces", wholes) and is_within("navy", "navy", wholes)
    assert not is_within("coast", "navy", wholes)
