"""Keeps the label index in step with the dataset: made anew with a build, brought up to date with a commit.

It is derived data, so nothing here may fail a build or a write: an index that cannot be written stays behind,
and `graph/label_keeper.py` makes it anew. Snapshots without an index are not searched.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from graph.label_entries import Entry, all_entries, entry_of
from graph.label_file import (
    FOLDER,
    UNFINISHED,
    apply_commit,
    covered_until,
    create_file,
    forget_rows,
    label_file,
    label_files,
    opened,
    remove_file,
)
from graph.store import ReadableStore

# Nobody writes for so long without a pause.
ABANDONED_SECONDS: Final = 3600
LOGGER: Final = logging.getLogger(__name__)


def make_labels(
    root: Path, store: ReadableStore, number: int, settle: Callable[[], None] = lambda: None
) -> None:
    """Make the index anew, from the store of a snapshot that may be current soon.

    `settle` is called once all has been read, and raises where that is of no use.
    """
    try:
        create_file(root / FOLDER, number, _settled(all_entries(store), settle))
    except (sqlite3.Error, OSError) as error:
        LOGGER.warning("the label index cannot be written: %s", error)


def _settled(entries: Iterable[Entry], settle: Callable[[], None]) -> Iterator[Entry]:
    yield from entries
    settle()


class LabelWriter:
    """Brings the index up to date with commits; its file stays open from one to the next.

    Whoever closes a file last waits for the disk.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER
        self._mark: tuple[Path, int] | None = None
        self._connection: sqlite3.Connection | None = None

    def keep(self, store: ReadableStore, things: Iterable[NamedNode], base: int, number: int) -> None:
        """Note what these things are called in a store that follows on a snapshot."""
        path = label_file(self._folder, base)
        if path is None:
            return
        changes = {thing.value: entry_of(store, thing) for thing in sorted(things, key=str)}
        try:
            apply_commit(self._opened(path), base, number, changes)
        except (sqlite3.Error, OSError) as error:
            LOGGER.warning("the label index cannot be written: %s", error)
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
        self._mark = self._connection = None

    def _opened(self, path: Path) -> sqlite3.Connection:
        mark = (path, path.stat().st_ino)
        if self._connection is None or mark != self._mark:
            self.close()
            self._connection, self._mark = opened(path), mark
        return self._connection


def keep_labels(
    root: Path, store: ReadableStore, things: Iterable[NamedNode], base: int, number: int
) -> None:
    """Bring the index up to date with a single commit, as `LabelWriter.keep` does."""
    with contextlib.closing(LabelWriter(root)) as writer:
        writer.keep(store, things, base, number)


def labels_cover(root: Path, number: int) -> bool:
    """Whether the index has the rows of a snapshot."""
    path = label_file(root / FOLDER, number)
    if path is None:
        return False
    try:
        with contextlib.closing(opened(path, read_only=True)) as connection:
            return covered_until(connection) >= number
    except sqlite3.Error:
        return False


def clear_label_orphans(root: Path, current: int) -> None:
    """Remove the files that begin with snapshots which never became current; their numbers may come again."""
    for since, path in label_files(root / FOLDER).items():
        if since > current:
            remove_file(path)
    for path in (root / FOLDER).glob(f"{UNFINISHED}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                path.unlink()


def forget_labels(root: Path, kept: Iterable[int]) -> None:
    """Remove the files, and from the last one the rows, that no snapshot needs which is kept."""
    numbers = sorted(kept)
    files = list(label_files(root / FOLDER).items())
    for position, (since, path) in enumerate(files):
        end = files[position + 1][0] if position + 1 < len(files) else None
        if not any(since <= each and (end is None or each < end) for each in numbers):
            remove_file(path)
        elif end is None:
            with contextlib.suppress(sqlite3.Error), contextlib.closing(opened(path)) as connection:
                forget_rows(connection, numbers)
