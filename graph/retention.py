"""Which snapshots are kept, and how one that is not goes away.

The last snapshots, every build and every pinned one are kept. A snapshot that goes is renamed into
`DIR/trash` before anything in it is touched, so a half-removed one is never found among the others. Whoever
reads the files of a snapshot one by one (a backup) holds its folder by a shared lock meanwhile; the lock ends
with the process that holds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from graph.errors import StoreFormatError

KEPT_SNAPSHOTS = 20
BUILDS = frozenset({"build", "upgrade"})


def superfluous(
    numbers: Iterable[int], current: int, pinned: Iterable[int], is_build: Callable[[int], bool]
) -> list[int]:
    """The numbers of the snapshots that need not be kept, in order.

    >>> superfluous(range(1, 25), 24, {2}, lambda number: number == 1)
    [3, 4]
    """
    older = sorted(numbers)[:-KEPT_SNAPSHOTS]
    kept = {current, *pinned}
    return [number for number in older if number not in kept and not is_build(number)]


def read_pins(path: Path) -> dict[int, str]:
    """The pinned numbers with their notes; none where there is no such file.

    Raises StoreFormatError for a damaged one.
    """
    try:
        return {int(number): note for number, note in json.loads(path.read_bytes()).items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError) as error:
        raise StoreFormatError(f"{path} is damaged. Restore it from a backup, or remove it.") from error


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a snapshot's folder in its place, for as long as this lasts.

    Raises FileNotFoundError where it is gone.
    """
    with _opened(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _require_in_place(folder, descriptor)
        yield


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Have a folder, made if need be, to oneself.

    Raises BlockingIOError while another process has it.
    """
    folder.mkdir(exist_ok=True)
    with _opened(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            _require_in_place(folder, descriptor)
        except FileNotFoundError as error:
            raise BlockingIOError(folder) from error
        yield


def move_away(folder: Path, target: Path, is_spared: Callable[[], bool]) -> bool:
    """Rename a snapshot's folder unless somebody holds it or it is spared after all; true if renamed."""
    with contextlib.suppress(BlockingIOError, FileNotFoundError), _opened(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _require_in_place(folder, descriptor)
        # Asked under the lock: a pin is written under a shared one.
        if not is_spared():
            folder.rename(target)
            return True
    return False


def empty_folder(folder: Path) -> None:
    """Remove what lies in a folder, if there is one; what stays behind is removed the next time."""
    with contextlib.suppress(FileNotFoundError):
        for path in list(folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _require_in_place(folder: Path, descriptor: int) -> None:
    """The lock is of use only if the folder was not moved away before it was got."""
    if not os.path.samestat(folder.stat(), os.fstat(descriptor)):
        raise FileNotFoundError(folder)
