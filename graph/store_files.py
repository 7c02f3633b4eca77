"""Copies the files of an embedded store as they lie on the disk, in a fraction of the time a flush takes.

The engine (RocksDB) never changes a finished table (*.sst) nor CURRENT and OPTIONS, so a copy shares them; it
appends to the MANIFEST, which lists the tables, and to its log (*.log), which holds what is in no table yet.
Opening the copy reads the log.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from graph.disk import sync_file, sync_folder

# The engine's lock and its chat are no part of the data.
_LEFT_OUT: Final = ("LOCK", "LOG")


def copy_store(source: Path, target: Path) -> bool:
    """Copy a store that nobody writes to into a new folder of the same disk, for good.

    False, and no folder, where the engine was rearranging its files meanwhile, which it does in the
    background for a moment after a flush. Raises OSError.
    """
    before = _state(source)
    target.mkdir()
    try:
        for name in before:
            _copy(source / name, target / name)
    except FileNotFoundError:
        shutil.rmtree(target)
        return False
    # Tables come and go by new names and the MANIFEST only grows: if all is as before, nothing happened.
    if _state(source) != before:
        shutil.rmtree(target)
        return False
    sync_folder(target)
    return True


def log_bytes(folder: Path) -> int:
    """The size of what is in no table yet, and of the list of tables: what every copy copies."""
    return sum(size for name, size in _state(folder).items() if _grows(name))


def _state(folder: Path) -> dict[str, int]:
    """The files of a store with the sizes of those that grow."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(_LEFT_OUT)]
    return {name: (folder / name).stat().st_size if _grows(name) else 0 for name in names}


def _grows(name: str) -> bool:
    return name.endswith(".log") or name.startswith("MANIFEST-")


def _copy(source: Path, target: Path) -> None:
    if not _grows(source.name):
        os.link(source, target)
        return
    shutil.copyfile(source, target)
    sync_file(target)
