"""What is asserted is told from what was inferred, for each way of asserting."""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from graph.asserted import Asserted
from graph.bundle import in_graph
from graph.embedded import EmbeddedStore
from graph.projection import ASSESSMENTS, META, REFERENCE
from ontology.namespaces import GRAPH, ID, OSA, OWL, PROV, RDF, RDFS, SKOS, WD
from ontology.vocabulary import ontology_triples

PROJECT, PALAU, CLAIM, COUNT = ID.iri("project/p"), ID.palau, ID.iri("claim/1"), ID.iri("recipient-count/x")
SOURCE = GRAPH.iri("source/s1")
IS_PROJECT, IS_STATE = Triple(PROJECT, RDF.type, OSA.AssistanceProject), Triple(PALAU, RDF.type, OSA.State)
FACT = Triple(PROJECT, OSA.recipient, PALAU)


def store_of(**graphs: list[Triple]) -> EmbeddedStore:
    names = {"source": SOURCE, "reference": REFERENCE, "assessments": ASSESSMENTS, "meta": META}
    store = EmbeddedStore()
    for name, triples in graphs.items():
        store.insert(in_graph(triples, names[name]))
    return store


def resolution(about: NamedNode, predicate: NamedNode, *more: tuple[NamedNode, NamedNode]) -> list[Triple]:
    node = ID.iri(f"resolution/{predicate.value[-5:]}")
    said = ((OSA.subject, about), (OSA.predicate, predicate), *more)
    return [Triple(node, each, value) for each, value in said]


ACCEPTED = resolution(PROJECT, OSA.recipient, (OSA.accepted, PALAU), (OSA.supportedBy, CLAIM))


def test_an_accepted_value_and_its_short_cuts_are_asserted() -> None:
    asserted = Asserted(store_of(assessments=ACCEPTED))
    assert FACT in asserted
    assert Triple(PROJECT, OSA.supportedBy, CLAIM) in asserted
    assert Triple(PROJECT, OSA.contestedBy, CLAIM) not in asserted
    assert Triple(PROJECT, OSA.recipient, ID.fiji) not in asserted
    assert Triple(PROJECT, OSA.provider, PALAU) not in asserted


def test_an_open_slot_asserts_nothing() -> None:
    asserted = Asserted(store_of(assessments=resolution(PROJECT, OSA.recipient, (OSA.supportedBy, CLAIM))))
    assert FACT not in asserted
    assert Triple(PROJECT, OSA.supportedBy, CLAIM) not in asserted


@pytest.mark.parametrize("closed", [True, False])
def test_a_counting_rule_is_asserted_with_its_number(closed: bool) -> None:
    more = [(OSA.countingRule, OSA.CumulativeSelected)] + [(OSA.accepted, ID.ten)] * closed
    asserted = Asserted(store_of(assessments=resolution(COUNT, OSA.recipientCount, *more)))
    assert (Triple(COUNT, OSA.countingRule, OSA.CumulativeSelected) in asserted) == closed


def test_names_are_asserted_by_any_source_and_carriers_only_where_a_fact_touches_them() -> None:
    described = [IS_STATE, IS_PROJECT, Triple(CLAIM, RDF.type, OSA.Claim)]
    asserted = Asserted(store_of(source=described))
    assert IS_STATE in asserted
    assert IS_PROJECT not in asserted
    assert Triple(CLAIM, RDF.type, OSA.Claim) not in asserted
    assert IS_PROJECT in Asserted(store_of(source=described, assessments=ACCEPTED))


def test_a_part_of_a_project_is_touched_by_it() -> None:
    item = Triple(ID.item, RDF.type, OSA.EquipmentItem)
    whole = resolution(PROJECT, OSA.item, (OSA.accepted, ID.item))
    assert item in Asserted(store_of(source=[item], assessments=whole))
    other = resolution(PROJECT, OSA.equipment, (OSA.accepted, ID.item))
    assert item not in Asserted(store_of(source=[item], assessments=other))


def test_the_reference_tables_assert_all_but_what_they_keep_for_themselves() -> None:
    alias, note = Triple(ID.a, OSA.aliasOf, PALAU), Triple(ID.a, SKOS.note, Literal("seen once"))
    kept = [alias, note, Triple(ID.a, RDF.type, OSA.Alias)]
    asserted = Asserted(store_of(reference=[IS_STATE, IS_PROJECT, *kept]))
    assert IS_STATE in asserted and IS_PROJECT in asserted
    assert not [triple for triple in kept if triple in asserted]


@pytest.mark.parametrize(("confidence", "is_fact"), [(OSA.Verified, True), (OSA.Likely, False)])
def test_a_link_is_asserted_once_it_is_verified(confidence: NamedNode, is_fact: bool) -> None:
    link = ID.iri("link/palau")
    said = ((OSA.subject, PALAU), (OSA.linkedTo, WD.Q695), (OSA.confidence, confidence))
    asserted = Asserted(store_of(assessments=[Triple(link, p, o) for p, o in said]))
    assert (Triple(PALAU, SKOS.exactMatch, WD.Q695) in asserted) == is_fact
    assert Triple(PALAU, SKOS.exactMatch, WD.Q1) not in asserted
    assert Triple(PALAU, RDFS.seeAlso, WD.Q695) not in asserted


def test_the_ontology_and_what_follows_for_its_axioms_are_asserted_where_it_is() -> None:
    axiom = next(triple for triple in ontology_triples() if triple.object == OWL.Ontology)
    followed = Triple(OSA.State, RDFS.subClassOf, PROV.Agent)
    store = EmbeddedStore()
    assert axiom not in Asserted(store)
    store.insert(in_graph([axiom], DefaultGraph()))
    assert axiom in Asserted(store) and followed in Asserted(store)


def test_what_users_and_load_records_say_is_not_asserted() -> None:
    store = store_of(meta=[IS_STATE])
    store.insert(in_graph([IS_STATE], GRAPH.iri("user/x")))
    store.insert(in_graph([IS_STATE], DefaultGraph()))
    assert IS_STATE not in Asserted(store)
