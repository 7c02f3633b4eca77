"""A reasoner takes the ontology for OWL 2 DL, and finds it consistent and its contradictions real."""

from __future__ import annotations

import io
import shutil

import owlready2
import pytest
import rdflib
from pyoxigraph import NamedNode

from ontology.namespaces import OSA, OWL, RDF, sparql_prefixes
from ontology.vocabulary import FILES, ontology_triples, read_vocabulary

needs_java = pytest.mark.skipif(
    shutil.which("java") is None, reason="HermiT needs Java, which is not installed"
)

# The smallest data that uses each kind of property, dates outside OWL 2's datatype map among them.
SOUND = """
id:japan a osa:State . id:philippines a osa:State . id:osa a osa:Programme , osa:Concept .
<https://w3id.org/osagraph/id/project/osa-fy2023-philippines> a osa:AssistanceProject ;
    osa:programme id:osa ; osa:provider id:japan ; osa:recipient id:philippines ; osa:fiscalYear 2023 ;
    osa:amount 600000000.0 ; osa:currency unit:CCY_JPY ; osa:status osa:Delivered ;
    osa:signedOn "2023-11-03"^^xsd:date ; osa:deliveredOn "2026-02"^^xsd:gYearMonth ;
    osa:equipment <https://w3id.org/osagraph/id/equipment/coastal-surveillance-radar> .
id:claim1 a osa:Claim , osa:QuantityClaim ; osa:subject id:philippines ; osa:predicate osa:amount ;
    osa:object 600000000.0 ; osa:statedIn id:source1 ; osa:modality osa:Asserted .
"""


def load(extra: str = "") -> owlready2.World:
    graph = rdflib.Graph()
    for path in FILES:
        graph.parse(path, format="turtle")
    graph.parse(data=sparql_prefixes() + extra, format="turtle")
    world = owlready2.World()
    file = io.BytesIO(graph.serialize(format="xml", encoding="utf-8"))
    world.get_ontology("https://w3id.org/osagraph/ontology").load(fileobj=file)
    return world


def reason(world: owlready2.World) -> None:
    owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)


def test_owlready_finds_every_class_and_property() -> None:
    world = load()
    declared = {t.subject for t in ontology_triples() if t.predicate == RDF.type and t.object == OWL.Class}
    assert {NamedNode(entity.iri) for entity in world.classes()} == declared
    properties = {entity.iri for entity in world.properties()}
    fact_predicates = {node.value for node in read_vocabulary().resolution}
    assert fact_predicates - properties == set()


@needs_java
def test_hermit_finds_the_ontology_and_sound_data_consistent() -> None:
    world = load(SOUND)
    reason(world)
    assert list(world.inconsistent_classes()) == []


@needs_java
@pytest.mark.parametrize(
    ("unsound", "kept"),
    [
        ("id:x a osa:State , osa:BudgetLine .", OSA.State),
        ("id:x a osa:Claim , osa:Resolution .", OSA.Claim),
        ('id:x a osa:EquipmentItem ; osa:count "five" .', OSA.count),
    ],
)
def test_hermit_finds_unsound_data_inconsistent(unsound: str, kept: NamedNode) -> None:
    world = load(unsound)
    assert world[kept.value] is not None
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        reason(world)
