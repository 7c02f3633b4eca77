"""Parts of the graph as files over HTTP: what is in them, what they are called, what is left out."""

from __future__ import annotations

import io
from typing import Any

import networkx
import pytest
from pyoxigraph import RdfFormat, parse

BASE = "https://w3id.org/osagraph/id/"
PROJECT = f"{BASE}project/osa-fy2023-fiji"
TYPES = {
    "gexf": "application/gexf+xml",
    "graphml": "application/graphml+xml",
    "ttl": "text/turtle; charset=utf-8",
}


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
        ("/export/graph.gexf?iri=fiji", 400, "expected an IRI or a prefixed name"),
        ("/export/graph.gexf?iri=http://a b", 400, "expected an IRI or a prefixed name"),
        ("/export/graph.gexf?" + "iri=id:a&" * 151, 400, "at most 150"),
        ("/export/graph.gexf?iri=id:osa&depth=2", 400, "expected one of: iri, only, all"),
        ("/export/graph.png?iri=id:osa", 404, "A graph can be had as gexf, graphml, ttl."),
    ],
)
def test_what_cannot_be_had_is_told_in_a_sentence(client: Any, path: str, status: int, sentence: str) -> None:
    response = client.get(path.replace(" ", "%20"))
    assert response.status_code == status
    assert sentence in response.text


def test_what_is_unknown_is_a_node_without_links(client: Any) -> None:
    graph = read(client.get("/export/graph.gexf?iri=http://example.org/nothing"), "gexf")
    assert (list(graph.nodes), graph.number_of_edges()) == (["http://example.org/nothing"], 0)
