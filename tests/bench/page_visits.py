"""Visits to the pages of a running server: one after another, or over many connections for some time.

Each snapshot begins with nothing remembered, so a small write makes every next visit a first one.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from graph.datadir import DataDirectory
from graph.tokens import TOKEN_FILE, TokenFile
from tests.bench.contenders import Server
from tests.bench.own_client import percentile, read_answer
from tests.bench.processes import process_tree

GRAPH = "/store?graph=https%3A%2F%2Fw3id.org%2Fosagraph%2Fgraph%2Fuser%2Fbench"
PATIENCE = 60
# Fields of /proc/PID/stat behind the name: user and system time, own and that of children that ended.
TIMES = slice(11, 15)
ACCEPT = {"Accept": "text/html", "Accept-Encoding": "gzip"}


class Visit(NamedTuple):
    """One answer: its status, seconds until it was there, bytes, and its tag."""

    status: int
    seconds: float
    size: int
    tag: str


class Crowd(NamedTuple):
    """Visits over several connections: how many, how long, the server's processor time for each, failures."""

    visits: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    errors: int


class Visitor:
    """Visits a server over one connection, and writes to it."""

    def __init__(self, server: Server, data: Path) -> None:
        self._server = server
        self._secret = TokenFile(data / TOKEN_FILE).add(f"bench-{os.getpid()}-{time.time_ns()}", ["user"])
        self._writes = 0
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)

    def close(self) -> None:
        """Leave."""
        self._connection.close()

    def visit(self, path: str, tag: str = "") -> Visit:
        """One answer, read to its end; with a tag, 304 where the page is still that one."""
        headers = {**ACCEPT, **({"If-None-Match": tag} if tag else {})}
        started = time.perf_counter()
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        size = len(response.read())
        seconds = time.perf_counter() - started
        return Visit(response.status, seconds, size, response.getheader("ETag") or "")

    def renew(self) -> None:
        """Make a new snapshot, of which nothing is remembered; it is current when this returns.

        Raises RuntimeError where the server refuses.
        """
        # The server has let go of a connection that nobody used for some time.
        self._connection.close()
        self._writes += 1
        text = f'<http://example.org/bench> <http://example.org/write> "{self._writes} {time.time_ns()}" .'
        headers = {"Content-Type": "text/turtle", "Authorization": f"Bearer {self._secret}"}
        self._connection.request("PUT", GRAPH, body=text, headers=headers)
        response = self._connection.getresponse()
        said = response.read()
        if response.status >= 300:
            raise RuntimeError(f"A write is answered {response.status}: {said[:300]!r}")

    def cpu_seconds(self) -> float:
        """The processor time of the server and of all its processes so far."""
        return sum(_cpu_seconds(pid) for pid in process_tree(self._server.process.pid))


@contextlib.contextmanager
def visiting(server: Server, data: DataDirectory) -> Iterator[Visitor]:
    """A visitor with a token of its own."""
    visitor = Visitor(server, data.root)
    try:
        yield visitor
    finally:
        visitor.close()


def crowd(
    visitor: Visitor,
    port: int,
    paths: Sequence[str],
    connections: int,
    seconds: float,
    tags: Sequence[str] = (),
) -> Crowd:
    """Visit the paths in turn over some connections; with tags, those who have the pages already."""
    before = visitor.cpu_seconds()
    turns = asyncio.run(_crowd(port, _requests(paths, tags, port), connections, seconds))
    spent = visitor.cpu_seconds() - before
    good = [taken * 1000 for status, taken in turns if status in (200, 304)]
    errors = len(turns) - len(good)
    cpu_ms = spent * 1000 / max(1, len(turns))
    return Crowd(len(good), percentile(good, 0.5), percentile(good, 0.95), cpu_ms, errors)


async def _crowd(
    port: int, queue: Iterator[bytes], connections: int, seconds: float
) -> list[tuple[int, float]]:
    turns: list[tuple[int, float]] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_one_of(port, queue, until, turns) for _ in range(connections)))
    return turns


async def _one_of(port: int, queue: Iterator[bytes], until: float, turns: list[tuple[int, float]]) -> None:
    """Ask for one page after another; the last answer is waited for, so that slow ones count as well."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        while (started := time.perf_counter()) < until and (asked := next(queue, b"")):
            writer.write(asked)
            status = await asyncio.wait_for(read_answer(reader), PATIENCE)
            turns.append((status, time.perf_counter() - started))


def _requests(paths: Sequence[str], tags: Sequence[str], port: int) -> Iterator[bytes]:
    """The requests, each path once; those with tags again and again."""
    while True:
        for number, path in enumerate(paths):
            known = f"If-None-Match: {tags[number]}\r\n" if tags else ""
            head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n"
            yield f"{head}Accept-Encoding: gzip\r\n{known}\r\n".encode()
        if len(paths) > 1 and not tags:
            return


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:  # it has ended since it was listed
        return 0.0
    return sum(map(int, fields[TIMES])) / os.sysconf("SC_CLK_TCK")
