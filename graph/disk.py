"""Asks the disk to keep what was written, and says in a sentence why it refused."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from graph.errors import StoreWriteError


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


def sync_file(path: Path) -> None:
    """Ask the disk to keep a file's content, or a folder's entries."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Ask the disk to keep the folder's entries."""
    sync_file(folder)


def sync_tree(folder: Path) -> None:
    """Ask the disk to keep a folder and everything below it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                sync_tree(Path(entry.path))
            else:
                sync_file(Path(entry.path))
    sync_folder(folder)
