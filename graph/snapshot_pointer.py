"""Which snapshot is current, for those who ask often: the pointer is read again only when it has changed."""

from __future__ import annotations

import os
import time
from typing import Final

from graph.datadir import DataDirectory, Snapshot

# Nobody who learns that a write is done from another process can ask sooner than that.
FRESH_SECONDS: Final = 0.001


class SnapshotPointer:
    """Remembers the current snapshot as long as the pointer file stays the same."""

    def __init__(self, data: DataDirectory) -> None:
        self._data = data
        self._path = str(data.root / "current")
        self._mark: tuple[int, int] | None = None
        self._snapshot: Snapshot | None = None
        self._looked = 0.0

    def current(self) -> Snapshot:
        """The snapshot that readers see.

        Raises StoreMissingError where nothing has been built.
        """
        now = time.monotonic()
        if self._snapshot is not None and now - self._looked < FRESH_SECONDS:
            return self._snapshot
        try:
            status = os.stat(self._path)
        except OSError:
            return self._data.current()
        mark = (status.st_ino, status.st_mtime_ns)
        if self._snapshot is None or mark != self._mark:
            self._snapshot = self._data.current()
            self._mark = mark
        self._looked = now
        return self._snapshot

    def look_again(self) -> None:
        """Somebody has written, and is about to be told so."""
        self._looked = 0.0
