"""Which views are kept on disk, and how one that is not goes away.

A view is a folder `{snapshot}-{key}` that appears by one rename; what was used last is seen by the folder's
time of change. Views of snapshots that are no longer current go, and beyond a number or size those that were
not used for the longest time. A view that goes is renamed away before anything in it is touched, but not
while somebody reads it: the engine opens its files one by one, as it needs them.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from graph.retention import held, move_away

VIEWS: Final = "views"
DETAILS: Final = "view.json"
MOST_VIEWS: Final = 16
MOST_BYTES: Final = 8 << 30
FOLDER: Final = re.compile(r"(?P<snapshot>[0-9]{6,})-.+", re.ASCII)


class KeptView(NamedTuple):
    """A view on disk: its folder's name, its snapshot, when it was used last, its size."""

    name: str
    snapshot: int
    used: float
    bytes: int


def superfluous_views(
    views: Iterable[KeptView], current: int, most: int = MOST_VIEWS, most_bytes: int = MOST_BYTES
) -> list[str]:
    """The names of the views that are not to be kept; the one that was used last is, whatever its size.

    >>> views = [KeptView("a", 1, 10, 5), KeptView("b", 2, 20, 5), KeptView("c", 2, 30, 5)]
    >>> superfluous_views(views, 2), superfluous_views(views, 2, most_bytes=9)
    (['a'], ['b', 'a'])
    """
    gone, count, size = [], 0, 0
    for view in sorted(views, key=lambda view: view.used, reverse=True):
        is_over = count >= most or size + view.bytes > most_bytes
        if view.snapshot < current or (count and is_over):
            gone.append(view.name)
            continue
        count += 1
        size += view.bytes
    return gone


def kept_views(folder: Path) -> list[KeptView]:
    """The views in a folder; none where there is no such folder."""
    found = []
    for path in folder.iterdir() if folder.exists() else ():
        match = FOLDER.fullmatch(path.name)
        if match:
            with contextlib.suppress(OSError, ValueError):
                size = int(json.loads((path / DETAILS).read_bytes())["bytes"])
                found.append(KeptView(path.name, int(match["snapshot"]), path.stat().st_mtime, size))
    return found


def forget_views(folder: Path, trash: Path, current: int) -> None:
    """Remove the views that are not to be kept; one that is being read goes the next time."""
    for name in superfluous_views(kept_views(folder), current):
        target = trash / f"view-{name}"
        with contextlib.suppress(OSError):
            trash.mkdir(exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            move_away(folder / name, target, lambda: False)
            shutil.rmtree(target, ignore_errors=True)


def held_while_read(store: Path) -> contextlib.AbstractContextManager[None]:
    """Keep a view or a snapshot in its place for as long as this lasts, given the folder of its store.

    Raises FileNotFoundError where it is gone.
    """
    return held(store.parent)


def view_mark(store: Path) -> str:
    """What tells the store in a folder from others, also from a view that was made anew in the same place.

    Raises FileNotFoundError where it is gone.
    """
    if not _is_of_view(store):
        return str(store)
    status = (store.parent / DETAILS).stat()
    return f"{store} {status.st_ino} {status.st_mtime_ns}"


def _is_of_view(store: Path) -> bool:
    return store.parent.parent.name == VIEWS
