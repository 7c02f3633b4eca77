"""The readers for code that runs in threads: pages, named queries, tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol, TypeVar

from graph.datadir import Snapshot
from graph.envoys import Services
from graph.reader_protocol import ReadRequest
from graph.readers import Answer, Following, ReaderLimits, ReaderPool

Result = TypeVar("Result")


class BlockingAnswer:
    """An `Answer` to iterate over in a thread; close it when done."""

    def __init__(self, answer: Answer, loop: asyncio.AbstractEventLoop) -> None:
        self.form = answer.form
        self.media_type = answer.media_type
        self.snapshot = answer.snapshot
        self.whole = answer.whole
        self._answer = answer
        self._loop = loop

    def __iter__(self) -> Iterator[bytes]:
        if self.whole is not None:
            yield self.whole
            return
        chunks = self._answer.chunks()
        while chunk := _wait(anext(chunks, b""), self._loop):
            yield chunk

    def read(self) -> bytes:
        """All of it."""
        return b"".join(self)

    def close(self) -> None:
        """Free the reader; one that is still at work is killed."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._answer.close)


class QueryReaders(Protocol):
    """Somebody who answers queries: the readers, or something in their place in a test."""

    def query(
        self, request: ReadRequest, client: str = "", snapshot: Snapshot | None = None
    ) -> BlockingAnswer:
        """See `ReaderPool.query`."""
        ...


class BlockingReaders:
    """A pool of readers that any thread may ask; the pool belongs to a loop that runs in another thread."""

    def __init__(self, pool: ReaderPool, loop: asyncio.AbstractEventLoop) -> None:
        self.pool = pool
        self._loop = loop

    def query(
        self, request: ReadRequest, client: str = "", snapshot: Snapshot | None = None
    ) -> BlockingAnswer:
        """See `ReaderPool.query`."""
        return BlockingAnswer(_wait(self.pool.query(request, client, snapshot), self._loop), self._loop)

    def close(self) -> None:
        """End the readers."""
        self._loop.call_soon_threadsafe(self.pool.close)


class OwnReaders(BlockingReaders):
    """Readers with a loop of their own, in a thread of their own."""

    def __init__(
        self,
        current: Callable[[], Snapshot],
        limits: ReaderLimits | None = None,
        services: Services | None = None,
        mirror: Following | None = None,
    ) -> None:
        loop = asyncio.new_event_loop()
        super().__init__(ReaderPool(current, limits, services, mirror), loop)
        self._thread = threading.Thread(target=self._run, args=(loop,), daemon=True)
        self._thread.start()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    def close(self) -> None:
        """End the readers, their loop and its thread."""
        super().close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def _wait(awaitable: Awaitable[Result], loop: asyncio.AbstractEventLoop) -> Result:
    return asyncio.run_coroutine_threadsafe(_awaited(awaitable), loop).result()


async def _awaited(awaitable: Awaitable[Result]) -> Result:
    return await awaitable
