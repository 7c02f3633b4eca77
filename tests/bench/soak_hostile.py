"""The hundredth of a crowd that means no good: heavy queries, slow readers, leavers, games with headers."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from tests.hostile.attack import Attack
from tests.hostile.client import HOST, ask, post
from tests.hostile.corpus import corpus
from tests.hostile.loads import ENDLESS
from tests.hostile.verdicts import Limits, verdict, wrongs

# Those of `serve` as it comes; on a machine that is busy with 50 clients more is forgiven.
LIMITS: Final = Limits(deadline=10, total=60, update=60, grace=15)
SLOW_SECONDS: Final = 20
PATIENCE: Final = 90
LARGE: Final = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 300000"
GAMES: Final[tuple[bytes, ...]] = (
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n",
    b"GET /page/osa HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(2000)) + b"\r\n",
    b"GET /" + b"../" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0\r\n\r\nGET",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nASK",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 99999999999999999999\r\n\r\nASK {}",
    b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAccept: "
    + b",".join(b"a/b%d;q=0.%d" % (n, n) for n in range(3000)) + b"\r\n\r\n",
    b"GET /page/osa HTTP/1.1\r\nHost: x\r\nAccept-Language: " + b"x-y-z;q=9," * 5000 + b"\r\n\r\n",
    b"GET /page/osa HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + b'"a",' * 10_000 + b"\r\n\r\n",
    b"GET /page/%00%ff%c0%ae HTTP/1.1\r\nHost: x\r\nCookie: \xff\xfe\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 1000,
    b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\n Folded: yes\r\nHost: x\r\n\r\n",
)  # fmt: skip


class Mischief(NamedTuple):
    """What was done, and what was wrong with the server's part; empty where nothing was."""

    name: str
    ending: str
    wrong: str


class Hostile:
    """Mischief of all kinds from addresses of its own, drawn by a seed."""

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._chance = random.Random(seed)
        # Nobody listens there; where SERVICE and LOAD are refused, nobody is called either.
        found = corpus("http://127.0.0.1:9/")
        self._attacks: Sequence[Attack] = [each for each in found if not each.is_destructive]
        self._kinds: Sequence[Callable[[str], Mischief]] = (
            self._attack, self._attack, self._attack, self._read_slowly, self._leave, self._half, self._game,
        )  # fmt: skip

    def once(self) -> Mischief:
        """One piece of mischief, which ends within two minutes."""
        source = f"127.0.2.{self._chance.randint(1, 4)}"
        try:
            return self._chance.choice(self._kinds)(source)
        except ConnectionRefusedError:
            return Mischief("any", "refused", "nobody listens")

    def _attack(self, source: str) -> Mischief:
        attack = self._chance.choice(self._attacks)
        body = attack.text.encode("utf-8", "surrogatepass")
        outcome = post(self._port, attack.operation, body, timeout=PATIENCE, source=source)
        wrong = "; ".join(wrongs(attack, outcome, LIMITS, len(body)))
        return Mischief(attack.name, verdict(outcome), wrong)

    def _read_slowly(self, source: str) -> Mischief:
        """Ask for a huge answer and take a byte of it at a time."""
        with contextlib.closing(self._connect(source)) as connection:
            connection.send(_get(f"/sparql?query={quote(ENDLESS)}"))
            until = time.monotonic() + SLOW_SECONDS
            while time.monotonic() < until:
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(1):
                        break
                time.sleep(0.5)
        return Mischief("slow reader", "left", "")

    def _leave(self, source: str) -> Mischief:
        """Leave in the middle of a large answer."""
        with contextlib.closing(self._connect(source)) as connection:
            connection.send(_get(f"/sparql?query={quote(LARGE + f' #{self._chance.random()}')}"))
            with contextlib.suppress(TimeoutError, ConnectionError):
                connection.recv(4096)
        return Mischief("leaver", "left", "")

    def _half(self, source: str) -> Mischief:
        """Promise more of a query than comes, then leave."""
        with contextlib.closing(self._connect(source)) as connection:
            head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            connection.send(f"{head}Content-Length: 5000\r\n\r\nASK {{".encode())
            time.sleep(self._chance.uniform(0, 3))
        return Mischief("half a request", "left", "")

    def _game(self, source: str) -> Mischief:
        """What is no request: answered with a refusal or closed, and the next client is served."""
        game = self._chance.randrange(len(GAMES))
        status = 0
        with contextlib.closing(self._connect(source)) as connection:
            connection.settimeout(5)
            with contextlib.suppress(OSError):
                connection.sendall(GAMES[game])
                first = connection.recv(64).split(b" ")
                status = int(first[1]) if len(first) > 1 and first[1].isdigit() else 0
        wrong = f"status {status}" if status in (500, 502, 504) else ""
        return Mischief(f"game {game}", str(status or "closed"), wrong or self._next(source))

    def _next(self, source: str) -> str:
        outcome = ask(
            self._port, f"ASK {{ ?s ?p 'soak {self._chance.random()}' }}", timeout=30, source=source
        )
        return "" if verdict(outcome) in ("coped", "busy") else f"afterwards: {verdict(outcome)}"

    def _connect(self, source: str) -> socket.socket:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(2)
        connection.bind((source, 0))
        connection.connect((HOST, self._port))
        return connection


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: application/sparql-results+json\r\n\r\n".encode()
