"""The state of a data directory: what it holds, what that takes on the disk, and who uses it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from graph.computation import staleness
from graph.datadir import DataDirectory, Snapshot
from graph.errors import StoreFormatError
from graph.formats import FILE, read_format, require_current


@dataclass(frozen=True)
class LockState:
    """Whether a lock is held, and by which process as far as that is known."""

    held: bool
    pid: int | None = None
    alive: bool = False


def lock_state(path: Path) -> LockState:
    """Who holds a lock file; the one who asks holds it for a moment, never instead of somebody who waits."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return LockState(False)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return LockState(False)
    except BlockingIOError:
        text = os.read(descriptor, 32).decode(errors="replace").strip()
        pid = int(text) if text.isdigit() else None
        return LockState(True, pid, pid is not None and _is_alive(pid))
    finally:
        os.close(descriptor)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, and alive
    return True


def disk_bytes(folder: Path) -> int:
    """What a folder takes on the disk; a file of many names is counted once."""
    return sum({(file.st_dev, file.st_ino): file.st_blocks * 512 for file in _files(folder)}.values())


def own_bytes(folder: Path) -> int:
    """What removing a folder would give back: its files that have no other name."""
    return sum(file.st_blocks * 512 for file in _files(folder) if file.st_nlink == 1)


def _files(folder: Path) -> Iterator[os.stat_result]:
    """The files below a folder, those left out that go away meanwhile."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            else:
                with contextlib.suppress(FileNotFoundError):
                    yield os.lstat(entry.path)


def snapshot_fields(snapshot: Snapshot, current: int, pins: dict[int, str]) -> dict[str, Any]:
    """One snapshot in a form that JSON can hold; `note` is that of its pin."""
    counts = {key: value for key, value in snapshot.counts.items() if isinstance(value, int)}
    return {
        "snapshot": snapshot.number,
        "made": snapshot.made,
        "operation": snapshot.operation,
        "current": snapshot.number == current,
        "pinned": snapshot.number in pins,
        "note": pins.get(snapshot.number, ""),
        "counts": counts,
        "bytes": disk_bytes(snapshot.folder),
        "own_bytes": own_bytes(snapshot.folder),
    }


def upgrade_advice(data: DataDirectory) -> str:
    """Why this osagraph should upgrade the data directory, and how; nothing where there is no reason.

    Raises StoreFormatError for a later format.
    """
    data.check_format()
    try:
        require_current(data.root)
    except StoreFormatError as error:
        return str(error)
    current = data.current_if_any()
    reason = staleness(current.counts) if current is not None else ""
    if not reason or current is None:
        return ""
    remedy = (
        "Upgrade the dataset that this replica follows, then replicate again."
        if data.is_replica
        else f"Compute it anew with: osagraph upgrade --data {data.root}"
    )
    return f"Snapshot {current.number} {reason}. {remedy}"


def list_snapshots(data: DataDirectory) -> list[dict[str, Any]]:
    """The kept snapshots by number, as `snapshot_fields` has them.

    Raises StoreMissingError where nothing has been built.
    """
    current, pins = data.current().number, data.pins()
    return [snapshot_fields(snapshot, current, pins) for snapshot in data.kept()]


def status_fields(data: DataDirectory) -> dict[str, Any]:
    """The state of a data directory in a form that JSON can hold; `current` is None before the first build.

    Raises StoreFormatError for another format.
    """
    snapshot = data.current_if_any()
    current = snapshot_fields(snapshot, snapshot.number, data.pins()) if snapshot else None
    return {
        "data": str(data.root),
        "format": read_format(data.root) if (data.root / FILE).exists() else None,
        "advice": upgrade_advice(data),
        "current": current,
        "kept": len(data.kept()) if current else 0,
        "pinned": sorted(data.pins()),
        "bytes": disk_bytes(data.root),
        "writer": asdict(lock_state(data.root / "writer.lock")),
        "server": asdict(lock_state(data.root / "serve.lock")),
    }
