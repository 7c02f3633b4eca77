"""The audit log: who wrote what, and when; one JSON object per line, only ever added to.

A line goes out in one write to a file opened for appending, under a lock, so that processes that write at the
same time do not mix their lines.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Final

from graph.clock import Clock, iso_time, utc_now
from graph.disk import sync_folder
from graph.errors import StoreWriteError

AUDIT_FILE: Final = "audit.jsonl"


class AuditLog:
    """The audit log in one file, which the first record makes; safe to use from many threads."""

    def __init__(self, path: Path, clock: Clock = utc_now) -> None:
        self.path = path
        self._clock = clock

    def record(self, **fields: object) -> None:
        """Add a line, on disk when this returns: `time` in UTC to the millisecond, then the fields.

        The fields hold what JSON can; control characters and all beyond ASCII are written as escapes.
        Raises StoreWriteError where the disk refuses.
        """
        line = json.dumps({"time": iso_time(self._clock(), "milliseconds"), **fields}) + "\n"
        try:
            self._append(line.encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreWriteError(f"The audit log {self.path} cannot be written: {reason}.") from error

    def _append(self, line: bytes) -> None:
        is_new = not self.path.exists()
        # Opened for each record, so that an administrator may move the file away at any time.
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # The end of the file means something only while nobody else is in the middle of a line.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            whole = line if _ends_a_line(descriptor) else b"\n" + line
            if os.write(descriptor, whole) < len(whole):
                raise OSError("the line was cut short: is the disk full?")
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(self.path.parent)


def _ends_a_line(descriptor: int) -> bool:
    """Whether the next line may follow at once: a full disk or a power cut may have left half a line."""
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
