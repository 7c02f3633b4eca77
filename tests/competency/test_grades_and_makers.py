"""CQ48 and CQ49 on a small dataset: the shipped tables hold no gradings, and do not say who made a claim."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Quad, QuerySolutions, RdfFormat, parse

from graph.embedded import EmbeddedStore
from graph.named_query import read_query
from ontology.vocabulary import ontology_triples

QUESTIONS = Path(__file__).parents[2] / "queries" / "competency"
DATASET = """
    PREFIX osa: <https://w3id.org/osagraph/ontology#>
    PREFIX prov: <http://www.w3.org/ns/prov#>
    PREFIX graph: <https://w3id.org/osagraph/graph/>
    PREFIX e: <http://e.example/>
    GRAPH <https://w3id.org/osagraph/graph/source/a> {
      e:c1 a osa:Claim ; osa:statedIn e:a . e:c2 a osa:Claim ; osa:statedIn e:a .
      e:c3 a osa:Claim ; osa:statedIn e:a . e:c4 a osa:Claim ; osa:statedIn e:a .
    }
    GRAPH <https://w3id.org/osagraph/graph/user/desk> {
      e:g1 a osa:Grading ; osa:subject e:a ; osa:grade osa:ReliabilityF ; osa:gradedBy "Desk" .
      e:g2 a osa:Grading ; osa:subject e:a ; osa:grade osa:ReliabilityC ; osa:gradedBy "Ann" ;
        osa:reason "right on budgets, often wrong on dates" .
      e:g3 a osa:Grading ; osa:claim e:c1 ; osa:grade osa:Credibility1 ; osa:gradedBy "Ann" ;
        osa:reason "the ministry says the same" .
      e:g4 a osa:Grading ; osa:claim e:c2 ; osa:grade osa:ReliabilityA ; osa:gradedBy "Ben" .
      e:g5 a osa:Grading ; osa:claim e:c2 ; osa:grade osa:Credibility6 .
      e:tool a prov:SoftwareAgent .
      e:c1 prov:wasAttributedTo e:tool . e:c2 prov:wasAttributedTo e:tool . e:c3 prov:wasAttributedTo e:ann .
    }
    GRAPH graph:assessments {
      e:x1 a osa:Acceptance ; osa:claim e:c1 ; prov:wasAttributedTo e:ann .
      e:x2 a osa:Acceptance ; osa:claim e:c4 ; prov:wasAttributedTo e:ann .
    }
"""


@pytest.fixture
def store() -> EmbeddedStore:
    """Four claims of one source, graded, made and accepted in several ways; and the ontology."""
    store = EmbeddedStore()
    store.insert(
        Quad(triple.subject, triple.predicate, triple.object, DefaultGraph()) for triple in ontology_triples()
    )
    store.insert(parse(io.BytesIO(DATASET.encode()), format=RdfFormat.TRIG))
    return store


def answer(store: EmbeddedStore, name: str) -> list[tuple[str, ...]]:
    """The rows of a question's answer: IRIs without their beginnings, gaps as empty texts."""
    results = store.query(read_query(QUESTIONS / f"{name}.rq").bind({}))
    assert isinstance(results, QuerySolutions)
    return [tuple(_short(term) for term in solution) for solution in results]


def _short(term: object) -> str:
    return "" if term is None else str(getattr(term, "value", term)).removeprefix("http://e.example/")


def test_a_grade_names_what_is_graded_by_whom_and_why(store: EmbeddedStore) -> None:
    assert answer(store, "cq-48-list-grades") == [
        ("a", "", "C", "Ann", "right on budgets, often wrong on dates"),
        ("a", "", "F", "Desk", ""),
        ("a", "c1", "1", "Ann", "the ministry says the same"),
    ]


def test_a_claim_counts_as_made_by_software_or_confirmed_by_a_person_only_if_that_is_recorded(
    store: EmbeddedStore,
) -> None:
    assert answer(store, "cq-49-count-claims-by-maker") == [
        ("", "", "1"),
        ("", "ann", "1"),
        ("tool", "", "1"),
        ("tool", "ann", "1"),
    ]
