"""Keeps a writer running beside a server: starts it, and starts it again when it has died."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import Final

from graph.datadir import DataDirectory
from loaders.hand import ROOMS, HandLimits

FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 2.0
# A writer that ran for so long was well: the next pause is a short one again.
WELL_SECONDS: Final = 10.0
STOP_SECONDS: Final = 10.0


class WriterProcess:
    """The writer of a data directory, as long as this process lives."""

    def __init__(self, data: DataDirectory, limits: HandLimits | None = None) -> None:
        self._data = data
        self._limits = limits or HandLimits()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._keep_running, daemon=True)

    def start(self) -> None:
        """Start the writer; it takes writes as soon as its socket is there, for which clients wait."""
        self._process = self._started()
        self._watch.start()

    def stop(self) -> None:
        """End the writer, after the writes that it has begun."""
        with self._lock:
            self._ended.set()
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        self._watch.join()

    @property
    def process_id(self) -> int | None:
        """The process id of the writer that runs, or ran last."""
        return self._process.pid if self._process is not None else None

    def _started(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join([str(ROOMS), *filter(None, [os.environ.get("PYTHONPATH")])])
        options = vars(self._limits).items()
        arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options]
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "loaders.writer", str(self._data.root.absolute()), *arguments],
            # Held open by this process alone: its end is the writer's.
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )

    def _keep_running(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while self._process is not None:
            started = time.monotonic()
            self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            pause = FIRST_PAUSE_SECONDS if time.monotonic() - started > WELL_SECONDS else pause * 2
            self._ended.wait(min(pause, LONGEST_PAUSE_SECONDS))
            with self._lock:
                if self._ended.is_set():
                    return
                self._process = self._started()
