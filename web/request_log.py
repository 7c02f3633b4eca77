"""The log of requests, and of slow queries: one JSON object per line.

Whatever comes from outside is escaped by JSON beyond printable ASCII, so that nobody forges a line or speaks
to a terminal. A log that cannot be written never stops an answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import secrets
import threading
from dataclasses import asdict, dataclass
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final, TextIO

from graph.clock import Clock, iso_time, utc_now

SLOW_FILE: Final = "slow-queries.log"
SLOW_FILES: Final = 5
SLOW_FILE_BYTES: Final = 1 << 20
SLOW_TEXT: Final = 2000
LONGEST_METHOD: Final = 32
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def new_request_id() -> str:
    """A fresh id for a request: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def request_id(header: str | None) -> str:
    """The id that X-Request-Id gives, if it is a harmless one, else a fresh id.

    >>> request_id("proxy-17.a")
    'proxy-17.a'
    """
    return header if header is not None and _REQUEST_ID.fullmatch(header) else new_request_id()


def query_hash(text: str) -> str:
    """What stands for a query in the log: the first 16 hexadecimal digits of its SHA-256.

    >>> query_hash("ASK {}")
    '819ea91ed5f12b38'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What the log tells of one request.

    `route` is the name of a route, never the URL; `bytes` were sent as body; `client` is the address;
    `query`, `outcome` and `snapshot` are given where there is a query or a write.
    """

    request_id: str
    method: str
    route: str
    status: int
    duration_ms: float
    bytes: int
    client: str
    query: str | None = None
    outcome: str | None = None
    snapshot: int | None = None


class RequestLog:
    """Writes to a stream, a line at a time; safe to use from many threads.

    The stream should not block: a terminal, a file or the pipe of a service manager.
    """

    def __init__(self, stream: TextIO, clock: Clock = utc_now) -> None:
        self._stream = stream
        self._clock = clock
        self._lock = threading.Lock()

    def write(self, line: RequestLine) -> None:
        """Add the line of one request, with the time now; without those fields that are None."""
        known = {key: value for key, value in asdict(line).items() if value is not None}
        known["method"] = line.method[:LONGEST_METHOD]
        known["duration_ms"] = round(line.duration_ms, 3)
        text = json.dumps({"time": iso_time(self._clock(), "milliseconds"), **known}) + "\n"
        # ValueError: somebody has closed the stream.
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()


class SlowQueryLog:
    """Keeps the text of queries that took longer than `slow_seconds`, in five files of 1 MiB at most."""

    def __init__(self, folder: Path, slow_seconds: float, clock: Clock = utc_now) -> None:
        self._slow_seconds = slow_seconds
        self._clock = clock
        self._file = _PrivateFile(
            folder / SLOW_FILE,
            maxBytes=SLOW_FILE_BYTES,
            backupCount=SLOW_FILES - 1,
            encoding="utf-8",
            delay=True,
        )

    def offer(self, request_id: str, text: str, seconds: float, outcome: str) -> None:
        """Write a query down if it was slow; of long texts the first 2,000 characters."""
        if seconds <= self._slow_seconds:
            return
        fields = {
            "time": iso_time(self._clock(), "milliseconds"),
            "request_id": request_id,
            "seconds": round(seconds, 3),
            "outcome": outcome,
            "query": query_hash(text),
            "characters": len(text),
            "text": text[:SLOW_TEXT],
        }
        self._file.handle(logging.makeLogRecord({"msg": json.dumps(fields)}))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _PrivateFile(RotatingFileHandler):
    """A log for its owner alone: queries may tell what somebody is after."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """One line instead of a traceback."""
        logging.getLogger(__name__).error("%s cannot be written", self.baseFilename)
