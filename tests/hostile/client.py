"""One request and what became of it: status, seconds, bytes, and whether the answer came to a clean end."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

HOST: Final = "127.0.0.1"
ATTACKER: Final = "127.0.0.1"
NEIGHBOUR: Final = "127.0.0.2"
SLOW: Final = "127.0.0.3"
TAIL_BYTES: Final = 64
ACCEPT: Final = "application/sparql-results+json, application/n-triples"
MEDIA: Final[Mapping[str, str]] = {"query": "application/sparql-query", "update": "application/sparql-update"}

# whole: to its end. cut: the answer began and broke off. closed: no answer at all. hang: still none in time.
Ending = Literal["whole", "cut", "closed", "hang"]


@dataclass(frozen=True)
class Outcome:
    """What a client saw; `tail` is the end of the body."""

    status: int | None
    ending: Ending
    seconds: float
    size: int = 0
    tail: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def ask(port: int, text: str, *, timeout: float, source: str = ATTACKER, token: str | None = None) -> Outcome:
    """Send a query and read its answer as fast as it comes."""
    return post(port, "query", text.encode(), timeout=timeout, source=source, token=token)


def post(
    port: int,
    operation: str,
    body: bytes,
    *,
    timeout: float,
    source: str = ATTACKER,
    token: str | None = None,
) -> Outcome:
    """Send a query or an update in the body of a POST. `timeout` is for all of it, in seconds.

    Raises ConnectionRefusedError where nobody listens.
    """
    started = time.monotonic()
    headers = {"Content-Type": MEDIA[operation], "Accept": ACCEPT}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout, source_address=(source, 0))
    with contextlib.closing(connection):
        connection.connect()
        try:
            # A server that refuses a long body may close before all of it is sent, and has answered then.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", "/sparql", body, headers)
            return _receive(connection, started, timeout)
        except TimeoutError:
            return Outcome(None, "hang", time.monotonic() - started)
        except (OSError, http.client.HTTPException):
            return Outcome(None, "closed", time.monotonic() - started)


def _receive(connection: http.client.HTTPConnection, started: float, timeout: float) -> Outcome:
    # After a failed send the connection believes that no request is under way.
    response = http.client.HTTPResponse(connection.sock, method="POST")
    response.begin()
    size, tail = 0, b""
    ending: Ending = "whole"
    try:
        while True:
            connection.sock.settimeout(max(0.01, started + timeout - time.monotonic()))
            chunk = response.read1(1 << 18)
            if not chunk:
                break
            size += len(chunk)
            tail = (tail + chunk[-TAIL_BYTES:])[-TAIL_BYTES:]
        # A body with a length that ends too early is no error to http.client.
        ending = "cut" if response.length else "whole"
    except TimeoutError:
        ending = "hang"
    except (OSError, http.client.HTTPException):
        ending = "cut"
    return Outcome(
        response.status, ending, time.monotonic() - started, size, tail, dict(response.getheaders())
    )


class Listener:
    """A server that nobody may call; `calls` counts who did. Close it at the end."""

    def __init__(self) -> None:
        self._socket = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}/"
        self.calls = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.calls += 1
                connection.close()

    def close(self) -> None:
        # Wakes the thread that waits in accept; closing alone would not.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
