"""A server that a query may ask and that answers badly: slowly, endlessly, packed to burst, or nonsense."""

from __future__ import annotations

import contextlib
import functools
import gzip
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Final

JSON: Final = "application/sparql-results+json"
ROW: Final = '{"x":{"type":"uri","value":"http://e.example/%d"}}'
HEAD: Final = '{"head":{"vars":["x"]},"results":{"bindings":['
ONE: Final = f"{HEAD}{ROW % 1}]}}}}".encode()
NESTED: Final = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":' + b'{"a":' * 50_000
INJECTED: Final = '{"x":{"type":"literal","value":"\\" } SERVICE <http://127.0.0.1/> { ?a ?b ?c"}}'

# Path: status, headers, body.
PLAIN_ANSWERS: Final[Mapping[str, tuple[int, Mapping[str, str], bytes]]] = MappingProxyType(
    {
        "/good": (200, {"Content-Type": JSON}, ONE),
        "/bomb": (200, {"Content-Type": JSON, "Content-Encoding": "gzip"}, b""),
        "/html": (200, {"Content-Type": "text/html"}, b"<h1>Hello</h1>"),
        "/boolean": (200, {"Content-Type": JSON}, b'{"head":{},"boolean":true}'),
        "/broken": (200, {"Content-Type": JSON}, ONE[:-9]),
        "/nested": (200, {"Content-Type": JSON}, NESTED),
        "/variable": (200, {"Content-Type": JSON}, b'{"head":{"vars":["x) {} SERVICE <a:b> {"]},"results":'),
        "/uri": (200, {"Content-Type": JSON}, ONE.replace(b"e.example/1", b"e.example/1> } SERVICE <a:b")),
        "/redirect": (307, {"Location": "http://169.254.169.254/latest/meta-data/"}, b""),
        "/refused": (429, {"Retry-After": "60"}, b"slow down"),
        "/status": (799, {}, b""),
        "/injected": (200, {"Content-Type": JSON}, f"{HEAD}{INJECTED}]}}}}".encode()),
    }
)
FAILING: Final = tuple(path for path in PLAIN_ANSWERS if path not in ("/good", "/injected"))
ENDLESS: Final = ("/slow", "/drip", "/endless", "/headers")
ROWS: Final = "/rows"


@functools.cache
def _bomb() -> bytes:
    """A thousand and more characters of text for each byte that is sent; made when it is asked for."""
    return gzip.compress(HEAD.encode() + b" " * 100_000_000 + b"]}}")


class BadService(ThreadingHTTPServer):
    """Answers by path; `asked` are the bodies that came."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.over = threading.Event()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients leave in the middle of such answers."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, BadService)
        self.server.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path in PLAIN_ANSWERS:
            status, headers, body = PLAIN_ANSWERS[self.path]
            body = body or (_bomb() if self.path == "/bomb" else b"")
            self._begin(status, {**headers, "Content-Length": str(len(body))})
            self.wfile.write(body)
            return
        with contextlib.suppress(OSError):
            getattr(self, f"_{self.path[1:]}")(self.server.over)

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _slow(self, over: threading.Event) -> None:
        over.wait(60)

    def _drip(self, over: threading.Event) -> None:
        self._begin(200, {"Content-Type": JSON})
        while not over.wait(0.05):
            self.wfile.write(b" ")

    def _endless(self, over: threading.Event) -> None:
        self._begin(200, {"Content-Type": JSON})
        self.wfile.write(HEAD.encode())
        while not over.is_set():
            self.wfile.write(b" " * 100_000)

    def _headers(self, over: threading.Event) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not over.is_set():
            self.wfile.write(b"X: y\r\n" * 1000)

    def _rows(self, over: threading.Event) -> None:
        self._begin(200, {"Content-Type": JSON})
        self.wfile.write(HEAD.encode())
        for start in range(0, 1_000_000, 1000):
            self.wfile.write(",".join(ROW % number for number in range(start, start + 1000)).encode() + b",")
        self.wfile.write((ROW % 1_000_000 + "]}}").encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def answering_badly() -> Iterator[BadService]:
    """The server, until the end of the block."""
    with BadService() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
