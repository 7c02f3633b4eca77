"""Promotion: a read replica becomes a dataset of its own, because the original is lost."""

from __future__ import annotations

from dataclasses import dataclass

from graph.datadir import DataDirectory, Snapshot
from graph.disk import sync_folder, writing
from graph.errors import StoreWriteError
from graph.formats import REPLICA, require_current
from loaders.journal import KeptFile, read_journal


@dataclass(frozen=True)
class Promoted:
    """What takes writes from now on, and the loaded files that a build will miss there."""

    snapshot: Snapshot
    missing: tuple[KeptFile, ...]


def promote(data: DataDirectory) -> Promoted:
    """Make a replica take writes, and follow nobody; its snapshots keep their numbers.

    Raises StoreMissingError where it never got a snapshot, StoreBusyError while something writes it,
    StoreFormatError for another format, and StoreWriteError where it is no replica, or has no store.
    """
    if not data.is_replica:
        raise StoreWriteError(f"{data.root} is no read replica: it takes writes as it is.")
    require_current(data.root)
    with data.writer(replicating=True), writing(data.root):
        snapshot = data.current()
        if not snapshot.store.is_dir():
            raise StoreWriteError(
                f"{data.root} shows what an engine holds, and has no dataset of its own. "
                "Restore a backup into another directory."
            )
        kept = dict.fromkeys(file for entry in read_journal(snapshot.folder).entries for file in entry.files)
        missing = tuple(file for file in kept if not (data.sources / file.sha256).exists())
        (data.root / REPLICA).unlink()
        sync_folder(data.root)
    return Promoted(snapshot, missing)
