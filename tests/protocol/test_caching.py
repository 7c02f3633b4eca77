"""Answers that a client has, or that the server remembers: tags, 304, and nothing that is out of date."""

from __future__ import annotations

import contextlib
import gzip
import http.client
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
UPDATE = "application/sparql-update"
SELECT = "SELECT * { VALUES ?x { 1 2 } }"
# More than is remembered.
LARGE = (
    "SELECT * { VALUES ?x { 1 2 3 4 5 6 7 8 9 0 } "
    + " ".join(f"VALUES ?y{n} {{ 1 2 3 4 5 6 7 8 9 0 }}" for n in range(3))
    + " }"
)
OWN = {"date", "x-request-id"}


@pytest.fixture(scope="module")
def raw(raw_server: Any) -> Any:
    return raw_server.client()


@pytest.fixture(scope="module")
def admin(raw_server: Any) -> Any:
    return raw_server.client("admin")


def fresh(text: str) -> str:
    """The address of a query that nobody has asked before."""
    return f"/sparql?query={quote(f'{text} # {uuid4().hex}')}"


def metric(client: Any, name: str) -> float:
    [line] = [line for line in client.get("/metrics").text.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


@pytest.mark.parametrize("accept", [JSON, XML, "text/csv"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_remembered_answer_is_the_first_one_byte_by_byte(raw: Any, accept: str, encoding: str) -> None:
    path, headers = fresh(SELECT), {"Accept": accept, "Accept-Encoding": encoding}
    hits = metric(raw, "osagraph_cache_hits_total")
    first = raw.get(path, headers=headers)
    again = [raw.get(path, headers={**headers, "X-Request-Id": f"mine-{number}"}) for number in range(3)]
    assert metric(raw, "osagraph_cache_hits_total") == hits + 3
    for reply in again:
        assert (reply.status_code, reply.data) == (200, first.data)
        for mine, theirs in ((reply, first), (first, reply)):
            assert {(k, v) for k, v in mine.headers.items() if k not in OWN} <= set(theirs.headers.items())
        assert reply.headers["x-request-id"] != first.headers["x-request-id"]
    assert (gzip.decompress(first.data) if encoding == "gzip" else first.data).strip() != b""


def test_one_who_has_the_answer_is_told_so_without_asking_a_reader(raw: Any) -> None:
    for text in (SELECT, LARGE):
        path = fresh(text)
        first = raw.get(path)
        tag = first.headers["etag"]
        asked = metric(raw, "osagraph_cache_misses_total")
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            for ask in (raw.get, raw.head):
                reply = ask(path, headers={"If-None-Match": known})
                assert (reply.status_code, reply.data, reply.headers["etag"]) == (304, b"", tag)
                assert reply.headers["vary"] == first.headers["vary"]
                assert reply.headers["cache-control"] == first.headers["cache-control"] == "no-cache"
                assert reply.headers["access-control-allow-origin"] == "*"
        assert metric(raw, "osagraph_cache_misses_total") == asked
        for other in ('"other"', tag.strip('"'), '""', "rubbish"):
            assert raw.get(path, headers={"If-None-Match": other}).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (rand() AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
        "SELECT (STRUUID() AS ?x) {}",
        "SELECT (BNODE() AS ?x) {}",
        "CONSTRUCT { [] <urn:p> 1 } {}",
        "CONSTRUCT { _:b <urn:p> 1 } {}",
    ],
)
def test_an_answer_that_is_another_each_time_has_no_tag(raw: Any, text: str) -> None:
    path = fresh(text)
    replies = [raw.get(path, headers={"If-None-Match": known}) for known in ('"x"', "*", '"x"')]
    assert [(reply.status_code, reply.headers["etag"]) for reply in replies] == [(200, None)] * 3
    assert len({reply.data for reply in replies}) == 3


def test_answers_that_differ_have_different_tags(raw: Any, admin: Any) -> None:
    tags = set()
    paths = [fresh(SELECT), fresh("SELECT * {}")]
    for path in paths:
        for accept in (JSON, XML, "text/csv"):
            for encoding in ("identity", "gzip"):
                reply = raw.get(path, headers={"Accept": accept, "Accept-Encoding": encoding})
                tags.add(reply.headers["etag"])
                assert reply.headers["vary"].replace(" ", "").lower() == "accept,accept-encoding,origin"
    tags.add(raw.get(paths[0].replace("/sparql", "/union/sparql")).headers["etag"])
    assert len(tags) == 13
    before = raw.get(paths[0]).headers["etag"]
    admin.post("/sparql", data="INSERT DATA { <urn:s> <urn:p> 1 }", content_type=UPDATE)
    assert raw.get(paths[0]).headers["etag"] != before
    assert raw.get(paths[0], headers={"If-None-Match": before}).status_code == 200
    admin.post("/sparql", data="DELETE DATA { <urn:s> <urn:p> 1 }", content_type=UPDATE)


def test_a_write_is_seen_through_a_remembered_answer(raw: Any, admin: Any) -> None:
    graph = f"urn:uuid:{uuid4()}"
    path = fresh(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    for number in range(5):
        text = f"INSERT DATA {{ GRAPH <{graph}> {{ <urn:s> <urn:p> {number} }} }}"
        written = admin.post("/sparql", data=text, content_type=UPDATE)
        for _ in range(3):
            reply = raw.get(path, headers={"Accept": "text/csv"})
            assert reply.text == f"n\r\n{number + 1}\r\n"
            assert reply.headers["x-osagraph-snapshot"] == written.headers["x-osagraph-snapshot"]


def test_a_read_that_wants_a_later_snapshot_is_not_given_a_remembered_answer(raw: Any) -> None:
    path = fresh(SELECT)
    assert [raw.get(path).status_code for _ in range(2)] == [200, 200]
    assert raw.get(path, headers={"X-Osagraph-At-Least": "999999"}).status_code == 503


def test_repeated_lines_of_a_header_are_one_header(raw: Any) -> None:
    path = fresh(SELECT)
    raw.get(path, headers={"Accept": "text/csv;q=0.5"})
    connection = http.client.HTTPConnection("127.0.0.1", raw.port, timeout=60)
    with contextlib.closing(connection):
        connection.putrequest("GET", path)
        connection.putheader("Accept", "text/csv;q=0.5")
        connection.putheader("Accept", JSON)
        connection.endheaders()
        response = connection.getresponse()
        assert response.headers["content-type"] == JSON
        response.read()


def test_names_are_relative_to_the_address_that_each_client_used(raw: Any) -> None:
    path = fresh("SELECT (<x> AS ?x) {}")
    for host in ("one.example.org", "two.example.org", "one.example.org"):
        reply = raw.get(path, headers={"Host": host, "Accept": "text/csv"})
        assert reply.text == f"x\r\nhttp://{host}/x\r\n"


def test_an_error_is_not_remembered(raw: Any) -> None:
    for path in (fresh("SELECT"), fresh("SELECT * { FILTER(<urn:f>(1)) }")):
        replies = [raw.get(path) for _ in range(2)]
        assert {reply.status_code for reply in replies} <= {400, 422}
        assert {reply.headers["etag"] for reply in replies} == {None}
        assert len({reply.headers["x-request-id"] for reply in replies}) == 2


def test_the_description_and_health_have_no_tag(raw: Any) -> None:
    for path in ("/sparql", "/healthz", "/readyz", "/metrics"):
        assert raw.get(path).headers["etag"] is None
