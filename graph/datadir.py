"""The data directory: numbered snapshots, the pointer to the current one, the lock of the writer.

    DIR/format            the version of this layout
    DIR/current           the number of the snapshot that readers see
    DIR/snapshots/N/      one finished dataset: store/ and snapshot.json; never changed again
    DIR/staging/          what is being written; of no worth after a crash
    DIR/sources/          what the user loaded, and the journal that a build replays
    DIR/writer.lock       held by the one process that writes, with its process id

A snapshot appears by one rename, and becomes current by another: a process killed at any point leaves the
dataset as it was.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.errors import StoreBusyError, StoreFormatError, StoreMissingError, StoreWriteError

FORMAT = "1"
KEPT_SNAPSHOTS = 20


@dataclass(frozen=True)
class Snapshot:
    """One finished dataset: its number, its folder, and what was counted when it was made."""

    number: int
    folder: Path
    counts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """The folder of the embedded store."""
        return self.folder / "store"


class DataDirectory:
    """The folder that holds everything osagraph keeps."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.snapshots = root / "snapshots"
        self.staging = root / "staging"
        self.sources = root / "sources"

    def prepare(self) -> None:
        """Make the folders.

        Raises StoreFormatError for another layout and StoreWriteError where nothing can be written.
        """
        with writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            for folder in (self.snapshots, self.sources):
                folder.mkdir(exist_ok=True)
            if not (self.root / "format").exists():
                write_atomically(self.root / "format", FORMAT + "\n")
        self.check_format()

    def check_format(self) -> None:
        """Raises StoreFormatError unless this version of osagraph can read the directory."""
        path = self.root / "format"
        found = path.read_text().strip() if path.exists() else FORMAT
        if found != FORMAT:
            raise StoreFormatError(
                f"{self.root} has format {found}, this osagraph reads format {FORMAT}. "
                "Use the osagraph that wrote it, or build again into another directory."
            )

    def current(self) -> Snapshot:
        """The snapshot that readers see.

        Raises StoreMissingError where nothing has been built.
        """
        self.check_format()
        try:
            number = int((self.root / "current").read_text())
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreMissingError(
                f"There is no dataset in {self.root}. Make one with: osagraph build --data {self.root}"
            ) from error
        return self.snapshot(number)

    def snapshot(self, number: int) -> Snapshot:
        """The snapshot of that number.

        Raises StoreMissingError where it is not kept.
        """
        folder = self.snapshots / f"{number:06d}"
        try:
            counts = json.loads((folder / "snapshot.json").read_text())
        except FileNotFoundError as error:
            raise StoreMissingError(f"Snapshot {number} is not kept in {self.root}.") from error
        return Snapshot(number, folder, counts)

    @contextlib.contextmanager
    def writer(self) -> Iterator[None]:
        """Hold the right to write, and clear away what a crash left behind.

        Raises StoreBusyError, with the holder's process id, while another process holds it.
        """
        self.prepare()
        with locked(self.root / "writer.lock", f"The dataset in {self.root} is being written"):
            self._clear_staging()
            self._clear_orphans()
            try:
                yield
            finally:
                self._clear_staging()

    def _clear_staging(self) -> None:
        """What stays behind, if anything, is cleared by the next writer."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def _clear_orphans(self) -> None:
        """Snapshots beyond the current one: finished by somebody who was killed before the switch."""
        with contextlib.suppress(StoreMissingError):
            current = self.current().number
            for number in self._numbers():
                if number > current:
                    shutil.rmtree(self.snapshots / f"{number:06d}", ignore_errors=True)

    def _numbers(self) -> list[int]:
        """The numbers of the snapshots that are kept, in order."""
        return sorted(int(path.name) for path in self.snapshots.iterdir() if path.name.isdigit())

    def stage(self) -> Path:
        """A fresh folder for the next snapshot."""
        with writing(self.root):
            folder = self.staging / "next"
            folder.mkdir(parents=True)
        return folder

    def publish(self, folder: Path, counts: Mapping[str, Any]) -> Snapshot:
        """Make a staged folder the current snapshot; the switch is one rename.

        Raises StoreWriteError where the disk refuses; the old snapshot stays current then.
        """
        with writing(self.root):
            number = max(self._numbers(), default=0) + 1
            write_atomically(folder / "snapshot.json", json.dumps(counts, indent=1, sort_keys=True) + "\n")
            sync_tree(folder)
            target = self.snapshots / f"{number:06d}"
            folder.rename(target)
            sync_folder(self.snapshots)
            write_atomically(self.root / "current", f"{number}\n")
        self._forget_old(number)
        return Snapshot(number, target, counts)

    def _forget_old(self, current: int) -> None:
        """Only the last snapshots are kept; one that a reader still holds open stays readable to it."""
        for number in self._numbers()[:-KEPT_SNAPSHOTS]:
            if number != current:
                shutil.rmtree(self.snapshots / f"{number:06d}", ignore_errors=True)


@contextlib.contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold a lock file with the process id in it.

    Raises StoreBusyError while another process holds it.
    """
    with writing(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            text = os.read(descriptor, 32).decode(errors="replace").strip()
            holder = int(text) if text.isdigit() else None
            by = f" by process {holder}" if holder else ""
            raise StoreBusyError(f"{what}{by}. Wait for it, or end that process.", holder) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def writing(root: Path) -> Iterator[None]:
    """Turn the operating system's refusals into one sentence.

    Raises StoreWriteError.
    """
    try:
        yield
    except OSError as error:
        raise write_error(root, error) from error


def write_error(root: Path, error: OSError) -> StoreWriteError:
    """What to tell somebody whose disk refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error):
        return StoreWriteError(f"The disk that holds {root} is full. Free some space; nothing was changed.")
    reason = error.strerror or str(error)
    return StoreWriteError(f"{root} cannot be written: {reason}. Check its permissions; nothing was changed.")


def write_atomically(path: Path, text: str) -> None:
    """Replace a small file: readers see the old text or the new, also after a crash."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Ask the disk to keep the folder's entries."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Ask the disk to keep every file below a folder; those that an older snapshot shares are kept."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent) / name
            if path.stat().st_nlink > 1:
                continue
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(parent))
