"""Exports as RDF: nothing is lost or read as something else, and claims reify what they support."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rdflib
import rdflib.compare
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from graph.claims_behind import with_claims
from graph.embedded import EmbeddedStore
from graph.errors import UnsupportedFormatError
from graph.export_rows import store_rows
from graph.graph_rdf import (
    RdfExport,
    as_jsonld,
    as_ntriples_12,
    as_trig,
    as_turtle,
    as_turtle_12,
    triples_of,
)
from graph.thing_graph import ExportedGraph, GraphLink, GraphNode
from ontology.jsonld_context import context, part_for
from ontology.namespaces import ID, OSA, PREFIXES, RDF, RDFS, XSD

FIJI = ID.iri("project/osa-fy2023-fiji")
IRIS = [FIJI, OSA.State, ID.osa, NamedNode(str(ID)), NamedNode("http://example.org/日本?a=b#c")]
# What a document could take for a name with one of our prefixes, or for one of our names.
ODD = [NamedNode("wd:Q1"), NamedNode("osa://host/x"), NamedNode("label:x"), NamedNode("urn:a:b")]
PROPERTIES = [RDF.type, RDFS.label, OSA.amount, OSA.recipient, NamedNode("http://example.org/p"), ODD[0]]
LITERALS = [
    Literal("text"),
    Literal("https://w3id.org/osagraph/id/osa"),
    Literal("日本", language="ja"),
    Literal("5", datatype=XSD.integer),
    Literal("05.10", datatype=XSD.decimal),
    Literal("x", datatype=NamedNode("http://example.org/t")),
    Literal('</script>\\"\n\u2028'),
]
things = st.sampled_from([*IRIS, *ODD, BlankNode("b0")])
triples = st.lists(
    st.builds(Triple, things, st.sampled_from(PROPERTIES), things | st.sampled_from(LITERALS)), max_size=12
)


def as_graph(data: str, format: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=data, format=format)


def lines(said: list[Triple]) -> rdflib.Graph:
    return as_graph((serialize(said, format=RdfFormat.N_TRIPLES) or b"").decode(), "nt")


@given(triples)
def test_json_ld_is_read_back_as_what_was_written(said: list[Triple]) -> None:
    written = as_jsonld(RdfExport(said, "Of osagraph."))
    read = {quad.triple for quad in parse(written, format=RdfFormat.JSON_LD)}
    plain = {triple for triple in said if not any(isinstance(term, BlankNode) for term in triple)}
    assert {triple for triple in read if not any(isinstance(term, BlankNode) for term in triple)} == plain
    assert len(read) == len(set(said))


SAID = [
    Triple(FIJI, RDF.type, OSA.AssistanceProject),
    Triple(FIJI, RDFS.label, Literal("Fiji", language="en")),
    Triple(FIJI, RDFS.label, Literal("フィジー", language="ja")),
    Triple(FIJI, OSA.recipient, ID.fiji),
    Triple(FIJI, OSA.amount, Literal("400000000", datatype=XSD.decimal)),
    Triple(FIJI, OSA.fiscalYear, Literal("2023", datatype=XSD.integer)),
    Triple(BlankNode("b"), OSA.programme, ID.osa),
]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_rdflib_expands_it_to_the_same_graph_with_the_context_inside_and_with_the_published_one() -> None:
    document: dict[str, Any] = json.loads(as_jsonld(RdfExport(SAID, "Of osagraph.")))
    assert document["comment"] == "Of osagraph."
    inside = as_graph(json.dumps(document), "json-ld")
    assert rdflib.compare.isomorphic(inside, lines(SAID))
    published = {**document, "@context": [dict(context()), {"comment": None}]}
    assert rdflib.compare.isomorphic(as_graph(json.dumps(published), "json-ld"), lines(SAID))
    used = {name: defined for name, defined in document["@context"].items() if name != "comment"}
    assert used.items() <= context().items()


def test_things_stand_once_with_short_names() -> None:
    document = json.loads(as_jsonld(RdfExport(SAID, "")))
    thing = next(each for each in document["@graph"] if each["@id"] == "id:project/osa-fy2023-fiji")
    assert thing["@type"] == "osa:AssistanceProject" and thing["recipient"] == "id:fiji"
    assert thing["amount"] == {"@value": "400000000", "@type": "xsd:decimal"}


def test_every_name_of_the_context_is_a_prefix_or_a_term_and_none_is_both() -> None:
    names = {name: defined for name, defined in context().items() if name != "@version"}
    assert {name for name in names if name in PREFIXES} == set(PREFIXES)
    assert "comment" not in names and names["recipient"] == {"@id": OSA.recipient.value, "@type": "@id"}
    assert part_for([FIJI.value, "id:x"]) == {"@version": 1.1}
    assert part_for([FIJI.value]) == {"@version": 1.1, "id": str(ID)}


def test_a_triple_as_a_value_is_not_for_json_ld() -> None:
    with pytest.raises(UnsupportedFormatError, match="JSON-LD has no triples as values"):
        as_jsonld(RdfExport([Triple(ID.a, RDF.reifies, SAID[0])], ""))


CLAIM, OTHER = ID.iri("claim/1"), ID.iri("claim/2")
RECORD = [Quad(CLAIM, OSA.statedIn, ID.iri("source/a"), NamedNode("http://example.org/graph"))]
EXPORT = RdfExport(SAID, "Of\nosagraph.", {SAID[3]: [CLAIM, OTHER]}, RECORD)


@pytest.mark.parametrize(
    ("write", "format"), [(as_turtle_12, RdfFormat.TURTLE), (as_ntriples_12, RdfFormat.N_TRIPLES)]
)
def test_rdf_1_2_has_each_claim_as_a_reifier_of_what_it_supports(write: Any, format: RdfFormat) -> None:
    written = write(EXPORT)
    assert written.startswith(b"# Of osagraph.\n")
    read = {quad.triple for quad in parse(written, format=format)}
    assert {
        Triple(CLAIM, RDF.reifies, SAID[3]),
        Triple(OTHER, RDF.reifies, SAID[3]),
        RECORD[0].triple,
    } <= read
    assert len(read) == len(SAID) + 3


def test_trig_keeps_facts_and_claims_apart() -> None:
    read = set(parse(as_trig(EXPORT), format=RdfFormat.TRIG))
    assert RECORD[0] in read and len([q for q in read if q.graph_name == DefaultGraph()]) == len(SAID)


def test_turtle_has_the_facts_alone() -> None:
    assert rdflib.compare.isomorphic(as_graph(as_turtle(EXPORT).decode(), "turtle"), lines(SAID))


def test_links_classes_and_names_are_the_triples_of_a_graph() -> None:
    node = GraphNode(FIJI.value, "Fiji", "project", type=OSA.AssistanceProject.value)
    links = [
        GraphLink(FIJI.value, "_:b1", OSA.recipient.value, "recipient"),
        GraphLink("a:b", "a:c", "", "x"),
    ]
    assert triples_of(ExportedGraph("", "", "", [node, GraphNode("_:b1", "b")], links)) == [
        Triple(FIJI, OSA.recipient, BlankNode("b1")),
        Triple(FIJI, RDF.type, OSA.AssistanceProject),
        Triple(FIJI, RDFS.label, Literal("Fiji")),
        Triple(BlankNode("b1"), RDFS.label, Literal("b")),
    ]


def test_claims_come_with_what_they_are_and_those_left_out_are_counted(shipped_store: EmbeddedStore) -> None:
    fact = Triple(FIJI, OSA.recipient, ID.fiji)
    stranger = Triple(FIJI, OSA.recipient, ID.japan)
    rows = store_rows(shipped_store)
    found = with_claims(rows, RdfExport([fact, stranger], "Here."))
    assert set(found.claims) == {fact} and len(found.claims[fact]) > 2 and not found.is_cut
    described = {quad.subject for quad in found.record if quad.predicate == OSA.quote}
    assert described <= set(found.claims[fact]) and described
    assert all(quad.graph_name != DefaultGraph() for quad in found.record)
    cut = with_claims(rows, RdfExport([fact], "Here."), most=1)
    assert cut.is_cut and cut.description == f"Here. Only 1 of {len(found.claims[fact])} claims are here."
    assert len(cut.claims[fact]) == 1
