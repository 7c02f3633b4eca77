"""Asks the writer process to write, and waits until readers can see it."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from graph.datadir import DataDirectory
from graph.errors import WriterUnavailableError
from graph.write_protocol import WriteReceipt, WriteRequest, address, message, read_error, receive

# A writer that was killed is there again within so many seconds.
START_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 0.02


class WriterClient:
    """A way to the writer of a data directory; any number of threads may use it."""

    def __init__(self, data: DataDirectory, timeout_seconds: float = 660.0) -> None:
        self._data = data
        self._timeout = timeout_seconds
        self._idle: list[socket.socket] = []
        self._lock = threading.Lock()
        self._closed = False

    def write(self, request: WriteRequest) -> WriteReceipt:
        """The receipt of a write, once the snapshot that shows it is current.

        Raises the error of the write itself, and WriterUnavailableError where the writer does not answer:
        whether the write was carried out is unknown then. Raises ReplicaError for a read replica.
        """
        self._data.require_original()
        deadline = time.monotonic() + self._timeout
        connection = self._send(message(request.fields()), deadline)
        try:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            answer = receive(connection)
        except OSError as error:
            connection.close()
            raise _silent() from error
        if answer is None:
            connection.close()
            raise _silent()
        self._keep(connection)
        return _receipt(answer)

    def close(self) -> None:
        """Let go of the connections that nobody uses."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(self, data: bytes, deadline: float) -> socket.socket:
        """A connection on which the whole request was sent.

        A writer that ended before it had the whole request has not begun it, so another one may have it.
        """
        until = min(deadline, time.monotonic() + START_SECONDS)
        while True:
            connection = self._take() or self._connect(until)
            try:
                connection.settimeout(max(deadline - time.monotonic(), 0.001))
                connection.sendall(data)
            except OSError as error:
                connection.close()
                if time.monotonic() > until:
                    raise _silent() from error
                continue
            return connection

    def _take(self) -> socket.socket | None:
        """A connection that is open and silent, as an idle one should be."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            # Something to read, or an end: the writer on the other side has gone.
            poll = select.poll()
            poll.register(connection, select.POLLIN)
            if not poll.poll(0):
                return connection
            connection.close()

    def _keep(self, connection: socket.socket) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self, until: float) -> socket.socket:
        """A new connection; waits for a writer that is just starting.

        Raises WriterUnavailableError where there is none by then.
        """
        while True:
            try:
                return self._connect_now()
            except OSError as error:
                if time.monotonic() > until:
                    raise WriterUnavailableError(
                        f"Nothing writes in {self._data.root}: its writer does not answer. Try again shortly."
                    ) from error
            time.sleep(RETRY_SECONDS)

    def _connect_now(self) -> socket.socket:
        with contextlib.ExitStack() as stack:
            folder = os.open(self._data.root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, folder)
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(address(folder))
            except OSError:
                connection.close()
                raise
            return connection


def _receipt(answer: Mapping[str, Any]) -> WriteReceipt:
    if "error" in answer:
        raise read_error(answer)
    return WriteReceipt(**answer)


def _silent() -> WriterUnavailableError:
    return WriterUnavailableError(
        "The writer ended, or took too long, before it answered: whether it has written is unknown. "
        "Look, and try again."
    )
