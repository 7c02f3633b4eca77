"""Sees to it that the current snapshot has a label index: makes it where it is missing or behind.

That is so where an older osagraph wrote last, where plain triples were written, or where somebody removed it.
A server keeps a `LabelKeeper`; each time it is needed, it starts `python -m graph.label_keeper DIR`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

from graph.confinement import end_with_parent
from graph.datadir import DataDirectory, locked
from graph.datasets import open_dataset
from graph.errors import KnowledgeGraphError, StoreBusyError
from graph.label_keeping import labels_cover, make_labels
from graph.turn import turn

ROOMS: Final = Path(__file__).parents[1]
LOOK_SECONDS: Final = 1.0
# The pause after an index was made is so many times as long as that took.
REST: Final = 5
STOP_SECONDS: Final = 5.0
TURN_SECONDS: Final = 60.0
NICENESS: Final = 10


class LabelKeeper:
    """Looks after the label index of a data directory, as long as this process lives."""

    def __init__(self, data: DataDirectory) -> None:
        self._data = data
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, also while an index is being made."""
        self._ended.set()
        if self._process is not None:
            self._process.kill()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _keep(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            began = time.monotonic()
            is_behind = not has_labels(self._data)
            if is_behind:
                self._make()
            pause = max(LOOK_SECONDS, REST * (time.monotonic() - began) if is_behind else 0)

    def _make(self) -> None:
        path = os.pathsep.join([str(ROOMS), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "graph.label_keeper", str(self._data.root.absolute())],
            # Held open by this process alone: its end is the other's.
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


def has_labels(data: DataDirectory) -> bool:
    """Whether the current snapshot can be searched; a dataset that is not there need not be."""
    try:
        return labels_cover(data.root, data.current_number())
    except KnowledgeGraphError:
        return True


def make_missing_labels(data: DataDirectory) -> None:
    """Make the index of the current snapshot, unless it is there or another process makes it.

    Writes go on meanwhile. If one has come in between, the index is made once more, and writes wait.
    Raises KnowledgeGraphError and OSError where the dataset cannot be read.
    """
    with (
        contextlib.suppress(StoreBusyError),
        locked(data.root / "labels.lock", "The label index is being made"),
    ):
        for right in (contextlib.nullcontext(), turn(data, TURN_SECONDS)):
            with right:
                if has_labels(data):
                    return
                with data.holding() as snapshot, contextlib.closing(open_dataset(snapshot)) as store:
                    make_labels(data.root, store, snapshot.number, store.settle)


def main() -> None:
    """Make the index of a data directory, and end with the parent."""
    end_with_parent(sys.stdin.fileno())
    os.nice(NICENESS)
    with contextlib.suppress(KnowledgeGraphError):
        make_missing_labels(DataDirectory(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
