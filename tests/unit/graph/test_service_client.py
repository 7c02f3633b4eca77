"""Asking a SPARQL service: servers on this machine that answer well, badly, late or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from urllib.parse import parse_qs

import pytest
from pyoxigraph import QuerySolutions

from graph.errors import QueryFailedError, ServiceFailedError
from graph.outbound import Outbound, Policy, user_agent
from graph.service_client import ServiceClient

JSON = "application/sparql-results+json"
ROW = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": "http://e.example/1"}}]}}'
XML = b"""<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head>
<results><result><binding name="x"><uri>http://e.example/1</uri></binding></result></results></sparql>"""

ELSEWHERE = {"Location": "http://127.0.0.1:1/"}

Answering = Callable[[BaseHTTPRequestHandler], None]


def ask_service(address: str, query: str, seconds: float = 60, most: int = 1 << 20) -> QuerySolutions:
    return ServiceClient(Outbound(Policy.of([address])), seconds, most).ask(address, query)


@contextmanager
def serving(answer: Answering) -> Iterator[str]:
    """The address of a server that answers every request by this function."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/sparql"
        finally:
            server.shutdown()
            thread.join()


def sending(
    content: bytes,
    media_type: str = JSON,
    status: int = 200,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Answering:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(ROW, JSON), (ROW, f"{JSON}; charset=utf-8"), (XML, "application/sparql-results+xml")],
)
def test_solutions_come_in_json_and_xml(content: bytes, media_type: str) -> None:
    with serving(sending(content, media_type)) as address:
        assert [str(row["x"]) for row in ask_service(address, "q")] == ["<http://e.example/1>"]


def test_the_query_is_sent_as_a_form_with_our_name() -> None:
    seen: list[object] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        seen.append((handler.command, handler.headers["Content-Type"], parse_qs(body)))
        seen.append((handler.headers["User-Agent"], handler.headers["Accept"].split(",")[0]))
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.end_headers()
        handler.wfile.write(ROW)

    with serving(answer) as address:
        ask_service(address, "SELECT ?x { ?x ?p 'å&=' }")
    form = "application/x-www-form-urlencoded"
    assert seen[0] == ("POST", form, {"query": ["SELECT ?x { ?x ?p 'å&=' }"]})
    assert seen[1] == (user_agent(), JSON)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (sending(b"slow down", status=429), "answered 429 (Too Many Requests) instead"),
        (sending(b"", status=500), "answered 500 (Internal Server Error) instead"),
        (sending(b"", status=302, headers=ELSEWHERE), "answered 302 (Found) instead"),
        (sending(b"", status=307, headers=ELSEWHERE), "answered 307 (Temporary Redirect) instead"),
        (sending(b"<html>", "text/html"), "answered 'text/html' instead of SPARQL results"),
        (sending(b"{", JSON), "cannot be read"),
        (sending(b"\xff\xfe", JSON), "cannot be read"),
        (sending(b'{"head": {}, "boolean": true}'), "answered yes or no instead of solutions"),
        (sending(b"", status=999), "answered 999 instead of solutions"),
        (sending(ROW, headers={"Content-Length": "1000"}), "did not answer"),
        (lambda handler: handler.connection.close(), "did not answer"),
    ],
)
def test_what_is_no_answer_is_an_error_that_names_the_address(answer: Answering, complaint: str) -> None:
    with serving(answer) as address, pytest.raises(ServiceFailedError, match=address[:-7]) as caught:
        ask_service(address, "q")
    assert complaint in str(caught.value)


def test_a_service_that_does_not_answer_in_time_is_given_up() -> None:
    done = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        done.wait(60)

    with serving(answer) as address:
        with pytest.raises(QueryFailedError, match="did not answer within"):
            ask_service(address, "q", seconds=0.1)
        done.set()


def test_an_answer_that_never_ends_is_given_up() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" " * 10_000)
        except OSError:
            pass

    with serving(answer) as address:
        with pytest.raises(QueryFailedError, match="answered more than 1,048,576 bytes"):
            ask_service(address, "q")
        with pytest.raises(ServiceFailedError, match="did not answer within"):
            ask_service(address, "q", seconds=0.05, most=1 << 40)


def test_a_port_where_nobody_listens_is_an_error() -> None:
    with serving(sending(ROW)) as address:
        pass
    with pytest.raises(QueryFailedError, match="Connection refused"):
        ask_service(address, "q")


def test_an_address_that_may_not_be_called_is_an_error_that_no_silent_clause_hides() -> None:
    client = ServiceClient(Outbound(Policy.of(["https://service.example/sparql"])))
    with pytest.raises(QueryFailedError, match="not on the list") as caught:
        client.ask("http://127.0.0.1:1/sparql", "q")
    assert not isinstance(caught.value, ServiceFailedError)
