"""An explanation as text, as JSON and as RDF."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from graph.bundle import Bundle, Node, in_graph
from graph.claims import Claim
from graph.embedded import EmbeddedStore
from graph.explanation_formats import JSON, TEXT, TURTLE, written_explanation
from graph.explanation_names import Names
from graph.explanation_provenance import rule_iri, statement_iri
from graph.revision import Revision
from graph.rules import read_rules
from graph.sources import Source, source_iri
from graph.terms import Term, date_literal
from ontology.namespaces import ID, OA, OSA, OWL, PROV, RDF, RDFS, SCHEMA
from ontology.vocabulary import ontology_triples, read_vocabulary

PROJECT, PALAU = ID.iri("project/p"), ID.palau
URL = Literal("https://example.org/a", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#anyURI"))


def said(name: str, predicate: NamedNode, value: Term, quote: str = "") -> Claim:
    quotes = (Literal(quote, language="en"),) if quote else ()
    return Claim(source_iri(name), PROJECT, OSA.Asserted, predicate, value, quotes=quotes)


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    """A project that one paper calls signed, with a date that another paper puts differently."""
    store = EmbeddedStore()
    store.insert(in_graph(ontology_triples(), DefaultGraph()))
    store.insert([Quad(PALAU, RDFS.label, Literal("Palau", language="en"), DefaultGraph())])
    node = Node(PROJECT, (Triple(PROJECT, RDF.type, OSA.AssistanceProject),), carrier=True)
    facts = {OSA.recipient: PALAU, OSA.programme: ID.osa, OSA.status: OSA.Signed}
    claims = [said("a", predicate, value, "signed \x1b[31m today") for predicate, value in facts.items()]
    claims.append(said("a", OSA.signedOn, date_literal("2025-05-02"), "on Friday"))
    paper = Source(
        source_iri("a"), Literal("Paper A"), OSA.Newspaper, issued=date_literal("2025-06"), url=URL
    )
    rival = Source(source_iri("b"), Literal("Paper B"), OSA.Newspaper, issued=date_literal("2025-05-03"))
    revision = Revision(store, read_vocabulary())
    revision.replace(Bundle(paper, tuple(claims), (node,)))
    revision.replace(Bundle(rival, (said("b", OSA.signedOn, date_literal("2025-05-01")),), (node,)))
    revision.finish()
    return store


def written(store: EmbeddedStore, media_type: str, *terms: Term) -> str:
    return written_explanation(store, [str(term) for term in terms], media_type).decode()


def test_a_contested_fact_reads_from_the_step_to_the_passages(store: EmbeddedStore) -> None:
    text = written(store, TEXT, PROJECT, OSA.signedOn, date_literal("2025-05-02"))
    assert text.splitlines() == [
        "id:project/p → signed on → 2025-05-02",
        "This is contested: there are claims against it.",
        'id:project/p osa:signedOn "2025-05-02"^^xsd:date',
        "  Accepted: later publication, 1 voice. Contested by 1 claim.",
        "    for:     2025-05-02; asserted",
        "               “on Friday”",
        "               Paper A, 2025-06 https://example.org/a",
        "    against: 2025-05-01; asserted",
        "               Paper B, 2025-05-03",
    ]


def test_a_proof_reads_from_the_rule_to_the_passages_and_tells_nothing_twice(store: EmbeddedStore) -> None:
    lines = written(store, TEXT, PALAU, OSA.recipientOf, ID.osa).splitlines()
    assert lines[:5] == [
        "Palau → recipient of → id:osa",
        "id:palau osa:recipientOf id:osa",
        "  Inferred by prp-spo2-3: A chain of three properties comes to the property that it is an axiom of.",
        "    osa:recipientOf owl:propertyChainAxiom ( osa:receives osa:isCommitted osa:programme )",
        "      Stands in the ontology: core.ttl.",
    ]
    restriction = "[ owl:onProperty osa:status ; owl:hasValue osa:Signed ]"
    assert any(line.strip() == f"{restriction} rdfs:subClassOf osa:CommittedProject" for line in lines)
    assert not any("rdf:first" in line or "\x1b" in line for line in lines)


def test_an_absent_fact_reads_from_the_rule_to_what_is_missing(store: EmbeddedStore) -> None:
    lines = written(store, TEXT, ID.tonga, OSA.recipientOf, ID.osa).splitlines()
    assert lines[1:] == [
        "id:tonga osa:recipientOf id:osa",
        "  Is not among the facts.",
        f"  Nothing in the dataset speaks of {ID.tonga.value}.",
    ]


def test_json_has_the_terms_as_in_query_results_with_their_labels(store: EmbeddedStore) -> None:
    document = json.loads(written(store, JSON, PROJECT, OSA.recipient, PALAU))
    assert document["statement"]["object"] == {
        "type": "uri",
        "value": PALAU.value,
        "text": "id:palau",
        "label": "Palau",
    }
    assert (document["held"], document["contested"]) == (True, False)
    [way] = document["ways"]
    [evidence] = way["supporting"]
    assert (way["kind"], way["state"], way["voices"]) == ("decision", "accepted", 1)
    assert evidence["source"]["url"] == "https://example.org/a"
    assert evidence["quotes"] == [{"text": "signed \x1b[31m today", "language": "en"}]


def test_the_proof_in_rdf_leads_from_the_statement_to_the_quote(store: EmbeddedStore) -> None:
    turtle = written(store, TURTLE, PALAU, OSA.recipientOf, ID.osa)
    triples = {quad.triple for quad in parse(turtle.encode(), format=RdfFormat.TURTLE)}

    def values(subject: object, predicate: NamedNode) -> set[object]:
        return {t.object for t in triples if (t.subject, t.predicate) == (subject, predicate)}

    statement = statement_iri(Triple(PALAU, OSA.recipientOf, ID.osa))
    assert values(statement, RDF.type) == {RDF.Statement, PROV.Entity}
    premise = statement_iri(Triple(PROJECT, OSA.programme, ID.osa))
    assert premise in values(statement, PROV.wasDerivedFrom)
    [activity] = values(statement, PROV.wasGeneratedBy)
    assert values(activity, PROV.used) == values(statement, PROV.wasDerivedFrom)
    [association] = values(activity, PROV.qualifiedAssociation)
    [rule] = [rule for rule in read_rules() if rule.name == "prp-spo2-3"]
    assert values(association, PROV.hadPlan) == {rule_iri(rule)}
    [resolution] = values(premise, PROV.wasDerivedFrom)
    [claim] = values(resolution, OSA.supportedBy)
    assert values(claim, PROV.wasQuotedFrom) == {source_iri("a")}
    assert values(source_iri("a"), SCHEMA.url) == {URL}
    passages = values(claim, PROV.wasDerivedFrom)
    assert {source for passage in passages for source in values(passage, OA.hasSource)} == {source_iri("a")}
    selectors = [selector for passage in passages for selector in values(passage, OA.hasSelector)]
    assert [values(selector, OA.exact) for selector in selectors] == [
        {Literal("signed \x1b[31m today", language="en")}
    ]


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        (PROJECT, OSA.signedOn, date_literal("2025-05-01")),
        (OSA.receives, OWL.inverseOf, OSA.recipient),
        (ID.osa, OSA.recipientOf, ID.osa),
    ],
)
def test_an_explanation_is_the_same_each_time(
    store: EmbeddedStore, subject: Term, predicate: Term, value: Term
) -> None:
    for media_type in (JSON, TEXT, TURTLE):
        texts = {written(store, media_type, subject, predicate, value) for _ in range(2)}
        assert len(texts) == 1


def test_a_blank_node_is_named_by_what_is_in_it_even_where_that_is_itself() -> None:
    store, node, cell = EmbeddedStore(), BlankNode("a"), BlankNode("cell")
    store.insert(
        [
            Quad(node, OWL.onProperty, node, DefaultGraph()),
            Quad(cell, RDF.first, ID.osa, DefaultGraph()),
            Quad(cell, RDF.rest, cell, DefaultGraph()),
        ]
    )
    names = Names(store)
    assert names.text(node) == "[ owl:onProperty _:a ]"
    assert names.text(cell) == "( id:osa )"
    assert names.text(BlankNode("b")) == "_:b"
