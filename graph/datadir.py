"""The data directory: numbered snapshots, the pointer to the current one, the lock of the writer.

    DIR/format            the format of all this, and which osagraph writes it (`graph/formats.py`)
    DIR/current           the number of the snapshot that readers see
    DIR/snapshots/N/      one finished dataset: store/, snapshot.json, journals; never changed again
    DIR/pins.json         the snapshots that somebody wants to keep, each with a note
    DIR/staging/          what is being written; of no worth after a crash
    DIR/trash/            snapshots that are being removed; of no worth either
    DIR/sources/          what the user loaded, and the journal that a build replays
    DIR/views/            views that somebody asked for; made again where they are gone
    DIR/labels/           what things are called, for the search; made again where it is gone
    DIR/live/             the writer's scratch copy of the current snapshot; of no worth either
    DIR/incoming/         documents that are being sent; of no worth either
    DIR/wikidata/         what Wikidata answered to `osagraph link`; asked again where it is gone
    DIR/purges.json       what is being purged, until it is gone everywhere
    DIR/link-answers.jsonl  what somebody has answered to `osagraph link` and is not recorded yet
    DIR/replica           there where this is a read replica of another data directory
    DIR/backed-up         when it was last backed up
    DIR/tokens.json       who may write, hashed; DIR/audit.jsonl: who wrote, or was refused
    DIR/writer.sock       where the writer takes writes
    DIR/writer.lock       held by the one process that writes, with its process id; turn.lock,
                          writer-process.lock and serve.lock hold those who wait, write and serve

A snapshot appears by one rename, and becomes current by another: a process killed at any point leaves the
dataset as it was. Where the power fails, the disk has a snapshot before it has the pointer to it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.disk import sync_file, sync_folder, sync_tree, write_atomically, writing
from graph.errors import (
    ReplicaError,
    SnapshotGoneError,
    StoreBusyError,
    StoreError,
    StoreFormatError,
    StoreMissingError,
)
from graph.formats import FILE, REPLICA, TEXT, require_current, require_readable
from graph.label_keeping import clear_label_orphans, forget_labels
from graph.retention import BUILDS, empty_folder, held, move_away, read_pins, superfluous
from graph.view_retention import VIEWS, forget_views

STORE = "store"
MIRROR = "mirror"
# What computed a snapshot, among its counts; `graph/computation.py` reads it.
COMPUTED_BY = "computed_by"
# Whoever asks for the state of a lock holds it for a moment.
SECOND_TRY_SECONDS = 0.02


@dataclass(frozen=True)
class Snapshot:
    """One finished dataset: its number, its folder, and what was counted when it was made."""

    number: int
    folder: Path
    counts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """The folder of the embedded store."""
        return self.folder / STORE

    @property
    def operation(self) -> str | None:
        """What made it (`build`, `load`, `update`…); None for one of an osagraph that did not say."""
        return self.counts.get("operation")

    @property
    def made(self) -> str | None:
        """When it was made, as an `xsd:dateTime`."""
        return self.counts.get("made")


class DataDirectory:
    """The folder that holds everything osagraph keeps."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.snapshots = root / "snapshots"
        self.staging = root / "staging"
        self.trash = root / "trash"
        self.sources = root / "sources"

    def prepare(self, *, upgrading: bool = False) -> None:
        """Make the folders.

        Raises StoreFormatError for another format (`upgrading`: for a later one) and StoreWriteError where
        nothing can be written.
        """
        with writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            for folder in (self.snapshots, self.sources):
                folder.mkdir(exist_ok=True)
            if not (self.root / FILE).exists():
                write_atomically(self.root / FILE, TEXT)
        self.check_format()
        if not upgrading:
            require_current(self.root)

    def check_format(self) -> None:
        """Raises StoreFormatError unless this version of osagraph can read the directory."""
        require_readable(self.root)

    def set_format(self, text: str = TEXT) -> None:
        """Say which format this is; the last step of an upgrade."""
        with writing(self.root):
            write_atomically(self.root / FILE, text)

    @property
    def is_mirror(self) -> bool:
        """Whether the dataset is in another engine, and the snapshots here are stubs."""
        return (self.root / MIRROR).exists()

    @property
    def is_replica(self) -> bool:
        """Whether it follows another data directory, and takes no writes."""
        return (self.root / REPLICA).exists()

    def become_replica(self) -> None:
        """Take no writes from now on but those of a replication."""
        self.prepare()
        with writing(self.root):
            write_atomically(self.root / REPLICA, "This folder follows another one: osagraph replicate.\n")

    def require_original(self) -> None:
        """Raises ReplicaError where this is a replica."""
        if self.is_mirror:
            raise ReplicaError(
                f"The dataset of {self.root} is in another engine. Write where it is published from, and "
                "publish it again."
            )
        if self.is_replica:
            raise ReplicaError(f"{self.root} is a read replica. Write to the dataset that it follows.")

    def current(self) -> Snapshot:
        """The snapshot that readers see.

        Raises StoreMissingError where nothing has been built.
        """
        self.check_format()
        number = self.current_number()
        while True:
            try:
                return self._read(number)
            except FileNotFoundError as error:
                # Many were published since the pointer was read; else it really is gone.
                latest = self.current_number()
                if latest == number:
                    raise SnapshotGoneError(f"{self.root} has lost snapshot {number}.") from error
                number = latest

    def current_if_any(self) -> Snapshot | None:
        """The snapshot that readers see; None where nothing has been built."""
        with contextlib.suppress(StoreMissingError):
            return self.current()
        return None

    def current_number(self) -> int:
        """The number of the snapshot that readers see.

        Raises StoreMissingError where nothing has been built.
        """
        path = self.root / "current"
        try:
            return int(path.read_text())
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreMissingError(
                f"There is no dataset in {self.root}. Make one with: osagraph build --data {self.root}"
            ) from error
        except ValueError as error:
            raise StoreFormatError(f"{path} is damaged: write the number of a snapshot into it.") from error

    def snapshot(self, number: int) -> Snapshot:
        """The snapshot of that number.

        Raises SnapshotGoneError where it is no longer kept, StoreMissingError where there never was one.
        """
        current = self.current_number()
        if not 1 <= number <= current:
            raise StoreMissingError(
                f"There is no snapshot {number} in {self.root}; the current one is {current}."
            )
        try:
            return self._read(number)
        except FileNotFoundError as error:
            raise SnapshotGoneError(f"Snapshot {number} is no longer kept in {self.root}.") from error

    def _read(self, number: int) -> Snapshot:
        folder = self.snapshots / f"{number:06d}"
        try:
            return Snapshot(number, folder, json.loads((folder / "snapshot.json").read_bytes()))
        except ValueError as error:
            raise StoreFormatError(f"{folder / 'snapshot.json'} is damaged. Restore a backup.") from error

    def kept(self) -> list[Snapshot]:
        """The snapshots that are kept, by number; one that is damaged or removed meanwhile is left out."""
        kept = []
        for number in self._numbers():
            with contextlib.suppress(SnapshotGoneError, StoreMissingError, StoreFormatError):
                kept.append(self.snapshot(number))
        return kept

    @contextlib.contextmanager
    def holding(self, number: int | None = None) -> Iterator[Snapshot]:
        """A snapshot (None: the current one) whose files stay in their place for as long as this lasts.

        Raises what `snapshot` and `current` raise.
        """
        while True:
            snapshot = self.current() if number is None else self.snapshot(number)
            with contextlib.ExitStack() as stack:
                try:
                    stack.enter_context(held(snapshot.folder))
                except FileNotFoundError:
                    continue  # removed since it was found: look again
                yield snapshot
                return

    def pins(self) -> dict[int, str]:
        """The numbers of the pinned snapshots, with their notes; `graph/pins.py` changes them."""
        return read_pins(self.root / "pins.json")

    @contextlib.contextmanager
    def writer(self, *, replicating: bool = False, upgrading: bool = False) -> Iterator[None]:
        """Hold the right to write, and clear away what a crash left behind.

        Raises StoreBusyError, with the holder's process id, while another process holds it, ReplicaError for
        a replica, which only a replication may write, and StoreFormatError for an earlier format, which only
        a replication and an upgrade may.
        """
        self.prepare(upgrading=upgrading or replicating)
        if not replicating:
            self.require_original()
        with locked(self.root / "writer.lock", f"The dataset in {self.root} is being written"):
            self._clear_staging()
            self._clear_orphans()
            try:
                yield
            except BaseException:
                # Perhaps for want of room; else it is `forget_old` that does this, out of everybody's way.
                empty_folder(self.trash)
                raise
            finally:
                self._clear_staging()

    def _clear_staging(self) -> None:
        """What stays behind, if anything, is cleared by the next writer."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def _clear_orphans(self) -> None:
        """Snapshots beyond the current one: finished by somebody who was killed before the switch.

        The empty folder stays: after a power failure a reader may have seen that number, and it is not given
        again.
        """
        with contextlib.suppress(StoreMissingError):
            current = self.current_number()
            for number in self._numbers():
                if number > current:
                    empty_folder(self.snapshots / f"{number:06d}")
            clear_label_orphans(self.root, current)

    def _numbers(self) -> list[int]:
        """The numbers of the snapshots that are kept, in order."""
        return sorted(int(name) for name in os.listdir(self.snapshots) if name.isdigit())

    def next_number(self) -> int:
        """The number that the next snapshot gets; ask while holding the right to write."""
        return max(self._numbers(), default=0) + 1

    def stage(self) -> Path:
        """A fresh folder for the next snapshot."""
        with writing(self.root):
            folder = self.staging / "next"
            folder.mkdir(parents=True)
        return folder

    def publish(self, folder: Path, counts: Mapping[str, Any], operation: str) -> Snapshot:
        """Make a staged folder the current snapshot; the switch is one rename.

        The store in it was flushed or copied by the engine, or else asked to be kept (`sync_tree`).
        `operation` says what made it: `build`, `load`, `remove`, `update`… Call `forget_old` afterwards, once
        whoever waits has been answered. Raises StoreWriteError where the disk refuses; the old snapshot stays
        current then.
        """
        details = {**self._noted(), **counts, "operation": operation}
        with writing(self.root):
            number = self.next_number()
            text = json.dumps(details, indent=1, sort_keys=True) + "\n"
            (folder / "snapshot.json").write_text(text, encoding="utf-8")
            self._sync_staged(folder)
            target = self.snapshots / f"{number:06d}"
            folder.rename(target)
            sync_folder(self.snapshots)
            write_atomically(self.root / "current", f"{number}\n")
        return Snapshot(number, target, details)

    def _noted(self) -> Mapping[str, Any]:
        """What computed the current snapshot; what follows on it is of the same making, unless it says so."""
        # A damaged one is no reason not to publish another: a restoration does just that.
        with contextlib.suppress(StoreError):
            noted = self.current().counts.get(COMPUTED_BY)
            return {} if noted is None else {COMPUTED_BY: noted}
        return {}

    def _sync_staged(self, folder: Path) -> None:
        """Ask the disk to keep a staged folder, but for the store: the engine does that when it is flushed or
        copied, and each request costs milliseconds."""
        former = self._former_files()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != STORE:
                        sync_tree(Path(entry.path))
                elif entry.inode() not in former:
                    sync_file(Path(entry.path))
        sync_folder(folder)

    def _former_files(self) -> Set[int]:
        """The files beside the store of the current snapshot, by inode: the disk keeps them already."""
        try:
            with os.scandir(self.snapshots / f"{self.current_number():06d}") as entries:
                return {entry.inode() for entry in entries}
        except (StoreMissingError, FileNotFoundError):
            return frozenset()

    def forget_old(self) -> None:
        """Remove what need not be kept: all but the last snapshots, builds and pinned ones.

        Never fails: what cannot be removed now is removed the next time, such as a snapshot that somebody
        reads. Needs no right to write.
        """
        with contextlib.suppress(OSError, StoreError):
            current = self.current_number()
            old = superfluous(self._numbers(), current, self.pins(), self._is_build)
            self.trash.mkdir(exist_ok=True)
            moved = [self._move_to_trash(number) for number in old]
            if any(moved):
                # After a power failure as well, a snapshot is there whole or not at all.
                sync_folder(self.snapshots)
            empty_folder(self.trash)
            forget_views(self.root / VIEWS, self.trash, current)
            forget_labels(self.root, self._numbers())

    def _is_build(self, number: int) -> bool:
        try:
            return self._read(number).operation in BUILDS
        except FileNotFoundError:
            return False

    def _move_to_trash(self, number: int) -> bool:
        name = f"{number:06d}"
        return move_away(self.snapshots / name, self.trash / name, lambda: number in self.pins())


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold a lock file with the process id in it.

    Raises StoreBusyError while another process holds it.
    """
    with writing(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not (_lock(descriptor) or _lock(descriptor, SECOND_TRY_SECONDS)):
            text = os.read(descriptor, 32).decode(errors="replace").strip()
            holder = int(text) if text.isdigit() else None
            by = f" by process {holder}" if holder else ""
            raise StoreBusyError(f"{what}{by}. Wait for it, or end that process.", holder)
        # Never cut to nothing: some file systems write such a file to the disk when it is closed.
        os.ftruncate(descriptor, os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0))
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, pause_seconds: float = 0) -> bool:
    time.sleep(pause_seconds)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
