"""A server in front of an engine, and a middleman between the two that misbehaves when told to."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from graph.datadir import DataDirectory
from graph.engine_access import engine_at
from graph.engine_kinds import EngineKind
from graph.publishing import Publisher
from tests.contract.engines import Remote


def publish(data: Path, engine: Remote, kind: EngineKind) -> None:
    """Send the current snapshot of a data directory to an engine."""
    folder = DataDirectory(data)
    target = engine_at(kind, engine.addresses)
    with contextlib.closing(target):
        Publisher(target, target.client, folder, folder.current(), lambda _done, _total: None).run()


@contextlib.contextmanager
def mirror_of(
    base: str,
    kind: EngineKind,
    folder: Path,
    serving: Callable[..., AbstractContextManager[Any]],
    *options: str,
) -> Iterator[Any]:
    """`osagraph serve --store` in front of what an engine holds."""
    with serving(folder, "--store", base, "--engine", kind.value, *options) as server:
        yield server


Odd = TypeVar("Odd", bound="OddServer")


class OddServer(ThreadingHTTPServer):
    """A server that may make its clients wait, until it is told to `leave`."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.leave = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Middleman(OddServer):
    """Hands requests on to an engine and its answers back, unless `mode` says something else."""

    daemon_threads = True

    def __init__(self, engine: str) -> None:
        super().__init__(_Handler)
        self.engine = urlsplit(engine)
        self.mode = "honest"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: readers are killed, and leave in the middle."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else the head of an answer waits for its body to be sent, or for 40 ms.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        assert isinstance(self.server, Middleman)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        mode = self.server.mode
        if mode == "cut":
            self.close_connection = True
            return
        if mode == "silent":
            self.server.leave.wait()
        if mode == "html":
            self._say(200, "text/html", b"<h1>Maintenance</h1>")
        elif mode == "strangers":
            self._say(401, "text/plain", b"who are you?")
        elif mode == "broken":
            self._say(500, "text/plain", b"out of memory")
        else:
            status, media_type, answer = self._handed_on(body)
            if mode == "half":
                answer = answer[: len(answer) // 2]
            self._say(status, media_type, answer)

    def do_GET(self) -> None:
        self.do_POST()

    def _handed_on(self, body: bytes) -> tuple[int, str, bytes]:
        assert isinstance(self.server, Middleman)
        engine = self.server.engine
        with contextlib.closing(http.client.HTTPConnection(str(engine.hostname), engine.port)) as connection:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()

    def _say(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def middleman(engine: str) -> AbstractContextManager[Middleman]:
    """A middleman before an engine."""
    return answering(Middleman(engine))


@contextlib.contextmanager
def answering(server: Odd) -> Iterator[Odd]:
    """The server, which answers in a thread until it is left, also those whom it makes wait."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.leave.set()
        server.shutdown()
        server.server_close()
        thread.join()
