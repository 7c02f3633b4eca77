"""Parts of the graph as files over HTTP: what is in them, what they are called, what is left out."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import networkx
import pandas
import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, parse

from ontology.namespaces import OSA, RDF, RDFS

QUERIES = Path(__file__).parent / "queries"
BASE = "https://w3id.org/osagraph/id/"
PROJECT = f"{BASE}project/osa-fy2023-fiji"
TYPES = {
    "gexf": "application/gexf+xml",
    "graphml": "application/graphml+xml",
    "ttl": "text/turtle; charset=utf-8",
    "cyjs": "application/json",
    "csv.zip": "application/zip",
    "nodes.csv": "text/csv; charset=utf-8",
    "edges.csv": "text/csv; charset=utf-8",
    "trig": "application/trig",
    "jsonld": "application/ld+json",
    "rdf12.ttl": "text/turtle; version=1.2; charset=utf-8",
    "rdf12.nt": "application/n-triples; version=1.2",
}
RECIPIENT = Triple(NamedNode(PROJECT), OSA.recipient, NamedNode(f"{BASE}fiji"))


def text(name: str) -> str:
    """A query of these tests."""
    return (QUERIES / f"{name}.rq").read_text(encoding="utf-8")


def read(response: Any, format: str) -> Any:
    """The graph of a file."""
    if format == "gexf":
        return networkx.read_gexf(io.BytesIO(response.data), version="1.3")
    return networkx.read_graphml(io.BytesIO(response.data))


@pytest.mark.parametrize("format", TYPES)
def test_a_file_has_a_type_a_name_and_a_tag(client: Any, format: str) -> None:
    path = f"/export/graph.{format}?iri=id:project/osa-fy2023-fiji"
    response = client.get(path)
    assert (response.status_code, response.content_type) == (200, TYPES[format])
    disposition = response.headers["Content-Disposition"]
    assert disposition == f'attachment; filename="osagraph-osa-fy2023-fiji.{format}"'
    assert "x-osagraph-truncated" not in response.headers
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("format", ["gexf", "graphml"])
def test_a_thing_comes_with_what_is_one_hop_around_it(client: Any, format: str) -> None:
    graph = read(client.get(f"/export/graph.{format}?iri={PROJECT}"), format)
    data = dict(graph.nodes(data=True))
    assert data[PROJECT]["label"] == "Official Security Assistance: Fiji, FY2023"
    assert data[PROJECT]["type"] == "committed project"
    assert {f"{BASE}fiji", f"{BASE}osa", f"{BASE}equipment/patrol-boat"} <= set(data)
    assert not any("ontology#" in node for node in data)
    assert f"{BASE}japan" in data and graph.has_edge(PROJECT, f"{BASE}japan")


def test_only_what_is_asked_for_comes_with_its_links(client: Any) -> None:
    asked = "&".join(f"iri=id:{name}" for name in ("fiji", "project/osa-fy2023-fiji", "mao-ning"))
    graph = read(client.get(f"/export/graph.graphml?{asked}&only=1"), "graphml")
    assert set(graph.nodes) == {f"{BASE}fiji", PROJECT, f"{BASE}mao-ning"}
    told = {(one, other, data["interaction"]) for one, other, data in graph.edges(data=True)}
    assert (PROJECT, f"{BASE}fiji", "recipient") in told
    assert (f"{BASE}fiji", PROJECT, "receives") in told


def test_things_with_dates_are_there_in_their_time(client: Any) -> None:
    graph = read(client.get("/export/graph.gexf?iri=id:event/ev-2023-12-22-revision&only=1"), "gexf")
    (data,) = dict(graph.nodes(data=True)).values()
    assert data["spells"] == [("2023-12-22", "2023-12-22")]


def test_turtle_can_be_loaded(client: Any) -> None:
    response = client.get("/export/graph.ttl?iri=id:fiji&iri=id:osa&only=1")
    said = {str(quad.triple) for quad in parse(response.data, format=RdfFormat.TURTLE)}
    assert any("recipientOf" in triple for triple in said)


def test_names_are_in_the_language_of_the_reader(client: Any) -> None:
    graph = read(client.get("/export/graph.gexf?iri=id:fiji&only=1&lang=ja"), "gexf")
    assert graph.nodes[f"{BASE}fiji"]["label"] == "フィジー"


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/export/graph.gexf", 400, "expected one or more things"),
        ("/export/graph.gexf?iri=id:osa&query=ASK{}", 400, "expected to stand without iri"),
        ("/export/graph.gexf?query=SELECT", 400, "This is not SPARQL"),
        ("/export/graph.gexf?query=ASK{}", 406, "has none of the formats asked for"),
        ("/export/graph.ttl?query=SELECT * { ?s a osa:State }", 406, "The rows of a SELECT are no RDF"),
        ("/export/graph.gexf?query=SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", 400, "SERVICE"),
        ("/export/graph.gexf?iri=fiji", 400, "expected an IRI or a prefixed name"),
        ("/export/graph.gexf?iri=http://a b", 400, "expected an IRI or a prefixed name"),
        ("/export/graph.gexf?" + "iri=id:a&" * 151, 400, "at most 150"),
        ("/export/graph.gexf?iri=id:osa&depth=2", 400, "expected one of: iri, only, all, query, whole"),
        (
            "/export/graph.png?iri=id:osa",
            404,
            "A graph can be had as gexf, graphml, cyjs, csv.zip, nodes.csv",
        ),
    ],
)
def test_what_cannot_be_had_is_told_in_a_sentence(client: Any, path: str, status: int, sentence: str) -> None:
    response = client.get(path.replace(" ", "%20"))
    assert response.status_code == status
    assert sentence in response.text


def test_what_is_unknown_is_a_node_without_links(client: Any) -> None:
    graph = read(client.get("/export/graph.gexf?iri=http://example.org/nothing"), "gexf")
    assert (list(graph.nodes), graph.number_of_edges()) == (["http://example.org/nothing"], 0)


def test_links_weigh_as_many_voices_as_are_behind_them(client: Any) -> None:
    document = client.get(f"/export/graph.cyjs?iri={PROJECT}").json
    edges = {
        (each["data"]["source"], each["data"]["target"]): each["data"]
        for each in document["elements"]["edges"]
    }
    answer = client.get("/sparql", query_string={"query": text("voices-behind-a-recipient")}).json
    voices = answer["results"]["bindings"][0]["most"]["value"]
    assert edges[PROJECT, f"{BASE}fiji"]["weight"] == int(voices) > 1
    assert document["data"]["truncated"] is False
    assert networkx.cytoscape_graph(document).nodes[PROJECT]["type"] == "committed project"


def test_the_tables_of_a_neighbourhood_are_the_same_graph(client: Any) -> None:
    drawn = read(client.get(f"/export/graph.gexf?iri={PROJECT}"), "gexf")
    with zipfile.ZipFile(io.BytesIO(client.get(f"/export/graph.csv.zip?iri={PROJECT}").data)) as archive:
        nodes, edges = (pandas.read_csv(archive.open(name)) for name in ("nodes.csv", "edges.csv"))
    assert set(nodes["Id"]) == set(drawn.nodes) and len(edges) == drawn.number_of_edges()
    alone = pandas.read_csv(io.StringIO(client.get(f"/export/graph.edges.csv?iri={PROJECT}").text))
    assert alone.equals(edges)


def test_rdf_1_2_has_the_claims_behind_a_fact_as_its_reifiers(client: Any) -> None:
    for format, rdf in (("rdf12.ttl", RdfFormat.TURTLE), ("rdf12.nt", RdfFormat.N_TRIPLES)):
        said = {
            quad.triple
            for quad in parse(client.get(f"/export/graph.{format}?iri={PROJECT}").data, format=rdf)
        }
        claims = {each.subject for each in said if each.predicate == RDF.reifies and each.object == RECIPIENT}
        described = {each.subject for each in said if each.predicate == OSA.statedIn}
        assert RECIPIENT in said and len(claims) > 2 and claims <= described


def test_trig_has_the_claims_in_the_graphs_of_their_sources(client: Any) -> None:
    quads = list(parse(client.get(f"/export/graph.trig?iri={PROJECT}").data, format=RdfFormat.TRIG))
    assert RECIPIENT in {quad.triple for quad in quads if quad.graph_name == DefaultGraph()}
    stated = [quad for quad in quads if quad.predicate == OSA.statedIn]
    assert {str(quad.object).replace("/id/source/", "/graph/source/") for quad in stated} == {
        str(quad.graph_name) for quad in stated
    }


def test_json_ld_says_the_same_as_turtle(client: Any) -> None:
    path = f"/export/graph.jsonld?iri={PROJECT}"
    expected = {
        q.triple for q in parse(client.get(path.replace("jsonld", "ttl")).data, format=RdfFormat.TURTLE)
    }
    response = client.get(path)
    assert {q.triple for q in parse(response.data, format=RdfFormat.JSON_LD)} == expected
    published = client.get("/ontology/context.jsonld")
    assert published.content_type == "application/ld+json" and published.headers["ETag"]
    inside = {name: value for name, value in response.json["@context"].items() if name != "comment"}
    assert inside.items() <= json.loads(published.text)["@context"].items()


def test_everything_is_a_graph_of_its_own(client: Any) -> None:
    graph = read(client.get("/export/graph.graphml?whole=1"), "graphml")
    assert graph.number_of_nodes() > 500 and graph.has_edge(PROJECT, f"{BASE}fiji")
    assert not any("ontology#" in node for node in graph)


def test_the_triples_of_a_query_are_nodes_links_and_values(client: Any) -> None:
    graph = read(
        client.get("/export/graph.graphml", query_string={"query": text("amounts-of-projects")}), "graphml"
    )
    project = graph.nodes[PROJECT]
    assert project["amount"] == 400000000.0 and project["type"] == "assistance project"
    assert graph.has_edge(PROJECT, f"{BASE}fiji") and graph.nodes[f"{BASE}fiji"]["label"] == "Fiji"
    answer = client.get(
        "/sparql",
        query_string={"query": text("amounts-of-projects")},
        headers={"Accept": "application/n-triples"},
    )
    expected = {quad.triple for quad in parse(answer.data, format=RdfFormat.N_TRIPLES)}
    for format, rdf in (("ttl", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD)):
        written = client.get(f"/export/graph.{format}", query_string={"query": text("amounts-of-projects")})
        assert {quad.triple for quad in parse(written.data, format=rdf)} == expected


def test_the_rows_of_a_query_link_the_first_column_to_the_others(client: Any) -> None:
    graph = read(
        client.get("/export/graph.graphml", query_string={"query": text("projects-and-recipients")}),
        "graphml",
    )
    assert graph.nodes[PROJECT]["amount"] == 400000000.0
    assert graph.edges[PROJECT, f"{BASE}fiji"]["interaction"] == "recipient"


def test_rows_with_source_and_target_are_links_as_they_say(client: Any) -> None:
    query = text("sources-and-targets")
    graph = read(client.get("/export/graph.graphml", query_string={"query": query}), "graphml")
    edges = {(one, other): data for one, other, data in graph.edges(data=True)}
    assert set(graph.nodes) == {f"{BASE}{name}" for name in ("japan", "fiji", "osa")} and len(edges) == 2
    told = edges[f"{BASE}japan", f"{BASE}fiji"]
    assert (told["interaction"], told["weight"]) == ("gives to", 2.5)
    assert edges[f"{BASE}osa", f"{BASE}fiji"]["predicate"] == OSA.recipient.value


def test_a_longer_answer_is_cut_and_says_so(client: Any) -> None:
    query = "CONSTRUCT { ?a rdfs:seeAlso ?b } WHERE { ?a a osa:PolicyEvent . ?b a osa:Source }"
    response = client.get("/export/graph.ttl", query_string={"query": query})
    assert response.headers["x-osagraph-truncated"] == "true"
    first, _, rest = response.text.partition("\n")
    assert first.startswith("# ") and "Only the first 10000" in first
    assert sum(quad.predicate == RDFS.seeAlso for quad in parse(rest, format=RdfFormat.TURTLE)) == 10_000


def test_an_answer_that_differs_every_time_has_no_tag(client: Any) -> None:
    query = "SELECT ?s (RAND() AS ?r) { ?s a osa:Programme }"
    response = client.get("/export/graph.cyjs", query_string={"query": query})
    assert response.status_code == 200 and "ETag" not in response.headers
