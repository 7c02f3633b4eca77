"""The journal of what the user loaded, wrote and removed: what a build replays, so that it forgets nothing.

It lies inside the snapshot that it belongs to and so appears together with it; the loaded files themselves
are kept, by content, in `DIR/sources`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from graph.disk import sync_folder
from graph.errors import StoreMissingError

NAME = "journal.jsonl"


@dataclass(frozen=True)
class KeptFile:
    """A loaded file: its name, the digest of its content, the loader that read it."""

    name: str
    sha256: str
    loader: str


@dataclass(frozen=True)
class Entry:
    """One thing that the user did.

    `op` is `load` (of `files`), `remove` (of the source or user graph `removed`), `put` (one file holds all
    of the source graph in `graphs`) or `edit` (the user graphs in `graphs` are what the snapshot holds).
    """

    op: str
    at: str
    files: tuple[KeptFile, ...] = ()
    removed: str = ""
    keep_graphs: bool = False
    keep_going: bool = False
    graphs: tuple[str, ...] = ()

    @property
    def source(self) -> str | None:
        """The id of the one source that was put or removed; None for everything else."""
        if self.op == "put":
            return self.graphs[0].rsplit("/", 1)[-1]
        return self.removed if self.op == "remove" and "/" not in self.removed else None


@dataclass
class Journal:
    """The entries in the order in which they were made."""

    entries: list[Entry] = field(default_factory=list)

    def write(self, snapshot: Path) -> None:
        """Write the journal into a snapshot's folder."""
        lines = [json.dumps(asdict(entry), sort_keys=True) + "\n" for entry in self.entries]
        (snapshot / NAME).write_text("".join(lines), encoding="utf-8")


def appended(entries: Sequence[Entry], new: Entry) -> list[Entry]:
    """The entries and a new one, without those right before it that make no difference any more.

    So that many small writes do not make a long journal: an edit stands for all earlier ones of its graphs,
    and what a source graph holds does not depend on what was put there before. Loads may depend on anything.
    """
    last_load = max((place for place, entry in enumerate(entries) if entry.op == "load"), default=-1)
    kept = list(entries[: last_load + 1])
    for entry in entries[last_load + 1 :]:
        if entry.op == "edit" and new.op == "edit":
            entry = replace(entry, graphs=tuple(name for name in entry.graphs if name not in new.graphs))
        is_empty = entry.op == "edit" and not entry.graphs
        if not is_empty and not (entry.source is not None and entry.source == new.source):
            kept.append(entry)
    return [*kept, new]


def read_journal(snapshot: Path) -> Journal:
    """The journal of a snapshot; empty where it has none."""
    path = snapshot / NAME
    if not path.exists():
        return Journal()
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = json.loads(line)
        fields["files"] = tuple(KeptFile(**kept) for kept in fields["files"])
        fields["graphs"] = tuple(fields.get("graphs", ()))
        entries.append(Entry(**fields))
    return Journal(entries)


def keep_files(paths: Sequence[Path], loaders: Sequence[str], folder: Path) -> tuple[KeptFile, ...]:
    """Copy the files into the folder of kept sources, by content; nothing there is ever overwritten."""
    kept = []
    for path, loader in zip(paths, loaders, strict=True):
        digest = file_digest(path)
        target = folder / digest
        if not target.exists():
            temporary = folder / f".{digest}.new"
            with path.open("rb") as source, temporary.open("wb") as copy:
                shutil.copyfileobj(source, copy)
                copy.flush()
                os.fsync(copy.fileno())
            temporary.replace(target)
            sync_folder(folder)
        kept.append(KeptFile(path.name, digest, loader))
    return tuple(kept)


def restore_files(files: Sequence[KeptFile], folder: Path, target: Path) -> list[Path]:
    """The kept files under their own names in a new folder; links, not copies, where the disk allows.

    Raises StoreMissingError where a kept file is gone.
    """
    target.mkdir(parents=True)
    paths = []
    for number, kept in enumerate(files):
        source = folder / kept.sha256
        if not source.exists():
            raise StoreMissingError(
                f"{folder} has lost the content of {kept.name} ({kept.sha256[:12]}…). "
                "Load that file again, or restore the folder from a backup."
            )
        # Two files of one name may come from different folders.
        place = target / str(number)
        place.mkdir()
        (place / kept.name).symlink_to(source.resolve())
        paths.append(place / kept.name)
    return paths


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
