"""What stands between a reader and a client that reads slowly: the reader is free as soon as it has finished.

Up to a mebibyte waits in memory, the rest in a file without a name. All files together have a limit; where
it is reached, readers wait for their clients, within their deadline.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from typing import IO, Final

from graph.errors import KnowledgeGraphError, StoreWriteError

MEMORY_BYTES: Final = 1 << 20
PIECE_BYTES: Final = 1 << 18


class SpoolBudget:
    """How many bytes the spools of all answers may hold on disk."""

    def __init__(self, total: int) -> None:
        self._free = total

    def take(self, size: int) -> bool:
        """Whether so many bytes were there to be had."""
        if size > self._free:
            return False
        self._free -= size
        return True

    def give_back(self, size: int) -> None:
        """Make room again."""
        self._free += size


class Spool:
    """One answer on its way; `fault` says why it ended early, once it has been drained."""

    def __init__(self, budget: SpoolBudget) -> None:
        self._budget = budget
        self._memory: deque[bytes] = deque()
        self._memory_bytes = 0
        self._file: IO[bytes] | None = None
        self._written = 0
        self._read = 0
        self._is_ended = False
        self._changed = asyncio.Event()
        self.fault: KnowledgeGraphError | None = None

    async def fill(self, chunks: AsyncIterator[bytes]) -> None:
        """Take all chunks, as fast as they come."""
        try:
            async for chunk in chunks:
                while not self._put(chunk):
                    await self._wait()
        except KnowledgeGraphError as error:
            self.fault = error
        except OSError as error:
            self.fault = StoreWriteError(f"The answer cannot be kept for its client: {error.strerror}.")
        finally:
            self._is_ended = True
            self._changed.set()

    async def drain(self) -> AsyncIterator[bytes]:
        """The chunks, as they are there."""
        while True:
            chunk = self._take()
            if chunk:
                yield chunk
            elif self._is_ended:
                return
            else:
                await self._wait()

    def close(self) -> None:
        """Give the room on disk back."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._budget.give_back(self._written)
            self._written = self._read = 0

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _put(self, chunk: bytes) -> bool:
        if not chunk:
            # To `drain` it would be the end.
            return True
        # One chunk may be larger than all room there is.
        if not self._written and (not self._memory or self._memory_bytes + len(chunk) <= MEMORY_BYTES):
            self._memory.append(chunk)
            self._memory_bytes += len(chunk)
        elif self._budget.take(len(chunk)):
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by `close`
            self._file.seek(self._written)
            self._file.write(chunk)
            self._written += len(chunk)
        else:
            return False
        self._changed.set()
        return True

    def _take(self) -> bytes:
        self._changed.set()
        if self._memory:
            chunk = self._memory.popleft()
            self._memory_bytes -= len(chunk)
            return chunk
        if self._file is None or self._read == self._written:
            return b""
        self._file.seek(self._read)
        chunk = self._file.read(min(PIECE_BYTES, self._written - self._read))
        self._read += len(chunk)
        if self._read == self._written:
            self.close()
        return chunk
