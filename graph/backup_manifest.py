"""What a backup holds: its manifest, and the paths that there can be in one.

manifest.json         the format, the snapshot, and each file with its size and SHA-256
snapshot/             the snapshot as it was: store/, snapshot.json, the journals of loads and of curation
sources/              the loaded files, each by the SHA-256 of its content
pins.json             which snapshots were pinned
tokens.json           only where it was asked for
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from graph.errors import MalformedSourceError

BACKUP_FORMAT: Final = "osagraph-backup-1"
MANIFEST: Final = "manifest.json"
SNAPSHOT: Final = "snapshot"
SOURCES: Final = "sources"
PINS: Final = "pins.json"
CHUNK_BYTES: Final = 1 << 20
# No name begins with a dot, so none leads out of the folder.
BACKUP_PATH: Final = re.compile(
    r"snapshot(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}){1,4}|sources/[0-9a-f]{64}|(manifest|pins|tokens)\.json"
)


@dataclass(frozen=True)
class BackupFile:
    """One file of a backup: its path, its size in bytes, its SHA-256 in hexadecimal."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `snapshot` is the number, `counts` what was in `snapshot.json`.

    `digest` is that of the computed graphs (`graph/digest.py`); empty where it was not asked for.
    """

    created: str
    data_format: str
    snapshot: int
    counts: Mapping[str, Any]
    files: tuple[BackupFile, ...]
    digest: str = ""

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(file.bytes for file in self.files)

    def text(self) -> str:
        """What `read_manifest` reads."""
        fields = {"format": BACKUP_FORMAT, **asdict(self)}
        if not self.digest:
            del fields["digest"]
        return json.dumps(fields, indent=1, ensure_ascii=False) + "\n"


def read_manifest(path: Path, backup: Path) -> Manifest:
    """The manifest in a file.

    Raises MalformedSourceError, which names the backup, where there is none or one of another format.
    """
    try:
        fields = json.loads(path.read_bytes())
        found = fields.pop("format")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedSourceError("no backup of osagraph, or not all of one", file=backup) from error
    if found != BACKUP_FORMAT:
        raise MalformedSourceError(
            f"a backup of another format; this osagraph reads {BACKUP_FORMAT}", file=backup, value=str(found)
        )
    try:
        files = tuple(BackupFile(**file) for file in fields.pop("files"))
        manifest = Manifest(**fields, files=files)
    except (TypeError, KeyError) as error:
        raise MalformedSourceError("its manifest is damaged", file=backup) from error
    if not all(isinstance(file.path, str) for file in files) or not isinstance(manifest.counts, dict):
        raise MalformedSourceError("its manifest is damaged", file=backup)
    return manifest


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """What is left of a file, piece by piece."""
    return iter(lambda: file.read(CHUNK_BYTES), b"")
