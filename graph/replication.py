"""Read replicas: another data directory that has the current snapshot of this one, and nothing of its own.

A snapshot never changes once it is made, so a copy is as good as the original: its files are shared by hard
links where both lie on one disk, else copied and kept by the disk before the pointer switches. A replica
keeps the numbers of the original, so that citations lead to the same data. It takes no writes. It has the
loaded files and the pins as well, so that it can take the place of an original that is lost.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.datadir import DataDirectory, Snapshot
from graph.datasets import require_here
from graph.disk import sync_file, sync_folder, sync_tree, write_atomically, writing
from graph.errors import StoreBusyError, StoreWriteError
from graph.formats import require_current
from graph.label_file import FOLDER as LABELS
from graph.label_file import UNFINISHED, label_file, remove_file
from graph.pins import write_pins

SOURCE_NAME: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Replicated:
    """What a replication did: files that are shared with the original, and files and bytes copied.

    All are 0 where the replica had the snapshot already.
    """

    snapshot: Snapshot
    shared: int = 0
    copied: int = 0
    bytes: int = 0

    @property
    def is_new(self) -> bool:
        """Whether the replica has gained a snapshot."""
        return bool(self.shared or self.copied)


def replicate(data: DataDirectory, target: DataDirectory) -> Replicated:
    """Bring a replica, made if need be, to the current snapshot; killed at any point it keeps the old one.

    Raises StoreMissingError where nothing has been built, StoreBusyError where the target is being written
    and StoreWriteError where it is no replica or cannot be written.
    """
    require_current(data.root)
    require_here(data.current(), "A replica")
    _require_replica(data, target)
    with target.writer(replicating=True), data.holding() as snapshot, writing(target.root):
        # It may have been promoted before we had the right to write.
        _require_replica(data, target)
        _copy_sources(data.sources, target.sources)
        _copy_pins(data, target)
        former = target.current_if_any()
        if former is not None and former.number == snapshot.number and former.counts == snapshot.counts:
            target.set_format()
            return Replicated(former)
        _require_behind(target, former, snapshot)
        stage = target.stage()
        done = _Copying(stage).run(snapshot.folder)
        # The number is the original's: the same citation leads to the same data.
        folder = target.snapshots / f"{snapshot.number:06d}"
        sync_tree(stage)
        # What somebody left who was killed before the switch.
        shutil.rmtree(folder, ignore_errors=True)
        stage.rename(folder)
        sync_folder(target.snapshots)
        _copy_labels(data.root, target.root, snapshot.number)
        write_atomically(target.root / "current", f"{snapshot.number}\n")
        target.set_format()
        target.forget_old()
    return Replicated(
        Snapshot(snapshot.number, folder, snapshot.counts), done.shared, done.copied, done.bytes
    )


def _require_replica(data: DataDirectory, target: DataDirectory) -> None:
    if target.root.resolve() == data.root.resolve():
        raise StoreWriteError(f"{target.root} cannot be its own replica. Name another folder.")
    if not target.is_replica and target.current_if_any() is not None:
        raise StoreWriteError(
            f"{target.root} holds a dataset of its own. Name a folder that is a replica, or none."
        )
    if not target.is_replica:
        target.become_replica()


def _require_behind(target: DataDirectory, former: Snapshot | None, snapshot: Snapshot) -> None:
    if former is not None and former.number >= snapshot.number:
        raise StoreBusyError(
            f"{target.root} has snapshot {former.number}, and the original is at {snapshot.number}: it is a "
            "replica of another dataset. Remove the folder, and replicate again."
        )


class _Copying:
    """Copies a snapshot's folder; `shared` and `copied` files and `bytes` copied are counted."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.shared = self.copied = self.bytes = 0

    def run(self, source: Path) -> _Copying:
        for path in sorted(source.rglob("*")):
            place = self._target / path.relative_to(source)
            if path.is_dir():
                place.mkdir()
            else:
                self._file(path, place)
        return self

    def _file(self, path: Path, place: Path) -> None:
        try:
            os.link(path, place)
            self.shared += 1
        except OSError:
            # Another disk, or one without hard links; what else it may be, the copy finds out.
            shutil.copyfile(path, place)
            self.copied += 1
            self.bytes += place.stat().st_size


def _copy_sources(source: Path, target: Path) -> None:
    """Have the same loaded files, each called by the digest of its content; what was purged goes here too."""
    wanted, had = (set(filter(SOURCE_NAME.fullmatch, os.listdir(folder))) for folder in (source, target))
    for name in had - wanted:
        (target / name).unlink()
    for name in wanted - had:
        path, unfinished = source / name, target / f".{name}.new"
        unfinished.unlink(missing_ok=True)
        try:
            os.link(path, unfinished)
        except OSError:
            shutil.copyfile(path, unfinished)
            sync_file(unfinished)
        unfinished.rename(target / name)
    if wanted != had:
        sync_folder(target)


def _copy_pins(data: DataDirectory, target: DataDirectory) -> None:
    """Keep what the original keeps, as far as it is here."""
    pins = data.pins()
    if pins != target.pins():
        write_pins(target, pins)


def _copy_labels(source: Path, target: Path, number: int) -> None:
    """Copy what things are called; a server makes it anew where that does not succeed."""
    found = label_file(source / LABELS, number)
    if found is None:
        return
    (target / LABELS).mkdir(exist_ok=True)
    new = target / LABELS / f"{UNFINISHED}{os.getpid()}"
    remove_file(new)
    with contextlib.suppress(sqlite3.Error):
        with (
            contextlib.closing(sqlite3.connect(f"{found.absolute().as_uri()}?mode=ro", uri=True)) as original,
            contextlib.closing(sqlite3.connect(new)) as copy,
        ):
            original.backup(copy)
        remove_file(target / LABELS / found.name)
        new.rename(target / LABELS / found.name)
    remove_file(new)
