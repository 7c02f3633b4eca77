"""Writing a backup: the current snapshot, what was loaded, the pins. It is there whole or not at all.

A snapshot never changes, and its folder is held meanwhile, so the server may go on writing.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from graph.backup_manifest import BACKUP_PATH, MANIFEST, PINS, SNAPSHOT, SOURCES, BackupFile, Manifest, chunks
from graph.clock import iso_time
from graph.datadir import DataDirectory, Snapshot
from graph.datasets import require_here
from graph.digest import dataset_digest
from graph.disk import sync_file, sync_folder, sync_tree, writing
from graph.embedded import EmbeddedStore
from graph.errors import StoreBusyError, StoreWriteError
from graph.formats import read_format
from graph.retention import alone_in
from graph.tokens import TOKEN_FILE

TAR_MODES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz"}


class _Sink(Protocol):
    """Where the files of a backup go."""

    def add(self, name: str, file: BinaryIO, size: int) -> BackupFile:
        """Take a file."""
        ...


def write_backup(
    data: DataDirectory,
    target: Path,
    moment: datetime,
    *,
    with_tokens: bool = False,
    with_digest: bool = False,
) -> Manifest:
    """The manifest of a new backup in a folder, or in a .tar, .tar.gz or .tgz file.

    The digest of its computed graphs is taken only `with_digest`: that reads all of them.

    Raises StoreMissingError where there is no dataset, StoreBusyError where another process writes the same
    backup, StoreWriteError where the target is taken or cannot be written.
    """
    _require_free(target, data)
    require_here(data.current(), "A backup")
    with data.holding() as snapshot, _unfinished(target) as place, _sink(place, moment) as sink:
        files = tuple(_add(sink, name, path) for name, path in _parts(data, snapshot, with_tokens))
        digest = _digest(snapshot) if with_digest else ""
        format = read_format(data.root)
        manifest = Manifest(iso_time(moment), format, snapshot.number, snapshot.counts, files, digest)
        text = manifest.text().encode()
        # The last one: a backup without it is not complete.
        sink.add(MANIFEST, io.BytesIO(text), len(text))
    return manifest


def _digest(snapshot: Snapshot) -> str:
    store = EmbeddedStore(snapshot.store, read_only=True)
    try:
        return dataset_digest(store)
    finally:
        store.close()


def _require_free(target: Path, data: DataDirectory) -> None:
    if target.resolve().is_relative_to(data.root.resolve()):
        raise StoreWriteError(f"{target} lies in the data directory. Name a place that outlives it.")
    if os.path.lexists(target):
        raise StoreWriteError(f"{target} is there already. Remove it, or choose another name.")


@contextlib.contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A place for the backup, which becomes the target in the end by one rename."""
    folder = target.with_name(f".{target.name}.part")
    with writing(target.parent):
        try:
            with alone_in(folder):
                try:
                    # Somebody may have been killed in here.
                    shutil.rmtree(folder / target.name, ignore_errors=True)
                    (folder / target.name).unlink(missing_ok=True)
                    yield folder / target.name
                    (folder / target.name).rename(target)
                    sync_folder(target.parent)
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError as error:
            raise StoreBusyError(f"Another process is writing {target}. Wait for it.") from error


@contextlib.contextmanager
def _sink(place: Path, moment: datetime) -> Iterator[_Sink]:
    mode = next((mode for suffix, mode in TAR_MODES.items() if place.name.endswith(suffix)), None)
    if mode is None:
        place.mkdir()
        yield _FolderSink(place)
        sync_tree(place)
        return
    with tarfile.open(place, mode) as tar:  # type: ignore[call-overload]
        yield _TarSink(tar, int(moment.timestamp()))
    sync_file(place)


def _parts(data: DataDirectory, snapshot: Snapshot, with_tokens: bool) -> Iterator[tuple[str, Path]]:
    """The files by their names in the backup; none that somebody left, or is still copying, among ours."""
    for room, folder in ((SNAPSHOT, snapshot.folder), (SOURCES, data.sources)):
        for path in sorted(folder.rglob("*")):
            name = f"{room}/{path.relative_to(folder).as_posix()}"
            if path.is_file() and BACKUP_PATH.fullmatch(name):
                yield name, path
    for name in (PINS, TOKEN_FILE):
        if (data.root / name).exists() and (with_tokens or name != TOKEN_FILE):
            yield name, data.root / name


def _add(sink: _Sink, name: str, path: Path) -> BackupFile:
    with path.open("rb") as file:
        return sink.add(name, file, os.fstat(file.fileno()).st_size)


def _mode(name: str) -> int:
    return 0o600 if name == TOKEN_FILE else 0o644


class _FolderSink:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, file: BinaryIO, size: int) -> BackupFile:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _mode(name)), "wb") as copy:
            for chunk in chunks(file):
                digest.update(chunk)
                copy.write(chunk)
        return BackupFile(name, size, digest.hexdigest())


class _TarSink:
    def __init__(self, tar: tarfile.TarFile, seconds: int) -> None:
        self._tar = tar
        self._seconds = seconds

    def add(self, name: str, file: BinaryIO, size: int) -> BackupFile:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self._seconds, _mode(name)
        reading = _Digesting(file)
        self._tar.addfile(info, reading)
        return BackupFile(name, size, reading.digest.hexdigest())


class _Digesting(io.RawIOBase):
    """A file whose digest is taken while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk
