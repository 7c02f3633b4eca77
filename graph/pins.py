"""Pinned snapshots: kept until they are unpinned, however many follow."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterator, Mapping

from graph.datadir import DataDirectory
from graph.disk import write_atomically, writing


def pin(data: DataDirectory, number: int, note: str = "") -> None:
    """Keep a snapshot until it is unpinned; a pin that is there gets the new note.

    Raises SnapshotGoneError, StoreMissingError or StoreWriteError.
    """
    with data.holding(number), _changing(data) as pins:
        pins[number] = note


def unpin(data: DataDirectory, number: int) -> bool:
    """Keep a snapshot no longer than others; false where it was not pinned.

    Raises StoreWriteError.
    """
    with _changing(data) as pins:
        return pins.pop(number, None) is not None


@contextlib.contextmanager
def _changing(data: DataDirectory) -> Iterator[dict[int, str]]:
    """The pins, written back at the end; one process at a time, and no longer than it takes to write them."""
    with writing(data.root), (data.root / "pins.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pins = data.pins()
        yield pins
        write_pins(data, pins)


def write_pins(data: DataDirectory, pins: Mapping[int, str]) -> None:
    """Replace all pins."""
    text = json.dumps(dict(sorted(pins.items())), ensure_ascii=False, indent=1)
    write_atomically(data.root / "pins.json", text + "\n")
