"""Loads beside which neighbours are measured: harmless ones, a crowd, and clients that hardly read."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from tests.hostile.attack import Attack
from tests.hostile.client import ATTACKER, HOST, SLOW, ask, post
from tests.hostile.verdicts import Limits, Result, verdict, wrongs

HARMLESS: Final = "SELECT (COUNT(*) AS ?n) {{ {{ {left} }} {{ {right} }} BIND({number} AS ?number) }}"
SIDE: Final = "SELECT * {{ ?{0}1 ?{0}2 ?{0}3 }} LIMIT {1}"
ENDLESS: Final = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LARGEST_SIDE: Final = 1 << 16


class HarmlessLoad:
    """Queries of a known, bounded cost, one after another in so many lanes, until it is left.

    The attacks are compared with it: a neighbour shares the processors with whoever works, hostile or not.
    `side`: how large the queries are; see `harmless`.
    """

    def __init__(self, port: int, side: int, lanes: int) -> None:
        self._port = port
        self._side = side
        self._numbers = itertools.count()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(lanes)]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while not self._is_over.is_set():
            with contextlib.suppress(OSError):
                ask(self._port, harmless(self._side, next(self._numbers)), timeout=60)


def harmless(side: int, number: int) -> str:
    """A product of two sides of at most so many rows; the number keeps caches out."""
    left, right = (SIDE.format(name, side) for name in "ab")
    return HARMLESS.format(left=left, right=right, number=number)


def harmless_side(port: int, seconds: float) -> int:
    """How many rows a side needs for a query of about so many seconds; fewer where there are no more."""
    side = 64
    while side < LARGEST_SIDE:
        if ask(port, harmless(side, 0), timeout=60).seconds > seconds:
            return side
        side *= 2
    return side


def crowd(port: int, attacks: Sequence[Attack], limits: Limits, rounds: int) -> Iterator[Result]:
    """All attacks at once, some times over, from one address.

    Some will wait for a reader, so that the judgement gives them a second more than one attack alone.
    """
    wider = replace(limits, grace=limits.grace + 1)

    def strike(attack: Attack) -> Result:
        timeout = limits.total + 6
        outcome = post(port, attack.operation, attack.text.encode(), timeout=timeout, source=ATTACKER)
        found = tuple(wrongs(attack, outcome, wider, 0))
        seconds = round(outcome.seconds, 3)
        return Result(attack.name, "crowd", verdict(outcome), outcome.status, seconds, outcome.size, found)

    with ThreadPoolExecutor(len(attacks)) as pool:
        for _ in range(rounds):
            yield from pool.map(strike, attacks)


def read_slowly(port: int, clients: int, seconds: float, *, text: str = ENDLESS) -> Iterator[int]:
    """Ask for a large answer with so many connections and read one byte of each a second.

    Gives, for each connection, how many bytes it had read.
    """
    sockets = [_slow_client(port, text) for _ in range(clients)]
    read = [0] * clients
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(1)
        for number, connection in enumerate(sockets):
            with contextlib.suppress(OSError):
                read[number] += len(connection.recv(1))
    for connection in sockets:
        connection.close()
    yield from read


def _slow_client(port: int, text: str) -> socket.socket:
    connection = socket.socket()
    # Small buffers, so that the server feels the slowness at once.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind((SLOW, 0))
    connection.connect((HOST, port))
    connection.setblocking(False)
    head = f"GET /sparql?query={quote(text)} HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
    with contextlib.suppress(BlockingIOError):
        connection.send(f"{head}Accept: application/sparql-results+json\r\n\r\n".encode())
    return connection


def seconds_until_idle(usage: Callable[[], dict[int, float]], *, at_most: float) -> float | None:
    """When the processes of a server had been idle for half a second: less than 5 % of one processor.

    None where that did not happen in time. `usage` gives the processor seconds of each process.
    """
    window = 0.5
    started = time.monotonic()
    before = usage()
    while time.monotonic() - started < at_most + window:
        time.sleep(window)
        after = usage()
        spent = sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
        if spent < 0.05 * window:
            return max(0.0, time.monotonic() - started - window)
        before = after
    return None
