"""The right to write, in the order in which it is asked for.

The lock itself knows no order: a writer that takes it again and again would shut out a command. So whoever
waits holds a second lock meanwhile, a turnstile, which everybody passes on the way in.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Final

from graph.datadir import DataDirectory
from graph.disk import writing
from graph.errors import StoreBusyError

TURNSTILE: Final = "turn.lock"
WRITER_PROCESS: Final = "writer-process.lock"
PAUSE_SECONDS: Final = 0.02
# A command waits so long for the writer of a server, which never writes for long.
COMMAND_SECONDS: Final = 30.0


@contextlib.contextmanager
def turn(
    data: DataDirectory,
    seconds: float,
    is_worth_waiting: Callable[[StoreBusyError], bool] = lambda _: True,
    *,
    upgrading: bool = False,
) -> Iterator[None]:
    """Hold the right to write, after waiting for those who came before.

    Raises StoreBusyError, with the process id of who holds it, after so many seconds, or at once where
    waiting for the holder is not worth while; StoreWriteError where nothing can be written.
    """
    until = time.monotonic() + seconds
    data.prepare(upgrading=upgrading)
    with ExitStack() as right:
        with writing(data.root), _turnstile(data) as gate:
            _pass(data, gate, until)
            while not _has_entered(right, data, until, is_worth_waiting, upgrading):
                time.sleep(PAUSE_SECONDS)
        yield


def _pass(data: DataDirectory, gate: int, until: float) -> None:
    while not _is_free(gate):
        if time.monotonic() > until:
            raise StoreBusyError(f"Others wait to write in {data.root} already. Try again shortly.")
        time.sleep(PAUSE_SECONDS)


def _has_entered(
    right: ExitStack,
    data: DataDirectory,
    until: float,
    is_worth_waiting: Callable[[StoreBusyError], bool],
    upgrading: bool,
) -> bool:
    try:
        right.enter_context(data.writer(upgrading=upgrading))
    except StoreBusyError as error:
        if time.monotonic() > until or not is_worth_waiting(error):
            raise
        return False
    return True


def for_a_command(data: DataDirectory, *, upgrading: bool = False) -> contextlib.AbstractContextManager[None]:
    """The right to write for a command: the writer of a server is waited for, another command is not."""

    def is_server(error: StoreBusyError) -> bool:
        return error.holder == _writer_process(data)

    return turn(data, COMMAND_SECONDS, is_server, upgrading=upgrading)


def is_awaited(data: DataDirectory) -> bool:
    """Whether somebody waits for the right to write, which we have."""
    with _turnstile(data) as gate:
        return not _is_free(gate)


@contextlib.contextmanager
def _turnstile(data: DataDirectory) -> Iterator[int]:
    descriptor = os.open(data.root / TURNSTILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_free(gate: int) -> bool:
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _writer_process(data: DataDirectory) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int((data.root / WRITER_PROCESS).read_text())
    return None
