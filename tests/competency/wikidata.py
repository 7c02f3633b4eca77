"""A small SPARQL server on this machine that plays Wikidata, with the data of `wikidata.ttl`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

DATA = Path(__file__).with_suffix(".ttl")


class PlayedWikidata(ThreadingHTTPServer):
    """Answers SELECT queries; keeps what it was asked, and by whom."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.store = Store()
        self.store.load(path=str(DATA), format=RdfFormat.TURTLE)
        self.asked: list[str] = []
        self.agents: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sparql"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, PlayedWikidata)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(body)["query"][0]
        self.server.asked.append(query)
        self.server.agents.append(self.headers["User-Agent"])
        try:
            results = self.server.store.query(query)
        except SyntaxError as error:
            self._send(400, "text/plain", str(error).encode())
            return
        assert isinstance(results, QuerySolutions)
        self._send(
            200, "application/sparql-results+json", results.serialize(format=QueryResultsFormat.JSON) or b""
        )

    def _send(self, status: int, media_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at what was asked."""


@contextmanager
def playing() -> Iterator[PlayedWikidata]:
    """The server, running until the end of the block."""
    with PlayedWikidata() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
