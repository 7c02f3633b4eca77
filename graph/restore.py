"""Restoring a backup: all of it is checked before anything is switched, and the switch is one rename."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graph.backup_manifest import (
    BACKUP_PATH,
    MANIFEST,
    PINS,
    SNAPSHOT,
    SOURCES,
    BackupFile,
    Manifest,
    digest_of,
    read_manifest,
)
from graph.clock import iso_time
from graph.datadir import COMPUTED_BY, STORE, DataDirectory, Snapshot
from graph.digest import dataset_digest
from graph.disk import sync_file, sync_folder, sync_tree, writing
from graph.embedded import EmbeddedStore
from graph.errors import MalformedSourceError, SourceUnavailableError, StoreError, StoreWriteError
from graph.formats import EARLIER, FORMAT
from graph.label_keeping import make_labels
from graph.pins import pin
from graph.retention import read_pins
from graph.tallies import gained
from graph.tokens import TOKEN_FILE


@dataclass(frozen=True)
class Restored:
    """What a restoration did; `tokens` is None where the backup holds none, `digest` empty if not wanted."""

    snapshot: Snapshot
    manifest: Manifest
    sources_added: int
    pinned: bool
    tokens: bool | None
    digest: str = ""


def restore_backup(
    data: DataDirectory,
    source: Path,
    moment: datetime,
    *,
    with_tokens: bool = False,
    with_digest: bool = False,
) -> Restored:
    """Make the dataset of a backup the current snapshot, under a new number.

    The tokens in it replace those that are there only `with_tokens`; `with_digest` what the backup says is
    computed and compared with the digest that was taken for it, if one was. Raises SourceUnavailableError or
    MalformedSourceError for a backup that is missing, damaged or of another format, StoreBusyError and
    StoreWriteError; the dataset is as it was then.
    """
    with data.writer(), writing(data.root):
        stage = data.stage()
        unpacked = data.staging / "backup"
        unpacked.mkdir()
        _unpack(source, unpacked)
        manifest = read_manifest(unpacked / MANIFEST, source)
        _verify(unpacked, manifest, source)
        digest = _digest(unpacked, manifest, source) if with_digest else ""
        added = _add_sources(unpacked / SOURCES, data.sources)
        stage.rmdir()
        (unpacked / SNAPSHOT).rename(stage)
        sync_tree(stage / STORE)
        make_labels(data.root, EmbeddedStore(stage / STORE, read_only=True), data.next_number())
        if manifest.data_format != FORMAT:
            # Before the switch: an upgrade finds what need not be done, and nothing else would do what must.
            data.set_format(f"{manifest.data_format}\n")
        snapshot = data.publish(stage, _details(manifest, moment), "restore")
        pins = read_pins(unpacked / PINS)
        if manifest.snapshot in pins:
            pin(data, snapshot.number, pins[manifest.snapshot])
        tokens = _take_tokens(unpacked / TOKEN_FILE, data, with_tokens)
        data.forget_old()
    return Restored(snapshot, manifest, added, manifest.snapshot in pins, tokens, digest)


def _details(manifest: Manifest, moment: datetime) -> dict[str, object]:
    """What was counted stays; when and how it was made is said of the backup's snapshot."""
    counts: dict[str, object] = {k: value for k, value in manifest.counts.items() if isinstance(value, int)}
    past = {key: manifest.counts.get(key) for key in ("operation", "made")}
    counts.update(gained(manifest.counts, {}))
    # Not that of the snapshot before, if there is one.
    counts[COMPUTED_BY] = manifest.counts.get(COMPUTED_BY)
    return {**counts, "made": iso_time(moment), "restored": {"snapshot": manifest.snapshot, **past}}


def _unpack(source: Path, target: Path) -> None:
    """Copy or extract what is in a backup; nothing is believed yet."""
    if not source.exists():
        raise SourceUnavailableError("no such backup", file=source, remedy="Check the path.")
    if source.is_dir():
        for name in _names(source):
            path = target / _permitted(name, source)
            path.parent.mkdir(parents=True, exist_ok=True)
            with _readable(source / name).open("rb") as file, path.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        return
    try:
        with tarfile.open(_readable(source)) as tar:
            for member in tar:
                _extract(tar, member, source, target)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise MalformedSourceError("no whole tar file", file=source) from error
    except OSError as error:
        # The packer's own complaints have no number.
        if error.errno is None:
            raise MalformedSourceError("no whole tar file", file=source) from error
        raise


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, source: Path, target: Path) -> None:
    if member.isdir():
        return
    if not member.isreg():
        raise MalformedSourceError("a link or device in a backup", file=source, value=member.name)
    member.name = _permitted(member.name.removeprefix("./"), source)
    if member.size > shutil.disk_usage(target).free:
        raise StoreWriteError(f"{member.name} of the backup needs {member.size:,} bytes, more than are free.")
    tar.extract(member, target, filter="data")


def _permitted(name: str, source: Path) -> str:
    if not BACKUP_PATH.fullmatch(name):
        raise MalformedSourceError("a file that no backup holds", file=source, value=name)
    return name


def _names(folder: Path) -> Iterator[str]:
    """The paths of the files below a folder."""
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            yield (Path(parent) / name).relative_to(folder).as_posix()


def _readable(path: Path) -> Path:
    if path.is_symlink() or not path.is_file() or not os.access(path, os.R_OK):
        raise SourceUnavailableError("no plain file, or not one that may be read", file=path)
    return path


def _verify(unpacked: Path, manifest: Manifest, source: Path) -> None:
    """Raises MalformedSourceError unless every file is there as the manifest says, and none besides."""
    if manifest.data_format not in (FORMAT, *EARLIER):
        raise MalformedSourceError(
            f"a dataset of another format; this osagraph reads formats up to {FORMAT}",
            file=source,
            value=manifest.data_format,
        )
    listed = {file.path for file in manifest.files}
    for name in sorted(listed.symmetric_difference(_names(unpacked)) - {MANIFEST}):
        what = "a file is missing" if name in listed else "a file that its manifest does not list"
        raise MalformedSourceError(what, file=source, value=name)
    for file in manifest.files:
        if not _is_whole(unpacked, file):
            raise MalformedSourceError("a file is damaged", file=source, value=file.path)
    details = unpacked / SNAPSHOT / "snapshot.json"
    if not details.exists() or json.loads(details.read_bytes()) != manifest.counts:
        raise MalformedSourceError("its manifest is of another snapshot", file=source)
    try:
        EmbeddedStore(unpacked / SNAPSHOT / STORE, read_only=True).close()
    except StoreError as error:
        raise MalformedSourceError("this osagraph cannot open its store", file=source) from error


def _digest(unpacked: Path, manifest: Manifest, source: Path) -> str:
    """The digest of the computed graphs.

    Raises MalformedSourceError where the backup was taken of others.
    """
    store = EmbeddedStore(unpacked / SNAPSHOT / STORE, read_only=True)
    try:
        digest = dataset_digest(store)
    finally:
        store.close()
    if manifest.digest not in ("", digest):
        raise MalformedSourceError(
            f"it says {digest}, and was made of a dataset with another digest",
            file=source,
            value=manifest.digest,
        )
    return digest


def _is_whole(unpacked: Path, file: BackupFile) -> bool:
    path = unpacked / file.path
    digest = digest_of(path)
    is_named_so = path.parent.name != SOURCES or path.name == digest
    return digest == file.sha256 and path.stat().st_size == file.bytes and is_named_so


def _add_sources(folder: Path, target: Path) -> int:
    """Add the loaded files that are not there yet; those that are have the same content."""
    added = [path for path in folder.glob("*") if not (target / path.name).exists()]
    for path in added:
        sync_file(path)
        path.rename(target / path.name)
    sync_folder(target)
    return len(added)


def _take_tokens(path: Path, data: DataDirectory, is_wanted: bool) -> bool | None:
    if not path.exists():
        return None
    if is_wanted:
        path.chmod(0o600)
        sync_file(path)
        path.rename(data.root / TOKEN_FILE)
        sync_folder(data.root)
    return is_wanted
