"""Clears a data directory of what may hold something of a purged source, beside the current snapshot.

All of it can be repeated, and most of it is made again where it is needed.
"""

from __future__ import annotations

import contextlib
import fcntl
import re
import shutil
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from graph.datadir import DataDirectory
from graph.disk import sync_folder
from graph.label_file import FOLDER as LABELS
from graph.label_file import UNFINISHED, label_files, remove_file
from graph.retention import empty_folder, move_away
from graph.snapshot_status import lock_state
from graph.view_retention import VIEWS, forget_views, kept_views
from loaders.journal import read_journal

# No document that is being sent waits for so long.
SENT_SECONDS: Final = 900
# The server writes it (`web/request_log.py`), and older ones beside it.
SLOW_QUERIES: Final = "slow-queries.log"
_KEPT_FILE: Final = re.compile(r"[0-9a-f]{64}|\.[0-9a-f]{64}\.new")


def sweep(data: DataDirectory, current: int, gone: Collection[int]) -> int:
    """Remove what is left of old times, while holding the right to write; how many kept files went.

    `gone` are the snapshots that are to go. Documents that are being sent stay, and the queries that were
    slow are forgotten.
    """
    empty_folder(data.trash)
    # The writer of a server makes its copy anew where another process has published.
    empty_folder(data.root / "live")
    for since, path in label_files(data.root / LABELS).items():
        if since != current:
            remove_file(path)
    for path in (data.root / LABELS).glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)
    _forget_sent(data)
    _forget_slow_queries(data.root)
    return _forget_files(data, gone)


def _forget_sent(data: DataDirectory) -> None:
    """Documents that a server left behind which was killed."""
    is_served = lock_state(data.root / "serve.lock").held
    for path in (data.root / "incoming").glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if not is_served or time.time() - path.stat().st_mtime > SENT_SECONDS:
                path.unlink()


def _forget_slow_queries(root: Path) -> None:
    """A server goes on writing into the same file."""
    for path in root.glob(f"{SLOW_QUERIES}.*"):
        path.unlink(missing_ok=True)
    if (root / SLOW_QUERIES).exists():
        with (root / SLOW_QUERIES).open("r+b") as file:
            file.truncate()


def _forget_files(data: DataDirectory, gone: Collection[int]) -> int:
    """Remove the loaded files that no journal names any more; how many there were."""
    staying = [snapshot for snapshot in data.kept() if snapshot.number not in gone]
    named = {
        kept.sha256
        for snapshot in staying
        for entry in read_journal(snapshot.folder).entries
        for kept in entry.files
    }
    superfluous = [
        path for path in data.sources.iterdir() if _KEPT_FILE.fullmatch(path.name) and path.name not in named
    ]
    for path in superfluous:
        path.unlink()
    sync_folder(data.sources)
    return len(superfluous)


def withdraw(data: DataDirectory, numbers: Iterable[int]) -> list[int]:
    """Remove snapshots, pinned or not; the numbers of those that somebody reads, which stay for now."""
    data.trash.mkdir(exist_ok=True)
    staying = []
    for number in numbers:
        folder, target = data.snapshots / f"{number:06d}", data.trash / f"{number:06d}"
        shutil.rmtree(target, ignore_errors=True)
        if folder.exists() and not move_away(folder, target, lambda: False):
            staying.append(number)
    sync_folder(data.snapshots)
    empty_folder(data.trash)
    return staying


def forget_old_views(data: DataDirectory, current: int) -> int:
    """Remove the views of snapshots before the current one; how many stay for now, as somebody reads them."""
    views = data.root / VIEWS
    forget_views(views, data.trash, current)
    if views.exists():
        # Whoever makes a view just now makes it of a snapshot that is waited for.
        with (views / "lock").open("a") as file, contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(views / "staging", ignore_errors=True)
    return sum(view.snapshot < current for view in kept_views(views))
