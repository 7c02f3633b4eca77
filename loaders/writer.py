"""The writer: the one process that publishes what is written over HTTP; it never parses foreign text.

`loaders.writer_process` starts it as `python -m loaders.writer DIR`. It listens on DIR/writer.sock, lets
writes wait in a queue, has them carried out by its hand (`loaders.hand`), and answers each once the snapshot
that shows it is current. It ends with its parent.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import queue
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from graph.confinement import end_with_parent
from graph.datadir import DataDirectory, locked
from graph.disk import write_error
from graph.errors import KnowledgeGraphError, StoreBusyError
from graph.turn import WRITER_PROCESS, is_awaited
from graph.write_protocol import SOCKET_NAME, WriteRequest, address, error_fields, message, receive
from loaders.hand import HandLimits
from loaders.write_groups import Job, WriteGroups

LOGGER: Final = logging.getLogger(__name__)
WAITING: Final = 64
CONNECTIONS: Final = 256
# A write that has not begun by then is given up.
PATIENCE_SECONDS: Final = 30.0
LOCK_SECONDS: Final = 30.0
# The right to write is kept for so long after a write: the next one of a series finds it there.
LINGER_SECONDS: Final = 0.02
# Old snapshots are removed when nothing was written for so long, at the latest after so long: it takes time.
IDLE_SECONDS: Final = 0.3
SWEEP_SECONDS: Final = 5.0


class Waiting:
    """The writes that wait, in the order in which they came; a bounded number of them."""

    def __init__(self, limit: int = WAITING) -> None:
        # This kind of queue may be put to in a signal handler.
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(limit)
        self._limit = limit
        self.is_ended = False

    def put(self, job: Job) -> None:
        """Let a write wait.

        Raises StoreBusyError where too many wait already.
        """
        if not self._room.acquire(blocking=False):
            raise StoreBusyError(f"{self._limit} writes wait already. Try again shortly.")
        self._jobs.put(job)

    def take(self, seconds: float | None = 0.0) -> Job | None:
        """The next write; None where there is none within so many seconds (None: for ever), or at the end."""
        if self.is_ended:
            return None
        try:
            job = self._jobs.get(timeout=seconds) if seconds != 0 else self._jobs.get_nowait()
        except queue.Empty:
            return None
        if job is None:
            return None
        self._room.release()
        # One that nobody waits for any more is passed over.
        return job if job.claim() else self.take(seconds)

    def end(self) -> None:
        """No more writes are handed out."""
        self.is_ended = True
        self._jobs.put(None)


class Writer:
    """Answers the writes that come in on connections."""

    def __init__(self, data: DataDirectory, limits: HandLimits, lock_seconds: float = LOCK_SECONDS) -> None:
        self._data = data
        self._groups = WriteGroups(data, limits, lock_seconds)
        self._published = threading.Event()
        self.waiting = Waiting()

    def run(self) -> None:
        """Carry out what waits, until the end."""
        threading.Thread(target=self._sweep, daemon=True).start()
        while (job := self.waiting.take(None)) is not None:
            self._carry_out(job)
        self._groups.close()

    def _carry_out(self, first: Job) -> None:
        """Carry out a series of groups under one right to write."""
        job: Job | None = first
        try:
            with self._groups.session():
                while job is not None:
                    self._groups.carry_out(job, self.waiting.take)
                    self._published.set()
                    # Whoever else waits for the right to write gets it now.
                    job = None if is_awaited(self._data) else self.waiting.take(LINGER_SECONDS)
        except Exception as error:
            # Whatever it is, the next write is tried afresh.
            if not isinstance(error, KnowledgeGraphError | OSError):
                LOGGER.exception("a group of writes failed")
            reported = write_error(self._data.root, error) if isinstance(error, OSError) else error
            while job is not None:
                job.fail(reported)
                job = self.waiting.take() if isinstance(error, StoreBusyError) else None

    def _sweep(self) -> None:
        """Remove snapshots that need not be kept, while nobody waits for it."""
        while True:
            self._published.wait()
            until = time.monotonic() + SWEEP_SECONDS
            while self._published.wait(IDLE_SECONDS) and time.monotonic() < until:
                self._published.clear()
                time.sleep(IDLE_SECONDS)
            self._data.forget_old()

    def listen(self, listener: socket.socket) -> None:
        """Answer connections, each in a thread of its own."""
        room = threading.Semaphore(CONNECTIONS)
        while True:
            room.acquire()
            connection, _ = listener.accept()
            threading.Thread(target=self._converse, args=(connection, room), daemon=True).start()

    def _converse(self, connection: socket.socket, room: threading.Semaphore) -> None:
        try:
            with connection, contextlib.suppress(OSError):
                while (fields := receive(connection)) is not None:
                    connection.sendall(message(self._answer(WriteRequest.read(fields))))
        finally:
            room.release()

    def _answer(self, request: WriteRequest) -> Mapping[str, Any]:
        job = Job(request)
        try:
            self.waiting.put(job)
        except StoreBusyError as error:
            return error_fields(error)
        if not job.is_answered.wait(PATIENCE_SECONDS) and job.claim():
            return error_fields(
                StoreBusyError("Other writes take long. Nothing was written; try again shortly.")
            )
        job.is_answered.wait()
        return job.answer


@contextlib.contextmanager
def listening(root: Path) -> Iterator[socket.socket]:
    """The writer's socket, for this user alone; one that a killed writer left behind is replaced."""
    folder = os.open(root, os.O_PATH | os.O_DIRECTORY)
    mask = os.umask(0o177)
    try:
        (root / SOCKET_NAME).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(address(folder))
            os.umask(mask)
            listener.listen(WAITING)
            yield listener
    finally:
        os.umask(mask)
        os.close(folder)


def main() -> None:
    """Write until the parent ends or asks for the end."""
    options = _parser().parse_args()
    data = DataDirectory(options.data)
    limits = HandLimits(options.update_seconds, options.document_seconds, options.memory_bytes)
    end_with_parent(sys.stdin.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    writer = Writer(data, limits, options.lock_seconds)
    signal.signal(signal.SIGTERM, lambda _number, _frame: writer.waiting.end())
    try:
        _serve(data, writer)
    except KnowledgeGraphError as error:
        sys.exit(str(error))


def _serve(data: DataDirectory, writer: Writer) -> None:
    with locked(data.root / WRITER_PROCESS, f"{data.root} is being written over HTTP"):
        shutil.rmtree(data.root / "live", ignore_errors=True)
        with listening(data.root) as listener:
            threading.Thread(target=writer.listen, args=(listener,), daemon=True).start()
            writer.run()
        shutil.rmtree(data.root / "live", ignore_errors=True)


def _parser() -> argparse.ArgumentParser:
    limits = HandLimits()
    parser = argparse.ArgumentParser(prog="loaders.writer", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--update-seconds", type=float, default=limits.update_seconds)
    parser.add_argument("--document-seconds", type=float, default=limits.document_seconds)
    parser.add_argument("--memory-bytes", type=int, default=limits.memory_bytes)
    parser.add_argument("--lock-seconds", type=float, default=LOCK_SECONDS)
    return parser


if __name__ == "__main__":
    main()
