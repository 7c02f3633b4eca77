"""The update operation of the SPARQL 1.1 Protocol on a plain dataset: requests, dataset, all or nothing."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

JSON = "application/sparql-results+json"
DIRECT = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
NTRIPLES = "application/n-triples"
AT_LEAST = "x-osagraph-at-least"
SNAPSHOT = "x-osagraph-snapshot"
USING = "using-graph-uri"
NAMED = "using-named-graph-uri"


@pytest.fixture(scope="module")
def admin(raw_server: Any) -> Any:
    return raw_server.client("admin")


@pytest.fixture
def g() -> str:
    """The beginning of the names of graphs that nobody else has."""
    return f"http://example.org/{uuid4().hex}/"


def update(
    client: Any, text: str, dataset: Mapping[str, str] | str = "", how: str = "direct", **headers: str
) -> Any:
    """The reply to an update; its dataset in the URL, or in the form."""
    encoded = dataset if isinstance(dataset, str) else urlencode(dataset)
    if how == "direct":
        return client.post("/sparql", data=text, content_type=DIRECT, query_string=encoded, headers=headers)
    body = urlencode({"update": text})
    if how == "form":
        return client.post("/sparql", data=body, content_type=FORM, query_string=encoded, headers=headers)
    body = f"{body}&{encoded}" if encoded else body
    return client.post("/sparql", data=body, content_type=FORM, headers=headers)


def contents(client: Any, prefix: str) -> set[str]:
    """Graph and object of all triples in graphs that begin like this, without what they have in common."""
    query = f"SELECT ?g ?o {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), '{prefix}')) }}"
    reply = client.get("/sparql", query_string={"query": query}, headers={"Accept": JSON})
    rows = reply.json["results"]["bindings"]
    return {f"{row['g']['value'].removeprefix(prefix)} {row['o']['value']}" for row in rows}


def fill(client: Any, g: str, *graphs: str) -> None:
    """Put one triple into each graph, whose object is the graph's name."""
    blocks = " ".join(f"GRAPH <{g}{name}> {{ <urn:s> <urn:p> '{name}' }}" for name in graphs)
    assert update(client, f"INSERT DATA {{ {blocks} }}").status_code == 204


@pytest.mark.parametrize("how", ["direct", "form"])
def test_an_update_is_sent_as_a_body_or_in_a_form(admin: Any, g: str, how: str) -> None:
    reply = update(admin, f"INSERT DATA {{ GRAPH <{g}a> {{ <urn:s> <urn:p> 'ä' }} }}", how=how)
    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["content-type"] is None
    assert reply.headers[SNAPSHOT].isdigit()
    assert contents(admin, g) == {"a ä"}


@pytest.mark.parametrize(
    "content_type", [f"{DIRECT}; charset=UTF-8", f'{DIRECT};charset="utf-8"', DIRECT.upper()]
)
def test_the_media_type_is_compared_without_its_parameters(admin: Any, g: str, content_type: str) -> None:
    text = f"INSERT DATA {{ GRAPH <{g}a> {{ <urn:s> <urn:p> 'ä' }} }}"
    assert admin.post("/sparql", data=text.encode(), content_type=content_type).status_code == 204
    assert contents(admin, g) == {"a ä"}


def test_an_update_may_come_packed(admin: Any, g: str) -> None:
    text = gzip.compress(f"INSERT DATA {{ GRAPH <{g}a> {{ <urn:s> <urn:p> 1 }} }}".encode())
    reply = admin.post("/sparql", data=text, content_type=DIRECT, headers={"Content-Encoding": "gzip"})
    assert reply.status_code == 204
    assert contents(admin, g) == {"a 1"}


COPY = "INSERT {{ GRAPH <{g}new> {{ ?s ?p ?o }} }} WHERE {where}"


@pytest.mark.parametrize("how", ["direct", "form", "form-body"])
@pytest.mark.parametrize(
    ("dataset", "where", "copied"),
    [
        ([(USING, "a")], "{ ?s ?p ?o }", {"a"}),
        ([(USING, "a"), (USING, "b")], "{ ?s ?p ?o }", {"a", "b"}),
        ([(USING, "a")], "{ GRAPH ?g { ?s ?p ?o } }", set()),
        ([(NAMED, "b")], "{ GRAPH ?g { ?s ?p ?o } }", {"b"}),
        ([(NAMED, "b")], "{ ?s ?p ?o }", set()),
        ([(NAMED, "b"), (NAMED, "c")], "{ GRAPH ?g { ?s ?p ?o } }", {"b", "c"}),
        ([(USING, "a"), (NAMED, "c")], "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", {"a", "c"}),
        ([(USING, "none")], "{ ?s ?p ?o }", set()),
    ],
)
def test_the_dataset_of_the_protocol_is_that_of_every_where(
    admin: Any, g: str, how: str, dataset: list[tuple[str, str]], where: str, copied: set[str]
) -> None:
    fill(admin, g, "a", "b", "c")
    encoded = urlencode([(name, g + value) for name, value in dataset])
    assert update(admin, COPY.format(g=g, where=where), encoded, how).status_code == 204
    assert contents(admin, g) == {"a a", "b b", "c c", *(f"new {name}" for name in copied)}


def test_the_dataset_of_the_protocol_is_for_nothing_but_where(admin: Any, g: str) -> None:
    fill(admin, g, "a", "b", "gone")
    operations = [
        f"CLEAR GRAPH <{g}gone>",
        f"INSERT DATA {{ GRAPH <{g}new> {{ <urn:s> <urn:p> 'data' }} }}",
        f"INSERT {{ GRAPH <{g}new> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}",
        f"DELETE {{ GRAPH <{g}b> {{ ?s ?p 'b' }} }} WHERE {{ ?s ?p ?o }}",
    ]
    assert update(admin, " ; ".join(operations), {USING: f"{g}a"}).status_code == 204
    assert contents(admin, g) == {"a a", "new a", "new data"}


def test_the_dataset_of_the_protocol_is_that_of_a_short_delete(admin: Any, g: str) -> None:
    fill(admin, g, "a", "b")
    assert (
        update(admin, f"DELETE WHERE {{ GRAPH <{g}a> {{ ?s ?p ?o }} }}", {NAMED: f"{g}b"}).status_code == 204
    )
    assert contents(admin, g) == {"a a", "b b"}
    assert (
        update(admin, f"DELETE WHERE {{ GRAPH <{g}a> {{ ?s ?p ?o }} }}", {NAMED: f"{g}a"}).status_code == 204
    )
    assert contents(admin, g) == {"b b"}


@pytest.mark.parametrize("parameter", [USING, NAMED])
@pytest.mark.parametrize(
    "text",
    [
        "INSERT {{ GRAPH <{g}new> {{ ?s ?p ?o }} }} USING <{g}a> WHERE {{ ?s ?p ?o }}",
        "INSERT {{ GRAPH <{g}new> {{ ?s ?p ?o }} }} USING NAMED <{g}a> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "WITH <{g}new> INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH <{g}a> {{ ?s ?p ?o }} }}",
        "with # a remark\n<{g}new> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        "CREATE GRAPH <{g}new> ; WITH <{g}a> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    ],
)
def test_two_datasets_are_one_too_many(admin: Any, g: str, text: str, parameter: str) -> None:
    fill(admin, g, "a")
    before = admin.get("/readyz").json["snapshot"]
    assert update(admin, text.format(g=g), {parameter: f"{g}a"}).status_code == 400
    assert contents(admin, g) == {"a a"}
    assert admin.get("/readyz").json["snapshot"] == before


def test_the_words_for_a_dataset_may_stand_where_they_mean_none(admin: Any, g: str) -> None:
    fill(admin, g, "a")
    prologue = f"PREFIX with: <{g}> # WITH <urn:x> USING <urn:y>\n"
    text = "INSERT { GRAPH with:new { ?using ?with 'USING NAMED <urn:x>' } } WHERE { ?using ?with ?o }"
    assert update(admin, prologue + text, {USING: f"{g}a"}).status_code == 204
    assert contents(admin, g) == {"a a", "new USING NAMED <urn:x>"}


INSERT = "INSERT DATA { GRAPH <urn:never> { <urn:s> <urn:p> 1 } }"


def given(
    body: str | bytes, content_type: str | None, query_string: str = "", method: str = "POST"
) -> dict[str, Any]:
    return {"data": body, "content_type": content_type, "query_string": query_string, "method": method}


ENCODED = urlencode({"update": INSERT})


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"query_string": ENCODED}, 405),
        ({"query_string": ENCODED, "method": "HEAD"}, 405),
        ({"query_string": f"{ENCODED}&{ENCODED}"}, 405),
        (given(f"{ENCODED}&{ENCODED}", FORM), 400),
        (given(ENCODED, FORM, ENCODED), 400),
        (given(INSERT, DIRECT, ENCODED), 400),
        (given(f"{ENCODED}&query=ASK%7B%7D", FORM), 400),
        (given(INSERT, DIRECT, "query=ASK%7B%7D"), 400),
        (given(ENCODED, FORM, "query=ASK%7B%7D"), 400),
        (given("update=", FORM), 400),
        (given("", DIRECT), 400),
        (given(" \n", DIRECT), 400),
        (given("# nothing but a remark", DIRECT), 204),
        (given(INSERT, None), 415),
        (given(INSERT, "text/plain"), 415),
        (given(INSERT, "application/sparql-query"), 400),
        (given("ASK {}", DIRECT), 400),
        (given(INSERT.encode("utf-16"), f"{DIRECT}; charset=utf-16"), 415),
        (given(INSERT, f"{DIRECT}; charset=UTF-16"), 415),
        (given(INSERT.encode("utf-16"), DIRECT), 400),
        (given(INSERT.encode() + b"#\xff", DIRECT), 400),
        (given(f"{INSERT} ; {INSERT} ; INSERT DATA {{", DIRECT), 400),
        (given(f"{INSERT} {INSERT}", DIRECT), 400),
        (given("INSERT DATA { <urn:s> <urn:p> ?o }", DIRECT), 400),
        (given("DELETE DATA { <urn:s> <urn:p> _:b }", DIRECT), 400),
        (given("INSERT DATA { _:b <urn:p> 1 } ; INSERT DATA { _:b <urn:p> 1 }", DIRECT), 400),
        (given(INSERT, DIRECT, f"{USING}=relative"), 400),
        (given(INSERT, DIRECT, f"{NAMED}=http%3A%2F%2Fexample.org%2Fa%20b"), 400),
        (given("LOAD <http://127.0.0.1:9/> INTO GRAPH <urn:never>", DIRECT), 409),
        (given("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", DIRECT), 400),
        (given(INSERT + "#" * (16 << 20), DIRECT), 413),
        (given(INSERT, DIRECT, "", "PUT"), 405),
        (given(INSERT, DIRECT, "", "PATCH"), 405),
        (given("", DIRECT, "", "DELETE"), 405),
    ],
)  # fmt: skip
def test_what_is_no_update_is_refused_and_changes_nothing(
    admin: Any, request_: dict[str, Any], status: int
) -> None:
    assert admin.open("/sparql", **request_).status_code == status
    ask = {"query": "ASK { GRAPH <urn:never> { ?s ?p ?o } }"}
    assert admin.get("/sparql", query_string=ask).json["boolean"] is False


@pytest.mark.parametrize("accept", [JSON, "application/json", "application/problem+json"])
def test_a_syntax_error_has_its_place(admin: Any, accept: str) -> None:
    reply = update(admin, "INSERT DATA {\n <urn:s> <urn:p> ?o }", Accept=accept)
    assert (reply.status_code, reply.content_type) == (400, "application/problem+json")
    assert (reply.json["status"], reply.json["line"], reply.json["column"]) == (400, 2, 22)


@pytest.mark.parametrize(
    "operation",
    ["CREATE GRAPH <{g}a>", "DROP GRAPH <{g}none>", "CLEAR GRAPH <{g}none>"],
)
def test_an_operation_that_fails_undoes_the_whole_update_unless_it_is_silent(
    admin: Any, g: str, operation: str
) -> None:
    fill(admin, g, "a", "b")
    text = f"DROP GRAPH <{g}b> ; {operation} ; CREATE GRAPH <{g}c>".format(g=g)
    reply = update(admin, text)
    assert (reply.status_code, contents(admin, g)) == (409, {"a a", "b b"})
    name, rest = text.split(" ; ")[1].split(" ", 1)
    silent = text.replace(f"{name} {rest}", f"{name} SILENT {rest}", 1)
    assert (update(admin, silent).status_code, contents(admin, g)) == (204, {"a a"})
    assert admin.get(f"/store?graph={g}c").status_code == 200


def test_relative_names_are_relative_to_the_endpoint(admin: Any, g: str) -> None:
    name = g.rstrip("/").rpartition("/")[2]
    assert update(admin, f"INSERT DATA {{ GRAPH <{name}> {{ <> <#p> <x> }} }}").status_code == 204
    base = f"http://127.0.0.1:{admin.port}"
    reply = admin.get(f"/store?graph={base}/{name}", headers={"Accept": NTRIPLES})
    assert reply.text == f"<{base}/sparql> <{base}/sparql#p> <{base}/x> .\n"


def test_operations_are_carried_out_one_after_the_other(admin: Any, g: str) -> None:
    operations = [
        f"INSERT DATA {{ GRAPH <{g}a> {{ <urn:s> <urn:p> 1 }} }}",
        f"INSERT {{ GRAPH <{g}b> {{ ?s ?p ?x }} }} WHERE {{ GRAPH <{g}a> {{ ?s ?p ?o }} BIND(2 AS ?x) }}",
        f"MOVE <{g}b> TO <{g}c>",
    ]
    assert update(admin, " ; ".join(operations)).status_code == 204
    assert contents(admin, g) == {"a 1", "c 2"}


def test_a_client_reads_what_it_has_written(admin: Any, g: str) -> None:
    query = {"query": f"SELECT * {{ GRAPH <{g}a> {{ ?s ?p ?o }} }}"}
    for number in range(20):
        written = update(admin, f"INSERT DATA {{ GRAPH <{g}a> {{ <urn:s> <urn:p> {number} }} }}")
        headers = {AT_LEAST: written.headers[SNAPSHOT], "Accept": JSON}
        reply = admin.get("/sparql", query_string=query, headers=headers)
        assert reply.status_code == 200
        assert int(reply.headers[SNAPSHOT]) >= int(written.headers[SNAPSHOT])
        assert len(reply.json["results"]["bindings"]) == number + 1


@pytest.mark.parametrize(
    "path", ["/sparql?query=ASK%7B%7D", "/sparql", "/store?default", "/union/sparql?query=ASK%7B%7D"]
)
@pytest.mark.parametrize(
    ("asked", "status"), [("-1", 400), ("x", 400), ("", 400), ("9" * 5000, 400), ("1", 200)]
)
def test_a_snapshot_that_is_yet_to_come_is_not_here(admin: Any, path: str, asked: str, status: int) -> None:
    assert admin.get(path).status_code == 200
    assert admin.get(path, headers={AT_LEAST: asked}).status_code == status
    later = int(admin.get("/readyz").json["snapshot"]) + 1000
    reply = admin.get(path, headers={AT_LEAST: str(later), "Accept": "application/json"})
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
    assert reply.content_type == "application/problem+json"


def test_an_update_that_changes_nothing_is_no_error(admin: Any, g: str) -> None:
    assert update(admin, f"DELETE DATA {{ GRAPH <{g}a> {{ <urn:s> <urn:p> 1 }} }}").status_code == 204
    assert update(admin, f"DELETE WHERE {{ GRAPH <{g}a> {{ ?s ?p ?o }} }}").status_code == 204
    assert contents(admin, g) == set()
