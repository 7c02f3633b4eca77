"""What the pages of the ontology say in words, from small ontologies made by hand."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from ontology.namespaces import OSA, sparql_prefixes
from ontology.shape_files import shape_triples
from ontology.vocabulary import ontology_triples
from web.ontology_model import KINDS, Ontology, Said


def triples(turtle: str) -> list[Triple]:
    return [
        quad.triple for quad in parse(input=(sparql_prefixes() + turtle).encode(), format=RdfFormat.TURTLE)
    ]


def sentence(said: Said) -> str:
    return " ".join(part if isinstance(part, str) else part.value.rpartition("#")[2] for part in said.parts)


@pytest.mark.parametrize(
    ("turtle", "expected"),
    [
        (
            "osa:A rdfs:subClassOf [ owl:onProperty osa:p ; owl:someValuesFrom osa:B ]",
            "every one of them has p that is a B",
        ),
        (
            "osa:A rdfs:subClassOf [ owl:onProperty osa:p ; owl:allValuesFrom osa:B ]",
            "every one of them has p only ever a B",
        ),
        (
            "osa:A rdfs:subClassOf [ owl:onProperty osa:p ; owl:hasSelf true ]",
            "every one of them has p to itself",
        ),
        (
            "osa:A rdfs:subClassOf [ owl:onProperty osa:p ; owl:maxCardinality 1 ]",
            "every one of them has at most 1 p",
        ),
        (
            "osa:A owl:equivalentClass [ owl:onProperty osa:p ; owl:hasValue osa:x ]",
            "the same as what has p with the value x",
        ),
        ("osa:A owl:equivalentClass [ owl:unionOf ( osa:B osa:C ) ]", "the same as what is a B or is a C"),
        ("osa:A owl:equivalentClass [ owl:oneOf ( osa:x osa:y ) ]", "the same as what is one of x or y"),
        ("osa:A owl:disjointWith osa:B", "never is a B"),
        ("osa:A owl:inverseOf osa:B", "is the inverse of B"),
        ("osa:A owl:propertyChainAxiom ( osa:p osa:q osa:r )", "follows from p then q then r"),
        ("osa:A a owl:FunctionalProperty", "has one value at most"),
        ('osa:A osa:resolution "single"', "single: values compete for one place"),
        (
            "osa:A rdfs:subClassOf [ owl:complementOf osa:B ]",
            "every one of them fits an expression that the files spell out",
        ),
    ],
)
def test_an_axiom_reads_as_a_sentence(turtle: str, expected: str) -> None:
    ontology = Ontology(triples(f"{turtle} ."), [])
    assert [sentence(said) for said in ontology.axioms(OSA.A)] == [expected]


def test_a_list_that_runs_in_a_circle_ends() -> None:
    circle = "osa:A owl:propertyChainAxiom _:l . _:l rdf:first osa:p ; rdf:rest _:l ."
    assert len(list(Ontology(triples(circle), []).axioms(OSA.A))) == 1


def test_shapes_are_told_by_their_messages() -> None:
    shape = '[] sh:targetClass osa:A ; sh:property [ sh:path osa:p ; sh:message "One is needed."@en ] .'
    ontology = Ontology([], triples(shape))
    assert ontology.shapes(OSA.A) == ["One is needed."]
    assert ontology.shapes(OSA.p) == ["One is needed."]
    assert ontology.shapes(OSA.q) == []


def test_every_class_of_the_ontology_has_a_place_in_the_tree() -> None:
    ontology = Ontology(ontology_triples(), shape_triples())

    def below(term: NamedNode) -> set[NamedNode]:
        return {term}.union(*(below(each) for each in ontology.below(term)))

    for _, kind in KINDS:
        reached = set().union(*(below(root) for root in ontology.roots(kind)))
        assert set(ontology.of_kind(kind)) <= reached


def test_every_axiom_of_the_ontology_can_be_told() -> None:
    ontology = Ontology(ontology_triples(), shape_triples())
    told = [sentence(said) for term in ontology.terms.values() for said in ontology.axioms(term)]
    assert len(told) > 100
    assert [each for each in told if "spell out" in each or "condition on" in each] == []
