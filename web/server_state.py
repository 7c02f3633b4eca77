"""The state of a server and of its machine at one moment, for who watches it; read anew at each scrape."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from graph.backup_time import last_backup
from graph.datadir import DataDirectory, Snapshot
from graph.freshness import FreshnessReport, moment_seconds
from graph.label_keeping import labels_cover
from graph.snapshot_status import lock_state
from graph.turn import WRITER_PROCESS
from graph.view_desk import ViewState

# What is counted in a dataset; other counts of a snapshot are not for watching.
COUNTED: Final = ("claims", "contradictions", "entities", "facts", "open_slots", "quads", "sources")
# To look takes milliseconds of the one thread that answers everybody.
LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True)
class DataState:
    """What a data directory looks like: its disk, its snapshots, whether the writer runs and the search is up
    to date. What is not known, or has no meaning here (the writer of a replica), is None.
    """

    disk_free: int | None = None
    disk_size: int | None = None
    kept: int | None = None
    has_writer: bool | None = None
    has_labels: bool | None = None
    backed_up: int | None = None


@dataclass(frozen=True)
class ServerState:
    """The readers that are at rest and at work, how many were killed, and what they take in memory; the
    current snapshot, and when it was made; how many answers came from the cache; views that were made, failed
    and are waited for; whether a query would find a free reader; whether the engine (None: none) answers.
    """

    idle: int
    busy: int
    killed: int
    snapshot: int | None = None
    remembered: int = 0
    views: ViewState = field(default_factory=ViewState)
    waiting: int = 0
    made: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    child_bytes: int | None = None
    is_ready: bool = True
    has_engine: bool | None = None
    data: DataState = field(default_factory=DataState)
    freshness: FreshnessReport | None = None


def counted(snapshot: Snapshot) -> dict[str, int]:
    """The counts of a snapshot that are watched."""
    return {name: number for name in COUNTED if type(number := snapshot.counts.get(name)) is int}


def made_at(snapshot: Snapshot) -> int | None:
    """When a snapshot was made, in seconds since 1970."""
    return moment_seconds(snapshot.made or "")


def data_state(data: DataDirectory, number: int) -> DataState:
    """The state of a data directory whose current snapshot has that number."""
    free = size = kept = None
    with contextlib.suppress(OSError):
        disk = os.statvfs(data.root)
        # What somebody who is not root may still write.
        free, size = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        kept = sum(name.isdigit() for name in os.listdir(data.snapshots))
    writer = None if data.is_replica else lock_state(data.root / WRITER_PROCESS).held
    return DataState(free, size, kept, writer, labels_cover(data.root, number), last_backup(data.root))


class Machine:
    """Looks at the disk and at other processes once in a second at most, however often somebody asks."""

    def __init__(self, data: DataDirectory, clock: Callable[[], float] = time.monotonic) -> None:
        self._data = data
        self._clock = clock
        self._known: tuple[float, int, DataState, int | None] | None = None

    def look(self, number: int) -> tuple[DataState, int | None]:
        """The state of the data directory, given the number of its snapshot, and the memory of children."""
        now = self._clock()
        if self._known is None or self._known[1] != number or now - self._known[0] >= LOOK_SECONDS:
            self._known = now, number, data_state(self._data, number), child_bytes()
        return self._known[2:]


def child_bytes() -> int | None:
    """What the processes that this one has started have in memory: readers, and those who make views.

    None where the system does not tell.
    """
    pages = 0
    try:
        children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        for child in " ".join(file.read_text() for file in children).split():
            with contextlib.suppress(OSError):
                pages += int(Path(f"/proc/{child}/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
