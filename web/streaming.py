"""Sends an answer of unknown length: at the client's pace, and cut off where it does not come to its end.

granian buffers whatever an application streams, without limit, but reads a file at the pace of its client: so
it is given a pipe to read. It would also end a broken answer as if it were whole: so the connection is shut
down before the pipe is closed.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import os
import socket
import termios
from collections.abc import AsyncIterator
from typing import Any, Final

from web.answer_spool import Spool, SpoolBudget

PIPE_BYTES: Final = 1 << 20
OPENING_SECONDS: Final = 5.0
STEP_SECONDS: Final = 0.001
# A client that has not taken its answer by then loses it, and the room on disk that it takes.
SENDING_SECONDS: Final = 900


class ClientLeftError(Exception):
    """Nobody reads the answer any more."""


class Pipe:
    """The writing end of a pipe that the server reads; writing waits for the client."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._writing, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.path = f"/proc/self/fd/{self._reading}"
        self._is_opened = False

    async def write(self, data: bytes) -> None:
        """Return when all of it is in the pipe.

        Raises ClientLeftError.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._writing, rest) :]
            except BlockingIOError:
                await self._writable()
            except BrokenPipeError as error:
                raise ClientLeftError from error
            if not self._is_opened:
                await self._opened(len(data) - len(rest))

    async def _opened(self, written: int) -> None:
        """Wait until the server reads; from then on only the server holds the other end."""
        loop = asyncio.get_running_loop()
        end = loop.time() + OPENING_SECONDS
        while self._waiting_bytes() == written:
            if loop.time() > end:
                raise ClientLeftError
            await asyncio.sleep(STEP_SECONDS)
        self._is_opened = True
        os.close(self._reading)

    def _waiting_bytes(self) -> int:
        size = array.array("i", [0])
        fcntl.ioctl(self._reading, termios.FIONREAD, size)
        return size[0]

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        loop.add_writer(self._writing, _resolve, ready)
        try:
            await ready
        finally:
            loop.remove_writer(self._writing)

    def close(self) -> None:
        """Let go of the pipe: the server sees the end of the answer."""
        os.close(self._writing)
        if not self._is_opened:
            os.close(self._reading)


def _resolve(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def send_stream(
    protocol: Any,
    peer: str,
    status: int,
    headers: list[tuple[str, str]],
    chunks: AsyncIterator[bytes],
    budget: SpoolBudget,
) -> int:
    """The number of bytes sent; `peer` is the client's address and port.

    Raises ClientLeftError where the client left, and what `chunks` raises after the connection has been cut.
    """
    spool, pipe = Spool(budget), Pipe()
    filling = asyncio.ensure_future(spool.fill(chunks))
    sent, is_whole = 0, False
    try:
        protocol.response_file(status, headers, pipe.path)
        async with asyncio.timeout(SENDING_SECONDS):
            async for chunk in spool.drain():
                await pipe.write(chunk)
                sent += len(chunk)
        if spool.fault is not None:
            raise spool.fault
        is_whole = True
        return sent
    except TimeoutError as error:
        raise ClientLeftError from error
    finally:
        if not is_whole:
            shut_down(peer)
        filling.cancel()
        spool.close()
        pipe.close()


def shut_down(peer: str) -> None:
    """Shut this process's connection with a peer, given as address:port, in both directions."""
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(name))) as connection:
                if connection.family not in (socket.AF_INET, socket.AF_INET6):
                    continue
                address, port = connection.getpeername()[:2]
                shown = f"[{address}]" if ":" in address else address
                if f"{shown}:{port}" == peer or f"{address}:{port}" == peer:
                    connection.shutdown(socket.SHUT_RDWR)
