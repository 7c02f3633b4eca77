"""The clients of a soak: each thinks, asks from an address of its own, and returns to what it has."""

from __future__ import annotations

import gzip
import http.client
import random
import threading
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self

from graph.datadir import DataDirectory
from tests.bench.soak_hostile import Hostile
from tests.bench.soak_judge import Answer, Done, Judge, Tally
from tests.bench.soak_requests import Asker, Request, Things, things_in
from tests.bench.soak_writer import Newsroom

PATIENCE: Final = 90
HOSTILE_SHARE: Final = 0.01
REVISITS: Final = 0.25
KEPT: Final = 200
AT_ONCE: Final = 4
BROKEN: Final = (OSError, http.client.HTTPException)


class Effort(NamedTuple):
    """Whom to ask, with how many clients, seconds between requests (least, most), seconds between writes."""

    port: int
    data: Path
    clients: int
    think: Sequence[float]
    write: float
    seed: int


class Crowd:
    """All clients; they come with the block and leave at its end."""

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self.tally = Tally()
        self._judge = Judge(effort.data, self.tally)
        self._over = threading.Event()
        self._things: Things = things_in(DataDirectory(effort.data))
        self._hostile = threading.BoundedSemaphore(AT_ONCE)
        self._began = time.monotonic()
        self._seconds = 0.0
        clients = [threading.Thread(target=self._client, args=(n,)) for n in range(effort.clients)]
        self._threads = [*clients, threading.Thread(target=self._write)]
        self._comparing = threading.Thread(target=self._judge.compare)

    def __enter__(self) -> Self:
        for thread in (*self._threads, self._comparing):
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds = time.monotonic() - self._began
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._judge.waiting.put(None)
        self._comparing.join()

    def line(self) -> str:
        """How far it is."""
        tally, seconds = self.tally, time.monotonic() - self._began
        return f"{seconds:.0f} s: {len(tally.done):,} answers, {len(tally.wrong)} wrong"

    def judged(self) -> str:
        """How many answers were compared with what."""
        done, judge = len(self.tally.done), self._judge
        return (
            f"{done:,} answers, {done / max(1.0, self._seconds):.1f} a second; {judge.compared:,} different "
            f"questions compared with the engine's own answer, {judge.repeated:,} more with a former one, "
            f"{judge.gone:,} whose snapshot was gone; {judge.same_tag:,} bodies compared by their tag; "
            f"{len({snapshot for snapshot, _ in judge.seen})} snapshots"
        )

    def _client(self, number: int) -> None:
        """One client: thinks, asks, and now and then returns to what it has."""
        effort = self._effort
        chance = random.Random(effort.seed * 1000 + number)
        asker = Asker(self._things, effort.seed * 1000 + number)
        hostile = Hostile(effort.port, effort.seed * 1000 + number)
        client = Client(effort.port, f"127.0.1.{number % 250 + 1}")
        known: list[tuple[Request, str]] = []
        while not self._over.wait(chance.uniform(*effort.think)):
            if chance.random() < HOSTILE_SHARE:
                self._mischief(hostile)
                continue
            snapshot = DataDirectory(effort.data).current_number()
            request = asker.next(snapshot)
            if known and request.kind == "page" and chance.random() < REVISITS:
                request, tag = chance.choice(known)
                if chance.random() < 0.7:
                    headers = {**request.headers, "If-None-Match": tag}
                    request = Request(
                        request.kind, request.type, request.path, headers=headers, expected=request.expected
                    )
            self._ask(client, request, known)
        client.close()

    def _ask(self, client: Client, request: Request, known: list[tuple[Request, str]]) -> None:
        try:
            answer = client.ask(request)
        except (*BROKEN, zlib.error) as error:
            self.tally.wrong.append(f"{request.method} {request.path[:300]}: {error!r}")
            return
        self.tally.done.append(Done(request.kind, request.type, answer.status, answer.seconds))
        self._judge.hear(request, answer)
        tag = answer.headers.get("etag")
        if tag and answer.status == 200 and request.kind == "page" and "If-None-Match" not in request.headers:
            known.append((request, tag))
            del known[:-KEPT]

    def _mischief(self, hostile: Hostile) -> None:
        """A few at once at most: each hostile client is one of fifty, and rests when others are at it."""
        if not self._hostile.acquire(blocking=False):
            return
        try:
            found = hostile.once()
        except BROKEN as error:
            self.tally.mischief[type(error).__name__] += 1
            return
        finally:
            self._hostile.release()
        self.tally.mischief[found.ending] += 1
        if found.wrong:
            self.tally.wrong.append(f"mischief {found.name}: {found.wrong}")

    def _write(self) -> None:
        effort = self._effort
        if not effort.write:
            return
        room = Newsroom(effort.port, effort.data, effort.seed)
        while not self._over.wait(effort.write):
            try:
                written = room.write()
            except BROKEN as error:
                self.tally.wrong.append(f"write: {error!r}")
                continue
            self.tally.done.append(Done("write", written.what, written.status, written.seconds))
            if written.wrong:
                self.tally.wrong.append(f"write: {written.wrong}")


class Client:
    """One connection that is kept, from an address of its own; opened anew where the server closed it."""

    def __init__(self, port: int, source: str) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=PATIENCE, source_address=(source, 0)
        )

    def close(self) -> None:
        """Leave."""
        self._connection.close()

    def ask(self, request: Request) -> Answer:
        """The answer, to its end.

        Raises OSError and http.client.HTTPException where there is none, or half of one.
        """
        try:
            return self._once(request)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # A kept connection may be closed by the server at any time between requests: asked again, once.
            self._connection.close()
            return self._once(request)
        except BROKEN:
            self._connection.close()
            raise

    def _once(self, request: Request) -> Answer:
        started = time.monotonic()
        self._connection.request(request.method, request.path, request.body, dict(request.headers))
        response = self._connection.getresponse()
        body = response.read()
        seconds = time.monotonic() - started
        headers = {name.lower(): value for name, value in response.getheaders()}
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body) if body else body
        return Answer(response.status, headers, body, seconds)
