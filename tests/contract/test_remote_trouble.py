"""An engine that is down, slow, something else or half there: a clear sentence each, never a short answer."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pyoxigraph import RdfFormat

from graph.errors import (
    KnowledgeGraphError,
    QueryFailedError,
    QueryTimeoutError,
    RemoteAccessError,
    RemoteStoreError,
)
from graph.remote import RemoteAddresses, RemoteStore
from graph.remote_client import Credentials, RemoteClient, RemoteLimits
from tests.contract.mirrors import OddServer, answering

JSON = "application/sparql-results+json"
WHOLE = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"http://e/a"}}]}}'
SELECT = "SELECT ?s WHERE { ?s ?p ?o }"
SECRET = "wonderland"


class Odd(OddServer):
    """Answers everything with the same bytes."""

    def __init__(self, status: int, media_type: str, body: bytes, length: int | None = None) -> None:
        super().__init__(_Handler)
        self.reply = status, media_type, body, len(body) if length is None else length
        self.seen: list[tuple[str, str | None]] = []
        self.is_slow = False


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Odd)
        status, media_type, body, length = self.server.reply
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.headers["Authorization"]))
        if self.server.is_slow:
            self.server.leave.wait()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(length))
        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)
        self.close_connection = True

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def odd(*reply: Any, is_slow: bool = False) -> Iterator[Odd]:
    server = Odd(*reply)
    server.is_slow = is_slow
    with answering(server):
        yield server


@contextlib.contextmanager
def store_at(
    base: str, limits: RemoteLimits | None = None, who: Credentials | None = None
) -> Iterator[RemoteStore]:
    addresses = RemoteAddresses(f"{base}/query", f"{base}/update", f"{base}/store")
    with contextlib.closing(RemoteStore(addresses, RemoteClient(who, limits))) as store:
        yield store


@pytest.mark.parametrize(
    ("reply", "error", "said"),
    [
        (
            (200, "text/html", b"<h1>Welcome</h1>"),
            RemoteStoreError,
            "answered text/html instead of SPARQL results",
        ),
        ((200, JSON, WHOLE[:60]), RemoteStoreError, "answered is broken"),
        ((200, JSON, WHOLE, 500), RemoteStoreError, "does not answer: peer closed connection"),
        ((200, JSON, b""), RemoteStoreError, "answered is broken"),
        ((302, "text/plain", b""), RemoteStoreError, "answered 302 Found."),
        (
            (400, "text/plain", b"no\x1b[31m such\nprefix."),
            QueryFailedError,
            "refused the request: no [31m such prefix.",
        ),
        ((400, "text/html", b"<p>no"), QueryFailedError, "refused the request."),
        ((401, "text/plain", b""), RemoteAccessError, "refuses our credentials (401)"),
        ((403, "text/plain", b""), RemoteAccessError, "refuses our credentials (403)"),
        (
            (500, "text/plain", b"out of memory"),
            RemoteStoreError,
            "answered 500 Internal Server Error: out of memory.",
        ),
        ((503, "text/html", b""), RemoteStoreError, "answered 503 Service Unavailable."),
        ((504, "text/plain", b""), QueryTimeoutError, "gave up: it answered 504"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, tuple) else "",
)
def test_what_is_no_answer_is_an_error(
    reply: tuple[Any, ...], error: type[KnowledgeGraphError], said: str
) -> None:
    with odd(*reply) as server, store_at(server.address) as store, pytest.raises(error) as caught:
        store.query(SELECT)
    assert said in str(caught.value) and type(caught.value) is error
    # A request that was sent is never sent twice.
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, "text/html", b"<h1>"), "answered text/html instead of RDF"),
        (
            (200, "application/n-triples", b"<http://e/a> <http://e/b> <http://e/c> .\n<http://e/a> <ht"),
            "is broken",
        ),
        (
            (200, "application/n-triples", b"<http://e/a> <http://e/b> <http://e/c> .\n", 99),
            "does not answer",
        ),
    ],
)
def test_half_a_graph_is_an_error(reply: tuple[Any, ...], said: str) -> None:
    refused = pytest.raises(RemoteStoreError, match=said)
    with odd(*reply) as server, store_at(server.address) as store, refused:
        store.dump(io.BytesIO(), RdfFormat.N_QUADS)


def test_an_engine_that_is_down_is_named_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        store_at(f"http://alice:{SECRET}@127.0.0.1:{port}") as store,
        pytest.raises(RemoteStoreError) as caught,
    ):
        store.query(SELECT)
    assert f"http://127.0.0.1:{port}/query does not answer" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_engine_that_says_nothing_is_given_up() -> None:
    limits, refused = (
        RemoteLimits(seconds=0.1),
        pytest.raises(QueryTimeoutError, match="did not answer in time"),
    )
    with odd(200, JSON, WHOLE, is_slow=True) as server, store_at(server.address, limits) as store, refused:
        store.query(SELECT)


def test_an_answer_has_a_largest_size() -> None:
    limits, refused = (
        RemoteLimits(bytes=10),
        pytest.raises(QueryFailedError, match="answered more than 10 bytes"),
    )
    with odd(200, JSON, WHOLE) as server, store_at(server.address, limits) as store, refused:
        store.query(SELECT)


@pytest.mark.parametrize(
    ("who", "header"),
    [
        (Credentials(user="alice", password=SECRET), "Basic YWxpY2U6d29uZGVybGFuZA=="),
        (Credentials(token="abc"), "Bearer abc"),
        (Credentials(), None),
    ],
)
def test_credentials_are_sent_and_never_shown(who: Credentials, header: str | None) -> None:
    with (
        odd(200, JSON, WHOLE) as server,
        store_at(server.address, who=who) as store,
    ):
        store.query(SELECT)
    assert server.seen == [("POST", header)]
    assert SECRET not in repr(who) and "abc" not in repr(who)


def test_a_certificate_that_nobody_signed_is_refused(
    self_signed: Callable[[ThreadingHTTPServer], None],
) -> None:
    with odd(200, JSON, WHOLE) as server:
        self_signed(server)
        refused = pytest.raises(RemoteStoreError, match="CERTIFICATE_VERIFY_FAILED")
        with store_at(server.address.replace("http:", "https:")) as store, refused:
            store.query(SELECT)
    assert server.seen == []


@pytest.fixture
def self_signed(tmp_path: Any) -> Callable[[ThreadingHTTPServer], None]:
    trustme = pytest.importorskip("trustme", reason="trustme makes the certificates")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)

    def wrap(server: ThreadingHTTPServer) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    return wrap
