"""The pool of reader processes: strangers' queries run there, never in the process that serves HTTP.

A running query of the engine cannot be cancelled, and some texts end the process that parses them. So a
reader is killed, and another started when the next query comes, at the deadline, when it dies, and when the
client leaves before the end. Each query is answered by the snapshot that is current when it starts.
"""

from __future__ import annotations

import contextlib
import json
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from graph.datadir import Snapshot
from graph.errors import ReadersBusyError
from graph.query_guard import require_harmless
from graph.reader import Reader
from graph.reader_protocol import END, FAULT, WHOLE, ReadRequest, fault


@dataclass(frozen=True)
class ReaderLimits:
    """How many readers there are and what one query may cost: seconds, and bytes of address space."""

    readers: int = 2
    first_byte_seconds: float = 10
    total_seconds: float = 60
    waiting_seconds: float = 1
    memory_bytes: int = 2 << 30


class Answer:
    """A serialised result: iterate over it once, and close it when done or when the client leaves.

    An error after the first bytes is raised while iterating: the stream must be cut then, never ended.
    """

    def __init__(
        self, form: str, media_type: str, snapshot: int, whole: bytes | None, rest: Rest | None
    ) -> None:
        self.form = form
        self.media_type = media_type
        self.snapshot = snapshot
        self.whole = whole
        self._rest = rest

    def __iter__(self) -> Iterator[bytes]:
        if self.whole is not None:
            yield self.whole
        if self._rest:
            yield from self._rest.chunks()

    def read(self) -> bytes:
        """All of it."""
        return b"".join(self)

    def close(self) -> None:
        """Free the reader; one that is still at work is killed."""
        if self._rest:
            self._rest.close()


class QueryReaders(Protocol):
    """Somebody who answers queries: the pool, or something in its place in a test."""

    def query(self, request: ReadRequest) -> Answer:
        """See `ReaderPool.query`."""
        ...


class ReaderPool:
    """Readers of the current snapshot; safe to use from many threads.

    `current` says which snapshot that is, and is asked before each query.
    """

    def __init__(self, current: Callable[[], Snapshot], limits: ReaderLimits | None = None) -> None:
        self._current = current
        self._limits = limits or ReaderLimits()
        self._closed = False
        # A place is either a reader at rest or None, where one is started on demand.
        self._places: queue.LifoQueue[Reader | None] = queue.LifoQueue()
        for _ in range(self._limits.readers):
            self._places.put(None)

    def query(self, request: ReadRequest) -> Answer:
        """The answer to a query, once its first bytes are there.

        Raises QuerySyntaxError, UnsupportedFormatError, QueryTimeoutError, QueryFailedError,
        ReadersBusyError, and StoreMissingError where nothing has been built.
        """
        require_harmless(request.text)
        snapshot = self._current()
        reader = self._take(snapshot)
        rest = Rest(reader, self._release, time.monotonic() + self._limits.total_seconds)
        try:
            return self._start(reader, request, rest)
        except BaseException:
            rest.close()
            raise

    def _start(self, reader: Reader, request: ReadRequest, rest: Rest) -> Answer:
        deadline = time.monotonic() + self._limits.first_byte_seconds
        reader.send(request)
        head = json.loads(rest.receive(deadline))
        first = rest.receive(deadline)
        is_whole = rest.is_finished
        if not is_whole:
            rest.put_back(first)
        return Answer(
            head["form"],
            head["media_type"],
            reader.snapshot,
            first if is_whole else None,
            None if is_whole else rest,
        )

    def _take(self, snapshot: Snapshot) -> Reader:
        try:
            reader = self._places.get(timeout=self._limits.waiting_seconds)
        except queue.Empty as error:
            raise ReadersBusyError("All readers are at work. Try again in a few seconds.") from error
        try:
            if reader and (reader.snapshot != snapshot.number or not reader.is_alive):
                reader.kill()
                reader = None
            return reader or Reader(snapshot, self._limits.memory_bytes)
        except BaseException:
            self._places.put(None)
            raise

    def _release(self, reader: Reader, is_fit: bool) -> None:
        if not is_fit or self._closed:
            reader.kill()
        self._places.put(reader if is_fit and not self._closed else None)

    def close(self) -> None:
        """End the readers at rest now, and those at work when their query is done."""
        self._closed = True
        emptied = 0
        with contextlib.suppress(queue.Empty):
            while True:
                reader = self._places.get_nowait()
                emptied += 1
                if reader:
                    reader.kill()
        for _ in range(emptied):
            self._places.put(None)


class Rest:
    """What a reader still has to say, and the duty to give the reader back exactly once."""

    def __init__(self, reader: Reader, release: Callable[[Reader, bool], None], deadline: float) -> None:
        self._reader = reader
        self._release = release
        self._deadline = deadline
        self._first = b""
        self.is_finished = False
        self._is_released = False

    def receive(self, deadline: float) -> bytes:
        """The next payload; frees the reader with the last one.

        Raises what the reader reports, QueryTimeoutError and QueryFailedError.
        """
        kind, payload = self._reader.receive(min(deadline, self._deadline))
        if kind in (WHOLE, END, FAULT):
            self.is_finished = True
            self.close()
        if kind == FAULT:
            raise fault(payload)
        return payload

    def put_back(self, payload: bytes) -> None:
        """Let `chunks` begin with this payload."""
        self._first = payload

    def chunks(self) -> Iterator[bytes]:
        """The remaining data, until the reader says that it is the end."""
        try:
            yield self._first
            while not self.is_finished:
                yield self.receive(self._deadline)
        finally:
            self.close()

    def close(self) -> None:
        """Give the reader back: fit for another query if it has finished this one."""
        if not self._is_released:
            self._is_released = True
            self._release(self._reader, self.is_finished)
