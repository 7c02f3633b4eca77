"""All that follows, and nothing else: against the rules as they stand in their files, run naively."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from graph import inference
from graph.bundle import in_graph
from graph.embedded import EmbeddedStore
from graph.errors import OntologyError
from graph.grounding import ground, is_axiom, read_grounding
from graph.inference import infer_all, infer_on_disk
from graph.projection import ASSESSMENTS, META
from graph.rules import read_rules
from ontology.namespaces import ID, OSA, OWL, PROV, RDF, RDFS, SKOS, XSD
from ontology.vocabulary import ontology_triples

DEFAULT = DefaultGraph()
PROJECT, PALAU, JAPAN, PROGRAMME = ID.iri("project/p"), ID.palau, ID.japan, ID.osa
NAVY, FORCES, MINISTRY = ID.navy, ID.forces, ID.ministry
RADAR, SENSOR, GOODS = (ID.iri(f"equipment/{name}") for name in ("radar", "sensor", "goods"))
SIGNED = (
    Triple(PROJECT, OSA.recipient, PALAU),
    Triple(PROJECT, OSA.programme, PROGRAMME),
    Triple(PROJECT, OSA.status, OSA.Signed),
)


def filled(triples: Iterable[Triple]) -> EmbeddedStore:
    store = EmbeddedStore()
    store.insert(in_graph(triples, DEFAULT))
    return store


def facts(store: EmbeddedStore) -> set[Triple]:
    return {quad.triple for quad in store.quads(graph=DEFAULT)} - read_grounding().axioms


def inferred(*given: Triple) -> set[Triple]:
    store = filled(given)
    infer_all(store, read_grounding())
    return facts(store) - set(given)


def test_the_recipient_of_a_signed_project_is_a_recipient_of_its_programme() -> None:
    found = inferred(*SIGNED)
    assert Triple(PALAU, OSA.recipientOf, PROGRAMME) in found
    assert Triple(PROJECT, OSA.isCommitted, PROJECT) in found
    assert Triple(PROJECT, RDF.type, OSA.CommittedProject) in found


@pytest.mark.parametrize("status", [OSA.Planned, OSA.Selected])
def test_a_planned_project_makes_nobody_a_recipient_of_its_programme(status: NamedNode) -> None:
    planned = Triple(PROJECT, OSA.status, status)
    found = inferred(*SIGNED[:2], planned)
    assert not [triple for triple in found if triple.predicate in (OSA.recipientOf, OSA.isCommitted)]
    assert Triple(PALAU, OSA.receives, PROJECT) in found


def test_equipment_is_supplied_under_its_broader_classes_too() -> None:
    given = (
        Triple(PROJECT, OSA.equipment, RADAR),
        Triple(RADAR, SKOS.broader, SENSOR),
        Triple(SENSOR, SKOS.broader, GOODS),
    )
    found = {triple for triple in inferred(*given) if triple.predicate == OSA.suppliesKind}
    assert found == {Triple(PROJECT, OSA.suppliesKind, kind) for kind in (RADAR, SENSOR, GOODS)}
    assert not [triple for triple in inferred(*given) if triple.predicate == OSA.equipment]


def test_a_body_within_a_body_benefits_it_however_deep() -> None:
    given = (
        Triple(PROJECT, OSA.beneficiary, NAVY),
        Triple(NAVY, OSA.partOf, FORCES),
        Triple(FORCES, OSA.partOf, MINISTRY),
    )
    found = inferred(*given)
    assert {t.object for t in found if t.predicate == OSA.benefits} == {NAVY, FORCES, MINISTRY}
    assert {t.object for t in found if t.subject == NAVY and t.predicate == OSA.within} == {FORCES, MINISTRY}
    assert not [triple for triple in found if triple.predicate == OSA.partOf]


def test_a_cycle_of_wholes_comes_to_an_end() -> None:
    given = (Triple(NAVY, OSA.partOf, FORCES), Triple(FORCES, OSA.partOf, NAVY))
    found = {triple for triple in inferred(*given) if triple.predicate == OSA.within}
    assert found == {Triple(a, OSA.within, b) for a in (NAVY, FORCES) for b in (NAVY, FORCES)}


def test_inverse_properties_give_each_other() -> None:
    assert Triple(ID.b, OSA.supersededBy, ID.a) in inferred(Triple(ID.a, OSA.supersedes, ID.b))
    assert Triple(ID.a, OSA.supersedes, ID.b) in inferred(Triple(ID.b, OSA.supersededBy, ID.a))


def test_a_literal_is_of_no_class() -> None:
    for value in (Literal("Palau"), Literal("5", datatype=XSD.integer)):
        assert inferred(Triple(PROJECT, OSA.recipient, value)) == {
            Triple(PROJECT, RDF.type, OSA.AssistanceProject)
        }


def test_nothing_follows_from_other_graphs_or_from_short_cuts_to_claims() -> None:
    store = filled([Triple(PROJECT, OSA.supportedBy, ID.iri("claim/1"))])
    for graph in (ASSESSMENTS, META, ID.iri("user/g")):
        store.insert(in_graph(SIGNED, graph))
    assert infer_all(store, read_grounding()) == Counter()
    assert len(facts(store)) == 1


def test_no_class_without_a_name_has_members() -> None:
    for triple in inferred(*SIGNED):
        assert triple.predicate != RDF.type or isinstance(triple.object, NamedNode)


def naive(triples: Iterable[Triple]) -> set[Triple]:
    """The rules as they stand in their files, one after the other, until nothing grows."""
    store = filled(triples)
    size = -1
    while size != store.quad_count():
        size = store.quad_count()
        for rule in read_rules():
            store.update(rule.text)
    return {quad.triple for quad in store.quads()}


def test_the_shipped_facts_have_the_conclusions_that_the_files_of_the_rules_give(
    shipped_store: EmbeddedStore,
) -> None:
    short_cuts = (OSA.supportedBy, OSA.contestedBy)
    built = {q.triple for q in shipped_store.quads(graph=DEFAULT) if q.predicate not in short_cuts}
    assert naive(built) == built


def test_inferring_twice_adds_nothing(shipped_store: EmbeddedStore) -> None:
    store = EmbeddedStore()
    store.insert(shipped_store.quads(graph=DEFAULT))
    before = store.quad_count()
    first = infer_all(store, read_grounding())
    assert store.quad_count() == before
    assert infer_all(store, read_grounding()) == first


def test_large_conclusions_are_written_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "BATCH_TRIPLES", 3)
    given = [Triple(ID.iri(f"s{number}"), RDF.type, OSA.Source) for number in range(10)]
    assert inferred(*given) == {Triple(triple.subject, RDF.type, PROV.Entity) for triple in given}


@pytest.mark.parametrize("limit", [2, 1000])
def test_a_store_on_disk_gets_the_same_whether_it_fits_into_memory_or_not(tmp_path: Path, limit: int) -> None:
    store, given = EmbeddedStore(tmp_path / "store"), (*SIGNED, Triple(PROJECT, RDFS.label, Literal("P")))
    store.insert(in_graph(given, DEFAULT))
    counts = infer_on_disk(store, read_grounding(), limit)
    other = filled(given)
    assert infer_all(other, read_grounding()) == counts
    assert set(store.quads()) == set(other.quads())


def test_a_rule_counts_each_triple_that_follows_by_it_once() -> None:
    given = (
        Triple(PALAU, RDF.type, OSA.State),
        Triple(JAPAN, RDF.type, OSA.State),
        Triple(JAPAN, RDF.type, OSA.Actor),
    )
    counts = infer_all(filled(given), read_grounding())
    assert counts == Counter({"cax-sco": 4})


def test_axioms_come_from_the_ontology_alone() -> None:
    kind = NamedNode("x:kind")
    rules = read_rules()
    axioms = [Triple(kind, RDFS.subClassOf, OSA.Actor), Triple(OSA.Actor, RDFS.subClassOf, PROV.Agent)]
    grounding = ground(rules, axioms)
    assert grounding.axioms == {Triple(kind, RDFS.subClassOf, PROV.Agent)}
    store = filled([*axioms[1:], Triple(ID.a, RDF.type, kind), Triple(OSA.Actor, RDFS.subClassOf, OSA.Event)])
    infer_all(store, grounding)
    types = {quad.object for quad in store.quads(ID.a, RDF.type, None, DEFAULT)}
    assert types == {kind, OSA.Actor, PROV.Agent}


def test_a_rule_that_looks_at_every_fact_is_refused() -> None:
    rule = next(rule for rule in read_rules() if rule.name == "prp-dom")
    with pytest.raises(OntologyError, match=r"prp-dom\.rq"):
        ground([replace(rule, body=rule.body[1:])], [])


def test_axioms_are_told_from_facts() -> None:
    assert is_axiom(Triple(OSA.Actor, RDFS.subClassOf, PROV.Agent))
    assert is_axiom(Triple(OSA.within, RDF.type, OWL.TransitiveProperty))
    assert not is_axiom(Triple(PROJECT, RDF.type, OSA.AssistanceProject))
    assert not is_axiom(Triple(RADAR, SKOS.broader, SENSOR))
    assert [triple for triple in ontology_triples() if is_axiom(triple)]
