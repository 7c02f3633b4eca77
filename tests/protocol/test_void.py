"""The description of the dataset and of the endpoint for programs: every number is counted once more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, Triple, parse

from ontology.namespaces import DCAT, DCTERMS, GRAPH, ID, OWL, RDF, RDFS, SD, SKOS, VOID

PATH = "/.well-known/void"
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
}


def count(client: Any, query: str) -> int:
    [row] = client.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
    return int(next(iter(row.values()))["value"])


def triples(reply: Any) -> set[Triple]:
    format = GRAPHS[reply.content_type.partition(";")[0]]
    return {quad.triple for quad in parse(reply.data, format=format)}


@pytest.fixture(scope="module")
def said(client: Any) -> Store:
    """The description, to be asked."""
    store = Store()
    store.load(client.get(PATH).data, format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def dataset(client: Any) -> NamedNode:
    return NamedNode(f"http://127.0.0.1:{client.port}/#dataset")


def values(store: Store, subject: Any, predicate: NamedNode) -> list[Any]:
    return [quad.object for quad in store.quads_for_pattern(subject, predicate, None)]


def number(store: Store, subject: Any, predicate: NamedNode) -> int:
    [value] = values(store, subject, predicate)
    return int(value.value)


@pytest.mark.parametrize("media_type", GRAPHS)
def test_it_comes_in_every_form_of_rdf_with_the_same_content(client: Any, media_type: str) -> None:
    reply = client.get(PATH, headers={"Accept": media_type})
    assert reply.content_type.partition(";")[0] == media_type
    assert len(triples(reply)) == len(triples(client.get(PATH)))


def test_a_browser_is_led_to_the_page_that_tells_the_same(client: Any) -> None:
    reply = client.get(PATH, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (reply.status_code, reply.headers["Location"]) == (303, "/about#use")
    assert f'href="{PATH}"' in client.get("/about", headers={"Accept": "text/html"}).text
    assert client.get(PATH, headers={"Accept": "image/png"}).status_code == 406


def test_it_says_what_it_is_and_who_may_use_it(said: Store, dataset: NamedNode) -> None:
    assert {*values(said, dataset, RDF.type)} == {VOID.Dataset, DCAT.Dataset}
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.modified):
        assert len(values(said, dataset, predicate)) == 1
    licence = NamedNode("https://creativecommons.org/publicdomain/zero/1.0/")
    assert values(said, dataset, DCTERMS.license) == [licence]
    assert values(said, dataset, VOID.sparqlEndpoint)[0].value.endswith("/sparql")
    assert ID.osa in values(said, dataset, VOID.exampleResource)
    assert [value.value for value in values(said, dataset, VOID.uriSpace)] == [str(ID)]


def test_every_address_in_it_answers(client: Any, said: Store, dataset: NamedNode) -> None:
    addresses = {*values(said, dataset, VOID.sparqlEndpoint), *values(said, dataset, VOID.dataDump)}
    addresses |= {quad.object for quad in said.quads_for_pattern(None, DCAT.downloadURL, None)}
    site = f"http://127.0.0.1:{client.port}"
    for address in addresses:
        assert client.get(address.value.removeprefix(site)).status_code == 200
    for example in values(said, dataset, VOID.exampleResource):
        path = example.value.removeprefix(str(ID))
        assert client.get(f"/id/{path}", headers={"Accept": "text/turtle"}).status_code == 303


def test_the_numbers_of_the_whole_are_counted_once_more(client: Any, said: Store, dataset: NamedNode) -> None:
    is_ours = f'FILTER(STRSTARTS(STR(?s), "{ID}"))'
    expected = {
        VOID.triples: "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        VOID.distinctSubjects: "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        VOID.entities: f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o {is_ours} }}",
        VOID.classes: "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
        VOID.properties: "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    }
    told = {predicate: number(said, dataset, predicate) for predicate in expected}
    assert told == {predicate: count(client, query) for predicate, query in expected.items()}


def test_the_numbers_of_all_parts_are_counted_once_more(client: Any, said: Store, dataset: NamedNode) -> None:
    def counted(query: str) -> dict[str, int]:
        rows = client.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
        return {row["key"]["value"]: int(row["n"]["value"]) for row in rows}

    def told(partition: NamedNode, by: NamedNode, size: NamedNode) -> dict[str, int]:
        parts = values(said, dataset, partition)
        found = {values(said, part, by)[0].value: number(said, part, size) for part in parts}
        assert len(found) == len(parts)
        return found

    classes = told(VOID.classPartition, VOID["class"], VOID.entities)
    assert classes == counted("SELECT (?c AS ?key) (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    properties = told(VOID.propertyPartition, VOID.property, VOID.triples)
    assert properties == counted("SELECT (?p AS ?key) (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")


def test_the_linksets_count_what_leads_to_wikidata(client: Any, said: Store, dataset: NamedNode) -> None:
    linksets = [quad.subject for quad in said.quads_for_pattern(None, RDF.type, VOID.Linkset)]
    told = {values(said, each, VOID.linkPredicate)[0]: number(said, each, VOID.triples) for each in linksets}
    leads = 'FILTER(STRSTARTS(STR(?item), "http://www.wikidata.org/entity/"))'
    assert told == {
        predicate: count(client, f"SELECT (COUNT(*) AS ?n) {{ ?thing {predicate} ?item {leads} }}")
        for predicate in (SKOS.exactMatch, OWL.sameAs, OWL.differentFrom)
    }
    for linkset in linksets:
        assert values(said, linkset, VOID.subjectsTarget) == [dataset]
        assert linkset in values(said, dataset, VOID.subset)
        [other] = values(said, linkset, VOID.objectsTarget)
        assert values(said, other, VOID.uriSpace)[0].value == "http://www.wikidata.org/entity/"


def test_every_view_in_it_has_an_endpoint_that_is_named_as_it_is(client: Any, said: Store) -> None:
    views = [
        quad for quad in said.quads_for_pattern(None, VOID.sparqlEndpoint, None) if "perspective" in str(quad)
    ]
    assert views
    for view in views:
        name = view.object.value.rpartition("/perspective/")[2].removesuffix("/sparql")  # type: ignore[union-attr]
        assert view.subject.value.endswith(f"/?perspective={name}#dataset")  # type: ignore[union-attr]


def test_who_has_it_is_not_sent_it_again(client: Any) -> None:
    tag = client.get(PATH).headers["ETag"]
    assert client.get(PATH, headers={"If-None-Match": tag}).status_code == 304


def described(client: Any, path: str) -> tuple[Any, set[Triple]]:
    reply = client.get(path, headers={"Accept": "text/turtle"})
    return reply, triples(reply)


def objects(told: Iterable[Triple], predicate: NamedNode) -> set[Any]:
    return {triple.object for triple in told if triple.predicate == predicate}


def test_the_endpoint_says_what_it_can_and_no_more(client: Any) -> None:
    reply, told = described(client, "/sparql")
    assert objects(told, SD.feature) == {SD.EmptyGraphs}
    assert objects(told, SD.supportedLanguage) == {SD.SPARQL11Query, SD.SPARQL11Update}
    assert objects(told, SD.extensionFunction) == objects(told, SD.extensionAggregate) == set()
    regime = NamedNode("http://www.w3.org/ns/entailment/Simple")
    assert objects(told, SD.defaultEntailmentRegime) == {regime}
    address = f"http://127.0.0.1:{client.port}{PATH}"
    assert objects(told, RDFS.seeAlso) == {NamedNode(address)}
    assert reply.headers["Link"] == f'<{address}>; rel="describedby"'
    assert objects(told, SD.name) == {GRAPH.assessments, GRAPH.meta, GRAPH.reference}
    _, union = described(client, "/union/sparql")
    assert objects(union, SD.feature) == {SD.EmptyGraphs, SD.UnionDefaultGraph}
    assert objects(union, SD.supportedLanguage) == {SD.SPARQL11Query}


def test_every_page_says_where_the_dataset_is_described(client: Any) -> None:
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert f'<link rel="describedby" type="text/turtle" href="{PATH}">' in page


def test_a_plain_dataset_has_no_description_of_ours(raw_server: Any) -> None:
    client = raw_server.client()
    assert client.get(PATH).status_code == 404
    reply, told = described(client, "/sparql")
    assert "Link" not in reply.headers
    assert objects(told, RDFS.seeAlso) == objects(told, SD.name) == set()
