"""One reader process as its parent sees it: ask, receive frames before a deadline, kill."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from graph.datadir import Snapshot
from graph.errors import QueryFailedError, QueryTimeoutError
from graph.reader_protocol import PREFIX, Frame, ReadRequest

ROOMS: Final = Path(__file__).resolve().parents[1]
CHUNK_BYTES: Final = 256 * 1024


class Reader:
    """A process with one snapshot open, for one query at a time."""

    def __init__(self, snapshot: Snapshot, memory_bytes: int) -> None:
        self.snapshot = snapshot.number
        path = os.pathsep.join([str(ROOMS), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "graph.reader_child", str(memory_bytes), str(snapshot.store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Each arena of the allocator takes 64 MiB of address space, used or not: with one, the memory
            # limit counts what a query takes.
            env={**os.environ, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "1"},
            bufsize=0,
        )
        assert self._process.stdin and self._process.stdout
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        self._buffer = bytearray()

    @property
    def process_id(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def send(self, request: ReadRequest) -> None:
        """Hand over a request.

        Raises QueryFailedError where the process has ended.
        """
        data = memoryview(request.frame().encode())
        try:
            while data:
                data = data[self._requests.write(data) or 0 :]
        except BrokenPipeError as error:
            raise QueryFailedError("The reader ended before it could take the query.") from error

    def receive(self, deadline: float) -> Frame:
        """The next frame; `deadline` is a time of the monotonic clock.

        Raises QueryTimeoutError at the deadline and QueryFailedError where the process has ended.
        """
        while True:
            frame = self._take_frame()
            if frame:
                return frame
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not self._poll.poll(remaining * 1000):
                raise QueryTimeoutError(
                    "The query took too long and was ended. Ask for less, or add a LIMIT."
                )
            chunk = os.read(self._answers.fileno(), CHUNK_BYTES)
            if not chunk:
                raise QueryFailedError("The query needed more memory or depth than one query may have.")
            self._buffer += chunk

    def _take_frame(self) -> Frame | None:
        if len(self._buffer) < PREFIX.size:
            return None
        kind, length = PREFIX.unpack_from(self._buffer)
        end = PREFIX.size + length
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[PREFIX.size : end])
        del self._buffer[:end]
        return Frame(kind, payload)

    def kill(self) -> None:
        """End the process, whatever it is doing, and give everything back to the system."""
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._answers.close()
