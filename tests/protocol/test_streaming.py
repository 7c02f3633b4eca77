"""Long answers: whole or visibly cut, at the pace of the client, who holds no reader when slow or gone."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import io
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast
from urllib.parse import quote

import pytest
from pyoxigraph import DefaultGraph, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat

from graph.datadir import DataDirectory
from graph.embedded import EmbeddedStore

Serving = Callable[..., AbstractContextManager[Any]]
JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
NTRIPLES = "application/n-triples"
ALL = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"
GRAPH = "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }"
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
# Some 15 MB: more than pipes and sockets hold, and done within a second.
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 30000"
READERS = 2
PATIENCE = 30
POLL_SECONDS = 0.01


class Serialized(Protocol):
    """What the engine's results have in common."""

    def serialize(self, output: io.BytesIO, *, format: object) -> None: ...


def own(store: EmbeddedStore, text: str, format: QueryResultsFormat | RdfFormat) -> bytes:
    """The engine's own serialisation of an answer."""
    results, output = store.query(text), io.BytesIO()
    assert isinstance(results, QuerySolutions | QueryTriples)
    cast(Serialized, results).serialize(output, format=format)
    return output.getvalue()


def url(text: str) -> str:
    return f"/sparql?query={quote(text)}"


def busy(client: Any) -> float:
    """How many readers are at work."""
    [line] = [line for line in client.get("/metrics").text.splitlines() if 'state="busy"' in line]
    return float(line.rpartition(" ")[2])


def is_soon(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(POLL_SECONDS)
    return False


@pytest.fixture(scope="module")
def patient(
    shipped_store: EmbeddedStore, serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A client of a server of the shipped dataset with few readers, and time enough on a busy machine."""
    data = DataDirectory(tmp_path_factory.mktemp("patient") / "data")
    with data.writer():
        stage = data.stage()
        shipped_store.backup(stage / "store")
        data.publish(stage, {"claims": 12345, "made": "2026-01-01"}, "build")
    with serving(data.root, "--readers", str(READERS)) as server:
        yield server.client()


@pytest.mark.parametrize(
    ("media_type", "format"),
    [
        (JSON, QueryResultsFormat.JSON),
        (XML, QueryResultsFormat.XML),
        ("text/csv", QueryResultsFormat.CSV),
        ("text/tab-separated-values", QueryResultsFormat.TSV),
    ],
)
def test_a_long_answer_is_what_the_engine_writes(
    patient: Any, shipped_store: EmbeddedStore, media_type: str, format: QueryResultsFormat
) -> None:
    reply = patient.get(url(ALL), headers={"Accept": media_type})
    assert (reply.status_code, reply.is_whole) == (200, True)
    assert reply.headers["transfer-encoding"] == "chunked"
    assert reply.data == own(shipped_store, ALL, format)
    packed = patient.get(url(ALL), headers={"Accept": media_type, "Accept-Encoding": "gzip"})
    assert (packed.is_whole, packed.headers["content-encoding"]) == (True, "gzip")
    assert gzip.decompress(packed.data) == reply.data


def test_a_long_graph_is_what_the_engine_writes(patient: Any, shipped_store: EmbeddedStore) -> None:
    reply = patient.get(url(GRAPH), headers={"Accept": NTRIPLES})
    assert (reply.is_whole, reply.data) == (True, own(shipped_store, GRAPH, RdfFormat.N_TRIPLES))
    output = io.BytesIO()
    shipped_store.dump(output, RdfFormat.N_TRIPLES, DefaultGraph())
    facts = patient.get("/store?default", headers={"Accept": NTRIPLES})
    assert (facts.is_whole, facts.data) == (True, output.getvalue())


@pytest.fixture(scope="module")
def hasty(shipped_data: Callable[[], DataDirectory], serving: Serving) -> Iterator[Any]:
    """A client of a server that cuts every answer after three seconds."""
    with serving(shipped_data().root, "--deadline", "3", "--total", "3") as server:
        yield server.client()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_that_does_not_come_to_its_end_is_cut_and_not_ended(hasty: Any, encoding: str) -> None:
    started = time.monotonic()
    reply = hasty.get(url(ENDLESS), headers={"Accept": "text/csv", "Accept-Encoding": encoding})
    assert (reply.status_code, reply.is_whole) == (200, False)
    assert 2.5 < time.monotonic() - started < 20
    if encoding == "gzip":
        inflate = zlib.decompressobj(wbits=31)
        inflate.decompress(reply.data)
        assert not inflate.eof
    assert hasty.get(url("ASK {}")).json["boolean"] is True


def exchange(port: int, request: str) -> bytes:
    """All that comes back until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request.encode())
        return b"".join(iter(lambda: connection.recv(1 << 20), b""))


def test_a_client_of_the_old_protocol_is_answered_to_the_end_of_the_connection(
    patient: Any, shipped_store: EmbeddedStore
) -> None:
    head = f"HTTP/1.0\r\nHost: x\r\nAccept: {NTRIPLES}, */*;q=0.1\r\n\r\n"
    top, _, body = exchange(patient.port, f"GET {url(GRAPH)} {head}").partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.0 200")
    assert b"transfer-encoding" not in top.lower()
    assert body == own(shipped_store, GRAPH, RdfFormat.N_TRIPLES)
    top, _, body = exchange(patient.port, f"GET {url('ASK {}')} {head}").partition(b"\r\n\r\n")
    assert (top.startswith(b"HTTP/1.0 200"), body) == (True, b'{"head":{},"boolean":true}')


def test_a_connection_is_kept_for_the_next_request(patient: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", patient.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        for text in ("ASK {}", ALL, "SELECT", ALL, "ASK {}"):
            connection.request("GET", url(text))
            response = connection.getresponse()
            response.read()
            if connection.sock is not None:
                peer = connection.sock.getsockname()
            assert connection.sock is not None
            assert connection.sock.getsockname() == peer


@pytest.mark.parametrize("text", [ENDLESS, f"SELECT (COUNT(*) AS ?n) {ENDLESS.removeprefix('SELECT *')}"])
def test_a_client_that_leaves_frees_the_reader(client: Any, text: str) -> None:
    assert is_soon(lambda: busy(client) == 0)
    with socket.create_connection(("127.0.0.1", client.port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET {url(text)} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
        if text == ENDLESS:
            connection.recv(1 << 16)
        assert is_soon(lambda: busy(client) == 1)
    gone = time.monotonic()
    assert is_soon(lambda: busy(client) == 0)
    # Well before the deadline would have done it.
    assert time.monotonic() - gone < 1.5


@contextlib.contextmanager
def slowly(client: Any, address: str) -> Iterator[http.client.HTTPResponse]:
    """A long response whose body nobody reads yet, for a client of its own, once no reader is at work."""
    source = (address, 0)
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=PATIENCE, source_address=source)
    with contextlib.closing(connection):
        connection.request("GET", url(LONG), headers={"Accept": XML})
        with connection.getresponse() as response:
            assert response.status == 200
            assert is_soon(lambda: busy(client) == 0)
            yield response


def test_slow_clients_do_not_hold_readers(patient: Any) -> None:
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(slowly(patient, f"127.0.0.{number}")) for number in range(2, READERS + 4)]
        started = time.monotonic()
        assert patient.get(url("ASK { ?s ?p ?o }")).json["boolean"] is True
        assert time.monotonic() - started < 2
        bodies = [response.read() for response in slow]
    assert len({zlib.crc32(body) for body in bodies}) == 1
    assert bodies[0].endswith(b"</results></sparql>")


def test_a_slow_client_that_leaves_takes_nothing_with_it(patient: Any) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(2, READERS + 4):
            stack.enter_context(slowly(patient, f"127.0.0.{number}")).read(100)
    whole = patient.get(url(LONG), headers={"Accept": XML})
    assert (whole.status_code, whole.is_whole) == (200, True)
    assert whole.data.endswith(b"</results></sparql>")
