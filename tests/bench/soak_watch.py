"""What a running server takes of its machine: memory by kind of process, open files, dead children, disk."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench.processes import process_tree

# What a process is, by its command line; the first that fits.
MARKS: Final = (
    ("loaders.writer", "writer"),
    ("label_keeper", "labels"),
    ("reader_child", "readers"),
    ("explanation_child", "readers"),
    ("receipts_child", "readers"),
    ("view_child", "views"),
    ("hand_child", "other"),
    ("resource_tracker", "other"),
    ("spawn_main", "web"),
    ("server serve", "main"),
)
KINDS: Final = ("main", "web", "readers", "writer", "labels", "views", "other")


class Look(NamedTuple):
    """One look: resident and proportional bytes by kind of process, and the rest of the whole tree.

    `dead` are children that ended and were not waited for. Proportional: a page that n processes share counts
    as its n-th part for each (Pss of smaps_rollup).
    """

    seconds: float
    rss: Mapping[str, int]
    pss: Mapping[str, int]
    processes: int
    files: int
    dead: int


def look(root: int, began: float) -> Look:
    """The process tree below one process, as it is now."""
    rss: Counter[str] = Counter()
    pss: Counter[str] = Counter()
    files = dead = processes = 0
    for pid in process_tree(root):
        state = _fields(pid, "status")
        if not state:
            continue
        processes += 1
        dead += state.get("State", "").startswith("Z")
        files += _open_files(pid)
        memory = _fields(pid, "smaps_rollup")
        kind = kind_of(_read(pid, "cmdline").replace("\0", " "))
        rss[kind] += _kilobytes(memory.get("Rss", "")) * 1024
        pss[kind] += _kilobytes(memory.get("Pss", "")) * 1024
    return Look(time.monotonic() - began, rss, pss, processes, files, dead)


def kind_of(command: str) -> str:
    """Which of the server's processes it is."""
    return next((kind for mark, kind in MARKS if mark in command), "other")


def disk_bytes(folder: Path) -> int:
    """What a folder takes of the disk; a file with several names counts once."""
    return sum({found.st_ino: found.st_blocks * 512 for found in _files(folder)}.values())


def own_bytes(folder: Path) -> int:
    """What would be free if a folder went: files that have no name outside of it."""
    names: Counter[int] = Counter()
    sizes: dict[int, tuple[int, int]] = {}
    for found in _files(folder):
        names[found.st_ino] += 1
        sizes[found.st_ino] = (found.st_nlink, found.st_blocks * 512)
    return sum(size for inode, (links, size) in sizes.items() if links == names[inode])


def _files(folder: Path) -> Iterator[os.stat_result]:
    for path in folder.rglob("*"):
        try:
            yield path.lstat()
        except OSError:  # it has gone since it was listed
            continue


def _open_files(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def _fields(pid: int, name: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in _read(pid, name).splitlines())
    return {key: value.strip() for key, _, value in pairs}


def _kilobytes(text: str) -> int:
    return int(text.split()[0]) if text else 0


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""
