"""Each kind of clash is found with its axioms, and sound data has none."""

from __future__ import annotations

import pytest
import rdflib

from ontology.clashes import Clash, describe, find_clashes
from ontology.namespaces import sparql_prefixes
from ontology.serialize import to_graph
from ontology.vocabulary import ontology_triples


def clashes(facts: str) -> list[Clash]:
    graph = to_graph(ontology_triples())
    return list(find_clashes(graph.parse(data=sparql_prefixes() + facts, format="turtle")))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            "id:x a osa:State , osa:Law .",
            """id:x is in two disjoint classes (cax-dw):
  id:x a osa:State
  osa:State rdfs:subClassOf osa:Actor
  id:x a osa:Law
  osa:Law rdfs:subClassOf osa:Instrument
  osa:Instrument owl:disjointWith osa:Actor""",
        ),
        (
            "id:line a osa:BudgetLine ; osa:recipient id:japan .",
            """id:line is in two disjoint classes (cax-adc):
  id:line osa:recipient id:japan
  osa:recipient rdfs:domain osa:AssistanceProject
  id:line a osa:BudgetLine
  osa:AssistanceProject owl:AllDisjointClasses osa:BudgetLine""",
        ),
        (
            "id:project osa:beneficiary id:sea . id:sea a osa:Region .",
            """id:sea is in two disjoint classes (cax-adc):
  id:project osa:beneficiary id:sea
  osa:beneficiary rdfs:range osa:Actor
  id:sea a osa:Region
  osa:Actor owl:AllDisjointClasses osa:Region""",
        ),
        (
            "id:line osa:programme id:osa , id:oda .",
            """id:line has two values of one (prp-fp):
  id:line osa:programme id:oda
  id:line osa:programme id:osa
  osa:programme a owl:FunctionalProperty""",
        ),
        (
            "id:line osa:amount 1.0 , 2.0 .",
            """id:line has two values of one (prp-fp):
  id:line osa:amount "1.0"^^xsd:decimal
  id:line osa:amount "2.0"^^xsd:decimal
  osa:amount a owl:FunctionalProperty""",
        ),
        (
            "id:a osa:partOf id:a .",
            """id:a relates to itself (prp-irp):
  id:a osa:partOf id:a
  osa:partOf a owl:IrreflexiveProperty""",
        ),
        (
            "id:b osa:supersedes id:a . id:a osa:supersedes id:b .",
            """id:a relates both ways (prp-asyp):
  id:a osa:supersedes id:b
  id:b osa:supersedes id:a
  osa:supersedes a owl:AsymmetricProperty""",
        ),
        (
            'id:x osa:count "five" .',
            """id:x has a value of another datatype (dt-not-type):
  id:x osa:count "five"
  osa:count rdfs:range xsd:integer""",
        ),
    ],
)
def test_a_clash_is_told_with_its_axioms(facts: str, expected: str) -> None:
    assert [str(clash) for clash in clashes(facts)] == [expected]


@pytest.mark.parametrize(
    "facts",
    [
        "",
        "id:oda a osa:Programme , osa:Concept .",
        "id:line osa:amount 1.0 , 1.00 .",
        "id:line osa:amount 5 ; osa:fiscalYear 2026 .",
        'id:japan osa:iso3166Alpha2 "JP" .',
        "id:a osa:partOf id:b . id:b osa:partOf id:c .",
    ],
)
def test_sound_facts_have_no_clash(facts: str) -> None:
    assert clashes(facts) == []


def test_a_subproperty_gives_the_class_of_the_property_above_it() -> None:
    (clash,) = clashes("id:x osa:equipment id:radar . id:radar a osa:State .")
    assert "osa:EquipmentClass" in str(clash)


def test_the_clashes_of_fewest_axioms_come_first_and_the_rest_is_counted() -> None:
    facts = " ".join(f"id:a{number} a osa:State , osa:Law ; osa:partOf id:a{number} ." for number in range(4))
    lines = describe(clashes(facts)).splitlines()
    assert lines[0] == "id:a0 relates to itself (prp-irp):"
    assert lines[-1] == "... and 3 more"


def test_a_clash_of_another_kind_is_owned_to_be_unexplained() -> None:
    assert describe([]) == "No kind of clash that is looked for explains it."


def test_terms_without_a_prefix_are_written_in_full() -> None:
    line = rdflib.URIRef("http://example.org/x")
    clash = Clash("prp-irp", "x", ((line, line, rdflib.BNode("b")),))
    assert str(clash).splitlines()[1] == "  <http://example.org/x> <http://example.org/x> _:b"
