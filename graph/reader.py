"""One reader process as its parent sees it: ask, take frames until the deadline, kill.

Belongs to one event loop. The deadline is a timer that kills the process, so that it holds whatever the
process is doing.
"""

from __future__ import annotations

import asyncio
import ctypes.util
import functools
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from graph.errors import KnowledgeGraphError, QueryFailedError, QueryTimeoutError
from graph.reader_protocol import PREFIX, Frame, ReadRequest

ROOMS: Final = Path(__file__).resolve().parents[1]
# So much of an answer may wait here for its consumer before the process has to wait.
WAITING_BYTES: Final = 1 << 20


class Reader(asyncio.Protocol):
    """A process for one query at a time; made by `start_reader`."""

    def __init__(self, process: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop) -> None:
        self._process = process
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._frames: deque[Frame] = deque()
        self._waiting_bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._fault: KnowledgeGraphError | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def process_id(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_fit(self) -> bool:
        """Whether it can take another query."""
        return self._fault is None and self._transport is not None

    def send(self, request: ReadRequest, store: str) -> None:
        """Hand over a request to the snapshot in a folder; whatever goes wrong is told by `receive`."""
        if self._transport is not None and self._fault is None:
            self._transport.write(request.frame(store).encode())

    def post(self, frame: Frame) -> None:
        """Hand over a message of another kind; whatever goes wrong is told by `receive`."""
        if self._transport is not None and self._fault is None:
            self._transport.write(frame.encode())

    def allow(self, seconds: float) -> None:
        """Let it go on for so long; then it is killed, and `receive` says so."""
        self.rest()
        self._timer = self._loop.call_later(max(seconds, 0), self._overrun)

    def rest(self) -> None:
        """Take the deadline away."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def receive(self) -> Frame:
        """The next frame.

        Raises QueryTimeoutError after the deadline and QueryFailedError where the process has ended.
        """
        while not self._frames:
            if self._fault is not None:
                raise self._fault
            self._waiter = self._loop.create_future()
            await self._waiter
        frame = self._frames.popleft()
        self._waiting_bytes -= len(frame.payload)
        if self._transport is not None and self._waiting_bytes < WAITING_BYTES:
            self._transport.resume_reading()
        return frame

    def kill(self) -> None:
        """End the process, whatever it is doing, and give everything back to the system."""
        self.rest()
        self._end(QueryFailedError("The reader was ended."))
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        self._process.kill()
        if self._loop.is_running():
            # A process with much memory takes its time to go.
            self._loop.run_in_executor(None, self._process.wait)
        else:
            self._process.wait()

    def lower_priority(self) -> None:
        """Let shorter queries go first from now on."""
        try:
            os.setpriority(os.PRIO_PROCESS, self._process.pid, 10)
        except OSError:
            return

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._buffer += data
        while len(self._buffer) >= PREFIX.size:
            kind, length = PREFIX.unpack_from(self._buffer)
            end = PREFIX.size + length
            if len(self._buffer) < end:
                break
            self._frames.append(Frame(kind, bytes(self._buffer[PREFIX.size : end])))
            self._waiting_bytes += length
            del self._buffer[:end]
        if self._waiting_bytes > WAITING_BYTES and self._transport is not None:
            self._transport.pause_reading()
        if self._frames:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._transport = None
        self._end(QueryFailedError("The query needed more memory or depth than one query may have."))

    def _overrun(self) -> None:
        self._end(QueryTimeoutError("The query took too long and was ended. Ask for less, or add a LIMIT."))
        self._process.kill()

    def _end(self, fault: KnowledgeGraphError) -> None:
        self._fault = self._fault or fault
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


@functools.cache
def allocator() -> Mapping[str, str]:
    """The environment of a reader: jemalloc, where the system has it, makes heavy queries a tenth faster.

    Either allocator is told to keep one arena and little that is unused: what it holds in reserve would count
    against the memory limit.
    """
    settings = {"MALLOC_ARENA_MAX": "1"}
    library = ctypes.util.find_library("jemalloc")
    if library and "LD_PRELOAD" not in os.environ:
        settings |= {"LD_PRELOAD": library, "MALLOC_CONF": "narenas:1,retain:false,dirty_decay_ms:500"}
    return settings


async def start_reader(memory_bytes: int, program: str = "graph.reader_child") -> Reader:
    """A new reader process; it warms up by itself, and a query may be sent at once."""
    ours, theirs = socket.socketpair()
    path = os.pathsep.join([str(ROOMS), *filter(None, [os.environ.get("PYTHONPATH")])])
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", program, str(memory_bytes)],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            env={**os.environ, **allocator(), "PYTHONPATH": path},
        )
    loop = asyncio.get_running_loop()
    _, reader = await loop.create_unix_connection(lambda: Reader(process, loop), sock=ours)
    return reader
