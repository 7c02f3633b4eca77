"""The live store: a scratch copy of the current snapshot, kept open so that a small write costs little.

It holds what was published and what the group at work has written since. After an error that leaves traces
it is thrown away and made again; nothing in it is of worth by itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from graph.datadir import Snapshot
from graph.embedded import EmbeddedStore
from graph.label_entries import NAMING
from graph.store_files import log_bytes

# Each snapshot copies the store's log and its list of files; opening the store anew begins short ones.
LOG_BYTES: Final = 128 << 10


class LiveStore:
    """A read-write copy of a snapshot in a folder of its own; files are shared with the snapshot."""

    def __init__(self, base: Snapshot, folder: Path) -> None:
        self.base = base
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        source = EmbeddedStore(base.store, read_only=True)
        source.backup(folder)
        source.close()
        self.store = self._opened()

    def _opened(self) -> EmbeddedStore:
        store = EmbeddedStore(self.folder)
        store.watch(NAMING)
        return store

    def save(self, folder: Path) -> None:
        """Copy the store into a new folder, with everything written so far."""
        self.store.save(folder)

    def tidy(self) -> None:
        """Begin a new log where the old one has grown long."""
        if log_bytes(self.folder) > LOG_BYTES:
            self.store.close()
            self.store = self._opened()

    def close(self) -> None:
        """Let go of the folder and remove it."""
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)
