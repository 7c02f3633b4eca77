"""The Graph Store Protocol on a plain dataset: naming, reading, replacing, merging and taking away graphs."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

TURTLE = "text/turtle"
NTRIPLES = "application/n-triples"
JSON = "application/sparql-results+json"
ONE = "<http://example.org/s> <http://example.org/p> <http://example.org/one> ."
TWO = "<http://example.org/s> <http://example.org/p> <http://example.org/two> ."
BROKEN = "<http://example.org/s> <http://example.org/p> .\n"


@pytest.fixture(scope="module")
def admin(raw_server: Any) -> Any:
    return raw_server.client("admin")


@pytest.fixture
def graph() -> str:
    """The name of a graph that nobody else has."""
    return f"http://example.org/graph/{uuid4().hex}"


def at(graph: str) -> str:
    return f"/store?graph={quote(graph, safe='')}"


def put(client: Any, url: str, text: str | bytes, media_type: str | None = TURTLE, **headers: str) -> Any:
    return client.put(url, data=text, content_type=media_type, headers=headers)


def post(client: Any, url: str, text: str | bytes, media_type: str | None = TURTLE, **headers: str) -> Any:
    return client.post(url, data=text, content_type=media_type, headers=headers)


def triples(client: Any, url: str) -> set[Triple]:
    reply = client.get(url, headers={"Accept": NTRIPLES})
    assert reply.status_code == 200
    return {quad.triple for quad in parse(input=reply.data, format=RdfFormat.N_TRIPLES)}


def texts(client: Any, url: str) -> list[str]:
    """The lines of a graph, sorted; for graphs without blank nodes."""
    return sorted(client.get(url, headers={"Accept": NTRIPLES}).text.splitlines())


def names(client: Any, prefix: str) -> set[str]:
    """The names of all graphs that begin like this."""
    query = f"SELECT ?g {{ GRAPH ?g {{}} FILTER(STRSTARTS(STR(?g), '{prefix}')) }}"
    reply = client.get("/sparql", query_string={"query": query}, headers={"Accept": JSON})
    return {row["g"]["value"] for row in reply.json["results"]["bindings"]}


def test_the_name_of_a_graph_is_decoded_exactly_once(admin: Any, graph: str) -> None:
    assert put(admin, f"/store?graph={graph}/%2531", ONE).status_code == 201
    assert put(admin, f"/store?graph={graph}/%31", TWO).status_code == 201
    assert names(admin, graph) == {f"{graph}/%31", f"{graph}/1"}
    assert texts(admin, f"/store?graph={graph}/%2531") == [ONE]
    assert texts(admin, f"/store?graph={graph}/1") == [TWO]


def test_the_name_of_a_graph_is_not_normalised(admin: Any, graph: str) -> None:
    for ending in ("/a/../b", "/b", "/B", "/%C3%A4", "/ä"):
        assert put(admin, at(graph + ending), ONE).status_code == 201
    assert names(admin, graph) == {graph + each for each in ("/a/../b", "/b", "/B", "/%C3%A4", "/ä")}


def test_a_plus_in_an_unencoded_name_is_a_blank_as_in_any_query_string(admin: Any, graph: str) -> None:
    assert put(admin, f"/store?graph={graph}+x", ONE).status_code == 400
    assert put(admin, f"/store?graph={graph}%2Bx", ONE).status_code == 201
    assert names(admin, graph) == {f"{graph}+x"}


def test_the_default_graph_is_named_without_a_value(admin: Any) -> None:
    before = texts(admin, "/store?default")
    assert put(admin, "/store?default", ONE).status_code == 204
    assert texts(admin, "/store?default") == texts(admin, "/store?default=") == [ONE]
    assert post(admin, "/store?default", TWO).status_code == 204
    assert texts(admin, "/store?default") == [ONE, TWO]
    assert admin.delete("/store?default").status_code == 204
    assert texts(admin, "/store?default") == []
    assert put(admin, "/store?default", "\n".join(before)).status_code == 204


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/person/1.ttl", "/person/1.ttl"),
        ("/caf%C3%A9", "/caf%C3%A9"),
        ("/a%20b", "/a%20b"),
        ("/a;b=c,d@e", "/a;b=c,d@e"),
    ],
)
def test_a_graph_has_its_own_address(admin: Any, path: str, name: str) -> None:
    folder = uuid4().hex
    iri = f"http://127.0.0.1:{admin.port}/store/{folder}{name}"
    direct = f"/store/{folder}{path}"
    assert put(admin, direct, ONE).status_code == 201
    assert names(admin, iri) == {iri}
    assert texts(admin, direct) == texts(admin, at(iri)) == [ONE]
    assert post(admin, direct, TWO).status_code == 204
    assert admin.head(direct, headers={"Accept": TURTLE}).status_code == 200
    assert admin.delete(direct).status_code == 204
    assert admin.get(direct).status_code == admin.delete(direct).status_code == 404


def test_the_address_of_a_graph_is_the_one_that_the_client_used(admin: Any) -> None:
    path = f"/store/{uuid4().hex}"
    assert put(admin, path, ONE, Host="data.example.org:81").status_code == 201
    assert texts(admin, at(f"http://data.example.org:81{path}")) == [ONE]
    assert admin.get(path).status_code == 404


def test_put_says_whether_the_graph_is_new_and_replaces_all_of_it(admin: Any, graph: str) -> None:
    assert put(admin, at(graph), ONE).status_code == 201
    assert put(admin, at(graph), TWO).status_code == 204
    assert texts(admin, at(graph)) == [TWO]


def test_a_graph_may_be_empty_and_be_there(admin: Any, graph: str) -> None:
    assert admin.get(at(graph)).status_code == 404
    assert put(admin, at(graph), "").status_code == 201
    reply = admin.get(at(graph), headers={"Accept": NTRIPLES})
    assert (reply.status_code, reply.data) == (200, b"")
    assert put(admin, at(graph), "").status_code == 204
    assert names(admin, graph) == {graph}


def test_head_says_what_get_says_without_the_body(admin: Any, graph: str) -> None:
    put(admin, at(graph), ONE)
    for accept in (TURTLE, "text/turtle; charset=utf-8", NTRIPLES, "application/rdf+xml", "*/*"):
        head = admin.head(at(graph), headers={"Accept": accept})
        got = admin.get(at(graph), headers={"Accept": accept})
        assert (head.status_code, head.data, got.status_code) == (200, b"", 200)
        for name in ("content-type", "vary", "etag", "x-osagraph-snapshot", "access-control-allow-origin"):
            assert head.headers[name] == got.headers[name] is not None
    assert admin.head(at(f"{graph}/none")).status_code == 404
    assert admin.head("/store?default").status_code == 200


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("*/*", "text/turtle; charset=utf-8"),
        ("text/turtle; charset=utf-8", "text/turtle; charset=utf-8"),
        ("text/turtle;charset=iso-8859-1;q=0.5, application/n-triples;q=0.4", "text/turtle; charset=utf-8"),
        ("application/n-triples", NTRIPLES),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml;q=0.1, */*;q=0.01", "application/rdf+xml"),
    ],
)
def test_a_graph_comes_in_the_format_asked_for(
    admin: Any, graph: str, accept: str | None, content_type: str
) -> None:
    put(admin, at(graph), ONE)
    reply = admin.get(at(graph), headers={"Accept": accept} if accept else {})
    assert (reply.status_code, reply.content_type) == (200, content_type)


def test_what_is_gone_is_not_found(admin: Any, graph: str) -> None:
    put(admin, at(graph), ONE)
    assert admin.delete(at(graph)).status_code == 204
    for ask in (admin.get, admin.head, admin.delete):
        assert ask(at(graph)).status_code == 404


def test_post_merges_and_says_whether_the_graph_is_new(admin: Any, graph: str) -> None:
    assert post(admin, at(graph), ONE).status_code == 201
    assert post(admin, at(graph), TWO).status_code == 204
    assert texts(admin, at(graph)) == [ONE, TWO]


def test_the_blank_nodes_of_a_document_are_new_ones(admin: Any, graph: str) -> None:
    text = "_:b <http://example.org/p> _:b ."
    for status in (201, 204, 204):
        assert post(admin, at(graph), text).status_code == status
    found = triples(admin, at(graph))
    assert len({triple.subject for triple in found}) == len(found) == 3
    assert {(type(each.subject), each.subject == each.object) for each in found} == {(BlankNode, True)}


def test_a_post_to_the_store_makes_a_graph_that_can_be_read(admin: Any) -> None:
    reply = post(admin, "/store", ONE)
    location = reply.headers["location"]
    assert reply.status_code == 201
    assert location.startswith(f"http://127.0.0.1:{admin.port}/store/")
    assert texts(admin, at(location)) == texts(admin, urlsplit(location).path) == [ONE]
    assert post(admin, "/store/", ONE).headers["location"] not in ("", location, None)


def test_relative_names_in_a_document_are_relative_to_its_graph(admin: Any, graph: str) -> None:
    text = "<> <#p> <other> ."
    put(admin, at(graph), text)
    folder = graph.rpartition("/")[0]
    assert texts(admin, at(graph)) == [f"<{graph}> <{graph}#p> <{folder}/other> ."]
    direct = f"/store/{uuid4().hex}/x"
    put(admin, direct, "<> <http://example.org/p> <y> .")
    [found] = triples(admin, direct)
    assert found.object == NamedNode(f"http://127.0.0.1:{admin.port}{direct[:-1]}y")


@pytest.mark.parametrize("method", ["put", "post"])
def test_a_malformed_document_is_refused_at_its_place_and_changes_nothing(
    admin: Any, graph: str, method: str
) -> None:
    put(admin, at(graph), ONE)
    before = admin.get(at(graph), headers={"Accept": NTRIPLES})
    reply = admin.open(
        at(graph),
        method=method.upper(),
        data=f"{TWO}\n{BROKEN}",
        content_type=TURTLE,
        headers={"Accept": "application/json"},
    )
    assert (reply.status_code, reply.content_type) == (400, "application/problem+json")
    assert (reply.json["line"], reply.json["column"]) == (2, 47)
    after = admin.get(at(graph), headers={"Accept": NTRIPLES})
    assert (after.data, after.headers["x-osagraph-snapshot"]) == (
        before.data,
        before.headers["x-osagraph-snapshot"],
    )


@pytest.mark.parametrize(
    ("method", "url", "content_type", "status"),
    [
        ("PUT", "/store?graph=http%3A%2F%2Fexample.org%2Fnever", None, 415),
        ("PUT", "/store?graph=http%3A%2F%2Fexample.org%2Fnever", "text/html", 415),
        ("POST", "/store?graph=http%3A%2F%2Fexample.org%2Fnever", "application/x-www-form-urlencoded", 415),
        ("POST", "/store", "application/sparql-update", 415),
        ("POST", "/store", None, 415),
        ("PUT", "/store", TURTLE, 400),
        ("DELETE", "/store", None, 400),
        ("GET", "/store", None, 400),
        ("HEAD", "/store", None, 400),
        ("PUT", "/store?graph=", TURTLE, 400),
        ("PUT", "/store?graph=relative", TURTLE, 400),
        ("GET", "/store?graph=relative", None, 400),
        ("GET", "/store?graph=http%3A%2F%2Fexample.org%2Fa%20b", None, 400),
        ("PUT", "/store?default&graph=http%3A%2F%2Fexample.org%2Fnever", TURTLE, 400),
        ("GET", "/store?default&graph=http%3A%2F%2Fexample.org%2Fnever", None, 400),
        ("PUT", "/store?graph=http%3A%2F%2Fexample.org%2Fa&graph=http%3A%2F%2Fexample.org%2Fb", TURTLE, 400),
        ("GET", "/store?default&default", None, 400),
        ("PUT", "/store/x?default", TURTLE, 400),
        ("GET", "/store?graph=%FF", None, 400),
        ("PATCH", "/store?default", TURTLE, 405),
        ("TRACE", "/store?default", None, 405),
    ],
)
def test_what_is_no_request_of_the_protocol_is_refused(
    admin: Any, method: str, url: str, content_type: str | None, status: int
) -> None:
    before = admin.get("/readyz").json["snapshot"]
    reply = admin.open(url, method=method, data=None if method in ("GET", "HEAD", "TRACE") else ONE,
                       content_type=content_type)  # fmt: skip
    assert reply.status_code == status
    assert reply.headers["access-control-allow-origin"] == "*"
    assert admin.get("/readyz").json["snapshot"] == before
    if status == http.HTTPStatus.METHOD_NOT_ALLOWED:
        assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"}


def test_a_format_that_there_is_not_is_not_acceptable(admin: Any, graph: str) -> None:
    put(admin, at(graph), ONE)
    for accept in ("image/png", "text/csv", "text/turtle;q=0", JSON):
        for ask in (admin.get, admin.head):
            assert ask(at(graph), headers={"Accept": accept}).status_code == 406


def test_one_who_has_the_graph_is_told_so(admin: Any, graph: str) -> None:
    put(admin, at(graph), ONE)
    tag = admin.get(at(graph)).headers["etag"]
    reply = admin.get(at(graph), headers={"If-None-Match": tag})
    assert (reply.status_code, reply.data, reply.headers["etag"]) == (304, b"", tag)
    assert admin.get(at(graph), headers={"If-None-Match": tag, "Accept": NTRIPLES}).status_code == 200
    put(admin, at(graph), TWO)
    assert admin.get(at(graph), headers={"If-None-Match": tag}).status_code == 200
