"""The pool of reader processes: strangers' queries run there, never in the process that serves HTTP.

A running query of the engine cannot be cancelled, and some texts end the process that parses them. So a
reader is killed, and another started, at the deadline, when it dies, and when the client leaves before the
end. Each query is answered by the snapshot that is current when it starts. Belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from graph.datadir import Snapshot
from graph.envoys import Envoys, Services
from graph.errors import ClientBusyError, PublicationChangedError, QueryTimeoutError, ReadersBusyError
from graph.query_guard import require_harmless
from graph.reader import Reader, start_reader
from graph.reader_protocol import END, FAULT, LEAVING, WHOLE, ReadRequest, fault
from graph.results import read_results
from graph.service_values import Row

# A query that takes longer lets others go first from then on, and its reader is replaced after it.
LONG_SECONDS: Final = 1.0
# What follows on a dataset that was replaced is here within so many seconds.
CHANGE_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.02
# So often a question is asked anew, or a page made anew, because the dataset was replaced meanwhile.
CHANGES: Final = 3
SHORT_TEXT: Final = 2000
JSON: Final = "application/sparql-results+json"
READER: Final = "graph.reader_child"
MIRROR_READER: Final = "graph.mirror_child"
EXPLAINER: Final = "graph.explanation_child"
RECEIPT_WRITER: Final = "graph.receipts_child"
TRACED_TOO_LONG: Final = (
    "Tracing what the rows rest on took too long and was ended. "
    "Ask for fewer rows, by a narrower pattern or a LIMIT, or for the result without receipts."
)


@dataclass(frozen=True)
class ReaderLimits:
    """How many readers there are, and what queries may cost: seconds, bytes of address space, places.

    `readers` work at a time, a third of them (one at least) for any one client. `waiting` queries wait for
    at most `waiting_seconds`; `spares` processes are kept warm besides those at work.
    """

    readers: int = 6
    spares: int = 2
    first_byte_seconds: float = 10
    total_seconds: float = 60
    waiting: int = 128
    waiting_seconds: float = 1
    memory_bytes: int = 2 << 30

    @property
    def share(self) -> int:
        """How many readers one client may hold, and a third of the places to wait."""
        return max(1, self.readers // 3)


class Following(Protocol):
    """Whoever follows what another engine holds."""

    def wake(self) -> None:
        """Look now; somebody has found that it holds another publication."""
        ...


@dataclass
class PoolState:
    """What the pool is doing, for the metrics."""

    working: int = 0
    idle: int = 0
    waiting: int = 0
    killed: int = 0


class Answer:
    """A serialised result: iterate over it once, and close it when done or when the client leaves.

    `whole` is all of it where it is small. An error after the first bytes is raised while iterating: the
    stream must be cut then, never ended.
    """

    def __init__(self, form: str, media_type: str, snapshot: int, whole: bytes | None, work: Work) -> None:
        self.form = form
        self.media_type = media_type
        self.snapshot = snapshot
        self.whole = whole
        self._work = work

    async def chunks(self) -> AsyncIterator[bytes]:
        """The pieces, until the reader says that it is the end.

        Raises QueryTimeoutError or QueryFailedError where it does not come to that.
        """
        if self.whole is not None:
            yield self.whole
            return
        async for payload in self._work.payloads():
            yield payload

    def close(self) -> None:
        """Free the reader; one that is still at work is killed."""
        self._work.finish()


class ReaderPool:
    """Readers of the current snapshot; `current` says which one that is, and is asked for each query.

    `services` are those that queries may ask by SERVICE; without any, no query may. `mirror` follows the
    dataset where it is in another engine.
    """

    def __init__(
        self,
        current: Callable[[], Snapshot],
        limits: ReaderLimits | None = None,
        services: Services | None = None,
        mirror: Following | None = None,
    ) -> None:
        self._current = current
        self._mirror = mirror
        self.limits = limits or ReaderLimits()
        self._envoys = Envoys(services) if services and services.addresses else None
        self._idle: deque[Reader] = deque()
        self._working: Counter[str] = Counter()
        self._queue: deque[tuple[str, asyncio.Future[None]]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._killed = 0
        self._closed = False

    @property
    def is_mirror(self) -> bool:
        """Whether the dataset is in another engine."""
        return self._mirror is not None

    @property
    def _program(self) -> str:
        return READER if self._mirror is None else MIRROR_READER

    def own_program(self, request: ReadRequest) -> str | None:
        """The program that answers such requests one by one, where readers of queries do not."""
        if self._mirror is not None:
            return None
        if request.explain is not None:
            return EXPLAINER
        return RECEIPT_WRITER if request.receipts else None

    @property
    def state(self) -> PoolState:
        """What the pool is doing right now."""
        return PoolState(self._working.total(), len(self._idle), len(self._queue), self._killed)

    async def query(self, request: ReadRequest, client: str = "", snapshot: Snapshot | None = None) -> Answer:
        """The answer to a query, once its first bytes are there; `client` is "" for the server itself.

        `snapshot` is the one that answers, or a view in its place; None: the current one.
        Raises QuerySyntaxError, UnsupportedFormatError, QueryTimeoutError, QueryFailedError,
        ReadersBusyError, ClientBusyError, and StoreMissingError where nothing has been built; for a query
        that asks other servers ServiceFailedError and NoReceiptsError.
        """
        if snapshot is not None or self._mirror is None:
            return await self._query(request, client, snapshot or self._current())
        for _ in range(CHANGES):
            snapshot = self._current()
            with contextlib.suppress(PublicationChangedError):
                return await self._query(request, client, snapshot)
            await self.changed(snapshot)
        return await self._query(request, client, self._current())

    async def changed(self, since: Snapshot) -> None:
        """Wait, some seconds at most, for the snapshot that follows on one which its engine has no longer."""
        until = time.monotonic() + CHANGE_SECONDS
        while self._mirror is not None and self._current().number == since.number:
            if time.monotonic() > until:
                return
            self._mirror.wake()
            await asyncio.sleep(LOOK_SECONDS)

    async def _query(self, request: ReadRequest, client: str, snapshot: Snapshot) -> Answer:
        if self._envoys is not None and not request.is_checked and "service" in request.text.lower():
            request = await self._federated(self._envoys, request, client, snapshot)
        elif not request.is_checked:
            await self._check(request.text)
        return await self._answer(request, client, snapshot)

    async def _federated(
        self, envoys: Envoys, request: ReadRequest, client: str, snapshot: Snapshot
    ) -> ReadRequest:
        """The request once other servers have been asked; what they are sent is of the same snapshot."""

        async def look(own: ReadRequest) -> Sequence[Row]:
            return await self._rows(own, client, snapshot)

        return await envoys.replaced(request, client, look, self.limits.total_seconds)

    async def _rows(self, request: ReadRequest, client: str, snapshot: Snapshot) -> Sequence[Row]:
        """The solutions of a query."""
        wanted = replace(request, media_types={"select": JSON}, is_packed=False)
        answer = await self._answer(wanted, client, snapshot)
        try:
            results = read_results(b"".join([chunk async for chunk in answer.chunks()]))
        finally:
            answer.close()
        return () if isinstance(results, bool) else results.rows

    async def _answer(self, request: ReadRequest, client: str, snapshot: Snapshot) -> Answer:
        await self._admit(client)
        try:
            program = self.own_program(request)
            reader = await (self._take() if program is None else self._start(program))
        except BaseException:
            self._leave(client)
            raise
        work = Work(self, reader, client, request.seconds)
        try:
            return await work.start(request, snapshot)
        except BaseException:
            work.finish()
            raise

    async def _check(self, text: str) -> None:
        """Look at the text; a long one is looked at in a thread, while others are served."""
        if len(text) < SHORT_TEXT:
            require_harmless(text)
        else:
            await asyncio.get_running_loop().run_in_executor(None, require_harmless, text)

    async def _admit(self, client: str) -> None:
        """Wait for one's turn."""
        if self._has_place(client):
            self._working[client] += 1
            return
        mine = sum(waiting == client for waiting, _ in self._queue) if client else 0
        if mine >= max(1, self.limits.waiting // 3):
            raise ClientBusyError("Too many of your queries are waiting. Try again in a few seconds.")
        if len(self._queue) >= self.limits.waiting:
            raise ReadersBusyError("Too many queries are waiting. Try again in a few seconds.")
        turn = asyncio.get_running_loop().create_future()
        self._queue.append((client, turn))
        try:
            await asyncio.wait_for(turn, self.limits.waiting_seconds)
        except TimeoutError as error:
            if client and self._working[client] >= self.limits.share:
                raise ClientBusyError(
                    "Your other queries hold your share of the readers. Try again when they are done."
                ) from error
            raise ReadersBusyError("All readers are at work. Try again in a few seconds.") from error
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave(client)
            raise
        finally:
            if (client, turn) in self._queue:
                self._queue.remove((client, turn))

    def _has_place(self, client: str) -> bool:
        if self._working.total() >= self.limits.readers:
            return False
        return not client or self._working[client] < self.limits.share

    def _leave(self, client: str) -> None:
        """Give the place to the first who waits and may have it."""
        self._working[client] -= 1
        if not self._working[client]:
            del self._working[client]
        for place, (waiting, turn) in enumerate(self._queue):
            if not turn.done() and self._has_place(waiting):
                self._working[waiting] += 1
                del self._queue[place]
                turn.set_result(None)
                return

    async def _take(self) -> Reader:
        while self._idle:
            reader = self._idle.pop()
            if reader.is_fit:
                self._keep_spares()
                return reader
            self._kill(reader)
        self._keep_spares()
        return await self._start(self._program)

    async def _start(self, program: str) -> Reader:
        return await start_reader(self.limits.memory_bytes, program)

    def _keep_spares(self) -> None:
        """Start processes in the background, so that nobody has to wait for one to warm up."""
        wanted = min(self.limits.spares, max(0, self.limits.readers - self._working.total()))
        for _ in range(wanted - len(self._idle) - len(self._starting)):
            task = asyncio.get_running_loop().create_task(self._start_spare())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start_spare(self) -> None:
        reader = await self._start(self._program)
        if self._closed:
            self._kill(reader)
        else:
            self._idle.appendleft(reader)

    def warm(self) -> None:
        """Start the spare readers now rather than with the first query."""
        self._keep_spares()

    def release(self, reader: Reader, client: str, is_fit: bool) -> None:
        """Take a reader back: at rest if it may have another query, else killed and replaced."""
        if is_fit and reader.is_fit and not self._closed:
            self._idle.append(reader)
        else:
            self._kill(reader)
        self._leave(client)
        if not self._closed:
            self._keep_spares()

    def _kill(self, reader: Reader) -> None:
        self._killed += 1
        reader.kill()

    def close(self) -> None:
        """End the readers at rest now, and those at work when their query is done."""
        self._closed = True
        while self._idle:
            self._kill(self._idle.pop())


class Work:
    """One query in the hands of one reader, and the duty to give the reader back exactly once."""

    def __init__(self, pool: ReaderPool, reader: Reader, client: str, seconds: float | None = None) -> None:
        self._pool = pool
        self._reader = reader
        self._client = client
        self._loop = asyncio.get_running_loop()
        total = pool.limits.total_seconds
        self._seconds = total if seconds is None else min(total, seconds)
        self._end = self._loop.time() + self._seconds
        self._courtesy = self._loop.call_later(LONG_SECONDS, self._give_way)
        self._is_leaving = False
        self._is_complete = False
        self._is_released = False
        self._first = b""

    async def start(self, request: ReadRequest, snapshot: Snapshot) -> Answer:
        """The answer, once its first bytes are there."""
        limits = self._pool.limits
        self._is_leaving = self._pool.own_program(request) is not None
        first = min(limits.first_byte_seconds, self._seconds)
        self._reader.allow(first)
        if self._pool.is_mirror:
            # The engine may have a way to be told.
            request = replace(request, seconds=first)
        self._reader.send(request, str(snapshot.store))
        try:
            head = json.loads(await self._receive())
            self._first = await self._receive()
        except QueryTimeoutError:
            if request.receipts:
                raise QueryTimeoutError(TRACED_TOO_LONG) from None
            raise
        if not self._is_complete:
            self._reader.allow(self._end - self._loop.time())
        whole = self._first if self._is_complete else None
        return Answer(head["form"], head["media_type"], snapshot.number, whole, self)

    async def payloads(self) -> AsyncIterator[bytes]:
        """All that the reader sends."""
        try:
            yield self._first
            while not self._is_complete:
                yield await self._receive()
        finally:
            self.finish()

    async def _receive(self) -> bytes:
        kind, payload = await self._reader.receive()
        if kind == LEAVING:
            self._is_leaving = True
            kind, payload = await self._reader.receive()
        if kind in (WHOLE, END, FAULT):
            self._is_complete = True
            self.finish()
        if kind == FAULT:
            raise fault(payload)
        return payload

    def _give_way(self) -> None:
        self._is_leaving = True
        self._reader.lower_priority()

    def finish(self) -> None:
        """Give the reader back: fit for another query if it has finished this one and is not to go."""
        if not self._is_released:
            self._is_released = True
            self._courtesy.cancel()
            self._reader.rest()
            self._pool.release(self._reader, self._client, self._is_complete and not self._is_leaving)
